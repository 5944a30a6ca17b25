/*
 * Entries of the history as answers show them, and members of JSON objects
 * that other lists have as well.
 */

#include "scim_op_entry.h"
#include "../scim/scim_text.h"


#define COUNT      100
#define COUNT_MAX  1000
#define WAIT_MAX   60


void
scim_op_entry_text(scim_buf_t *buf, const char *name, scim_str_t text)
{
    if (text.len == 0) {
        return;
    }

    scim_buf_lit(buf, ",\"");
    scim_buf_str(buf, scim_str_from(name));
    scim_buf_lit(buf, "\":");
    scim_json_write_string(buf, text);
}


void
scim_op_entry_time(scim_buf_t *buf, const char *name, uint64_t ms)
{
    char  time[SCIM_TIME_LEN + 1];

    scim_time_format((int64_t) ms, time);
    scim_op_entry_text(buf, name, scim_str_from(time));
}


void
scim_op_entry_write(scim_buf_t *buf, const scim_store_entry_t *entry,
    scim_str_t cursor)
{
    scim_buf_lit(buf, "{\"id\":");
    scim_json_write_string(buf, entry->id);
    scim_op_entry_time(buf, "time", entry->time);
    scim_op_entry_text(buf, "actor", entry->actor);
    scim_op_entry_text(buf, "operation", entry->operation);
    scim_op_entry_text(buf, "resourceType", entry->type);
    scim_op_entry_text(buf, "resourceId", entry->resource);
    scim_op_entry_text(buf, "resourceName", entry->name);
    scim_buf_lit(buf, ",\"version\":");
    scim_buf_uint(buf, entry->version);
    scim_op_entry_text(buf, "address", entry->address);
    scim_op_entry_text(buf, "requestId", entry->request);
    scim_op_entry_text(buf, "tokenId", entry->token);
    scim_buf_lit(buf, ",\"changes\":");
    scim_buf_str(buf, entry->changes);
    scim_op_entry_text(buf, "cursor", cursor);
    scim_buf_char(buf, '}');
}


/* Digits as a number; what is greater than max is max + 1.  False: others. */
static bool
read_number(scim_str_t text, size_t max, size_t *out)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }

        n = n * 10 + (size_t) (text.data[i] - '0');
        n = (n > max) ? max + 1 : n;
    }

    *out = n;

    return text.len != 0;
}


scim_rc_t
scim_op_entry_count(scim_str_t text, const char *name, size_t *out,
    scim_error_t *err)
{
    size_t  n;

    *out = COUNT;

    if (text.data == NULL) {
        return SCIM_OK;
    }

    if (!read_number(text, COUNT_MAX, &n) || n == 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"%s\" must be a number from 1 to %d", name,
                           COUNT_MAX);
    }

    *out = (n > COUNT_MAX) ? COUNT_MAX : n;

    return SCIM_OK;
}


scim_rc_t
scim_op_entry_wait(scim_str_t text, size_t *out, scim_error_t *err)
{
    *out = 0;

    if (text.len == 0) {
        return SCIM_OK;
    }

    if (!read_number(text, WAIT_MAX, out) || *out > WAIT_MAX) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"wait\" must be a number of seconds from 0 to %d",
                           WAIT_MAX);
    }

    return SCIM_OK;
}
