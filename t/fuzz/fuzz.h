/*
 * What the fuzzers share.
 */

#ifndef FUZZ_H
#define FUZZ_H

#include "scim/scim_schema.h"
#include "scim/scim_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static inline void
must(int holds)
{
    if (!holds) {
        abort();
    }
}


/* The built-in schemas, which live as long as the fuzzer. */
static inline const scim_schemas_t *
fuzz_schemas(void)
{
    scim_pool_t            *pool;
    scim_error_t            err;
    static scim_schemas_t  *schemas;

    if (schemas == NULL) {
        pool = scim_pool_create(0);
        must(pool != NULL);
        must(scim_schemas_create(pool, &schemas, &err) == SCIM_OK);
    }

    return schemas;
}


static inline const scim_resource_type_t *
type_at(size_t i)
{
    return scim_schemas_type(fuzz_schemas(), i % 2 == 0 ? scim_str("User")
                                                        : scim_str("Group"));
}

#endif /* FUZZ_H */
