/*
 * One value against one attribute.  The leniencies towards identity providers
 * that concern values are all here; docs/leniency.md has the table with the
 * reasons.
 */

#ifndef SCIM_VALUE_H
#define SCIM_VALUE_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_schema.h"

/*
 * The canonical form of `input` as a value of `attr`: for a multi-valued
 * attribute always an array (one value, or an object, becomes an array of
 * one), for a complex one an object with the schema's names.  *out is NULL if
 * the value unassigns the attribute (null, [], an object without content, ""
 * for a reference or manager).
 *
 * Lenient: "True"/"False" for booleans, numbers as text and text as numbers,
 * a bare string for a complex attribute that has `value` (manager, emails), JSON
 * text inside a string for a complex attribute (Entra's
 * AppRoleAssignmentsComplex), `$ref: null`, names in any case, unknown
 * sub-attributes dropped, read-only sub-attributes dropped.
 *
 * Refused: invalidValue, naming the attribute, what came and what is expected.
 */
scim_rc_t scim_value_accept(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out, scim_error_t *err);

/* The same for one element of a multi-valued attribute. */
scim_rc_t scim_value_accept_one(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out, scim_error_t *err);

/*
 * The id that an element of `members` names: the text of a bare string, or of
 * `value` in an object, whatever else there is.  invalidValue if there is none.
 */
scim_rc_t scim_value_member(const scim_json_t *element, scim_str_t *id,
    scim_error_t *err);

/* "True", "false", …: *value, and true; anything else false. */
bool scim_value_boolean(scim_str_t text, bool *value);

/* Equality of two canonical values under the attribute's rules (case,
 * instants, numbers); complex values by their sub-attributes. */
bool scim_value_equal(scim_pool_t *pool, const scim_attr_t *attr,
    const scim_json_t *a, const scim_json_t *b);

/*
 * The text under which a simple value is indexed and compared for order; byte
 * order is the order of the values.  Absent for null.
 *
 *   strings   folded unless caseExact
 *   booleans  "true", "false"
 *   instants  microseconds since the epoch plus 2^63, as 16 hex digits
 *   numbers   the value as 0.DIGITS times a power of ten, DIGITS without zeros
 *             at either end: "0" EXPONENT' DIGITS' "~" below zero, "1" for
 *             zero, "2" EXPONENT DIGITS above; EXPONENT is ten digits, biased
 *             by 5,000,000,000; ' is the complement to nine of each digit
 */
scim_rc_t scim_value_key(scim_pool_t *pool, const scim_attr_t *attr,
    const scim_json_t *value, scim_str_t *out);

#endif /* SCIM_VALUE_H */
