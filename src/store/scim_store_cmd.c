/*
 * Commands: their arguments, and their form on the wire.
 */

#include <stdlib.h>
#include <string.h>

#include "scim_store_parts.h"


#define ARGS_MIN    16
#define ARGS_STACK  64      /* commands of no more need no allocation */
#define NAME_MAX    64


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
    scim_str_t text;

    if (scim_str_printf(args->pool, &text, "%llu", (unsigned long long) n)
        != SCIM_OK)
    {
        args->failed = true;
        return;
    }

    scim_args_str(args, text);
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
    return scim_str_printf(pool, out, "scim:{%.*s}:%s", SCIM_FMT(tenant),
                           name);
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


static void
put(const char **argv, size_t *lens, size_t *n, scim_str_t s)
{
    argv[*n] = s.data;
    lens[*n] = s.len;
    (*n)++;
}


/* hiredis says -1 without memory; its result is an int in 0.14 and a long
 * long since 1.0. */
static scim_rc_t
format(const scim_store_cmd_t *cmd, bool eval, const char **argv,
    size_t *lens, char **out, size_t *len)
{
    size_t    i, n;
    long long size;

    n = 0;

    if (cmd->script != NULL) {
        put(argv, lens, &n, eval ? scim_str("EVAL") : scim_str("EVALSHA"));
        put(argv, lens, &n,
            eval ? cmd->script->text : scim_str_from(cmd->script->sha1));
        put(argv, lens, &n, scim_str("1"));
        put(argv, lens, &n, cmd->key);
    }

    for (i = 0; i < cmd->argc; i++) {
        put(argv, lens, &n, cmd->argv[i]);
    }

    size = redisFormatCommandArgv(out, (int) n, argv, lens);
    if (size < 0) {
        return SCIM_NOMEM;
    }

    *len = (size_t) size;

    return SCIM_OK;
}


scim_rc_t
scim_store_format(const scim_store_cmd_t *cmd, bool eval, char **out,
    size_t *len)
{
    size_t       n, near_lens[ARGS_STACK], *lens;
    scim_rc_t    rc;
    const char  *near_argv[ARGS_STACK], **argv;

    n = cmd->argc + 4;

    if (n <= ARGS_STACK) {
        return format(cmd, eval, near_argv, near_lens, out, len);
    }

    argv = malloc(n * sizeof(char *));
    lens = malloc(n * sizeof(size_t));

    rc = argv == NULL || lens == NULL
         ? SCIM_NOMEM
         : format(cmd, eval, argv, lens, out, len);

    free(argv);
    free(lens);

    return rc;
}


void
scim_store_free(char *formatted)
{
    redisFreeCommand(formatted);
}
