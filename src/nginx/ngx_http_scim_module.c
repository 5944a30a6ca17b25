/*
 * Directives and configurations; the beginning and end of a worker.
 */

#include "ngx_http_scim.h"
#include "ngx_http_scim_run.h"


/* What a directive without arguments puts into its location. */
typedef struct {
    ngx_http_handler_pt  handler;
} ngx_http_scim_role_t;


static void *ngx_http_scim_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_scim_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_scim_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_scim_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_http_scim_set_role(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_http_scim_role_t  ngx_http_scim_role = { ngx_http_scim_handler };
static ngx_http_scim_role_t  ngx_http_scim_token_role =
    { ngx_http_scim_token_handler };
static ngx_http_scim_role_t  ngx_http_scim_error_role =
    { ngx_http_scim_error_handler };
static ngx_http_scim_role_t  ngx_http_scim_admin_role =
    { ngx_http_scim_admin_handler };
static ngx_http_scim_role_t  ngx_http_scim_health_role =
    { ngx_http_scim_health_handler };


static ngx_conf_enum_t  ngx_http_scim_no_targets[] = {
    { ngx_string("auto"), SCIM_NO_TARGET_AUTO },
    { ngx_string("create"), SCIM_NO_TARGET_CREATE },
    { ngx_string("error"), SCIM_NO_TARGET_ERROR },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_scim_unknowns[] = {
    { ngx_string("ignore"), SCIM_UNKNOWN_IGNORE },
    { ngx_string("keep"), SCIM_UNKNOWN_KEEP },
    { ngx_string("refuse"), SCIM_UNKNOWN_REFUSE },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_scim_response_types[] = {
    { ngx_string("auto"), NGX_HTTP_SCIM_TYPE_AUTO },
    { ngx_string("scim"), NGX_HTTP_SCIM_TYPE_SCIM },
    { ngx_string("json"), NGX_HTTP_SCIM_TYPE_JSON },
    { ngx_null_string, 0 }
};


static ngx_conf_num_bounds_t  ngx_http_scim_positive = {
    ngx_conf_check_num_bounds, 1, NGX_MAX_INT32_VALUE
};

static ngx_conf_num_bounds_t  ngx_http_scim_not_negative = {
    ngx_conf_check_num_bounds, 0, NGX_MAX_INT32_VALUE
};


static char *ngx_http_scim_check_time(ngx_conf_t *cf, void *post, void *data);

static ngx_conf_post_t  ngx_http_scim_some_time = {
    ngx_http_scim_check_time
};


#define NGX_HTTP_SCIM_ANY_CONF                                                \
    (NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF)

#define ngx_http_scim_loc_offset(field)                                       \
    offsetof(ngx_http_scim_loc_conf_t, field)

#define ngx_http_scim_redis_offset(field)                                     \
    (offsetof(ngx_http_scim_main_conf_t, redis)                               \
     + offsetof(ngx_http_scim_redis_conf_t, field))


static ngx_command_t  ngx_http_scim_commands[] = {

    { ngx_string("scim_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_scim_redis_address,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_scim_main_conf_t, redis),
      NULL },

    { ngx_string("scim_redis_user"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_scim_redis_offset(user),
      NULL },

    { ngx_string("scim_redis_password_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_scim_redis_password_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_scim_main_conf_t, redis),
      NULL },

    { ngx_string("scim_redis_db"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_scim_redis_offset(db),
      NULL },

    { ngx_string("scim_redis_connect_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_scim_redis_offset(connect_timeout),
      NULL },

    { ngx_string("scim_redis_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_scim_redis_offset(timeout),
      NULL },

    { ngx_string("scim_redis_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_scim_redis_offset(queue),
      &ngx_http_scim_positive },

    { ngx_string("scim_schema"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_scim_schema,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("scim_index"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_scim_index,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("scim"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_scim_set_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_scim_role },

    { ngx_string("scim_token"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_scim_set_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_scim_token_role },

    { ngx_string("scim_error"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_scim_set_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_scim_error_role },

    { ngx_string("scim_admin"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_scim_set_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_scim_admin_role },

    { ngx_string("scim_health"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_scim_set_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_scim_health_role },

    { ngx_string("scim_tenant"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(tenant),
      NULL },

    { ngx_string("scim_me"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(me),
      NULL },

    { ngx_string("scim_base_url"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(base_url),
      NULL },

    { ngx_string("scim_prefix"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(prefix),
      NULL },

    { ngx_string("scim_patch_no_target"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(no_target),
      &ngx_http_scim_no_targets },

    { ngx_string("scim_unknown_attributes"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(unknown),
      &ngx_http_scim_unknowns },

    { ngx_string("scim_group_name_unique"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(group_name_unique),
      NULL },

    { ngx_string("scim_default_count"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(default_count),
      &ngx_http_scim_positive },

    { ngx_string("scim_max_count"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(max_count),
      &ngx_http_scim_positive },

    { ngx_string("scim_scan_limit"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(scan_limit),
      &ngx_http_scim_positive },

    { ngx_string("scim_cursor_timeout"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(cursor_timeout),
      &ngx_http_scim_some_time },

    { ngx_string("scim_max_body"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(max_body),
      NULL },

    { ngx_string("scim_max_depth"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(max_depth),
      &ngx_http_scim_positive },

    { ngx_string("scim_bulk_max_operations"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(bulk_operations),
      &ngx_http_scim_not_negative },

    { ngx_string("scim_bulk_max_payload"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(bulk_payload),
      NULL },

    { ngx_string("scim_response_type"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(response_type),
      &ngx_http_scim_response_types },

    { ngx_string("scim_token_cache"),
      NGX_HTTP_SCIM_ANY_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(token_cache),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_scim_module_ctx = {
    ngx_http_scim_add_variables,    /* preconfiguration */
    NULL,                           /* postconfiguration */

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

    rv = ngx_http_scim_redis_conf_init(cf, &smcf->redis);
    if (rv != NGX_CONF_OK) {
        return rv;
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

    slcf->no_target = NGX_CONF_UNSET_UINT;
    slcf->unknown = NGX_CONF_UNSET_UINT;
    slcf->group_name_unique = NGX_CONF_UNSET;
    slcf->default_count = NGX_CONF_UNSET_UINT;
    slcf->max_count = NGX_CONF_UNSET_UINT;
    slcf->scan_limit = NGX_CONF_UNSET_UINT;
    slcf->cursor_timeout = NGX_CONF_UNSET;
    slcf->max_body = NGX_CONF_UNSET_SIZE;
    slcf->max_depth = NGX_CONF_UNSET_UINT;
    slcf->bulk_operations = NGX_CONF_UNSET_UINT;
    slcf->bulk_payload = NGX_CONF_UNSET_SIZE;
    slcf->response_type = NGX_CONF_UNSET_UINT;
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

    if (conf->base_url == NULL) {
        conf->base_url = prev->base_url;
    }

    ngx_conf_merge_uint_value(conf->no_target, prev->no_target,
                              SCIM_NO_TARGET_AUTO);
    ngx_conf_merge_uint_value(conf->unknown, prev->unknown,
                              SCIM_UNKNOWN_IGNORE);
    ngx_conf_merge_value(conf->group_name_unique, prev->group_name_unique, 1);
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
    ngx_conf_merge_uint_value(conf->response_type, prev->response_type,
                              NGX_HTTP_SCIM_TYPE_AUTO);
    ngx_conf_merge_msec_value(conf->token_cache, prev->token_cache, 1000);

    /* stored documents are read with the default limit */
    if (conf->unknown == SCIM_UNKNOWN_KEEP && conf->max_depth > 32) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"scim_unknown_attributes keep\" allows no "
                      "\"scim_max_depth\" above 32");
        return NGX_CONF_ERROR;
    }

    smcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_scim_module);

    conf->op.schemas = smcf->schemas;
    conf->op.indexes = smcf->indexes[conf->group_name_unique];
    conf->op.default_count = ngx_min(conf->default_count, conf->max_count);
    conf->op.max_count = conf->max_count;
    conf->op.bulk_operations = conf->bulk_operations;
    conf->op.bulk_payload = conf->bulk_payload;
    conf->op.scan_limit = conf->scan_limit;
    conf->op.cursor_timeout = (unsigned) conf->cursor_timeout;
    conf->op.no_target = (scim_no_target_e) conf->no_target;

    scim_policy_init(&conf->op.policy);
    conf->op.policy.unknown = (scim_unknown_e) conf->unknown;

    return ngx_http_scim_merge_handler(cf, prev, conf);
}


/* A time that is announced as a positive number, of 32 bits at most. */
static char *
ngx_http_scim_check_time(ngx_conf_t *cf, void *post, void *data)
{
    time_t  *time = data;

    return (*time < 1 || *time > NGX_MAX_INT32_VALUE)
           ? "must be one second or more" : NGX_CONF_OK;
}


static char *
ngx_http_scim_set_role(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_scim_loc_conf_t  *slcf = conf;

    ngx_http_scim_role_t      *role;
    ngx_http_core_loc_conf_t  *clcf;

    if (slcf->handler != NULL) {
        return "is given beside another handler of the SCIM module";
    }

    role = cmd->post;
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    clcf->handler = role->handler;
    slcf->handler = role->handler;

#if (NGX_PCRE)
    if (clcf->regex != NULL) {
        return NGX_CONF_OK;
    }
#endif

    if (clcf->named || clcf->name.len == 0) {
        return NGX_CONF_OK;
    }

    slcf->name = clcf->name;

    if (slcf->name.data[slcf->name.len - 1] == '/') {
        slcf->name.len--;
    }

    return NGX_CONF_OK;
}

