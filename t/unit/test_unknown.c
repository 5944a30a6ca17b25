/*
 * What a resource type does not know: ignored, kept, refused; in whole
 * resources and in patches.
 */

#include "unit.h"

#include "scim/scim_resource.h"

#include <stdio.h>

#define N(array)  (sizeof(array) / sizeof((array)[0]))
#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define SU   "'schemas':['" U "'],'userName':'a'"
#define SUE  "'schemas':['" U "','" ENT "'],'userName':'a'"


/* The input, what is kept of it, and why it is refused (NULL: it is not). */
static const struct {
    const char *input, *kept, *refused;
} resources[] = {
    { "{'userName':'a','title':'t','NAME':{'givenName':'g'},"
      "'emails':[{'value':'x','type':'work'}],'emails.display':'d'}", NULL,
      NULL },
    { "{'userName':'a','shoeSize':{'eu':[38,null]}}",
      "{" SU ",'shoeSize':{'eu':[38,null]}}",
      "a \"User\" has no attribute \"shoeSize\"" },
    { "{'userName':'a','one':1,'title':'t','two':2}",
      "{" SU ",'title':'t','one':1,'two':2}",
      "a \"User\" has no attribute \"one\"" },
    { "{'userName':'a','x':null,'y':[]}", "{" SU "}",
      "a \"User\" has no attribute \"x\"" },
    { "{'userName':'a','urn:x:y':{'a':1}}", "{" SU ",'urn:x:y':{'a':1}}",
      "a \"User\" has no attribute \"urn:x:y\"" },
    { "{'userName':'a','" ENT "':{'badge':7}}",
      "{" SUE ",'" ENT "':{'badge':7}}",
      "the schema \"" ENT "\" has no attribute \"badge\"" },
    { "{'userName':'a','" ENT "':{'department':'d','badge':7}}",
      "{" SUE ",'" ENT "':{'department':'d','badge':7}}",
      "the schema \"" ENT "\" has no attribute \"badge\"" },
    { "{'userName':'a','" U "':{'shoeSize':38,'title':'t'}}",
      "{" SU ",'title':'t','shoeSize':38}",
      "a \"User\" has no attribute \"shoeSize\"" },
    { "{'userName':'a','" U "':{'department':'d'}}", "{" SU "}",
      "a \"User\" has no attribute \"department\"" },
    { "{'userName':'a','name':{'nick':'n','givenName':'g'}}",
      "{" SU ",'name':{'givenName':'g'}}",
      "\"name\" has no sub-attribute \"nick\"" },
    { "{'userName':'a','addresses':[{'type':'work'},{'city':'c'}]}",
      "{" SU ",'addresses':[{'type':'work'}]}",
      "\"addresses\" has no sub-attribute \"city\"" },
    { "{'userName':'a','name.nick':'n','EMAILS.at':1}", "{" SU "}",
      "a \"User\" has no attribute \"name.nick\"" },
    { "{'userName':'a','userName.x':1,'x.y':2}", "{" SU ",'x.y':2}",
      "a \"User\" has no attribute \"userName.x\"" },
    { "{'userName':'a','" U ":name.nick':'n'}", "{" SU "}",
      "a \"User\" has no attribute \"" U ":name.nick\"" },
    { "{'userName':'a','" U "':{'name.nick':'n','manager.x':1}}", "{" SU "}",
      "a \"User\" has no attribute \"name.nick\"" },
    { "{'userName':'a','manager.x':1}", "{" SU "}",
      "a \"User\" has no attribute \"manager.x\"" },
    { "{'userName':'a','" ENT ":manager.x':1}", "{" SU "}",
      "a \"User\" has no attribute \"" ENT ":manager.x\"" },
    { "{'userName':'a','" ENT "':{'manager.x':1,'badge.x':7}}",
      "{" SUE ",'" ENT "':{'badge.x':7}}",
      "the schema \"" ENT "\" has no attribute \"manager.x\"" },
    { "{'userName':'a','manager':{'value':'m','x':1}}",
      "{" SUE ",'" ENT "':{'manager':{'value':'m'}}}",
      "\"" ENT ":manager\" has no sub-attribute \"x\"" },
};


static void
whole_resources(void **state)
{
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *input, *doc;
    scim_pool_t  *pool = scim_pool_create(0);
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(resources); i++) {
        input = unit_json(pool, resources[i].input);

        assert_int_equal(scim_resource_accept(pool, unit_type("User"),
                                              SCIM_UNKNOWN_KEEP, input, &doc,
                                              NULL, &err), SCIM_OK);
        if (resources[i].kept != NULL) {
            assert_string_equal(unit_text(pool, doc), resources[i].kept);

            /* and so it stays */
            assert_int_equal(scim_resource_settle(pool, unit_type("User"),
                                                  doc, &err), SCIM_OK);
            assert_string_equal(unit_text(pool, doc), resources[i].kept);
        }

        rc = scim_resource_accept(pool, unit_type("User"),
                                  SCIM_UNKNOWN_REFUSE, input, &doc, NULL,
                                  &err);

        if (resources[i].refused == NULL) {
            assert_int_equal(rc, SCIM_OK);
            continue;
        }

        assert_int_equal(rc, SCIM_REFUSED);
        assert_int_equal(err.status, 400);
        assert_int_equal(err.type, SCIM_INVALID_SYNTAX);
        if (strncmp(err.detail, resources[i].refused,
                    strlen(resources[i].refused)) != 0)
        {
            fail_msg("%s: %s", resources[i].input, err.detail);
        }
    }

    scim_pool_destroy(pool);
}


#define DOC  "{'userName':'a','old':1,'" ENT "':{'department':'d','x':1}}"

/* One operation; the document after it (NULL: nothing is unknown); why it is
 * refused. */
static const struct {
    const char *operation, *doc, *refused;
} patches[] = {
    { "{'op':'add','value':{'title':'t','name.givenName':'g',"
      "'emails[type eq \\'work\\'].value':'v'}}", NULL, NULL },
    { "{'op':'remove','path':'title'}", NULL, NULL },
    { "{'op':'remove','value':{'new':2}}", NULL, NULL },
    { "{'op':'add','path':'title','value':'t'}", NULL, NULL },
    { "{'op':'add','path':'nothing','value':{'x':1}}", NULL, NULL },
    { "{'op':'add'}", NULL, NULL },
    { "{'op':'add','value':{'new':[2]}}",
      "{'userName':'a','old':1,'" ENT "':{'department':'d','x':1},'new':[2]}",
      "a \"User\" has no attribute \"new\"" },
    { "{'op':'Replace','path':'','value':{'old':null}}",
      "{'userName':'a','" ENT "':{'department':'d','x':1}}",
      "a \"User\" has no attribute \"old\"" },
    { "{'op':'replace','value':{'" ENT "':{'x':2,'y':[]}}}",
      "{'userName':'a','old':1,'" ENT "':{'department':'d','x':2}}",
      "the schema \"" ENT "\" has no attribute \"x\"" },
    { "{'op':'add','path':'" ENT "','value':{'department':'e','z':3}}",
      "{'userName':'a','old':1,'" ENT "':{'department':'d','x':1,'z':3}}",
      "the schema \"" ENT "\" has no attribute \"z\"" },
    { "{'op':'add','value':{'name.nick':'n'}}", NULL,
      "a \"User\" has no attribute \"name.nick\"" },
    { "{'op':'add','value':{'new':2,'" ENT ":manager.n':'n'}}",
      "{'userName':'a','old':1,'" ENT "':{'department':'d','x':1},'new':2}",
      "a \"User\" has no attribute \"new\"" },
    { "{'op':'add','value':{'" ENT "':{'manager.n':'n'}}}", NULL,
      "the schema \"" ENT "\" has no attribute \"manager.n\"" },
    { "{'op':'add','path':'" ENT "','value':{'manager.n':'n'}}", NULL,
      "the schema \"" ENT "\" has no attribute \"manager.n\"" },
    { "{'op':'add','value':{'" U "':{'department':'n'}}}", NULL,
      "a \"User\" has no attribute \"department\"" },
    { "{'op':'add','path':'name','value':{'nick':'n'}}", NULL,
      "\"name\" has no sub-attribute \"nick\"" },
    { "{'op':'add','value':{'" ENT "':{'manager':{'n':'n'}}}}", NULL,
      "\"" ENT ":manager\" has no sub-attribute \"n\"" },
    { "{'op':'add','path':'emails[type eq \\'work\\']',"
      "'value':[{'value':'v','at':'w'}]}", NULL,
      "\"emails\" has no sub-attribute \"at\"" },
    { "{'op':'add','value':{'emails':{'at':1}}}", NULL,
      "\"emails\" has no sub-attribute \"at\"" },
};


static scim_json_t *
body_of(scim_pool_t *pool, const char *operation)
{
    char  text[512];

    snprintf(text, sizeof(text), "{'Operations':[%s]}", operation);

    return unit_json(pool, text);
}


static void
in_patches(void **state)
{
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *body, *doc;
    scim_pool_t  *pool = scim_pool_create(0);
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(patches); i++) {
        body = body_of(pool, patches[i].operation);
        doc = unit_json(pool, DOC);

        rc = scim_unknown_keep_patch(pool, unit_type("User"), body, NULL);
        assert_int_equal(rc, patches[i].doc != NULL ? SCIM_OK : SCIM_NONE);

        assert_int_equal(scim_unknown_keep_patch(pool, unit_type("User"),
                                                 body, doc), rc);
        if (patches[i].doc != NULL) {
            assert_string_equal(unit_text(pool, doc), patches[i].doc);
        }

        rc = scim_unknown_check_patch(pool, unit_type("User"), body, &err);

        if (patches[i].refused == NULL) {
            assert_int_equal(rc, SCIM_OK);

        } else if (rc != SCIM_REFUSED
                   || strncmp(err.detail, patches[i].refused,
                              strlen(patches[i].refused)) != 0)
        {
            fail_msg("%s: %d %s", patches[i].operation, rc,
                     rc == SCIM_REFUSED ? err.detail : "");
        }
    }

    scim_pool_destroy(pool);
}


static void
no_operations(void **state)
{
    static const char *const  bodies[] = {
        "{}", "[]", "{'Operations':{}}", "{'Operations':[1,[],{}]}",
        "{'Operations':[{'op':'add','path':'" ENT "','value':1}]}",
    };
    size_t        i;
    scim_pool_t  *pool = scim_pool_create(0);
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(bodies); i++) {
        assert_int_equal(scim_unknown_check_patch(pool, unit_type("User"),
                             unit_json(pool, bodies[i]), &err), SCIM_OK);
    }

    scim_pool_destroy(pool);
}


static scim_rc_t
keep(void *data)
{
    scim_rc_t     rc;
    scim_pool_t  *pool;
    scim_json_t  *doc;
    scim_error_t  err;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_resource_accept(pool, unit_type("User"), SCIM_UNKNOWN_KEEP,
                              data, &doc, NULL, &err);
    scim_pool_destroy(pool);

    return rc;
}


static scim_rc_t
keep_patch(void *data)
{
    scim_rc_t     rc;
    scim_pool_t  *pool;
    scim_json_t  *doc;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    doc = scim_json_object(pool);
    rc = doc == NULL ? SCIM_NOMEM
         : scim_unknown_keep_patch(pool, unit_type("User"), data, doc);
    scim_pool_destroy(pool);

    return rc;
}


static void
no_memory(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);

    (void) state;

    unit_fail_allocations(keep, unit_json(pool, resources[6].input));
    unit_fail_allocations(keep_patch, body_of(pool, patches[8].operation));
    scim_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(whole_resources),
        cmocka_unit_test(in_patches),
        cmocka_unit_test(no_operations),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
