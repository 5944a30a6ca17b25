/*
 * Fuzzes schema files: refused in good form, or added to the built-in schemas
 * and bound to them, after which discovery shows them, indexes are made of
 * them and resources are judged by them.
 *
 * The first byte of the input is the allocation that fails; the rest is the
 * file.
 */

#include "fuzz.h"
#include "scim/scim_discovery.h"
#include "scim/scim_resource.h"
#include "scim/scim_schema_load.h"
#include "store/scim_store.h"


/* The built-in schemas, read but not bound. */
static const scim_schemas_t *
built_in(void)
{
    scim_error_t            err;
    static scim_schemas_t  *made;

    if (made == NULL) {
        must(scim_schemas_new(scim_pool_create(0), &made) == SCIM_OK);
        must(scim_schemas_add_built_in(made, &err) == SCIM_OK);
    }

    return made;
}


/* A copy whose resource types may be bound: reading them anew for each input
 * would take most of the time. */
static scim_schemas_t *
copy_built_in(scim_pool_t *pool)
{
    size_t                 i;
    scim_schemas_t        *copy;
    scim_resource_type_t  *types;

    copy = scim_palloc(pool, sizeof(scim_schemas_t));
    must(copy != NULL);
    *copy = *built_in();
    copy->pool = pool;

    types = scim_palloc(pool, copy->ntypes * sizeof(scim_resource_type_t));
    must(types != NULL && copy->nsources == copy->ntypes);

    for (i = 0; i < copy->ntypes; i++) {
        types[i] = *copy->types[i];
        copy->types[i] = &types[i];
        copy->sources[i].type = &types[i];
    }

    return copy;
}


static scim_rc_t
load(scim_schemas_t *schemas, scim_str_t text, scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_schemas_add(schemas, "f", text, err);

    return rc == SCIM_OK ? scim_schemas_link(schemas, err) : rc;
}


static void
check_attrs(const scim_attr_t *attrs, size_t n, const scim_attr_t *parent)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        must(attrs[i].name.len > 0);
        must(attrs[i].parent == parent);
        must((attrs[i].type == SCIM_COMPLEX) == (attrs[i].nsubs > 0));
        must(parent == NULL || attrs[i].nsubs == 0);
        check_attrs(attrs[i].subs, attrs[i].nsubs, &attrs[i]);
    }
}


static void
check_type(scim_pool_t *pool, const scim_resource_type_t *type)
{
    size_t           i;
    scim_rc_t        rc;
    scim_str_t       text;
    scim_json_t     *doc, *body;
    scim_error_t     err;
    scim_indexes_t   indexes;

    must(type->schema != NULL && type->common != NULL);
    must(scim_store_name_valid(type->name));

    must(scim_store_indexes(pool, type, true, &indexes) == SCIM_OK);

    for (i = 0; i < indexes.nindexes; i++) {
        must(indexes.indexes[i].path.attr->type != SCIM_COMPLEX
             || indexes.indexes[i].path.sub != NULL);
    }

    body = scim_json_object(pool);
    must(body != NULL);

    /* each attribute of the type, with a value that suits few */
    for (i = 0; i < type->schema->nattrs; i++) {
        text = type->schema->attrs[i].name;
        must(scim_json_add(body, text, scim_json_string(pool, scim_str("7")))
             == SCIM_OK);
    }

    rc = scim_resource_accept(pool, type, SCIM_UNKNOWN_REFUSE, body, &doc,
                              NULL, &err);
    must(rc == SCIM_OK || (rc == SCIM_REFUSED && err.status == 400));
}


/* Shown as JSON. */
static void
check_shown(scim_pool_t *pool, const scim_buf_t *buf)
{
    scim_str_t     text;
    scim_json_t   *json;
    scim_error_t   err;

    must(scim_buf_done(buf, &text) == SCIM_OK);
    must(scim_json_parse(pool, text, NULL, &json, &err) == SCIM_OK);
}


static void
check_schemas(scim_pool_t *pool, const scim_schemas_t *schemas)
{
    size_t                       i;
    scim_buf_t                   buf;
    const scim_schema_t         *schema;
    const scim_resource_type_t  *type;

    for (i = built_in()->nschemas;
         (schema = scim_schemas_at(schemas, i)) != NULL;
         i++)
    {
        must(scim_schemas_find(schemas, schema->id) == schema);
        check_attrs(schema->attrs, schema->nattrs, NULL);

        scim_buf_init(&buf, pool, 0);
        must(scim_discovery_schema(&buf, scim_str("b"), schemas, schema->id,
                                   true)
             == SCIM_OK);
        check_shown(pool, &buf);
    }

    for (i = 0; (type = scim_schemas_type_at(schemas, i)) != NULL; i++) {
        must(scim_schemas_endpoint(schemas, type->endpoint) == type);
        check_type(pool, type);
    }

    for (i = 0; i < 2; i++) {
        scim_buf_init(&buf, pool, 0);
        scim_discovery_types(&buf, scim_str("b"), schemas, i == 1);
        check_shown(pool, &buf);

        scim_buf_init(&buf, pool, 0);
        scim_discovery_schemas(&buf, scim_str("b"), schemas, i == 1);
        check_shown(pool, &buf);
    }
}


static void
check_memory_short(scim_str_t text, long n)
{
    long             failures;
    scim_rc_t        rc;
    scim_pool_t     *pool = scim_pool_create(64);
    scim_error_t     err;
    scim_schemas_t  *schemas;

    must(pool != NULL);
    schemas = copy_built_in(pool);
    (void) scim_pool_fail_after(n);
    rc = load(schemas, text, &err);
    failures = scim_pool_fail_after(-1);

    must(failures > 0 ? rc != SCIM_OK : rc != SCIM_NOMEM);
    scim_pool_destroy(pool);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_rc_t        rc;
    scim_str_t       text;
    scim_pool_t     *pool;
    scim_error_t     err;
    scim_schemas_t  *schemas;

    if (size < 1) {
        return 0;
    }

    text = (scim_str_t) { (const char *) data + 1, size - 1 };
    pool = scim_pool_create(0);
    must(pool != NULL);

    schemas = copy_built_in(pool);
    rc = load(schemas, text, &err);

    if (rc == SCIM_OK) {
        check_schemas(pool, schemas);

    } else {
        must(rc == SCIM_REFUSED && err.status == 500);
        must(scim_utf8_valid(scim_str_from(err.detail)));
    }

    scim_pool_destroy(pool);
    check_memory_short(text, data[0]);

    return 0;
}
