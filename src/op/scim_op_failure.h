/*
 * Notes requests that failed; nobody waits for the result.
 */

#ifndef SCIM_OP_FAILURE_H
#define SCIM_OP_FAILURE_H

#include "scim_op.h"
#include "../store/scim_store_failure.h"

/*
 * Adds n failures (one at least), in that order, to those of their tenant;
 * where there is no such tenant, to those of none.  They outlive the operation.
 * NULL: no memory.
 */
scim_op_t *scim_op_failure(scim_pool_t *pool, const scim_op_env_t *env,
    const scim_failure_t *failures, size_t n);

#endif /* SCIM_OP_FAILURE_H */
