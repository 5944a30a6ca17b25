/*
 * The module: its configurations, and the beginning and end of a worker.
 */

#include "ngx_http_scim.h"
#include "ngx_http_scim_run.h"


static void *ngx_http_scim_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_scim_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_scim_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_scim_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);


static ngx_http_module_t  ngx_http_scim_module_ctx = {
    ngx_http_scim_add_variables,    /* preconfiguration */
    ngx_http_scim_failure_init,     /* postconfiguration */

    ngx_http_scim_create_main_conf, /* create main configuration */
    ngx_http_scim_init_main_conf,   /* init main configuration */

    NULL,                           /* create server configuration */
    NULL,                           /* merge server configuration */

    ngx_http_scim_create_loc_conf,  /* create location configuration */
    ngx_http_scim_merge_loc_conf    /* merge location configuration */
};


ngx_module_t  ngx_http_scim_module = {
    NGX_MODULE_V1,
    &ngx_http_scim_module_ctx,      /* module context */
    ngx_http_scim_commands,         /* module directives */
    NGX_HTTP_MODULE,                /* module type */
    NULL,                           /* init master */
    NULL,                           /* init module */
    NULL,                           /* init process */
    NULL,                           /* init thread */
    NULL,                           /* exit thread */
    ngx_http_scim_run_exit,         /* exit process */
    NULL,                           /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_http_scim_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_scim_main_conf_t  *smcf;

    smcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_scim_main_conf_t));
    if (smcf == NULL) {
        return NULL;
    }

    ngx_http_scim_redis_conf_create(&smcf->redis);

    if (ngx_array_init(&smcf->places, cf->pool, 4,
                       sizeof(ngx_http_scim_place_t)) != NGX_OK)
    {
        return NULL;
    }

    if (ngx_http_scim_schemas_create(cf, smcf) != NGX_CONF_OK) {
        return NULL;
    }

    return smcf;
}


static char *
ngx_http_scim_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_scim_main_conf_t  *smcf = conf;

    char  *rv;

    static ngx_str_t  request_id = ngx_string("request_id");

    rv = ngx_http_scim_redis_conf_init(cf, &smcf->redis);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    /* without an index each look at it gives another value */
    smcf->request_id = ngx_http_get_variable_index(cf, &request_id);
    if (smcf->request_id == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_scim_schemas_init(cf, smcf);
}


static void *
ngx_http_scim_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_scim_loc_conf_t  *slcf;

    slcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_scim_loc_conf_t));
    if (slcf == NULL) {
        return NULL;
    }

    ngx_http_scim_policy_create(&slcf->policy);
    slcf->group_name_unique = NGX_CONF_UNSET;
    slcf->failures = NGX_CONF_UNSET;
    slcf->default_count = NGX_CONF_UNSET_UINT;
    slcf->max_count = NGX_CONF_UNSET_UINT;
    slcf->scan_limit = NGX_CONF_UNSET_UINT;
    slcf->cursor_timeout = NGX_CONF_UNSET;
    slcf->max_body = NGX_CONF_UNSET_SIZE;
    slcf->max_depth = NGX_CONF_UNSET_UINT;
    slcf->bulk_operations = NGX_CONF_UNSET_UINT;
    slcf->bulk_payload = NGX_CONF_UNSET_SIZE;
    slcf->token_cache = NGX_CONF_UNSET_MSEC;

    return slcf;
}


/*
 * The handler goes on into "if" and "limit_except" blocks, as those of
 * proxy_pass and its kin do; into no other nested location.
 */
static char *
ngx_http_scim_merge_handler(ngx_conf_t *cf, ngx_http_scim_loc_conf_t *prev,
    ngx_http_scim_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && clcf->handler == NULL && prev->handler != NULL) {
        clcf->handler = prev->handler;
        conf->handler = prev->handler;
        conf->token_optional = prev->token_optional;
        conf->name = prev->name;

        if (conf->prefix == NULL) {
            conf->prefix = prev->prefix;
        }
    }

    if (conf->prefix == NULL && conf->name.data == NULL
        && (conf->handler == ngx_http_scim_handler
            || conf->handler == ngx_http_scim_admin_handler))
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "location \"%V\" is no prefix of a URI: say with "
                      "\"scim_prefix\" what the SCIM paths come after",
                      &clcf->name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_scim_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_scim_loc_conf_t  *prev = parent;
    ngx_http_scim_loc_conf_t  *conf = child;

    ngx_http_scim_main_conf_t  *smcf;

    if (conf->tenant == NULL) {
        conf->tenant = prev->tenant;
    }

    if (conf->me == NULL) {
        conf->me = prev->me;
    }

    if (conf->actor == NULL) {
        conf->actor = prev->actor;
    }

    if (conf->base_url == NULL) {
        conf->base_url = prev->base_url;
    }

    ngx_conf_merge_value(conf->group_name_unique, prev->group_name_unique, 1);
    ngx_conf_merge_value(conf->failures, prev->failures, 1);
    ngx_conf_merge_uint_value(conf->default_count, prev->default_count, 100);
    ngx_conf_merge_uint_value(conf->max_count, prev->max_count, 1000);
    ngx_conf_merge_uint_value(conf->scan_limit, prev->scan_limit, 10000);
    ngx_conf_merge_sec_value(conf->cursor_timeout, prev->cursor_timeout, 3600);
    ngx_conf_merge_size_value(conf->max_body, prev->max_body, 1024 * 1024);
    ngx_conf_merge_uint_value(conf->max_depth, prev->max_depth, 32);
    ngx_conf_merge_uint_value(conf->bulk_operations, prev->bulk_operations,
                              1000);
    ngx_conf_merge_size_value(conf->bulk_payload, prev->bulk_payload,
                              1024 * 1024);
    ngx_conf_merge_msec_value(conf->token_cache, prev->token_cache, 1000);

    smcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_scim_module);

    conf->op.schemas = smcf->schemas;
    conf->op.indexes = smcf->indexes[conf->group_name_unique];
    conf->op.default_count = ngx_min(conf->default_count, conf->max_count);
    conf->op.max_count = conf->max_count;
    conf->op.bulk_operations = conf->bulk_operations;
    conf->op.bulk_payload = conf->bulk_payload;
    conf->op.scan_limit = conf->scan_limit;
    conf->op.cursor_timeout = (unsigned) conf->cursor_timeout;

    if (ngx_http_scim_policy_merge(cf, prev, conf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_scim_merge_handler(cf, prev, conf);
}
