/*
 * Cursors (RFC 9865): a place in a list as text that a client hands back.
 *
 * A cursor holds the position of the row it stands at, not a number of rows,
 * and nothing is kept for it: rows after it are the same whatever else is
 * written meanwhile.  It is bound to the tenant and the query by a digest that
 * covers all of it.  The digest has no key: whoever forges one gets another
 * place in a list of the tenant that the token lets him read anyway.
 */

#ifndef SCIM_CURSOR_H
#define SCIM_CURSOR_H

#include "../scim/scim_core.h"
#include "../scim/scim_error.h"

typedef struct {
    bool        back;       /* to the rows before the position */
    unsigned    leg;        /* of a list of several types: which, < 256 */
    scim_str_t  position;   /* any bytes; empty: the beginning of the list */
    uint64_t    made;       /* ms since the epoch */
} scim_cursor_t;

/* Text of [A-Za-z0-9_-].  `query` is everything that makes a list the same
 * list, in a form of the caller's. */
scim_rc_t scim_cursor_write(scim_pool_t *pool, const scim_cursor_t *cursor,
    scim_str_t query, scim_str_t *out);

/* Refused: 400 invalidCursor if it is none of this query; expiredCursor if
 * it was made more than `timeout` seconds ago. */
scim_rc_t scim_cursor_read(scim_pool_t *pool, scim_str_t text,
    scim_str_t query, uint64_t now, unsigned timeout, scim_cursor_t *out,
    scim_error_t *err);

#endif /* SCIM_CURSOR_H */
