/*
 * Users and groups by the thousand, for the tests of large changes of members.
 */

#ifndef UNIT_LARGE_H
#define UNIT_LARGE_H

#include "unit_op.h"
#include "unit_store.h"

/* As unit_op_start(), with the users u00000 to u44999. */
int large_start(void **state);

/* The users from … to - 1, anew if they were deleted. */
void large_users(int from, int to);

/* How many members do not exist or have no hint. */
long long large_wrongs(void);

/* The same, with hints that are stale and keys of changes that are over. */
long long large_flaws(void);

/* "{'value':'u00005'},…", from … to - 1; the other with one that does not
 * exist at the end. */
const char *large_values(int from, int to);
const char *large_values_and_stranger(int from, int to);

/* Requests whose members are such values; answers are without members. */
unit_answer_t large_patch(const char *group, const char *op,
    const char *members);
unit_answer_t large_put(const char *group, const char *members);
unit_answer_t large_post(const char *name, const char *members);

/* A group of the users from … to - 1, and what is true of it. */
const char *large_group(int from, int to);
long long large_count(const char *group);
long long large_version(const char *group);

#endif /* UNIT_LARGE_H */
