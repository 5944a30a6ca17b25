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
 * go of PCRE2's memory when the pool goes.  Only for one thread.
 *
 * Refused, 400 invalidValue, with the position: what does not compile, or is
 * longer than SCIM_PATTERN_LENGTH.
 */
scim_rc_t scim_pattern_compile(scim_pool_t *pool, scim_str_t text,
    const scim_pattern_t **out, scim_error_t *err);

/* Steps that all values of one resource may take together, beyond the few that
 * each may take anyway: some 20 milliseconds. */
#define SCIM_PATTERN_STEPS  1000000

/*
 * SCIM_OK: the whole value matches.  SCIM_NONE: it does not, or to see it
 * would take too long.  `steps` is what there is to spend, SCIM_PATTERN_STEPS
 * at first, and what is left of it then.
 */
scim_rc_t scim_pattern_match(const scim_pattern_t *pattern, scim_str_t value,
    size_t *steps);

#endif /* SCIM_PATTERN_H */
