/*
 * Patterns that values must match (PCRE2), as administrators write them: a bad
 * one is told, and none takes long, whatever it and the value are.
 */

#ifndef SCIM_PATTERN_H
#define SCIM_PATTERN_H

#include "scim_core.h"
#include "scim_error.h"

typedef struct scim_pattern_s scim_pattern_t;

#define SCIM_PATTERN_LENGTH  1024   /* bytes */

/*
 * Compiles a pattern in UTF-8 for whole values.  It lives in the pool and lets
 * go of PCRE2's memory when the pool goes; read-only afterwards.
 *
 * Refused, 400 invalidValue, with the position: what does not compile, or is
 * longer than SCIM_PATTERN_LENGTH.
 */
scim_rc_t scim_pattern_compile(scim_pool_t *pool, scim_str_t text,
    const scim_pattern_t **out, scim_error_t *err);

/* SCIM_OK: the whole value matches.  SCIM_NONE: it does not, or to see it
 * would take too long. */
scim_rc_t scim_pattern_match(const scim_pattern_t *pattern, scim_str_t value);

#endif /* SCIM_PATTERN_H */
