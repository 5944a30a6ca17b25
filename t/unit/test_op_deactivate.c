/*
 * Where a DELETE deactivates a user, and what a POST of the same user then
 * does.
 */

#include "unit_op.h"
#include "unit_redis.h"

#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define N(array)  (sizeof(array) / sizeof((array)[0]))


static int
start(void **state)
{
    (void) unit_op_start(state);
    unit_conf.policy.delete_deactivates = true;

    return 0;
}


/* The newest entries of the user's history, newest first: "op vVERSION
 * changes" of each, apart by "; ". */
static const char *
history(const char *id, unsigned count)
{
    scim_str_t          op;
    const char         *text = "";
    unit_answer_t       answer;
    const scim_json_t  *entry;

    answer = unit_admin(unit_printf("GET /tenants/acme/Users/%s/history"
                                    "?count=%u", id, count), NULL);
    assert_int_equal(answer.status, 200);

    entry = scim_json_get(answer.json, scim_str("entries"));
    assert_non_null(entry);

    for (entry = entry->first; entry != NULL; entry = entry->next) {
        op = scim_json_get_text(entry, scim_str("operation"));
        text = unit_printf("%s%.*s v%s %s; ", text, SCIM_FMT(op),
                           unit_text(unit_op_pool(), scim_json_get(entry,
                                                  scim_str("version"))),
                           unit_text(unit_op_pool(), scim_json_get(entry,
                                                  scim_str("changes"))));
    }

    return text;
}


/* One member of the user, as unit_get() has it. */
static const char *
value_of(const char *id, const char *path)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /Users/%s", id), NULL);
    assert_int_equal(answer.status, 200);

    return unit_get(&answer, path);
}


static const char *
version_of(const char *id)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /Users/%s", id), NULL);
    assert_int_equal(answer.status, 200);

    return unit_printf("%s", answer.result->etag);
}


static int
delete_if(const char *id, const char *if_match)
{
    return unit_op_if(unit_printf("DELETE /Users/%s", id), if_match,
                      NULL).status;
}


static int
delete(const char *id)
{
    return delete_if(id, NULL);
}


/* A user who has been deleted. */
static const char *
gone_user(const char *name)
{
    const char  *id = unit_user(name);

    assert_int_equal(delete(id), 204);

    return id;
}


/* --- DELETE --------------------------------------------------------------- */

static void
a_deleted_user_is_inactive(void **state)
{
    const char     *id, *group;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    group = unit_group("crew", id);

    assert_int_equal(delete(id), 204);
    assert_string_equal(value_of(id, "active"), "false");
    assert_string_equal(version_of(id), "W/\"2\"");
    assert_non_null(strstr(value_of(id, "groups"), group));
    assert_string_equal(history(id, 1),
                        "deactivate v2 [{'path':'active','new':false}]; ");

    /* the second time nothing is left to do */
    answer = unit_op(unit_printf("DELETE /Users/%s", id), NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 1);
    assert_string_equal(version_of(id), "W/\"2\"");

    /* found, among others, by what lists ask for */
    answer = unit_op("GET /Users?filter=active eq false and userName eq 'ADA'",
                     NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");

    answer = unit_admin("GET /tenants/acme/history?operation=deactivate",
                        NULL);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, id));
    answer = unit_admin("GET /tenants/acme/history?operation=suspend", NULL);
    assert_int_equal(answer.status, 400);
}


static void
what_was_active_says_so(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    answer = unit_op("POST /Users", "{'userName':'ada','active':true,"
                     "'title':'Countess'}");
    id = unit_get(&answer, "id");

    assert_int_equal(delete(id), 204);
    assert_string_equal(history(id, 1),
                        "deactivate v2 [{'path':'active','old':true,"
                        "'new':false}]; ");
    assert_string_equal(value_of(id, "title"), "Countess");
}


static void
others_are_removed(void **state)
{
    const char  *user, *group;

    (void) state;

    user = unit_user("ada");
    group = unit_group("crew", user);

    /* groups */
    assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", group),
                             NULL).status, 204);
    assert_int_equal(unit_op(unit_printf("GET /Groups/%s", group),
                             NULL).status, 404);

    /* by an administrator, also who was deleted before */
    assert_int_equal(delete(user), 204);
    assert_int_equal(unit_op_as_admin(unit_printf("DELETE /Users/%s", user),
                              NULL).status, 204);
    assert_int_equal(delete(user), 404);

    /* without the policy */
    user = unit_user("eve");
    unit_conf.policy.delete_deactivates = false;
    assert_int_equal(delete(user), 204);
    assert_int_equal(delete(user), 404);
}


static void
versions_are_checked(void **state)
{
    const char  *id;

    (void) state;

    id = unit_user("ada");

    assert_int_equal(delete_if(id, "W/\"7\""), 412);
    assert_string_equal(value_of(id, "active"), "(none)");
    assert_int_equal(delete_if(id, "W/\"1\""), 204);
    assert_int_equal(delete_if(id, "W/\"1\""), 412);
    assert_int_equal(delete_if(id, "W/\"2\""), 204);
    assert_string_equal(version_of(id), "W/\"2\"");
}


static void
me_too(void **state)
{
    const char  *id;

    (void) state;

    id = unit_user("ada");
    unit_env.me = scim_str_from(id);

    assert_int_equal(unit_op("DELETE /Me", NULL).status, 204);
    assert_string_equal(value_of(id, "active"), "false");
    assert_int_equal(unit_op("DELETE /Me", NULL).status, 204);
    assert_string_equal(version_of(id), "W/\"2\"");
}


/* --- POST ----------------------------------------------------------------- */

static void
a_post_revives(void **state)
{
    const char     *id, *group, *created;
    unit_answer_t   answer;

    (void) state;

    answer = unit_op("POST /Users", "{'userName':'Ada','title':'Countess',"
                     "'externalId':'x1','active':true}");
    assert_int_equal(answer.trips, 1);
    id = unit_get(&answer, "id");
    created = unit_get(&answer, "meta.created");
    group = unit_group("crew", id);
    assert_int_equal(delete(id), 204);

    answer = unit_op("POST /Users", "{'userName':'ADA','externalId':'x2',"
                     "'name':{'givenName':'Augusta'}}");
    assert_int_equal(answer.status, 201);
    assert_int_equal(answer.trips, 3);
    assert_string_equal(unit_get(&answer, "id"), id);
    assert_string_equal(unit_get(&answer, "userName"), "ADA");
    assert_string_equal(unit_get(&answer, "externalId"), "x2");
    assert_string_equal(unit_get(&answer, "title"), "(none)");
    assert_string_equal(unit_get(&answer, "active"), "true");
    assert_string_equal(unit_get(&answer, "meta.created"), created);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"3\"");
    assert_non_null(strstr(unit_get(&answer, "groups"), group));
    assert_string_equal(answer.result->etag, "W/\"3\"");
    assert_string_equal(unit_printf("%.*s",
                                    SCIM_FMT(answer.result->location)),
                        unit_printf("https://x/scim/v2/Users/%s", id));
    assert_string_equal(unit_printf("%.*s", SCIM_FMT(answer.result->id)), id);

    assert_string_equal(history(id, 1),
                        "reactivate v3 ["
                        "{'path':'externalId','old':'x1','new':'x2'},"
                        "{'path':'userName','old':'Ada','new':'ADA'},"
                        "{'path':'title','old':'Countess'},"
                        "{'path':'active','old':false,'new':true},"
                        "{'path':'name.givenName','new':'Augusta'}]; ");

    /* what is not there any more is not found any more */
    answer = unit_op("GET /Users?filter=externalId eq 'x1'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "0");
    answer = unit_op("GET /Users", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
}


/* Who was suspended otherwise is revived as well. */
static void
as_it_was_sent(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    answer = unit_op("POST /Users", "{'userName':'ada','active':false}");
    id = unit_get(&answer, "id");

    answer = unit_op("POST /Users",
                     "{'userName':'ada','title':'t','active':'False'}");
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "id"), id);
    assert_string_equal(unit_get(&answer, "active"), "false");
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");

    /* nothing new is no new version */
    answer = unit_op("POST /Users",
                     "{'userName':'ada','title':'t','active':false}");
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");

    answer = unit_op("POST /Users?attributes=title", "{'userName':'ada',"
                     "'title':'s','active':true}");
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "title"), "s");
    assert_string_equal(unit_get(&answer, "userName"), "(none)");
    assert_string_equal(value_of(id, "active"), "true");
}


static void
who_is_active_keeps_the_name(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");

    answer = unit_op("POST /Users", "{'userName':'ADA'}");
    assert_int_equal(answer.status, 409);
    assert_int_equal(answer.result->type, SCIM_UNIQUENESS);
    assert_non_null(strstr(answer.text, "The userName \\'ADA\\' belongs to"));
    assert_int_equal(answer.trips, 2);
    assert_string_equal(version_of(id), "W/\"1\"");

    /* an administrator is told, as is everybody without the policy */
    assert_int_equal(delete(id), 204);
    answer = unit_op_as_admin("POST /Users", "{'userName':'ADA'}");
    assert_int_equal(answer.status, 409);
    assert_int_equal(answer.trips, 1);

    unit_conf.policy.delete_deactivates = false;
    assert_int_equal(unit_op("POST /Users", "{'userName':'ada'}").status, 409);
    assert_string_equal(version_of(id), "W/\"2\"");
}


static void
make_unique(const char *name)
{
    size_t           i;
    scim_indexes_t  *users = &unit_conf.indexes[0];

    assert_string_equal(users->type->name.data, "User");

    for (i = 0; i < users->nindexes; i++) {
        if (scim_str_eq(users->indexes[i].name, scim_str_from(name))) {
            users->indexes[i].unique = true;
            return;
        }
    }

    fail();
}


/* Where externalId must be unique, and displayName as well. */
static void
several_unique_values(void **state)
{
    size_t          i;
    unit_answer_t   answer;

    static const struct {
        const char *body;
        int         status;
        const char *is;         /* the one who is revived, by name */
        const char *detail;
    } cases[] = {
        /* a's name, b's externalId, whichever is found first */
        { "{'userName':'a','externalId':'eb'}", 409, NULL, "userName" },
        { "{'userName':'b','externalId':'ea'}", 409, NULL, "userName" },
        { "{'userName':'a','externalId':'ec'}", 409, NULL, "externalId" },
        { "{'userName':'c','externalId':'ea'}", 409, NULL, "userName" },
        { "{'userName':'a','displayName':'dc'}", 409, NULL, "displayName" },
        /* no name tells who somebody is */
        { "{'userName':'new','displayName':'da'}", 409, NULL,
          "displayName" },
        { "{'userName':'new','externalId':'ea'}", 201, "a", NULL },
        { "{'userName':'b','externalId':'eb'}", 201, "b", NULL },
    };

    (void) state;

    make_unique("externalId");
    make_unique("displayName");

    for (i = 0; i < 3; i++) {
        answer = unit_op("POST /Users",
                         unit_fill("{'userName':'@N','externalId':'e@N',"
                                   "'displayName':'d@N','active':@A,"
                                   "'title':'@N'}", "NA",
                                   unit_printf("%c", "abc"[i]),
                                   (i == 2) ? "true" : "false"));
        assert_int_equal(answer.status, 201);
    }

    for (i = 0; i < N(cases); i++) {
        const char  *id = NULL;

        if (cases[i].is != NULL) {
            answer = unit_op(unit_printf("GET /Users?filter=title eq '%s'",
                                         cases[i].is), NULL);
            id = unit_printf("%.*s", SCIM_FMT(scim_json_get_text(
                                 scim_json_get(answer.json,
                                               scim_str("Resources"))->first,
                                 scim_str("id"))));
        }

        answer = unit_op("POST /Users", cases[i].body);

        if (answer.status != cases[i].status) {
            fail_msg("case %zu: %d %s", i, answer.status, answer.text);
        }

        if (id != NULL) {
            assert_string_equal(unit_get(&answer, "id"), id);
        } else {
            assert_int_equal(answer.result->type, SCIM_UNIQUENESS);
            assert_non_null(strstr(answer.text, cases[i].detail));
        }
    }
}


static void
what_is_refused_stays_so(void **state)
{
    const char  *id;

    (void) state;

    id = gone_user("ada");

    assert_int_equal(unit_op("POST /Users", "{'title':'x'}").status, 400);
    assert_int_equal(unit_op("POST /Users", "{'userName':'ada',"
                             "'active':'maybe'}").status, 400);
    assert_string_equal(version_of(id), "W/\"2\"");
}


/* Both ways are steps of the history like others. */
static void
an_administrator_restores(void **state)
{
    size_t          i;
    const char     *id;
    unit_answer_t   answer;

    static const struct {
        unsigned    revision;
        const char *active;
        const char *title;
    } cases[] = {
        { 1, "true", "old" }, { 2, "false", "old" }, { 3, "true", "new" }
    };

    (void) state;

    answer = unit_op("POST /Users",
                     "{'userName':'ada','title':'old','active':true}");
    id = unit_get(&answer, "id");
    assert_int_equal(delete(id), 204);
    assert_int_equal(unit_op("POST /Users", "{'userName':'ada',"
                             "'title':'new'}").status, 201);
    assert_int_equal(delete(id), 204);

    for (i = 0; i < N(cases); i++) {
        answer = unit_admin(unit_printf("POST /tenants/acme/Users/%s/restore"
                                        "?revision=%u", id,
                                        cases[i].revision), NULL);
        assert_int_equal(answer.status, 200);
        assert_string_equal(unit_get(&answer, "active"), cases[i].active);
        assert_string_equal(unit_get(&answer, "title"), cases[i].title);
    }
}


/* --- with others ---------------------------------------------------------- */

static struct {
    unsigned     trip;
    const char  *request;
    const char  *body;
} others;


static void
others_come(unsigned trip)
{
    if (trip == others.trip) {
        unit_op_hook = NULL;
        assert_true(unit_op_as_admin(others.request, others.body).status < 300);
    }
}


#define SET(name, value)  "{'Operations':[{'op':'replace','path':'" name \
    "','value':" value "}]}"

/* A POST is: the commit that finds the name taken, a read, a commit. */
static void
others_are_faster(void **state)
{
    size_t          i;
    const char     *id, *name;
    unit_answer_t   answer;

    static const struct {
        unsigned    trip;
        const char *request;
        const char *body;
        int         status;
        bool        same;       /* the id */
        unsigned    trips;
    } cases[] = {
        { 2, "PATCH /Users/@I", SET("title", "'x'"), 201, true, 3 },
        { 3, "PATCH /Users/@I", SET("title", "'x'"), 201, true, 5 },
        { 2, "PATCH /Users/@I", SET("active", "true"), 409, false, 2 },
        { 3, "PATCH /Users/@I", SET("active", "true"), 409, false, 4 },
        { 2, "DELETE /Users/@I", NULL, 201, false, 3 },
        { 3, "DELETE /Users/@I", NULL, 201, false, 5 },
        { 2, "PATCH /Users/@I", SET("userName", "'other@N'"), 201, false, 3 },
        { 3, "PATCH /Users/@I", SET("userName", "'other@N'"), 201, false, 5 },
    };

    (void) state;

    for (i = 0; i < N(cases); i++) {
        name = unit_printf("u%zu", i);
        id = gone_user(name);

        others.trip = cases[i].trip;
        others.request = unit_fill(cases[i].request, "I", id);
        others.body = (cases[i].body == NULL)
                      ? NULL : unit_fill(cases[i].body, "N", name);

        unit_op_hook = others_come;
        answer = unit_op("POST /Users",
                         unit_printf("{'userName':'%s'}", name));
        unit_op_hook = NULL;

        if (answer.status != cases[i].status
            || answer.trips != cases[i].trips)
        {
            fail_msg("case %zu: %d in %u, %s", i, answer.status, answer.trips,
                     answer.text);
        }

        if (answer.status == 201) {
            assert_int_equal(strcmp(unit_get(&answer, "id"), id) == 0,
                             cases[i].same);
            assert_string_equal(unit_get(&answer, "title"), "(none)");
        }
    }
}


static void
deletes_meet_others(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    others.trip = 2;
    others.request = unit_printf("PATCH /Users/%s", id);
    others.body = SET("title", "'x'");
    unit_op_hook = others_come;

    answer = unit_op(unit_printf("DELETE /Users/%s", id), NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 4);
    assert_string_equal(value_of(id, "title"), "x");
    assert_string_equal(value_of(id, "active"), "false");
}


static void
settings_change(unsigned trip)
{
    if (trip == 2) {
        unit_op_hook = NULL;
        assert_int_equal(unit_admin("PATCH /tenants/acme", "{'settings':"
                                    "{'delete':'remove'}}").status, 200);
    }
}


/* The policy is the tenant's as it is when the user would be revived. */
static void
a_policy_that_ends(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = gone_user("ada");
    unit_op_hook = settings_change;
    answer = unit_op("POST /Users", "{'userName':'ada'}");
    assert_int_equal(answer.status, 409);
    assert_string_equal(version_of(id), "W/\"2\"");

    assert_int_equal(delete(id), 204);
    assert_int_equal(delete(id), 404);
}


/* --- bulks ---------------------------------------------------------------- */

static unit_answer_t
bulk(const char *operations)
{
    return unit_op("POST /Bulk",
                   unit_printf("{'schemas':['urn:ietf:params:scim:api:"
                               "messages:2.0:BulkRequest'],"
                               "'Operations':[%s]}", operations));
}


static void
a_bulk_refers_to_the_revived(void **state)
{
    const char     *id, *group;
    unit_answer_t   answer;

    (void) state;

    id = gone_user("ada");
    group = unit_group("old crew", id);

    answer = bulk(unit_fill(
        "{'method':'POST','path':'/Groups','bulkId':'g','data':"
        "{'displayName':'crew','members':[{'value':'bulkId:a'},"
        "{'value':'bulkId:b'}]}},"
        "{'method':'POST','path':'/Users','bulkId':'b','data':"
        "{'userName':'eve','" ENT "':{'manager':{'$ref':'bulkId:a'}}}},"
        "{'method':'PATCH','path':'/Users/bulkId:a','data':{'Operations':"
        "[{'op':'add','path':'title','value':'t'}]}},"
        "{'method':'PATCH','path':'/Groups/@G','data':{'Operations':"
        "[{'op':'remove','path':'members[value eq \\'bulkId:a\\']'}]}},"
        "{'method':'POST','path':'/Users','bulkId':'a','data':"
        "{'userName':'ada'}}", "G", group));
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.text, "'detail'"));
    assert_non_null(strstr(answer.text,
                           unit_printf("'method':'POST','bulkId':'a',"
                                       "'location':'https://x/scim/v2/Users/"
                                       "%s','version':'W/\\'3\\''", id)));

    assert_string_equal(value_of(id, "active"), "true");
    assert_string_equal(value_of(id, "title"), "t");
    assert_non_null(strstr(value_of(id, "groups"), "'display':'crew'"));
    assert_null(strstr(value_of(id, "groups"), "'display':'old crew'"));

    answer = unit_op("GET /Users?filter=userName eq 'eve'", NULL);
    assert_non_null(strstr(answer.text,
                           unit_printf("'manager':{'value':'%s',"
                                       "'$ref':'https://x/scim/v2/Users/%s'",
                                       id, id)));
}


static void
a_bulk_deletes_and_creates(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");

    answer = bulk(unit_fill(
        "{'method':'DELETE','path':'/Users/@I'},"
        "{'method':'POST','path':'/Users','bulkId':'a','data':"
        "{'userName':'ada'}}", "I", id));
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, "'status':'204'"));
    assert_non_null(strstr(answer.text, "'status':'201'"));
    assert_string_equal(value_of(id, "active"), "true");
    assert_string_equal(version_of(id), "W/\"3\"");
}


#define CIRCLE(name, other, more) \
    "{'method':'POST','path':'/Users','bulkId':'" name "','data':{'userName':" \
    "'" name "'," more "'" ENT "':{'manager':{'value':'bulkId:" other "'}}}}"

/* Those who refer to each other, one of whom was there. */
static void
circles_know_the_revived(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = gone_user("a");
    answer = bulk(CIRCLE("a", "b", "") "," CIRCLE("b", "a", ""));
    assert_null(strstr(answer.text, "'detail'"));
    assert_string_equal(value_of(id, "active"), "true");

    answer = unit_op(unit_printf("GET /Users?filter=" ENT ":manager.value eq "
                                 "'%s'", id), NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    assert_non_null(strstr(answer.text, "'userName':'b'"));
}


/* Who was made goes again; who was there is inactive again. */
static void
a_failed_circle_is_undone(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = gone_user("a");
    (void) unit_user("c");

    answer = bulk(CIRCLE("a", "b", "") "," CIRCLE("b", "c", "") ","
                  CIRCLE("c", "a", ""));
    assert_null(strstr(answer.text, "'status':'201'"));

    assert_string_equal(value_of(id, "active"), "false");
    answer = unit_op("GET /Users?filter=userName eq 'b'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "0");
}


/* --- a store that talks nonsense ------------------------------------------ */

static unsigned  replies, bad_reply;


static const redisReply *
answer_badly(const scim_store_cmd_t *cmd, const redisReply *reply)
{
    static const redisReply  nonsense = { .type = REDIS_REPLY_ARRAY };

    (void) cmd;

    return (++replies == bad_reply) ? &nonsense : reply;
}


static void
what_is_not_understood_is_an_error(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = gone_user("ada");

    for (bad_reply = 1; bad_reply <= 3; bad_reply++) {
        replies = 0;
        unit_op_bad = answer_badly;
        answer = unit_op("POST /Users", "{'userName':'ada'}");
        unit_op_bad = NULL;

        assert_true(answer.status == 500 || answer.status == 503);
        assert_int_equal(replies, bad_reply);
    }

    /* the third was that of a commit */
    assert_string_equal(value_of(id, "active"), "true");
}


/* --- memory --------------------------------------------------------------- */

static unit_answer_t
short_of_memory(long n, const char *request, const char *body, long *failed)
{
    unsigned         trips;
    scim_rc_t        rc;
    scim_op_t       *op;
    unit_answer_t    answer = { .status = 0 };
    scim_pool_t     *pool;
    scim_request_t   mapped = {
        .type = unit_type("User"), .brief = false,
        .body = (body == NULL) ? NULL : unit_json(unit_op_pool(), body)
    };

    mapped.method = (body == NULL) ? SCIM_DELETE : SCIM_POST;
    mapped.target = (body == NULL) ? SCIM_TARGET_RESOURCE
                                   : SCIM_TARGET_COLLECTION;
    mapped.id = (body == NULL) ? scim_str_from(request) : scim_str_absent;

    pool = scim_pool_create(0);
    assert_non_null(pool);

    (void) scim_pool_fail_after(n);
    op = scim_op_start(pool, &unit_env, &mapped);
    rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);
    *failed = scim_pool_fail_after(-1);

    answer.status = (rc == SCIM_OK) ? op->result.status : 0;
    scim_pool_destroy(pool);

    return answer;
}


static void
memory_may_run_short(void **state)
{
    long         n, failed;
    const char  *id;

    (void) state;

    id = gone_user("ada");

    for (n = 0, failed = 1; failed != 0; n++) {
        assert_int_equal(delete(id), 204);
        assert_string_equal(value_of(id, "active"), "false");

        if (short_of_memory(n, NULL, "{'userName':'ada'}", &failed).status
            == 0)
        {
            assert_true(failed > 0);
        }
    }

    assert_string_equal(value_of(id, "active"), "true");
    assert_true(n > 20);

    for (n = 0, failed = 1; failed != 0; n++) {
        if (short_of_memory(n, id, NULL, &failed).status == 0) {
            assert_true(failed > 0);
        }

        assert_int_equal(unit_op(unit_printf("PATCH /Users/%s", id),
                                 SET("active", "true")).status, 200);
    }

    assert_true(n > 10);
}


#define TEST(name)  cmocka_unit_test_setup_teardown(name, start, unit_op_end)

int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(a_deleted_user_is_inactive),
        TEST(what_was_active_says_so),
        TEST(others_are_removed),
        TEST(versions_are_checked),
        TEST(me_too),
        TEST(a_post_revives),
        TEST(as_it_was_sent),
        TEST(who_is_active_keeps_the_name),
        TEST(several_unique_values),
        TEST(what_is_refused_stays_so),
        TEST(an_administrator_restores),
        TEST(others_are_faster),
        TEST(deletes_meet_others),
        TEST(a_policy_that_ends),
        TEST(a_bulk_refers_to_the_revived),
        TEST(a_bulk_deletes_and_creates),
        TEST(circles_know_the_revived),
        TEST(a_failed_circle_is_undone),
        TEST(what_is_not_understood_is_an_error),
        TEST(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
