/*
 * Tokens that a worker has found valid a moment ago: a table of fixed size.
 * Refused ones are not kept, so that guessing cannot push out what is good.
 */

#ifndef NGX_HTTP_SCIM_TOKEN_CACHE_H
#define NGX_HTTP_SCIM_TOKEN_CACHE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "../store/scim_store_token.h"

#define NGX_HTTP_SCIM_CACHE_STR    64   /* the longest tenant or token id */
#define NGX_HTTP_SCIM_CACHE_ACTOR  SCIM_TOKEN_TEXT_MAX

typedef struct {
    u_char      hash[SCIM_SHA256_HEX];  /* of the token; the key */
    ngx_msec_t  asked;                  /* when Redis was asked, as
                                           ngx_current_msec; with used set */
    uint64_t    expires;                /* the token's end, ms; 0: never */
    ngx_uint_t  used;
    size_t      tenant_len;
    size_t      id_len;
    size_t      scope_len;
    size_t      user_len;
    size_t      actor_len;
    u_char      tenant[NGX_HTTP_SCIM_CACHE_STR];
    u_char      id[NGX_HTTP_SCIM_CACHE_STR];
    u_char      scope[NGX_HTTP_SCIM_CACHE_STR];
    u_char      user[NGX_HTTP_SCIM_CACHE_STR];
    u_char      actor[NGX_HTTP_SCIM_CACHE_ACTOR];
} ngx_http_scim_cached_t;

/* What Redis was asked about this hash less than `age` ago and has not expired
 * at `now` (ms since the epoch); NULL if nothing.  Valid until the next put. */
const ngx_http_scim_cached_t *ngx_http_scim_token_cache_get(const char *hash,
    ngx_msec_t age, uint64_t now);

/* Remembers a token that was valid when `asked` (ngx_current_msec) in place of
 * the oldest of its neighbours; does nothing when there is no memory. */
void ngx_http_scim_token_cache_put(const char *hash,
    const scim_token_t *token, ngx_msec_t asked);

#endif /* NGX_HTTP_SCIM_TOKEN_CACHE_H */
