/*
 * A revision made again: from the present document, or none, the changes of all
 * later revisions are taken back, newest first.
 */

#include <string.h>

#include "scim_op_restore.h"
#include "../scim/scim_diff.h"


/* A change holds values of a document two levels deeper. */
#define DEPTH  64


static scim_rc_t
parse(scim_pool_t *pool, scim_str_t text, scim_json_t **out, scim_error_t *err)
{
    scim_json_limits_t  limits;

    limits = (scim_json_limits_t) {
        .depth = DEPTH, .size = text.len + 1, .values = text.len + 1,
        .members = text.len + 1
    };

    return scim_json_parse(pool, text, &limits, out, err);
}


/* A copy of doc in pool, strings included. */
static scim_rc_t
copy(scim_pool_t *pool, const scim_json_t *doc, scim_json_t **out)
{
    scim_buf_t    buf;
    scim_str_t    text;
    scim_error_t  err;

    scim_buf_init(&buf, pool, 1024);
    scim_json_write(&buf, doc);

    return scim_buf_done(&buf, &text) == SCIM_OK
           && parse(pool, text, out, &err) == SCIM_OK ? SCIM_OK : SCIM_NOMEM;
}


void
scim_restore_end(void *restore)
{
    scim_restore_t  *r = restore;

    if (r->pool != NULL) {
        scim_pool_destroy(r->pool);
        r->pool = NULL;
    }
}


/* What was known of members is of no account before a change as a whole. */
static scim_rc_t
forget_members(scim_restore_t *r, bool whole, scim_str_t was)
{
    r->members = scim_members_create(r->op->pool);
    r->whole = whole;

    return r->members == NULL ? SCIM_NOMEM
                              : scim_str_dup(r->op->pool, was, &r->was);
}


scim_rc_t
scim_restore_begin(scim_restore_t *r, const scim_row_t *row)
{
    scim_error_t  err;

    scim_restore_end(r);

    r->present = row != NULL;
    r->top = row != NULL ? row->version : 0;
    r->next = SCIM_STORE_NEWEST;
    r->known_before = false;
    r->groups = NULL;

    r->pool = scim_pool_create(0);
    if (r->pool == NULL
        || forget_members(r, false, scim_str("")) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    if (row == NULL) {
        r->doc = scim_json_object(r->pool);
        return r->doc == NULL ? SCIM_NOMEM : SCIM_OK;
    }

    /* it has been parsed before */
    return parse(r->pool, row->doc, &r->doc, &err) == SCIM_OK ? SCIM_OK
                                                               : SCIM_NOMEM;
}


/* Calls fn with the id of each value in a list of members or groups. */
static scim_rc_t
each_id(const scim_restore_t *r, const scim_json_t *list, scim_members_t *to,
    scim_rc_t (*fn)(scim_members_t *m, scim_str_t id))
{
    scim_str_t          id;
    const scim_json_t  *item;

    item = list == NULL ? NULL : list->first;

    for ( /* void */ ; item != NULL; item = item->next) {

        id = scim_json_get_text(item, scim_str("value"));

        /* it becomes the name of a key */
        if (scim_store_name_valid(id)
            && (scim_str_dup(r->op->pool, id, &id) != SCIM_OK
                || fn(to, id) != SCIM_OK))
        {
            return SCIM_NOMEM;
        }
    }

    return SCIM_OK;
}


static const scim_json_t *
change_of(const scim_json_t *changes, scim_str_t path)
{
    const scim_json_t  *change;

    for (change = changes->first; change != NULL; change = change->next) {
        if (scim_str_eq(scim_json_get_text(change, scim_str("path")), path)) {
            return change;
        }
    }

    return NULL;
}


static scim_rc_t
undo_members(scim_restore_t *r, const scim_store_revision_t *revision,
    const scim_json_t *changes)
{
    const scim_json_t  *change;

    if (r->op->request.type->members == NULL) {
        return SCIM_OK;
    }

    if (revision->was) {
        return forget_members(r, true, revision->stream);
    }

    change = change_of(changes, scim_str("members"));

    if (each_id(r, scim_json_get(change, scim_str("new")), r->members,
                scim_members_remove) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return each_id(r, scim_json_get(change, scim_str("old")), r->members,
                   scim_members_add);
}


/* Before a deletion there was all that it tells of, and nothing else. */
static scim_rc_t
undo_deletion(scim_restore_t *r, const scim_json_t *changes)
{
    const scim_json_t  *change;

    r->groups = scim_members_create(r->op->pool);

    if (r->groups == NULL
        || forget_members(r, true, scim_str("")) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    change = change_of(changes, scim_str("groups"));

    return each_id(r, scim_json_get(change, scim_str("old")), r->groups,
                   scim_members_add);
}


static scim_rc_t
undo(scim_restore_t *r, const scim_store_revision_t *revision,
    scim_error_t *err)
{
    bool          deletion;
    scim_rc_t     rc;
    scim_json_t  *changes;

    rc = parse(r->pool, revision->changes, &changes, err);

    if (rc != SCIM_OK) {
        return rc == SCIM_NOMEM ? rc
               : scim_refuse(err, 500, SCIM_TYPE_NONE,
                             "the history is damaged: the changes of entry "
                             "%.*s cannot be read",
                             SCIM_FMT(revision->stream));
    }

    rc = scim_diff_undo(r->pool, r->op->request.type, changes, r->doc, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    deletion = scim_str_eq(revision->operation, scim_str("delete"));

    if (deletion) {
        rc = undo_deletion(r, changes);
    }

    /* What is restored may have been there before, or not. */
    r->known_before = !scim_str_eq(revision->operation, scim_str("create"))
                      && !scim_str_eq(revision->operation,
                                      scim_str("restore"));
    r->next = revision->version - 1;

    return rc == SCIM_OK ? undo_members(r, revision, changes) : rc;
}


/* The newest entry: it has to be that of what was read. */
static scim_restore_state_e
first_entry(scim_restore_t *r, const scim_store_revision_t *revision)
{
    bool  deletion;

    deletion = scim_str_eq(revision->operation, scim_str("delete"));
    r->next = revision->version;

    if (!r->present) {
        r->top = revision->version;
        return deletion ? SCIM_RESTORE_WALKS : SCIM_RESTORE_OVERTAKEN;
    }

    return revision->version == r->top ? SCIM_RESTORE_WALKS
           : revision->version > r->top ? SCIM_RESTORE_OVERTAKEN
           : SCIM_RESTORE_GAP;
}


static scim_restore_state_e
look_at(scim_restore_t *r, const scim_store_revision_t *revision)
{
    scim_restore_state_e  state;

    if (r->next == SCIM_STORE_NEWEST) {
        state = first_entry(r, revision);
        if (state != SCIM_RESTORE_WALKS) {
            return state;
        }
    }

    if (revision->version != r->next) {
        return SCIM_RESTORE_GAP;
    }

    if (revision->version != r->revision) {
        return SCIM_RESTORE_WALKS;
    }

    return scim_str_eq(revision->operation, scim_str("delete"))
           ? SCIM_RESTORE_DELETED : SCIM_RESTORE_FOUND;
}


scim_rc_t
scim_restore_page(scim_restore_t *r, const scim_store_revisions_t *page,
    scim_restore_state_e *state, scim_error_t *err)
{
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *doc;
    scim_pool_t  *pool;

    r->first = page->first;
    r->last = page->last;
    *state = SCIM_RESTORE_WALKS;

    for (i = 0; i < page->nrevisions; i++) {

        *state = look_at(r, &page->revisions[i]);
        if (*state != SCIM_RESTORE_WALKS) {
            return SCIM_OK;
        }

        rc = undo(r, &page->revisions[i], err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (!page->more) {
        /* The revision's own entry is gone, or is from before there was a
         * history, but all later ones are here. */
        *state = r->known_before && r->next == r->revision
                 ? SCIM_RESTORE_FOUND : SCIM_RESTORE_GAP;
        return SCIM_OK;
    }

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    if (copy(pool, r->doc, &doc) != SCIM_OK) {
        scim_pool_destroy(pool);
        return SCIM_NOMEM;
    }

    scim_restore_end(r);
    r->pool = pool;
    r->doc = doc;

    return SCIM_OK;
}


static scim_rc_t
stamp(scim_restore_t *r, scim_json_t *doc)
{
    char               now[SCIM_TIME_LEN + 1];
    scim_str_t         created;
    const scim_op_t   *op = r->op;

    created = scim_json_get_text(scim_json_get(doc, scim_str("meta")),
                                 scim_str("created"));

    if (created.len == 0) {
        scim_time_format((int64_t) op->env->now, now);

        if (scim_str_dup(op->pool, scim_str_from(now), &created) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    return scim_resource_stamp(op->pool, op->request.type, doc, op->request.id,
                               created);
}


scim_rc_t
scim_restore_document(scim_restore_t *r, scim_json_t **doc, scim_error_t *err)
{
    scim_rc_t         rc;
    scim_error_t      why;
    const scim_op_t  *op = r->op;

    if (copy(op->pool, r->doc, doc) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_restore_end(r);

    rc = scim_resource_settle(op->pool, op->request.type, *doc, &why);

    if (rc == SCIM_REFUSED) {
        return scim_refuse(err, 409, SCIM_TYPE_NONE,
                           "Revision %llu of the %.*s \"%.*s\" is not what "
                           "the schema now allows: %s",
                           (unsigned long long) r->revision,
                           SCIM_FMT(op->request.type->name),
                           SCIM_FMT(op->request.id), why.detail);
    }

    return rc == SCIM_OK ? stamp(r, *doc) : rc;
}


/* Adds what m adds to `to`, and takes out what it takes out. */
static scim_rc_t
replay(const scim_members_t *m, scim_members_t *to)
{
    size_t       i, n;
    scim_rc_t    rc;
    scim_str_t  *ids;

    rc = scim_members_added(m, &ids, &n);

    for (i = 0; rc == SCIM_OK && i < n; i++) {
        rc = scim_members_add(to, ids[i]);
    }

    if (rc == SCIM_OK) {
        rc = scim_members_removed(m, &ids, &n);

        for (i = 0; rc == SCIM_OK && i < n; i++) {
            rc = scim_members_remove(to, ids[i]);
        }
    }

    return rc;
}


scim_rc_t
scim_restore_members(const scim_restore_t *r, const scim_members_t *was,
    scim_members_t **out)
{
    scim_rc_t        rc;
    scim_members_t  *members;

    *out = members = scim_members_create(r->op->pool);
    if (members == NULL) {
        return SCIM_NOMEM;
    }

    if (r->whole) {
        scim_members_clear(members);
    }

    rc = was == NULL ? SCIM_OK : replay(was, members);

    return rc == SCIM_OK ? replay(r->members, members) : rc;
}
