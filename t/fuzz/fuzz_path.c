/*
 * Fuzzes paths: refused in good form or resolved; a path without brackets is
 * an attribute path, and the other way round.
 *
 * The first byte of the input chooses the resource type, the second the
 * allocation that fails.
 */

#include "fuzz.h"
#include "scim/scim_filter.h"

#include <string.h>

static void
check_path(const scim_path_t *path)
{
    must(path->path.schema != NULL);
    must(path->path.attr != NULL
         || (path->path.sub == NULL && path->filter == NULL));
    must(path->path.sub == NULL
         || path->path.sub->parent == path->path.attr);
    must(path->filter == NULL || path->path.attr->multi_valued);
}


static void
check_memory_short(const scim_resource_type_t *type, scim_str_t text, long n)
{
    long           failures;
    scim_rc_t      rc;
    scim_path_t    path;
    scim_pool_t   *pool = scim_pool_create(64);
    scim_error_t   err;

    must(pool != NULL);
    (void) scim_pool_fail_after(n);
    rc = scim_path_parse(pool, type, text, &path, &err);
    failures = scim_pool_fail_after(-1);

    /* What is wrong may be seen before memory is missed. */
    must(failures > 0 ? rc != SCIM_OK : rc != SCIM_NOMEM);
    scim_pool_destroy(pool);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_rc_t                    rc;
    scim_str_t                   text;
    scim_path_t                  path;
    scim_pool_t                 *pool;
    scim_error_t                 err;
    scim_attr_path_t             attr;
    const scim_resource_type_t  *type;

    if (size < 2) {
        return 0;
    }

    type = type_at(data[0]);
    text = (scim_str_t) { (const char *) data + 2, size - 2 };
    pool = scim_pool_create(0);
    must(pool != NULL);

    rc = scim_path_parse(pool, type, text, &path, &err);
    must(rc == SCIM_OK || rc == SCIM_REFUSED);

    if (rc == SCIM_OK) {
        check_path(&path);

    } else {
        must(err.status == 400 && (err.type == SCIM_INVALID_PATH
                                   || err.type == SCIM_INVALID_FILTER));
        must(scim_utf8_valid(scim_str_from(err.detail)));
    }

    if (scim_attr_path_parse(type, text, &attr) == SCIM_OK) {
        must(rc == SCIM_OK && path.filter == NULL
             && path.path.attr == attr.attr && path.path.sub == attr.sub);
    }

    scim_pool_destroy(pool);
    check_memory_short(type, text, data[1]);

    return 0;
}
