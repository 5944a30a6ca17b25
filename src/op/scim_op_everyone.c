/*
 * The default group, which every user of a tenant is in: what it asks of a
 * commit.  The store finds the group by its name, in the script that commits,
 * and makes it when the first user comes; so the name is to be one group's
 * alone.
 *
 * To administrators it is a group like others.
 */

#include <string.h>

#include "scim_op_write.h"
#include "../scim/scim_diff.h"
#include "../scim/scim_value.h"


static const scim_str_t  display_name = SCIM_STR("displayName");


static const scim_resource_type_t *
group_type(const scim_op_t *op)
{
    return scim_schemas_type(op->env->conf->schemas, scim_str("Group"));
}


static const scim_attr_t *
name_attr(const scim_op_t *op)
{
    const scim_resource_type_t  *type = group_type(op);

    return (type == NULL) ? NULL : scim_type_attr(type, NULL, display_name);
}


/* What the index has for the displayName of a group, or of none. */
static scim_rc_t
key_of(scim_op_t *op, const scim_json_t *doc, scim_str_t *out)
{
    const scim_json_t  *name;

    *out = scim_str("");

    name = (doc == NULL) ? NULL : scim_json_get(doc, display_name);

    return (name == NULL) ? SCIM_OK
                          : scim_value_key(op->pool, name_attr(op), name, out);
}


/* What it has for the default group; empty: there is none. */
static scim_rc_t
default_key(scim_op_t *op, scim_str_t *out)
{
    scim_json_t  *name;

    *out = scim_str("");

    if (op->policy->default_group.len == 0 || name_attr(op) == NULL) {
        return SCIM_OK;
    }

    name = scim_json_string(op->pool, op->policy->default_group);

    return (name == NULL)
           ? SCIM_NOMEM
           : scim_value_key(op->pool, name_attr(op), name, out);
}


/* --- a user -------------------------------------------------------------- */

/* The document of a group that has nothing but a name. */
static scim_rc_t
make_document(scim_op_t *op, scim_str_t name, scim_str_t id,
    scim_json_t **out, scim_error_t *err)
{
    char             now[SCIM_TIME_LEN + 1];
    scim_rc_t        rc;
    scim_str_t       created;
    scim_json_t     *body, *text;
    scim_members_t  *none;

    scim_time_format((int64_t) op->env->now, now);

    body = scim_json_object(op->pool);
    text = scim_json_string(op->pool, name);
    none = scim_members_create(op->pool);

    if (body == NULL || text == NULL || none == NULL
        || scim_json_set(body, display_name, text) != SCIM_OK
        || scim_str_dup(op->pool, scim_str_from(now), &created) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    rc = scim_resource_accept(op->pool, group_type(op), SCIM_UNKNOWN_IGNORE,
                              body, out, none, err);

    return (rc == SCIM_OK)
           ? scim_resource_stamp(op->pool, group_type(op), *out, id, created)
           : rc;
}


static scim_rc_t
write_document(scim_op_t *op, const scim_json_t *doc, bool history,
    scim_store_group_t *out)
{
    scim_buf_t  text, changes;

    scim_buf_init(&text, op->pool, 512);
    scim_json_write(&text, doc);

    scim_buf_init(&changes, op->pool, 256);

    if (history) {
        scim_diff_write(&changes, group_type(op), NULL, doc);
    }

    return (scim_buf_done(&text, &out->doc) == SCIM_OK)
           ? scim_buf_done(&changes, &out->changes) : SCIM_NOMEM;
}


scim_rc_t
scim_op_everyone_make(scim_op_t *op, scim_str_t name, bool history,
    scim_store_group_t *out, scim_error_t *err)
{
    scim_rc_t            rc;
    scim_json_t         *doc;
    scim_index_entry_t  *entries;

    if (scim_op_random_id(op, &out->id) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    rc = make_document(op, name, out->id, &doc, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    out->display = scim_resource_display(doc);

    rc = scim_store_entries(op->pool, scim_op_indexes_of(op, group_type(op)),
                            doc, &entries, &out->nentries);
    out->entries = entries;

    return (rc == SCIM_OK) ? write_document(op, doc, history, out) : rc;
}


/* Users of an import come before its groups, of which one may have the name:
 * they make none. */
static scim_rc_t
join(scim_op_t *op, scim_op_write_t *w, scim_str_t key, scim_error_t *err)
{
    scim_rc_t            rc;
    scim_store_group_t  *group;

    w->commit.everyone = key;

    if (op->request.import) {
        return SCIM_OK;
    }

    group = scim_pcalloc(op->pool, sizeof(scim_store_group_t));
    if (group == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_op_everyone_make(op, op->policy->default_group,
                               !op->policy->history_off, group, err);

    w->commit.fallback = group;

    return rc;
}


/* --- the group ----------------------------------------------------------- */

/* What may not become of it at the hands of an identity provider. */
static scim_rc_t
protect(scim_op_t *op, scim_op_write_t *w, scim_str_t key, scim_error_t *err)
{
    size_t       n;
    scim_str_t   name = op->policy->default_group, old, new, *ids;

    if (key_of(op, w->old_doc, &old) != SCIM_OK
        || key_of(op, w->doc, &new) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    if (scim_str_eq(old, key) && w->commit.verb == SCIM_STORE_DELETE) {
        return scim_refuse(err, 403, SCIM_TYPE_NONE,
                           "\"%.*s\" is the group that every user of this "
                           "tenant is in: only an administrator can delete "
                           "it; leave it out of the provisioning",
                           SCIM_FMT(name));
    }

    if (scim_str_eq(old, key) && w->doc != NULL && !scim_str_eq(new, key)) {
        return scim_refuse(err, 400, SCIM_MUTABILITY,
                           "displayName: \"%.*s\" is the group that every "
                           "user of this tenant is in: only an administrator "
                           "can rename it", SCIM_FMT(name));
    }

    if (w->members == NULL) {
        return SCIM_OK;
    }

    if (scim_members_removed(w->members, &ids, &n) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (n != 0 || scim_members_replaces(w->members)) {
        w->commit.everyone = key;
    }

    return SCIM_OK;
}


/* No other group gets the name. */
static scim_rc_t
be_unique(scim_op_t *op, scim_store_commit_t *commit, scim_str_t key)
{
    size_t               i;
    scim_index_entry_t  *entries;

    for (i = 0; i < commit->nadd; i++) {

        if (!scim_str_eq(commit->add[i].attr, display_name)
            || !scim_str_eq(commit->add[i].value, key))
        {
            continue;
        }

        entries = scim_palloc(op->pool,
                              commit->nadd * sizeof(scim_index_entry_t));
        if (entries == NULL) {
            return SCIM_NOMEM;
        }

        memcpy(entries, commit->add,
               commit->nadd * sizeof(scim_index_entry_t));
        entries[i].unique = true;
        commit->add = entries;
    }

    return SCIM_OK;
}


scim_rc_t
scim_op_everyone(scim_op_t *op, scim_error_t *err)
{
    scim_str_t        key;
    scim_op_write_t  *w = op->state;

    w->commit.everyone = scim_str("");
    w->commit.fallback = NULL;

    if (default_key(op, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (key.len == 0) {
        return SCIM_OK;
    }

    if (op->request.type == group_type(op)) {

        if (be_unique(op, &w->commit, key) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        return (op->env->admin || op->request.undo)
               ? SCIM_OK : protect(op, w, key, err);
    }

    return (scim_str_eq(op->request.type->name, scim_str("User"))
            && w->commit.verb != SCIM_STORE_DELETE)
           ? join(op, w, key, err) : SCIM_OK;
}
