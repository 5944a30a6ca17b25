/*
 * What the files of the store share: building a command's arguments, and
 * reading a reply without trusting its shape.
 */

#ifndef SCIM_STORE_PARTS_H
#define SCIM_STORE_PARTS_H

#include "scim_store.h"
#include "scim_store_scripts.h"

/* --- arguments ----------------------------------------------------------- */

/*
 * A list that grows on a pool; like scim_buf_t it remembers a failed
 * allocation, so that a writer asks once, at the end.  Strings are referred
 * to, not copied.
 */
typedef struct {
    scim_pool_t *pool;
    scim_str_t  *items;
    size_t       n;
    size_t       cap;
    bool         failed;
} scim_args_t;

void scim_args_init(scim_args_t *args, scim_pool_t *pool, size_t cap);
void scim_args_str(scim_args_t *args, scim_str_t s);
void scim_args_uint(scim_args_t *args, uint64_t n);
void scim_args_list(scim_args_t *args, const scim_str_t *list, size_t n);
#define scim_args_lit(args, literal)  scim_args_str(args, scim_str(literal))

/* "scim:{tenant}:" followed by name. */
scim_rc_t scim_store_key(scim_pool_t *pool, scim_str_t tenant,
    const char *name, scim_str_t *out);

/* The command of a script for a tenant. */
scim_rc_t scim_store_script(scim_store_cmd_t *cmd, scim_args_t *args,
    const scim_script_t *script, scim_str_t tenant, bool write);

/* The command that args are, whole; key is the one it concerns. */
scim_rc_t scim_store_plain(scim_store_cmd_t *cmd, scim_args_t *args,
    scim_str_t key, bool write);

/* What the scripts call a kind of stage. */
scim_str_t scim_store_stage_word(scim_store_stage_e stage);

/* What tells them what becomes of members that do not exist. */
scim_str_t scim_store_missing_word(const scim_store_commit_t *commit);


/* --- replies ------------------------------------------------------------- */

/* 503: the reply is none that this version of the store gives. */
scim_rc_t scim_store_odd(scim_error_t *err);

/* An array of at least `min` elements; else scim_store_error() or odd. */
scim_rc_t scim_store_array(const redisReply *reply, size_t min,
    scim_error_t *err);

/* Element i of an array that has it; false if it is of another type.  A
 * number may come as an integer or as text. */
bool scim_store_text(const redisReply *array, size_t i, scim_str_t *out);
bool scim_store_number(const redisReply *array, size_t i, uint64_t *out);
bool scim_store_digits(scim_str_t s, uint64_t *out);

/* 1; or 0, SCIM_NONE: not done, because it is there already or is not. */
scim_rc_t scim_store_done(const redisReply *reply, scim_error_t *err);

/* A place in a stream, "MS-NUMBER", and its time; false: it is none. */
bool scim_store_place(scim_str_t id, uint64_t *ms);

/* nil, or text. */
bool scim_store_text_or_nil(const redisReply *array, size_t i,
    scim_str_t *out);

/* What "none" and "off" as a script's first element mean: 404, 403.  SCIM_OK
 * for another word. */
scim_rc_t scim_store_tenant_state(scim_str_t word, scim_error_t *err);

/* The word that a script's reply begins with, unless it is one of those. */
scim_rc_t scim_store_word(const redisReply *reply, scim_str_t *word,
    scim_error_t *err);

#endif /* SCIM_STORE_PARTS_H */
