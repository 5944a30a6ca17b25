/*
 * JSON values to text.  Recurses once per level of nesting, which the parser
 * bounds (scim_json_limits_t.depth).
 */

#include "scim_json.h"

#include <string.h>

#define QUOTE      0x22
#define BACKSLASH  0x5c


/* The letter of the short escape of a control character, or 0. */
static char
short_escape(unsigned char c)
{
    switch (c) {
    case '\b': return 'b';
    case '\t': return 't';
    case '\n': return 'n';
    case '\f': return 'f';
    case '\r': return 'r';
    case QUOTE:
    case BACKSLASH:
        return (char) c;
    default:
        return 0;
    }
}


static void
write_escape(scim_buf_t *buf, unsigned char c)
{
    static const char  hex[] = "0123456789abcdef";
    char               letter = short_escape(c);
    char               text[6] = { '\\', 'u', '0', '0' };

    if (letter != 0) {
        text[1] = letter;
        scim_buf_add(buf, text, 2);
        return;
    }

    text[4] = hex[c >> 4];
    text[5] = hex[c & 0x0f];
    scim_buf_add(buf, text, sizeof(text));
}


void
scim_json_write_string(scim_buf_t *buf, scim_str_t text)
{
    size_t         i, start = 0;
    unsigned char  c;

    scim_buf_char(buf, '"');

    for (i = 0; i < text.len; i++) {
        c = (unsigned char) text.data[i];

        if (c < 0x20 || c == QUOTE || c == BACKSLASH) {
            scim_buf_add(buf, text.data + start, i - start);
            write_escape(buf, c);
            start = i + 1;
        }
    }

    if (i > start) {
        scim_buf_add(buf, text.data + start, i - start);
    }

    scim_buf_char(buf, '"');
}


static void
write_children(scim_buf_t *buf, const scim_json_t *value, bool names)
{
    const scim_json_t  *child;

    for (child = value->first; child != NULL; child = child->next) {
        if (child != value->first) {
            scim_buf_char(buf, ',');
        }

        if (names) {
            scim_json_write_string(buf, child->name);
            scim_buf_char(buf, ':');
        }

        scim_json_write(buf, child);
    }
}


void
scim_json_write(scim_buf_t *buf, const scim_json_t *value)
{
    switch (value->type) {
    case SCIM_JSON_NULL:
        scim_buf_lit(buf, "null");
        break;
    case SCIM_JSON_BOOL:
        scim_buf_str(buf, value->boolean ? scim_str("true")
                                         : scim_str("false"));
        break;
    case SCIM_JSON_NUMBER:
        scim_buf_str(buf, value->text);
        break;
    case SCIM_JSON_STRING:
        scim_json_write_string(buf, value->text);
        break;
    case SCIM_JSON_ARRAY:
        scim_buf_char(buf, '[');
        write_children(buf, value, false);
        scim_buf_char(buf, ']');
        break;
    case SCIM_JSON_OBJECT:
        scim_buf_char(buf, '{');
        write_children(buf, value, true);
        scim_buf_char(buf, '}');
        break;
    }
}
