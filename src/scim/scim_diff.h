/*
 * What changes from one canonical document to the next, as the history keeps
 * it, and back.
 *
 * A change is an object {"path","old","new"}; what is absent has no "old" or
 * "new" member.  Paths are
 *
 *   userName                    a simple attribute
 *   name.givenName              a part of a single-valued complex one
 *   emails                      a multi-valued one, as a whole
 *   urn:…:User:manager.value    the same in an extension, its URN before it
 *   shoeSize                    what is unknown and was kept, by its name
 *   urn:…:User::a.b             such a name that could be read otherwise: the
 *                               URN of the schema and two colons before it
 *
 * id, schemas and meta are left out: they follow from the rest; but when a
 * document goes, meta.created is told.  Left out as well are members and
 * groups, which no document holds; the store's own changes of these two paths
 * are passed over.
 */

#ifndef SCIM_DIFF_H
#define SCIM_DIFF_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_schema.h"

/*
 * Appends to buf, as elements of a JSON array (without brackets, commas
 * between them, nothing when equal), what changes from old to doc; NULL is a
 * document that does not exist.
 *
 * Secrets never get there: an attribute that is returned "never" is named with
 * neither old nor new value, and values of which a part is so are shown without
 * that part.
 *
 * Takes scratch memory from the pool of buf; that there was none is in buf.
 */
void scim_diff_write(scim_buf_t *buf, const scim_resource_type_t *type,
    const scim_json_t *old, const scim_json_t *doc);

/*
 * Takes changes, the parsed array of such elements, back out of doc, in place:
 * every path gets its old value, or goes.  doc may begin as an empty object,
 * and is to be settled (scim_resource_settle) and stamped afterwards; then it is
 * what scim_diff_write() had as `old`, but for secrets.  Strings are shared
 * with changes.
 *
 * Passed over: a path that the schema no longer has, members and groups, and
 * what has neither old nor new value.  Refused, 500: changes is no array of
 * objects with a path.
 */
scim_rc_t scim_diff_undo(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *changes, scim_json_t *doc, scim_error_t *err);

#endif /* SCIM_DIFF_H */
