/*
 * Users and groups by the thousand.
 */

#include "unit_large.h"


enum { USERS = 45000 };


/* Users u00000 … with no more than members need of them. */
static const char make_users[] =
    "for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do "
    "local id = string.format('u%05d', i) "
    "redis.call('HSET', 'scim:{acme}:r:User:' .. id, 'doc', '{}', 'ver', '1',"
    " 'mod', 'm', 'name', id) end return 1";

/* Members without a hint, and such that do not exist. */
static const char count_wrongs[] =
    "local p, n = 'scim:{acme}:', 0 "
    "for _, key in ipairs(redis.call('KEYS', p .. 'members:*')) do "
    "local group = string.sub(key, #p + 9) "
    "for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do "
    "if redis.call('SISMEMBER', p .. 'groups:' .. id, group) == 0 "
    "or redis.call('EXISTS', p .. 'r:User:' .. id) == 0 then "
    "n = n + 1 end end end return n";

/* Hints that are stale, and keys of changes under way. */
static const char count_remains[] =
    "local p, n = 'scim:{acme}:', 0 "
    "for _, key in ipairs(redis.call('KEYS', p .. 'groups:*')) do "
    "local id = string.sub(key, #p + 8) "
    "for _, group in ipairs(redis.call('SMEMBERS', key)) do "
    "if not redis.call('ZSCORE', p .. 'members:' .. group, id) then "
    "n = n + 1 end end end "
    "for _, name in ipairs({'stage', 'fixed', 'trash', 'left', 'parks:'}) do "
    "n = n + #redis.call('KEYS', p .. name .. '*') end "
    "return n";


long long
large_wrongs(void)
{
    return unit_redis_int("EVAL %s 0", count_wrongs);
}


long long
large_flaws(void)
{
    return large_wrongs() + unit_redis_int("EVAL %s 0", count_remains);
}


void
large_users(int from, int to)
{
    (void) unit_redis_int("EVAL %s 0 %d %d", make_users, from, to - 1);
}


int
large_start(void **state)
{
    int  rc;

    rc = unit_op_start(state);
    large_users(0, USERS);

    return rc;
}


/* "{'value':'u00005'},…" */
const char *
large_values(int from, int to)
{
    int         i;
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, unit_op_pool(), (size_t) (to - from + 1) * 20);

    for (i = from; i < to; i++) {
        if (i != from) {
            scim_buf_char(&buf, ',');
        }

        scim_buf_str(&buf, scim_str_from(unit_printf("{'value':'u%05d'}", i)));
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return text.data;
}


/* The same with one that does not exist at the end. */
const char *
large_values_and_stranger(int from, int to)
{
    return unit_fill("@V,{'value':'stranger'}", "V", large_values(from, to));
}


unit_answer_t
large_patch(const char *group, const char *op, const char *members)
{
    return unit_op(unit_printf("PATCH /Groups/%s", group),
                   unit_fill("{'Operations':[{'op':'@O','path':'members',"
                             "'value':[@M]}]}", "OM", op, members));
}


unit_answer_t
large_put(const char *group, const char *members)
{
    return unit_op(unit_printf("PUT /Groups/%s?excludedAttributes=members",
                               group),
                   unit_fill("{'displayName':'g','members':[@M]}", "M",
                             members));
}


unit_answer_t
large_post(const char *name, const char *members)
{
    return unit_op("POST /Groups?excludedAttributes=members",
                   unit_fill("{'displayName':'@N','members':[@M]}", "NM",
                             name, members));
}


/* A group of the users from … to - 1. */
const char *
large_group(int from, int to)
{
    unit_answer_t  answer;

    answer = large_post("g", large_values(from, to));
    assert_int_equal(answer.status, 201);

    return unit_get(&answer, "id");
}


long long
large_count(const char *group)
{
    return unit_redis_int("ZCARD scim:{acme}:members:%s", group);
}


long long
large_version(const char *group)
{
    return unit_redis_int("HINCRBY scim:{acme}:r:Group:%s ver 0", group);
}
