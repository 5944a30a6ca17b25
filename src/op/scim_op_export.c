/*
 * GET /tenants/T/export: a tenant as lines of JSON, the answer in pieces.
 *
 *     begun       the header, with what there is
 *     ask_page    resources of one type, in order of creation; one line each
 *     ask_rest    members of the page's large groups, 1,000 on a line
 *     …           until each pass over the types is done
 *     finish      the last line, by which a whole export is known
 *
 * The passes: types without members, so that whoever reads the lines knows the
 * members when they are named; groups with the users in them; and, if there
 * are groups in groups, the groups again for these members, which may stand
 * anywhere among the groups, even in a ring.
 *
 * A step asks for one command or gives one piece, in a pool that goes with the
 * step; the next step is made when the client has taken the piece.  So what is
 * held is one page, however long the export is.
 */

#include "scim_op_admin.h"
#include "scim_op_entry.h"
#include "scim_op_export.h"


/* Rows of one page: as many as are likely to give PIECE bytes. */
#define ROWS_FIRST  16
#define ROWS_MAX    200
#define PIECE       (128 * 1024)

/* Of a member on a line. */
#define MEMBER      52

typedef enum {
    PASS_PLAIN = 0,     /* types without members */
    PASS_HOLDING,       /* types with members: users among these */
    PASS_NESTED,        /* the same once more: groups among the members */
    PASS_END
} pass_e;

/* A group of which members are still to be read. */
typedef struct {
    scim_str_t  id;
    scim_str_t  last;   /* the last member read */
    size_t      read;
} rest_t;

typedef struct {
    scim_str_t                  tenant;
    scim_pool_t                *page;   /* of rest, after and last */
    scim_pool_t                *step;   /* of the command and the piece */
    scim_buf_t                  out;

    pass_e                      pass;
    size_t                      type_at;
    const scim_resource_type_t *type;
    scim_store_query_t          query;
    scim_str_t                  after;  /* empty: this was the last page */
    size_t                      rows;   /* of the next page */
    bool                        nested; /* there are groups in groups */

    rest_t                      rest[ROWS_MAX];
    size_t                      nrest;
    size_t                      rest_at;

    uint64_t                    users;
    uint64_t                    groups;
    uint64_t                    resources;
    uint64_t                    members;
} export_t;

static scim_rc_t begun(scim_op_t *op, const redisReply *reply);
static scim_rc_t next_type(scim_op_t *op, const redisReply *reply);
static scim_rc_t ask_page(scim_op_t *op);
static scim_rc_t got_page(scim_op_t *op, const redisReply *reply);
static scim_rc_t after_page(scim_op_t *op, const redisReply *reply);
static scim_rc_t ask_rest(scim_op_t *op);
static scim_rc_t got_rest(scim_op_t *op, const redisReply *reply);
static scim_rc_t finish(scim_op_t *op);


/* --- pools and pieces ---------------------------------------------------- */

static void
drop(void *data)
{
    export_t  *x = data;

    if (x->page != NULL) {
        scim_pool_destroy(x->page);
    }

    if (x->step != NULL) {
        scim_pool_destroy(x->step);
    }
}


/* What the step before has made is no longer needed. */
static scim_rc_t
begin_step(export_t *x)
{
    if (x->step != NULL) {
        scim_pool_destroy(x->step);
    }

    x->step = scim_pool_create(0);
    if (x->step == NULL) {
        return SCIM_NOMEM;
    }

    scim_buf_init(&x->out, x->step, 0);

    return SCIM_OK;
}


/* Goes on with `next` when the client has taken what was written. */
static scim_rc_t
give(scim_op_t *op, scim_op_step_pt next)
{
    scim_str_t  piece;
    export_t   *x = op->state;

    if (scim_buf_done(&x->out, &piece) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (piece.len == 0) {
        return next(op, NULL);
    }

    op->result.status = 200;
    op->result.media = SCIM_LINES_MEDIA;
    op->piece = piece;
    op->resume = next;

    return SCIM_AGAIN;
}


/* --- beginning and end --------------------------------------------------- */

scim_rc_t
scim_admin_export(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_tenant(op, begun);
}


static void
write_header(scim_op_t *op, const scim_admin_t *admin)
{
    export_t    *x = op->state;
    scim_buf_t  *out = &x->out;

    scim_buf_lit(out, "{\"nginx-scim\":\"export\",\"version\":");
    scim_buf_uint(out, SCIM_EXPORT_VERSION);
    scim_buf_lit(out, ",\"tenant\":");
    scim_json_write_string(out, admin->tenant);
    scim_op_entry_time(out, "exported", op->env->now);
    scim_buf_lit(out, ",\"settings\":");
    scim_buf_str(out, admin->found.settings.len == 0 ? scim_str("{}")
                                                     : admin->found.settings);
    scim_buf_lit(out, ",\"users\":");
    scim_buf_uint(out, admin->found.users);
    scim_buf_lit(out, ",\"groups\":");
    scim_buf_uint(out, admin->found.groups);
    scim_buf_lit(out, "}\n");
}


static scim_rc_t
begun(scim_op_t *op, const redisReply *reply)
{
    export_t            *x;
    const scim_admin_t  *admin = op->state;

    (void) reply;

    if (!admin->found.enabled) {
        return scim_admin_switched_off(op);
    }

    x = scim_pcalloc(op->pool, sizeof(export_t));

    if (x == NULL || scim_pool_cleanup(op->pool, drop, x) != SCIM_OK
        || begin_step(x) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    x->tenant = admin->tenant;
    op->state = x;

    write_header(op, admin);

    return give(op, next_type);
}


static scim_rc_t
finish(scim_op_t *op)
{
    export_t    *x = op->state;
    scim_buf_t  *out = &x->out;

    if (begin_step(x) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_buf_lit(out, "{\"end\":true,\"users\":");
    scim_buf_uint(out, x->users);
    scim_buf_lit(out, ",\"groups\":");
    scim_buf_uint(out, x->groups);
    scim_buf_lit(out, ",\"resources\":");
    scim_buf_uint(out, x->resources);
    scim_buf_lit(out, ",\"members\":");
    scim_buf_uint(out, x->members);
    scim_buf_lit(out, "}\n");

    op->result.media = SCIM_LINES_MEDIA;

    return scim_op_body(op, 200, out);
}


/* --- lines --------------------------------------------------------------- */

/* Whether the member is one that this pass writes. */
static bool
is_due(export_t *x, const scim_relation_t *member)
{
    bool  group = scim_str_eq(member->type, scim_str("Group"));

    x->nested = x->nested || group;

    return group == (x->pass == PASS_NESTED);
}


/* ,"members":[…] with those that are due, if there are some, behind what
 * `before` says. */
static bool
write_members(export_t *x, scim_str_t before, const scim_relation_t *members,
    size_t n)
{
    size_t       i;
    bool         any = false;
    scim_buf_t  *out = &x->out;

    for (i = 0; i < n; i++) {

        if (!is_due(x, &members[i])) {
            continue;
        }

        if (any) {
            scim_buf_char(out, ',');

        } else {
            scim_buf_str(out, before);
            scim_buf_lit(out, ",\"members\":[");
        }

        scim_buf_lit(out, "{\"value\":");
        scim_json_write_string(out, members[i].id);
        scim_buf_char(out, '}');

        x->members++;
        any = true;
    }

    if (any) {
        scim_buf_char(out, ']');
    }

    return any;
}


/* A line of more members of a group, unless none of them is due. */
static scim_rc_t
write_more(export_t *x, scim_str_t group, const scim_relation_t *members,
    size_t n)
{
    scim_rc_t   rc;
    scim_str_t  before;

    rc = scim_str_printf(x->step, &before,
                         "{\"members-of\":\"%.*s\",\"type\":\"%.*s\"",
                         SCIM_FMT(group), SCIM_FMT(x->type->name));
    if (rc != SCIM_OK) {
        return rc;
    }

    if (write_members(x, before, members, n)) {
        scim_buf_lit(&x->out, "}\n");
    }

    return SCIM_OK;
}


static scim_rc_t
write_row(export_t *x, const scim_row_t *row)
{
    scim_buf_t  *out = &x->out;

    if (x->pass == PASS_NESTED) {
        return write_more(x, row->id, row->relations, row->nrelations);
    }

    scim_buf_lit(out, "{\"type\":");
    scim_json_write_string(out, x->type->name);
    scim_buf_lit(out, ",\"resource\":");
    scim_buf_str(out, row->doc);
    scim_buf_lit(out, ",\"version\":");
    scim_buf_uint(out, row->version);
    scim_buf_lit(out, ",\"modified\":");
    scim_json_write_string(out, row->modified);
    (void) write_members(x, scim_str(""), row->relations, row->nrelations);
    scim_buf_lit(out, "}\n");

    x->resources++;
    x->users += scim_str_eq(x->type->name, scim_str("User"));
    x->groups += scim_str_eq(x->type->name, scim_str("Group"));

    return SCIM_OK;
}


/* --- passes -------------------------------------------------------------- */

/* The next type of this pass, or the first of the next one. */
static const scim_resource_type_t *
find_type(export_t *x, const scim_schemas_t *schemas)
{
    const scim_resource_type_t  *type;

    while (x->pass != PASS_END) {

        type = scim_schemas_type_at(schemas, x->type_at++);

        if (type == NULL) {
            x->pass = (x->pass == PASS_HOLDING && !x->nested)
                      ? PASS_END : (pass_e) (x->pass + 1);
            x->type_at = 0;

        } else if ((type->members != NULL) == (x->pass != PASS_PLAIN)) {
            return type;
        }
    }

    return NULL;
}


static scim_rc_t
next_type(scim_op_t *op, const redisReply *reply)
{
    export_t  *x = op->state;

    (void) reply;

    x->type = find_type(x, op->env->conf->schemas);

    if (x->type == NULL) {
        return finish(op);
    }

    x->after = scim_str_absent;
    x->rows = ROWS_FIRST;

    return ask_page(op);
}


static scim_rc_t
ask_page(scim_op_t *op)
{
    scim_pool_t  *page;
    export_t     *x = op->state;

    page = scim_pool_create(0);
    if (page == NULL) {
        return SCIM_NOMEM;
    }

    x->query = (scim_store_query_t) {
        .type = x->type,
        .source = SCIM_STORE_LIST,
        .count = x->rows,
        .relations = x->pass != PASS_PLAIN
    };

    if (scim_str_dup(page, x->after, &x->query.after) != SCIM_OK) {
        scim_pool_destroy(page);
        return SCIM_NOMEM;
    }

    if (x->after.len == 0) {
        x->query.after = scim_str_absent;
    }

    if (x->page != NULL) {
        scim_pool_destroy(x->page);
    }

    x->page = page;
    x->nrest = 0;
    x->rest_at = 0;

    if (begin_step(x) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_op_ask(op, scim_store_query(x->step, x->tenant, &x->query,
                                            &op->cmd),
                       got_page);
}


/* More of its members are to be read than came with the row. */
static scim_rc_t
note_rest(export_t *x, const scim_row_t *row)
{
    size_t   n = row->nrelations;
    rest_t  *rest = &x->rest[x->nrest++];

    rest->read = n;
    rest->last = scim_str_absent;

    if (n != 0
        && scim_str_dup(x->page, row->relations[n - 1].id, &rest->last)
           != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_str_dup(x->page, row->id, &rest->id);
}


/* How many rows are likely to fill a piece, after those of this page. */
static size_t
likely_rows(const scim_store_page_t *page)
{
    size_t  i, rows, bytes = 1;

    for (i = 0; i < page->nrows; i++) {
        bytes += page->rows[i].doc.len + page->members_total[i] * MEMBER;
    }

    rows = PIECE * page->nrows / bytes;

    return (rows == 0) ? 1 : (rows > ROWS_MAX) ? ROWS_MAX : rows;
}


static scim_rc_t
got_page(scim_op_t *op, const redisReply *reply)
{
    size_t             i;
    scim_rc_t          rc;
    export_t          *x = op->state;
    scim_error_t       err;
    scim_store_page_t  page;

    rc = scim_store_query_reply(x->step, &x->query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    for (i = 0; i < page.nrows; i++) {

        if (write_row(x, &page.rows[i]) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        if (x->pass != PASS_PLAIN
            && page.members_total[i] > page.rows[i].nrelations
            && note_rest(x, &page.rows[i]) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    if (page.nrows != 0) {
        x->rows = likely_rows(&page);
    }

    if (scim_str_dup(x->page, page.next, &x->after) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return give(op, after_page);
}


static scim_rc_t
after_page(scim_op_t *op, const redisReply *reply)
{
    export_t  *x = op->state;

    (void) reply;

    if (x->rest_at < x->nrest) {
        return ask_rest(op);
    }

    return (x->after.len != 0) ? ask_page(op) : next_type(op, NULL);
}


static scim_rc_t
ask_rest(scim_op_t *op)
{
    export_t      *x = op->state;
    const rest_t  *rest = &x->rest[x->rest_at];

    if (begin_step(x) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_op_ask(op, scim_store_members(x->step, x->tenant, rest->id,
                                              rest->last, rest->read,
                                              &op->cmd),
                       got_rest);
}


static scim_rc_t
got_rest(scim_op_t *op, const redisReply *reply)
{
    size_t                  n;
    scim_rc_t               rc;
    rest_t                 *rest;
    export_t               *x = op->state;
    scim_error_t            err;
    const scim_relation_t  *members;

    rc = scim_store_members_reply(x->step, reply, &members, &n, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    rest = &x->rest[x->rest_at];

    if (write_more(x, rest->id, members, n) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (n < SCIM_STORE_MEMBERS_CHUNK) {
        x->rest_at++;

    } else if (scim_str_dup(x->page, members[n - 1].id, &rest->last)
               != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    rest->read += n;

    return give(op, after_page);
}
