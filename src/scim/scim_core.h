/*
 * The ground every other file of the protocol stands on: return codes,
 * strings with a length, an arena for memory, a growing buffer.
 *
 * Nothing below src/nginx includes an nginx header, does I/O, logs, or keeps
 * mutable static state.
 */

#ifndef SCIM_CORE_H
#define SCIM_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a function that can fail returns.
 *
 *   SCIM_OK       done
 *   SCIM_NOMEM    out of memory; the caller answers 500 and forgets the pool
 *   SCIM_REFUSED  the input is refused; the function's scim_error_t says why
 *   SCIM_AGAIN    more input, or a reply of the store, is needed to go on
 *   SCIM_NONE     nothing there: no such member, attribute, entry
 */
typedef enum {
    SCIM_OK = 0,
    SCIM_NOMEM,
    SCIM_REFUSED,
    SCIM_AGAIN,
    SCIM_NONE
} scim_rc_t;


/*
 * Arena.  All memory of one request comes from one pool and goes with it;
 * nothing is freed singly.  Blocks are zeroed by scim_pcalloc only.
 */
typedef struct scim_pool_s scim_pool_t;

/* A pool whose first chunk holds `size` bytes (0: a default of 4 KiB).
 * NULL when there is no memory. */
scim_pool_t *scim_pool_create(size_t size);
void scim_pool_destroy(scim_pool_t *pool);

/* Memory aligned for any type; NULL when there is none.  size 0 is valid. */
void *scim_palloc(scim_pool_t *pool, size_t size);
void *scim_pcalloc(scim_pool_t *pool, size_t size);

/* The block with room for `size` bytes, its first `old` bytes kept: in place if
 * it was the last one handed out, else a copy.  block NULL: as scim_palloc. */
void *scim_prealloc(scim_pool_t *pool, void *block, size_t old, size_t size);

/* Has `fn(data)` called when the pool is destroyed, last registered first. */
scim_rc_t scim_pool_cleanup(scim_pool_t *pool, void (*fn)(void *data),
    void *data);

/* For tests: the next `n` allocations (pools, and blocks of all pools) succeed,
 * then all fail.  A negative n lifts the limit.  Returns how many have failed
 * since the call before. */
long scim_pool_fail_after(long n);


/*
 * A string with a length.  The bytes are not NUL-terminated and belong to
 * whoever made them (a pool, a literal, the request).  data may be NULL when
 * len is 0; a string that is absent, as opposed to empty, has data == NULL.
 */
typedef struct {
    const char *data;
    size_t      len;
} scim_str_t;

#define SCIM_STR(literal)  { (literal), sizeof(literal) - 1 }
#define scim_str(literal)  ((scim_str_t) SCIM_STR(literal))
#define scim_str_absent    ((scim_str_t) { NULL, 0 })

scim_str_t scim_str_from(const char *cstr);
bool scim_str_eq(scim_str_t a, scim_str_t b);

/* Equal but for the case of ASCII letters: names of the protocol (attributes,
 * operators, URNs).  Values are folded by scim_fold() instead. */
bool scim_str_caseeq(scim_str_t a, scim_str_t b);
bool scim_str_starts(scim_str_t s, scim_str_t prefix);
bool scim_str_casestarts(scim_str_t s, scim_str_t prefix);

/* <0, 0, >0 in byte order, a prefix before what it is a prefix of. */
int scim_str_cmp(scim_str_t a, scim_str_t b);

/* s without its first n bytes. n <= s.len. */
scim_str_t scim_str_skip(scim_str_t s, size_t n);

/* A copy of s in pool, followed by a NUL that len does not count. */
scim_rc_t scim_str_dup(scim_pool_t *pool, scim_str_t s, scim_str_t *out);

/* Writes n in decimal, without a NUL, and returns how many digits it has. */
#define SCIM_UINT_DIGITS  20
size_t scim_uint_format(uint64_t n, char out[SCIM_UINT_DIGITS]);

/* printf into the pool; "%.*s" with SCIM_FMT(str) prints a scim_str_t. */
scim_rc_t scim_str_printf(scim_pool_t *pool, scim_str_t *out,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#define SCIM_FMT(s)  (int) (s).len, ((s).data == NULL ? "" : (s).data)


/*
 * A buffer that grows on a pool.  A failed allocation is remembered, so a
 * writer appends freely and asks once, at the end.
 */
typedef struct {
    scim_pool_t *pool;
    char        *data;
    size_t       len;
    size_t       cap;
    bool         failed;
} scim_buf_t;

void scim_buf_init(scim_buf_t *buf, scim_pool_t *pool, size_t cap);
void scim_buf_add(scim_buf_t *buf, const char *data, size_t len);
void scim_buf_str(scim_buf_t *buf, scim_str_t s);
void scim_buf_char(scim_buf_t *buf, char c);
void scim_buf_uint(scim_buf_t *buf, uint64_t n);
#define scim_buf_lit(buf, literal) \
    scim_buf_add(buf, literal, sizeof(literal) - 1)

/* The bytes gathered so far (they stay the buffer's), or SCIM_NOMEM. */
scim_rc_t scim_buf_done(const scim_buf_t *buf, scim_str_t *out);

#endif /* SCIM_CORE_H */
