/*
 * Rules for values that scim_value.c applies; of no concern to others.
 */

#ifndef SCIM_VALUE_SYNTAX_H
#define SCIM_VALUE_SYNTAX_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_schema.h"

/* A number as JSON writes it, without fraction and exponent if `whole`. */
bool scim_number_valid(scim_str_t s, bool whole);

/* Base64 in either alphabet of RFC 4648; padding may be missing, but not
 * wrong. */
bool scim_base64_valid(scim_str_t s);

/* Whether the characters are those of a URI, or of an IRI: absolute, relative
 * or a URN, it may have any of the forms of RFC 3986. */
bool scim_uri_valid(scim_str_t s);

/*
 * For an array of canonical values: takes repeated elements out, all but the
 * first.  Refused: invalidValue when more than one is primary.
 */
scim_rc_t scim_value_list_tidy(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_attr_t *attr,
    scim_json_t *array, scim_error_t *err);

#endif /* SCIM_VALUE_SYNTAX_H */
