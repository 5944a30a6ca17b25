/*
 * The admin API's restore: a resource as it was at a revision, whether it is
 * still there or was deleted, as a new commit.
 *
 *     scim_admin_restore  makes the call a request to the tenant
 *     start               reads the resource as it is
 *     present, absent     begin with it, or with nothing
 *     walk                takes back a page of the history, until the
 *                         revision is reached
 *     apply               the old members of a group, if the history has kept
 *                         them as a whole; then commits
 *     rejoin              the groups a deletion took it from, one by one
 *     200                 as SCIM shows it
 *
 * A conflict leads back to the read.
 */

#include <inttypes.h>

#include "scim_op_admin.h"
#include "scim_op_restore.h"


/* How often nothing is found where a deletion has to be, before it is not put
 * down to somebody else's restore. */
#define ABSENT_ATTEMPTS  3

static scim_rc_t start(scim_op_t *op, const redisReply *reply);
static scim_rc_t present(scim_op_t *op, const redisReply *reply);
static scim_rc_t absent(scim_op_t *op, const redisReply *reply);
static scim_rc_t walk(scim_op_t *op);
static scim_rc_t walked(scim_op_t *op, const redisReply *reply);
static scim_rc_t apply(scim_op_t *op);
static scim_rc_t was_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t restored(scim_op_t *op, const redisReply *reply);
static scim_rc_t rejoined(scim_op_t *op, const redisReply *reply);


static scim_rc_t
read_revision(scim_str_t text, uint64_t *revision, scim_error_t *err)
{
    size_t  i;

    *revision = 0;

    for (i = 0; i < text.len && text.len <= 15; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            break;
        }

        *revision = *revision * 10 + (uint64_t) (text.data[i] - '0');
    }

    if (i != text.len || *revision == 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"revision\" must be the version to restore, such "
                           "as ?revision=3: the history lists them");
    }

    return SCIM_OK;
}


/* The request becomes one for a resource of the tenant, which is shown as the
 * tenant's SCIM endpoint of the admin API does; its filter is the revision. */
static scim_rc_t
address(scim_op_t *op, const scim_admin_t *admin, scim_str_t revision)
{
    scim_op_env_t   *env;
    scim_request_t  *request = &op->request;

    env = scim_palloc(op->pool, sizeof(scim_op_env_t));
    if (env == NULL) {
        return SCIM_NOMEM;
    }

    *env = *op->env;
    env->tenant = admin->tenant;
    op->env = env;

    *request = (scim_request_t) {
        .method = SCIM_POST,
        .target = SCIM_TARGET_RESOURCE,
        .type = scim_schemas_endpoint(env->conf->schemas, admin->part[0]),
        .id = admin->part[1],
        .filter = revision,
        .if_match = request->if_match
    };

    return scim_str_printf(op->pool, &env->base,
                           "%.*s/tenants/%.*s/scim/v2",
                           SCIM_FMT(op->env->base), SCIM_FMT(admin->tenant));
}


scim_rc_t
scim_admin_restore(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t            rc;
    scim_str_t           revision;
    scim_error_t         err;
    const scim_admin_t  *admin = op->state;

    static const char *const  names[] = { "revision", NULL };

    rc = scim_admin_args(op, names, &revision, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (address(op, admin, revision) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (op->request.type == NULL) {
        return scim_op_error(op, 404, SCIM_TYPE_NONE,
                             "There is no resource type with the endpoint "
                             "\"/%.*s\"", SCIM_FMT(admin->part[0]));
    }

    if (!scim_store_name_valid(op->request.id)) {
        return scim_op_not_found(op);
    }

    scim_op_follow(op, start);

    return op->resume(op, reply);
}


static scim_rc_t
start(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_restore_t   *r;
    scim_op_write_t  *w;

    (void) reply;

    r = scim_pcalloc(op->pool, sizeof(scim_restore_t));
    if (r == NULL
        || scim_pool_cleanup(op->pool, scim_restore_end, r) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    rc = read_revision(op->request.filter, &r->revision, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    rc = scim_op_write_begin(op, false, &w);
    if (w == NULL) {
        return rc;
    }

    r->op = op;
    w->own = r;
    w->absent = absent;
    w->rests = true;
    w->missing = SCIM_MISSING_DROP;
    w->operation = scim_str("restore");

    rc = scim_str_printf(op->pool, &w->note,
                         "{\"path\":\"meta.version\",\"new\":%" PRIu64 "}",
                         r->revision);

    return rc == SCIM_OK ? scim_op_write_read(op, false, present) : rc;
}


static scim_rc_t
present(scim_op_t *op, const redisReply *reply)
{
    scim_op_write_t  *w = op->state;
    scim_restore_t   *r = w->own;

    (void) reply;

    if (scim_restore_begin(r, &w->old) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return r->revision == r->top ? apply(op) : walk(op);
}


static scim_rc_t
absent(scim_op_t *op, const redisReply *reply)
{
    scim_op_write_t  *w = op->state;

    (void) reply;

    if (op->request.if_match.data != NULL) {
        return scim_op_error(op, 412, SCIM_TYPE_NONE,
                             "There is no %.*s with the id \"%.*s\", and the "
                             "request's If-Match asks for one: send it "
                             "without to restore what was deleted",
                             SCIM_FMT(op->request.type->name),
                             SCIM_FMT(op->request.id));
    }

    w->old_doc = NULL;

    return scim_restore_begin(w->own, NULL) == SCIM_OK ? walk(op)
                                                        : SCIM_NOMEM;
}


static scim_rc_t
walk(scim_op_t *op)
{
    const scim_op_write_t  *w = op->state;
    const scim_restore_t   *r = w->own;

    return scim_op_ask(op, scim_store_revisions(op->pool, op->env->tenant,
                                                op->request.type,
                                                op->request.id, r->revision,
                                                r->next, &op->cmd),
                       walked);
}


/* 404, saying what there is. */
static scim_rc_t
no_revision(scim_op_t *op, const scim_restore_t *r, const char *why)
{
    if (r->last == 0) {
        return scim_op_error(op, 404, SCIM_TYPE_NONE,
                             "There is no %s%.*s with the id \"%.*s\"%s",
                             r->present ? "revision in the history of the "
                                        : "",
                             SCIM_FMT(op->request.type->name),
                             SCIM_FMT(op->request.id),
                             r->present ? "" : ", nor is there one in the "
                                               "history");
    }

    return scim_op_error(op, 404, SCIM_TYPE_NONE,
                         "The %.*s \"%.*s\" cannot be restored as of revision "
                         "%" PRIu64 "%s: the history has revisions %" PRIu64
                         " to %" PRIu64 " of it",
                         SCIM_FMT(op->request.type->name),
                         SCIM_FMT(op->request.id), r->revision, why,
                         r->first, r->last);
}


static scim_rc_t
walked(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t                rc;
    scim_error_t             err;
    scim_op_write_t         *w = op->state;
    scim_restore_t          *r = w->own;
    scim_restore_state_e     state = SCIM_RESTORE_WALKS;
    scim_store_revisions_t   page;

    rc = scim_store_revisions_reply(op->pool, reply, &page, &err);

    if (rc == SCIM_OK) {
        rc = scim_restore_page(r, &page, &state, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    switch (state) {

    case SCIM_RESTORE_WALKS:
        return walk(op);

    case SCIM_RESTORE_FOUND:
        return apply(op);

    case SCIM_RESTORE_DELETED:
        return no_revision(op, r, ", which is its deletion");

    case SCIM_RESTORE_OVERTAKEN:
        if (++op->attempts < (r->present ? SCIM_OP_ATTEMPTS
                                         : ABSENT_ATTEMPTS))
        {
            return w->again(op, NULL);
        }

        break;

    case SCIM_RESTORE_GAP:
        break;
    }

    return no_revision(op, r, r->revision < r->last && r->revision >= r->first
                              ? ", since a later change was not recorded"
                              : "");
}


/* --- the commit ---------------------------------------------------------- */

static scim_rc_t
was_ask(scim_op_t *op, const scim_restore_t *r)
{
    return scim_op_ask(op, scim_store_was(op->pool, op->env->tenant, r->was,
                                          r->was_at, &op->cmd),
                       was_got);
}


static scim_rc_t
commit(scim_op_t *op, const scim_members_t *was)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;
    scim_restore_t   *r = w->own;

    if (op->request.type->members != NULL
        && scim_restore_members(r, was, &w->members) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    if (r->present) {
        return scim_op_write_update(op, restored);
    }

    w->commit = (scim_store_commit_t) {
        .verb = SCIM_STORE_CREATE,
        .expected = r->top
    };

    rc = scim_op_write_document(op, NULL, w->doc, &err);

    return rc == SCIM_OK ? scim_op_write_commit(op, restored)
                         : scim_op_stop(op, rc, &err);
}


static scim_rc_t
apply(scim_op_t *op)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;
    scim_restore_t   *r = w->own;

    rc = scim_restore_document(r, &w->doc, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (r->was.len == 0) {
        return commit(op, NULL);
    }

    w->members = scim_members_create(op->pool);
    r->was_at = 0;

    return w->members == NULL ? SCIM_NOMEM : was_ask(op, r);
}


static scim_rc_t
was_got(scim_op_t *op, const redisReply *reply)
{
    size_t            i, n;
    scim_rc_t         rc;
    scim_str_t       *ids;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;
    scim_restore_t   *r = w->own;

    rc = scim_store_was_reply(op->pool, reply, &ids, &n, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    for (i = 0; i < n; i++) {
        if (scim_str_dup(op->pool, ids[i], &ids[i]) != SCIM_OK
            || scim_members_add(w->members, ids[i]) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    r->was_at += n;

    return n == SCIM_STORE_MEMBERS_CHUNK ? was_ask(op, r)
                                         : commit(op, w->members);
}


/* --- groups it was in ---------------------------------------------------- */

static scim_rc_t
rejoin(scim_op_t *op, const scim_restore_t *r)
{
    scim_op_write_t      *w = op->state;
    scim_store_commit_t  *c = &w->commit;

    if (r->at == r->nrejoin) {
        return scim_op_read_back(op, 200, &w->view);
    }

    *c = (scim_store_commit_t) {
        .verb = SCIM_STORE_UPDATE,
        .type = scim_schemas_type(op->env->conf->schemas, scim_str("Group")),
        .id = r->rejoin[r->at],
        .modified = scim_str_from(w->modified),
        .missing = SCIM_MISSING_DROP
    };

    w->members = scim_members_create(op->pool);

    if (w->members == NULL
        || scim_members_add(w->members, op->request.id) != SCIM_OK
        || scim_op_random_id(op, &c->op_id) != SCIM_OK
        || scim_op_event(op) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    c->members = w->members;

    return scim_op_ask(op, scim_store_commit(op->pool, op->env->tenant, c,
                                             &op->cmd),
                       rejoined);
}


/* A group that is there no more is passed over. */
static scim_rc_t
rejoined(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_op_write_t  *w = op->state;
    scim_restore_t   *r = w->own;

    rc = scim_store_commit_reply(op->pool, reply, &w->committed, &w->err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &w->err);
    }

    r->at++;

    return rejoin(op, r);
}


static scim_rc_t
restored(scim_op_t *op, const redisReply *reply)
{
    scim_op_write_t  *w = op->state;
    scim_restore_t   *r = w->own;

    (void) reply;

    r->at = r->nrejoin = 0;
    scim_time_format((int64_t) op->env->now, w->modified);

    /* What now comes is an ordinary change of each group, and what has been
     * done is not done again, whatever becomes of the settings. */
    w->operation = w->note = scim_str_absent;
    op->gen = scim_str_absent;

    if (r->groups != NULL
        && scim_members_added(r->groups, &r->rejoin, &r->nrejoin) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return rejoin(op, r);
}
