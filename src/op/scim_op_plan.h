/*
 * The planner: how the store can find the resources a filter may match.
 *
 * A plan's source gives every resource that matches, and maybe others: they
 * are tested with the whole filter, unless the plan is exact.
 *
 * MEMBER_OF knows direct members only, while users show the groups around
 * their groups as well: it serves when no group is a member of that one.
 */

#ifndef SCIM_OP_PLAN_H
#define SCIM_OP_PLAN_H

#include "../scim/scim_filter.h"
#include "../store/scim_store.h"

typedef struct {
    scim_store_source_e       source;
    const scim_str_t         *ids;
    size_t                    nids;
    const scim_store_range_t *ranges;
    size_t                    nranges;
    bool                      exact;    /* what the source gives matches */

    /* What the test needs besides the document: all members or groups; if
     * not, only whether these are members. */
    bool                      relations;
    const scim_str_t         *probe;
    size_t                    nprobe;
} scim_op_plan_t;

scim_rc_t scim_op_plan(scim_pool_t *pool, const scim_indexes_t *indexes,
    const scim_filter_t *filter, scim_op_plan_t *out);

/* Of a plan that reads everything: an attribute of the filter that no index
 * serves, by its full name; likewise those that indexes serve. */
scim_rc_t scim_op_plan_unindexed(scim_pool_t *pool,
    const scim_indexes_t *indexes, const scim_filter_t *filter,
    scim_str_t *name);
scim_rc_t scim_op_plan_indexed(scim_pool_t *pool,
    const scim_indexes_t *indexes, scim_str_t *names);

#endif /* SCIM_OP_PLAN_H */
