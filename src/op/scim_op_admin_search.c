/*
 * What a request for the history asks for.
 */

#include <limits.h>
#include <string.h>

#include "scim_cursor.h"
#include "scim_op_admin_search.h"
#include "../scim/scim_text.h"


const char *const  scim_search_names[SCIM_SEARCH_ARGS + 1] = {
    "resource", "type", "actor", "operation", "attribute", "from", "to",
    "cursor", "count", NULL
};


static scim_rc_t
read_resource(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    (void) op;

    s->history.resource = s->args[SCIM_SEARCH_RESOURCE];

    if (s->history.resource.data != NULL
        && !scim_store_name_valid(s->history.resource))
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"resource\" must be the id of a user, a group or "
                           "another resource");
    }

    return SCIM_OK;
}


/* The names of all types there are. */
static scim_rc_t
all_types(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    size_t                 i, n;
    scim_str_t            *names;
    const scim_schemas_t  *schemas = op->env->conf->schemas;

    (void) err;

    for (n = 0; scim_schemas_type_at(schemas, n) != NULL; n++) {
        /* counts */
    }

    names = scim_palloc(op->pool, n * sizeof(scim_str_t));
    if (names == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < n; i++) {
        names[i] = scim_schemas_type_at(schemas, i)->name;
    }

    s->history.types = names;
    s->history.ntypes = n;

    return SCIM_OK;
}


static scim_rc_t
read_type(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    size_t      i;
    scim_str_t  type = s->args[SCIM_SEARCH_TYPE];

    (void) op;

    if (type.data == NULL) {
        return SCIM_OK;
    }

    for (i = 0; i < s->history.ntypes; i++) {
        if (scim_str_caseeq(type, s->history.types[i])) {
            s->history.type = s->history.types[i];
            return SCIM_OK;
        }
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "\"type\" must be the name of a resource type, such "
                       "as User or Group");
}


static scim_rc_t
read_operation(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    size_t                   i;
    scim_str_t               operation = s->args[SCIM_SEARCH_OPERATION];
    static const char *const known[] = {
        "create", "update", "delete", "restore", "deactivate", "reactivate"
    };

    (void) op;

    if (operation.data == NULL) {
        return SCIM_OK;
    }

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (scim_str_caseeq(operation, scim_str_from(known[i]))) {
            s->history.operation = scim_str_from(known[i]);
            return SCIM_OK;
        }
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "\"operation\" must be create, update, delete, "
                       "restore, deactivate or reactivate");
}


/* A path as changes have it: the URN of a type's own schema is left out. */
static scim_rc_t
read_attribute(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    char                         c;
    size_t                       i;
    scim_str_t                   path = s->args[SCIM_SEARCH_ATTRIBUTE], urn;
    const scim_resource_type_t  *type;

    for (i = 0; i < path.len; i++) {
        c = path.data[i];

        if (c <= ' ' || c == '[' || c == ']' || c == '"') {
            return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                               "\"attribute\" must be the path of an "
                               "attribute, such as emails, name.givenName or "
                               "members");
        }
    }

    for (i = 0; ; i++) {
        type = scim_schemas_type_at(op->env->conf->schemas, i);
        if (type == NULL) {
            break;
        }

        urn = type->schema->id;

        if (scim_str_casestarts(path, urn) && path.len > urn.len + 1
            && path.data[urn.len] == ':')
        {
            path = scim_str_skip(path, urn.len + 1);
            break;
        }
    }

    s->attribute = path;

    return SCIM_OK;
}


/* Entries have times in whole ms: `up` takes the next one. */
static scim_rc_t
read_time(const scim_search_t *s, scim_search_arg_e arg, bool up, uint64_t *ms,
    scim_error_t *err)
{
    int64_t  us;

    *ms = 0;

    if (s->args[arg].data == NULL) {
        return SCIM_OK;
    }

    if (!scim_time_parse(s->args[arg], &us)) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"%s\" must be a dateTime such as "
                           "2027-01-31T00:00:00Z (its '+', if it has one, "
                           "sent as %%2B)", scim_search_names[arg]);
    }

    us += up ? 999 : 0;
    *ms = (us < 1000) ? 1 : (uint64_t) us / 1000;

    return SCIM_OK;
}


static scim_rc_t
read_times(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    scim_rc_t  rc;

    (void) op;

    rc = read_time(s, SCIM_SEARCH_FROM, true, &s->history.from, err);

    if (rc == SCIM_OK) {
        rc = read_time(s, SCIM_SEARCH_TO, false, &s->history.to, err);
    }

    if (rc == SCIM_OK && s->history.to != 0
        && s->history.from > s->history.to)
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"from\" must not be later than \"to\"");
    }

    return rc;
}


/* --- cursors ------------------------------------------------------------- */

static scim_rc_t
write_query(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    size_t               i;
    scim_buf_t           buf;
    const scim_admin_t  *admin = op->state;

    (void) err;

    scim_buf_init(&buf, op->pool, 128);
    scim_buf_lit(&buf, "history ");
    scim_buf_str(&buf, admin->tenant);

    for (i = 0; i < SCIM_SEARCH_CURSOR; i++) {
        scim_buf_char(&buf, '\0');
        scim_buf_str(&buf, s->args[i]);
    }

    return scim_buf_done(&buf, &s->query);
}


static scim_rc_t
read_cursor(const scim_op_t *op, scim_search_t *s, scim_error_t *err)
{
    scim_rc_t      rc;
    scim_cursor_t  cursor;

    if (s->args[SCIM_SEARCH_CURSOR].data == NULL) {
        return SCIM_OK;
    }

    rc = scim_cursor_read(op->pool, s->args[SCIM_SEARCH_CURSOR], s->query, 0,
                          UINT_MAX, &cursor, err);

    if (rc == SCIM_REFUSED
        || (rc == SCIM_OK && !scim_store_place_valid(cursor.position)))
    {
        return scim_refuse(err, 400, SCIM_INVALID_CURSOR,
                           "\"cursor\" is none of this history: send "
                           "nextCursor as it came, with the same other "
                           "arguments but for count, or begin anew without");
    }

    s->history.after = cursor.position;

    return rc;
}


scim_rc_t
scim_search_cursor(const scim_op_t *op, const scim_search_t *search,
    scim_str_t *out)
{
    scim_cursor_t  cursor = { .position = search->history.after };

    return scim_cursor_write(op->pool, &cursor, search->query, out);
}


/* --- all of them --------------------------------------------------------- */

scim_rc_t
scim_search_read(const scim_op_t *op, scim_search_t *search,
    scim_error_t *err)
{
    size_t     i;
    scim_rc_t  rc;

    static scim_rc_t (*const  steps[])(const scim_op_t *op, scim_search_t *s,
        scim_error_t *err) =
    {
        all_types, write_query, read_resource, read_type, read_operation,
        read_attribute, read_times, read_cursor
    };

    search->history.actor = search->args[SCIM_SEARCH_ACTOR];
    search->history.age = op->policy->history_age;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = steps[i](op, search, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return scim_op_entry_count(search->args[SCIM_SEARCH_COUNT], "count",
                               &search->count, err);
}
