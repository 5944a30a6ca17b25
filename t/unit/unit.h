/*
 * What the unit tests share.
 */

#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "scim/scim_core.h"
#include "scim/scim_json.h"
#include "scim/scim_schema.h"

/* The tree of a JSON text in which ' stands for ", so that tables stay
 * readable; fails the test if it is none. */
scim_json_t *unit_json(scim_pool_t *pool, const char *text);

/* A value as text, with ' for ". */
const char *unit_text(scim_pool_t *pool, const scim_json_t *value);

/* The same for text that is there already. */
const char *unit_quotes(scim_pool_t *pool, scim_str_t text);

/* A built-in resource type ("User", "Group"), and all of them; made once. */
const scim_schemas_t *unit_schemas(void);
const scim_resource_type_t *unit_type(const char *name);

/*
 * Runs fn once with each allocation failing in turn until it goes through:
 * fn returns SCIM_NOMEM while memory is short and frees all it made.
 */
void unit_fail_allocations(scim_rc_t (*fn)(void *data), void *data);

#endif /* UNIT_H */
