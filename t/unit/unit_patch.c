/*
 * What the tests of PATCH share.
 */

#include "unit_patch.h"

#include <stdio.h>


/* The text in braces, with what every resource of the type has. */
scim_json_t *
unit_patch_document(scim_pool_t *pool, const char *type, const char *text)
{
    char          full[2048];
    scim_json_t  *doc;
    scim_error_t  err;

    (void) snprintf(full, sizeof(full), "{'schemas':['urn:ietf:params:scim:"
                    "schemas:core:2.0:%s']%s%s%s%s}", type,
                    strstr(text, "'userName'") == NULL && *type == 'U'
                    ? ",'userName':'ada'" : "",
                    strstr(text, "'displayName'") == NULL && *type == 'G'
                    ? ",'displayName':'Staff'" : "",
                    text[0] != '\0' ? "," : "", text);

    doc = unit_json(pool, full);

    if (scim_resource_settle(pool, unit_type(type), doc, &err) != SCIM_OK) {
        fail_msg("%s: %s", text, err.detail);
    }

    return doc;
}


scim_json_t *
unit_patch_body(scim_pool_t *pool, const char *operations)
{
    char         from[4096], text[8192];
    size_t       i, n;
    scim_str_t   json;
    scim_json_t *body;
    scim_error_t err;

    n = (size_t) snprintf(from, sizeof(from), "{'schemas':['urn:ietf:params:"
                          "scim:api:messages:2.0:PatchOp'],'operations':[%s]}",
                          operations);
    assert_true(n < sizeof(from));
    json = (scim_str_t) { text, 0 };

    for (i = 0; i < n; i++) {
        if (from[i] == '^') {
            text[json.len++] = '\\';
        }

        text[json.len++] = from[i] == '\'' || from[i] == '^' ? '"' : from[i];
    }

    assert_int_equal(scim_json_parse(pool, json, NULL, &body, &err), SCIM_OK);

    return body;
}


/* The net change as the tables write it. */
static const char *
delta(scim_pool_t *pool, const scim_members_t *members)
{
    size_t       i, n;
    scim_buf_t   buf;
    scim_str_t  *ids, out;

    scim_buf_init(&buf, pool, 0);

    if (scim_members_replaces(members)) {
        scim_buf_lit(&buf, " 0");
    }

    assert_int_equal(scim_members_removed(members, &ids, &n), SCIM_OK);

    for (i = 0; i < n; i++) {
        scim_buf_lit(&buf, " -");
        scim_buf_str(&buf, ids[i]);
    }

    assert_int_equal(scim_members_added(members, &ids, &n), SCIM_OK);

    for (i = 0; i < n; i++) {
        scim_buf_lit(&buf, " +");
        scim_buf_str(&buf, ids[i]);
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &out), SCIM_OK);

    return out.len > 1 ? out.data + 1 : out.data;
}


/* Both lists hold the same words. */
static bool
same_delta(const char *a, const char *b)
{
    char         word[64];
    int          used;
    const char  *p;

    if (strlen(a) != strlen(b)) {
        return false;
    }

    for (p = a; sscanf(p, "%63s%n", word, &used) == 1; p += used) {
        if (strstr(b, word) == NULL) {
            return false;
        }
    }

    return true;
}


scim_rc_t
unit_patch_run(scim_pool_t *pool, const char *type, const unit_patch_t *c,
    scim_json_t *doc, scim_members_t *members, scim_error_t *err)
{
    scim_rc_t      rc;
    scim_json_t   *present;
    scim_patch_t  *patch;

    rc = scim_patch_parse(pool, unit_type(type), unit_patch_body(pool,
                          c->operations), c->no_target, &patch, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    present = unit_json(pool, "[{'value':'p1','type':'User','display':'Alan'},"
                        "{'value':'p2','type':'User'},"
                        "{'value':'p3','type':'Group','display':'G'}]");

    rc = scim_patch_apply(pool, patch,
                          scim_patch_needs_document(patch) ? doc : NULL,
                          scim_patch_needs_members(patch) ? present : NULL,
                          members, err);

    return rc == SCIM_OK
           ? scim_resource_settle(pool, unit_type(type), doc, err) : rc;
}


static void
check(const char *type, const unit_patch_t *c)
{
    scim_rc_t        rc;
    scim_pool_t     *pool = scim_pool_create(0);
    scim_json_t     *doc = unit_patch_document(pool, type, c->doc);
    scim_error_t     err = { .status = 0 };
    const char      *got;
    scim_members_t  *members = scim_members_create(pool);

    rc = unit_patch_run(pool, type, c, doc, members, &err);

    if (c->expected == NULL) {
        if (rc != SCIM_REFUSED || err.status != 400 || err.type != c->type
            || err.detail[0] == '\0')
        {
            fail_msg("%s: %d %s %s", c->label, rc,
                     rc == SCIM_REFUSED ? err.detail : "",
                     unit_text(pool, doc));
        }

        scim_pool_destroy(pool);
        return;
    }

    if (rc != SCIM_OK) {
        fail_msg("%s: %s", c->label, err.detail);
    }

    if (!scim_json_equal(doc, unit_patch_document(pool, type, c->expected))) {
        fail_msg("%s: %s", c->label, unit_text(pool, doc));
    }

    got = delta(pool, members);

    if (!same_delta(got, c->members != NULL ? c->members : "")) {
        fail_msg("%s: members %s", c->label, got);
    }

    assert_int_equal(scim_members_changed(members), c->members != NULL);
    scim_pool_destroy(pool);
}


void
unit_patch_check(const char *type, const unit_patch_t *rows, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        check(type, &rows[i]);
    }
}
