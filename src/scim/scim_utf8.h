/*
 * Strict UTF-8 (RFC 3629), byte by byte: for text that comes in pieces.
 * Internal to the protocol floor.
 */

#ifndef SCIM_UTF8_H
#define SCIM_UTF8_H

#include "scim_core.h"

/* Zeroed: between two characters. */
typedef struct {
    uint8_t  more;      /* continuation bytes to come */
    uint8_t  low;       /* what the next one must lie within: the second */
    uint8_t  high;      /* byte rules out overlong forms and surrogates */
} scim_utf8_t;


static inline bool
scim_utf8_lead(scim_utf8_t *u, uint8_t c)
{
    if (c < 0xc2 || c > 0xf4) {
        return false;
    }

    u->more = (uint8_t) (c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3);
    u->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    u->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    return true;
}


/* Takes the next byte; false if it cannot stand there. */
static inline bool
scim_utf8_step(scim_utf8_t *u, uint8_t c)
{
    if (u->more == 0) {
        return c < 0x80 || scim_utf8_lead(u, c);
    }

    if (c < u->low || c > u->high) {
        return false;
    }

    u->more--;
    u->low = 0x80;
    u->high = 0xbf;
    return true;
}

#endif /* SCIM_UTF8_H */
