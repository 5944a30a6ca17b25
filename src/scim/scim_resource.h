/*
 * Resources: from what a client sent to the canonical document.
 *
 * A canonical document has the schema's spelling of names, the schema's order
 * (schemas, id, externalId, attributes, extensions, meta), typed values, no
 * nulls, no empty arrays, no read-only attribute but id and meta, no password,
 * neither members nor groups, and nothing unknown but what was asked to be kept.
 */

#ifndef SCIM_RESOURCE_H
#define SCIM_RESOURCE_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_members.h"
#include "scim_schema.h"
#include "scim_unknown.h"

/*
 * The canonical document of a whole resource as POST and PUT send it (input
 * is not changed; strings are shared with it).  Leniencies are those of
 * scim_value.h.  The ids under `members` go into *members, not into the
 * document; pass members NULL for types without.  id and meta of the client
 * are dropped; scim_resource_stamp() sets ours.
 *
 * Refused: invalidSyntax (not an object, no known schema while schemas is
 * given and none is the type's, an attribute given twice, or unknown if
 * `unknown` says so), invalidValue with
 * the attribute's name (wrong type, required and missing, more than one
 * primary, a member without value).
 */
scim_rc_t scim_resource_accept(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_unknown_e unknown,
    const scim_json_t *input, scim_json_t **doc, scim_members_t *members,
    scim_error_t *err);

/*
 * Puts a document a patch has changed back into canonical form, in place, and
 * checks it: required attributes, at most one primary, `schemas` naming the
 * extensions present, empty complex values and arrays gone.  id and meta stay,
 * and so does what is unknown: it was kept once.
 */
scim_rc_t scim_resource_settle(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_json_t *doc, scim_error_t *err);

/* PUT: immutable attributes that doc leaves out keep their value; another one
 * is 400 mutability (RFC 7644 section 3.5.1). */
scim_rc_t scim_resource_check_immutable(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_json_t *old,
    scim_json_t *doc, scim_error_t *err);

/*
 * Sets id, behind `schemas`, and as the last member meta {resourceType,
 * created}.  created is empty to keep what the document has.  version,
 * lastModified and location are not in the document: scim_resource_write()
 * adds them.
 */
scim_rc_t scim_resource_stamp(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_json_t *doc, scim_str_t id,
    scim_str_t created);

/*
 * Sets an attribute of the type's own schema to a canonical value, or, value
 * NULL, takes it away; the document stays in the schema's order.  Refused as
 * scim_resource_settle(), if it had no such attribute.
 */
scim_rc_t scim_resource_put(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_json_t *doc, scim_str_t name,
    scim_json_t *value, scim_error_t *err);

/* Of a user: who is neither active nor not is active. */
bool scim_resource_active(const scim_json_t *doc);

/* What members and groups show as `display`: displayName, else
 * name.formatted, else userName, else absent. */
scim_str_t scim_resource_display(const scim_json_t *doc);


/* What of a resource is kept apart from its document. */
typedef struct scim_relation_s scim_relation_t;
struct scim_relation_s {
    scim_str_t  id;
    scim_str_t  type;           /* "User" or "Group" */
    scim_str_t  display;        /* absent: not known */
    bool        indirect;       /* groups: through a nested group */
};

typedef struct {
    scim_str_t             doc;         /* stored bytes, end with "}}" */
    scim_str_t             id;
    scim_str_t             modified;    /* dateTime text */
    uint64_t               version;
    const scim_relation_t *relations;   /* members of a group or groups of a
                                           user, whichever the type has */
    size_t                 nrelations;
} scim_row_t;

/*
 * Appends the response form of a row: the stored bytes with lastModified,
 * version and location spliced into meta and the relations at the end.  No
 * parse.  relations are left out if there are none; base is the tenant's base
 * URL without a slash at the end.
 */
void scim_resource_write(scim_buf_t *buf, const scim_resource_type_t *type,
    scim_str_t base, const scim_row_t *row);

/* A stored document as it is: what was accepted once is read, whatever the
 * limits on requests are. */
scim_rc_t scim_resource_parse(scim_pool_t *pool, scim_str_t doc,
    scim_json_t **out, scim_error_t *err);

/* The same as a tree, for filters and projections. */
scim_rc_t scim_resource_tree(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t base, const scim_row_t *row,
    scim_json_t **out, scim_error_t *err);

/* Appends one member or group to array, as it is shown: value, $ref, type and
 * display. */
scim_rc_t scim_resource_tree_relation(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t base,
    const scim_relation_t *relation, scim_json_t *array);

/* W/"7" into out, which has room for SCIM_ETAG_LEN bytes and a NUL. */
#define SCIM_ETAG_LEN  24
void scim_etag_format(uint64_t version, char out[SCIM_ETAG_LEN + 1]);

/*
 * If-Match and If-None-Match (RFC 9110 section 13.1), compared weakly:
 * whether a header's list names the version, or is "*".
 */
bool scim_etag_match(scim_str_t header, uint64_t version);

#endif /* SCIM_RESOURCE_H */
