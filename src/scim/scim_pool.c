/*
 * The arena: chunks from malloc, handed out from front to back, freed
 * together.
 */

#include "scim_core.h"

#include <stdlib.h>
#include <string.h>

#define POOL_FIRST  4096
#define POOL_LARGEST  65536
#define POOL_ALIGN  _Alignof(max_align_t)

/* Under AddressSanitizer every block is a malloc of its own, so that it sees
 * an overrun of one block into the next. */
#if defined(__SANITIZE_ADDRESS__)
#define POOL_SHARES_CHUNKS  0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_SHARES_CHUNKS  0
#endif
#endif
#ifndef POOL_SHARES_CHUNKS
#define POOL_SHARES_CHUNKS  1
#endif

typedef struct chunk_s chunk_t;

struct chunk_s {
    _Alignas(max_align_t) chunk_t *next;
};

typedef struct cleanup_s cleanup_t;

struct cleanup_s {
    cleanup_t  *next;
    void      (*fn)(void *data);
    void       *data;
};

struct scim_pool_s {
    char      *pos;         /* free bytes of the chunk in use */
    char      *end;
    size_t     grow;        /* size of the next chunk */
    chunk_t   *chunks;
    cleanup_t *cleanups;
};

/* The only mutable static state of the floor, for tests alone. */
static long  fail_after = -1;
static long  failures;


static size_t
round_up(size_t size)
{
    return (size + POOL_ALIGN - 1) & ~(POOL_ALIGN - 1);
}


/* Whether a test wants this allocation to fail. */
static bool
fails(void)
{
    if (fail_after < 0) {
        return false;
    }

    if (fail_after == 0) {
        failures++;
        return true;
    }

    fail_after--;
    return false;
}


long
scim_pool_fail_after(long n)
{
    long  seen = failures;

    fail_after = n;
    failures = 0;
    return seen;
}


scim_pool_t *
scim_pool_create(size_t size)
{
    size_t        head = round_up(sizeof(scim_pool_t));
    scim_pool_t  *pool;

    if (size == 0) {
        size = POOL_FIRST;
    }

    if (size > SIZE_MAX / 2 || fails()) {
        return NULL;
    }

    pool = malloc(head + size);
    if (pool == NULL) {
        return NULL;
    }

    pool->pos = (char *) pool + head;
    pool->end = pool->pos + size;
    pool->grow = size < POOL_LARGEST / 2 ? size * 2 : POOL_LARGEST;
    pool->chunks = NULL;
    pool->cleanups = NULL;

    return pool;
}


void
scim_pool_destroy(scim_pool_t *pool)
{
    chunk_t    *chunk, *next;
    cleanup_t  *c;

    if (pool == NULL) {
        return;
    }

    for (c = pool->cleanups; c != NULL; c = c->next) {
        c->fn(c->data);
    }

    for (chunk = pool->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }

    free(pool);
}


static char *
add_chunk(scim_pool_t *pool, size_t size)
{
    chunk_t  *chunk;

    chunk = malloc(sizeof(chunk_t) + size);
    if (chunk == NULL) {
        return NULL;
    }

    chunk->next = pool->chunks;
    pool->chunks = chunk;

    return (char *) (chunk + 1);
}


/* A block the chunk in use has no room for.  A large one gets a chunk of its
 * own, so that the rest of the one in use is not wasted. */
static void *
alloc_slow(scim_pool_t *pool, size_t size)
{
    char  *block;

    if (!POOL_SHARES_CHUNKS || size > pool->grow / 4) {
        return add_chunk(pool, size);
    }

    block = add_chunk(pool, pool->grow);
    if (block == NULL) {
        return NULL;
    }

    pool->pos = block + size;
    pool->end = block + pool->grow;

    if (pool->grow <= POOL_LARGEST / 2) {
        pool->grow *= 2;
    }

    return block;
}


void *
scim_palloc(scim_pool_t *pool, size_t size)
{
    char    *block;
    size_t   rounded;

    if (size > SIZE_MAX / 2 || fails()) {
        return NULL;
    }

    if (!POOL_SHARES_CHUNKS) {
        return alloc_slow(pool, size);
    }

    rounded = size == 0 ? POOL_ALIGN : round_up(size);

    if (rounded > (size_t) (pool->end - pool->pos)) {
        return alloc_slow(pool, rounded);
    }

    block = pool->pos;
    pool->pos += rounded;
    return block;
}


void *
scim_pcalloc(scim_pool_t *pool, size_t size)
{
    void  *block;

    block = scim_palloc(pool, size);
    if (block != NULL) {
        memset(block, 0, size);
    }

    return block;
}


/* Grows the block in place if it is the last one of the chunk in use. */
static bool
extend(scim_pool_t *pool, char *block, size_t old, size_t size)
{
    if (!POOL_SHARES_CHUNKS || block + round_up(old) != pool->pos
        || size > SIZE_MAX / 2
        || round_up(size) > (size_t) (pool->end - block))
    {
        return false;
    }

    pool->pos = block + round_up(size);
    return true;
}


void *
scim_prealloc(scim_pool_t *pool, void *block, size_t old, size_t size)
{
    void  *bigger;

    if (block == NULL) {
        return scim_palloc(pool, size);
    }

    if (size <= old) {
        return block;
    }

    if (old > 0 && !fails() && extend(pool, block, old, size)) {
        return block;
    }

    bigger = scim_palloc(pool, size);
    if (bigger != NULL) {
        memcpy(bigger, block, old);
    }

    return bigger;
}


scim_rc_t
scim_pool_cleanup(scim_pool_t *pool, void (*fn)(void *data), void *data)
{
    cleanup_t  *c;

    c = scim_palloc(pool, sizeof(cleanup_t));
    if (c == NULL) {
        return SCIM_NOMEM;
    }

    c->fn = fn;
    c->data = data;
    c->next = pool->cleanups;
    pool->cleanups = c;

    return SCIM_OK;
}
