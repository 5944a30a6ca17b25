/*
 * Entries of a history, by hand.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit_history.h"
#include "unit_redis.h"


#define KEY  "scim:{acme}:"

static const char *
or_else(const char *text, const char *none)
{
    return (text == NULL) ? none : text;
}


static const char *
double_quotes(const char *text)
{
    char  *out, *at;

    out = (char *) (uintptr_t) unit_printf("%s", text);

    for (at = out; *at != '\0'; at++) {
        *at = (*at == '\'') ? '"' : *at;
    }

    return out;
}


static const char *
place_text(unsigned place)
{
    return unit_printf("%llu-0", UNIT_HISTORY_MS + (unsigned long long) place);
}


static redisReply *
command(const char *fmt, ...)
{
    va_list      args;
    redisReply  *reply;

    va_start(args, fmt);
    reply = redisvCommand(unit_redis_connection(), fmt, args);
    va_end(args);

    assert_non_null(reply);

    if (reply->type == REDIS_REPLY_ERROR) {
        fail_msg("%s: %s", fmt, reply->str);
    }

    return reply;
}


void
unit_entry(const unit_entry_t *entry)
{
    char         version[16];
    const char  *type, *id;
    redisReply  *added;

    type = or_else(entry->type, "User");
    id = or_else(entry->id, "u1");
    (void) snprintf(version, sizeof(version), "%u", entry->version);

    added = command("XADD " KEY "history %s op %s type %s id %s name %s ver %s "
                    "at %s actor %s addr %s req %s tok %s changes %s was %s",
                    (entry->place == 0) ? "*" : place_text(entry->place),
                    or_else(entry->operation, "update"), type, id,
                    "Ada \"L\"", version, "2026-01-01T00:00:00.000Z",
                    or_else(entry->actor, "SCIM"), "10.0.0.1", "req-1", "",
                    double_quotes(or_else(entry->changes,
                                          "[{'path':'title','new':'x'}]")),
                    or_else(entry->was, ""));

    freeReplyObject(command("ZADD " KEY "history:%s:%s %s %s", type, id,
                            version, added->str));
    freeReplyObject(added);
}


void
unit_entries(unsigned first, unsigned last)
{
    for ( ; first <= last; first++) {
        unit_entry(&(unit_entry_t) { .place = first, .version = first });
    }
}


void
unit_history_large(unsigned last, size_t len)
{
    char      *text;
    unsigned   place;

    text = malloc(len);
    assert_non_null(text);
    memset(text, ' ', len);
    text[0] = '[';
    text[len - 1] = ']';

    for (place = 1; place <= last; place++) {
        freeReplyObject(redisCommand(unit_redis_connection(),
            "XADD scim:{acme}:history %llu-0 op update type User id u1 ver 1 "
            "changes %b", UNIT_HISTORY_MS + (unsigned long long) place, text,
            len));
    }

    free(text);
}


void
unit_entry_trim(unsigned place, const char *type, const char *id)
{
    const char  *text = place_text(place);

    freeReplyObject(command("XDEL " KEY "history %s", text));
    freeReplyObject(command("ZREM " KEY "history:%s:%s %s", type, id, text));
    freeReplyObject(command("HSET " KEY "tenant trimmed %s", text));
}


const char *
unit_entry_text(unsigned back)
{
    unit_answer_t  answer;
    scim_json_t   *entry;

    answer = unit_admin(unit_printf("GET /tenants/acme/history?count=%u",
                                    back + 1), NULL);
    assert_int_equal(answer.status, 200);

    entry = scim_json_get(answer.json, scim_str("entries"))->first;

    while (back-- > 0) {
        assert_non_null(entry);
        entry = entry->next;
    }

    assert_non_null(entry);
    answer.json = entry;

    return unit_printf("%s %s v%s %s: %s", unit_get(&answer, "operation"),
                       unit_get(&answer, "resourceType"),
                       unit_text(unit_op_pool(),
                                 scim_json_get(entry, scim_str("version"))),
                       unit_get(&answer, "resourceName"),
                       unit_text(unit_op_pool(),
                                 scim_json_get(entry, scim_str("changes"))));
}


const char *
unit_places(const unit_answer_t *answer, const char *list)
{
    scim_str_t          id, text;
    scim_buf_t          buf;
    const scim_json_t  *entry;

    assert_int_equal(answer->status, 200);
    scim_buf_init(&buf, unit_op_pool(), 64);

    for (entry = scim_json_get(answer->json, scim_str_from(list))->first;
         entry != NULL; entry = entry->next)
    {
        if (buf.len != 0) {
            scim_buf_char(&buf, ' ');
        }

        id = scim_json_get_text(entry, scim_str("id"));
        scim_buf_uint(&buf, strtoull(id.data, NULL, 10) - UNIT_HISTORY_MS);
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return text.data;
}
