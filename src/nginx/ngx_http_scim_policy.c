/*
 * Directives that make a location's policy.
 */

#include "ngx_http_scim.h"


/* A scim_require. */
typedef struct {
    ngx_str_t   part[4];        /* type, attribute, pattern, message; data is
                                   NULL without */
    ngx_uint_t  line;
    ngx_str_t   file;
} ngx_http_scim_require_t;


/* name=VALUE in a directive. */
typedef struct {
    const char  *name;          /* NULL ends a list */
    time_t      *time;          /* where a time goes; NULL: it is a number, */
    ngx_uint_t  *number;
    ngx_uint_t   max;
} ngx_http_scim_option_t;


static char *
ngx_http_scim_option_set(const ngx_http_scim_option_t *option,
    ngx_str_t *value)
{
    ngx_int_t  n;

    if (option->time != NULL) {
        *option->time = ngx_parse_time(value, 1);

        return (*option->time < 1 || *option->time > NGX_MAX_INT32_VALUE)
               ? "has a time that is none, or not of one second or more"
               : NGX_CONF_OK;
    }

    n = ngx_atoi(value->data, value->len);

    if (n == NGX_ERROR || (ngx_uint_t) n > option->max) {
        return "has a number that is none or too large";
    }

    *option->number = (ngx_uint_t) n;

    return NGX_CONF_OK;
}


static char *
ngx_http_scim_option(const ngx_http_scim_option_t *option,
    const ngx_str_t *arg, char *unknown)
{
    size_t     len;
    ngx_str_t  value;

    for ( ; option->name != NULL; option++) {
        len = ngx_strlen(option->name);

        if (arg->len > len && arg->data[len] == '='
            && ngx_strncmp(arg->data, option->name, len) == 0)
        {
            value.data = arg->data + len + 1;
            value.len = arg->len - len - 1;

            return ngx_http_scim_option_set(option, &value);
        }
    }

    return unknown;
}


/* The arguments from `first` on. */
static char *
ngx_http_scim_options(ngx_conf_t *cf, ngx_uint_t first,
    const ngx_http_scim_option_t *options, char *unknown)
{
    char        *rv;
    ngx_str_t   *arg;
    ngx_uint_t   i;

    arg = cf->args->elts;

    for (i = first; i < cf->args->nelts; i++) {
        rv = ngx_http_scim_option(options, &arg[i], unknown);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_scim_history_options(ngx_conf_t *cf, ngx_http_scim_history_t *history)
{
    const ngx_http_scim_option_t  options[] = {
        { "count", NULL, &history->count, NGX_MAX_INT32_VALUE },
        { "age", &history->age, NULL, 0 },
        { NULL, NULL, NULL, 0 }
    };

    return ngx_http_scim_options(cf, 2, options,
                                 "takes \"count=NUMBER\" and \"age=TIME\"");
}


char *
ngx_http_scim_history(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_scim_loc_conf_t  *slcf = conf;

    ngx_str_t                *arg;
    ngx_http_scim_history_t  *history;

    if (slcf->policy.history != NULL) {
        return "is duplicate";
    }

    history = ngx_pcalloc(cf->pool, sizeof(ngx_http_scim_history_t));
    if (history == NULL) {
        return NGX_CONF_ERROR;
    }

    slcf->policy.history = history;
    history->count = SCIM_HISTORY_COUNT;

    arg = cf->args->elts;

    if (ngx_strcmp(arg[1].data, "off") == 0) {
        history->off = 1;
        return (cf->args->nelts == 2) ? NGX_CONF_OK
                                      : "takes nothing besides \"off\"";
    }

    if (ngx_strcmp(arg[1].data, "on") != 0) {
        return "must begin with \"on\" or \"off\"";
    }

    return ngx_http_scim_history_options(cf, history);
}


static char *
ngx_http_scim_breaker_options(ngx_conf_t *cf, ngx_http_scim_breaker_t *breaker)
{
    const ngx_http_scim_option_t  options[] = {
        { "count", NULL, &breaker->count, NGX_MAX_INT32_VALUE },
        { "percent", NULL, &breaker->percent, 100 },
        { "within", &breaker->within, NULL, 0 },
        { NULL, NULL, NULL, 0 }
    };

    return ngx_http_scim_options(cf, 1, options,
                                 "takes \"off\", or \"count=NUMBER\", "
                                 "\"percent=NUMBER\" and \"within=TIME\"");
}


char *
ngx_http_scim_breaker(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_scim_loc_conf_t  *slcf = conf;

    ngx_str_t                *arg;
    ngx_http_scim_breaker_t  *breaker;

    if (slcf->policy.breaker != NULL) {
        return "is duplicate";
    }

    breaker = ngx_pcalloc(cf->pool, sizeof(ngx_http_scim_breaker_t));
    if (breaker == NULL) {
        return NGX_CONF_ERROR;
    }

    slcf->policy.breaker = breaker;
    breaker->within = 3600;

    arg = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(arg[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    return ngx_http_scim_breaker_options(cf, breaker);
}


/* The schemas are not bound together yet: what it means is seen at the merge.
 */
char *
ngx_http_scim_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_scim_loc_conf_t  *slcf = conf;

    ngx_str_t                *arg;
    ngx_uint_t                i;
    ngx_http_scim_rules_t    *rules;
    ngx_http_scim_require_t  *require;

    rules = slcf->policy.rules;

    if (rules == NULL) {
        rules = ngx_pcalloc(cf->pool, sizeof(ngx_http_scim_rules_t));

        if (rules == NULL
            || ngx_array_init(&rules->given, cf->pool, 2,
                              sizeof(ngx_http_scim_require_t))
               != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        slcf->policy.rules = rules;
    }

    if (rules->given.nelts == SCIM_POLICY_RULES) {
        return "is given too often";
    }

    require = ngx_array_push(&rules->given);
    if (require == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(require, sizeof(ngx_http_scim_require_t));

    arg = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        require->part[i - 1] = arg[i];
    }

    require->file = cf->conf_file->file.name;
    require->line = cf->conf_file->line;

    return NGX_CONF_OK;
}


static scim_str_t
ngx_http_scim_policy_str(const ngx_str_t *s)
{
    scim_str_t  out;

    out.data = (const char *) s->data;
    out.len = s->len;

    return out;
}


/* Locations that inherit rules share them. */
static char *
ngx_http_scim_rules_make(ngx_conf_t *cf, ngx_http_scim_rules_t *rules)
{
    scim_rc_t                   rc;
    ngx_uint_t                  i;
    scim_error_t                err;
    ngx_http_scim_require_t    *require;
    ngx_http_scim_main_conf_t  *smcf;

    if (rules->rules != NULL) {
        return NGX_CONF_OK;
    }

    smcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_scim_module);

    rules->rules = ngx_pcalloc(cf->pool,
                               rules->given.nelts * sizeof(scim_rule_t));
    if (rules->rules == NULL) {
        return NGX_CONF_ERROR;
    }

    require = rules->given.elts;

    for (i = 0; i < rules->given.nelts; i++) {
        rc = scim_policy_rule(smcf->pool, smcf->schemas,
                              ngx_http_scim_policy_str(&require[i].part[0]),
                              ngx_http_scim_policy_str(&require[i].part[1]),
                              ngx_http_scim_policy_str(&require[i].part[2]),
                              ngx_http_scim_policy_str(&require[i].part[3]),
                              &rules->rules[i], &err);

        if (rc == SCIM_REFUSED) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"scim_require\": %s in %V:%ui", err.detail,
                          &require[i].file, require[i].line);
        }

        if (rc != SCIM_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


void
ngx_http_scim_policy_create(ngx_http_scim_policy_t *policy)
{
    policy->unknown = NGX_CONF_UNSET_UINT;
    policy->display = NGX_CONF_UNSET_UINT;
    policy->deactivates = NGX_CONF_UNSET_UINT;
    policy->unknown_members = NGX_CONF_UNSET_UINT;
    policy->media = NGX_CONF_UNSET_UINT;
    policy->no_target = NGX_CONF_UNSET_UINT;
    policy->groups = NGX_CONF_UNSET;
    policy->single_token = NGX_CONF_UNSET;
}


static void
ngx_http_scim_policy_inherit(ngx_http_scim_policy_t *policy,
    const ngx_http_scim_policy_t *prev)
{
    ngx_conf_merge_uint_value(policy->unknown, prev->unknown,
                              SCIM_UNKNOWN_IGNORE);
    ngx_conf_merge_uint_value(policy->display, prev->display,
                              SCIM_DISPLAY_SENT);
    ngx_conf_merge_uint_value(policy->deactivates, prev->deactivates, 0);
    ngx_conf_merge_uint_value(policy->unknown_members, prev->unknown_members,
                              SCIM_MISSING_REFUSE);
    ngx_conf_merge_uint_value(policy->media, prev->media, SCIM_MEDIA_AUTO);
    ngx_conf_merge_uint_value(policy->no_target, prev->no_target,
                              SCIM_NO_TARGET_AUTO);
    ngx_conf_merge_value(policy->groups, prev->groups, 1);
    ngx_conf_merge_value(policy->single_token, prev->single_token, 0);
    ngx_conf_merge_str_value(policy->default_group, prev->default_group, "");

    if (policy->rules == NULL) {
        policy->rules = prev->rules;
    }

    if (policy->history == NULL) {
        policy->history = prev->history;
    }

    if (policy->breaker == NULL) {
        policy->breaker = prev->breaker;
    }
}


static void
ngx_http_scim_policy_make(const ngx_http_scim_policy_t *policy,
    scim_policy_t *out)
{
    scim_policy_init(out);

    out->unknown = (scim_unknown_e) policy->unknown;
    out->display = (scim_display_e) policy->display;
    out->unknown_members = (scim_missing_e) policy->unknown_members;
    out->media = (scim_media_e) policy->media;
    out->no_target = (scim_no_target_e) policy->no_target;
    out->groups_off = !policy->groups;
    out->delete_deactivates = policy->deactivates;
    out->single_token = policy->single_token;

    if (policy->default_group.len != 0) {
        out->default_group = ngx_http_scim_policy_str(&policy->default_group);
    }

    if (policy->rules != NULL) {
        out->rules = policy->rules->rules;
        out->nrules = policy->rules->given.nelts;
    }

    if (policy->history != NULL) {
        out->history_off = policy->history->off;
        out->history_count = policy->history->count;
        out->history_age = (uint64_t) policy->history->age;
    }

    if (policy->breaker != NULL) {
        out->breaker_count = policy->breaker->count;
        out->breaker_percent = policy->breaker->percent;
        out->breaker_window = (uint64_t) policy->breaker->within;
    }
}


char *
ngx_http_scim_policy_merge(ngx_conf_t *cf, ngx_http_scim_loc_conf_t *prev,
    ngx_http_scim_loc_conf_t *conf)
{
    ngx_http_scim_policy_t  *policy;

    policy = &conf->policy;

    ngx_http_scim_policy_inherit(policy, &prev->policy);

    if (policy->rules != NULL
        && ngx_http_scim_rules_make(cf, policy->rules) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_http_scim_policy_make(policy, &conf->op.policy);

    /* stored documents are read with the default limit */
    conf->op.deep = conf->max_depth > SCIM_JSON_DEPTH;

    if (conf->op.deep && conf->op.policy.unknown == SCIM_UNKNOWN_KEEP) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"scim_unknown_attributes keep\" allows no "
                      "\"scim_max_depth\" above %d", SCIM_JSON_DEPTH);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
