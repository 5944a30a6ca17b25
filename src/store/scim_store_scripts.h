/*
 * The scripts of src/store/scripts/, compiled in by tools/embed.sh.
 */

#ifndef SCIM_STORE_SCRIPTS_H
#define SCIM_STORE_SCRIPTS_H

#include "scim_store.h"

extern const scim_script_t scim_script_breaker_release;
extern const scim_script_t scim_script_commit;
extern const scim_script_t scim_script_delete;
extern const scim_script_t scim_script_failure;
extern const scim_script_t scim_script_feed;
extern const scim_script_t scim_script_history;
extern const scim_script_t scim_script_members;
extern const scim_script_t scim_script_query;
extern const scim_script_t scim_script_revisions;
extern const scim_script_t scim_script_stage;
extern const scim_script_t scim_script_sweep;
extern const scim_script_t scim_script_tenant_create;
extern const scim_script_t scim_script_tenant_get;
extern const scim_script_t scim_script_tenant_sweep;
extern const scim_script_t scim_script_tenant_update;
extern const scim_script_t scim_script_token_put;
extern const scim_script_t scim_script_token_update;
extern const scim_script_t scim_script_tip;

#endif /* SCIM_STORE_SCRIPTS_H */
