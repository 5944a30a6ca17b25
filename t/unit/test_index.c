/*
 * Indexes that a configuration adds: by directive, and by attributes that its
 * schemas declare unique.
 */

#include "unit.h"

#include "scim/scim_schema_load.h"
#include "store/scim_store.h"

#define S  "\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"]"
#define T  "\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:" \
           "ResourceType\"]"

#define N(array)  (sizeof(array) / sizeof((array)[0]))

static const char  device[] =
    "[{" S ",\"id\":\"urn:x:device\",\"name\":\"Device\",\"attributes\":["
    "{\"name\":\"serial\",\"uniqueness\":\"server\"},"
    "{\"name\":\"secret\",\"mutability\":\"writeOnly\"},"
    "{\"name\":\"pin\",\"returned\":\"never\"},"
    "{\"name\":\"seen\",\"mutability\":\"readOnly\"},"
    "{\"name\":\"tags\",\"multiValued\":true},"
    "{\"name\":\"ports\",\"type\":\"complex\",\"multiValued\":true,"
    "\"subAttributes\":[{\"name\":\"mac\",\"uniqueness\":\"global\"},"
    "{\"name\":\"speed\",\"type\":\"integer\"},"
    "{\"name\":\"names\",\"multiValued\":true}]}]},"
    "{" S ",\"id\":\"urn:x:lease\",\"name\":\"Lease\",\"attributes\":["
    "{\"name\":\"contract\",\"uniqueness\":\"server\"}]},"
    "{" T ",\"name\":\"Device\",\"endpoint\":\"/Devices\","
    "\"schema\":\"urn:x:device\",\"schemaExtensions\":["
    "{\"schema\":\"urn:x:lease\"}]}]";


static const scim_resource_type_t *
device_type(scim_pool_t *pool)
{
    scim_error_t     err;
    scim_schemas_t  *schemas;

    assert_int_equal(scim_schemas_create(pool, &schemas, &err), SCIM_OK);
    assert_int_equal(scim_schemas_add(schemas, "d", scim_str(device), &err),
                     SCIM_OK);
    assert_int_equal(scim_schemas_link(schemas, &err), SCIM_OK);

    return scim_schemas_type(schemas, scim_str("Device"));
}


/* Names of the indexes; "!" is behind unique ones, "+" behind late ones. */
static const char *
names(scim_pool_t *pool, const scim_indexes_t *indexes)
{
    size_t      i;
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, pool, 0);

    for (i = 0; i < indexes->nindexes; i++) {
        scim_buf_str(&buf, i == 0 ? scim_str("") : scim_str(" "));
        scim_buf_str(&buf, indexes->indexes[i].name);
        scim_buf_str(&buf, indexes->indexes[i].unique ? scim_str("!")
                                                      : scim_str(""));
        scim_buf_str(&buf, indexes->indexes[i].late ? scim_str("+")
                                                    : scim_str(""));
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return text.data;
}


static void
unique_ones(void **state)
{
    scim_pool_t     *pool = scim_pool_create(0);
    scim_indexes_t   indexes;

    (void) state;

    assert_int_equal(scim_store_indexes(pool, device_type(pool), true,
                                        &indexes), SCIM_OK);
    assert_string_equal(names(pool, &indexes),
                        "externalId serial!+ ports.mac!+ "
                        "urn:x:lease:contract!+");
    scim_pool_destroy(pool);
}


static void
added(void **state)
{
    static const struct {
        const char  *path;
        scim_rc_t    rc;
        const char  *name;      /* of the new one; NULL: none */
    } rows[] = {
        { "tags", SCIM_OK, "tags" },
        { "ports.speed", SCIM_OK, "ports.speed" },
        { "urn:x:device:serial", SCIM_OK, NULL },
        { "externalid", SCIM_OK, NULL },
        { "contract", SCIM_OK, NULL },
        { "nothing", SCIM_NONE, NULL },
        { "userName", SCIM_NONE, NULL },
        { "urn:x:lease", SCIM_NONE, NULL },
        { "", SCIM_NONE, NULL },
        { "ports", SCIM_REFUSED, NULL },
        { "ports.names", SCIM_REFUSED, NULL },
        { "secret", SCIM_REFUSED, NULL },
        { "pin", SCIM_REFUSED, NULL },
        { "seen", SCIM_REFUSED, NULL },
        { "id", SCIM_REFUSED, NULL },
        { "schemas", SCIM_REFUSED, NULL },
    };
    size_t                       i, n;
    scim_pool_t                 *pool = scim_pool_create(0);
    scim_error_t                 err;
    scim_indexes_t               indexes;
    const scim_resource_type_t  *type = device_type(pool);

    (void) state;

    for (i = 0; i < N(rows); i++) {
        assert_int_equal(scim_store_indexes(pool, type, true, &indexes),
                         SCIM_OK);
        n = indexes.nindexes;

        if (scim_store_indexes_add(pool, &indexes,
                                   scim_str_from(rows[i].path), &err)
            != rows[i].rc)
        {
            fail_msg("%s", rows[i].path);
        }

        assert_int_equal(indexes.nindexes, n + (rows[i].name != NULL));

        if (rows[i].name != NULL) {
            assert_true(scim_str_eq(indexes.indexes[n].name,
                                    scim_str_from(rows[i].name)));
            assert_true(indexes.indexes[n].late);
            assert_false(indexes.indexes[n].unique);
        }
    }

    scim_pool_destroy(pool);
}


/* A write that changes none of them puts them into the index all the same. */
static void
late_entries(void **state)
{
    size_t                     n, nadd, nremove;
    scim_pool_t               *pool = scim_pool_create(0);
    scim_json_t               *doc;
    scim_indexes_t             indexes;
    scim_index_entry_t        *entries;
    const scim_index_entry_t  *add, *remove;

    (void) state;

    assert_int_equal(scim_store_indexes(pool, device_type(pool), true,
                                        &indexes), SCIM_OK);
    doc = unit_json(pool, "{'externalId':'e','serial':'S','ports':["
                          "{'mac':'M1'},{'mac':'M2'},{'speed':1}],"
                          "'urn:x:lease':{'contract':'C'}}");

    assert_int_equal(scim_store_entries(pool, &indexes, doc, &entries, &n),
                     SCIM_OK);
    assert_int_equal(n, 5);
    assert_int_equal(scim_store_entries_diff(pool, entries, n, entries, n,
                                             &add, &nadd, &remove, &nremove),
                     SCIM_OK);
    assert_int_equal(nremove, 0);
    assert_int_equal(nadd, 4);
    assert_true(scim_str_eq(add[0].attr, scim_str("ports.mac")));
    assert_true(scim_str_eq(add[3].attr, scim_str("urn:x:lease:contract")));
    assert_true(scim_str_eq(add[3].value, scim_str("c")));
    assert_true(add[3].unique);

    scim_pool_destroy(pool);
}


static scim_rc_t
make(void *data)
{
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_error_t     err;
    scim_indexes_t   indexes;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_store_indexes(pool, data, true, &indexes);

    if (rc == SCIM_OK) {
        rc = scim_store_indexes_add(pool, &indexes, scim_str("ports.speed"),
                                    &err);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
no_memory(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);

    (void) state;

    unit_fail_allocations(make, (void *) (uintptr_t) device_type(pool));
    scim_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(unique_ones),
        cmocka_unit_test(added),
        cmocka_unit_test(late_entries),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
