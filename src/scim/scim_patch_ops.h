/*
 * Private to PATCH: the operations a PatchOp body becomes.  A path-less value
 * is taken apart while it is read, so each operation has one target; values
 * are canonical already, so applying needs no look at what the client sent.
 */

#ifndef SCIM_PATCH_OPS_H
#define SCIM_PATCH_OPS_H

#include "scim_patch.h"

/* What one PATCH may do to a document, for the time a worker spends on it. */
#define SCIM_PATCH_WRITES  1024     /* values written */
#define SCIM_PATCH_WORK    50000    /* comparisons, of short texts */

typedef enum {
    SCIM_P_ADD = 0,
    SCIM_P_REPLACE,
    SCIM_P_REMOVE
} scim_patch_kind_e;

typedef struct scim_patch_op_s scim_patch_op_t;

/*
 * An operation on the document: path.path.attr NULL removes the extension;
 * value NULL unassigns (ADD and REPLACE), or removes all (REMOVE); REMOVE with
 * a value removes the entries listed.
 *
 * An operation on members (members is set): first all go if clear, then those
 * the filter selects, then `remove`, then `add`.
 */
struct scim_patch_op_s {
    scim_patch_kind_e   kind;
    bool                strict;     /* no match of the filter: noTarget */
    scim_str_t          text;       /* the path as sent, for messages */
    scim_path_t         path;
    const scim_json_t  *value;
    size_t              cost;       /* comparisons per entry */

    bool                members;
    bool                clear;
    scim_str_t         *add;
    size_t              nadd;
    scim_str_t         *remove;
    size_t              nremove;

    scim_patch_op_t    *next;
};

struct scim_patch_s {
    const scim_resource_type_t *type;
    scim_patch_op_t            *first;
    scim_patch_op_t           **last;
    bool                        needs_document;
    bool                        needs_members;
};

/* While a body is read: the patch and the operation at hand. */
typedef struct {
    scim_pool_t       *pool;
    scim_patch_t      *patch;
    scim_error_t      *err;
    scim_no_target_e   no_target;
    size_t             writes;
    scim_patch_kind_e  kind;
    bool               strict;
} scim_patch_reader_t;

/* Appends an empty operation of the reader's kind. */
scim_rc_t scim_patch_push(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text, scim_patch_op_t **out);

/*
 * Operations for a target and what was sent as its value (NULL: nothing).
 * keyed: the target is a key of a path-less value, where identity providers
 * send whole resources, so read-only attributes are passed over.
 * In scim_patch_target.c.
 */
scim_rc_t scim_patch_target(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text, const scim_json_t *input, bool keyed);

/* Operations for the members of an object: a path-less value (schema is
 * absent), or the value of an extension.  In scim_patch_parse.c. */
scim_rc_t scim_patch_expand(scim_patch_reader_t *rd, scim_str_t schema,
    const scim_json_t *object);

/* The same for `members`, and such an operation's execution.  In
 * scim_patch_members.c. */
scim_rc_t scim_patch_members_target(scim_patch_reader_t *rd,
    const scim_path_t *path, scim_str_t text, const scim_json_t *input);
scim_rc_t scim_patch_members_apply(scim_pool_t *pool,
    const scim_patch_op_t *op, const scim_json_t *present,
    scim_members_t *members, size_t *work);

/* A document being changed. */
typedef struct {
    scim_pool_t  *pool;
    scim_json_t  *doc;
    size_t        work;         /* comparisons left */
    scim_error_t *err;
} scim_patch_edit_t;

/* Takes n comparisons from what is left. */
bool scim_patch_afford(size_t *work, size_t n);

/* Writes an attribute of an object, or removes it if value is NULL; value is
 * copied.  Refused: another value for an immutable one. */
scim_rc_t scim_patch_put(scim_patch_edit_t *ed, scim_json_t *object,
    const scim_attr_t *attr, const scim_json_t *value);

/* Writes each sub-attribute of value into object. */
scim_rc_t scim_patch_merge(scim_patch_edit_t *ed, const scim_attr_t *attr,
    scim_json_t *object, const scim_json_t *value);

/* An operation on a multi-valued attribute of container.  In
 * scim_patch_array.c. */
scim_rc_t scim_patch_array(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *container);

#endif /* SCIM_PATCH_OPS_H */
