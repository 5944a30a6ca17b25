/*
 * A displayName that is made of the name, and one that is kept.
 */

#include <stdio.h>

#include "unit.h"

#include "scim/scim_derive.h"

#define U    "'schemas':['urn:ietf:params:scim:schemas:core:2.0:User']"
#define ID   ",'id':'1'"
#define META ",'meta':{'resourceType':'User','created':'t'}"
#define NBSP "\xc2\xa0"
#define N(array)  (sizeof(array) / sizeof((array)[0]))

static scim_pool_t  *pool;


static int
setup(void **state)
{
    (void) state;

    pool = scim_pool_create(0);
    return pool == NULL;
}


static int
teardown(void **state)
{
    (void) state;

    scim_pool_destroy(pool);
    return 0;
}


static void
what_it_is_made_of(void **state)
{
    static const struct {
        const char *doc, *display;
    } rows[] = {
        { "'name':{'familyName':'Lovelace','givenName':'Ada'}",
          "Ada Lovelace" },
        { "'name':{'formatted':'Lady Ada','familyName':'Lovelace',"
          "'givenName':'Ada'},'displayName':'x'", "Ada Lovelace" },
        { "'name':{'formatted':'Lady Ada','givenName':'Ada'}", "Lady Ada" },
        { "'name':{'formatted':'Lady Ada'},'displayName':'x'", "Lady Ada" },
        { "'name':{'formatted':' \\t ','givenName':'Ada'},'displayName':'x'",
          "Ada" },
        { "'name':{'familyName':'Lovelace'},'displayName':'x'", "Lovelace" },
        { "'name':{'familyName':' ','givenName':'Ada'}", "Ada" },
        { "'displayName':'As Sent'", "As Sent" },
        { "'displayName':'  '", "u" },
        { "'title':'none'", "u" },

        /* blanks */
        { "'name':{'familyName':'\\n van  der\\tBerg ','givenName':' Ada '}",
          "Ada van der Berg" },
        { "'name':{'familyName':'" NBSP "Lovelace" NBSP "','givenName':'Ada"
          NBSP NBSP "King'}", "Ada King Lovelace" },
        { "'displayName':' As  Sent '", "As Sent" },
        { "'name':{'familyName':'\xc3\x85sa','givenName':'\xe4\xb8\x80'}",
          "\xe4\xb8\x80 \xc3\x85sa" },
    };

    char          text[512];
    size_t        i;
    scim_json_t  *doc;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        (void) snprintf(text, sizeof(text), "{" U ",'userName':'u',%s}",
                        rows[i].doc);
        doc = unit_json(pool, text);

        assert_int_equal(scim_display_derive(pool, unit_type("User"), doc,
                                             &err), SCIM_OK);
        (void) snprintf(text, sizeof(text), "%.*s",
                        SCIM_FMT(scim_json_get_text(doc,
                                                 scim_str("displayName"))));
        assert_string_equal(text, rows[i].display);
    }
}


/* The document stays canonical, stamped or not. */
static void
where_it_stands(void **state)
{
    size_t        i;
    scim_json_t  *doc;
    scim_error_t  err;

    static const struct {
        const char *doc, *derived;
    } rows[] = {
        { "{" U ",'userName':'u','title':'t'}",
          "{" U ",'userName':'u','displayName':'u','title':'t'}" },
        { "{" U ID ",'userName':'u','title':'t'" META "}",
          "{" U ID ",'userName':'u','displayName':'u','title':'t'" META "}" },
        { "{" U ",'userName':'u','displayName':' x ','title':'t'}",
          "{" U ",'userName':'u','displayName':'x','title':'t'}" },
        /* nothing to make it of */
        { "{" U ",'title':'t'}", "{" U ",'title':'t'}" },
    };

    (void) state;

    for (i = 0; i < N(rows); i++) {
        doc = unit_json(pool, rows[i].doc);
        assert_int_equal(scim_display_derive(pool, unit_type("User"), doc,
                                             &err), SCIM_OK);
        assert_string_equal(unit_text(pool, doc), rows[i].derived);
    }
}


static void
the_old_one_is_kept(void **state)
{
    size_t        i;
    scim_json_t  *doc;
    scim_error_t  err;

    static const struct {
        const char *old, *doc, *kept;
    } rows[] = {
        { "'displayName':'old'", "'displayName':'new'",
          "'displayName':'old'" },
        { "'displayName':'old'", "'title':'t'",
          "'displayName':'old','title':'t'" },
        { "'displayName':''", "'displayName':'new'", "'displayName':''" },
        { "'title':'t'", "'displayName':'new','title':'s'", "'title':'s'" },
        { "'title':'t'", "'title':'s'", "'title':'s'" },
    };

    (void) state;

    for (i = 0; i < N(rows); i++) {
        char  old[256], new[256], kept[256];

        (void) snprintf(old, sizeof(old), "{" U ",'userName':'u',%s}",
                        rows[i].old);
        (void) snprintf(new, sizeof(new), "{" U ",'userName':'u',%s}",
                        rows[i].doc);
        (void) snprintf(kept, sizeof(kept), "{" U ",'userName':'u',%s}",
                        rows[i].kept);

        doc = unit_json(pool, new);
        assert_int_equal(scim_display_keep(pool, unit_type("User"),
                                           unit_json(pool, old), doc, &err),
                         SCIM_OK);
        assert_string_equal(unit_text(pool, doc), kept);
    }
}


static scim_rc_t
scarce(void *data)
{
    scim_rc_t           rc = SCIM_NOMEM;
    scim_json_t        *doc;
    scim_pool_t        *own;
    scim_error_t        err;
    const scim_json_t  *from = data;

    own = scim_pool_create(64);
    if (own == NULL) {
        return SCIM_NOMEM;
    }

    doc = scim_json_copy(own, from);

    if (doc != NULL) {
        rc = scim_display_derive(own, unit_type("User"), doc, &err);
    }

    if (rc == SCIM_OK) {
        scim_json_remove(doc, scim_json_get(doc, scim_str("displayName")));
        rc = scim_display_keep(own, unit_type("User"), from, doc, &err);
    }

    scim_pool_destroy(own);

    return rc;
}


static void
memory_may_run_short(void **state)
{
    (void) state;

    (void) unit_type("User");
    unit_fail_allocations(scarce, unit_json(pool, "{" U ",'userName':'u',"
                          "'displayName':'d','name':{'givenName':'Ada',"
                          "'familyName':'Lovelace'}}"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(what_it_is_made_of, setup, teardown),
        cmocka_unit_test_setup_teardown(where_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(the_old_one_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_may_run_short, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
