/*
 * POST /tenants/T/import: the lines of an export become resources, each by the
 * operation that a client's request would be; the answer comes in pieces.
 *
 *     begun       the first line must be the header of an export
 *     go          begins lines as lanes are free
 *     ended       what has become of one
 *     finish      the last line of the answer
 */

#include "scim_op_export.h"
#include "scim_op_import.h"
#include "scim_request.h"
#include "../scim/scim_set.h"
#include "../scim/scim_text.h"


/* Progress is told each time when so much is done or so long has passed. */
#define TELL_LINES  1000
#define TELL_MS     2000

/* Bytes of the answer that may wait for a client that does not read. */
#define WAITING     16384

/* How much is read in one turn of the event loop. */
#define TURN_BYTES  (256 * 1024)
#define TURN_LINES  256

typedef enum {
    EXISTING_CONFLICT = 0,
    EXISTING_SKIP,
    EXISTING_REPLACE
} existing_e;

typedef enum {
    STEP_CREATE = 0,
    STEP_REPLACE,
    STEP_ADD            /* members */
} step_e;

typedef struct {
    scim_op_t          *op;
    scim_op_env_t       env;        /* of the lines' operations */
    scim_op_lanes_t     lanes;
    scim_import_body_t  body;
    existing_e          existing;

    scim_import_line_t  line[SCIM_OP_LANES];    /* under way */
    scim_import_line_t  held;       /* waits for those before it to end */
    scim_import_kind_e  kind;       /* of the lines under way */
    scim_set_t          others;     /* ids of groups that the import has not
                                       made, and whose members it leaves alone */

    uint64_t            created;
    uint64_t            replaced;
    uint64_t            skipped;
    uint64_t            failed;
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
} import_t;

static scim_rc_t begun(scim_op_t *op, const redisReply *reply);
static scim_rc_t go(scim_op_t *op, const redisReply *reply);
static void begin(import_t *x, scim_import_line_t *line, step_e step);
static void stopped(import_t *x, scim_op_t *part, scim_rc_t rc);


/* --- what is said ---------------------------------------------------------- */

/* The buffer of the next piece; NULL: no memory. */
static scim_buf_t *
out(import_t *x)
{
    if (x->next == NULL) {
        x->next = scim_pool_create(0);
        if (x->next == NULL) {
            return NULL;
        }

        scim_buf_init(&x->out, x->next, 0);
    }

    return &x->out;
}


static void
write_totals(const import_t *x, scim_buf_t *buf)
{
    scim_buf_lit(buf, "\"line\":");
    scim_buf_uint(buf, x->body.lines);
    scim_buf_lit(buf, ",\"created\":");
    scim_buf_uint(buf, x->created);
    scim_buf_lit(buf, ",\"replaced\":");
    scim_buf_uint(buf, x->replaced);
    scim_buf_lit(buf, ",\"skipped\":");
    scim_buf_uint(buf, x->skipped);
    scim_buf_lit(buf, ",\"failed\":");
    scim_buf_uint(buf, x->failed);
}


static void
write_why(scim_buf_t *buf, int status, const char *type, scim_str_t detail)
{
    scim_buf_lit(buf, ",\"status\":");
    scim_buf_uint(buf, (uint64_t) status);

    if (type != NULL) {
        scim_buf_lit(buf, ",\"scimType\":");
        scim_json_write_string(buf, scim_str_from(type));
    }

    scim_buf_lit(buf, ",\"detail\":");
    scim_json_write_string(buf, detail);
}


static void
tell_progress(import_t *x)
{
    uint64_t     now = x->env.now;
    scim_buf_t  *buf;

    if (x->body.lines / TELL_LINES == x->told_lines / TELL_LINES
        && now < x->told_at + TELL_MS)
    {
        return;
    }

    x->told_lines = x->body.lines;
    x->told_at = now;
    buf = out(x);

    if (buf != NULL) {
        scim_buf_char(buf, '{');
        write_totals(x, buf);
        scim_buf_lit(buf, "}\n");
    }
}


static void
tell_failure(import_t *x, const scim_import_line_t *line, int status,
    const char *type, scim_str_t detail)
{
    scim_buf_t  *buf = out(x);

    x->failed++;

    if (buf == NULL) {
        return;
    }

    scim_buf_lit(buf, "{\"line\":");
    scim_buf_uint(buf, line->number);

    if (line->type != NULL) {
        scim_buf_lit(buf, ",\"type\":");
        scim_json_write_string(buf, line->type->name);
    }

    if (line->id.data != NULL) {
        scim_buf_lit(buf, ",\"id\":");
        scim_json_write_string(buf, line->id);
    }

    write_why(buf, status, type, detail);
    scim_buf_lit(buf, "}\n");
}


static scim_rc_t
finish(import_t *x)
{
    scim_buf_t  *buf = out(x);

    if (buf == NULL) {
        return SCIM_NOMEM;
    }

    if (x->stopped) {
        scim_buf_lit(buf, "{\"end\":false,");
        write_totals(x, buf);
        write_why(buf, x->why.status, scim_error_type_name(x->why.type),
                  scim_str_from(x->why.detail));

    } else {
        scim_buf_lit(buf, "{\"end\":true,");
        write_totals(x, buf);

        if (x->complete) {
            scim_buf_lit(buf, ",\"complete\":true");
        } else {
            scim_buf_lit(buf, ",\"complete\":false");
        }
    }

    scim_buf_lit(buf, "}\n");
    x->op->result.media = SCIM_LINES_MEDIA;

    return scim_op_body(x->op, 200, buf);
}


/* What is written becomes the piece to be sent. */
static scim_rc_t
give(import_t *x)
{
    scim_op_t  *op = x->op;

    if (x->next == NULL) {
        op->piece = scim_str("");
        return SCIM_AGAIN;
    }

    if (scim_buf_done(&x->out, &op->piece) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    x->sent = x->next;
    x->next = NULL;

    op->result.status = 200;
    op->result.media = SCIM_LINES_MEDIA;

    return SCIM_AGAIN;
}


/* --- lines that have ended ------------------------------------------------- */

static void
forget(scim_import_line_t *line)
{
    if (line->pool != NULL) {
        scim_pool_destroy(line->pool);
        line->pool = NULL;
    }
}


static void
stop(import_t *x, const scim_error_t *err)
{
    if (!x->stopped) {
        x->stopped = true;
        x->over = true;
        x->why = *err;
    }
}


/* Members that follow are not for a group that is another's. */
static void
leave_alone(import_t *x, const scim_import_line_t *line)
{
    bool          added;
    size_t        number;
    scim_str_t    id;
    scim_error_t  err;

    if (line->kind != SCIM_IMPORT_HOLDER) {
        return;
    }

    if (scim_str_dup(x->op->pool, line->id, &id) != SCIM_OK
        || scim_set_put(&x->others, id, &number, &added) != SCIM_OK)
    {
        scim_refuse(&err, 500, SCIM_TYPE_NONE,
                    "This service is short of memory. Try again later.");
        stop(x, &err);
    }
}


/* What is wrong for all lines alike: the store is down or full, the tenant was
 * switched off, a guard holds changes back. */
static bool
is_general(int status)
{
    return status == 403 || status == 429 || status >= 500;
}


/* result NULL: there was no memory for it. */
static void
refused(import_t *x, scim_import_line_t *line, const scim_result_t *result)
{
    int            status = 500;
    scim_str_t     detail = scim_str_absent;
    scim_json_t   *root;
    scim_error_t   err;
    const char    *type = NULL;

    if (result != NULL) {
        status = result->status;
        type = scim_error_type_name(result->type);

        if (scim_json_parse(line->pool, result->body, NULL, &root, &err)
            == SCIM_OK)
        {
            detail = scim_json_get_text(root, scim_str("detail"));
        }
    }

    if (is_general(status)) {
        scim_refuse(&err, status, SCIM_TYPE_NONE, "%.*s", SCIM_FMT(detail));
        stop(x, &err);
        return;
    }

    leave_alone(x, line);
    tell_failure(x, line, status, type, detail);
}


/* There is one with the same id.  True: it is to be replaced. */
static bool
existed(import_t *x, scim_import_line_t *line)
{
    switch (x->existing) {

    case EXISTING_REPLACE:
        return true;

    case EXISTING_SKIP:
        x->skipped++;
        leave_alone(x, line);
        return false;

    default:
        leave_alone(x, line);
        tell_failure(x, line, 409, NULL,
                     scim_str("There is one with this id already: existing=skip "
                              "or existing=replace says what to do then"));
        return false;
    }
}


/* What has become of a line's operation.  True: the next one is to replace what
 * has its id. */
static bool
ended(import_t *x, scim_import_line_t *line, step_e step,
    const scim_result_t *result)
{
    if (result != NULL && result->status < 400) {
        x->created += step == STEP_CREATE;
        x->replaced += step == STEP_REPLACE;
        return false;
    }

    if (result != NULL && step == STEP_CREATE && result->status == 409
        && result->type == SCIM_TYPE_NONE)
    {
        return existed(x, line);
    }

    refused(x, line, result);

    return false;
}


static void
stopped(import_t *x, scim_op_t *part, scim_rc_t rc)
{
    bool                 replace;
    scim_op_lane_t      *lane;
    scim_import_line_t  *line;

    lane = scim_op_lanes_stopped(&x->lanes, part, rc);
    if (lane == NULL) {
        return;
    }

    line = &x->line[lane->item];
    replace = ended(x, line, (step_e) lane->step,
                    (rc == SCIM_OK) ? &part->result : NULL);

    scim_op_lanes_free(&x->lanes, lane);

    if (replace) {
        begin(x, line, STEP_REPLACE);
    } else {
        forget(line);
    }
}


/* --- lines that begin ------------------------------------------------------ */

/* What the step asks of an operation.  A resource keeps the time of its
 * creation. */
static scim_request_t
request_of(const scim_import_line_t *line, step_e step)
{
    const scim_json_t  *meta;
    scim_request_t      request;

    request = (scim_request_t) {
        .method = (step == STEP_CREATE) ? SCIM_POST
                  : (step == STEP_REPLACE) ? SCIM_PUT : SCIM_PATCH,
        .target = (step == STEP_CREATE) ? SCIM_TARGET_COLLECTION
                                        : SCIM_TARGET_RESOURCE,
        .type = line->type,
        .id = line->id,
        .body = line->body,
        .brief = true
    };

    if (step == STEP_CREATE) {
        meta = scim_json_get(line->body, scim_str("meta"));
        request.created = scim_json_get_text(meta, scim_str("created"));
    }

    return request;
}


/* The lane must be free. */
static void
begin(import_t *x, scim_import_line_t *line, step_e step)
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

        refused(x, line, NULL);
        forget(line);
        return;
    }

    scim_op_lanes_add(&x->lanes, part, (uint32_t) (line - x->line), step);
    stopped(x, part, scim_op_run(part));
}


static void
refuse_line(import_t *x, scim_import_line_t *line, const scim_error_t *err)
{
    leave_alone(x, line);
    tell_failure(x, line, err->status, scim_error_type_name(err->type),
                 scim_str_from(err->detail));
    forget(line);
}


/* The last line of an export: is all there that it counted? */
static void
check_end(import_t *x, const scim_import_line_t *line)
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
begin_held(import_t *x)
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
take_held(import_t *x)
{
    scim_error_t         err;
    scim_import_line_t  *line = &x->held;

    if (line->kind == SCIM_IMPORT_NOTHING) {
        forget(line);
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
        forget(line);
        return true;
    }

    if (line->kind != x->kind && x->lanes.running != 0) {
        return false;
    }

    if (line->kind == SCIM_IMPORT_MEMBERS && scim_set_has(&x->others, line->id))
    {
        forget(line);
        return true;
    }

    begin_held(x);

    return true;
}


/* Reads the next line; false: there is none now. */
static bool
read_held(import_t *x)
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
        scim_refuse(&err, 500, SCIM_TYPE_NONE,
                    "This service is short of memory. Try again later.");
        break;
    }

    forget(&x->held);
    stop(x, &err);

    return false;
}


static void
begin_lines(import_t *x)
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


/* --- the call -------------------------------------------------------------- */

static scim_rc_t
go(scim_op_t *op, const redisReply *reply)
{
    import_t  *x = op->state;

    (void) reply;

    if (op->piece.data == NULL && x->sent != NULL) {
        scim_pool_destroy(x->sent);
        x->sent = NULL;
    }

    if (x->left) {
        op->result.status = 200;
        return (x->lanes.running == 0) ? SCIM_OK : SCIM_AGAIN;
    }

    x->env.now = op->input->now(op->input->data);

    begin_lines(x);
    tell_progress(x);

    if (op->piece.data != NULL) {
        return SCIM_AGAIN;
    }

    if (x->over && x->lanes.running == 0) {
        return finish(x);
    }

    return (x->next != NULL || x->lanes.running == 0) ? give(x) : SCIM_AGAIN;
}


static scim_op_t *
asker(scim_op_t *op)
{
    import_t  *x = op->state;

    return scim_op_lanes_asker(&x->lanes);
}


static scim_rc_t
answered(scim_op_t *op, scim_op_t *part, scim_rc_t rc)
{
    stopped(op->state, part, rc);

    return go(op, NULL);
}


static void
leave(scim_op_t *op)
{
    import_t  *x = op->state;

    x->left = true;
}


static const scim_op_many_t  many = { asker, answered, leave };


static void
drop(void *data)
{
    size_t     i;
    import_t  *x = data;

    for (i = 0; i < SCIM_OP_LANES; i++) {
        forget(&x->line[i]);
    }

    forget(&x->held);

    if (x->sent != NULL) {
        scim_pool_destroy(x->sent);
    }

    if (x->next != NULL) {
        scim_pool_destroy(x->next);
    }
}


/* ?existing=conflict|skip|replace */
static scim_rc_t
read_existing(scim_op_t *op, scim_str_t args, existing_e *existing,
    scim_error_t *err)
{
    size_t      i;
    scim_rc_t   rc;
    scim_str_t  value;

    static const scim_str_t  names[] = {
        [EXISTING_CONFLICT] = SCIM_STR("conflict"),
        [EXISTING_SKIP] = SCIM_STR("skip"),
        [EXISTING_REPLACE] = SCIM_STR("replace")
    };

    *existing = EXISTING_CONFLICT;

    rc = scim_request_arg(op->pool, args, scim_str("existing"), &value, err);
    if (rc != SCIM_OK) {
        return (rc == SCIM_NONE) ? SCIM_OK : rc;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (scim_str_eq(value, names[i])) {
            *existing = (existing_e) i;
            return SCIM_OK;
        }
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "existing must be \"conflict\", \"skip\" or "
                       "\"replace\"");
}


scim_rc_t
scim_admin_import(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t            rc;
    existing_e           existing;
    scim_error_t         err;
    const scim_admin_t  *admin = op->state;

    (void) reply;

    rc = read_existing(op, admin->args, &existing, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_admin_tenant(op, begun);
}


/* The first line; refused before anything is answered. */
static scim_rc_t
read_header(import_t *x, scim_error_t *err)
{
    scim_rc_t           rc;
    const scim_json_t  *version;

    do {
        rc = scim_import_next(&x->body, &x->held, err);
    } while (rc == SCIM_OK && x->held.kind == SCIM_IMPORT_NOTHING
             && x->body.bytes <= SCIM_IMPORT_READ);

    if (rc == SCIM_NOMEM || (rc == SCIM_REFUSED && x->held.number == 0)) {
        return rc;
    }

    if (rc != SCIM_OK || x->held.kind != SCIM_IMPORT_HEADER) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "The body must be the lines of an export, and its "
                           "first line {\"nginx-scim\":\"export\","
                           "\"version\":%d,...}", SCIM_EXPORT_VERSION);
    }

    version = scim_json_get(x->held.root, scim_str("version"));

    if (version == NULL || version->type != SCIM_JSON_NUMBER
        || !scim_str_eq(version->text, scim_str("1")))
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The export is of another version than %d: it was "
                           "made by a newer release, which can read it",
                           SCIM_EXPORT_VERSION);
    }

    return SCIM_OK;
}


static scim_rc_t
begun(scim_op_t *op, const redisReply *reply)
{
    import_t            *x;
    scim_rc_t            rc;
    scim_error_t         err;
    const scim_admin_t  *admin = op->state;

    (void) reply;

    if (!admin->found.enabled) {
        return scim_admin_switched_off(op);
    }

    if (op->input == NULL) {
        return scim_op_no_body(op);
    }

    x = scim_pcalloc(op->pool, sizeof(import_t));

    if (x == NULL || scim_pool_cleanup(op->pool, drop, x) != SCIM_OK
        || scim_op_lanes_init(&x->lanes, op) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    scim_set_init(&x->others, op->pool);

    x->op = op;
    x->env = *op->env;
    x->env.tenant = admin->tenant;
    x->env.admin = true;
    x->told_at = op->env->now;
    x->body.input = op->input;
    x->body.schemas = op->env->conf->schemas;

    rc = read_existing(op, admin->args, &x->existing, &err);

    if (rc == SCIM_OK) {
        rc = read_header(x, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    forget(&x->held);

    op->state = x;
    op->many = &many;
    op->resume = go;

    return go(op, NULL);
}
