/*
 * A displayName that is made of the name.
 */

#include "scim_derive.h"


/* Bytes of white space at the start of s: ASCII's, and U+00A0, which copied
 * text has. */
static size_t
white(scim_str_t s)
{
    if (s.len >= 2 && s.data[0] == '\xc2' && s.data[1] == '\xa0') {
        return 2;
    }

    return s.len != 0
           && (s.data[0] == ' ' || (s.data[0] >= '\t' && s.data[0] <= '\r'));
}


/* Appends the words of text, a blank before each but the first. */
static void
add_words(scim_buf_t *buf, scim_str_t text)
{
    bool    apart = buf->len != 0;
    size_t  n;

    while (text.len != 0) {

        n = white(text);

        if (n != 0) {
            apart = buf->len != 0;
            text = scim_str_skip(text, n);
            continue;
        }

        if (apart) {
            scim_buf_char(buf, ' ');
            apart = false;
        }

        scim_buf_char(buf, text.data[0]);
        text = scim_str_skip(text, 1);
    }
}


static scim_rc_t
derive(scim_pool_t *pool, const scim_json_t *doc, scim_str_t *out)
{
    size_t              i, n;
    scim_buf_t          buf;
    const scim_json_t  *name = scim_json_get(doc, scim_str("name"));
    const scim_str_t    given = scim_json_get_text(name,
                                                   scim_str("givenName"));
    const scim_str_t    family = scim_json_get_text(name,
                                                    scim_str("familyName"));
    const scim_str_t    others[] = {
        scim_json_get_text(name, scim_str("formatted")),
        given,
        family,
        scim_json_get_text(doc, scim_str("displayName")),
        scim_json_get_text(doc, scim_str("userName"))
    };

    scim_buf_init(&buf, pool, 64);

    add_words(&buf, given);
    n = buf.len;
    add_words(&buf, family);

    if (n == 0 || buf.len == n) {
        buf.len = 0;
    }

    for (i = 0; buf.len == 0 && i < sizeof(others) / sizeof(others[0]); i++) {
        add_words(&buf, others[i]);
    }

    return scim_buf_done(&buf, out);
}


scim_rc_t
scim_display_derive(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_json_t *doc, scim_error_t *err)
{
    scim_str_t    text;
    scim_json_t  *value = NULL;

    if (derive(pool, doc, &text) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (text.len != 0) {
        value = scim_json_string(pool, text);
        if (value == NULL) {
            return SCIM_NOMEM;
        }
    }

    return scim_resource_put(pool, type, doc, scim_str("displayName"), value,
                             err);
}


scim_rc_t
scim_display_keep(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *old, scim_json_t *doc, scim_error_t *err)
{
    scim_json_t        *value = NULL;
    const scim_json_t  *was = scim_json_get(old, scim_str("displayName"));

    if (was != NULL) {
        value = scim_json_copy(pool, was);
        if (value == NULL) {
            return SCIM_NOMEM;
        }
    }

    return scim_resource_put(pool, type, doc, scim_str("displayName"), value,
                             err);
}
