/*
 * Changes to the members of a group, folded into the net change.
 */

#include "scim_members.h"
#include "scim_set.h"

typedef enum {
    UNCHANGED = 0,      /* mentioned, then forgotten */
    ADDED,
    REMOVED
} change_e;

struct scim_members_s {
    scim_set_t  ids;
    uint8_t    *changes;    /* a change_e for each id, by its number */
    size_t      cap;
    size_t      added;
    size_t      removed;
    bool        replaces;
};


scim_members_t *
scim_members_create(scim_pool_t *pool)
{
    scim_members_t  *m;

    m = scim_pcalloc(pool, sizeof(scim_members_t));
    if (m != NULL) {
        scim_set_init(&m->ids, pool);
    }

    return m;
}


/* The change of an id, as a place to write to; NULL if memory is short. */
static uint8_t *
change_of(scim_members_t *m, scim_str_t id)
{
    size_t    number;
    bool      is_new;
    uint8_t  *changes;

    /* Room comes first: a failure leaves no id without its change. */
    if (m->ids.count == m->cap) {
        changes = scim_prealloc(m->ids.pool, m->changes, m->cap,
                                m->cap * 2 + 32);
        if (changes == NULL) {
            return NULL;
        }

        m->changes = changes;
        m->cap = m->cap * 2 + 32;
    }

    if (scim_set_put(&m->ids, id, &number, &is_new) != SCIM_OK) {
        return NULL;
    }

    if (is_new) {
        m->changes[number] = UNCHANGED;
    }

    return &m->changes[number];
}


static scim_rc_t
change(scim_members_t *m, scim_str_t id, change_e to)
{
    uint8_t  *now;

    now = change_of(m, id);
    if (now == NULL) {
        return SCIM_NOMEM;
    }

    m->added -= *now == ADDED;
    m->removed -= *now == REMOVED;
    *now = (uint8_t) to;
    m->added += to == ADDED;
    m->removed += to == REMOVED;
    return SCIM_OK;
}


scim_rc_t
scim_members_add(scim_members_t *m, scim_str_t id)
{
    return change(m, id, ADDED);
}


/* The id may have been a member before what is gathered here, so that it is
 * not enough to forget an addition; unless all of those go anyway. */
scim_rc_t
scim_members_remove(scim_members_t *m, scim_str_t id)
{
    return change(m, id, m->replaces ? UNCHANGED : REMOVED);
}


void
scim_members_clear(scim_members_t *m)
{
    scim_set_init(&m->ids, m->ids.pool);
    m->added = 0;
    m->removed = 0;
    m->replaces = true;
}


bool
scim_members_changed(const scim_members_t *m)
{
    return m->replaces || m->added > 0 || m->removed > 0;
}


bool
scim_members_replaces(const scim_members_t *m)
{
    return m->replaces;
}


static scim_rc_t
collect(const scim_members_t *m, change_e which, size_t n, scim_str_t **ids)
{
    size_t       i, found = 0;
    scim_str_t  *out;

    out = scim_palloc(m->ids.pool, n * sizeof(scim_str_t));
    if (out == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < m->ids.count; i++) {
        if (m->changes[i] == which) {
            out[found++] = m->ids.items[i];
        }
    }

    *ids = out;
    return SCIM_OK;
}


scim_rc_t
scim_members_added(const scim_members_t *m, scim_str_t **ids, size_t *n)
{
    *n = m->added;
    return collect(m, ADDED, m->added, ids);
}


scim_rc_t
scim_members_removed(const scim_members_t *m, scim_str_t **ids, size_t *n)
{
    *n = m->removed;
    return collect(m, REMOVED, m->removed, ids);
}
