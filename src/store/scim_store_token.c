/*
 * Tokens in the store: the record under the token's hash, and the tenant's
 * list of them.
 */

#include <stdlib.h>
#include <string.h>

#include "scim_store_parts.h"
#include "scim_store_token.h"


/* Fields of the record, in the order scim_store_token_get() asks for them. */
enum {
    F_ID, F_TENANT, F_NAME, F_SCOPE, F_CREATED, F_EXPIRES, F_USED, F_USER,
    F_ACTOR, F_ROTATED, FIELDS
};

static const char *const fields[FIELDS] = {
    "id", "tenant", "name", "scope", "created", "expires", "used", "user",
    "actor", "rotated"
};


static scim_rc_t
record_key(scim_pool_t *pool, scim_str_t hash, scim_str_t *key)
{
    return scim_str_printf(pool, key, "scim:token:%.*s", SCIM_FMT(hash));
}


/* A command of a name, the record's key, and what is added by the caller. */
static scim_rc_t
record_args(scim_pool_t *pool, const char *command, scim_str_t hash,
    scim_args_t *args, scim_str_t *key)
{
    if (record_key(pool, hash, key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_init(args, pool, 2 + 2 * FIELDS);
    scim_args_str(args, scim_str_from(command));
    scim_args_str(args, *key);

    return SCIM_OK;
}


static scim_rc_t
list_args(scim_pool_t *pool, const char *command, scim_str_t tenant,
    scim_args_t *args, scim_str_t *key)
{
    if (scim_store_key(pool, tenant, "tokens", key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_init(args, pool, 4);
    scim_args_str(args, scim_str_from(command));
    scim_args_str(args, *key);

    return SCIM_OK;
}


scim_rc_t
scim_store_token_get(scim_pool_t *pool, scim_str_t hash,
    scim_store_cmd_t *cmd)
{
    size_t      i;
    scim_str_t  key;
    scim_args_t args;

    if (record_args(pool, "HMGET", hash, &args, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < FIELDS; i++) {
        scim_args_str(&args, scim_str_from(fields[i]));
    }

    return scim_store_plain(cmd, &args, key, false);
}


/* A time that is not there is 0: never. */
static bool
read_time(const redisReply *reply, size_t i, uint64_t *time)
{
    *time = 0;

    return reply->element[i]->type == REDIS_REPLY_NIL
           || scim_store_number(reply, i, time);
}


static scim_rc_t
copy_texts(scim_pool_t *pool, scim_token_t *token)
{
    size_t      i;
    scim_str_t *texts[] = {
        &token->id, &token->tenant, &token->name, &token->scope, &token->hash,
        &token->user, &token->actor, &token->rotated
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i]->data != NULL
            && scim_str_dup(pool, *texts[i], texts[i]) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_store_token_get_reply(scim_pool_t *pool, const redisReply *reply,
    scim_token_t *token, scim_error_t *err)
{
    if (scim_store_array(reply, FIELDS, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->element[F_ID]->type == REDIS_REPLY_NIL) {
        return SCIM_NONE;
    }

    memset(token, 0, sizeof(*token));

    if (!scim_store_text(reply, F_ID, &token->id)
        || !scim_store_text(reply, F_TENANT, &token->tenant)
        || !scim_store_text(reply, F_NAME, &token->name)
        || !scim_store_text(reply, F_SCOPE, &token->scope)
        || !read_time(reply, F_CREATED, &token->created)
        || !read_time(reply, F_EXPIRES, &token->expires)
        || !read_time(reply, F_USED, &token->used)
        || !scim_store_text_or_nil(reply, F_USER, &token->user)
        || !scim_store_text_or_nil(reply, F_ACTOR, &token->actor)
        || !scim_store_text_or_nil(reply, F_ROTATED, &token->rotated))
    {
        return scim_store_odd(err);
    }

    return copy_texts(pool, token);
}


/* Sets fields of a record that is there: args are its names and values. */
static scim_rc_t
set(scim_pool_t *pool, scim_str_t hash, scim_args_t *args,
    scim_store_cmd_t *cmd)
{
    scim_str_t key;

    if (record_key(pool, hash, &key) != SCIM_OK
        || scim_store_plain(cmd, args, key, true) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    cmd->script = &scim_script_token_update;

    return SCIM_OK;
}


scim_rc_t
scim_store_token_touch(scim_pool_t *pool, scim_str_t hash, uint64_t now,
    scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 2);
    scim_args_str(&args, scim_str_from(fields[F_USED]));
    scim_args_uint(&args, now);

    return set(pool, hash, &args, cmd);
}


scim_rc_t
scim_store_token_update(scim_pool_t *pool, scim_str_t hash,
    const scim_token_change_t *change, scim_store_cmd_t *cmd)
{
    size_t      i;
    scim_args_t args;

    const struct {
        int        field;
        scim_str_t value;
    } texts[] = {
        { F_NAME, change->name }, { F_ACTOR, change->actor },
        { F_ROTATED, change->rotated }
    };

    scim_args_init(&args, pool, 2 * FIELDS);

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].value.data != NULL) {
            scim_args_str(&args, scim_str_from(fields[texts[i].field]));
            scim_args_str(&args, texts[i].value);
        }
    }

    if (change->expiry) {
        scim_args_str(&args, scim_str_from(fields[F_EXPIRES]));
        scim_args_uint(&args, change->expires);
    }

    return set(pool, hash, &args, cmd);
}


scim_rc_t
scim_store_token_update_reply(const redisReply *reply, scim_error_t *err)
{
    return scim_store_done(reply, err);
}


/* --- the list ------------------------------------------------------------ */

static scim_rc_t
listed_json(scim_pool_t *pool, const scim_token_t *token, scim_str_t *out)
{
    scim_buf_t buf;

    scim_buf_init(&buf, pool, 256);
    scim_buf_lit(&buf, "{\"name\":");
    scim_json_write_string(&buf, token->name);
    scim_buf_lit(&buf, ",\"scope\":");
    scim_json_write_string(&buf, token->scope);
    if (token->user.len > 0) {
        scim_buf_lit(&buf, ",\"user\":");
        scim_json_write_string(&buf, token->user);
    }
    scim_buf_lit(&buf, ",\"hash\":");
    scim_json_write_string(&buf, token->hash);
    scim_buf_lit(&buf, ",\"created\":");
    scim_buf_uint(&buf, token->created);
    scim_buf_lit(&buf, ",\"expires\":");
    scim_buf_uint(&buf, token->expires);
    scim_buf_char(&buf, '}');

    return scim_buf_done(&buf, out);
}


scim_rc_t
scim_store_token_list_put(scim_pool_t *pool, const scim_token_t *token,
    bool others, scim_store_cmd_t *cmd)
{
    scim_str_t  json;
    scim_args_t args;

    if (listed_json(pool, token, &json) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_init(&args, pool, 3);
    scim_args_str(&args, token->id);
    scim_args_str(&args, json);
    scim_args_str(&args, others ? scim_str("1") : scim_str("0"));

    return scim_store_script(cmd, &args, &scim_script_token_put,
                             token->tenant, true);
}


scim_rc_t
scim_store_token_list_put_reply(scim_pool_t *pool, const redisReply *reply,
    scim_token_t **tokens, size_t *n, scim_error_t *err)
{
    if (scim_store_error(reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->type == REDIS_REPLY_STRING && reply->str != NULL
        && strcmp(reply->str, "none") == 0)
    {
        return SCIM_NONE;
    }

    return scim_store_token_list_reply(pool, reply, tokens, n, err);
}


/* A command about one entry. */
static scim_rc_t
entry(scim_pool_t *pool, const char *command, scim_str_t tenant, scim_str_t id,
    bool write, scim_store_cmd_t *cmd)
{
    scim_str_t  key;
    scim_args_t args;

    if (list_args(pool, command, tenant, &args, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_str(&args, id);

    return scim_store_plain(cmd, &args, key, write);
}


scim_rc_t
scim_store_token_list_delete(scim_pool_t *pool, scim_str_t tenant,
    scim_str_t id, scim_store_cmd_t *cmd)
{
    return entry(pool, "HDEL", tenant, id, true, cmd);
}


scim_rc_t
scim_store_token_list_get(scim_pool_t *pool, scim_str_t tenant, scim_str_t id,
    scim_store_cmd_t *cmd)
{
    return entry(pool, "HGET", tenant, id, false, cmd);
}


scim_rc_t
scim_store_token_list(scim_pool_t *pool, scim_str_t tenant,
    scim_store_cmd_t *cmd)
{
    scim_str_t  key;
    scim_args_t args;

    if (list_args(pool, "HGETALL", tenant, &args, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_store_plain(cmd, &args, key, false);
}


static bool
json_time(const scim_json_t *object, scim_str_t name, uint64_t *time)
{
    const scim_json_t *value;

    value = scim_json_get(object, name);

    return value != NULL && value->type == SCIM_JSON_NUMBER
           && scim_store_digits(value->text, time);
}


/* The JSON of an entry into a token that is empty, but for its id. */
static scim_rc_t
read_listed(scim_pool_t *pool, scim_str_t text, scim_token_t *token,
    scim_error_t *err)
{
    scim_rc_t    rc;
    scim_json_t *json;

    rc = scim_json_parse(pool, text, NULL, &json, err);
    if (rc == SCIM_NOMEM) {
        return rc;
    }

    if (rc != SCIM_OK) {
        return scim_store_odd(err);
    }

    token->name = scim_json_get_text(json, scim_str("name"));
    token->scope = scim_json_get_text(json, scim_str("scope"));
    token->hash = scim_json_get_text(json, scim_str("hash"));
    token->user = scim_json_get_text(json, scim_str("user"));

    if (token->name.data == NULL || token->scope.data == NULL
        || token->hash.len != SCIM_SHA256_HEX
        || !json_time(json, scim_str("created"), &token->created)
        || !json_time(json, scim_str("expires"), &token->expires))
    {
        return scim_store_odd(err);
    }

    return copy_texts(pool, token);
}


static int
older(const void *a, const void *b)
{
    const scim_token_t *x, *y;

    x = a;
    y = b;

    if (x->created != y->created) {
        return x->created < y->created ? -1 : 1;
    }

    return scim_str_cmp(x->id, y->id);
}


scim_rc_t
scim_store_token_list_reply(scim_pool_t *pool, const redisReply *reply,
    scim_token_t **tokens, size_t *n, scim_error_t *err)
{
    size_t     i;
    scim_rc_t  rc;
    scim_str_t text;

    if (scim_store_array(reply, 0, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->elements % 2 != 0) {
        return scim_store_odd(err);
    }

    *n = reply->elements / 2;
    *tokens = scim_pcalloc(pool, *n * sizeof(scim_token_t));
    if (*tokens == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < *n; i++) {
        if (!scim_store_text(reply, 2 * i, &(*tokens)[i].id)
            || !scim_store_text(reply, 2 * i + 1, &text))
        {
            return scim_store_odd(err);
        }

        rc = read_listed(pool, text, &(*tokens)[i], err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    qsort(*tokens, *n, sizeof(scim_token_t), older);

    return SCIM_OK;
}


scim_rc_t
scim_store_token_list_get_reply(scim_pool_t *pool, scim_str_t id,
    const redisReply *reply, scim_token_t *token, scim_error_t *err)
{
    scim_str_t text;

    if (scim_store_error(reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->type == REDIS_REPLY_NIL) {
        return SCIM_NONE;
    }

    if (reply->type != REDIS_REPLY_STRING || reply->str == NULL) {
        return scim_store_odd(err);
    }

    text.data = reply->str;
    text.len = (size_t) reply->len;
    memset(token, 0, sizeof(*token));
    token->id = id;

    return read_listed(pool, text, token, err);
}


/* --- the record ---------------------------------------------------------- */

scim_rc_t
scim_store_token_record_put(scim_pool_t *pool, const scim_token_t *token,
    scim_store_cmd_t *cmd)
{
    scim_str_t  key;
    scim_args_t args;

    if (record_args(pool, "HSET", token->hash, &args, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_str(&args, scim_str_from(fields[F_ID]));
    scim_args_str(&args, token->id);
    scim_args_str(&args, scim_str_from(fields[F_TENANT]));
    scim_args_str(&args, token->tenant);
    scim_args_str(&args, scim_str_from(fields[F_NAME]));
    scim_args_str(&args, token->name);
    scim_args_str(&args, scim_str_from(fields[F_SCOPE]));
    scim_args_str(&args, token->scope);
    scim_args_str(&args, scim_str_from(fields[F_CREATED]));
    scim_args_uint(&args, token->created);
    scim_args_str(&args, scim_str_from(fields[F_EXPIRES]));
    scim_args_uint(&args, token->expires);

    if (token->user.len > 0) {
        scim_args_str(&args, scim_str_from(fields[F_USER]));
        scim_args_str(&args, token->user);
    }

    if (token->actor.len > 0) {
        scim_args_str(&args, scim_str_from(fields[F_ACTOR]));
        scim_args_str(&args, token->actor);
    }

    return scim_store_plain(cmd, &args, key, true);
}


scim_rc_t
scim_store_token_record_delete(scim_pool_t *pool, scim_str_t hash,
    scim_store_cmd_t *cmd)
{
    scim_str_t  key;
    scim_args_t args;

    if (record_args(pool, "UNLINK", hash, &args, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_store_plain(cmd, &args, key, true);
}
