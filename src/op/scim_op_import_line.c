/*
 * The lines of an import: out of the body, piece by piece, into a tree, and
 * what they ask for.  A line is never held whole, only what it means.
 */

#include <string.h>

#include "scim_op_export.h"
#include "scim_op_import.h"
#include "../scim/scim_text.h"


/* Bytes of a line that is passed over, before others have their turn. */
#define SKIP_MAX  (256 * 1024)

/* A resource is two levels deep in a line. */
#define DEPTH     2

#define PATCH_URN  "urn:ietf:params:scim:api:messages:2.0:PatchOp"


/* --- bytes --------------------------------------------------------------- */

/* Some bytes into an empty buffer; SCIM_NONE: there are none. */
static scim_rc_t
fill(scim_import_body_t *body, scim_error_t *err)
{
    scim_rc_t               rc;
    const scim_op_input_t  *input = body->input;

    if (body->end) {
        return SCIM_NONE;
    }

    body->at = 0;
    body->len = 0;

    rc = input->read(input->data, body->buf, SCIM_IMPORT_READ, &body->len,
                     err);
    if (rc != SCIM_OK) {
        return rc;
    }

    body->end = body->len == 0;
    body->bytes += body->len;

    return body->end ? SCIM_NONE : SCIM_OK;
}


/* What there is of the line in the buffer; *whole: with its end, which is
 * taken too. */
static scim_str_t
take(scim_import_body_t *body, bool *whole)
{
    size_t       n = body->len - body->at;
    const char  *from = body->buf + body->at, *newline;

    newline = memchr(from, '\n', n);
    *whole = newline != NULL;

    if (newline != NULL) {
        n = (size_t) (newline - from);
    }

    body->at += n + (newline != NULL);

    return (scim_str_t) { from, n };
}


/* The rest of a line that nobody wants; SCIM_AGAIN: some of it. */
static scim_rc_t
skip(scim_import_body_t *body, scim_error_t *err)
{
    bool       whole = false;
    size_t     n;
    scim_rc_t  rc;

    for (n = 0; !whole && n < SKIP_MAX; ) {

        if (body->at == body->len) {
            rc = fill(body, err);
            if (rc != SCIM_OK) {
                return rc;
            }
        }

        n += take(body, &whole).len;
    }

    body->skip = !whole;

    return whole ? SCIM_OK : SCIM_AGAIN;
}


static scim_rc_t
too_long(const scim_op_input_t *input, scim_error_t *err)
{
    return scim_refuse(err, 413, SCIM_TYPE_NONE,
                       "The line is longer than %zu bytes (scim_max_body)",
                       input->max_line);
}


/* Feeds the parser up to the end of the line. */
static scim_rc_t
feed_line(scim_import_body_t *body, scim_json_parser_t *parser,
    bool *broken, scim_error_t *err)
{
    bool        whole = false;
    scim_rc_t   rc;
    scim_str_t  piece;

    *broken = false;

    while (!whole) {

        if (body->at == body->len) {
            rc = fill(body, err);

            if (rc == SCIM_NONE) {
                return SCIM_OK;
            }

            if (rc != SCIM_OK) {
                *broken = true;
                return rc;
            }
        }

        piece = take(body, &whole);

        rc = scim_json_feed(parser, piece.data, piece.len, err);

        if (rc == SCIM_NOMEM || rc == SCIM_REFUSED) {
            body->skip = !whole;
            return rc;
        }
    }

    return SCIM_OK;
}


/* --- meaning ------------------------------------------------------------- */

/* Of a resource that is sent to its operation: its id, and its members, which
 * the line has beside it. */
static scim_rc_t
read_resource(scim_import_line_t *line, const scim_schemas_t *schemas,
    scim_error_t *err)
{
    int64_t             us;
    scim_str_t          name;
    scim_json_t        *members;
    const scim_json_t  *meta;

    name = scim_json_get_text(line->root, scim_str("type"));
    line->body = scim_json_get(line->root, scim_str("resource"));

    if (line->body == NULL || line->body->type != SCIM_JSON_OBJECT) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "The line has no object \"resource\"");
    }

    line->id = scim_json_get_text(line->body, scim_str("id"));
    line->type = scim_schemas_type(schemas, name);

    if (line->type == NULL) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "There is no resource type \"%.*s\" here: its "
                           "schema must be loaded by scim_schema before",
                           SCIM_FMT(name));
    }

    if (!scim_store_name_valid(line->id)) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The resource's \"id\" must be a string of 1 to 64 "
                           "letters, digits, '.', '_' and '-'");
    }

    meta = scim_json_get(line->body, scim_str("meta"));
    line->created = scim_json_get_text(meta, scim_str("created"));

    if (line->created.len != 0 && !scim_time_parse(line->created, &us)) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"meta.created\" is no dateTime");
    }

    line->kind = SCIM_IMPORT_RESOURCE;

    if (line->type->members == NULL) {
        return SCIM_OK;
    }

    line->kind = SCIM_IMPORT_HOLDER;
    members = scim_json_get(line->root, scim_str("members"));

    if (members == NULL) {
        return SCIM_OK;
    }

    /* a value hangs in one place at a time */
    members = scim_json_copy(line->pool, members);

    return scim_json_set(line->body, scim_str("members"), members);
}


/* The type whose members they are, if the line does not say. */
static const scim_resource_type_t *
holding_type(const scim_schemas_t *schemas)
{
    size_t                       i;
    const scim_resource_type_t  *type;

    for (i = 0; (type = scim_schemas_type_at(schemas, i)) != NULL; i++) {
        if (type->members != NULL) {
            break;
        }
    }

    return type;
}


/* {"Operations":[{"op":"add","path":"members","value":[…]}]} */
static scim_rc_t
make_patch(scim_import_line_t *line, const scim_json_t *members)
{
    scim_json_t  *urns, *operation, *operations;
    scim_pool_t  *pool = line->pool;

    line->body = scim_json_object(pool);
    urns = scim_json_array(pool);
    operation = scim_json_object(pool);
    operations = scim_json_array(pool);

    if (line->body == NULL || urns == NULL || operation == NULL
        || operations == NULL
        || scim_json_append(urns, scim_json_string(pool, scim_str(PATCH_URN)))
        || scim_json_add(operation, scim_str("op"),
                         scim_json_string(pool, scim_str("add")))
        || scim_json_add(operation, scim_str("path"),
                         scim_json_string(pool, scim_str("members")))
        || scim_json_add(operation, scim_str("value"),
                         scim_json_copy(pool, members))
        || scim_json_append(operations, operation)
        || scim_json_add(line->body, scim_str("schemas"), urns)
        || scim_json_add(line->body, scim_str("Operations"), operations))
    {
        return SCIM_NOMEM;
    }

    return SCIM_OK;
}


static scim_rc_t
read_members(scim_import_line_t *line, const scim_schemas_t *schemas,
    scim_error_t *err)
{
    scim_str_t          name;
    const scim_json_t  *members;

    line->kind = SCIM_IMPORT_MEMBERS;
    line->id = scim_json_get_text(line->root, scim_str("members-of"));

    name = scim_json_get_text(line->root, scim_str("type"));
    line->type = (name.len == 0) ? holding_type(schemas)
                                 : scim_schemas_type(schemas, name);

    members = scim_json_get(line->root, scim_str("members"));

    if (line->type == NULL || line->type->members == NULL
        || !scim_store_name_valid(line->id) || members == NULL
        || members->type != SCIM_JSON_ARRAY)
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The line must name a group by its id in "
                           "\"members-of\" and have an array \"members\"");
    }

    return make_patch(line, members);
}


static scim_rc_t
understand(scim_import_line_t *line, const scim_schemas_t *schemas,
    scim_error_t *err)
{
    if (line->root->type != SCIM_JSON_OBJECT) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "The line must be a JSON object");
    }

    if (scim_json_get(line->root, scim_str("nginx-scim")) != NULL) {
        line->kind = SCIM_IMPORT_HEADER;
        return SCIM_OK;
    }

    if (scim_json_get(line->root, scim_str("end")) != NULL) {
        line->kind = SCIM_IMPORT_END;
        return SCIM_OK;
    }

    return (scim_json_get(line->root, scim_str("members-of")) != NULL)
           ? read_members(line, schemas, err)
           : read_resource(line, schemas, err);
}


/* --- lines --------------------------------------------------------------- */

static scim_rc_t
read_line(scim_import_body_t *body, scim_import_line_t *line,
    scim_error_t *err)
{
    bool                 broken;
    scim_rc_t            rc;
    scim_json_t         *root;
    scim_json_limits_t   limits;
    scim_json_parser_t  *parser;

    limits = (scim_json_limits_t) {
        .depth = body->input->max_depth + DEPTH,
        .size = body->input->max_line
    };

    parser = scim_json_parser_create(line->pool, &limits);
    if (parser == NULL) {
        return SCIM_NOMEM;
    }

    root = NULL;
    rc = feed_line(body, parser, &broken, err);

    if (broken) {
        line->number = 0;
        return rc;
    }

    if (rc == SCIM_OK) {
        rc = scim_json_finish(parser, &root, err);
    }

    if (rc == SCIM_NONE) {
        line->kind = SCIM_IMPORT_NOTHING;
        return SCIM_OK;
    }

    if (rc != SCIM_OK) {
        return (rc == SCIM_REFUSED && err->status == 413)
               ? too_long(body->input, err) : rc;
    }

    line->root = root;

    return understand(line, body->schemas, err);
}


scim_rc_t
scim_import_next(scim_import_body_t *body, scim_import_line_t *line,
    scim_error_t *err)
{
    scim_rc_t  rc;

    *line = (scim_import_line_t) { .number = 0 };

    if (body->skip) {
        rc = skip(body, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (body->at == body->len) {
        rc = fill(body, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    line->pool = scim_pool_create(0);
    if (line->pool == NULL) {
        return SCIM_NOMEM;
    }

    line->number = ++body->lines;

    return read_line(body, line, err);
}
