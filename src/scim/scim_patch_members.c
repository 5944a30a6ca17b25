/*
 * PATCH on the members of a group: deltas instead of edits.
 */

#include "scim_patch_ops.h"
#include "scim_value.h"


/* The ids in a value: a list of members, or one; none in null. */
static scim_rc_t
value_ids(scim_patch_reader_t *rd, const scim_json_t *input, scim_str_t **ids,
    size_t *n)
{
    size_t             count;
    scim_rc_t          rc;
    const scim_json_t *member;

    *n = 0;

    if (input == NULL || input->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    count = input->type == SCIM_JSON_ARRAY ? input->count : 1;

    *ids = scim_palloc(rd->pool, count * sizeof(scim_str_t));
    if (*ids == NULL) {
        return SCIM_NOMEM;
    }

    if (input->type != SCIM_JSON_ARRAY) {
        *n = 1;
        return scim_value_member(input, &(*ids)[0], rd->err);
    }

    for (member = input->first; member != NULL; member = member->next) {
        rc = scim_value_member(member, &(*ids)[(*n)++], rd->err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* Counts the ids of `value eq "a" or value eq "b"` and writes them to ids if
 * that is not NULL; false if the filter asks for anything else. */
static bool
filter_ids(const scim_filter_t *filter, scim_str_t *ids, size_t *n)
{
    if (filter->op == SCIM_F_OR) {
        return filter_ids(filter->left, ids, n)
               && filter_ids(filter->right, ids, n);
    }

    if (filter->op != SCIM_F_EQ
        || !scim_str_eq(filter->path.attr->name, scim_str("value")))
    {
        return false;
    }

    if (ids != NULL) {
        ids[*n] = filter->value->text;
    }

    (*n)++;

    return true;
}


/* Turns the operation's filter into ids to remove where ids are all it asks
 * for; else the filter stays, and needs the present members. */
static scim_rc_t
resolve_filter(scim_patch_reader_t *rd, scim_patch_op_t *op)
{
    size_t  n;

    n = 0;

    if (!filter_ids(op->path.filter, NULL, &n)) {
        return SCIM_OK;
    }

    op->remove = scim_palloc(rd->pool, n * sizeof(scim_str_t));
    if (op->remove == NULL) {
        return SCIM_NOMEM;
    }

    (void) filter_ids(op->path.filter, op->remove, &op->nremove);
    op->path.filter = NULL;

    return SCIM_OK;
}


/* What was written to `members[value eq "a"].value`: "a", or another member
 * under the same entry, which RFC 7643 section 4.2 does not allow. */
static scim_rc_t
check_immutable(scim_patch_reader_t *rd, const scim_patch_op_t *op)
{
    size_t  i, j;

    for (i = 0; i < op->nadd; i++) {
        for (j = 0; j < op->nremove; j++) {
            if (!scim_str_eq(op->add[i], op->remove[j])) {
                return scim_refuse(rd->err, 400, SCIM_MUTABILITY,
                                   "'%.*s': the value of a member is "
                                   "immutable; remove the member and add the "
                                   "other one", SCIM_FMT(op->text));
            }
        }
    }

    return SCIM_OK;
}


/* `members[…]`. */
static scim_rc_t
selected(scim_patch_reader_t *rd, scim_patch_op_t *op,
    const scim_json_t *input)
{
    scim_rc_t  rc;

    rc = resolve_filter(rd, op);
    if (rc != SCIM_OK || op->kind == SCIM_P_REMOVE) {
        return rc;
    }

    if (op->path.filter != NULL) {
        return scim_refuse(rd->err, 400, SCIM_INVALID_FILTER,
                           "'%.*s': members to write are selected by "
                           "'value eq' alone", SCIM_FMT(op->text));
    }

    if (input->type != SCIM_JSON_NULL
        && (input->type != SCIM_JSON_OBJECT
            || scim_json_get_ci(input, scim_str("value")) != NULL))
    {
        rc = value_ids(rd, input, &op->add, &op->nadd);

        if (rc == SCIM_OK && op->path.path.sub != NULL) {
            rc = check_immutable(rd, op);
        }

        if (op->kind == SCIM_P_ADD) {
            op->nremove = 0;
        }

        return rc;
    }

    /* nothing but display and its kin: they are not ours to keep */

    if (input->type == SCIM_JSON_OBJECT || op->kind == SCIM_P_ADD) {
        op->add = op->remove;
        op->nadd = op->kind == SCIM_P_ADD ? op->nremove : 0;
        op->nremove = 0;
    }

    return SCIM_OK;
}


scim_rc_t
scim_patch_members_target(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text, const scim_json_t *input)
{
    scim_rc_t         rc;
    scim_patch_op_t  *op;

    if (path->path.sub != NULL
        && !scim_str_eq(path->path.sub->name, scim_str("value")))
    {
        return SCIM_OK;
    }

    rc = scim_patch_push(rd, path, text, &op);
    if (rc != SCIM_OK) {
        return rc;
    }

    op->members = true;

    if (path->filter != NULL) {
        return selected(rd, op, input);
    }

    if (op->kind == SCIM_P_REMOVE) {
        op->clear = input == NULL || input->type == SCIM_JSON_NULL;
        return value_ids(rd, input, &op->remove, &op->nremove);
    }

    op->clear = op->kind == SCIM_P_REPLACE;

    return value_ids(rd, input, &op->add, &op->nadd);
}


/* Removes the member if the filter selects it. */
static scim_rc_t
remove_matching(scim_pool_t *pool, const scim_patch_op_t *op,
    scim_json_t *member, scim_members_t *members)
{
    scim_rc_t  rc;

    rc = scim_filter_match_value(pool, op->path.filter, op->path.path.attr,
                                 member);
    if (rc != SCIM_OK) {
        return rc == SCIM_NONE ? SCIM_OK : rc;
    }

    return scim_members_remove(members,
                               scim_json_get_text(member, scim_str("value")));
}


/* Members added earlier in the same request: of them the id is known. */
static scim_rc_t
remove_added(scim_pool_t *pool, const scim_patch_op_t *op, scim_str_t *ids,
    size_t n, scim_members_t *members)
{
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *member;

    for (i = 0; i < n; i++) {
        member = scim_json_object(pool);
        if (member == NULL) {
            return SCIM_NOMEM;
        }

        rc = scim_json_add(member, scim_str("value"),
                           scim_json_string(pool, ids[i]));
        if (rc == SCIM_OK) {
            rc = remove_matching(pool, op, member, members);
        }

        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


static scim_rc_t
remove_selected(scim_pool_t *pool, const scim_patch_op_t *op,
    const scim_json_t *present, scim_members_t *members, size_t *work)
{
    size_t        n;
    scim_rc_t     rc;
    scim_str_t   *ids;
    scim_json_t  *member;

    rc = scim_members_added(members, &ids, &n);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (!scim_patch_afford(work, n + (present != NULL ? present->count : 0))) {
        return SCIM_REFUSED;
    }

    member = present != NULL ? present->first : NULL;

    for ( /* void */ ; member != NULL; member = member->next) {
        rc = remove_matching(pool, op, member, members);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return remove_added(pool, op, ids, n, members);
}


scim_rc_t
scim_patch_members_apply(scim_pool_t *pool, const scim_patch_op_t *op,
    const scim_json_t *present, scim_members_t *members, size_t *work)
{
    size_t     i;
    scim_rc_t  rc;

    rc = SCIM_OK;

    if (op->clear) {
        scim_members_clear(members);
    }

    if (op->path.filter != NULL) {
        rc = remove_selected(pool, op, present, members, work);
    }

    for (i = 0; rc == SCIM_OK && i < op->nremove; i++) {
        rc = scim_members_remove(members, op->remove[i]);
    }

    for (i = 0; rc == SCIM_OK && i < op->nadd; i++) {
        rc = scim_members_add(members, op->add[i]);
    }

    return rc;
}
