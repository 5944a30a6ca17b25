/*
 * What policies make of requests about users that come from identity
 * providers: a displayName of our own, a DELETE that deactivates, and what a
 * POST then does.  To administrators they yield.
 */

#ifndef SCIM_OP_USER_H
#define SCIM_OP_USER_H

#include "scim_op_write.h"

/* Whether a DELETE here only deactivates, so that a POST may revive. */
bool scim_op_user_deactivates(const scim_op_t *op);

/*
 * The document that is to take the place of old with the displayName that the
 * policy wants: the old one, or, old NULL, one that is made of the name.  What
 * the client sends is passed over, not refused: identity providers send it
 * whatever they are told, and give up on users whose changes fail.
 */
scim_rc_t scim_op_user_display(scim_op_t *op, const scim_json_t *old,
    scim_json_t *doc, scim_error_t *err);

/* Sets the document's `active`. */
scim_rc_t scim_op_user_activate(scim_op_t *op, scim_json_t *doc, bool active,
    scim_error_t *err);

/*
 * A step in the place of scim_op_write_taken(), for a POST: an inactive user
 * with the same userName or externalId becomes what was sent, under the id it
 * has (scim_op_revive.c).
 */
scim_rc_t scim_op_revive(scim_op_t *op, const redisReply *reply);

#endif /* SCIM_OP_USER_H */
