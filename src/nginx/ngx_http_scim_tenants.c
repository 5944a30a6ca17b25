/*
 * A set-associative table: a hash of the tenant's name tells a set of four
 * places, of which the oldest is left for a newcomer.
 */

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_http_scim_tenants.h"


#define NGX_HTTP_SCIM_TENANT_SETS  128
#define NGX_HTTP_SCIM_TENANT_WAYS  4


typedef scim_settings_t *
    ngx_http_scim_tenant_set_t[NGX_HTTP_SCIM_TENANT_WAYS];

static ngx_http_scim_tenant_set_t
    ngx_http_scim_tenant_sets[NGX_HTTP_SCIM_TENANT_SETS];

/* The settings refer to configurations of this cycle. */
static volatile ngx_cycle_t  *ngx_http_scim_tenant_cycle;


static void
ngx_http_scim_tenants_clear(void)
{
    ngx_uint_t         i;
    scim_settings_t  **place;

    place = ngx_http_scim_tenant_sets[0];

    for (i = 0;
         i < NGX_HTTP_SCIM_TENANT_SETS * NGX_HTTP_SCIM_TENANT_WAYS;
         i++)
    {
        if (place[i] != NULL) {
            scim_settings_release(place[i]);
            place[i] = NULL;
        }
    }
}


static scim_settings_t **
ngx_http_scim_tenant_set(scim_str_t tenant)
{
    /* one process alone goes on into the next cycle */
    if (ngx_http_scim_tenant_cycle != ngx_cycle) {
        ngx_http_scim_tenants_clear();
        ngx_http_scim_tenant_cycle = ngx_cycle;
    }

    return ngx_http_scim_tenant_sets[ngx_murmur_hash2((u_char *) tenant.data,
                                                      tenant.len)
                                     % NGX_HTTP_SCIM_TENANT_SETS];
}


static ngx_uint_t
ngx_http_scim_tenant_place(scim_settings_t **set, const scim_op_conf_t *conf,
    scim_str_t tenant)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_SCIM_TENANT_WAYS && set[i] != NULL; i++) {
        if (set[i]->conf == conf && scim_str_eq(set[i]->tenant, tenant)) {
            break;
        }
    }

    return i;
}


static scim_settings_t *
ngx_http_scim_tenants_find(void *data, const scim_op_conf_t *conf,
    scim_str_t tenant)
{
    ngx_uint_t         i;
    scim_settings_t  **set;

    set = ngx_http_scim_tenant_set(tenant);
    i = ngx_http_scim_tenant_place(set, conf, tenant);

    return (i < NGX_HTTP_SCIM_TENANT_WAYS) ? set[i] : NULL;
}


/* The newest stands first. */
static void
ngx_http_scim_tenants_keep(void *data, scim_settings_t *settings)
{
    ngx_uint_t         i;
    scim_settings_t  **set;

    set = ngx_http_scim_tenant_set(settings->tenant);
    i = ngx_http_scim_tenant_place(set, settings->conf, settings->tenant);

    if (i == NGX_HTTP_SCIM_TENANT_WAYS) {
        i--;
    }

    scim_settings_hold(settings);

    if (set[i] != NULL) {
        scim_settings_release(set[i]);
    }

    ngx_memmove(&set[1], &set[0], i * sizeof(scim_settings_t *));
    set[0] = settings;
}


const scim_settings_cache_t  ngx_http_scim_tenants = {
    ngx_http_scim_tenants_find, ngx_http_scim_tenants_keep, NULL
};
