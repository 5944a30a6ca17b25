/*
 * A set-associative table: the hash names a set of four places, of which a
 * newcomer takes the one unused or oldest.  SHA-256 spreads the keys evenly,
 * and nothing has ever to be swept.
 */

#include "ngx_http_scim_token_cache.h"


#define NGX_HTTP_SCIM_CACHE_SETS  256
#define NGX_HTTP_SCIM_CACHE_WAYS  4


typedef ngx_http_scim_cached_t
    ngx_http_scim_cache_set_t[NGX_HTTP_SCIM_CACHE_WAYS];


/* The worker's; made when first needed, for as long as the process lives. */
static ngx_http_scim_cache_set_t  *ngx_http_scim_cache;


/* Two hex digits are a set's number. */
static ngx_http_scim_cached_t *
ngx_http_scim_cache_set(const char *hash)
{
    ngx_int_t  n;

    n = ngx_hextoi((u_char *) hash, 2);

    return ngx_http_scim_cache[n == NGX_ERROR ? 0 : n];
}


const ngx_http_scim_cached_t *
ngx_http_scim_token_cache_get(const char *hash, ngx_msec_t age, uint64_t now)
{
    ngx_uint_t               i;
    ngx_http_scim_cached_t  *set;

    if (ngx_http_scim_cache == NULL || age == 0) {
        return NULL;
    }

    set = ngx_http_scim_cache_set(hash);

    for (i = 0; i < NGX_HTTP_SCIM_CACHE_WAYS; i++) {
        if (set[i].used
            && ngx_memcmp(set[i].hash, hash, SCIM_SHA256_HEX) == 0)
        {
            if (ngx_current_msec - set[i].asked >= age
                || (set[i].expires != 0 && set[i].expires <= now))
            {
                return NULL;
            }

            return &set[i];
        }
    }

    return NULL;
}


/* The place of the same token, else an unused one, else the oldest. */
static ngx_http_scim_cached_t *
ngx_http_scim_cache_place(const char *hash)
{
    ngx_uint_t               i;
    ngx_http_scim_cached_t  *set, *place;

    set = ngx_http_scim_cache_set(hash);
    place = &set[0];

    for (i = 0; i < NGX_HTTP_SCIM_CACHE_WAYS; i++) {
        if (set[i].used
            && ngx_memcmp(set[i].hash, hash, SCIM_SHA256_HEX) == 0)
        {
            return &set[i];
        }

        if (place->used
            && (!set[i].used
                || (ngx_msec_int_t) (set[i].asked - place->asked) < 0))
        {
            place = &set[i];
        }
    }

    return place;
}


static size_t
ngx_http_scim_cache_copy(u_char *to, const scim_str_t *from)
{
    if (from->len > 0) {
        ngx_memcpy(to, from->data, from->len);
    }

    return from->len;
}


void
ngx_http_scim_token_cache_put(const char *hash, const scim_token_t *token,
    ngx_msec_t asked)
{
    ngx_http_scim_cached_t  *place;

    if (token->tenant.len > NGX_HTTP_SCIM_CACHE_STR
        || token->id.len > NGX_HTTP_SCIM_CACHE_STR
        || token->scope.len > NGX_HTTP_SCIM_CACHE_STR
        || token->user.len > NGX_HTTP_SCIM_CACHE_STR
        || token->actor.len > NGX_HTTP_SCIM_CACHE_ACTOR)
    {
        return;
    }

    if (ngx_http_scim_cache == NULL) {
        ngx_http_scim_cache = ngx_pcalloc(ngx_cycle->pool,
                                          NGX_HTTP_SCIM_CACHE_SETS
                                          * sizeof(ngx_http_scim_cache_set_t));
        if (ngx_http_scim_cache == NULL) {
            return;
        }
    }

    place = ngx_http_scim_cache_place(hash);

    ngx_memcpy(place->hash, hash, SCIM_SHA256_HEX);
    place->used = 1;
    place->asked = asked;
    place->expires = token->expires;
    place->tenant_len = ngx_http_scim_cache_copy(place->tenant, &token->tenant);
    place->id_len = ngx_http_scim_cache_copy(place->id, &token->id);
    place->scope_len = ngx_http_scim_cache_copy(place->scope, &token->scope);
    place->user_len = ngx_http_scim_cache_copy(place->user, &token->user);
    place->actor_len = ngx_http_scim_cache_copy(place->actor, &token->actor);
}
