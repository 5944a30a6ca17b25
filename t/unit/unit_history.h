/*
 * Entries of a history as commits write them, put into the tests' Redis by
 * hand: with the place, actor and changes that a test wants.
 */

#ifndef UNIT_HISTORY_H
#define UNIT_HISTORY_H

#include "unit_op.h"

/* Places are these ms and a number more: place 7 is "1700000000007-0". */
#define UNIT_HISTORY_MS  1700000000000

typedef struct {
    unsigned     place;         /* 0: where Redis puts it, now */
    const char  *operation;     /* NULL: update */
    const char  *type;          /* NULL: User */
    const char  *id;            /* NULL: u1 */
    unsigned     version;
    const char  *actor;         /* NULL: SCIM */
    const char  *changes;       /* ' for "; NULL: of the title */
    const char  *was;           /* NULL: "" */
} unit_entry_t;

/* Into the history of the tenant "acme", with its place in that of the
 * resource. */
void unit_entry(const unit_entry_t *entry);

/* Updates of u1, places first to last, the versions the same. */
void unit_entries(unsigned first, unsigned last);

/* Updates of u1 in places 1 to `last` whose changes are blanks, so many bytes
 * each; without places in the history of u1. */
void unit_history_large(unsigned last, size_t len);

/* Takes the entry away as retention does. */
void unit_entry_trim(unsigned place, const char *type, const char *id);

/* The entry that many before the newest, as the admin API tells it:
 * "OPERATION TYPE vVERSION NAME: CHANGES", ' for ". */
const char *unit_entry_text(unsigned back);

/* The numbers of the places of a list's entries: "7 5 4", "" if there are
 * none. */
const char *unit_places(const unit_answer_t *answer, const char *list);

#endif /* UNIT_HISTORY_H */
