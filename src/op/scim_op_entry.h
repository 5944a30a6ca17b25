/*
 * Entries of the history as answers show them: what reading the history and
 * following the change feed have in common, with each other and with the other
 * lists of the admin API.
 */

#ifndef SCIM_OP_ENTRY_H
#define SCIM_OP_ENTRY_H

#include "scim_op_int.h"
#include "../store/scim_store_history.h"

/* An answer of more bytes than this gets no further entries. */
#define SCIM_ENTRIES_BYTES  (1024 * 1024)

/* {"id":…,"time":…,…}; cursor absent: without one. */
void scim_op_entry_write(scim_buf_t *buf, const scim_store_entry_t *entry,
    scim_str_t cursor);

/* ,"name":"text", unless there is none. */
void scim_op_entry_text(scim_buf_t *buf, const char *name, scim_str_t text);

/* ,"name":"2026-01-31T23:59:59.123Z" */
void scim_op_entry_time(scim_buf_t *buf, const char *name, uint64_t ms);

/* How many entries are wanted, of the argument `name`: 100 without it, 1,000
 * at most.  Refused: 400. */
scim_rc_t scim_op_entry_count(scim_str_t text, const char *name, size_t *out,
    scim_error_t *err);

/* How many seconds the argument "wait" says: 0 without it, 60 at most.
 * Refused: 400. */
scim_rc_t scim_op_entry_wait(scim_str_t text, size_t *out, scim_error_t *err);

#endif /* SCIM_OP_ENTRY_H */
