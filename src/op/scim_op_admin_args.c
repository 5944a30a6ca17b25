/*
 * Arguments of the admin API's queries.
 */

#include "scim_op_admin.h"
#include "scim_request.h"


/* Arguments of the query, empty ones not counted. */
static size_t
count_args(scim_str_t args)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < args.len; i++) {
        if (args.data[i] != '&' && (i == 0 || args.data[i - 1] == '&')) {
            n++;
        }
    }

    return n;
}


static scim_rc_t
refuse_args(const scim_op_t *op, const char *const *names, scim_error_t *err)
{
    size_t      i;
    scim_buf_t  buf;
    scim_str_t  list;

    if (names[0] == NULL) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "This call has no arguments: leave out what is "
                           "behind '?'");
    }

    scim_buf_init(&buf, op->pool, 128);

    for (i = 0; names[i] != NULL; i++) {
        if (i != 0) {
            scim_buf_lit(&buf, ", ");
        }

        scim_buf_str(&buf, scim_str_from(names[i]));
    }

    if (scim_buf_done(&buf, &list) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "The arguments of this call are %.*s, each once at "
                       "most", SCIM_FMT(list));
}


scim_rc_t
scim_admin_args(const scim_op_t *op, const char *const *names,
    scim_str_t *values, scim_error_t *err)
{
    size_t               i, found;
    scim_rc_t            rc;
    const scim_admin_t  *admin = op->state;

    found = 0;

    for (i = 0; names[i] != NULL; i++) {
        values[i] = scim_str_absent;

        rc = scim_request_arg(op->pool, admin->args, scim_str_from(names[i]),
                              &values[i], err);

        if (rc == SCIM_OK) {
            found++;

        } else if (rc != SCIM_NONE) {
            return rc;
        }

        if (values[i].len == 0) {
            values[i] = scim_str_absent;
        }
    }

    return found == count_args(admin->args) ? SCIM_OK
                                            : refuse_args(op, names, err);
}
