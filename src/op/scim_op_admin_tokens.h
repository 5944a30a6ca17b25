/*
 * What the admin API's operations on tokens share: one token found, what a
 * body says of it, and how it is shown.
 */

#ifndef SCIM_OP_ADMIN_TOKENS_H
#define SCIM_OP_ADMIN_TOKENS_H

#include "scim_op_admin.h"

/* Asks for the token that the path names, admin->part[0]; next finds it, as it
 * was made, in admin->tokens[0], or the answer is 404. */
scim_rc_t scim_admin_token(scim_op_t *op, scim_op_step_pt next);

/* Asks for what the record of the token in hand, admin->tokens[at], says of it
 * by now; next finds it there.  Without a record it is as it was made. */
scim_rc_t scim_admin_token_record(scim_op_t *op, scim_op_step_pt next);

/* The token as JSON, without the closing brace: the secret may follow. */
void scim_admin_token_write(scim_buf_t *buf, const scim_token_t *token);

/*
 * The body of op: a token to make; a change; the time, in ms, for which the old
 * token goes on when another takes its place (no body, or nothing said: a day,
 * or 0 where a tenant has a single token).  Refused: 400 for what is unknown or
 * out of its bounds, and an expiry that has passed.
 */
scim_rc_t scim_admin_token_read(const scim_op_t *op, scim_token_t *token,
    bool *replace, scim_error_t *err);
scim_rc_t scim_admin_token_read_change(const scim_op_t *op,
    scim_token_change_t *change, scim_error_t *err);
scim_rc_t scim_admin_token_read_overlap(const scim_op_t *op, bool single,
    uint64_t *overlap, scim_error_t *err);

#endif /* SCIM_OP_ADMIN_TOKENS_H */
