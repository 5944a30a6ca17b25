/*
 * SCIM errors: filled in by whoever refuses, written as the body RFC 7644
 * section 3.12 describes.
 */

#include "scim_error.h"
#include "scim_json.h"
#include "scim_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The longest character but one byte: so much more text is formatted to see
 * whether the cut would go through a character. */
#define CUT_SLACK  4


scim_rc_t
scim_refuse(scim_error_t *err, int status, scim_error_type_e type,
    const char *fmt, ...)
{
    char      text[SCIM_ERROR_DETAIL + CUT_SLACK];
    size_t    len;
    va_list   args;

    va_start(args, fmt);
    if (vsnprintf(text, sizeof(text), fmt, args) < 0) {
        text[0] = '\0';
    }
    va_end(args);

    len = scim_utf8_cut(scim_str_from(text), SCIM_ERROR_DETAIL - 1);
    scim_utf8_clean(text, len);

    err->status = status;
    err->type = type;
    err->retry_after = 0;
    memcpy(err->detail, text, len);
    err->detail[len] = '\0';

    return SCIM_REFUSED;
}


const char *
scim_error_type_name(scim_error_type_e type)
{
    static const char *const  names[] = {
        [SCIM_TYPE_NONE] = NULL,
        [SCIM_INVALID_FILTER] = "invalidFilter",
        [SCIM_TOO_MANY] = "tooMany",
        [SCIM_UNIQUENESS] = "uniqueness",
        [SCIM_MUTABILITY] = "mutability",
        [SCIM_INVALID_SYNTAX] = "invalidSyntax",
        [SCIM_INVALID_PATH] = "invalidPath",
        [SCIM_NO_TARGET] = "noTarget",
        [SCIM_INVALID_VALUE] = "invalidValue",
        [SCIM_INVALID_VERS] = "invalidVers",
        [SCIM_SENSITIVE] = "sensitive",
        [SCIM_INVALID_CURSOR] = "invalidCursor",
        [SCIM_EXPIRED_CURSOR] = "expiredCursor",
        [SCIM_INVALID_COUNT] = "invalidCount"
    };

    return (size_t) type < sizeof(names) / sizeof(names[0]) ? names[type]
                                                            : NULL;
}


void
scim_error_write(scim_buf_t *buf, const scim_error_t *err)
{
    const char  *type = scim_error_type_name(err->type);

    scim_buf_lit(buf, "{\"schemas\":"
                      "[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
                      "\"status\":\"");
    scim_buf_uint(buf, (uint64_t) err->status);
    scim_buf_char(buf, '"');

    if (type != NULL) {
        scim_buf_lit(buf, ",\"scimType\":");
        scim_json_write_string(buf, scim_str_from(type));
    }

    if (err->detail[0] != '\0') {
        scim_buf_lit(buf, ",\"detail\":");
        scim_json_write_string(buf, scim_str_from(err->detail));
    }

    scim_buf_char(buf, '}');
}
