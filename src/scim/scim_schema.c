/*
 * Look-ups in schemas and resource types.  Names are few per schema, so a walk
 * that compares lengths first beats any table.
 */

#include "scim_schema.h"
#include "scim_schema_load.h"

/* URNs that old templates of OneLogin use for what 2.0 calls otherwise. */
static const struct {
    scim_str_t alias;
    scim_str_t urn;         /* absent: the core schema of the type at hand */
} scim_urn_aliases[] = {
    { SCIM_STR("urn:scim:schemas:core:1.0"), { NULL, 0 } },
    { SCIM_STR("urn:scim:schemas:core:2.0"), { NULL, 0 } },
    { SCIM_STR("urn:ietf:params:scim:api:messages:2.0:User"),
      SCIM_STR("urn:ietf:params:scim:schemas:core:2.0:User") },
    { SCIM_STR("urn:scim:schemas:extension:enterprise:1.0"),
      SCIM_STR("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User") },
    { SCIM_STR("urn:scim:schemas:extension:enterprise:2.0"),
      SCIM_STR("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User") },
};

#define SCIM_N_ALIASES  (sizeof(scim_urn_aliases) / sizeof(scim_urn_aliases[0]))

static const scim_str_t scim_user_urn =
    SCIM_STR("urn:ietf:params:scim:schemas:core:2.0:User");


scim_rc_t
scim_schemas_create(scim_pool_t *pool, scim_schemas_t **out, scim_error_t *err)
{
    scim_rc_t        rc;
    scim_schemas_t  *schemas;

    rc = scim_schemas_new(pool, &schemas);

    if (rc == SCIM_OK) {
        rc = scim_schemas_add_built_in(schemas, err);
    }

    if (rc == SCIM_OK) {
        rc = scim_schemas_link(schemas, err);
    }

    if (rc == SCIM_OK) {
        *out = schemas;
    }

    return rc;
}


const scim_schema_t *
scim_schemas_at(const scim_schemas_t *schemas, size_t i)
{
    return i < schemas->nschemas ? schemas->schemas[i] : NULL;
}


const scim_resource_type_t *
scim_schemas_type_at(const scim_schemas_t *schemas, size_t i)
{
    return i < schemas->ntypes ? schemas->types[i] : NULL;
}


/* The URN an alias stands for (`core` for that of a type); urn if none. */
static scim_str_t
scim_urn_resolve(scim_str_t urn, scim_str_t core)
{
    size_t  i;

    for (i = 0; i < SCIM_N_ALIASES; i++) {
        if (scim_str_caseeq(scim_urn_aliases[i].alias, urn)) {
            return scim_urn_aliases[i].urn.data != NULL
                   ? scim_urn_aliases[i].urn : core;
        }
    }

    return urn;
}


const scim_schema_t *
scim_schemas_find(const scim_schemas_t *schemas, scim_str_t urn)
{
    size_t  i;

    urn = scim_urn_resolve(urn, scim_user_urn);

    for (i = 0; i < schemas->nschemas; i++) {
        if (scim_str_caseeq(schemas->schemas[i]->id, urn)) {
            return schemas->schemas[i];
        }
    }

    return NULL;
}


const scim_resource_type_t *
scim_schemas_type(const scim_schemas_t *schemas, scim_str_t name)
{
    size_t  i;

    for (i = 0; i < schemas->ntypes; i++) {
        if (scim_str_eq(schemas->types[i]->name, name)) {
            return schemas->types[i];
        }
    }

    return NULL;
}


const scim_resource_type_t *
scim_schemas_endpoint(const scim_schemas_t *schemas, scim_str_t endpoint)
{
    size_t  i;

    for (i = 0; i < schemas->ntypes; i++) {
        if (scim_str_caseeq(schemas->types[i]->endpoint, endpoint)) {
            return schemas->types[i];
        }
    }

    return NULL;
}


static const scim_schema_t *
scim_type_schema_exact(const scim_resource_type_t *type, scim_str_t urn)
{
    size_t  i;

    if (scim_str_caseeq(type->schema->id, urn)) {
        return type->schema;
    }

    for (i = 0; i < type->nextensions; i++) {
        if (scim_str_caseeq(type->extensions[i]->id, urn)) {
            return type->extensions[i];
        }
    }

    return NULL;
}


const scim_schema_t *
scim_type_schema(const scim_resource_type_t *type, scim_str_t urn)
{
    const scim_schema_t  *schema;

    schema = scim_type_schema_exact(type, urn);
    if (schema == NULL) {
        schema = scim_type_schema_exact(type,
                     scim_urn_resolve(urn, type->schema->id));
    }

    return schema;
}


static const scim_attr_t *
scim_attrs_find(const scim_attr_t *attrs, size_t n, scim_str_t name)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (attrs[i].name.len == name.len
            && scim_str_caseeq(attrs[i].name, name))
        {
            return &attrs[i];
        }
    }

    return NULL;
}


const scim_attr_t *
scim_type_attr(const scim_resource_type_t *type, const scim_schema_t *schema,
    scim_str_t name)
{
    const scim_attr_t  *attr;

    if (schema == NULL) {
        schema = type->schema;
    }

    attr = scim_attrs_find(schema->attrs, schema->nattrs, name);
    if (attr == NULL && schema == type->schema) {
        attr = scim_attrs_find(type->common->attrs, type->common->nattrs,
                               name);
    }

    return attr;
}


const scim_attr_t *
scim_attr_sub(const scim_attr_t *attr, scim_str_t name)
{
    return scim_attrs_find(attr->subs, attr->nsubs, name);
}


const scim_attr_t *
scim_attr_value_sub(const scim_attr_t *attr)
{
    return scim_attr_sub(attr, scim_str("value"));
}


bool
scim_attr_secret(const scim_attr_t *attr)
{
    return attr->returned == SCIM_RETURNED_NEVER
           || (attr->parent != NULL
               && attr->parent->returned == SCIM_RETURNED_NEVER);
}


scim_rc_t
scim_attr_name(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, scim_str_t *out)
{
    scim_buf_t          buf;
    const scim_attr_t  *top;

    top = attr->parent != NULL ? attr->parent : attr;

    scim_buf_init(&buf, pool, 64);

    if (top->schema != type->schema && top->schema != type->common) {
        scim_buf_str(&buf, top->schema->id);
        scim_buf_char(&buf, ':');
    }

    scim_buf_str(&buf, top->name);

    if (attr != top) {
        scim_buf_char(&buf, '.');
        scim_buf_str(&buf, attr->name);
    }

    return scim_buf_done(&buf, out);
}
