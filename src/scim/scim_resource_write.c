/*
 * Stored documents as responses: what depends on the request or lives in other
 * keys is put in at the end, as bytes or into a tree; and entity tags.
 */

#include <string.h>

#include "scim_resource.h"


void
scim_etag_format(uint64_t version, char out[SCIM_ETAG_LEN + 1])
{
    size_t  len;

    memcpy(out, "W/\"", sizeof("W/\""));
    len = 3 + scim_uint_format(version, out + 3);
    memcpy(out + len, "\"", sizeof("\""));
}


bool
scim_etag_match(scim_str_t header, uint64_t version)
{
    char        digits[SCIM_UINT_DIGITS];
    size_t      i, start;
    scim_str_t  ours;

    ours = (scim_str_t) { digits, scim_uint_format(version, digits) };

    for (i = 0; i < header.len; i++) {

        if (header.data[i] == '*') {
            return true;
        }

        if (header.data[i] != '"') {
            continue;
        }

        for (start = ++i; i < header.len && header.data[i] != '"'; i++) {
            /* to the end of the tag */
        }

        if (i < header.len
            && scim_str_eq(ours, (scim_str_t) { header.data + start,
                                                i - start }))
        {
            return true;
        }
    }

    return false;
}


/* "base/ENDPOINT/ID"; ids and endpoints need no escapes, the base may. */
static void
scim_write_location(scim_buf_t *buf, scim_str_t base, scim_str_t endpoint,
    scim_str_t id)
{
    scim_json_write_string(buf, base);

    if (!buf->failed) {
        buf->len--;
    }

    scim_buf_char(buf, '/');
    scim_buf_str(buf, endpoint);
    scim_buf_char(buf, '/');
    scim_buf_str(buf, id);
    scim_buf_char(buf, '"');
}


/* Where relations of a type are found. */
static scim_str_t
scim_relation_endpoint(const scim_relation_t *relation)
{
    return scim_str_eq(relation->type, scim_str("Group"))
           ? scim_str("Groups") : scim_str("Users");
}


/* Members tell what they are, groups how one came to be in them. */
static scim_str_t
scim_relation_type(const scim_resource_type_t *type,
    const scim_relation_t *relation)
{
    if (type->members != NULL) {
        return relation->type;
    }

    return relation->indirect ? scim_str("indirect") : scim_str("direct");
}


static void
scim_write_relation(scim_buf_t *buf, const scim_resource_type_t *type,
    scim_str_t base, const scim_relation_t *relation)
{
    scim_str_t  endpoint;

    endpoint = scim_relation_endpoint(relation);

    scim_buf_lit(buf, "{\"value\":\"");
    scim_buf_str(buf, relation->id);
    scim_buf_lit(buf, "\",\"$ref\":");
    scim_write_location(buf, base, endpoint, relation->id);
    scim_buf_lit(buf, ",\"type\":\"");
    scim_buf_str(buf, scim_relation_type(type, relation));
    scim_buf_char(buf, '"');

    if (relation->display.data != NULL) {
        scim_buf_lit(buf, ",\"display\":");
        scim_json_write_string(buf, relation->display);
    }

    scim_buf_char(buf, '}');
}


void
scim_resource_write(scim_buf_t *buf, const scim_resource_type_t *type,
    scim_str_t base, const scim_row_t *row)
{
    size_t  i;

    /* No stored bytes, whatever they are, may bring a worker down. */
    if (row->doc.len < 2) {
        buf->failed = true;
        return;
    }

    /* less the braces that end meta and the document */
    scim_buf_add(buf, row->doc.data, row->doc.len - 2);

    scim_buf_lit(buf, ",\"lastModified\":\"");
    scim_buf_str(buf, row->modified);
    scim_buf_lit(buf, "\",\"version\":\"W/\\\"");
    scim_buf_uint(buf, row->version);
    scim_buf_lit(buf, "\\\"\",\"location\":");
    scim_write_location(buf, base, type->endpoint, row->id);
    scim_buf_char(buf, '}');

    for (i = 0; i < row->nrelations; i++) {

        if (i > 0) {
            scim_buf_char(buf, ',');
        } else if (type->members != NULL) {
            scim_buf_lit(buf, ",\"members\":[");
        } else {
            scim_buf_lit(buf, ",\"groups\":[");
        }

        scim_write_relation(buf, type, base, &row->relations[i]);
    }

    if (row->nrelations > 0) {
        scim_buf_char(buf, ']');
    }

    scim_buf_char(buf, '}');
}


static scim_rc_t
scim_tree_add_text(scim_pool_t *pool, scim_json_t *object, const char *name,
    scim_str_t text)
{
    return scim_json_add(object, scim_str_from(name),
                         scim_json_string(pool, text));
}


static scim_rc_t
scim_tree_add_location(scim_pool_t *pool, scim_json_t *object,
    const char *name, scim_str_t base, scim_str_t endpoint, scim_str_t id)
{
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, pool, base.len + endpoint.len + id.len + 2);
    scim_buf_str(&buf, base);
    scim_buf_char(&buf, '/');
    scim_buf_str(&buf, endpoint);
    scim_buf_char(&buf, '/');
    scim_buf_str(&buf, id);

    return scim_buf_done(&buf, &text) == SCIM_OK
           ? scim_tree_add_text(pool, object, name, text) : SCIM_NOMEM;
}


static scim_rc_t
scim_tree_meta(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t base, const scim_row_t *row, scim_json_t *meta)
{
    char        etag[SCIM_ETAG_LEN + 1];
    scim_str_t  version;

    scim_etag_format(row->version, etag);

    if (scim_str_dup(pool, scim_str_from(etag), &version) != SCIM_OK
        || scim_tree_add_text(pool, meta, "lastModified", row->modified)
           != SCIM_OK
        || scim_tree_add_text(pool, meta, "version", version) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_tree_add_location(pool, meta, "location", base,
                                  type->endpoint, row->id);
}


scim_rc_t
scim_resource_tree_relation(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t base,
    const scim_relation_t *relation, scim_json_t *array)
{
    scim_json_t  *object;

    object = scim_json_object(pool);

    if (scim_json_append(array, object) != SCIM_OK
        || scim_tree_add_text(pool, object, "value", relation->id) != SCIM_OK
        || scim_tree_add_location(pool, object, "$ref", base,
                                  scim_relation_endpoint(relation),
                                  relation->id)
           != SCIM_OK
        || scim_tree_add_text(pool, object, "type",
                              scim_relation_type(type, relation))
           != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return relation->display.data != NULL
           ? scim_tree_add_text(pool, object, "display", relation->display)
           : SCIM_OK;
}


static scim_rc_t
scim_tree_relations(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t base, const scim_row_t *row, scim_json_t *doc)
{
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *array;

    if (row->nrelations == 0) {
        return SCIM_OK;
    }

    array = scim_json_array(pool);

    rc = scim_json_add(doc, type->members != NULL ? scim_str("members")
                                                  : scim_str("groups"),
                       array);

    for (i = 0; rc == SCIM_OK && i < row->nrelations; i++) {
        rc = scim_resource_tree_relation(pool, type, base,
                                         &row->relations[i], array);
    }

    return rc;
}


scim_rc_t
scim_resource_parse(scim_pool_t *pool, scim_str_t doc, scim_json_t **out,
    scim_error_t *err)
{
    scim_json_limits_t  limits;

    limits = (scim_json_limits_t) {
        .size = doc.len + 1, .values = doc.len + 1, .members = doc.len + 1
    };

    return scim_json_parse(pool, doc, &limits, out, err);
}


scim_rc_t
scim_resource_tree(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t base, const scim_row_t *row, scim_json_t **out,
    scim_error_t *err)
{
    scim_rc_t           rc;
    scim_json_t        *doc, *meta;
    scim_error_t        why;

    rc = scim_resource_parse(pool, row->doc, &doc, &why);
    if (rc == SCIM_NOMEM) {
        return rc;
    }

    meta = rc == SCIM_OK ? scim_json_get(doc, scim_str("meta")) : NULL;

    if (meta == NULL || meta->type != SCIM_JSON_OBJECT) {
        return scim_refuse(err, 500, SCIM_TYPE_NONE,
                           "the stored %.*s %.*s is damaged: %s",
                           SCIM_FMT(type->name), SCIM_FMT(row->id),
                           rc == SCIM_REFUSED ? why.detail : "no meta");
    }

    rc = scim_tree_meta(pool, type, base, row, meta);

    if (rc == SCIM_OK) {
        rc = scim_tree_relations(pool, type, base, row, doc);
    }

    *out = doc;

    return rc;
}
