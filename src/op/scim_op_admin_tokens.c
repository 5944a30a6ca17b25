/*
 * The admin API's tokens that there are.
 *
 *     list      the tenant, its list, each token's record for what it is now
 *     get       the entry in the list, the record
 *     patch     the entry, the change of the record, the record
 *     delete    the entry for the hash; record, entry, record
 *
 * The order of the last three is scim_store_token.h's: what is not listed is
 * not valid.
 */

#include "scim_op_admin_tokens.h"
#include "scim_op_entry.h"


static scim_rc_t tokens_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t entry_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t record_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t list_ask(scim_op_t *op, const redisReply *reply);
static scim_rc_t list_begin(scim_op_t *op, const redisReply *reply);
static scim_rc_t list_next(scim_op_t *op);
static scim_rc_t list_record(scim_op_t *op, const redisReply *reply);
static scim_rc_t get_record(scim_op_t *op, const redisReply *reply);
static scim_rc_t show(scim_op_t *op, const redisReply *reply);
static scim_rc_t change(scim_op_t *op, const redisReply *reply);
static scim_rc_t changed(scim_op_t *op, const redisReply *reply);
static scim_rc_t revoke(scim_op_t *op, const redisReply *reply);
static scim_rc_t revoked(scim_op_t *op, const redisReply *reply);
static scim_rc_t record_gone(scim_op_t *op, const redisReply *reply);
static scim_rc_t entry_gone(scim_op_t *op, const redisReply *reply);
static scim_rc_t all_gone(scim_op_t *op, const redisReply *reply);


static void
write_time(scim_buf_t *buf, const char *name, uint64_t ms)
{
    if (ms != 0) {
        scim_op_entry_time(buf, name, ms);
    }
}


void
scim_admin_token_write(scim_buf_t *buf, const scim_token_t *token)
{
    scim_buf_lit(buf, "{\"id\":");
    scim_json_write_string(buf, token->id);
    scim_buf_lit(buf, ",\"name\":");
    scim_json_write_string(buf, token->name);
    scim_buf_lit(buf, ",\"scope\":");
    scim_json_write_string(buf, token->scope);

    scim_op_entry_text(buf, "user", token->user);
    scim_op_entry_text(buf, "actor", token->actor);
    scim_op_entry_time(buf, "created", token->created);
    write_time(buf, "expires", token->expires);
    write_time(buf, "lastUsed", token->used);
    scim_op_entry_text(buf, "rotatedTo", token->rotated);
}


/* --- what is asked for ---------------------------------------------------- */

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


static scim_rc_t
no_token(scim_op_t *op)
{
    const scim_admin_t  *admin = op->state;

    return scim_op_error(op, 404, SCIM_TYPE_NONE,
                         "The tenant \"%.*s\" has no token with the id "
                         "\"%.*s\"", SCIM_FMT(admin->tenant),
                         SCIM_FMT(admin->part[0]));
}


scim_rc_t
scim_admin_token(scim_op_t *op, scim_op_step_pt next)
{
    scim_admin_t  *admin = op->state;

    admin->next = next;

    return scim_op_ask(op, scim_store_token_list_get(op->pool, admin->tenant,
                                                     admin->part[0],
                                                     &op->cmd),
                       entry_got);
}


static scim_rc_t
entry_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    admin->n = 1;
    admin->at = 0;
    admin->tokens = scim_pcalloc(op->pool, sizeof(scim_token_t));
    if (admin->tokens == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_store_token_list_get_reply(op->pool, admin->part[0], reply,
                                         &admin->tokens[0], &err);
    if (rc == SCIM_NONE) {
        return no_token(op);
    }

    return (rc == SCIM_OK) ? admin->next(op, NULL)
                           : scim_op_stop(op, rc, &err);
}


scim_rc_t
scim_admin_token_record(scim_op_t *op, scim_op_step_pt next)
{
    scim_admin_t  *admin = op->state;

    admin->next = next;

    return scim_op_ask(op,
                       scim_store_token_get(op->pool,
                           admin->tokens[admin->at].hash, &op->cmd),
                       record_got);
}


/* An entry without a record opens nothing: it is shown as it was made, so that
 * it can be deleted. */
static scim_rc_t
record_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_token_t   record, *token;
    scim_admin_t  *admin = op->state;

    token = &admin->tokens[admin->at];

    rc = scim_store_token_get_reply(op->pool, reply, &record, &err);

    if (rc != SCIM_OK && rc != SCIM_NONE) {
        return scim_op_stop(op, rc, &err);
    }

    if (rc == SCIM_OK) {
        record.id = token->id;
        record.hash = token->hash;
        *token = record;
    }

    return admin->next(op, NULL);
}


/* --- the list ------------------------------------------------------------ */

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

    return scim_admin_token_record(op, list_record);
}


static scim_rc_t
list_record(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    if (admin->at != 0) {
        scim_buf_char(&admin->out, ',');
    }

    scim_admin_token_write(&admin->out, &admin->tokens[admin->at]);
    scim_buf_char(&admin->out, '}');
    admin->at++;

    return list_next(op);
}


/* --- one ------------------------------------------------------------------ */

scim_rc_t
scim_admin_token_get(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_token(op, get_record);
}


static scim_rc_t
get_record(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_token_record(op, show);
}


static scim_rc_t
show(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    scim_admin_token_write(&admin->out, &admin->tokens[0]);
    scim_buf_char(&admin->out, '}');

    return scim_op_body(op, 200, &admin->out);
}


/* --- changing ------------------------------------------------------------ */

scim_rc_t
scim_admin_token_patch(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t             rc;
    scim_error_t          err;
    scim_admin_t         *admin = op->state;
    scim_token_change_t  *what;

    (void) reply;

    what = scim_palloc(op->pool, sizeof(scim_token_change_t));
    if (what == NULL) {
        return SCIM_NOMEM;
    }

    admin->work = what;

    rc = scim_admin_token_read_change(op, what, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_admin_token(op, change);
}


static scim_rc_t
change(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    return scim_op_ask(op, scim_store_token_update(op->pool,
                                                   admin->tokens[0].hash,
                                                   admin->work, &op->cmd),
                       changed);
}


static scim_rc_t
changed(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_token_update_reply(reply, &err);

    if (rc == SCIM_NONE) {
        return no_token(op);
    }

    return (rc == SCIM_OK) ? get_record(op, NULL)
                           : scim_op_stop(op, rc, &err);
}


/* --- revoking ------------------------------------------------------------ */

scim_rc_t
scim_admin_token_delete(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_token(op, revoke);
}


static scim_rc_t
revoke(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_revoke(op, revoked);
}


static scim_rc_t
revoked(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    op->result.status = 204;

    return SCIM_OK;
}


/* The record of the token in hand goes. */
static scim_rc_t
delete_record(scim_op_t *op, scim_op_step_pt next)
{
    scim_admin_t  *admin = op->state;

    return scim_op_ask(op,
                       scim_store_token_record_delete(op->pool,
                           admin->tokens[admin->at].hash, &op->cmd),
                       next);
}


scim_rc_t
scim_admin_revoke(scim_op_t *op, scim_op_step_pt next)
{
    scim_admin_t  *admin = op->state;

    admin->next = next;

    return delete_record(op, record_gone);
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


/* Once more: it may have been made while it was being revoked. */
static scim_rc_t
entry_gone(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_error(reply, &err);

    return (rc == SCIM_OK) ? delete_record(op, all_gone)
                           : scim_op_stop(op, rc, &err);
}


static scim_rc_t
all_gone(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_error(reply, &err);

    return (rc == SCIM_OK) ? admin->next(op, NULL)
                           : scim_op_stop(op, rc, &err);
}
