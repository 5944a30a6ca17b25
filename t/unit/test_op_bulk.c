/*
 * Bulks over a real Redis.
 */

#include <stdio.h>
#include <stdlib.h>

#include "unit_op.h"
#include "unit_redis.h"


static unit_answer_t
bulk_with(const char *members, const char *operations)
{
    return unit_op("POST /Bulk",
                   unit_fill("{'schemas':['urn:ietf:params:scim:api:messages:"
                             "2.0:BulkRequest'],@M'Operations':[@O]}", "MO",
                             members, operations));
}


static unit_answer_t
bulk(const char *operations)
{
    return bulk_with("", operations);
}


/* The i-th row of the answer; NULL: there is none. */
static const scim_json_t *
row(const unit_answer_t *answer, size_t i)
{
    const scim_json_t  *at;

    at = scim_json_get(answer->json, scim_str("Operations"));
    assert_non_null(at);

    for (at = at->first; at != NULL && i > 0; i--) {
        at = at->next;
    }

    return at;
}


/* "201 201 409": of all rows. */
static const char *
statuses(const unit_answer_t *answer)
{
    size_t              i;
    const char         *text = "";
    const scim_json_t  *at;

    assert_int_equal(answer->status, 200);

    for (i = 0; (at = row(answer, i)) != NULL; i++) {
        text = unit_printf("%s%s%.*s", text, (i == 0) ? "" : " ",
                           SCIM_FMT(scim_json_get_text(at,
                                                       scim_str("status"))));
    }

    return text;
}


/* A member of a row, or of its response: "" if there is none. */
static const char *
cell(const unit_answer_t *answer, size_t i, const char *name)
{
    scim_str_t          text;
    const scim_json_t  *at = row(answer, i);

    text = scim_json_get_text(at, scim_str_from(name));

    if (text.data == NULL) {
        text = scim_json_get_text(scim_json_get(at, scim_str("response")),
                                  scim_str_from(name));
    }

    return unit_printf("%.*s", SCIM_FMT(text));
}


/* What comes after the last "/" of a row's location. */
static const char *
id_of(const unit_answer_t *answer, size_t i)
{
    const char  *slash = strrchr(cell(answer, i, "location"), '/');

    assert_non_null(slash);

    return slash + 1;
}


static size_t
count(const char *type)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /%s?count=0", type), NULL);
    assert_int_equal(answer.status, 200);

    return strtoul(unit_get(&answer, "totalResults"), NULL, 10);
}


/* Names of the group's members, sorted: "ada eve". */
static const char *
members_of(const char *id)
{
    size_t              n = 0, i, j;
    const char         *names[16], *swap, *text = "";
    unit_answer_t       answer;
    const scim_json_t  *at;

    answer = unit_op(unit_printf("GET /Groups/%s", id), NULL);
    assert_int_equal(answer.status, 200);

    at = scim_json_get(answer.json, scim_str("members"));

    for (at = (at == NULL) ? NULL : at->first; at != NULL; at = at->next) {
        assert_true(n < 16);
        names[n++] = unit_printf("%.*s", SCIM_FMT(scim_json_get_text(at,
                                                     scim_str("display"))));
    }

    for (i = 0; i < n; i++) {
        for (j = i + 1; j < n; j++) {
            if (strcmp(names[j], names[i]) < 0) {
                swap = names[i];
                names[i] = names[j];
                names[j] = swap;
            }
        }

        text = unit_printf("%s%s%s", text, (i == 0) ? "" : " ", names[i]);
    }

    return text;
}


#define USER(id, name)  "{'method':'POST','path':'/Users','bulkId':'" id \
    "','data':{'userName':'" name "'}}"
#define GROUP(id, name, members)  "{'method':'POST','path':'/Groups'," \
    "'bulkId':'" id "','data':{'displayName':'" name "','members':[" members \
    "]}}"
#define REF(id)  "{'value':'bulkId:" id "'}"


static void
each_has_its_row(void **state)
{
    const char     *ada, *eve;
    unit_answer_t   answer;

    (void) state;

    ada = unit_user("ada");
    eve = unit_user("eve");

    answer = bulk(unit_fill(
        USER("b1", "bob") ","
        "{'method':'PUT','path':'/Users/@A','version':'W/\\'1\\'',"
        "'data':{'userName':'ada','title':'x'}},"
        "{'method':'patch','path':'https://x/scim/v2/Users/@A','data':"
        "{'Operations':[{'op':'add','path':'title','value':'y'}]}},"
        "{'method':'DELETE','path':'/Users/@E'}", "AE", ada, eve));

    assert_string_equal(statuses(&answer), "201 200 200 204");
    assert_string_equal(unit_get(&answer, "schemas"),
                        "['urn:ietf:params:scim:api:messages:2.0:"
                        "BulkResponse']");
    assert_string_equal(cell(&answer, 0, "method"), "POST");
    assert_string_equal(cell(&answer, 0, "bulkId"), "b1");
    assert_string_equal(cell(&answer, 0, "version"), "W/\"1\"");
    assert_null(strstr(answer.text, "'response'"));
    assert_string_equal(cell(&answer, 1, "location"),
                        unit_printf("https://x/scim/v2/Users/%s", ada));
    assert_string_equal(cell(&answer, 2, "version"), "W/\"3\"");
    assert_string_equal(cell(&answer, 3, "location"),
                        unit_printf("https://x/scim/v2/Users/%s", eve));

    answer = unit_op(unit_printf("GET /Users/%s", id_of(&answer, 0)), NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "userName"), "bob");

    answer = unit_op(unit_printf("GET /Users/%s", ada), NULL);
    assert_string_equal(unit_get(&answer, "title"), "y");
    assert_int_equal(unit_op(unit_printf("GET /Users/%s", eve), NULL).status,
                     404);

    assert_string_equal(bulk("").text,
                        "{'schemas':['urn:ietf:params:scim:api:messages:2.0:"
                        "BulkResponse'],'Operations':[]}");
}


/* RFC 7644 section 3.7.3 shows it so; only a PATCH is a list of anything. */
static void
a_patch_may_be_a_bare_list(void **state)
{
    const char     *ada, *group;
    unit_answer_t   answer;

    (void) state;

    ada = unit_user("ada");
    group = unit_group("g", NULL);

    answer = bulk(unit_fill(
        USER("eve", "eve") ","
        "{'method':'PATCH','data':[{'op':'remove','path':'title'},"
        "{'op':'add','path':'userName','value':'dave'}],"
        "'version':'W/\\'1\\'','path':'/Users/@A'},"
        "{'method':'PATCH','path':'/Groups/@G','data':["
        "{'op':'add','path':'members','value':[" REF("eve") "]}]},"
        "{'method':'PATCH','path':'/Users/@A','version':'W/\\'1\\'',"
        "'data':[{'op':'remove','path':'title'}]},"
        "{'method':'PATCH','path':'/Users/@A','data':[]},"
        "{'method':'PUT','path':'/Users/@A','data':[]},"
        "{'method':'POST','path':'/Users','bulkId':'b','data':[]}",
        "AG", ada, group));

    assert_string_equal(statuses(&answer), "201 200 204 412 400 400 400");
    assert_string_equal(members_of(group), "eve");

    answer = unit_op(unit_printf("GET /Users/%s", ada), NULL);
    assert_string_equal(unit_get(&answer, "userName"), "dave");
}


static void
what_is_no_bulk_is_refused(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char  *body;
        int          status;
        const char  *detail;
    } cases[] = {
        { NULL, 400, "no body" },
        { "[]", 400, "BulkRequest" },
        { "{}", 400, "Operations" },
        { "{'Operations':{}}", 400, "Operations" },
        { "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp'],"
          "'Operations':[]}", 400, "BulkRequest" },
        { "{'failOnErrors':0,'Operations':[]}", 400, "failOnErrors" },
        { "{'failOnErrors':-1,'Operations':[]}", 400, "failOnErrors" },
        { "{'failOnErrors':'1x','Operations':[]}", 400, "failOnErrors" },
        { "{'failOnErrors':1.5,'Operations':[]}", 400, "failOnErrors" },
        { "{'failOnErrors':true,'Operations':[]}", 400, "failOnErrors" },
        { "{'Operations':[1,2,3,4]}", 413, "maxOperations (3)" },
    };

    (void) state;

    unit_conf.bulk_operations = 3;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op("POST /Bulk", cases[i].body);

        if (answer.status != cases[i].status
            || strstr(unit_get(&answer, "detail"), cases[i].detail) == NULL)
        {
            fail_msg("%s: %d %s", cases[i].body, answer.status, answer.text);
        }
    }

    answer = unit_op("GET /Bulk", NULL);
    assert_int_equal(answer.status, 405);
    assert_string_equal(answer.result->allow, "POST");

    unit_conf.bulk_operations = 0;
    assert_int_equal(unit_op("POST /Bulk", "{'Operations':[]}").status, 501);
}


static void
a_bad_operation_undoes_no_other(void **state)
{
    size_t         i;
    const char    *ada;
    unit_answer_t  answer;

    static const struct {
        const char  *operation;
        const char  *status;
        const char  *detail;
        bool         location;
    } cases[] = {
        { "7", "400", "JSON object", false },
        { "{}", "400", "method", false },
        { "{'method':'GET','path':'/Users/@A'}", "400", "\"GET\"", false },
        { "{'method':'POST','bulkId':'x','data':{}}", "400", "path", false },
        { "{'method':'POST','path':'/Users','data':{'userName':'x'}}", "400",
          "bulkId", false },
        { "{'method':'POST','path':'/Users','bulkId':'x'}", "400", "no data",
          false },
        { "{'method':'PATCH','path':'/Users/@A'}", "400", "no data", false },
        { "{'method':'POST','path':'/Bulk','bulkId':'x','data':{}}", "400",
          "/Bulk", false },
        { "{'method':'POST','path':'/Users/.search','bulkId':'x','data':{}}",
          "400", ".search", false },
        { "{'method':'POST','path':'/Users/@A','bulkId':'x','data':{}}",
          "400", "/Users/", false },
        { "{'method':'DELETE','path':'/Users'}", "400", "/Users/ID", false },
        { "{'method':'DELETE','path':'/Nothing/1'}", "404", "/Nothing/1",
          false },
        { "{'method':'DELETE','path':'/Users/nobody'}", "404", "nobody",
          true },
        { "{'method':'DELETE','path':'/Users/bulkId:x'}", "400", "bulkId:x",
          false },
        { USER("ok1", "a"), "400", "unique within", false },
        { "{'method':'POST','path':'/Users','bulkId':'x','data':{}}", "400",
          "userName", false },
        { USER("x", "ADA"), "409", "userName", false },
        { GROUP("x", "g", REF("y")), "400", "bulkId:y", false },
        { "{'method':'PUT','path':'/Users/@A','version':'W/\\'7\\'','data':"
          "{'userName':'ada'}}", "412", "version", true },
        { "{'method':'DELETE','path':'/Users/@A','version':7}", "400",
          "version is a text", false },
        { "{'method':'PATCH','path':'/Users/@A','data':{'Operations':"
          "[{'op':'add','path':'urn:ietf:params:scim:schemas:extension:"
          "enterprise:2.0:User:manager','value':'bulkId:y'}]}}", "400",
          "bulkId:y", true },
    };

    (void) state;

    ada = unit_user("ada");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = bulk(unit_fill("{'method':'POST','path':'/Users','bulkId':"
                                "'ok1','data':{'userName':'one@N'}},@O,"
                                "{'method':'POST','path':'/Users','bulkId':"
                                "'ok2','data':{'userName':'two@N'}}", "NO",
                                unit_printf("%zu", i),
                                unit_fill(cases[i].operation, "A", ada)));

        if (strcmp(statuses(&answer),
                   unit_printf("201 %s 201", cases[i].status)) != 0
            || strstr(cell(&answer, 1, "detail"), cases[i].detail) == NULL
            || (*cell(&answer, 1, "location") != '\0') != cases[i].location
            || strcmp(unit_get(&(unit_answer_t) { .json =
                          scim_json_get(row(&answer, 1), scim_str("response"))
                      }, "status"), cases[i].status) != 0)
        {
            fail_msg("%s: %s", cases[i].operation, answer.text);
        }

        assert_int_equal(count("Users"), 1 + 2 * (i + 1));
    }

    assert_int_equal(count("Groups"), 0);
}


static void
independent_operations_share_round_trips(void **state)
{
    size_t         i;
    scim_buf_t     buf;
    scim_str_t     text;
    unit_answer_t  answer;

    (void) state;

    scim_buf_init(&buf, unit_op_pool(), 0);

    for (i = 0; i < 1000; i++) {
        scim_buf_str(&buf, scim_str_from(unit_printf(
            "%s{'method':'POST','path':'/Users','bulkId':'b%zu','data':"
            "{'userName':'u%zu'}}", (i == 0) ? "" : ",", i, i)));
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    answer = bulk(text.data);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, (1000 + 31) / 32);
    assert_int_equal(count("Users"), 1000);

    for (i = 0; i < 1000; i++) {
        assert_string_equal(cell(&answer, i, "status"), "201");
        assert_string_equal(cell(&answer, i, "bulkId"),
                            unit_printf("b%zu", i));
    }

    answer = bulk(USER("a", "x"));
    assert_int_equal(answer.trips, 1);
}


static void
references_are_resolved(void **state)
{
    const char     *group;
    unit_answer_t   answer, got;

    (void) state;

    /* Back, forward, in a path, in a path's filter, without an object. */
    group = unit_group("old", NULL);

    answer = bulk(unit_fill(
        GROUP("g", "all", REF("ada") "," REF("eve")) ","
        USER("ada", "ada") ","
        USER("eve", "eve") ","
        GROUP("h", "some", "'bulkId:ada'") ","
        "{'method':'PATCH','path':'/Groups/BulkId:g','data':{'Operations':["
        "{'op':'add','path':'members','value':[" REF("h") "]},"
        "{'op':'remove','path':'members[value eq \\'bulkId:eve\\']'}]}},"
        "{'method':'PATCH','path':'/Groups/@G','data':{'Operations':["
        "{'op':'add','path':'members','value':'bulkId:eve'}]}},"
        "{'method':'PUT','path':'/Users/bulkId:ada','data':{'userName':"
        "'ada','displayName':'bulkId:eve','profileUrl':'bulkId:h',"
        "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':"
        "{'manager':{'value':'bulkId:eve','$ref':'bulkId:eve'}}}}",
        "G", group));

    assert_string_equal(statuses(&answer), "201 201 201 201 204 204 200");
    assert_string_equal(members_of(id_of(&answer, 0)), "bulkId:eve some");
    assert_string_equal(members_of(group), "eve");
    assert_string_equal(members_of(id_of(&answer, 3)), "bulkId:eve");
    assert_string_equal(cell(&answer, 4, "location"),
                        cell(&answer, 0, "location"));

    got = unit_op(unit_printf("GET /Users/%s", id_of(&answer, 1)), NULL);
    assert_non_null(strstr(got.text,
                           unit_printf("'manager':{'value':'%s','$ref':'%s'",
                                       id_of(&answer, 2),
                                       cell(&answer, 2, "location"))));
    assert_string_equal(unit_get(&got, "profileUrl"),
                        cell(&answer, 3, "location"));
    assert_string_equal(unit_get(&got, "displayName"), "bulkId:eve");

    /* One that is used before it is listed. */
    answer = bulk("{'method':'PATCH','path':'/Users/bulkId:z','data':"
                  "{'Operations':[{'op':'add','path':'title','value':'1'}]}},"
                  "{'method':'PATCH','path':'/Users/bulkId:z','data':"
                  "{'Operations':[{'op':'add','path':'title','value':'2'}]}},"
                  USER("z", "zoe"));
    assert_string_equal(statuses(&answer), "200 200 201");
    got = unit_op(unit_printf("GET /Users/%s", id_of(&answer, 2)), NULL);
    assert_string_equal(unit_get(&got, "title"), "2");
}


#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

/* What the reference becomes is for the schema to say, whatever the way in. */
static void
references_are_ids_or_urls(void **state)
{
    size_t         i;
    unit_answer_t  answer, got;

    static const struct {
        const char *method, *data, *want;   /* @E: eve's id, @U: her URL */
    } cases[] = {
        { "PATCH", "{'op':'add','path':'profileUrl','value':'bulkId:e'}",
          "'profileUrl':'@U'" },
        { "PATCH", "{'op':'add','value':{'profileUrl':'bulkId:e'}}",
          "'profileUrl':'@U'" },
        { "PATCH", "{'op':'add','path':'" ENT ":manager.$ref',"
          "'value':'bulkId:e'}", "'manager':{'$ref':'@U'}" },
        { "PATCH", "{'op':'add','path':'" ENT ":manager','value':"
          "{'$ref':'bulkId:e'}}", "'manager':{'value':'@E','$ref':'@U'}" },
        { "PATCH", "{'op':'add','path':'manager','value':'bulkId:e'}",
          "'manager':{'value':'@E'}" },
        { "PATCH", "{'op':'add','path':'" ENT "','value':{'manager.value':"
          "'bulkId:e'}}", "'manager':{'value':'@E'}" },
        { "PATCH", "{'op':'add','value':{'" ENT "':{'manager':{'$ref':"
          "'bulkId:e','value':null}}}}",
          "'manager':{'value':'@E','$ref':'@U'}" },
        { "PATCH", "{'op':'add','path':'photos[type eq \\'photo\\'].value',"
          "'value':'bulkId:e'}", "'photos':[{'value':'@U','type':'photo'}]" },
        { "PATCH", "{'op':'add','value':{'photos[type eq \\'photo\\'].value'"
          ":'bulkId:e'}}", "'photos':[{'value':'@U','type':'photo'}]" },
        { "PATCH", "{'op':'add','path':'photos','value':['bulkId:e']}",
          "'photos':[{'value':'@U'}]" },
        { "PATCH", "{'op':'add','path':'displayName','value':'bulkId:e'}",
          "'displayName':'bulkId:e'" },
        { "PATCH", "{'op':'add','path':'emails[type eq \\'work\\'].value',"
          "'value':'bulkId:e'}", "'value':'@E'" },
        { "PUT", "{'userName':'a','photos':[{'value':'bulkId:e'}]}",
          "'photos':[{'value':'@U'}]" },
        { "PUT", "{'userName':'a','" ENT "':{'manager':{'$REF':'bulkId:e'}}}",
          "'manager':{'value':'@E','$ref':'@U'}" },
        { "PUT", "{'userName':'a','" ENT ":manager.$ref':'bulkId:e'}",
          "'manager':{'$ref':'@U'}" },
        { "PUT", "{'userName':'a','nickName':'bulkId:e','title':'BULKID:x'}",
          "'nickName':'bulkId:e','title':'BULKID:x'" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char  *form = (strcmp(cases[i].method, "PATCH") == 0)
                            ? "{'Operations':[@D]}" : "@D";

        answer = bulk(unit_fill(
            "{'method':'POST','path':'/Users','bulkId':'a','data':"
            "{'userName':'a'}},"
            "{'method':'@M','path':'/Users/bulkId:a','data':@D},"
            "{'method':'POST','path':'/Users','bulkId':'e','data':"
            "{'userName':'eve'}}", "MD", cases[i].method,
            unit_fill(form, "D", cases[i].data)));

        if (strcmp(statuses(&answer), "201 200 201") != 0) {
            fail_msg("%s: %s", cases[i].data, answer.text);
        }

        got = unit_op(unit_printf("GET /Users/%s", id_of(&answer, 0)), NULL);

        if (strstr(got.text, unit_fill(cases[i].want, "EU", id_of(&answer, 2),
                                       cell(&answer, 2, "location"))) == NULL)
        {
            fail_msg("%s: %s", cases[i].data, got.text);
        }

        unit_op(unit_printf("DELETE /Users/%s", id_of(&answer, 0)), NULL);
        unit_op(unit_printf("DELETE /Users/%s", id_of(&answer, 2)), NULL);
    }
}


/* A member that is named by its URL alone. */
static void
a_ref_will_do(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = bulk(GROUP("g", "g", "{'$ref':'bulkId:a'},"
                                  "{'value':null,'$ref':'bulkId:h'}") ","
                  GROUP("h", "h", "{'type':'Group','$ref':'bulkId:g'}") ","
                  USER("a", "ada") "," USER("b", "bob") ","
                  "{'method':'PATCH','path':'/Groups/bulkId:h','data':{"
                  "'Operations':[{'op':'add','path':'members','value':"
                  "[{'$ref':'bulkId:b'}]}]}},"
                  "{'method':'PATCH','path':'/Groups/bulkId:g','data':{"
                  "'Operations':[{'op':'remove','path':'members','value':"
                  "[{'$ref':'bulkId:a'}]},{'op':'add','value':{'members':"
                  "{'$ref':'bulkId:b'}}}]}}");

    assert_string_equal(statuses(&answer), "201 201 201 201 204 204");
    assert_string_equal(members_of(id_of(&answer, 0)), "bob h");
    assert_string_equal(members_of(id_of(&answer, 1)), "bob g");

    answer = bulk(GROUP("i", "i", "{'$ref':'bulkId:none'}"));
    assert_string_equal(statuses(&answer), "400");
    assert_non_null(strstr(cell(&answer, 0, "detail"), "bulkId:none"));
}


static void
circles_are_resolved(void **state)
{
    unit_answer_t  answer, got;

    (void) state;

    answer = bulk(GROUP("a", "ga", REF("b")) "," GROUP("b", "gb", REF("a"))
                  "," GROUP("s", "gs", REF("s") "," REF("a")));
    assert_string_equal(statuses(&answer), "201 201 201");
    assert_string_equal(members_of(id_of(&answer, 0)), "gb");
    assert_string_equal(members_of(id_of(&answer, 1)), "ga");
    assert_string_equal(members_of(id_of(&answer, 2)), "ga gs");

    got = unit_op(unit_printf("GET /Groups/%s", id_of(&answer, 0)), NULL);
    assert_string_equal(unit_printf("W/\"%s\"", "1"),
                        cell(&answer, 0, "version"));
    got = unit_op(unit_printf("GET /Groups/%s", id_of(&answer, 1)), NULL);
    assert_string_equal(unit_printf("%.*s", SCIM_FMT(scim_str_from(
                            got.result->etag))), cell(&answer, 1, "version"));

    /* Three, with somebody outside who needs them, and one of whom they
     * need; users by their managers. */
    answer = bulk(
        "{'method':'PATCH','path':'/Groups/bulkId:1','data':{'Operations':["
        "{'op':'add','path':'members','value':[" REF("u") "]}]}},"
        GROUP("0", "g0", REF("3")) ","
        GROUP("1", "g1", REF("2") "," REF("v")) ","
        GROUP("2", "g2", REF("3")) ","
        GROUP("3", "g3", REF("1") "," REF("2")) ","
        "{'method':'POST','path':'/Users','bulkId':'u','data':{'userName':"
        "'u','urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':"
        "{'department':'d','manager':{'value':'bulkId:v'}}}},"
        "{'method':'POST','path':'/Users','bulkId':'v','data':{'userName':"
        "'v','urn:ietf:params:scim:schemas:extension:enterprise:2.0:User':"
        "{'manager':'bulkId:u'}}}");
    assert_string_equal(statuses(&answer), "204 201 201 201 201 201 201");
    assert_string_equal(members_of(id_of(&answer, 1)), "g3");
    assert_string_equal(members_of(id_of(&answer, 2)), "g2 u v");
    assert_string_equal(members_of(id_of(&answer, 3)), "g3");
    assert_string_equal(members_of(id_of(&answer, 4)), "g1 g2");

    got = unit_op(unit_printf("GET /Users/%s", id_of(&answer, 5)), NULL);
    assert_non_null(strstr(got.text, unit_printf("'manager':{'value':'%s'",
                                                 id_of(&answer, 6))));
    assert_non_null(strstr(got.text, "'department':'d'"));
    got = unit_op(unit_printf("GET /Users/%s", id_of(&answer, 6)), NULL);
    assert_non_null(strstr(got.text, unit_printf("'manager':{'value':'%s'",
                                                 id_of(&answer, 5))));
}


static void
what_depends_on_a_failure_fails(void **state)
{
    unit_answer_t  answer;

    (void) state;

    (void) unit_user("ada");
    (void) unit_group("taken", NULL);

    answer = bulk(GROUP("g", "g", REF("x")) "," USER("x", "ada") ","
                  GROUP("h", "h", REF("g")) "," USER("y", "y") ","
                  "{'method':'DELETE','path':'/Users/bulkId:x'}");
    assert_string_equal(statuses(&answer), "409 409 409 201 409");
    assert_string_equal(cell(&answer, 1, "scimType"), "uniqueness");
    assert_non_null(strstr(cell(&answer, 0, "detail"), "\"bulkId:x\""));
    assert_non_null(strstr(cell(&answer, 2, "detail"), "\"bulkId:g\""));
    assert_int_equal(count("Groups"), 1);

    /* What follows a failure on the same resource does not depend on it. */
    answer = bulk(USER("z", "z") ","
                  "{'method':'PATCH','path':'/Users/bulkId:z','data':"
                  "{'Operations':[{'op':'shake'}]}},"
                  "{'method':'DELETE','path':'/Users/bulkId:z'}");
    assert_string_equal(statuses(&answer), "201 400 204");

    /* A circle fails as a whole, wherever in it. */
    answer = bulk(GROUP("a", "ga", REF("b")) ","
                  GROUP("b", "taken", REF("a")) ","
                  GROUP("c", "gc", REF("a")));
    assert_string_equal(statuses(&answer), "409 409 409");
    assert_non_null(strstr(cell(&answer, 0, "detail"), "\"bulkId:b\""));
    assert_int_equal(count("Groups"), 1);

    answer = bulk(GROUP("a", "taken", REF("b")) ","
                  GROUP("b", "gb", REF("c")) ","
                  GROUP("c", "gc", REF("a")));
    assert_string_equal(statuses(&answer), "409 409 409");
    assert_string_equal(cell(&answer, 1, "location"), "");
    assert_int_equal(count("Groups"), 1);

    answer = bulk(GROUP("a", "ga", REF("b") "," REF("nobody")) ","
                  GROUP("b", "gb", REF("a")));
    assert_string_equal(statuses(&answer), "400 409");
    assert_int_equal(count("Groups"), 1);
}


static void
operations_on_one_resource_keep_their_order(void **state)
{
    size_t         i;
    const char    *ada, *text;
    unit_answer_t  answer;

    (void) state;

    ada = unit_user("ada");
    text = "{'method':'DELETE','path':'/Users/nobody'}";

    for (i = 0; i < 40; i++) {
        text = unit_printf("%s,{'method':'PATCH','path':'/Users/%s%s','data':"
                           "{'Operations':[{'op':'add','path':'title',"
                           "'value':'%zu'}]}}", text, ada,
                           (i % 2 == 0) ? "" : "/", i);
    }

    answer = bulk(text);
    assert_string_equal(cell(&answer, 40, "version"), "W/\"41\"");
    answer = unit_op(unit_printf("GET /Users/%s", ada), NULL);
    assert_string_equal(unit_get(&answer, "title"), "39");

    /* A name is free again before it is taken. */
    answer = bulk(unit_fill("{'method':'DELETE','path':'/Users/@A'},"
                            USER("n", "ada"), "A", ada));
    assert_string_equal(statuses(&answer), "204 201");

    answer = bulk(unit_fill("{'method':'PATCH','path':'/Users/@A','data':"
                            "{'Operations':[{'op':'replace','path':"
                            "'userName','value':'eve'}]}},"
                            USER("n", "ada") "," USER("m", "Ada"), "A",
                            id_of(&answer, 1)));
    assert_string_equal(statuses(&answer), "200 201 409");
}


static void
it_ends_after_so_many_errors(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char  *members;
        const char  *operations;    /* u: a user, U: one whose name is taken;
                                       g: a group with the user after it */
        const char  *statuses;
    } cases[] = {
        { "", "uUuUu", "201 409 201 409 201" },
        { "'failOnErrors':null,", "uUuUu", "201 409 201 409 201" },
        { "'failOnErrors':1,", "uUuUu", "201 409" },
        { "'failOnErrors':2,", "uUuUu", "201 409 201 409" },
        { "'failOnErrors':'2',", "uUuUu", "201 409 201 409" },
        { "'failOnErrors':3,", "uUuUu", "201 409 201 409 201" },
        { "'failOnErrors':1,", "xu", "400" },
        { "'failOnErrors':1,", "guu", "201 201 201" },
        { "'failOnErrors':1,", "gUu", "409" },
        { "'failOnErrors':2,", "gUu", "409 409" },
        { "'failOnErrors':9,", "UUUUUUUUUUU",
          "409 409 409 409 409 409 409 409 409" },
    };

    (void) state;

    (void) unit_user("taken");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t       k, users;
        const char  *text = "", *what = cases[i].operations, *one;

        for (k = 0; what[k] != '\0'; k++) {
            switch (what[k]) {
            case 'g':
                one = GROUP("@K", "g@N", REF("@L"));
                break;
            case 'u':
                one = USER("@K", "u@N");
                break;
            case 'U':
                one = USER("@K", "taken");
                break;
            default:
                one = "{'method':'TRACE'}";
            }

            text = unit_printf("%s%s%s", text, (k == 0) ? "" : ",",
                       unit_fill(one, "KLN", unit_printf("%zu", k),
                                 unit_printf("%zu", k + 1),
                                 unit_printf("%zu.%zu", i, k)));
        }

        users = count("Users") + count("Groups");
        answer = bulk_with(cases[i].members, text);

        /* "gUu" reports the user before the group that waits for it. */
        if (strcmp(statuses(&answer), cases[i].statuses) != 0) {
            fail_msg("%s %s: %s", cases[i].members, what, answer.text);
        }

        for (k = 0; row(&answer, k) != NULL; k++) {
            users += (*cell(&answer, k, "status") == '2');
        }

        assert_int_equal(count("Users") + count("Groups"), users);
    }

    /* A circle that is cut off by the end is taken back. */
    answer = bulk_with("'failOnErrors':1,",
                       GROUP("a", "ga", REF("b")) ","
                       GROUP("b", "gb", REF("a") "," REF("c")) ","
                       USER("c", "taken"));
    assert_string_equal(statuses(&answer), "409");
    assert_string_equal(cell(&answer, 0, "bulkId"), "c");

    answer = bulk_with("'failOnErrors':1,",
                       GROUP("a", "ga", REF("b") "," REF("c")) ","
                       GROUP("b", "gb", REF("a")) ","
                       USER("c", "taken"));
    assert_string_equal(statuses(&answer), "409 409");
    assert_string_equal(cell(&answer, 0, "bulkId"), "b");
    assert_int_equal(unit_op("POST /Groups", "{'displayName':'gb'}").status,
                     201);
}


/* --- faults ---------------------------------------------------------------- */

static unsigned  spoil_from, spoil_to, seen;


static const redisReply *
spoil(const scim_store_cmd_t *cmd, const redisReply *reply)
{
    static char        oom[] = "OOM command not allowed";
    static redisReply  bad = { .type = REDIS_REPLY_ERROR, .str = oom };

    (void) cmd;

    bad.len = sizeof(oom) - 1;
    seen++;

    return (seen >= spoil_from && seen <= spoil_to) ? &bad : reply;
}


static void
redis_may_fail_in_the_middle(void **state)
{
    unit_answer_t  answer;

    (void) state;

    unit_op_bad = spoil;
    spoil_from = 2;
    spoil_to = 2;
    seen = 0;

    answer = bulk(USER("a", "a") "," USER("b", "b") "," USER("c", "c") ","
                  GROUP("g", "g", REF("b")));
    assert_string_equal(statuses(&answer), "201 507 201 409");

    /* All of them: then it is the bulk's answer. */
    spoil_from = 1;
    spoil_to = 1000;
    seen = 0;
    answer = bulk(USER("d", "d") "," USER("e", "e"));
    assert_int_equal(answer.status, 507);
    assert_string_equal(unit_get(&answer, "status"), "507");

    /* At the completion of a circle: it goes again. */
    spoil_from = 3;
    spoil_to = 3;
    seen = 0;
    answer = bulk(GROUP("x", "gx", REF("y")) "," GROUP("y", "gy", REF("x")));
    assert_string_equal(statuses(&answer), "409 507");
    unit_op_bad = NULL;
    assert_int_equal(count("Groups"), 0);

    /* For good: what could not be deleted is named. */
    unit_op_bad = spoil;
    spoil_to = 1000;
    seen = 0;
    answer = bulk(GROUP("x", "gx", REF("y")) "," GROUP("y", "gy", REF("x")));
    assert_string_equal(statuses(&answer), "409 507");
    assert_non_null(strstr(cell(&answer, 0, "detail"), "stays"));
    unit_op_bad = NULL;
    assert_int_equal(count("Groups"), 2);
}


static void
a_tenant_that_is_off_is_not_served(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = unit_op_run(scim_op_admin(unit_op_pool(), &unit_env, SCIM_PATCH,
                                       scim_str("/tenants/acme"),
                                       scim_str_absent,
                                       unit_json(unit_op_pool(),
                                                 "{'enabled':false}")));
    assert_int_equal(answer.status, 200);

    answer = bulk(USER("a", "a") "," USER("b", "b"));
    assert_int_equal(answer.status, 403);
    assert_string_equal(unit_get(&answer, "status"), "403");
}


static void
who_goes_away_begins_nothing_more(void **state)
{
    size_t           i, n;
    scim_rc_t        rc;
    scim_op_t       *op, *asker, *askers[64];
    const char      *text = "";
    redisReply      *reply;
    scim_pool_t     *pool;
    scim_request_t   request = {
        .method = SCIM_POST, .target = SCIM_TARGET_BULK
    };

    (void) state;

    for (i = 0; i < 50; i++) {
        text = unit_printf("%s%s{'method':'POST','path':'/Users','bulkId':"
                           "'%zu','data':{'userName':'u%zu'}}", text,
                           (i == 0) ? "" : ",", i, i);
    }

    pool = scim_pool_create(0);
    request.body = unit_json(unit_op_pool(),
                             unit_fill("{'Operations':[@O]}", "O", text));
    op = scim_op_start(pool, &unit_env, &request);
    assert_int_equal(scim_op_run(op), SCIM_AGAIN);

    for (n = 0, asker = NULL; (asker = scim_op_asker(op, asker)) != NULL; ) {
        askers[n++] = asker;
    }

    assert_int_equal(n, 32);
    assert_true(scim_op_leave(op));

    for (i = 0; i < n; i++) {
        reply = unit_command(&askers[i]->cmd);
        rc = scim_op_reply(askers[i], reply);
        freeReplyObject(reply);

        assert_int_equal(rc, (i + 1 < n) ? SCIM_AGAIN : SCIM_OK);
        assert_null(scim_op_asker(op, NULL));
    }

    scim_pool_destroy(pool);
    assert_int_equal(count("Users"), 32);

    /* One that is dropped in the middle leaves nothing behind. */
    pool = scim_pool_create(0);
    op = scim_op_start(pool, &unit_env, &request);
    assert_int_equal(scim_op_run(op), SCIM_AGAIN);
    scim_pool_destroy(pool);
}


static scim_rc_t
scarce(void *data)
{
    scim_rc_t        rc;
    unsigned         trips;
    scim_op_t       *op;
    scim_pool_t     *pool, *tree;
    scim_request_t   request = {
        .method = SCIM_POST, .target = SCIM_TARGET_BULK
    };

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    tree = scim_pool_create(0);
    rc = SCIM_NOMEM;

    if (tree != NULL) {
        request.body = scim_json_copy(tree, data);
        op = (request.body == NULL)
             ? NULL : scim_op_start(pool, &unit_env, &request);

        rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);
        scim_pool_destroy(tree);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
memory_may_run_short(void **state)
{
    scim_json_t  *body;

    (void) state;

    body = unit_json(unit_op_pool(),
                     "{'Operations':[" USER("u", "u") ","
                     GROUP("a", "ga", REF("b") "," REF("u")) ","
                     GROUP("b", "gb", "{'$ref':'bulkId:a'}") ","
                     "{'method':'PATCH','path':'/Groups/bulkId:a','data':"
                     "{'Operations':[{'op':'remove','path':"
                     "'members[value eq \\'bulkId:u\\']'}]}},"
                     "{'method':'PATCH','path':'/Users/bulkId:u','data':"
                     "[{'op':'remove','path':'title'}]},"
                     "{'method':'GET'}]}");

    unit_fail_allocations(scarce, body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(each_has_its_row),
        TEST(a_patch_may_be_a_bare_list),
        TEST(what_is_no_bulk_is_refused),
        TEST(a_bad_operation_undoes_no_other),
        TEST(independent_operations_share_round_trips),
        TEST(references_are_resolved),
        TEST(references_are_ids_or_urls),
        TEST(a_ref_will_do),
        TEST(circles_are_resolved),
        TEST(what_depends_on_a_failure_fails),
        TEST(operations_on_one_resource_keep_their_order),
        TEST(it_ends_after_so_many_errors),
        TEST(redis_may_fail_in_the_middle),
        TEST(a_tenant_that_is_off_is_not_served),
        TEST(who_goes_away_begins_nothing_more),
        TEST(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
