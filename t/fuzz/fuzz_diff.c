/*
 * Fuzzes differences of documents.  Of two resources that are accepted, the
 * changes from one to the other, taken back out of the other, give the one; and
 * changes that nobody wrote are taken back in good form.
 *
 * The first byte of the input chooses the resource type; the rest is a JSON
 * array of two resources and of changes.
 */

#include "fuzz.h"
#include "scim/scim_diff.h"
#include "scim/scim_resource.h"


static scim_json_t *
accept_or_null(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *input)
{
    scim_rc_t     rc;
    scim_json_t  *doc;
    scim_error_t  err;

    if (input == NULL) {
        return NULL;
    }

    rc = scim_resource_accept(pool, type, SCIM_UNKNOWN_KEEP, input, &doc, NULL,
                              &err);

    return rc == SCIM_OK ? doc : NULL;
}


/* The changes, through text as they go through the history. */
static scim_json_t *
changes_of(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *old, const scim_json_t *doc)
{
    scim_buf_t    buf;
    scim_str_t    text;
    scim_json_t  *changes;
    scim_error_t  err;

    scim_buf_init(&buf, pool, 0);
    scim_buf_char(&buf, '[');
    scim_diff_write(&buf, type, old, doc);
    scim_buf_char(&buf, ']');

    must(scim_buf_done(&buf, &text) == SCIM_OK);
    must(scim_resource_parse(pool, text, &changes, &err) == SCIM_OK);

    return changes;
}


static void
check(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *old, const scim_json_t *doc)
{
    scim_json_t  *changes, *back;
    scim_error_t  err;

    changes = changes_of(pool, type, old, doc);
    must(doc == NULL
         || (changes->count == 0) == scim_json_equal(old, doc));

    back = doc == NULL ? scim_json_object(pool) : scim_json_copy(pool, doc);

    must(scim_diff_undo(pool, type, changes, back, &err) == SCIM_OK);
    must(scim_resource_settle(pool, type, back, &err) == SCIM_OK);
    must(scim_json_equal(back, old));
}


/* Of what is a resource afterwards, the changes are exact again. */
static void
check_any(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *changes, const scim_json_t *doc)
{
    scim_rc_t     rc;
    scim_json_t  *back;
    scim_error_t  err;

    back = scim_json_copy(pool, doc);
    rc = scim_diff_undo(pool, type, changes, back, &err);
    must(rc == SCIM_OK || (rc == SCIM_REFUSED && err.status == 500));

    if (rc == SCIM_OK
        && scim_resource_settle(pool, type, back, &err) == SCIM_OK)
    {
        check(pool, type, back, doc);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_str_t                   text;
    scim_json_t                 *input, *a, *b, *first, *second;
    scim_pool_t                 *pool;
    scim_error_t                 err;
    const scim_resource_type_t  *type;

    if (size < 1) {
        return 0;
    }

    type = type_at(data[0]);
    text = (scim_str_t) { (const char *) data + 1, size - 1 };
    pool = scim_pool_create(0);
    must(pool != NULL);

    if (scim_json_parse(pool, text, NULL, &input, &err) == SCIM_OK
        && input->first != NULL)
    {
        first = input->first;
        second = first->next;
        a = accept_or_null(pool, type, first);
        b = accept_or_null(pool, type, second);

        if (a != NULL) {
            check(pool, type, a, NULL);
        }

        if (a != NULL && b != NULL) {
            check(pool, type, a, b);
            check(pool, type, b, a);
            check_any(pool, type, second->next, a);
        }
    }

    scim_pool_destroy(pool);

    return 0;
}
