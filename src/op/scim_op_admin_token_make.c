/*
 * The admin API's new tokens: made, or made in the place of another.
 *
 *     create    the tenant
 *     rotate    the tenant, the old token's entry and record
 *     make      the user, if it is bound to one; entry, record, entry again:
 *               from here on it is valid
 *     end       those whose place it takes are revoked, or, rotated with an
 *               overlap, given an end
 *
 * The secret is in the answer and nowhere else.  Whatever is cut off, what was
 * valid before is so until the new one is, and all that is valid is listed.
 */

#include "scim_op_admin_tokens.h"


typedef struct {
    scim_token_t  token;        /* the new one */
    scim_str_t    secret;
    scim_token_t  old;          /* id absent: it is made, not rotated */
    uint64_t      overlap;      /* ms that the old one goes on */
    uint64_t      life;         /* ms that the old one was made for; 0: for
                                   good */
    bool          replace;      /* takes the place of all others of its scope
                                   and user */
} make_t;

static scim_rc_t create(scim_op_t *op, const redisReply *reply);
static scim_rc_t rotate(scim_op_t *op, const redisReply *reply);
static scim_rc_t rotate_entry(scim_op_t *op, const redisReply *reply);
static scim_rc_t rotate_record(scim_op_t *op, const redisReply *reply);
static scim_rc_t user_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t enlist(scim_op_t *op);
static scim_rc_t listed(scim_op_t *op, const redisReply *reply);
static scim_rc_t recorded(scim_op_t *op, const redisReply *reply);
static scim_rc_t listed_still(scim_op_t *op, const redisReply *reply);
static scim_rc_t taken_back(scim_op_t *op, const redisReply *reply);
static scim_rc_t end_others(scim_op_t *op);
static scim_rc_t ended(scim_op_t *op, const redisReply *reply);
static scim_rc_t end_old(scim_op_t *op);
static scim_rc_t old_ended(scim_op_t *op, const redisReply *reply);
static scim_rc_t answer(scim_op_t *op, const redisReply *reply);


static make_t *
begin(scim_op_t *op)
{
    make_t        *make;
    scim_admin_t  *admin = op->state;

    make = scim_pcalloc(op->pool, sizeof(make_t));
    admin->work = make;

    return make;
}


/* --- what it is to be ----------------------------------------------------- */

scim_rc_t
scim_admin_tokens_create(scim_op_t *op, const redisReply *reply)
{
    make_t        *make;
    scim_rc_t      rc;
    scim_error_t   err;

    (void) reply;

    make = begin(op);
    if (make == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_admin_token_read(op, &make->token, &make->replace, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_admin_tenant(op, create);
}


/* A user who is bound to a token must be there. */
static scim_rc_t
make_token(scim_op_t *op)
{
    scim_admin_t        *admin = op->state;
    const make_t        *make = admin->work;
    scim_store_query_t   query;

    if (make->token.user.len == 0) {
        return enlist(op);
    }

    op->request.type = scim_schemas_type(op->env->conf->schemas,
                                         scim_str("User"));
    op->request.id = make->token.user;
    scim_op_query_one(op, false, &query);

    return scim_op_ask(op, scim_store_query(op->pool, admin->tenant, &query,
                                            &op->cmd),
                       user_got);
}


/* Whether the tenant has one token at a time. */
static scim_rc_t
read_policy(scim_op_t *op, bool *single, scim_error_t *err)
{
    scim_rc_t      rc;
    scim_policy_t  policy;

    rc = scim_admin_policy(op, &policy, err);
    *single = rc == SCIM_OK && policy.single_token;

    return rc;
}


static scim_rc_t
create(scim_op_t *op, const redisReply *reply)
{
    bool           single;
    make_t        *make;
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    (void) reply;

    rc = read_policy(op, &single, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    make = admin->work;
    make->replace = make->replace || single;

    return make_token(op);
}


scim_rc_t
scim_admin_token_rotate(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return (begin(op) == NULL) ? SCIM_NOMEM : scim_admin_tenant(op, rotate);
}


static scim_rc_t
rotate(scim_op_t *op, const redisReply *reply)
{
    make_t        *make;
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    (void) reply;

    make = admin->work;
    rc = read_policy(op, &make->replace, &err);

    if (rc == SCIM_OK) {
        rc = scim_admin_token_read_overlap(op, make->replace, &make->overlap,
                                           &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_admin_token(op, rotate_entry);
}


static uint64_t
life_of(const scim_token_t *token)
{
    return (token->expires > token->created)
           ? token->expires - token->created : 0;
}


static scim_rc_t
rotate_entry(scim_op_t *op, const redisReply *reply)
{
    make_t              *make;
    const scim_admin_t  *admin = op->state;

    (void) reply;

    make = admin->work;
    make->life = life_of(&admin->tokens[0]);

    return scim_admin_token_record(op, rotate_record);
}


/* The new one lives as long as the old one was to.  The end of one that has
 * been rotated before is that of the overlap: what it was made for counts. */
static scim_rc_t
rotate_record(scim_op_t *op, const redisReply *reply)
{
    make_t              *make;
    scim_admin_t        *admin = op->state;
    const scim_token_t  *old = &admin->tokens[0];

    (void) reply;

    make = admin->work;
    make->old = *old;

    make->token.name = old->name;
    make->token.scope = old->scope;
    make->token.user = old->user;
    make->token.actor = old->actor;

    if (old->rotated.len == 0) {
        make->life = life_of(old);
    }

    if (make->life != 0) {
        make->token.expires = op->env->now + make->life;
    }

    return make_token(op);
}


static scim_rc_t
user_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t            rc;
    scim_error_t         err;
    scim_admin_t        *admin = op->state;
    const make_t        *make = admin->work;
    scim_store_page_t    page;
    scim_store_query_t   query;

    scim_op_query_one(op, false, &query);

    rc = scim_store_query_reply(op->pool, &query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.nrows != 0) {
        return enlist(op);
    }

    if (make->old.id.data != NULL) {
        return scim_op_error(op, 409, SCIM_TYPE_NONE,
                             "The user \"%.*s\", whom the token is bound to, "
                             "is no longer there: revoke the token",
                             SCIM_FMT(make->token.user));
    }

    return scim_op_error(op, 400, SCIM_INVALID_VALUE,
                         "\"user\" must be the id of a user of this tenant: "
                         "there is none with the id \"%.*s\"",
                         SCIM_FMT(make->token.user));
}


/* --- making -------------------------------------------------------------- */

/* The secret and what is kept of it.  Its bytes are in the pool for as long as
 * the request lasts, as they are in the answer. */
static scim_rc_t
draw(scim_op_t *op, make_t *make)
{
    char                  secret[SCIM_TOKEN_LEN + 1];
    char                  hash[SCIM_SHA256_HEX + 1];
    size_t                i;
    uint8_t               random[32], id[8];
    scim_buf_t            buf;
    scim_admin_t         *admin = op->state;
    scim_token_t         *token = &make->token;
    const scim_op_env_t  *env = op->env;
    static const char     hex[] = "0123456789abcdef";

    env->random(env->random_data, random, sizeof(random));
    env->random(env->random_data, id, sizeof(id));
    scim_token_format(random, secret);

    scim_buf_init(&buf, op->pool, 2 * sizeof(id));

    for (i = 0; i < sizeof(id); i++) {
        scim_buf_char(&buf, hex[id[i] >> 4]);
        scim_buf_char(&buf, hex[id[i] & 15]);
    }

    if (scim_buf_done(&buf, &token->id) != SCIM_OK
        || scim_token_hash(scim_str_from(secret), hash) != SCIM_OK
        || scim_str_dup(op->pool, scim_str_from(hash), &token->hash)
           != SCIM_OK
        || scim_str_dup(op->pool, scim_str_from(secret), &make->secret)
           != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    token->tenant = admin->tenant;
    token->created = env->now;

    return SCIM_OK;
}


static scim_rc_t
enlist(scim_op_t *op)
{
    make_t        *make;
    scim_admin_t  *admin = op->state;

    make = admin->work;

    if (draw(op, make) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_op_ask(op, scim_store_token_list_put(op->pool, &make->token,
                                                     make->replace, &op->cmd),
                       listed);
}


static scim_rc_t
listed(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;
    const make_t  *make = admin->work;

    rc = scim_store_token_list_put_reply(op->pool, reply, &admin->tokens,
                                         &admin->n, &err);
    if (rc == SCIM_NONE) {
        return scim_admin_no_tenant(op);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_ask(op, scim_store_token_record_put(op->pool, &make->token,
                                                       &op->cmd),
                       recorded);
}


static scim_rc_t
recorded(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;
    const make_t  *make = admin->work;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_ask(op, scim_store_token_list_get(op->pool, admin->tenant,
                                                     make->token.id, &op->cmd),
                       listed_still);
}


/* Another that was to take its place may have come between entry and record. */
static scim_rc_t
listed_still(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;
    scim_token_t   entry;
    const make_t  *make = admin->work;

    rc = scim_store_token_list_get_reply(op->pool, make->token.id, reply,
                                         &entry, &err);

    if (rc == SCIM_NONE) {
        return scim_op_ask(op,
                           scim_store_token_record_delete(op->pool,
                               make->token.hash, &op->cmd),
                           taken_back);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    admin->at = 0;

    return end_others(op);
}


static scim_rc_t
taken_back(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_error(op, 409, SCIM_TYPE_NONE,
                         "The token was revoked while it was being made: "
                         "another has taken its place");
}


/* --- ending others -------------------------------------------------------- */

static scim_rc_t
end_others(scim_op_t *op)
{
    scim_admin_t        *admin = op->state;
    const make_t        *make = admin->work;
    const scim_token_t  *other;

    for ( ; admin->at < admin->n; admin->at++) {
        other = &admin->tokens[admin->at];

        if (scim_str_eq(other->scope, make->token.scope)
            && scim_str_eq(other->user, make->token.user))
        {
            return scim_admin_revoke(op, ended);
        }
    }

    return (make->old.id.data != NULL && !make->replace)
           ? end_old(op) : answer(op, NULL);
}


static scim_rc_t
ended(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    admin->at++;

    return end_others(op);
}


/* What was to end earlier still does. */
static scim_rc_t
end_old(scim_op_t *op)
{
    make_t               *make;
    scim_admin_t         *admin = op->state;
    scim_token_change_t   change;

    make = admin->work;

    if (make->overlap == 0) {
        admin->tokens = &make->old;
        admin->at = 0;
        return scim_admin_revoke(op, answer);
    }

    change = (scim_token_change_t) {
        .rotated = make->token.id, .expiry = true,
        .expires = op->env->now + make->overlap
    };

    if (make->old.expires != 0 && make->old.expires < change.expires) {
        change.expires = make->old.expires;
    }

    return scim_op_ask(op, scim_store_token_update(op->pool, make->old.hash,
                                                   &change, &op->cmd),
                       old_ended);
}


/* One that was revoked meanwhile has ended, too. */
static scim_rc_t
old_ended(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_token_update_reply(reply, &err);

    return (rc == SCIM_REFUSED) ? scim_op_stop(op, rc, &err)
                                : answer(op, NULL);
}


static scim_rc_t
answer(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;
    const make_t  *make = admin->work;

    (void) reply;

    scim_admin_token_write(&admin->out, &make->token);
    scim_buf_lit(&admin->out, ",\"token\":");
    scim_json_write_string(&admin->out, make->secret);
    scim_buf_char(&admin->out, '}');

    return scim_op_body(op, 201, &admin->out);
}
