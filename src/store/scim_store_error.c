/*
 * Replies that are errors, or not what was expected: what they mean to a SCIM
 * client.  Reading elements of a reply, without trust in its shape.
 */

#include <string.h>

#include "scim_store_parts.h"


#define RETRY_SOON   1      /* seconds */
#define RETRY_LATER  10


typedef struct {
    const char *code;       /* what the error reply begins with */
    int         status;
    unsigned    retry_after;
    const char *detail;
} meaning_t;


static const meaning_t meanings[] = {
    { "OOM ", 507, 0,
      "The store is full: nothing can be created or changed until the "
      "server's operator gives Redis more memory (maxmemory)" },
    { "LOADING ", 503, RETRY_SOON,
      "The store is starting and still loading its data; try again" },
    { "BUSY ", 503, RETRY_SOON,
      "The store is busy with a long script; try again" },
    { "READONLY ", 503, RETRY_SOON,
      "The store is a read-only replica at the moment; try again when a "
      "master has been chosen, or let the server's operator check which "
      "Redis is configured" },
    { "MASTERDOWN ", 503, RETRY_SOON,
      "The store is a replica that has lost its master; try again" },
    { "CLUSTERDOWN ", 503, RETRY_SOON,
      "The store's cluster is down; try again" },
    { "TRYAGAIN ", 503, RETRY_SOON,
      "The store's cluster is moving this tenant; try again" },
    { "MOVED ", 503, RETRY_SOON,
      "The store's cluster has moved this tenant; try again" },
    { "ASK ", 503, RETRY_SOON,
      "The store's cluster is moving this tenant; try again" },
    { "NOREPLICAS ", 503, RETRY_LATER,
      "The store has fewer replicas than it demands for a write; try again" },
    { "MISCONF ", 503, RETRY_LATER,
      "The store cannot write to its disk and accepts no changes; the "
      "server's operator has to look at Redis' log" },
    { "NOAUTH ", 503, RETRY_LATER,
      "The store asks for a password; the server's operator has to configure "
      "one" },
    { "WRONGPASS ", 503, RETRY_LATER,
      "The store refuses the configured user or password; the server's "
      "operator has to correct them" },
    { "NOPERM ", 503, RETRY_LATER,
      "The store's user lacks a permission; the server's operator has to "
      "extend its ACL" },
    { "NOSCRIPT ", 503, RETRY_SOON,
      "The store has lost its scripts; try again" },
    { "UNKILLABLE ", 503, RETRY_SOON,
      "The store is busy with a long script; try again" },
    { "ERR max number of clients", 503, RETRY_SOON,
      "The store has no connection free; try again" },
};


static bool
begins(const redisReply *reply, const char *code)
{
    size_t len;

    len = strlen(code);

    return reply->str != NULL && (size_t) reply->len >= len
           && memcmp(reply->str, code, len) == 0;
}


static scim_rc_t
refuse(scim_error_t *err, int status, unsigned retry_after,
    const char *detail)
{
    (void) scim_refuse(err, status, SCIM_TYPE_NONE, "%s", detail);
    err->retry_after = retry_after;

    return SCIM_REFUSED;
}


bool
scim_store_noscript(const redisReply *reply)
{
    return reply != NULL && reply->type == REDIS_REPLY_ERROR
           && begins(reply, "NOSCRIPT ");
}


scim_rc_t
scim_store_error(const redisReply *reply, scim_error_t *err)
{
    size_t           i;
    const meaning_t *m;

    if (reply == NULL) {
        return refuse(err, 503, RETRY_SOON,
                      "The store does not answer; try again");
    }

    if (reply->type != REDIS_REPLY_ERROR) {
        return SCIM_OK;
    }

    for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        m = &meanings[i];

        if (begins(reply, m->code)) {
            return refuse(err, m->status, m->retry_after, m->detail);
        }
    }

    return refuse(err, 500, 0,
                  "The store refused the command; the server's operator "
                  "finds the reason in the error log");
}


scim_rc_t
scim_store_odd(scim_error_t *err)
{
    return refuse(err, 503, RETRY_LATER,
                  "The store answered in a way that is not understood; the "
                  "server's operator has to check which Redis is configured "
                  "and what is in it");
}


scim_rc_t
scim_store_array(const redisReply *reply, size_t min, scim_error_t *err)
{
    if (scim_store_error(reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < min) {
        return scim_store_odd(err);
    }

    return SCIM_OK;
}


static const redisReply *
element(const redisReply *array, size_t i)
{
    return i < array->elements ? array->element[i] : NULL;
}


bool
scim_store_text(const redisReply *array, size_t i, scim_str_t *out)
{
    const redisReply *r;

    r = element(array, i);

    if (r == NULL || r->type != REDIS_REPLY_STRING || r->str == NULL) {
        return false;
    }

    out->data = r->str;
    out->len = (size_t) r->len;

    return true;
}


bool
scim_store_text_or_nil(const redisReply *array, size_t i, scim_str_t *out)
{
    const redisReply *r;

    r = element(array, i);

    if (r != NULL && r->type == REDIS_REPLY_NIL) {
        *out = scim_str_absent;
        return true;
    }

    return scim_store_text(array, i, out);
}


bool
scim_store_digits(scim_str_t s, uint64_t *out)
{
    size_t   i;
    uint64_t n, digit;

    if (s.len == 0) {
        return false;
    }

    for (n = 0, i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return false;
        }

        digit = (uint64_t) (s.data[i] - '0');
        if (n > (UINT64_MAX - digit) / 10) {
            return false;
        }

        n = n * 10 + digit;
    }

    *out = n;

    return true;
}


bool
scim_store_number(const redisReply *array, size_t i, uint64_t *out)
{
    scim_str_t        text;
    const redisReply *r;

    r = element(array, i);

    if (r != NULL && r->type == REDIS_REPLY_INTEGER) {
        *out = (uint64_t) r->integer;
        return r->integer >= 0;
    }

    return scim_store_text(array, i, &text) && scim_store_digits(text, out);
}


static scim_rc_t
no_tenant(scim_error_t *err)
{
    return scim_refuse(err, 404, SCIM_TYPE_NONE,
                       "There is no such tenant; check the tenant URL in the "
                       "identity provider's settings");
}


bool
scim_store_stale(const redisReply *reply)
{
    scim_str_t word;

    return reply != NULL && reply->type == REDIS_REPLY_ARRAY
           && reply->elements != 0 && scim_store_text(reply, 0, &word)
           && scim_str_eq(word, scim_str("stale"));
}


scim_rc_t
scim_store_tenant_refuse(bool there, scim_error_t *err)
{
    if (!there) {
        return no_tenant(err);
    }

    return scim_refuse(err, 403, SCIM_TYPE_NONE,
                       "SCIM provisioning is switched off for this tenant; an "
                       "administrator of the application can switch it on");
}


scim_rc_t
scim_store_tenant_state(scim_str_t word, scim_error_t *err)
{
    if (scim_str_eq(word, scim_str("none"))) {
        return scim_store_tenant_refuse(false, err);
    }

    return scim_str_eq(word, scim_str("off"))
           ? scim_store_tenant_refuse(true, err) : SCIM_OK;
}


scim_rc_t
scim_store_word(const redisReply *reply, scim_str_t *word, scim_error_t *err)
{
    if (scim_store_array(reply, 1, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    return scim_store_text(reply, 0, word)
           ? scim_store_tenant_state(*word, err) : scim_store_odd(err);
}
