/*
 * Patterns, by PCRE2.
 */

#define PCRE2_CODE_UNIT_WIDTH  8
#include <pcre2.h>

#include "scim_pattern.h"


/* A match is given up after so many steps, a few milliseconds at most, and so
 * much memory (in KiB).  Nobody tells how many it took: one that is given up
 * after the first few is begun anew with more, for which it pays. */
#define FEW    100
#define MORE   4
#define STEPS  102400
#define DEPTH  10000
#define HEAP   1024

struct scim_pattern_s {
    pcre2_code           *code;
    pcre2_match_context  *limits;
};


static void
let_go(void *data)
{
    scim_pattern_t  *pattern = data;

    pcre2_code_free(pattern->code);
    pcre2_match_context_free(pattern->limits);
}


static scim_rc_t
refuse(int code, size_t at, scim_error_t *err)
{
    unsigned char  reason[256];

    if (pcre2_get_error_message(code, reason, sizeof(reason)) < 0) {
        reason[0] = '\0';
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "The pattern is wrong at byte %zu: %s", at + 1,
                       (const char *) reason);
}


scim_rc_t
scim_pattern_compile(scim_pool_t *pool, scim_str_t text,
    const scim_pattern_t **out, scim_error_t *err)
{
    int              code;
    size_t           at;
    scim_pattern_t  *pattern;

    if (text.len > SCIM_PATTERN_LENGTH) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The pattern may have %d bytes, and has %zu",
                           SCIM_PATTERN_LENGTH, text.len);
    }

    pattern = scim_pcalloc(pool, sizeof(scim_pattern_t));

    if (pattern == NULL
        || scim_pool_cleanup(pool, let_go, pattern) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    pattern->code = pcre2_compile((PCRE2_SPTR) text.data, text.len,
                                  PCRE2_UTF | PCRE2_ANCHORED
                                  | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY
                                  | PCRE2_NEVER_BACKSLASH_C,
                                  &code, &at, NULL);
    if (pattern->code == NULL) {
        return (code == PCRE2_ERROR_HEAP_FAILED) ? SCIM_NOMEM
                                                 : refuse(code, at, err);
    }

    pattern->limits = pcre2_match_context_create(NULL);
    if (pattern->limits == NULL) {
        return SCIM_NOMEM;
    }

    pcre2_set_depth_limit(pattern->limits, DEPTH);
    pcre2_set_heap_limit(pattern->limits, HEAP);

    *out = pattern;

    return SCIM_OK;
}


scim_rc_t
scim_pattern_match(const scim_pattern_t *pattern, scim_str_t value,
    size_t *steps)
{
    int                rc;
    uint32_t           limit;
    pcre2_match_data  *match;

    match = pcre2_match_data_create(1, NULL);
    if (match == NULL) {
        return SCIM_NOMEM;
    }

    limit = FEW;

    for ( ;; ) {
        pcre2_set_match_limit(pattern->limits, limit);
        rc = pcre2_match(pattern->code,
                         (PCRE2_SPTR) (value.len != 0 ? value.data : ""),
                         value.len, 0, 0, match, pattern->limits);

        if (rc != PCRE2_ERROR_MATCHLIMIT || limit == STEPS
            || limit * MORE > *steps)
        {
            break;
        }

        limit *= MORE;
        *steps -= limit;
    }

    pcre2_match_data_free(match);

    if (rc == PCRE2_ERROR_NOMEMORY) {
        return SCIM_NOMEM;
    }

    return (rc >= 0) ? SCIM_OK : SCIM_NONE;
}
