/*
 * An import (POST /tenants/T/import): what the files that read its lines and
 * carry them out share.
 *
 *     scim_op_import.c        from the call to its answer
 *     scim_op_import_run.c    lines are begun, and what becomes of them
 *     scim_op_import_tell.c   what is said about it
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
#include "../scim/scim_set.h"

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
    scim_str_t                  created;    /* dateTime text; absent: now */
    scim_json_t                *body;   /* of the request to come */
    scim_str_t                  missing;    /* why it is without some of its
                                               members; absent: it is not */
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

/* What is done with a resource whose id there is already. */
typedef enum {
    SCIM_IMPORT_CONFLICT = 0,   /* it is a failure */
    SCIM_IMPORT_SKIP,
    SCIM_IMPORT_REPLACE
} scim_import_existing_e;

typedef struct {
    scim_op_t          *op;
    scim_op_env_t       env;        /* of the lines' operations */
    scim_op_lanes_t     lanes;
    scim_import_body_t  body;
    scim_import_existing_e  existing;

    scim_import_line_t  line[SCIM_OP_LANES];    /* under way */
    scim_import_line_t  held;       /* waits for those before it to end */
    scim_import_kind_e  kind;       /* of the lines under way */
    scim_set_t          others;     /* ids of groups it has not made and whose
                                       members it leaves alone */

    uint64_t            created;
    uint64_t            replaced;
    uint64_t            skipped;
    uint64_t            failed;
    uint64_t            incomplete; /* lines of whose members some are not
                                       there */
    uint64_t            resources;  /* lines of them */
    uint64_t            told_lines; /* when progress was told last */
    uint64_t            told_at;
    bool                ended;      /* the last line of an export has come */
    bool                complete;   /* and it counted what had come before */
    bool                over;       /* no line is begun any more */
    bool                left;       /* nobody waits for the answer */
    bool                stopped;    /* by what `why` says */
    scim_error_t        why;

    scim_pool_t        *sent;       /* of the piece being sent */
    scim_pool_t        *next;       /* of out */
    scim_buf_t          out;        /* the piece after it */
} scim_import_t;

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

/* Its memory goes, if it has any. */
void scim_import_forget(scim_import_line_t *line);

/* Begins what can begin now.  Where it cannot go on, a lane is running, there
 * is something to say, or others are to have their turn. */
void scim_import_run(scim_import_t *x);

/* A line's operation has come to a stop, as rc says. */
void scim_import_stopped(scim_import_t *x, scim_op_t *part, scim_rc_t rc);

/* A line that did not become what it should, and why; type is a scimType, or
 * NULL. */
void scim_import_failure(scim_import_t *x, const scim_import_line_t *line,
    int status, const char *type, scim_str_t detail);

/* A line that was carried out but for members that are not there. */
void scim_import_incomplete(scim_import_t *x, const scim_import_line_t *line);

/* Says how far it has come, if it is time to. */
void scim_import_progress(scim_import_t *x);

/* What has been said becomes the piece to be sent; an empty one, if that is
 * nothing. */
scim_rc_t scim_import_give(scim_import_t *x);

/* The end of the answer. */
scim_rc_t scim_import_finish(scim_import_t *x);

#endif /* SCIM_OP_IMPORT_H */
