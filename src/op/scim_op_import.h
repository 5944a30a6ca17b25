/*
 * An import (POST /tenants/T/import): what the files that read its lines and
 * carry them out share.
 *
 *     scim_op_import.c        from the call to its answer: what is begun, what
 *                             has become of it, what is said about it
 *     scim_op_import_line.c   the next line out of the body, as a tree, and
 *                             what it asks for
 *
 * Lines are carried out by the same operations as an identity provider's
 * requests, up to SCIM_OP_LANES at a time.  Those of one kind do not depend on
 * each other and may overtake each other; the first line of another kind waits
 * for all before it: members exist when they are named, and groups when
 * members are added to them.
 */

#ifndef SCIM_OP_IMPORT_H
#define SCIM_OP_IMPORT_H

#include "scim_op_admin.h"
#include "scim_op_lanes.h"

#define SCIM_IMPORT_READ  16384

/* In the order in which an export has them. */
typedef enum {
    SCIM_IMPORT_NOTHING = 0,    /* a blank line */
    SCIM_IMPORT_HEADER,
    SCIM_IMPORT_RESOURCE,       /* of a type without members */
    SCIM_IMPORT_HOLDER,         /* of a type with members */
    SCIM_IMPORT_MEMBERS,        /* more members for one of these */
    SCIM_IMPORT_END
} scim_import_kind_e;

typedef struct {
    scim_pool_t                *pool;   /* of all that follows; goes with the
                                           line's outcome.  NULL: free */
    uint64_t                    number; /* from 1 */
    scim_import_kind_e          kind;
    const scim_json_t          *root;
    const scim_resource_type_t *type;
    scim_str_t                  id;
    scim_json_t                *body;   /* of the request to come */
} scim_import_line_t;

/* Of the body: what has been read and is not yet part of a line. */
typedef struct {
    const scim_op_input_t *input;
    const scim_schemas_t  *schemas;
    uint64_t               lines;       /* begun */
    uint64_t               bytes;       /* read */
    size_t                 at;
    size_t                 len;
    bool                   end;         /* all has been read */
    bool                   skip;        /* up to the end of the line */
    char                   buf[SCIM_IMPORT_READ];
} scim_import_body_t;

/*
 * The next line, in line->pool.
 *
 *   SCIM_OK       line is what it says
 *   SCIM_NONE     there is no more
 *   SCIM_AGAIN    there may be more: call again, but let others have their
 *                 turn; *line is not filled
 *   SCIM_REFUSED  the line is wrong (line->number, and line->id if it has
 *                 one), or, with a number of 0, the body cannot be read
 */
scim_rc_t scim_import_next(scim_import_body_t *body, scim_import_line_t *line,
    scim_error_t *err);

#endif /* SCIM_OP_IMPORT_H */
