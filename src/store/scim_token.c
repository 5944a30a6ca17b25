/*
 * Tokens as text: how they look, and their hash.
 */

#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "scim_store_token.h"


#define PREFIX        "scim_"
#define PREFIX_LEN    (sizeof(PREFIX) - 1)
#define RANDOM_BYTES  32
#define RANDOM_LEN    43        /* base62 digits of 256 bits */
#define CHECKED_LEN   (PREFIX_LEN + RANDOM_LEN)
#define CHECK_LEN     6         /* base62 digits of 32 bits */


static const char digits[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";


scim_rc_t
scim_token_hash(scim_str_t token, char hex[SCIM_SHA256_HEX + 1])
{
    static const char hexdigits[] = "0123456789abcdef";

    unsigned      i, len;
    unsigned char hash[EVP_MAX_MD_SIZE];

    if (EVP_Digest(token.data, token.len, hash, &len, EVP_sha256(), NULL) != 1
        || len * 2 != SCIM_SHA256_HEX)
    {
        return SCIM_NOMEM;
    }

    for (i = 0; i < len; i++) {
        hex[2 * i] = hexdigits[hash[i] >> 4];
        hex[2 * i + 1] = hexdigits[hash[i] & 15];
    }
    hex[SCIM_SHA256_HEX] = '\0';

    return SCIM_OK;
}


/* The big-endian number in base 62, with leading zeroes; number becomes 0. */
static void
base62(uint8_t *number, size_t size, char *out, size_t len)
{
    size_t   i;
    unsigned rest;

    while (len > 0) {
        rest = 0;

        for (i = 0; i < size; i++) {
            rest = rest << 8 | number[i];
            number[i] = (uint8_t) (rest / 62);
            rest %= 62;
        }

        out[--len] = digits[rest];
    }
}


static void
checksum(const char *token, char out[CHECK_LEN])
{
    uLong   crc;
    uint8_t number[4];

    crc = crc32(0, (const Bytef *) token, (uInt) CHECKED_LEN);

    number[0] = (uint8_t) (crc >> 24);
    number[1] = (uint8_t) (crc >> 16);
    number[2] = (uint8_t) (crc >> 8);
    number[3] = (uint8_t) crc;

    base62(number, sizeof(number), out, CHECK_LEN);
}


void
scim_token_format(const uint8_t random[32], char out[SCIM_TOKEN_LEN + 1])
{
    uint8_t number[RANDOM_BYTES];

    memcpy(number, random, sizeof(number));
    memcpy(out, PREFIX, PREFIX_LEN);
    base62(number, sizeof(number), out + PREFIX_LEN, RANDOM_LEN);
    checksum(out, out + CHECKED_LEN);
    out[SCIM_TOKEN_LEN] = '\0';
}


bool
scim_token_wellformed(scim_str_t token)
{
    size_t i;
    char   check[CHECK_LEN];

    if (token.len != SCIM_TOKEN_LEN
        || memcmp(token.data, PREFIX, PREFIX_LEN) != 0)
    {
        return false;
    }

    for (i = PREFIX_LEN; i < token.len; i++) {
        if (memchr(digits, token.data[i], sizeof(digits) - 1) == NULL) {
            return false;
        }
    }

    checksum(token.data, check);

    return memcmp(check, token.data + CHECKED_LEN, CHECK_LEN) == 0;
}
