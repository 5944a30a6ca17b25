/*
 * Fuzzes what reads replies: whatever shape hiredis makes of the bytes, every
 * function that takes a reply refuses it or understands it, and what it
 * understands can be read to the end.
 *
 * The first byte of the input chooses the allocation that fails.
 */

#include "store/scim_store.h"
#include "store/scim_store_history.h"
#include "store/scim_store_token.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* Sums up what is said to be there, so that reading past its end is seen. */
static volatile unsigned sink;


static void
read_str(scim_str_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        sink += (unsigned char) s.data[i];
    }
}


static void
read_relations(const scim_relation_t *relations, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        read_str(relations[i].id);
        read_str(relations[i].type);
        read_str(relations[i].display);
    }
}


static void
read_query(scim_pool_t *pool, const redisReply *reply)
{
    size_t              i;
    scim_error_t        err;
    scim_store_page_t   page;
    scim_store_query_t  query;

    memset(&query, 0, sizeof(query));
    if (scim_store_query_reply(pool, &query, reply, &page, &err) != SCIM_OK) {
        return;
    }

    for (i = 0; i < page.nrows; i++) {
        read_str(page.rows[i].doc);
        read_str(page.rows[i].id);
        read_str(page.rows[i].modified);
        read_relations(page.rows[i].relations, page.rows[i].nrelations);
        sink += (unsigned) page.members_total[i];
    }
}


static void
read_commit(scim_pool_t *pool, const redisReply *reply)
{
    scim_error_t           err;
    scim_store_committed_t out;

    if (scim_store_commit_reply(pool, reply, &out, &err) == SCIM_OK) {
        read_str(out.modified);
        read_str(out.attr);
        read_str(out.member);
    }
}


static void
read_token(const scim_token_t *token)
{
    read_str(token->id);
    read_str(token->tenant);
    read_str(token->name);
    read_str(token->scope);
    read_str(token->hash);
}


static void
read_tokens(scim_pool_t *pool, const redisReply *reply)
{
    size_t        i, n;
    scim_error_t  err;
    scim_token_t  token, *tokens;

    if (scim_store_token_get_reply(pool, reply, &token, &err) == SCIM_OK) {
        read_token(&token);
    }

    if (scim_store_token_list_reply(pool, reply, &tokens, &n, &err)
        == SCIM_OK)
    {
        for (i = 0; i < n; i++) {
            read_token(&tokens[i]);
        }
    }
}


static void
read_tenants(scim_pool_t *pool, const redisReply *reply)
{
    bool           left;
    size_t         i, n;
    scim_str_t    *names;
    scim_error_t   err;
    scim_tenant_t  tenant;

    if (scim_store_tenant_get_reply(pool, reply, &tenant, &err) == SCIM_OK) {
        read_str(tenant.settings);
    }

    if (scim_store_tenant_names_reply(pool, reply, &names, &n, &err)
        == SCIM_OK)
    {
        for (i = 0; i < n; i++) {
            read_str(names[i]);
        }
    }

    (void) scim_store_tenant_create_reply(reply, &err);
    (void) scim_store_tenant_update_reply(reply, &err);
    (void) scim_store_tenant_sweep_reply(reply, &left, &err);
}


static void
read_entries(const scim_store_entry_t *entries, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        read_str(entries[i].id);
        read_str(entries[i].operation);
        read_str(entries[i].type);
        read_str(entries[i].resource);
        read_str(entries[i].name);
        read_str(entries[i].modified);
        read_str(entries[i].actor);
        read_str(entries[i].address);
        read_str(entries[i].request);
        read_str(entries[i].token);
        read_str(entries[i].changes);
    }
}


static void
read_history(scim_pool_t *pool, const redisReply *reply)
{
    scim_str_t                 tip;
    scim_error_t               err;
    scim_store_feed_page_t     feed;
    scim_store_history_page_t  page;

    if (scim_store_history_reply(pool, reply, &page, &err) == SCIM_OK) {
        read_str(page.next);
        read_entries(page.entries, page.n);
    }

    if (scim_store_feed_reply(pool, reply, &feed, &err) == SCIM_OK) {
        read_str(feed.tip);
        read_entries(feed.entries, feed.n);
    }

    if (scim_store_tip_reply(reply, &tip, &err) == SCIM_OK) {
        read_str(tip);
    }
}


static void
read_reply(const redisReply *reply, long allocations)
{
    bool                   more;
    size_t                 n;
    scim_pool_t           *pool;
    scim_error_t           err;
    const scim_relation_t *relations;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        abort();
    }

    scim_pool_fail_after(allocations);

    (void) scim_store_error(reply, &err);
    (void) scim_store_noscript(reply);
    read_query(pool, reply);
    read_commit(pool, reply);
    read_tokens(pool, reply);
    read_tenants(pool, reply);
    read_history(pool, reply);
    (void) scim_store_sweep_reply(reply, &more, &err);
    if (scim_store_members_reply(pool, reply, &relations, &n, &err)
        == SCIM_OK)
    {
        read_relations(relations, n);
    }

    scim_pool_fail_after(-1);
    scim_pool_destroy(pool);
}


/* hiredis takes memory for as many elements as an array announces: that is
 * the driver's to bound, and not what is looked for here. */
static bool
announces_much(const uint8_t *data, size_t size)
{
    size_t i, digits;

    for (digits = 0, i = 0; i < size; i++) {
        digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
        if (digits > 4) {
            return true;
        }
    }

    return false;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void        *reply;
    redisReader *reader;

    if (size < 1 || announces_much(data + 1, size - 1)) {
        return 0;
    }

    reader = redisReaderCreate();
    if (reader == NULL) {
        return 0;
    }

    (void) redisReaderFeed(reader, (const char *) data + 1, size - 1);

    while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL) {
        read_reply(reply, data[0] == 0 ? -1 : data[0]);
        freeReplyObject(reply);
    }

    redisReaderFree(reader);

    return 0;
}
