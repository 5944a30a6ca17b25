/*
 * What bodies of the admin API say about tokens.
 */

#include "scim_op_admin_tokens.h"
#include "../scim/scim_text.h"


#define OVERLAP_DEFAULT  (24 * 3600)
#define OVERLAP_MAX      (30 * 24 * 3600)


static scim_rc_t
read_text(const scim_json_t *body, const char *name, scim_str_t def,
    scim_str_t *out, scim_error_t *err)
{
    const scim_json_t  *value;

    *out = def;
    value = scim_json_get(body, scim_str_from(name));

    if (value == NULL || value->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    if (value->type != SCIM_JSON_STRING
        || value->text.len > SCIM_TOKEN_TEXT_MAX)
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"%s\" must be a string of at most %d bytes", name,
                           SCIM_TOKEN_TEXT_MAX);
    }

    *out = value->text;

    return SCIM_OK;
}


static scim_rc_t
read_actor(const scim_json_t *body, scim_str_t def, scim_str_t *out,
    scim_error_t *err)
{
    size_t     i;
    scim_rc_t  rc;

    rc = read_text(body, "actor", def, out, err);

    for (i = 0; rc == SCIM_OK && i < out->len; i++) {
        if ((unsigned char) out->data[i] < 0x20 || out->data[i] == 0x7f) {
            rc = scim_refuse(err, 400, SCIM_INVALID_VALUE,
                             "\"actor\" must have no control characters");
        }
    }

    return rc;
}


static scim_rc_t
read_expires(const scim_json_t *body, uint64_t now, uint64_t *out,
    scim_error_t *err)
{
    int64_t    us;
    scim_rc_t  rc;
    scim_str_t text;

    *out = 0;

    rc = read_text(body, "expires", scim_str_absent, &text, err);
    if (rc != SCIM_OK || text.data == NULL) {
        return rc;
    }

    if (!scim_time_parse(text, &us)) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"expires\" must be a dateTime such as "
                           "\"2027-01-31T00:00:00Z\"");
    }

    if (us <= 0 || (uint64_t) us / 1000 <= now) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"expires\" must be in the future");
    }

    *out = (uint64_t) us / 1000;

    return SCIM_OK;
}


/* A token of a user's is that user's only, if nothing else is said. */
static scim_rc_t
read_scope(const scim_json_t *body, scim_token_t *token, scim_error_t *err)
{
    scim_rc_t  rc;

    rc = read_text(body, "user", scim_str_absent, &token->user, err);

    if (rc == SCIM_OK) {
        rc = read_text(body, "scope", token->user.data != NULL
                       ? scim_str("self") : scim_str("provision"),
                       &token->scope, err);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    if (token->user.data != NULL && !scim_store_name_valid(token->user)) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"user\" must be the id of a user");
    }

    if (scim_str_eq(token->scope, scim_str("self"))
        && token->user.data == NULL)
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "the scope \"self\" needs a \"user\"");
    }

    if (!scim_str_eq(token->scope, scim_str("provision"))
        && !scim_str_eq(token->scope, scim_str("read"))
        && !scim_str_eq(token->scope, scim_str("self")))
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"scope\" must be \"provision\", \"read\" or "
                           "\"self\"");
    }

    return SCIM_OK;
}


static scim_rc_t
read_flag(const scim_json_t *body, const char *name, bool *out,
    scim_error_t *err)
{
    const scim_json_t  *value;

    *out = false;
    value = scim_json_get(body, scim_str_from(name));

    if (value == NULL || value->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    if (value->type != SCIM_JSON_BOOL) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"%s\" must be true or false", name);
    }

    *out = value->boolean;

    return SCIM_OK;
}


scim_rc_t
scim_admin_token_read(const scim_op_t *op, scim_token_t *token, bool *replace,
    scim_error_t *err)
{
    scim_rc_t                 rc;
    const scim_json_t        *body = op->request.body;
    static const char *const  known[] = { "name", "scope", "user", "actor",
                                          "expires", "replace", NULL };

    rc = scim_admin_members(body, known, err);

    if (rc == SCIM_OK) {
        rc = read_text(body, "name", scim_str(""), &token->name, err);
    }

    if (rc == SCIM_OK) {
        rc = read_scope(body, token, err);
    }

    if (rc == SCIM_OK) {
        rc = read_actor(body, scim_str_absent, &token->actor, err);
    }

    if (rc == SCIM_OK) {
        rc = read_flag(body, "replace", replace, err);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    return read_expires(body, op->env->now, &token->expires, err);
}


/* null takes an actor or an expiry away. */
scim_rc_t
scim_admin_token_read_change(const scim_op_t *op, scim_token_change_t *what,
    scim_error_t *err)
{
    scim_rc_t                 rc;
    scim_str_t                name;
    const scim_json_t        *body = op->request.body;
    static const char *const  known[] = { "name", "actor", "expires", NULL };

    *what = (scim_token_change_t) { .name = scim_str_absent };

    rc = scim_admin_members(body, known, err);

    if (rc == SCIM_OK && scim_json_get(body, scim_str("name")) != NULL) {
        rc = read_text(body, "name", scim_str(""), &name, err);
        what->name = name;
    }

    if (rc == SCIM_OK && scim_json_get(body, scim_str("actor")) != NULL) {
        rc = read_actor(body, scim_str(""), &what->actor, err);
    }

    if (rc == SCIM_OK && scim_json_get(body, scim_str("expires")) != NULL) {
        what->expiry = true;
        rc = read_expires(body, op->env->now, &what->expires, err);
    }

    return rc;
}


scim_rc_t
scim_admin_token_read_overlap(const scim_op_t *op, bool single,
    uint64_t *overlap, scim_error_t *err)
{
    size_t                    i;
    uint64_t                  n;
    const scim_json_t        *value, *body = op->request.body;
    static const char *const  known[] = { "overlap", NULL };

    *overlap = single ? 0 : OVERLAP_DEFAULT * 1000;

    if (body == NULL) {
        return SCIM_OK;
    }

    if (scim_admin_members(body, known, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    value = scim_json_get(body, scim_str("overlap"));

    if (value == NULL || value->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    /* what is no number in digits is too large */
    n = (value->type == SCIM_JSON_NUMBER) ? 0 : OVERLAP_MAX + 1;

    for (i = 0; i < value->text.len && n <= OVERLAP_MAX; i++) {
        n = (value->text.data[i] < '0' || value->text.data[i] > '9')
            ? OVERLAP_MAX + 1
            : n * 10 + (uint64_t) (value->text.data[i] - '0');
    }

    if (n > OVERLAP_MAX) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"overlap\" must be a number of seconds, from 0 "
                           "to %d", OVERLAP_MAX);
    }

    if (single && n != 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "This tenant has one token at a time: \"overlap\" "
                           "can only be 0");
    }

    *overlap = n * 1000;

    return SCIM_OK;
}
