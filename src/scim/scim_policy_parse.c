/*
 * A tenant's settings: from JSON to a policy.
 */

#include "scim_policy.h"


/* The largest number: keeps sums of milliseconds in 64 bits. */
#define NUMBER_MAX  1000000000

#define DAY  86400

typedef struct {
    scim_pool_t          *pool;
    const scim_schemas_t *schemas;
    scim_policy_t        *policy;
    scim_error_t         *err;
    scim_str_t            name;     /* of the setting being read */
} parse_t;

typedef scim_rc_t (*setter_pt)(parse_t *parse, const scim_json_t *value);

typedef struct {
    scim_str_t name;
    setter_pt  set;
} setting_t;


static scim_rc_t
refuse(const parse_t *parse, const char *wanted)
{
    return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" must be %s, or null for what nginx's "
                       "configuration says", SCIM_FMT(parse->name), wanted);
}


static scim_rc_t
read_bool(const parse_t *parse, const scim_json_t *value, bool *out)
{
    if (value->type != SCIM_JSON_BOOL) {
        return refuse(parse, "true or false");
    }

    *out = value->boolean;

    return SCIM_OK;
}


static scim_rc_t
read_text(const parse_t *parse, const scim_json_t *value, scim_str_t *out)
{
    return (value->type != SCIM_JSON_STRING)
           ? refuse(parse, "a string")
           : scim_str_dup(parse->pool, value->text, out);
}


static scim_rc_t
read_number(const parse_t *parse, const scim_json_t *value, uint64_t min,
    uint64_t max, uint64_t *out)
{
    size_t      i;
    uint64_t    n;
    scim_str_t  text = value->text;

    n = 0;

    for (i = 0; value->type == SCIM_JSON_NUMBER && i < text.len; i++) {

        if (text.data[i] < '0' || text.data[i] > '9' || n > max) {
            break;
        }

        n = n * 10 + (uint64_t) (text.data[i] - '0');
    }

    if (value->type != SCIM_JSON_NUMBER || i < text.len || n < min || n > max)
    {
        return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                           "\"%.*s\" must be a whole number from %llu to %llu",
                           SCIM_FMT(parse->name), (unsigned long long) min,
                           (unsigned long long) max);
    }

    *out = n;

    return SCIM_OK;
}


/* Which of the words, that are separated by '|'. */
static scim_rc_t
read_word(const parse_t *parse, const scim_json_t *value, const char *words,
    unsigned *out)
{
    size_t      len;
    unsigned    n;
    scim_str_t  rest = scim_str_from(words);

    for (n = 0; value->type == SCIM_JSON_STRING && rest.len != 0; n++) {

        for (len = 0; len < rest.len && rest.data[len] != '|'; len++) {
            /* to its end */
        }

        if (scim_str_eq(value->text, (scim_str_t) { rest.data, len })) {
            *out = n;
            return SCIM_OK;
        }

        rest = scim_str_skip(rest, (len < rest.len) ? len + 1 : len);
    }

    return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" must be one of %s", SCIM_FMT(parse->name),
                       words);
}


static scim_rc_t
read_members(parse_t *parse, const scim_json_t *object,
    const setting_t *settings)
{
    scim_rc_t           rc;
    const setting_t    *setting;
    const scim_json_t  *member;

    for (member = object->first; member != NULL; member = member->next) {

        for (setting = settings; setting->set != NULL; setting++) {
            if (scim_str_eq(setting->name, member->name)) {
                break;
            }
        }

        if (setting->set == NULL) {
            return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                               "\"%.*s\" is no setting of a tenant (see "
                               "docs/admin-api.md)", SCIM_FMT(member->name));
        }

        if (member->type == SCIM_JSON_NULL) {
            continue;
        }

        parse->name = setting->name;

        rc = setting->set(parse, member);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* --- words ---------------------------------------------------------------- */

static scim_rc_t
set_unknown(parse_t *parse, const scim_json_t *value)
{
    unsigned   n = 0;
    scim_rc_t  rc;

    rc = read_word(parse, value, "ignore|keep|refuse", &n);
    parse->policy->unknown = (scim_unknown_e) n;

    return rc;
}


static scim_rc_t
set_display(parse_t *parse, const scim_json_t *value)
{
    unsigned   n = 0;
    scim_rc_t  rc;

    rc = read_word(parse, value, "sent|derived", &n);
    parse->policy->display = (scim_display_e) n;

    return rc;
}


static scim_rc_t
set_delete(parse_t *parse, const scim_json_t *value)
{
    unsigned   n = 0;
    scim_rc_t  rc;

    rc = read_word(parse, value, "remove|deactivate", &n);
    parse->policy->delete_deactivates = n == 1;

    return rc;
}


static scim_rc_t
set_unknown_members(parse_t *parse, const scim_json_t *value)
{
    unsigned   n = 0;
    scim_rc_t  rc;

    rc = read_word(parse, value, "refuse|park", &n);
    parse->policy->unknown_members = (scim_missing_e) n;

    return rc;
}


static scim_rc_t
set_media(parse_t *parse, const scim_json_t *value)
{
    unsigned   n = 0;
    scim_rc_t  rc;

    rc = read_word(parse, value, "auto|scim|json", &n);
    parse->policy->media = (scim_media_e) (SCIM_MEDIA_AUTO + n);

    return rc;
}


static scim_rc_t
set_no_target(parse_t *parse, const scim_json_t *value)
{
    unsigned   n = 0;
    scim_rc_t  rc;

    rc = read_word(parse, value, "auto|create|error", &n);
    parse->policy->no_target = (scim_no_target_e) n;

    return rc;
}


/* --- the rest ------------------------------------------------------------- */

static scim_rc_t
set_groups(parse_t *parse, const scim_json_t *value)
{
    bool       on = true;
    scim_rc_t  rc;

    rc = read_bool(parse, value, &on);
    parse->policy->groups_off = !on;

    return rc;
}


static scim_rc_t
set_default_group(parse_t *parse, const scim_json_t *value)
{
    return read_text(parse, value, &parse->policy->default_group);
}


static scim_rc_t
set_single_token(parse_t *parse, const scim_json_t *value)
{
    return read_bool(parse, value, &parse->policy->single_token);
}


static scim_rc_t
set_dry_run(parse_t *parse, const scim_json_t *value)
{
    return read_bool(parse, value, &parse->policy->dry_run);
}


static scim_rc_t
set_history_enabled(parse_t *parse, const scim_json_t *value)
{
    bool       on = true;
    scim_rc_t  rc;

    rc = read_bool(parse, value, &on);
    parse->policy->history_off = !on;

    return rc;
}


static scim_rc_t
set_history_count(parse_t *parse, const scim_json_t *value)
{
    return read_number(parse, value, 0, NUMBER_MAX,
                       &parse->policy->history_count);
}


static scim_rc_t
set_history_days(parse_t *parse, const scim_json_t *value)
{
    uint64_t   days = 0;
    scim_rc_t  rc;

    rc = read_number(parse, value, 0, NUMBER_MAX / DAY, &days);
    parse->policy->history_age = days * DAY;

    return rc;
}


static scim_rc_t
set_history(parse_t *parse, const scim_json_t *value)
{
    static const setting_t  settings[] = {
        { SCIM_STR("enabled"), set_history_enabled },
        { SCIM_STR("count"), set_history_count },
        { SCIM_STR("days"), set_history_days },
        { SCIM_STR(""), NULL }
    };

    return (value->type != SCIM_JSON_OBJECT)
           ? refuse(parse, "an object of enabled, count and days")
           : read_members(parse, value, settings);
}


static scim_rc_t
set_breaker_count(parse_t *parse, const scim_json_t *value)
{
    return read_number(parse, value, 0, NUMBER_MAX,
                       &parse->policy->breaker_count);
}


static scim_rc_t
set_breaker_percent(parse_t *parse, const scim_json_t *value)
{
    return read_number(parse, value, 0, 100, &parse->policy->breaker_percent);
}


static scim_rc_t
set_breaker_seconds(parse_t *parse, const scim_json_t *value)
{
    return read_number(parse, value, 1, 366 * DAY,
                       &parse->policy->breaker_window);
}


static scim_rc_t
set_breaker(parse_t *parse, const scim_json_t *value)
{
    static const setting_t  settings[] = {
        { SCIM_STR("count"), set_breaker_count },
        { SCIM_STR("percent"), set_breaker_percent },
        { SCIM_STR("seconds"), set_breaker_seconds },
        { SCIM_STR(""), NULL }
    };

    return (value->type != SCIM_JSON_OBJECT)
           ? refuse(parse, "an object of count, percent and seconds")
           : read_members(parse, value, settings);
}


/* --- rules ---------------------------------------------------------------- */

static scim_rc_t
read_rule(parse_t *parse, const scim_json_t *value, scim_rule_t *out)
{
    size_t              i;
    scim_str_t          part[4] = { SCIM_STR("User") };
    const scim_json_t  *member;

    static const char *const  names[] = {
        "type", "attribute", "pattern", "message"
    };

    if (value->type != SCIM_JSON_OBJECT) {
        return refuse(parse, "a list of objects");
    }

    for (member = value->first; member != NULL; member = member->next) {

        for (i = 0; i < 4; i++) {
            if (scim_str_eq(member->name, scim_str_from(names[i]))) {
                break;
            }
        }

        if (i == 4 || member->type != SCIM_JSON_STRING) {
            return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                               "A rule of \"require\" has type, attribute, "
                               "pattern and message, all strings, and no "
                               "\"%.*s\"", SCIM_FMT(member->name));
        }

        if (scim_str_dup(parse->pool, member->text, &part[i]) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    return scim_policy_rule(parse->pool, parse->schemas, part[0], part[1],
                            part[2], part[3], out, parse->err);
}


static scim_rc_t
set_rules(parse_t *parse, const scim_json_t *value)
{
    size_t              n;
    scim_rc_t           rc;
    scim_rule_t        *rules;
    const scim_json_t  *element;

    if (value->type != SCIM_JSON_ARRAY) {
        return refuse(parse, "a list of rules");
    }

    if (value->count > SCIM_POLICY_RULES) {
        return scim_refuse(parse->err, 400, SCIM_INVALID_VALUE,
                           "\"require\" may have %d rules, and has %zu",
                           SCIM_POLICY_RULES, value->count);
    }

    rules = scim_palloc(parse->pool, value->count * sizeof(scim_rule_t));
    if (rules == NULL) {
        return SCIM_NOMEM;
    }

    n = 0;

    for (element = value->first; element != NULL; element = element->next) {
        rc = read_rule(parse, element, &rules[n++]);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    parse->policy->rules = rules;
    parse->policy->nrules = n;

    return SCIM_OK;
}


/* --- all of them ---------------------------------------------------------- */

static const setting_t  all[] = {
    { SCIM_STR("unknownAttributes"), set_unknown },
    { SCIM_STR("groups"), set_groups },
    { SCIM_STR("defaultGroup"), set_default_group },
    { SCIM_STR("displayName"), set_display },
    { SCIM_STR("delete"), set_delete },
    { SCIM_STR("unknownMembers"), set_unknown_members },
    { SCIM_STR("responseType"), set_media },
    { SCIM_STR("patchNoTarget"), set_no_target },
    { SCIM_STR("singleToken"), set_single_token },
    { SCIM_STR("require"), set_rules },
    { SCIM_STR("history"), set_history },
    { SCIM_STR("breaker"), set_breaker },
    { SCIM_STR("dryRun"), set_dry_run },
    { SCIM_STR(""), NULL }
};


static scim_rc_t
read_object(scim_pool_t *pool, scim_str_t settings, scim_json_t **out,
    scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_json_parse(pool, settings, NULL, out, err);
    if (rc == SCIM_NOMEM || rc == SCIM_REFUSED) {
        return rc;
    }

    return (rc == SCIM_OK && (*out)->type == SCIM_JSON_OBJECT)
           ? SCIM_OK
           : scim_refuse(err, 400, SCIM_INVALID_VALUE,
                         "\"settings\" must be a JSON object");
}


scim_rc_t
scim_policy_parse(scim_pool_t *pool, const scim_schemas_t *schemas,
    scim_str_t settings, const scim_policy_t *base, scim_policy_t *out,
    scim_error_t *err)
{
    parse_t       parse;
    scim_rc_t     rc;
    scim_json_t  *root;

    *out = *base;
    parse = (parse_t) { pool, schemas, out, err, scim_str_absent };

    if (settings.len == 0 || scim_str_eq(settings, scim_str("{}"))) {
        return SCIM_OK;
    }

    rc = read_object(pool, settings, &root, err);

    return (rc == SCIM_OK) ? read_members(&parse, root, all) : rc;
}


/* The members of change over those of object; nested once at most, as no
 * setting is deeper. */
static scim_rc_t
merge(scim_pool_t *pool, scim_json_t *object, const scim_json_t *change,
    bool nested)
{
    scim_json_t        *there;
    const scim_json_t  *member;

    for (member = change->first; member != NULL; member = member->next) {
        there = scim_json_get(object, member->name);

        if (member->type == SCIM_JSON_NULL) {
            if (there != NULL) {
                scim_json_remove(object, there);
            }

        } else if (member->type == SCIM_JSON_OBJECT && !nested) {

            if (there == NULL || there->type != SCIM_JSON_OBJECT) {
                there = scim_json_object(pool);
                if (scim_json_set(object, member->name, there) != SCIM_OK) {
                    return SCIM_NOMEM;
                }
            }

            if (merge(pool, there, member, true) != SCIM_OK) {
                return SCIM_NOMEM;
            }

            if (there->first == NULL) {
                scim_json_remove(object, there);
            }

        } else if (scim_json_set(object, member->name,
                                 scim_json_copy(pool, member)) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_policy_merge(scim_pool_t *pool, scim_str_t settings,
    const scim_json_t *change, scim_str_t *out, scim_error_t *err)
{
    scim_rc_t     rc;
    scim_buf_t    buf;
    scim_json_t  *root;

    rc = read_object(pool, (settings.len == 0) ? scim_str("{}") : settings,
                     &root, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    scim_buf_init(&buf, pool, settings.len + 256);

    if (merge(pool, root, change, false) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_json_write(&buf, root);

    if (scim_buf_done(&buf, out) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return (out->len <= SCIM_POLICY_SETTINGS)
           ? SCIM_OK
           : scim_refuse(err, 400, SCIM_INVALID_VALUE,
                         "The settings of a tenant may have %d bytes, and "
                         "these are %zu", SCIM_POLICY_SETTINGS, out->len);
}
