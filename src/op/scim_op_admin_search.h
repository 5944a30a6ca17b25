/*
 * What a request for the history asks for: its arguments, read once, and
 * cursors that are bound to them.
 */

#ifndef SCIM_OP_ADMIN_SEARCH_H
#define SCIM_OP_ADMIN_SEARCH_H

#include "scim_op_admin.h"
#include "scim_op_entry.h"

typedef enum {
    SCIM_SEARCH_RESOURCE = 0,
    SCIM_SEARCH_TYPE,
    SCIM_SEARCH_ACTOR,
    SCIM_SEARCH_OPERATION,
    SCIM_SEARCH_ATTRIBUTE,
    SCIM_SEARCH_FROM,
    SCIM_SEARCH_TO,
    SCIM_SEARCH_CURSOR,     /* from here on, what makes no other list */
    SCIM_SEARCH_COUNT,
    SCIM_SEARCH_ARGS
} scim_search_arg_e;

/* The arguments' names, and NULL. */
extern const char *const scim_search_names[SCIM_SEARCH_ARGS + 1];

typedef struct {
    scim_str_t            args[SCIM_SEARCH_ARGS];   /* absent: not given */
    scim_str_t            query;        /* what cursors are bound to */
    scim_store_history_t  history;
    scim_str_t            attribute;    /* as changes have it; empty: any */
    size_t                count;        /* entries wanted */

    bool                  must_exist;   /* the resource; for the operation, as
                                           the next two */
    unsigned              calls;
    bool                  any;          /* an entry has been written */
} scim_search_t;

/* Makes the conditions of the arguments.  Refused: 400, saying what an
 * argument must be. */
scim_rc_t scim_search_read(const scim_op_t *op, scim_search_t *search,
    scim_error_t *err);

/* The cursor for going on behind search->history.after. */
scim_rc_t scim_search_cursor(const scim_op_t *op, const scim_search_t *search,
    scim_str_t *out);

#endif /* SCIM_OP_ADMIN_SEARCH_H */
