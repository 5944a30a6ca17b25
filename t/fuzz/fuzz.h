/*
 * What the fuzzers share.
 */

#ifndef FUZZ_H
#define FUZZ_H

#include "scim/scim_schema.h"
#include "scim/scim_text.h"
#include "store/scim_store.h"

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



/* The command's form on the wire keeps within what it says it takes. */
static inline void
fuzz_format(const scim_store_cmd_t *cmd)
{
    char   *to, *end;
    size_t  size;

    size = scim_store_size(cmd, false);
    to = malloc(size);
    must(to != NULL);

    end = scim_store_format(cmd, false, to);
    must(end > to && (size_t) (end - to) <= size);

    free(to);
}

#endif /* FUZZ_H */
