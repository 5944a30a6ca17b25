/*
 * The built-in schemas for unit tests, made once and freed with the program.
 */

#include "unit.h"

#include <stdlib.h>

static scim_pool_t     *pool;
static scim_schemas_t  *schemas;


static void
free_schemas(void)
{
    scim_pool_destroy(pool);
}


const scim_schemas_t *
unit_schemas(void)
{
    scim_error_t  err;

    if (schemas == NULL) {
        pool = scim_pool_create(0);
        assert_non_null(pool);
        atexit(free_schemas);

        if (scim_schemas_create(pool, &schemas, &err) != SCIM_OK) {
            fail_msg("the built-in schemas: %s", err.detail);
        }
    }

    return schemas;
}


const scim_resource_type_t *
unit_type(const char *name)
{
    const scim_resource_type_t  *type;

    type = scim_schemas_type(unit_schemas(), scim_str_from(name));
    assert_non_null(type);

    return type;
}
