/*
 * Commands: their arguments, and their form on the wire.
 */

#include <string.h>

#include "scim_store_parts.h"


#define ARGS_MIN    16
#define NAME_MAX    64
#define SCRIPT_SHA1 40      /* hex digits */


bool
scim_store_name_valid(scim_str_t name)
{
    size_t i;
    char   c;

    if (name.data == NULL || name.len == 0 || name.len > NAME_MAX) {
        return false;
    }

    for (i = 0; i < name.len; i++) {
        c = name.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
        {
            return false;
        }
    }

    return true;
}


void
scim_args_init(scim_args_t *args, scim_pool_t *pool, size_t cap)
{
    args->pool = pool;
    args->n = 0;
    args->cap = cap < ARGS_MIN ? ARGS_MIN : cap;
    args->items = scim_palloc(pool, args->cap * sizeof(scim_str_t));
    args->failed = args->items == NULL;
}


static void
args_grow(scim_args_t *args)
{
    scim_str_t *items;

    items = scim_palloc(args->pool, 2 * args->cap * sizeof(scim_str_t));
    if (items == NULL) {
        args->failed = true;
        return;
    }

    memcpy(items, args->items, args->n * sizeof(scim_str_t));
    args->items = items;
    args->cap *= 2;
}


void
scim_args_str(scim_args_t *args, scim_str_t s)
{
    if (!args->failed && args->n == args->cap) {
        args_grow(args);
    }

    if (args->failed) {
        return;
    }

    args->items[args->n++] = s.data == NULL ? scim_str("") : s;
}


void
scim_args_uint(scim_args_t *args, uint64_t n)
{
    char   *text;
    size_t  len;

    text = scim_palloc(args->pool, SCIM_UINT_DIGITS);
    if (text == NULL) {
        args->failed = true;
        return;
    }

    len = scim_uint_format(n, text);
    scim_args_str(args, (scim_str_t) { text, len });
}


void
scim_args_list(scim_args_t *args, const scim_str_t *list, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        scim_args_str(args, list[i]);
    }
}


scim_rc_t
scim_store_key(scim_pool_t *pool, scim_str_t tenant, const char *name,
    scim_str_t *out)
{
    scim_buf_t  buf;

    scim_buf_init(&buf, pool, sizeof("scim:{}:") + tenant.len + strlen(name));
    scim_buf_lit(&buf, "scim:{");
    scim_buf_str(&buf, tenant);
    scim_buf_lit(&buf, "}:");
    scim_buf_str(&buf, scim_str_from(name));

    return scim_buf_done(&buf, out);
}


scim_rc_t
scim_store_plain(scim_store_cmd_t *cmd, scim_args_t *args, scim_str_t key,
    bool write)
{
    if (args->failed) {
        return SCIM_NOMEM;
    }

    cmd->script = NULL;
    cmd->key = key;
    cmd->argv = args->items;
    cmd->argc = args->n;
    cmd->write = write;

    return SCIM_OK;
}


scim_rc_t
scim_store_script(scim_store_cmd_t *cmd, scim_args_t *args,
    const scim_script_t *script, scim_str_t tenant, bool write)
{
    scim_str_t key;

    if (scim_store_key(args->pool, tenant, "", &key) != SCIM_OK
        || scim_store_plain(cmd, args, key, write) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    cmd->script = script;

    return SCIM_OK;
}


/* What comes before each argument and after it, on the wire. */
#define AROUND  (sizeof("$\r\n\r\n") - 1 + SCIM_UINT_DIGITS)


size_t
scim_store_size(const scim_store_cmd_t *cmd, bool eval)
{
    size_t  i, size;

    size = (5 + cmd->argc) * AROUND;

    if (cmd->script != NULL) {
        size += sizeof("EVALSHA1") + cmd->key.len
                + (eval ? cmd->script->text.len : SCRIPT_SHA1);
    }

    for (i = 0; i < cmd->argc; i++) {
        size += cmd->argv[i].len;
    }

    return size;
}


static char *
put_head(char *to, char mark, size_t n)
{
    *to++ = mark;
    to += scim_uint_format(n, to);
    *to++ = '\r';
    *to++ = '\n';

    return to;
}


static char *
put(char *to, scim_str_t s)
{
    to = put_head(to, '$', s.len);

    if (s.len > 0) {
        memcpy(to, s.data, s.len);
        to += s.len;
    }

    *to++ = '\r';
    *to++ = '\n';

    return to;
}


char *
scim_store_format(const scim_store_cmd_t *cmd, bool eval, char *to)
{
    size_t  i;

    to = put_head(to, '*', cmd->argc + (cmd->script != NULL ? 4 : 0));

    if (cmd->script != NULL) {
        to = put(to, eval ? scim_str("EVAL") : scim_str("EVALSHA"));
        to = put(to, eval ? cmd->script->text
                          : (scim_str_t) { cmd->script->sha1, SCRIPT_SHA1 });
        to = put(to, scim_str("1"));
        to = put(to, cmd->key);
    }

    for (i = 0; i < cmd->argc; i++) {
        to = put(to, cmd->argv[i]);
    }

    return to;
}
