/*
 * What the writing operations share.
 */

#include <string.h>

#include "scim_op_write.h"


/* A document that patches have let grow beyond what one request may send
 * would be read and written whole by each request from then on. */
#define DOCUMENT_MAX  (2 * 1024 * 1024)

/* Different values of one attribute that are indexed: one commit writes each of
 * them, and Redis does nothing else meanwhile. */
#define ENTRIES_MAX   1000

static scim_rc_t read_ask(scim_op_t *op, const redisReply *reply);
static scim_rc_t read_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t staged(scim_op_t *op, const redisReply *reply);
static scim_rc_t committed(scim_op_t *op, const redisReply *reply);
static scim_rc_t judge(scim_op_t *op, scim_op_write_t *w);


scim_rc_t
scim_op_write_begin(scim_op_t *op, bool body, scim_op_write_t **out)
{
    scim_rc_t         rc;
    scim_str_t        match = op->request.if_match;
    scim_error_t      err;
    scim_op_write_t  *w;

    *out = NULL;

    if (body && op->request.body == NULL) {
        return scim_op_no_body(op);
    }

    w = scim_pcalloc(op->pool, sizeof(scim_op_write_t));
    if (w == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_op_view(op, &w->view, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    w->pinned = match.data != NULL && !scim_str_eq(match, scim_str("*"));
    w->missing = (op->request.missing == SCIM_MISSING_REFUSE)
                 ? op->policy->unknown_members : op->request.missing;
    w->taken = scim_op_write_taken;

    op->state = w;
    *out = w;

    return SCIM_OK;
}


/* "7" or W/"7" alone. */
static bool
etag_version(scim_str_t tag, uint64_t *version)
{
    size_t    i;
    uint64_t  n;

    if (scim_str_starts(tag, scim_str("W/"))) {
        tag = scim_str_skip(tag, 2);
    }

    if (tag.len < 3 || tag.len > 18
        || tag.data[0] != '"' || tag.data[tag.len - 1] != '"')
    {
        return false;
    }

    n = 0;

    for (i = 1; i < tag.len - 1; i++) {
        if (tag.data[i] < '0' || tag.data[i] > '9') {
            return false;
        }

        n = n * 10 + (uint64_t) (tag.data[i] - '0');
    }

    *version = n;

    return n != 0;
}


bool
scim_op_write_expects(const scim_op_t *op, uint64_t *expected)
{
    scim_str_t              match = op->request.if_match;
    const scim_op_write_t  *w = op->state;

    *expected = 0;

    return op->request.if_none_match.data == NULL
           && (!w->pinned || etag_version(match, expected));
}


static scim_rc_t
precondition_failed(scim_op_t *op, uint64_t version)
{
    return scim_op_other_version(op, version, "If-Match or If-None-Match",
                                 "read it again and repeat the change");
}


scim_rc_t
scim_op_write_read(scim_op_t *op, bool relations, scim_op_step_pt next)
{
    scim_op_write_t  *w = op->state;

    w->again = read_ask;
    w->next = next;
    scim_op_query_one(op, relations, &w->query);

    return read_ask(op, NULL);
}


static scim_rc_t
read_ask(scim_op_t *op, const redisReply *reply)
{
    scim_op_write_t  *w = op->state;

    (void) reply;

    return scim_op_query(op, op->pool, &w->query, read_got);
}


static scim_rc_t
read_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t          rc;
    scim_str_t         match = op->request.if_match;
    scim_str_t         unless = op->request.if_none_match;
    scim_error_t       err;
    scim_op_write_t   *w = op->state;
    scim_store_page_t  page;

    rc = scim_store_query_reply(op->pool, &w->query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.nrows == 0) {
        return w->absent != NULL ? w->absent(op, NULL)
                                 : scim_op_not_found(op);
    }

    /* The row must outlive the reply: the commit comes in between. */
    if (scim_op_row_copy(op->pool, &page.rows[0], &w->old) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if ((w->pinned && !scim_etag_match(match, w->old.version))
        || (unless.data != NULL && scim_etag_match(unless, w->old.version)))
    {
        return precondition_failed(op, w->old.version);
    }

    rc = scim_op_document(op->pool, &w->old, &w->old_doc, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (w->query.relations && op->request.type->members != NULL
        && page.members_total[0] > w->old.nrelations)
    {
        return scim_op_load_members(op, op->pool, &w->old,
                                    page.members_total[0], w->next);
    }

    return w->next(op, NULL);
}


/* Entries are sorted by attribute.  What has been stored before there was an
 * index may have more: it can be changed, but not grow. */
static scim_rc_t
check_entries(const scim_index_entry_t *entries, size_t n, scim_error_t *err)
{
    size_t  i;

    for (i = ENTRIES_MAX; i < n; i++) {
        if (scim_str_eq(entries[i].attr, entries[i - ENTRIES_MAX].attr)) {
            return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                               "\"%.*s\" has more than %d different values: "
                               "send fewer", SCIM_FMT(entries[i].attr),
                               ENTRIES_MAX);
        }
    }

    return SCIM_OK;
}


static scim_rc_t
entries(scim_op_t *op, const scim_json_t *old, const scim_json_t *doc,
    scim_store_commit_t *commit, scim_error_t *err)
{
    size_t                 nold, nnew;
    scim_rc_t              rc;
    scim_index_entry_t    *olds, *news;
    const scim_indexes_t  *indexes = scim_op_indexes(op);

    rc = scim_store_entries(op->pool, indexes, old, &olds, &nold);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = scim_store_entries(op->pool, indexes, doc, &news, &nnew);
    if (rc == SCIM_OK && nnew > nold) {
        rc = check_entries(news, nnew, err);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    return scim_store_entries_diff(op->pool, olds, nold, news, nnew,
                                   &commit->add, &commit->nadd,
                                   &commit->remove, &commit->nremove);
}


scim_rc_t
scim_op_write_document(scim_op_t *op, const scim_json_t *old,
    const scim_json_t *doc, scim_error_t *err)
{
    scim_rc_t             rc;
    scim_buf_t            buf;
    scim_op_write_t      *w = op->state;
    scim_store_commit_t  *commit = &w->commit;

    if (doc != NULL) {
        rc = scim_policy_check(op->policy, op->request.type, old, doc, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    rc = entries(op, old, doc, commit, err);
    if (rc != SCIM_OK || doc == NULL) {
        return rc;
    }

    scim_buf_init(&buf, op->pool, 1024);
    scim_json_write(&buf, doc);

    rc = scim_buf_done(&buf, &commit->doc);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (commit->doc.len > DOCUMENT_MAX) {
        return scim_refuse(err, 413, SCIM_TYPE_NONE,
                           "The resource would grow to %zu bytes; at most %d "
                           "are kept: remove values it no longer needs",
                           commit->doc.len, DOCUMENT_MAX);
    }

    commit->display = scim_resource_display(doc);

    return SCIM_OK;
}


static scim_rc_t
commit_ask(scim_op_t *op, const scim_op_write_t *w)
{
    return scim_op_ask(op, scim_store_commit(op->pool, op->env->tenant,
                                             &w->commit, &op->cmd),
                       committed);
}


scim_rc_t
scim_op_random_id(scim_op_t *op, scim_str_t *out)
{
    char                 *id;
    uint8_t               random[16];
    const scim_op_env_t  *env = op->env;

    id = scim_palloc(op->pool, SCIM_UUID_LEN + 1);
    if (id == NULL) {
        return SCIM_NOMEM;
    }

    env->random(env->random_data, random, sizeof(random));
    scim_uuid_format(random, id);

    *out = scim_str_from(id);

    return SCIM_OK;
}


scim_rc_t
scim_op_write_commit(scim_op_t *op, scim_op_step_pt done)
{
    scim_rc_t             rc;
    scim_error_t          err;
    scim_op_write_t      *w = op->state;
    scim_store_commit_t  *commit = &w->commit;

    /* Each attempt is another operation to the store, unless it puts in force
     * what an earlier one has staged; one that is sent twice because a
     * connection broke is the same. */
    if (scim_op_random_id(op, &commit->op_id) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_time_format((int64_t) op->env->now, w->modified);

    commit->type = op->request.type;
    commit->id = op->request.id;
    commit->generation = op->gen;
    commit->modified = scim_str_from(w->modified);
    commit->members = w->members;
    commit->missing = w->missing;
    commit->dry = scim_op_dry(op);

    w->done = done;

    rc = scim_op_everyone(op, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (scim_op_event(op) != SCIM_OK || scim_op_stage_plan(w) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return (commit->stage == SCIM_STAGE_NONE || w->stage.held || commit->dry)
           ? commit_ask(op, w)
           : scim_op_stage(op, staged);
}


static scim_rc_t
staged(scim_op_t *op, const redisReply *reply)
{
    scim_op_write_t  *w = op->state;

    (void) reply;

    return (!w->refused && w->committed.outcome == SCIM_COMMITTED)
           ? commit_ask(op, w)
           : judge(op, w);
}


/* The value is told as the client has sent it. */
scim_rc_t
scim_op_write_taken(scim_op_t *op, const redisReply *reply)
{
    scim_op_write_t    *w = op->state;
    scim_str_t          attr = w->committed.attr;
    scim_str_t          value = w->committed.value;
    scim_str_t          type = op->request.type->name;
    const scim_json_t  *sent;

    (void) reply;

    if (scim_store_entry_value(op->pool, scim_op_indexes(op), w->doc, attr,
                               value, &sent) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    value = (sent == NULL) ? value : sent->text;

    return scim_op_error(op, 409, SCIM_UNIQUENESS,
                         "The %.*s \"%.*s\" belongs to another %.*s, active "
                         "or not: find it with the filter %.*s eq \"%.*s\" "
                         "and update it, or choose another %.*s",
                         SCIM_FMT(attr), SCIM_FMT(value), SCIM_FMT(type),
                         SCIM_FMT(attr), SCIM_FMT(value), SCIM_FMT(attr));
}


static scim_rc_t
conflict(scim_op_t *op, const scim_op_write_t *w)
{
    if (w->commit.verb == SCIM_STORE_CREATE
        && w->committed.outcome == SCIM_COMMIT_CONFLICT)
    {
        return scim_op_error(op, 409, SCIM_TYPE_NONE,
                             "There is a %.*s with the id \"%.*s\" already",
                             SCIM_FMT(op->request.type->name),
                             SCIM_FMT(op->request.id));
    }

    if (w->pinned && w->committed.outcome == SCIM_COMMIT_CONFLICT) {
        return precondition_failed(op, w->committed.version);
    }

    return scim_op_error(op, 503, SCIM_TYPE_NONE,
                         "Others kept changing the %.*s \"%.*s\" while "
                         "this request tried to: send it again",
                         SCIM_FMT(op->request.type->name),
                         SCIM_FMT(op->request.id));
}


/* The operation's answer, when nothing is left to do in the store. */
static scim_rc_t
conclude(scim_op_t *op, const redisReply *reply)
{
    scim_op_write_t  *w = op->state;

    (void) reply;

    if (w->refused) {
        return scim_op_fail(op, &w->err);
    }

    switch (w->committed.outcome) {

    case SCIM_COMMIT_GONE:
        return scim_op_not_found(op);

    case SCIM_COMMIT_CONFLICT:
    case SCIM_COMMIT_RESTAGE:
        return conflict(op, w);

    case SCIM_COMMIT_TAKEN:
        return w->taken(op, NULL);

    case SCIM_COMMIT_NO_MEMBER:
        return scim_op_error(op, 400, SCIM_INVALID_VALUE,
                             "members: there is no User or Group with the id "
                             "\"%.*s\" here: provision it before the group "
                             "that holds it, or leave it out",
                             SCIM_FMT(w->committed.member));

    case SCIM_COMMIT_CROWD:
        return scim_op_error(op, 400, SCIM_INVALID_VALUE,
                             "members: there is no User or Group with the id "
                             "\"%.*s\" here, and it cannot be waited for: "
                             "a group waits for %d members at most, and %d "
                             "groups for one",
                             SCIM_FMT(w->committed.member),
                             SCIM_STORE_PARKED, SCIM_STORE_PARKERS);

    case SCIM_COMMIT_KEPT:
        return scim_op_error(op, 400, SCIM_MUTABILITY,
                             "\"%.*s\" is the group that every user of this "
                             "tenant is in: members can be added, but none "
                             "can be taken out; leave the group out of the "
                             "provisioning",
                             SCIM_FMT(op->policy->default_group));

    case SCIM_COMMITTED:
        break;
    }

    return w->done(op, NULL);
}


/* Whether another attempt may succeed: from the read, or from the stage. */
static bool
try_again(scim_op_t *op, const scim_op_write_t *w)
{
    if (w->refused) {
        return false;
    }

    switch (w->committed.outcome) {

    case SCIM_COMMIT_CONFLICT:
        return !w->pinned && w->again != NULL
               && ++op->attempts < SCIM_OP_ATTEMPTS;

    case SCIM_COMMIT_GONE:
        return w->absent != NULL && ++op->attempts < SCIM_OP_ATTEMPTS;

    case SCIM_COMMIT_RESTAGE:
        return ++op->attempts < SCIM_OP_ATTEMPTS;

    default:
        return false;
    }
}


/* What follows from the outcome of the commit, or of the stage before it. */
static scim_rc_t
judge(scim_op_t *op, scim_op_write_t *w)
{
    if (try_again(op, w)) {
        return (w->committed.outcome == SCIM_COMMIT_RESTAGE)
               ? scim_op_stage(op, staged)
               : w->again(op, NULL);
    }

    if (w->stage.held || (!w->refused && w->committed.sweep)) {
        return scim_op_sweep(op, conclude);
    }

    return conclude(op, NULL);
}


static scim_rc_t
committed(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_op_write_t  *w = op->state;

    rc = scim_store_commit_reply(op->pool, reply, &w->committed, &w->err);
    if (rc == SCIM_NOMEM) {
        return rc;
    }

    w->refused = rc == SCIM_REFUSED;

    /* what was staged is in force now */
    if (!w->refused && w->committed.outcome == SCIM_COMMITTED) {
        w->stage.held = false;
    }

    return judge(op, w);
}


scim_rc_t
scim_op_write_update(scim_op_t *op, scim_op_step_pt done)
{
    bool              same;
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;

    same = scim_json_equal(w->old_doc, w->doc);

    w->commit = (scim_store_commit_t) { .verb = SCIM_STORE_UPDATE };

    if (same && (w->members == NULL || !scim_members_changed(w->members))) {
        w->committed = (scim_store_committed_t) {
            .version = w->old.version,
            .modified = w->old.modified
        };

        return done(op, NULL);
    }

    if (!same) {
        rc = scim_op_write_document(op, w->old_doc, w->doc, &err);
        if (rc != SCIM_OK) {
            return scim_op_stop(op, rc, &err);
        }
    }

    /* As a rule, adding or removing members does not mind what others do to
     * the group meanwhile. */
    if (!same || w->pinned || w->rests) {
        w->commit.expected = w->old.version;
    }

    return scim_op_write_commit(op, done);
}
