/*
 * Runs whole operations against the tests' Redis, as the driver in nginx does,
 * with a blocking connection; counts the round trips.
 */

#ifndef UNIT_OP_H
#define UNIT_OP_H

#include "unit.h"
#include "op/scim_op.h"

typedef struct {
    int                  status;
    const char          *text;      /* body with ' for " ; "" if none */
    scim_json_t         *json;      /* NULL if none */
    const scim_result_t *result;
    unsigned             trips;
} unit_answer_t;

/* What operations run with: tests may change it and unit_op_start() puts it
 * back.  The tenant is "acme", the base URL "https://x/scim/v2". */
extern scim_op_conf_t unit_conf;
extern scim_op_env_t  unit_env;

/* Called before each write of commands, with its number from 1; for changes in
 * between.  NULL: none. */
extern void (*unit_op_hook)(unsigned trip);

/* What is said in the place of a reply; NULL: the replies are what they are.
 */
extern const redisReply *(*unit_op_bad)(const scim_store_cmd_t *cmd,
    const redisReply *reply);

/* Says the RESP text in the place of every reply; NULL: no more. */
void unit_op_say(const char *text);

/* A pool for all answers until unit_op_end(), an empty Redis, one tenant. */
int unit_op_start(void **state);
int unit_op_end(void **state);
scim_pool_t *unit_op_pool(void);

/* "GET /Users?filter=userName eq 'x'"; ' stands for " in request and body;
 * body NULL: none. */
unit_answer_t unit_op(const char *request, const char *body);

/* The same with If-Match; an if_match that begins with "!" is an If-None-Match
 * (without the "!"). */
unit_answer_t unit_op_if(const char *request, const char *if_match,
    const char *body);

/* As an administrator, to whom policies yield. */
unit_answer_t unit_op_as_admin(const char *request, const char *body);

/* A call of the admin API: "GET /tenants/acme/tokens?count=1"; a second later
 * than the one before, so that times differ. */
unit_answer_t unit_admin(const char *request, const char *body);

/* A call of the admin API with lines as body, ' for "; answer.text is all that
 * was said, piece by piece, and trips counts as ever. */
unit_answer_t unit_lines(const char *request, const char *lines);

/* What an operation reads such lines from: text becomes what is left of it. */
scim_op_input_t unit_input(scim_str_t *text);

/* The operation that is being driven. */
extern scim_op_t *unit_op_driven;

/* Pieces of an answer are taken only when there is nothing else to do. */
extern bool unit_op_slow;

/* Drives an operation to its end; *trips counts the writes. */
scim_rc_t unit_op_drive(scim_op_t *op, unsigned *trips);

/* Drives an operation, of a pool that goes with it, to its end, for
 * unit_fail_allocations(): op NULL is SCIM_NOMEM; a status must be one from low
 * to high. */
scim_rc_t unit_op_scarce(scim_pool_t *scarce, scim_op_t *op, int low,
    int high);

/* Runs any operation to its end. */
unit_answer_t unit_op_run(scim_op_t *op);

/* Text of a member, or of a member of a member: "meta.location". */
const char *unit_get(const unit_answer_t *answer, const char *path);

/* Creates and returns the id; fails the test unless 201.  member NULL: none. */
const char *unit_user(const char *user_name);
const char *unit_group(const char *name, const char *member);

/* printf into the tests' pool. */
const char *unit_printf(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/* The text with each "@X" replaced by the argument of X's place in keys:
 * unit_fill("a @B", "B", "c") is "a c". */
const char *unit_fill(const char *text, const char *keys, ...);

#endif /* UNIT_OP_H */
