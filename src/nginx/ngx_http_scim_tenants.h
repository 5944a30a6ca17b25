/*
 * Tenants' settings that a worker has read: a table of fixed size.  They need
 * no end, as the store checks with each command that they are still those of
 * the tenant.
 */

#ifndef NGX_HTTP_SCIM_TENANTS_H
#define NGX_HTTP_SCIM_TENANTS_H

#include "../op/scim_op.h"


/* The worker's, for env.settings. */
extern const scim_settings_cache_t  ngx_http_scim_tenants;

#endif /* NGX_HTTP_SCIM_TENANTS_H */
