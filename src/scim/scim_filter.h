/*
 * Filters (RFC 7644 section 3.4.2.2): the whole grammar, resolved against a
 * resource type while it is parsed, evaluated on trees.
 */

#ifndef SCIM_FILTER_H
#define SCIM_FILTER_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_schema.h"

/*
 * An attribute as paths and filters name it.  schema is the core schema or an
 * extension; attr NULL names a whole extension; sub NULL the attribute itself.
 */
typedef struct {
    const scim_schema_t *schema;
    const scim_attr_t   *attr;
    const scim_attr_t   *sub;
    bool                 extension;     /* the value hangs below the URN */
} scim_attr_path_t;

typedef enum {
    SCIM_F_AND = 0,
    SCIM_F_OR,
    SCIM_F_NOT,
    SCIM_F_VALUE_PATH,      /* emails[…] */
    SCIM_F_EQ,
    SCIM_F_NE,
    SCIM_F_CO,
    SCIM_F_SW,
    SCIM_F_EW,
    SCIM_F_GT,
    SCIM_F_GE,
    SCIM_F_LT,
    SCIM_F_LE,
    SCIM_F_PR
} scim_filter_op_e;

typedef struct scim_filter_s scim_filter_t;

struct scim_filter_s {
    scim_filter_op_e   op;
    scim_filter_t     *left;    /* AND, OR; NOT and VALUE_PATH: the operand */
    scim_filter_t     *right;
    scim_attr_path_t   path;    /* VALUE_PATH and comparisons */
    const scim_json_t *value;   /* comparisons but PR, canonical for the
                                   attribute: bool, number or string; `eq null`
                                   is parsed as NOT PR, `ne null` as PR */
    scim_str_t         key;     /* of value: scim_value_key() */
};

#define SCIM_FILTER_LENGTH  8192    /* bytes */
#define SCIM_FILTER_DEPTH   32      /* nested parentheses, not, brackets */
#define SCIM_FILTER_TERMS   128     /* comparisons */

/*
 * Parses a decoded filter.  Refused with 400 invalidFilter: the detail names
 * the position (byte, from 1), what stands there and what was expected;
 * likewise an attribute the type does not have, an operator that the
 * attribute's type cannot take, and more than the limits above.
 *
 * Lenient: operators, names and URNs in any case; a bare word as a string;
 * "True" for booleans; `emails eq "x"`, `members eq "x"`, `manager eq "x"`
 * mean `.value`; `emails[type eq "work"] eq "x"` means `.value` of the entries
 * that match, as `emails[type eq "work"].value eq "x"` does (both become a
 * VALUE_PATH over an AND); attributes of extensions (`manager`) without their
 * URN.  In the brackets of an attribute with simple values `value` is the
 * element itself: path.attr is then that attribute.
 */
scim_rc_t scim_filter_parse(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t text, scim_filter_t **out,
    scim_error_t *err);

/* The same for a query of all types at once: an attribute that only another
 * type has is one without value here (RFC 7644 section 3.4.2.1).  Its path's
 * schema is none of the type's. */
scim_rc_t scim_filter_parse_among(scim_pool_t *pool,
    const scim_schemas_t *schemas, const scim_resource_type_t *type,
    scim_str_t text, scim_filter_t **out, scim_error_t *err);

/* Whether the resource's tree matches.  SCIM_OK: yes, SCIM_NONE: no.  What long
 * texts are compared by is noted in the tree, for the terms to come; the pool
 * lives as long, and the texts stay as they are. */
scim_rc_t scim_filter_match(scim_pool_t *pool, const scim_filter_t *filter,
    scim_json_t *resource);

/*
 * For value paths: whether one element of `attr` matches a filter whose paths
 * are sub-attributes (path.attr is then the sub-attribute, path.sub NULL).
 * Notes nothing in it: its texts may change.
 */
scim_rc_t scim_filter_match_value(scim_pool_t *pool,
    const scim_filter_t *filter, const scim_attr_t *attr,
    scim_json_t *element);

/* Whether some term of the filter concerns the attribute. */
bool scim_filter_uses(const scim_filter_t *filter, const scim_attr_t *attr);

/* An attribute path without a filter, as `attributes`, `sortBy` and the keys
 * of path-less PATCH values have it: "name.givenName",
 * "urn:…:User:manager.value", "urn:…:enterprise:2.0:User".  SCIM_NONE if the
 * type has no such attribute; out->attr is then the attribute that has no such
 * sub-attribute, or NULL. */
scim_rc_t scim_attr_path_parse(const scim_resource_type_t *type,
    scim_str_t text, scim_attr_path_t *out);

/* The same for a name without URN that stands below a schema's. */
scim_rc_t scim_attr_path_within(const scim_resource_type_t *type,
    const scim_schema_t *schema, scim_str_t name, scim_attr_path_t *out);

/* The attribute whose values the path is about: `emails` stands for
 * emails.value.  NULL: a whole extension. */
const scim_attr_t *scim_attr_path_leaf(const scim_attr_path_t *path);

/* The value of path->attr in a resource's tree, whole; NULL: none. */
const scim_json_t *scim_attr_path_value(const scim_attr_path_t *path,
    const scim_json_t *resource);

/*
 * A PATCH path (RFC 7644 figure 7): attribute path, or value path with an
 * optional sub-attribute after the bracket.
 *
 * SCIM_REFUSED: 400 invalidPath, or invalidFilter inside the brackets.
 */
typedef struct {
    scim_attr_path_t  path;
    scim_filter_t    *filter;   /* in the brackets, or NULL */
} scim_path_t;

scim_rc_t scim_path_parse(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t text, scim_path_t *out, scim_error_t *err);

#endif /* SCIM_FILTER_H */
