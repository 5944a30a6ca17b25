/*
 * Directives: their table, and what those do that are more than a value in
 * its place.
 */

#include "ngx_http_scim.h"


/* What a directive puts into its location. */
typedef struct {
    ngx_http_handler_pt  handler;
} ngx_http_scim_role_t;


static char *ngx_http_scim_set_role(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_scim_set_token(ngx_conf_t *cf, ngx_command_t *cmd,
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
static ngx_http_scim_role_t  ngx_http_scim_changes_role =
    { ngx_http_scim_changes_handler };


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


static ngx_conf_enum_t  ngx_http_scim_displays[] = {
    { ngx_string("sent"), SCIM_DISPLAY_SENT },
    { ngx_string("derived"), SCIM_DISPLAY_DERIVED },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_scim_deletes[] = {
    { ngx_string("remove"), 0 },
    { ngx_string("deactivate"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_scim_unknown_members[] = {
    { ngx_string("refuse"), SCIM_MISSING_REFUSE },
    { ngx_string("park"), SCIM_MISSING_PARK },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_scim_response_types[] = {
    { ngx_string("auto"), SCIM_MEDIA_AUTO },
    { ngx_string("scim"), SCIM_MEDIA_SCIM },
    { ngx_string("json"), SCIM_MEDIA_JSON },
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

/* A value of http{}, server{} and locations. */
#define ngx_http_scim_any(name, args, set, field, post)                       \
    { ngx_string(name), NGX_HTTP_SCIM_ANY_CONF|args, set,                     \
      NGX_HTTP_LOC_CONF_OFFSET, ngx_http_scim_loc_offset(field), post }

#define ngx_http_scim_redis_offset(field)                                     \
    (offsetof(ngx_http_scim_main_conf_t, redis)                               \
     + offsetof(ngx_http_scim_redis_conf_t, field))


ngx_command_t  ngx_http_scim_commands[] = {

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
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_scim_set_token,
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

    { ngx_string("scim_changes"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_scim_set_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_scim_changes_role },

    ngx_http_scim_any("scim_tenant", NGX_CONF_TAKE1,
                      ngx_http_set_complex_value_slot, tenant, NULL),

    ngx_http_scim_any("scim_me", NGX_CONF_TAKE1,
                      ngx_http_set_complex_value_slot, me, NULL),

    ngx_http_scim_any("scim_actor", NGX_CONF_TAKE1,
                      ngx_http_set_complex_value_slot, actor, NULL),

    ngx_http_scim_any("scim_base_url", NGX_CONF_TAKE1,
                      ngx_http_set_complex_value_slot, base_url, NULL),

    { ngx_string("scim_prefix"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      ngx_http_scim_loc_offset(prefix),
      NULL },

    ngx_http_scim_any("scim_patch_no_target", NGX_CONF_TAKE1,
                      ngx_conf_set_enum_slot, policy.no_target,
                      &ngx_http_scim_no_targets),

    ngx_http_scim_any("scim_unknown_attributes", NGX_CONF_TAKE1,
                      ngx_conf_set_enum_slot, policy.unknown,
                      &ngx_http_scim_unknowns),

    ngx_http_scim_any("scim_group_name_unique", NGX_CONF_FLAG,
                      ngx_conf_set_flag_slot, group_name_unique, NULL),

    ngx_http_scim_any("scim_failures", NGX_CONF_FLAG,
                      ngx_conf_set_flag_slot, failures, NULL),

    ngx_http_scim_any("scim_default_count", NGX_CONF_TAKE1,
                      ngx_conf_set_num_slot, default_count,
                      &ngx_http_scim_positive),

    ngx_http_scim_any("scim_max_count", NGX_CONF_TAKE1,
                      ngx_conf_set_num_slot, max_count,
                      &ngx_http_scim_positive),

    ngx_http_scim_any("scim_scan_limit", NGX_CONF_TAKE1,
                      ngx_conf_set_num_slot, scan_limit,
                      &ngx_http_scim_positive),

    ngx_http_scim_any("scim_cursor_timeout", NGX_CONF_TAKE1,
                      ngx_conf_set_sec_slot, cursor_timeout,
                      &ngx_http_scim_some_time),

    ngx_http_scim_any("scim_max_body", NGX_CONF_TAKE1,
                      ngx_conf_set_size_slot, max_body, NULL),

    ngx_http_scim_any("scim_max_depth", NGX_CONF_TAKE1,
                      ngx_conf_set_num_slot, max_depth,
                      &ngx_http_scim_positive),

    ngx_http_scim_any("scim_bulk_max_operations", NGX_CONF_TAKE1,
                      ngx_conf_set_num_slot, bulk_operations,
                      &ngx_http_scim_not_negative),

    ngx_http_scim_any("scim_bulk_max_payload", NGX_CONF_TAKE1,
                      ngx_conf_set_size_slot, bulk_payload, NULL),

    ngx_http_scim_any("scim_response_type", NGX_CONF_TAKE1,
                      ngx_conf_set_enum_slot, policy.media,
                      &ngx_http_scim_response_types),

    ngx_http_scim_any("scim_groups", NGX_CONF_FLAG,
                      ngx_conf_set_flag_slot, policy.groups, NULL),

    ngx_http_scim_any("scim_default_group", NGX_CONF_TAKE1,
                      ngx_conf_set_str_slot, policy.default_group, NULL),

    ngx_http_scim_any("scim_display_name", NGX_CONF_TAKE1,
                      ngx_conf_set_enum_slot, policy.display,
                      &ngx_http_scim_displays),

    ngx_http_scim_any("scim_delete", NGX_CONF_TAKE1,
                      ngx_conf_set_enum_slot, policy.deactivates,
                      &ngx_http_scim_deletes),

    ngx_http_scim_any("scim_unknown_members", NGX_CONF_TAKE1,
                      ngx_conf_set_enum_slot, policy.unknown_members,
                      &ngx_http_scim_unknown_members),

    ngx_http_scim_any("scim_single_token", NGX_CONF_FLAG,
                      ngx_conf_set_flag_slot, policy.single_token, NULL),

    ngx_http_scim_any("scim_require",
                      NGX_CONF_TAKE2|NGX_CONF_TAKE3|NGX_CONF_TAKE4,
                      ngx_http_scim_require, policy.rules, NULL),

    ngx_http_scim_any("scim_history", NGX_CONF_TAKE123,
                      ngx_http_scim_history, policy.history, NULL),

    ngx_http_scim_any("scim_breaker", NGX_CONF_TAKE123,
                      ngx_http_scim_breaker, policy.breaker, NULL),

    ngx_http_scim_any("scim_token_cache", NGX_CONF_TAKE1,
                      ngx_conf_set_msec_slot, token_cache, NULL),

      ngx_null_command
};


/* A time that is announced as a positive number, of 32 bits at most. */
static char *
ngx_http_scim_check_time(ngx_conf_t *cf, void *post, void *data)
{
    time_t  *time = data;

    return (*time < 1 || *time > NGX_MAX_INT32_VALUE)
           ? "must be one second or more" : NGX_CONF_OK;
}


static ngx_int_t
ngx_http_scim_add_place(ngx_conf_t *cf, ngx_http_scim_loc_conf_t *slcf,
    ngx_http_core_loc_conf_t *clcf)
{
    ngx_http_scim_place_t      *place;
    ngx_http_scim_main_conf_t  *smcf;

    smcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_scim_module);

    place = ngx_array_push(&smcf->places);
    if (place == NULL) {
        return NGX_ERROR;
    }

    place->server = ngx_http_conf_get_module_srv_conf(cf,
                                                      ngx_http_core_module);
    place->conf = slcf;
    place->core = clcf;

    return NGX_OK;
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

    if (role->handler == ngx_http_scim_handler
        && ngx_http_scim_add_place(cf, slcf, clcf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

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


static char *
ngx_http_scim_set_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_scim_loc_conf_t  *slcf = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    if (cf->args->nelts == 2) {
        if (ngx_strcmp(value[1].data, "optional") != 0) {
            return "takes \"optional\" or nothing";
        }

        slcf->token_optional = 1;
    }

    return ngx_http_scim_set_role(cf, cmd, conf);
}
