/*
 * Text: strict UTF-8, case folding of values, dates.
 */

#ifndef SCIM_TEXT_H
#define SCIM_TEXT_H

#include "scim_core.h"

/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
 * U+10FFFF.  U+0000 is refused as well: the store separates with it. */
bool scim_utf8_valid(scim_str_t s);

/* How many bytes of s, at most max, end on a character boundary. */
size_t scim_utf8_cut(scim_str_t s, size_t max);

/* In place: bytes that are not UTF-8 and control characters become '?'. */
void scim_utf8_clean(char *text, size_t len);

/* A clean copy of what of s fits `max` bytes. */
scim_rc_t scim_utf8_excerpt(scim_pool_t *pool, scim_str_t s, size_t max,
    scim_str_t *out);

/*
 * The form in which values that are not caseExact are compared, indexed and
 * kept unique: Unicode default full case folding, then NFC (utf8proc).
 * ASCII text takes a short way without the library.  s is valid UTF-8.  What
 * has more than 30 combining marks in a row, as no language does, is folded but
 * not brought into a normal form, which would take too long.
 */
scim_rc_t scim_fold(scim_pool_t *pool, scim_str_t s, scim_str_t *out);

/*
 * xsd:dateTime as RFC 7643 section 2.3.5 wants it, to microseconds since the
 * epoch: "2011-05-13T04:42:34Z", with fraction and offset.  Without an offset
 * it is taken as UTC.  false when it is no such date.
 */
bool scim_time_parse(scim_str_t s, int64_t *us);

/* "2026-01-31T23:59:59.123Z" (24 bytes and a NUL) from milliseconds since
 * the epoch; years 0000 to 9999. */
#define SCIM_TIME_LEN  24
void scim_time_format(int64_t ms, char out[SCIM_TIME_LEN + 1]);

/* Random UUID, version 4, in lower case, from 16 random bytes. */
#define SCIM_UUID_LEN  36
void scim_uuid_format(const uint8_t random[16], char out[SCIM_UUID_LEN + 1]);

/* Percent-decoding of a query component (RFC 3986; '+' is a blank when plus
 * is set).  Malformed escapes stay as they are.  The result is not checked
 * for UTF-8. */
scim_rc_t scim_uri_decode(scim_pool_t *pool, scim_str_t s, bool plus,
    scim_str_t *out);

#endif /* SCIM_TEXT_H */
