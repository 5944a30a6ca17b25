/*
 * A look at JSON text before yajl gets it.  Finds what yajl lets pass (UTF-8
 * that is not strict, wrong surrogates, U+0000, odd white space) and where
 * tokens end, across pieces of any size.  Internal to the JSON parser.
 */

#ifndef SCIM_JSON_SCAN_H
#define SCIM_JSON_SCAN_H

#include "scim_core.h"
#include "scim_utf8.h"

/* Zeroed at the start of the text. */
typedef struct {
    uint8_t      state;
    bool         seen;      /* anything but white space */
    uint8_t      digits;    /* of a \u escape, so far */
    unsigned     code;      /* what they say */
    unsigned     high;      /* a high surrogate that waits for a low one */
    scim_utf8_t  utf8;
} scim_json_scan_t;

/*
 * Scans one more piece.  *whole is the length of its part after which no
 * token is open: 0 if one goes through all of it.  Returns NULL, or what is
 * wrong with the byte *bad.
 */
const char *scim_json_scan(scim_json_scan_t *scan, const char *data,
    size_t len, size_t *whole, size_t *bad);

/* Whether the text so far ends within a string. */
bool scim_json_scan_open(const scim_json_scan_t *scan);

#endif /* SCIM_JSON_SCAN_H */
