/*
 * Users who were there before their tenant's default group join it, in steps:
 * what follows a change of a tenant's settings.
 *
 *     scim_admin_everyone     the tenant's record, as it is now
 *     begin                   no default group, or switched off: nothing
 *     find, found             the group of that name
 *     [make, made]            if there is none
 *     users, listed           a page of users, in order of their creation
 *     joined                  a commit for each page
 *
 * Users that come meanwhile join in their own commits.  Who is in the group
 * already changes nothing, so that all of it may be done again.
 */

#include "scim_op_admin.h"
#include "scim_op_write.h"


/* Users in a page.  They come with their documents. */
#define PAGE  500

/* How often the group is looked for that others make or delete meanwhile. */
#define ATTEMPTS  16

typedef struct {
    scim_pool_t                 *pool;      /* of the page in hand */
    scim_policy_t                policy;
    const scim_resource_type_t  *type;      /* of the group */
    scim_store_group_t           group;     /* as it is made */
    scim_index_entry_t          *name;      /* among its entries */
    scim_store_range_t           range;
    scim_str_t                   id;        /* of the group there is */
    scim_store_query_t           query;
    scim_str_t                   after;     /* where the next page begins */
    scim_store_event_t           event;
    scim_store_commit_t          commit;
    char                         modified[SCIM_TIME_LEN + 1];
    scim_op_step_pt              next;
} join_t;

static scim_rc_t begin(scim_op_t *op, const redisReply *reply);
static scim_rc_t find(scim_op_t *op);
static scim_rc_t found(scim_op_t *op, const redisReply *reply);
static scim_rc_t make(scim_op_t *op);
static scim_rc_t made(scim_op_t *op, const redisReply *reply);
static scim_rc_t users(scim_op_t *op);
static scim_rc_t listed(scim_op_t *op, const redisReply *reply);
static scim_rc_t joined(scim_op_t *op, const redisReply *reply);


static void
end_page(void *data)
{
    join_t  *j = data;

    if (j->pool != NULL) {
        scim_pool_destroy(j->pool);
        j->pool = NULL;
    }
}


scim_rc_t
scim_admin_everyone(scim_op_t *op, scim_op_step_pt next)
{
    join_t        *j;
    scim_admin_t  *admin = op->state;

    j = scim_pcalloc(op->pool, sizeof(join_t));

    if (j == NULL || scim_pool_cleanup(op->pool, end_page, j) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    j->next = next;
    admin->work = j;

    return scim_admin_tenant(op, begin);
}


/* The group as it would be made, which says where it is to be found. */
static scim_rc_t
prepare(scim_op_t *op, join_t *j, scim_error_t *err)
{
    size_t               i;
    scim_rc_t            rc;
    scim_index_t         index;
    scim_index_entry_t  *entries;

    rc = scim_op_everyone_make(op, j->policy.default_group,
                               !j->policy.history_off, &j->group, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    entries = scim_palloc(op->pool,
                          j->group.nentries * sizeof(scim_index_entry_t));
    if (entries == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < j->group.nentries; i++) {
        entries[i] = j->group.entries[i];

        if (scim_str_eq(entries[i].attr, scim_str("displayName"))) {
            entries[i].unique = true;
            j->name = &entries[i];
        }
    }

    j->group.entries = entries;

    if (j->name == NULL) {
        return scim_refuse(err, 500, SCIM_TYPE_NONE,
                           "The groups of this server have no displayName, "
                           "so that there cannot be a default group");
    }

    index = (scim_index_t) { .name = j->name->attr };

    return scim_store_range(op->pool, &index, SCIM_F_EQ, j->name->value,
                            &j->range);
}


static scim_rc_t
begin(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t              rc;
    scim_error_t           err;
    scim_admin_t          *admin = op->state;
    join_t                *j = admin->work;
    const scim_op_conf_t  *conf = op->env->conf;

    (void) reply;

    rc = scim_admin_policy(op, &j->policy, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    j->type = scim_schemas_type(conf->schemas, scim_str("Group"));

    if (!admin->found.enabled || j->policy.default_group.len == 0
        || j->policy.dry_run || j->type == NULL)
    {
        return j->next(op, NULL);
    }

    rc = prepare(op, j, &err);

    return (rc == SCIM_OK) ? find(op) : scim_op_stop(op, rc, &err);
}


/* --- the group ----------------------------------------------------------- */

static scim_rc_t
find(scim_op_t *op)
{
    scim_admin_t  *admin = op->state;
    join_t        *j = admin->work;

    if (op->attempts++ == ATTEMPTS) {
        return scim_op_error(op, 503, SCIM_TYPE_NONE,
                             "Others kept making and deleting the group "
                             "\"%.*s\": send the request again",
                             SCIM_FMT(j->policy.default_group));
    }

    j->query = (scim_store_query_t) {
        .type = j->type,
        .source = SCIM_STORE_RANGES,
        .ranges = &j->range,
        .nranges = 1,
        .count = 1,
        .scan_limit = op->env->conf->scan_limit
    };

    return scim_op_ask(op, scim_store_query(op->pool, admin->tenant,
                                            &j->query, &op->cmd),
                       found);
}


static scim_rc_t
found(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t           rc;
    scim_error_t        err;
    scim_admin_t       *admin = op->state;
    join_t             *j = admin->work;
    scim_store_page_t   page;

    rc = scim_store_query_reply(op->pool, &j->query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.nrows == 0) {
        return make(op);
    }

    if (scim_str_dup(op->pool, page.rows[0].id, &j->id) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    j->after = scim_str_absent;

    return users(op);
}


/* A commit of the group by whoever changes the settings. */
static scim_rc_t
commit(scim_op_t *op, join_t *j, scim_pool_t *pool, scim_op_step_pt next)
{
    const scim_admin_t   *admin = op->state;
    scim_store_commit_t  *c = &j->commit;

    if (scim_op_random_id(op, &c->op_id) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_time_format((int64_t) op->env->now, j->modified);

    c->type = j->type;
    c->modified = scim_str_from(j->modified);

    if (!j->policy.history_off) {
        j->event.origin = op->env->origin;
        j->event.keep_count = j->policy.history_count;
        j->event.keep_age = j->policy.history_age;
        c->event = &j->event;
    }

    return scim_op_ask(op, scim_store_commit(pool, admin->tenant, c,
                                             &op->cmd),
                       next);
}


static scim_rc_t
make(scim_op_t *op)
{
    scim_admin_t  *admin = op->state;
    join_t        *j = admin->work;

    j->event.operation = scim_str("create");
    j->event.changes = j->group.changes;

    j->commit = (scim_store_commit_t) {
        .verb = SCIM_STORE_CREATE,
        .id = j->group.id,
        .doc = j->group.doc,
        .display = j->group.display,
        .add = j->group.entries,
        .nadd = j->group.nentries
    };

    return commit(op, j, op->pool, made);
}


/* Made, or taken by one that somebody else has made. */
static scim_rc_t
made(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t               rc;
    scim_error_t            err;
    scim_store_committed_t  committed;

    rc = scim_store_commit_reply(op->pool, reply, &committed, &err);

    return (rc == SCIM_OK) ? find(op) : scim_op_stop(op, rc, &err);
}


/* --- users --------------------------------------------------------------- */

static scim_rc_t
users(scim_op_t *op)
{
    scim_admin_t  *admin = op->state;
    join_t        *j = admin->work;

    end_page(j);

    j->pool = scim_pool_create(0);
    if (j->pool == NULL) {
        return SCIM_NOMEM;
    }

    j->query = (scim_store_query_t) {
        .type = scim_schemas_type(op->env->conf->schemas, scim_str("User")),
        .source = SCIM_STORE_LIST,
        .after = j->after,
        .count = PAGE
    };

    if (j->query.type == NULL) {
        return j->next(op, NULL);
    }

    return scim_op_ask(op, scim_store_query(j->pool, admin->tenant, &j->query,
                                            &op->cmd),
                       listed);
}


/* Who is deleted before the commit is left out. */
static scim_rc_t
join(join_t *j, const scim_store_page_t *page, scim_members_t **out)
{
    size_t           i;
    scim_str_t       id;
    scim_members_t  *members;

    members = scim_members_create(j->pool);
    if (members == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < page->nrows; i++) {
        if (scim_str_dup(j->pool, page->rows[i].id, &id) != SCIM_OK
            || scim_members_add(members, id) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    *out = members;

    return SCIM_OK;
}


static scim_rc_t
listed(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t           rc;
    scim_error_t        err;
    scim_admin_t       *admin = op->state;
    join_t             *j = admin->work;
    scim_members_t     *members;
    scim_store_page_t   page;

    rc = scim_store_query_reply(j->pool, &j->query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.nrows == 0) {
        return j->next(op, NULL);
    }

    if (join(j, &page, &members) != SCIM_OK
        || scim_str_dup(op->pool, page.next, &j->after) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    j->event.operation = scim_str("update");
    j->event.changes = scim_str_absent;

    j->commit = (scim_store_commit_t) {
        .verb = SCIM_STORE_UPDATE,
        .id = j->id,
        .members = members,
        .missing = SCIM_MISSING_DROP
    };

    return commit(op, j, j->pool, joined);
}


static scim_rc_t
joined(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t                rc;
    scim_error_t             err;
    scim_admin_t            *admin = op->state;
    const join_t            *j = admin->work;
    scim_store_committed_t   committed;

    rc = scim_store_commit_reply(op->pool, reply, &committed, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (committed.outcome == SCIM_COMMIT_GONE) {
        return find(op);
    }

    return (j->after.len == 0) ? j->next(op, NULL) : users(op);
}
