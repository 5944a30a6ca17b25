/*
 * The lines of an import under way: each is a request of its own to the
 * operations.
 *
 *     read     the next one, into x->held
 *     held     until those before it have ended, if it is of another kind
 *     begun    in a lane, as POST with its id, or as PATCH for members
 *     again    as PUT, if there is one with the id and it is to be replaced;
 *              or without the members that are not there
 */

#include "scim_op_import.h"


/* Bytes of the answer that may wait for a client that does not read. */
#define WAITING     16384

/* How much is read in one turn of the event loop. */
#define TURN_BYTES  (256 * 1024)
#define TURN_LINES  256

typedef enum {
    STEP_CREATE = 0,
    STEP_REPLACE,
    STEP_ADD            /* members */
} step_e;

static void begin(scim_import_t *x, scim_import_line_t *line, step_e step);


/* --- lines that have ended ----------------------------------------------- */

void
scim_import_forget(scim_import_line_t *line)
{
    if (line->pool != NULL) {
        scim_pool_destroy(line->pool);
        line->pool = NULL;
    }
}


static void
stop(scim_import_t *x, const scim_error_t *err)
{
    if (!x->stopped) {
        x->stopped = true;
        x->over = true;
        x->why = *err;
    }
}


static void
no_memory(scim_import_t *x)
{
    scim_error_t  err;

    scim_refuse(&err, 500, SCIM_TYPE_NONE,
                "This service is short of memory. Try again later.");
    stop(x, &err);
}


/* Members that follow are not for a group that is another's. */
static void
leave_alone(scim_import_t *x, const scim_import_line_t *line)
{
    bool          added;
    size_t        number;
    scim_str_t    id;

    if (line->kind != SCIM_IMPORT_HOLDER) {
        return;
    }

    if (scim_str_dup(x->op->pool, line->id, &id) != SCIM_OK
        || scim_set_put(&x->others, id, &number, &added) != SCIM_OK)
    {
        no_memory(x);
    }
}


/* What is wrong for all lines alike: the store is down or full, the tenant was
 * switched off, a guard holds changes back. */
static bool
is_general(int status)
{
    return status == 403 || status == 429 || status > 500;
}


/* What the error says; absent when there was no memory for it. */
static scim_str_t
detail_of(const scim_import_line_t *line, const scim_result_t *result)
{
    scim_json_t   *root;
    scim_error_t   err;

    return (scim_json_parse(line->pool, result->body, NULL, &root, &err)
            == SCIM_OK)
           ? scim_json_get_text(root, scim_str("detail")) : scim_str_absent;
}


static void
refused(scim_import_t *x, scim_import_line_t *line,
    const scim_result_t *result)
{
    scim_str_t    detail = detail_of(line, result);
    scim_error_t  err;

    if (detail.data == NULL) {
        no_memory(x);

    } else if (is_general(result->status)) {
        scim_refuse(&err, result->status, SCIM_TYPE_NONE, "%.*s",
                    SCIM_FMT(detail));
        stop(x, &err);

    } else {
        leave_alone(x, line);
        scim_import_failure(x, line, result->status,
                            scim_error_type_name(result->type), detail);
    }
}


/* There is one with the same id.  True: it is to be replaced. */
static bool
existed(scim_import_t *x, scim_import_line_t *line)
{
    switch (x->existing) {

    case SCIM_IMPORT_REPLACE:
        return true;

    case SCIM_IMPORT_SKIP:
        x->skipped++;
        leave_alone(x, line);
        return false;

    default:
        leave_alone(x, line);
        scim_import_failure(x, line, 409, NULL,
                            scim_str("There is one with this id already: "
                                     "existing=skip or existing=replace says "
                                     "what to do then"));
        return false;
    }
}


/* Perhaps some of its members are not there.  An export that goes on while
 * others write may come upon a member only in its group. */
static bool
left_out(const scim_import_line_t *line, const scim_result_t *result)
{
    return result->status == 400 && line->missing.data == NULL
           && (line->kind == SCIM_IMPORT_HOLDER
               || line->kind == SCIM_IMPORT_MEMBERS);
}


/* What has become of a line's operation (NULL: there was no memory for it).
 * True: it is begun again, at *step. */
static bool
ended(scim_import_t *x, scim_import_line_t *line, step_e *step,
    const scim_result_t *result)
{
    if (result == NULL) {
        no_memory(x);
        return false;
    }

    if (result->status < 400) {
        x->created += *step == STEP_CREATE;
        x->replaced += *step == STEP_REPLACE;

        if (line->missing.data != NULL) {
            scim_import_incomplete(x, line);
        }

        return false;
    }

    if (*step == STEP_CREATE && result->status == 409
        && result->type == SCIM_TYPE_NONE)
    {
        *step = STEP_REPLACE;
        return existed(x, line);
    }

    if (left_out(line, result)) {
        line->missing = detail_of(line, result);

        if (line->missing.data == NULL) {
            no_memory(x);
        }

        return line->missing.data != NULL;
    }

    refused(x, line, result);

    return false;
}


void
scim_import_stopped(scim_import_t *x, scim_op_t *part, scim_rc_t rc)
{
    bool                 again;
    step_e               step;
    scim_op_lane_t      *lane;
    scim_import_line_t  *line;

    lane = scim_op_lanes_stopped(&x->lanes, part, rc);
    if (lane == NULL) {
        return;
    }

    line = &x->line[lane->item];
    step = (step_e) lane->step;
    again = ended(x, line, &step, (rc == SCIM_OK) ? &part->result : NULL);

    scim_op_lanes_free(&x->lanes, lane);

    if (again) {
        begin(x, line, step);
    } else {
        scim_import_forget(line);
    }
}


/* --- lines that begin ---------------------------------------------------- */

/* What the step asks of an operation.  A resource keeps the time of its
 * creation. */
static scim_request_t
request_of(const scim_import_line_t *line, step_e step)
{
    return (scim_request_t) {
        .method = (step == STEP_CREATE) ? SCIM_POST
                  : (step == STEP_REPLACE) ? SCIM_PUT : SCIM_PATCH,
        .target = (step == STEP_CREATE) ? SCIM_TARGET_COLLECTION
                                        : SCIM_TARGET_RESOURCE,
        .type = line->type,
        .id = line->id,
        .created = line->created,
        .body = line->body,
        .missing = (line->missing.data == NULL) ? SCIM_MISSING_REFUSE
                                                : SCIM_MISSING_DROP,
        .brief = true,
        .import = true
    };
}


/* The lane must be free. */
static void
begin(scim_import_t *x, scim_import_line_t *line, step_e step)
{
    scim_op_t       *part = NULL;
    scim_pool_t     *pool;
    scim_request_t   request = request_of(line, step);

    pool = scim_pool_create(0);

    if (pool != NULL) {
        part = scim_op_start(pool, &x->env, &request);
    }

    if (part == NULL) {
        if (pool != NULL) {
            scim_pool_destroy(pool);
        }

        no_memory(x);
        scim_import_forget(line);
        return;
    }

    scim_op_lanes_add(&x->lanes, part, (uint32_t) (line - x->line), step);
    scim_import_stopped(x, part, scim_op_run(part));
}


static void
refuse_line(scim_import_t *x, scim_import_line_t *line,
    const scim_error_t *err)
{
    leave_alone(x, line);
    scim_import_failure(x, line, err->status, scim_error_type_name(err->type),
                        scim_str_from(err->detail));
    scim_import_forget(line);
}


/* The last line of an export: is all there that it counted? */
static void
check_end(scim_import_t *x, const scim_import_line_t *line)
{
    scim_buf_t          buf;
    scim_str_t          text;
    const scim_json_t  *n;

    n = scim_json_get(line->root, scim_str("resources"));

    scim_buf_init(&buf, line->pool, 24);
    scim_buf_uint(&buf, x->resources);

    x->ended = true;
    x->complete = n != NULL && n->type == SCIM_JSON_NUMBER
                  && scim_buf_done(&buf, &text) == SCIM_OK
                  && scim_str_eq(n->text, text);
}


static void
begin_held(scim_import_t *x)
{
    scim_import_line_t  *line;

    for (line = x->line; line->pool != NULL; line++) {
        /* as long as a lane is free, so is one of these */
    }

    *line = x->held;
    x->held.pool = NULL;
    x->kind = line->kind;
    x->resources += line->kind != SCIM_IMPORT_MEMBERS;

    begin(x, line, (line->kind == SCIM_IMPORT_MEMBERS) ? STEP_ADD
                                                       : STEP_CREATE);
}


/* False: the line in hand must wait. */
static bool
take_held(scim_import_t *x)
{
    scim_error_t         err;
    scim_import_line_t  *line = &x->held;

    if (line->kind == SCIM_IMPORT_NOTHING) {
        scim_import_forget(line);
        return true;
    }

    if (x->ended || line->kind == SCIM_IMPORT_HEADER) {
        scim_refuse(&err, 400, SCIM_INVALID_SYNTAX,
                    "The line is of another export than those before it: "
                    "import one after the other");
        refuse_line(x, line, &err);
        return true;
    }

    if (line->kind == SCIM_IMPORT_END) {
        check_end(x, line);
        scim_import_forget(line);
        return true;
    }

    if (line->kind != x->kind && x->lanes.running != 0) {
        return false;
    }

    if (line->kind == SCIM_IMPORT_MEMBERS
        && scim_set_has(&x->others, line->id))
    {
        scim_import_forget(line);
        return true;
    }

    begin_held(x);

    return true;
}


/* Reads the next line; false: there is none now. */
static bool
read_held(scim_import_t *x)
{
    scim_error_t  err;

    switch (scim_import_next(&x->body, &x->held, &err)) {

    case SCIM_OK:
        return true;

    case SCIM_REFUSED:
        if (x->held.number != 0) {
            refuse_line(x, &x->held, &err);
            return true;
        }

        break;

    case SCIM_NONE:
        x->over = true;
        return false;

    case SCIM_AGAIN:
        return false;

    case SCIM_NOMEM:
        scim_import_forget(&x->held);
        no_memory(x);
        return false;
    }

    scim_import_forget(&x->held);
    stop(x, &err);

    return false;
}


void
scim_import_run(scim_import_t *x)
{
    uint64_t  bytes = x->body.bytes, lines = x->body.lines;

    while (!x->over && x->lanes.running < SCIM_OP_LANES
           && x->body.bytes < bytes + TURN_BYTES
           && x->body.lines < lines + TURN_LINES
           && (x->next == NULL || x->out.len < WAITING))
    {
        if (x->held.pool != NULL) {
            if (!take_held(x)) {
                return;
            }

        } else if (!read_held(x)) {
            return;
        }
    }
}
