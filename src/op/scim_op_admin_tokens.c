/*
 * The admin API's tokens.
 *
 *     list      the tenant, its list, each token's record for its last use
 *     create    the tenant, list entry, record; the secret is in this answer
 *               and nowhere else
 *     delete    the list for the hash, record, list entry
 *
 * The order of the halves is scim_store_token.h's: what is not listed is not
 * valid.
 */

#include "scim_op_admin.h"
#include "../scim/scim_text.h"


#define NAME_MAX_LEN  128

static scim_rc_t tokens_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t list_ask(scim_op_t *op, const redisReply *reply);
static scim_rc_t list_begin(scim_op_t *op, const redisReply *reply);
static scim_rc_t list_next(scim_op_t *op);
static scim_rc_t list_record(scim_op_t *op, const redisReply *reply);
static scim_rc_t make(scim_op_t *op, const redisReply *reply);
static scim_rc_t listed(scim_op_t *op, const redisReply *reply);
static scim_rc_t recorded(scim_op_t *op, const redisReply *reply);
static scim_rc_t find(scim_op_t *op, const redisReply *reply);
static scim_rc_t record_gone(scim_op_t *op, const redisReply *reply);
static scim_rc_t entry_gone(scim_op_t *op, const redisReply *reply);
static scim_rc_t revoked(scim_op_t *op, const redisReply *reply);


/* Without the closing brace: the secret may follow. */
static void
write_token(scim_buf_t *buf, const scim_token_t *token)
{
    scim_buf_lit(buf, "{\"id\":");
    scim_json_write_string(buf, token->id);
    scim_buf_lit(buf, ",\"name\":");
    scim_json_write_string(buf, token->name);
    scim_buf_lit(buf, ",\"scope\":");
    scim_json_write_string(buf, token->scope);

    if (token->user.len > 0) {
        scim_buf_lit(buf, ",\"user\":");
        scim_json_write_string(buf, token->user);
    }

    scim_admin_time(buf, "created", token->created);

    if (token->expires != 0) {
        scim_admin_time(buf, "expires", token->expires);
    }

    if (token->used != 0) {
        scim_admin_time(buf, "lastUsed", token->used);
    }
}


/* --- the list ------------------------------------------------------------ */

scim_rc_t
scim_admin_tokens(scim_op_t *op, scim_op_step_pt next)
{
    scim_admin_t  *admin = op->state;

    admin->next = next;

    return scim_op_ask(op, scim_store_token_list(op->pool, admin->tenant,
                                                 &op->cmd),
                       tokens_got);
}


static scim_rc_t
tokens_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_token_list_reply(op->pool, reply, &admin->tokens,
                                     &admin->n, &err);

    return (rc == SCIM_OK) ? admin->next(op, NULL)
                           : scim_op_stop(op, rc, &err);
}


scim_rc_t
scim_admin_tokens_list(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_tenant(op, list_ask);
}


static scim_rc_t
list_ask(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_tokens(op, list_begin);
}


static scim_rc_t
list_begin(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    scim_buf_lit(&admin->out, "{\"tokens\":[");

    return list_next(op);
}


static scim_rc_t
list_next(scim_op_t *op)
{
    scim_admin_t  *admin = op->state;

    if (admin->at == admin->n) {
        scim_buf_lit(&admin->out, "]}");
        return scim_op_body(op, 200, &admin->out);
    }

    return scim_op_ask(op,
                       scim_store_token_get(op->pool,
                           admin->tokens[admin->at].hash, &op->cmd),
                       list_record);
}


/* An entry without a record opens nothing: it is shown all the same, so that
 * it can be deleted. */
static scim_rc_t
list_record(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_token_t   record, *token;
    scim_admin_t  *admin = op->state;

    token = &admin->tokens[admin->at];

    rc = scim_store_token_get_reply(op->pool, reply, &record, &err);

    if (rc == SCIM_OK) {
        token->used = record.used;

    } else if (rc != SCIM_NONE) {
        return scim_op_stop(op, rc, &err);
    }

    if (admin->at != 0) {
        scim_buf_char(&admin->out, ',');
    }

    write_token(&admin->out, token);
    scim_buf_char(&admin->out, '}');
    admin->at++;

    return list_next(op);
}


/* --- making -------------------------------------------------------------- */

static scim_rc_t
read_text(const scim_json_t *body, const char *name, scim_str_t def,
    scim_str_t *out, scim_error_t *err)
{
    const scim_json_t  *value;

    *out = def;
    value = scim_json_get(body, scim_str_from(name));

    if (value == NULL || value->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    if (value->type != SCIM_JSON_STRING || value->text.len > NAME_MAX_LEN) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"%s\" must be a string of at most %d bytes", name,
                           NAME_MAX_LEN);
    }

    *out = value->text;

    return SCIM_OK;
}


static scim_rc_t
read_expires(const scim_json_t *body, uint64_t now, uint64_t *out,
    scim_error_t *err)
{
    int64_t    us;
    scim_rc_t  rc;
    scim_str_t text;

    *out = 0;

    rc = read_text(body, "expires", scim_str_absent, &text, err);
    if (rc != SCIM_OK || text.data == NULL) {
        return rc;
    }

    if (!scim_time_parse(text, &us)) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"expires\" must be a dateTime such as "
                           "\"2027-01-31T00:00:00Z\"");
    }

    if (us <= 0 || (uint64_t) us / 1000 <= now) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"expires\" must be in the future");
    }

    *out = (uint64_t) us / 1000;

    return SCIM_OK;
}


/* A token of a user's is that user's only, if nothing else is said. */
static scim_rc_t
read_scope(const scim_json_t *body, scim_token_t *token, scim_error_t *err)
{
    scim_rc_t  rc;

    rc = read_text(body, "user", scim_str_absent, &token->user, err);

    if (rc == SCIM_OK) {
        rc = read_text(body, "scope", token->user.data != NULL
                       ? scim_str("self") : scim_str("provision"),
                       &token->scope, err);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    if (token->user.data != NULL && !scim_store_name_valid(token->user)) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"user\" must be the id of a user");
    }

    if (scim_str_eq(token->scope, scim_str("self"))
        && token->user.data == NULL)
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "the scope \"self\" needs a \"user\"");
    }

    if (!scim_str_eq(token->scope, scim_str("provision"))
        && !scim_str_eq(token->scope, scim_str("read"))
        && !scim_str_eq(token->scope, scim_str("self")))
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"scope\" must be \"provision\", \"read\" or "
                           "\"self\"");
    }

    return SCIM_OK;
}


static scim_rc_t
read_token(scim_op_t *op, scim_token_t *token, scim_error_t *err)
{
    scim_rc_t                 rc;
    const scim_json_t        *body = op->request.body;
    static const char *const  known[] = { "name", "scope", "user", "expires",
                                          NULL };

    rc = scim_admin_members(body, known, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = read_text(body, "name", scim_str(""), &token->name, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = read_scope(body, token, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    return read_expires(body, op->env->now, &token->expires, err);
}


scim_rc_t
scim_admin_tokens_create(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    (void) reply;

    rc = read_token(op, &admin->made, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_admin_tenant(op, make);
}


/* The secret and what is kept of it.  The secret's bytes are in the pool for
 * as long as the request lasts, as they are in the answer. */
static scim_rc_t
draw(scim_op_t *op, scim_admin_t *admin)
{
    char                  secret[SCIM_TOKEN_LEN + 1];
    char                  hash[SCIM_SHA256_HEX + 1];
    size_t                i;
    uint8_t               random[32], id[8];
    scim_buf_t            buf;
    scim_token_t         *token = &admin->made;
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
        || scim_str_dup(op->pool, scim_str_from(secret), &admin->part[0])
           != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    token->tenant = admin->tenant;
    token->created = env->now;

    return SCIM_OK;
}


static scim_rc_t
make(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    if (draw(op, admin) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_op_ask(op, scim_store_token_list_put(op->pool, &admin->made,
                                                     &op->cmd),
                       listed);
}


static scim_rc_t
listed(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_ask(op, scim_store_token_record_put(op->pool, &admin->made,
                                                       &op->cmd),
                       recorded);
}


static scim_rc_t
recorded(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    write_token(&admin->out, &admin->made);
    scim_buf_lit(&admin->out, ",\"token\":");
    scim_json_write_string(&admin->out, admin->part[0]);
    scim_buf_char(&admin->out, '}');

    return scim_op_body(op, 201, &admin->out);
}


/* --- revoking ------------------------------------------------------------ */

scim_rc_t
scim_admin_token_delete(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_tokens(op, find);
}


static scim_rc_t
find(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    for (admin->at = 0; admin->at < admin->n; admin->at++) {
        if (scim_str_eq(admin->tokens[admin->at].id, admin->part[0])) {
            break;
        }
    }

    if (admin->at == admin->n) {
        return scim_op_error(op, 404, SCIM_TYPE_NONE,
                             "The tenant \"%.*s\" has no token with the id "
                             "\"%.*s\"", SCIM_FMT(admin->tenant),
                             SCIM_FMT(admin->part[0]));
    }

    return scim_admin_revoke(op, revoked);
}


static scim_rc_t
revoked(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    op->result.status = 204;

    return SCIM_OK;
}


scim_rc_t
scim_admin_revoke(scim_op_t *op, scim_op_step_pt next)
{
    scim_admin_t  *admin = op->state;

    admin->next = next;

    return scim_op_ask(op,
                       scim_store_token_record_delete(op->pool,
                           admin->tokens[admin->at].hash, &op->cmd),
                       record_gone);
}


static scim_rc_t
record_gone(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_ask(op,
                       scim_store_token_list_delete(op->pool, admin->tenant,
                           admin->tokens[admin->at].id, &op->cmd),
                       entry_gone);
}


static scim_rc_t
entry_gone(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_error(reply, &err);

    return (rc == SCIM_OK) ? admin->next(op, NULL)
                           : scim_op_stop(op, rc, &err);
}
