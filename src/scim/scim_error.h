/*
 * SCIM errors (RFC 7644 section 3.12): what is wrong, in words that tell an
 * identity provider's administrator what to do.
 */

#ifndef SCIM_ERROR_H
#define SCIM_ERROR_H

#include "scim_core.h"

/* RFC 7644 table 9, RFC 9865 table 3, and none. */
typedef enum {
    SCIM_TYPE_NONE = 0,
    SCIM_INVALID_FILTER,
    SCIM_TOO_MANY,
    SCIM_UNIQUENESS,
    SCIM_MUTABILITY,
    SCIM_INVALID_SYNTAX,
    SCIM_INVALID_PATH,
    SCIM_NO_TARGET,
    SCIM_INVALID_VALUE,
    SCIM_INVALID_VERS,
    SCIM_SENSITIVE,
    SCIM_INVALID_CURSOR,
    SCIM_EXPIRED_CURSOR,
    SCIM_INVALID_COUNT
} scim_error_type_e;

#define SCIM_ERROR_DETAIL  512

/*
 * An error, by value: it outlives every pool.  detail is plain UTF-8 text,
 * cut at SCIM_ERROR_DETAIL bytes on a character boundary.
 */
typedef struct {
    int               status;       /* HTTP status */
    scim_error_type_e type;
    unsigned          retry_after;  /* seconds; 0: no Retry-After */
    char              detail[SCIM_ERROR_DETAIL];
} scim_error_t;

/*
 * Fills *err and returns SCIM_REFUSED, so that a parser can
 * `return scim_refuse(err, 400, SCIM_INVALID_PATH, "…", …);`.  Bytes that are
 * not UTF-8 and control characters in the text become '?'.
 */
scim_rc_t scim_refuse(scim_error_t *err, int status, scim_error_type_e type,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The scimType keyword ("invalidFilter"), or NULL for SCIM_TYPE_NONE. */
const char *scim_error_type_name(scim_error_type_e type);

/* Appends the JSON body of the error: schemas, status (a string, as the RFC
 * has it), scimType where there is one, detail where there is one. */
void scim_error_write(scim_buf_t *buf, const scim_error_t *err);

#endif /* SCIM_ERROR_H */
