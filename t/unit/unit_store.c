/*
 * The short ways of unit_store.h.
 */

#include <stdio.h>
#include <stdlib.h>

#include "unit_store.h"


scim_pool_t *unit_pool;


int
unit_store_setup(void **state)
{
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    (void) state;
    (void) unit_redis();

    unit_pool = scim_pool_create(0);
    assert_non_null(unit_pool);

    assert_int_equal(scim_store_tenant_create(unit_pool, scim_str("t"), 1,
                                              &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_tenant_create_reply(reply, &err), SCIM_OK);
    freeReplyObject(reply);

    return 0;
}


int
unit_store_teardown(void **state)
{
    (void) state;
    scim_pool_destroy(unit_pool);
    unit_pool = NULL;

    return 0;
}


static void
free_reply(void *reply)
{
    freeReplyObject(reply);
}


static redisReply *
command(const scim_store_cmd_t *cmd)
{
    redisReply *reply;

    reply = unit_command(cmd);
    assert_int_equal(scim_pool_cleanup(unit_pool, free_reply, reply),
                     SCIM_OK);

    return reply;
}


scim_rc_t
unit_try_commit(const scim_store_commit_t *commit,
    scim_store_committed_t *out, scim_error_t *err)
{
    scim_store_cmd_t cmd;

    assert_int_equal(scim_store_commit(unit_pool, scim_str("t"), commit,
                                       &cmd), SCIM_OK);

    return scim_store_commit_reply(unit_pool, command(&cmd), out, err);
}


scim_store_committed_t
unit_commit(const scim_store_commit_t *commit)
{
    scim_error_t           err;
    scim_store_committed_t out;

    err.detail[0] = '\0';
    if (unit_try_commit(commit, &out, &err) != SCIM_OK) {
        fail_msg("commit refused: %s", err.detail);
    }

    return out;
}


scim_rc_t
unit_try_query(const scim_store_query_t *query, scim_store_page_t *page,
    scim_error_t *err)
{
    scim_store_cmd_t cmd;

    assert_int_equal(scim_store_query(unit_pool, scim_str("t"), query, &cmd),
                     SCIM_OK);

    return scim_store_query_reply(unit_pool, query, command(&cmd), page, err);
}


scim_store_page_t
unit_query(const scim_store_query_t *query)
{
    scim_error_t      err;
    scim_store_page_t page;

    err.detail[0] = '\0';
    if (unit_try_query(query, &page, &err) != SCIM_OK) {
        fail_msg("query refused: %s", err.detail);
    }

    return page;
}


static void
change(scim_store_verb_e verb, const char *type, const char *id,
    const char *name)
{
    scim_str_t          doc;
    scim_index_entry_t  entry;
    scim_store_commit_t commit;

    memset(&commit, 0, sizeof(commit));
    assert_int_equal(scim_str_printf(unit_pool, &doc, "{\"id\":\"%s\"}", id),
                     SCIM_OK);

    entry.attr = scim_str("displayName");
    entry.value = scim_str_from(name);
    entry.unique = false;

    commit.verb = verb;
    commit.type = unit_type(type);
    commit.id = scim_str_from(id);
    commit.modified = scim_str("2026-01-01T00:00:00.000Z");

    if (verb == SCIM_STORE_CREATE) {
        commit.doc = doc;
        commit.display = entry.value;
        commit.add = &entry;
        commit.nadd = 1;
    } else {
        commit.remove = &entry;
        commit.nremove = 1;
    }

    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
}


void
unit_make(const char *type, const char *id, const char *name)
{
    change(SCIM_STORE_CREATE, type, id, name);
}


void
unit_delete(const char *type, const char *id, const char *name)
{
    change(SCIM_STORE_DELETE, type, id, name);
}


static void
read_change(scim_members_t *members, const char *text)
{
    char       sign;
    size_t     n;
    scim_rc_t  rc;
    scim_str_t id;

    if (*text == '=') {
        scim_members_clear(members);
        text++;
    }

    while (*text != '\0') {
        sign = *text == '-' ? '-' : '+';
        text += *text == '-' || *text == '+';

        n = strcspn(text, " ");
        assert_int_equal(scim_str_dup(unit_pool, (scim_str_t) { text, n },
                                      &id), SCIM_OK);
        text += n + (text[n] == ' ');

        rc = sign == '-' ? scim_members_remove(members, id)
                         : scim_members_add(members, id);
        assert_int_equal(rc, SCIM_OK);
    }
}


scim_store_committed_t
unit_members(const char *group, const char *text)
{
    scim_members_t      *members;
    scim_store_commit_t  commit;

    members = scim_members_create(unit_pool);
    assert_non_null(members);
    read_change(members, text);

    memset(&commit, 0, sizeof(commit));
    commit.verb = SCIM_STORE_UPDATE;
    commit.type = unit_type("Group");
    commit.id = scim_str_from(group);
    commit.modified = scim_str("2026-01-02T00:00:00.000Z");
    commit.members = members;

    return unit_commit(&commit);
}


long long
unit_redis_int(const char *format, ...)
{
    va_list     args;
    long long   n;
    redisReply *reply;

    va_start(args, format);
    reply = redisvCommand(unit_redis_connection(), format, args);
    va_end(args);

    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_ERROR) {
        fail_msg("%s: %s", format, reply->str);
    }
    n = reply->type == REDIS_REPLY_ARRAY ? (long long) reply->elements
                                         : reply->integer;
    freeReplyObject(reply);

    return n;
}


static void
write_relations(scim_buf_t *buf, const scim_row_t *row)
{
    size_t                 i;
    const scim_relation_t *relation;

    for (i = 0; i < row->nrelations; i++) {
        relation = &row->relations[i];

        scim_buf_char(buf, i == 0 ? '(' : ' ');
        scim_buf_str(buf, relation->id);
        if (relation->indirect) {
            scim_buf_char(buf, '*');
        }
        if (relation->display.data != NULL) {
            scim_buf_char(buf, '=');
            scim_buf_str(buf, relation->display);
        }
    }

    if (row->nrelations > 0) {
        scim_buf_char(buf, ')');
    }
}


const char *
unit_page(const scim_store_page_t *page)
{
    size_t     i;
    scim_buf_t buf;
    scim_str_t text;

    scim_buf_init(&buf, unit_pool, 256);
    scim_buf_uint(&buf, page->total);
    scim_buf_char(&buf, ':');

    for (i = 0; i < page->nrows; i++) {
        if (i > 0) {
            scim_buf_char(&buf, ' ');
        }
        scim_buf_str(&buf, page->rows[i].id);
        write_relations(&buf, &page->rows[i]);
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return text.data;
}
