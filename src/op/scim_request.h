/*
 * From the parts of an HTTP request to a SCIM request: the one place that
 * reads URLs and query arguments (RFC 7644 sections 3.2 and 3.4.2).
 */

#ifndef SCIM_REQUEST_H
#define SCIM_REQUEST_H

#include "scim_op.h"

typedef struct {
    scim_method_e method;
    scim_str_t    path;         /* after the base, as sent: "/Users/a%2Fb" */
    scim_str_t    args;         /* query, undecoded, without '?' */
    scim_str_t    if_match;     /* header values; absent: none */
    scim_str_t    if_none_match;
} scim_http_t;

/*
 * Trailing slashes, empty and unknown arguments are let pass; argument names
 * are compared without case.  Refused: 404 for a path that is nothing here
 * (also one whose id is no valid name), 400 for bytes that are not UTF-8.
 */
scim_rc_t scim_request_map(scim_pool_t *pool, const scim_schemas_t *schemas,
    const scim_http_t *http, scim_request_t *out, scim_error_t *err);

/* The percent-decoded segments of a path, empty ones left out.  *n is max + 1
 * if there are more than max.  Refused: 400 for what is not UTF-8. */
scim_rc_t scim_request_segments(scim_pool_t *pool, scim_str_t path,
    scim_str_t *out, size_t max, size_t *n, scim_error_t *err);

/* The decoded value of an argument of the query; SCIM_NONE: not given.
 * Refused: 400 for what is not UTF-8. */
scim_rc_t scim_request_arg(scim_pool_t *pool, scim_str_t args, scim_str_t name,
    scim_str_t *value, scim_error_t *err);

/* Takes the members of a SearchRequest body (RFC 7644 section 3.4.3). */
scim_rc_t scim_request_search(scim_pool_t *pool, const scim_json_t *body,
    scim_request_t *request, scim_error_t *err);

/* Whether a Content-Type is one that carries SCIM JSON
 * (docs/leniency.md); an absent one is. */
bool scim_request_content_type(scim_str_t value);

/* Whether it is one that carries lines of JSON. */
bool scim_request_lines_type(scim_str_t value);

#endif /* SCIM_REQUEST_H */
