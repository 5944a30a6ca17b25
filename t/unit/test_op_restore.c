/*
 * Restoring: revisions of resources that are there, and of those that are
 * not; groups with their members; what is in the way.
 */

#include "unit_large.h"
#include "unit_redis.h"


static unit_answer_t
restore(const char *type, const char *id, int revision)
{
    return unit_admin(unit_printf("POST /tenants/acme/%s/%s/restore"
                                  "?revision=%d", type, id, revision), NULL);
}


static void
patch(const char *path, const char *operations)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("PATCH %s", path),
                     unit_printf("{'Operations':[%s]}", operations));

    if (answer.status != 200 && answer.status != 204) {
        fail_msg("%s: %d %s", path, answer.status, answer.text);
    }
}


static void
gone(const char *path)
{
    assert_int_equal(unit_op(unit_printf("DELETE %s", path), NULL).status,
                     204);
}


/* A resource as it is shown, without what differs from version to version. */
static const char *
shown(const unit_answer_t *answer)
{
    size_t        i;
    scim_json_t  *meta, *member;

    static const char *const  names[] = {
        "version", "lastModified", "location"
    };

    if (answer->json == NULL) {
        fail_msg("%d %s", answer->status, answer->text);
    }

    meta = scim_json_get(answer->json, scim_str("meta"));

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        member = scim_json_get(meta, scim_str_from(names[i]));
        assert_non_null(member);
        scim_json_remove(meta, member);
    }

    return unit_text(unit_op_pool(), answer->json);
}


static const char *
get(const char *path)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET %s", path), NULL);
    assert_int_equal(answer.status, 200);

    return shown(&answer);
}


static void
expect(unit_answer_t answer, const char *resource, int version)
{
    const char  *text;

    if (answer.status != 200) {
        fail_msg("%d %s", answer.status, answer.text);
    }

    assert_string_equal(answer.result->etag,
                        unit_printf("W/\"%d\"", version));

    text = shown(&answer);

    if (strcmp(text, resource) != 0) {
        fail_msg("%s\n%s", text, resource);
    }
}


static void
refused(unit_answer_t answer, int status, const char *detail)
{
    if (answer.status != status || strstr(answer.text, detail) == NULL) {
        fail_msg("%d %s\n%d %s", answer.status, answer.text, status, detail);
    }
}


/* The id of the only group that is shown. */
static const char *
group_of(const unit_answer_t *answer)
{
    const scim_json_t  *groups;

    groups = scim_json_get(answer->json, scim_str("groups"));

    if (groups == NULL) {
        return "(none)";
    }

    assert_int_equal(groups->count, 1);

    return unit_printf("%.*s", SCIM_FMT(scim_json_get_text(groups->first,
                                                           scim_str("value"))));
}


/* A field of the newest entry of the history. */
static const char *
newest(const char *field)
{
    size_t       i;
    redisReply  *reply, *fields;
    const char  *value;

    reply = redisCommand(unit_redis_connection(),
                         "XREVRANGE scim:{acme}:history + - COUNT 1");
    assert_int_equal(reply->elements, 1);
    fields = reply->element[0]->element[1];
    value = NULL;

    for (i = 0; i < fields->elements; i += 2) {
        if (strcmp(fields->element[i]->str, field) == 0) {
            value = unit_quotes(unit_op_pool(),
                                scim_str_from(fields->element[i + 1]->str));
        }
    }

    freeReplyObject(reply);
    assert_non_null(value);

    return value;
}


static long long
entries(void)
{
    return unit_redis_int("XLEN scim:{acme}:history");
}


/* --- users ---------------------------------------------------------------- */

static void
revisions_of_a_user(void **state)
{
    int          i;
    const char  *path, *id, *was[6];

    (void) state;

    id = unit_user("ada");
    path = unit_printf("/Users/%s", id);
    was[1] = get(path);

    patch(path, "{'op':'add','value':{'title':'T','name.givenName':'A',"
          "'emails':[{'value':'a@x','type':'work'}],'externalId':'e'}}");
    was[2] = get(path);

    patch(path, "{'op':'replace','path':'userName','value':'ADA'},"
          "{'op':'remove','path':'emails'},{'op':'add','path':'urn:ietf:"
          "params:scim:schemas:extension:enterprise:2.0:User:manager',"
          "'value':'m'}");
    was[3] = get(path);

    assert_int_equal(unit_op(unit_printf("PUT %s", path),
                             "{'userName':'bob','active':false}").status, 200);
    was[4] = get(path);

    for (i = 1; i <= 4; i++) {
        expect(restore("Users", id, i), was[i], 4 + i);
        assert_string_equal(get(path), was[i]);
        assert_string_equal(newest("op"), "restore");
        assert_string_equal(newest("ver"), unit_printf("%d", 4 + i));
        assert_string_equal(newest("id"), id);
        assert_non_null(strstr(newest("changes"),
                               unit_printf("{'path':'meta.version','new':%d}",
                                           i)));
    }

    /* by its new values it is found, and by no others */
    assert_string_equal(unit_get(&(unit_answer_t[]) {
                            unit_op("GET /Users?filter=userName eq 'bob'",
                                    NULL) }[0], "totalResults"), "1");
    assert_string_equal(unit_get(&(unit_answer_t[]) {
                            unit_op("GET /Users?filter=userName eq 'ada'",
                                    NULL) }[0], "totalResults"), "0");

    /* a restore is a revision too */
    expect(restore("users", id, 6), was[2], 9);
}


static void
what_is_so_already_makes_no_version(void **state)
{
    const char     *path, *id, *was;
    long long       before;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    path = unit_printf("/Users/%s", id);
    was = get(path);
    patch(path, "{'op':'add','path':'title','value':'T'}");
    patch(path, "{'op':'remove','path':'title'}");
    before = entries();

    expect(restore("Users", id, 3), was, 3);
    expect(restore("Users", id, 1), was, 3);
    assert_int_equal(entries(), before);

    answer = restore("Users", id, 1);
    assert_string_equal(unit_get(&answer, "meta.location"),
                        unit_printf("https://x/scim/v2/tenants/acme/scim/v2"
                                    "/Users/%s", id));
}


static void
a_user_that_was_deleted(void **state)
{
    const char     *path, *id, *was, *in, *empty, *left;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    path = unit_printf("/Users/%s", id);
    patch(path, "{'op':'add','path':'title','value':'T'}");
    in = unit_group("in", id);
    left = unit_group("left", id);
    empty = unit_group("empty", NULL);
    was = get(path);

    gone(path);
    gone(unit_printf("/Groups/%s", left));
    assert_int_equal(unit_op(unit_printf("GET %s", path), NULL).status, 404);
    refused(restore("Users", id, 3), 404, "which is its deletion");

    answer = restore("Users", id, 2);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.result->etag, "W/\"4\"");
    assert_string_equal(group_of(&answer), in);
    assert_string_equal(unit_get(&answer, "meta.created"),
                        unit_get(&(unit_answer_t) {
                            .json = unit_json(unit_op_pool(), was) },
                            "meta.created"));
    assert_string_equal(unit_get(&answer, "title"), "T");

    assert_string_equal(newest("op"), "update");
    assert_string_equal(newest("id"), in);
    assert_null(strstr(newest("changes"), "meta.version"));
    assert_int_equal(unit_redis_int("SCARD scim:{acme}:groups:%s", id), 1);
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:members:%s", empty), 0);

    /* once more, and to before that */
    gone(path);
    answer = restore("Users", id, 1);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.result->etag, "W/\"6\"");
    assert_string_equal(unit_get(&answer, "title"), "(none)");
    assert_string_equal(group_of(&answer), in);
}


static void
a_deletion_in_between(void **state)
{
    const char     *path, *id, *in;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    path = unit_printf("/Users/%s", id);
    in = unit_group("in", id);
    patch(path, "{'op':'add','path':'title','value':'T'}");
    gone(path);
    assert_int_equal(restore("Users", id, 1).status, 200);
    patch(path, "{'op':'add','path':'title','value':'U'}");

    /* somebody has taken it out again; what the deletion took comes back */
    patch(unit_printf("/Groups/%s", in), "{'op':'remove','path':'members'}");
    answer = restore("Users", id, 2);
    assert_string_equal(unit_get(&answer, "title"), "T");
    assert_string_equal(group_of(&answer), in);

    patch(unit_printf("/Groups/%s", in), "{'op':'remove','path':'members'}");
    answer = restore("Users", id, 5);
    assert_string_equal(unit_get(&answer, "title"), "U");
    assert_string_equal(group_of(&answer), "(none)");
}


static void
values_that_are_another_s(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    gone(unit_printf("/Users/%s", id));
    (void) unit_user("ADA");

    answer = restore("Users", id, 1);
    refused(answer, 409, "uniqueness");
    refused(answer, 409, "userName");
    refused(unit_op(unit_printf("GET /Users/%s", id), NULL), 404, "");

    id = unit_user("bob");
    patch(unit_printf("/Users/%s", id),
          "{'op':'add','path':'userName','value':'carl'}");
    (void) unit_user("bob");
    refused(restore("Users", id, 1), 409, "uniqueness");
}


/* --- what there is not ---------------------------------------------------- */

static void
no_such_revision(void **state)
{
    const char  *id;

    (void) state;

    id = unit_user("ada");
    patch(unit_printf("/Users/%s", id),
          "{'op':'add','path':'title','value':'T'}");

    refused(restore("Users", id, 3), 404, "cannot be restored as of revision "
            "3: the history has revisions 1 to 2 of it");
    refused(restore("Users", "nobody", 1), 404,
            "nor is there one in the history");
    refused(restore("Users", "a b", 1), 404, "There is no User");
    refused(restore("Groups", id, 1), 404, "There is no Group");
    refused(restore("Cars", id, 1), 404, "no resource type");
    refused(restore("Users", id, 0), 400, "must be the version to restore");

    refused(unit_admin(unit_printf("POST /tenants/acme/Users/%s/restore", id),
                       NULL), 400, "?revision=3");
    refused(unit_admin(unit_printf("POST /tenants/acme/Users/%s/restore"
                                   "?revision=-1", id), NULL), 400, "such as");
    refused(unit_admin(unit_printf("POST /tenants/acme/Users/%s/restore"
                                   "?revision=1234567890123456", id), NULL),
            400, "such as");
    refused(unit_admin(unit_printf("POST /tenants/acme/Users/%s/restore"
                                   "?revision=1&revision=2", id), NULL),
            400, "once");
    refused(unit_admin(unit_printf("POST /tenants/none/Users/%s/restore"
                                   "?revision=1", id), NULL), 404, "tenant");
    refused(unit_admin(unit_printf("GET /tenants/acme/Users/%s/restore"
                                   "?revision=1", id), NULL), 405, "");
}


static void
beyond_retention(void **state)
{
    const char  *path, *id, *was;

    (void) state;

    id = unit_user("ada");
    path = unit_printf("/Users/%s", id);
    patch(path, "{'op':'add','path':'title','value':'2'}");
    was = get(path);

    unit_conf.policy.history_count = 2;
    patch(path, "{'op':'add','path':'title','value':'3'}");
    patch(path, "{'op':'add','path':'title','value':'4'}");

    refused(restore("Users", id, 1), 404, "has revisions 3 to 4 of it");
    expect(restore("Users", id, 2), was, 5);

    /* All of it is gone. */
    (void) unit_user("bob");
    (void) unit_user("carl");
    refused(restore("Users", id, 4), 404,
            "There is no revision in the history of the User");
    expect(restore("Users", id, 5), was, 5);

    gone(path);
    (void) unit_user("dora");
    (void) unit_user("emil");
    refused(restore("Users", id, 5), 404, "nor is there one in the history");
}


static void
what_was_not_recorded(void **state)
{
    const char  *path, *id, *was;

    (void) state;

    unit_conf.policy.history_off = true;
    id = unit_user("ada");
    path = unit_printf("/Users/%s", id);
    patch(path, "{'op':'add','path':'title','value':'2'}");
    was = get(path);

    unit_conf.policy.history_off = false;
    patch(path, "{'op':'add','path':'title','value':'3'}");
    patch(path, "{'op':'add','path':'title','value':'4'}");

    refused(restore("Users", id, 1), 404, "has revisions 3 to 4 of it");
    expect(restore("Users", id, 2), was, 5);

    unit_conf.policy.history_off = true;
    patch(path, "{'op':'add','path':'title','value':'6'}");
    refused(restore("Users", id, 4), 404, "a later change was not recorded");

    unit_conf.policy.history_off = false;
    patch(path, "{'op':'add','path':'title','value':'7'}");
    refused(restore("Users", id, 4), 404, "a later change was not recorded");

    unit_conf.policy.history_off = true;
    gone(path);
    refused(restore("Users", id, 4), 404, "");
}


static void
a_history_that_is_damaged(void **state)
{
    size_t       i;
    const char  *id;

    static const char *const  changes[] = { "x", "{}", "[1]", "[{}]" };

    static const char  entry[] =
        "local entry = redis.call('XADD', 'scim:{acme}:history', '*', 'op', "
        "'update', 'was', '', 'changes', ARGV[2]) "
        "redis.call('HSET', 'scim:{acme}:r:User:' .. ARGV[1], 'ver', 2) "
        "return redis.call('ZADD', 'scim:{acme}:history:User:' .. ARGV[1], 2, "
        "entry)";

    (void) state;

    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        id = unit_user(unit_printf("u%zu", i));
        (void) unit_redis_int("EVAL %s 0 %s %s", entry, id, changes[i]);

        refused(restore("Users", id, 1), 500, "history is damaged");
    }
}


/* --- groups --------------------------------------------------------------- */

/* The ids of the members, in the order in which Redis has them. */
static const char *
members(const char *group)
{
    size_t       i;
    redisReply  *reply;
    const char  *text = "";

    reply = redisCommand(unit_redis_connection(),
                         "ZRANGE scim:{acme}:members:%s 0 -1", group);

    for (i = 0; i < reply->elements; i++) {
        text = unit_printf("%s %s", text, reply->element[i]->str);
    }

    freeReplyObject(reply);

    return text;
}


static const char *
value_of(const char *id)
{
    return unit_printf("{'value':'%s'}", id);
}


static void
revisions_of_a_group(void **state)
{
    const char     *a, *b, *c, *id, *path, *was[7];
    unit_answer_t   answer;

    (void) state;

    a = unit_user("a");
    b = unit_user("b");
    c = unit_user("c");
    id = unit_group("one", a);
    path = unit_printf("/Groups/%s", id);
    was[1] = members(id);

    patch(path, unit_printf("{'op':'add','path':'members','value':[%s,%s]}",
                            value_of(b), value_of(c)));
    was[2] = members(id);
    patch(path, unit_printf("{'op':'remove','path':'members','value':[%s]}",
                            value_of(a)));
    was[3] = members(id);
    patch(path, "{'op':'replace','path':'displayName','value':'two'}");
    patch(path, unit_printf("{'op':'replace','path':'members','value':[%s]}",
                            value_of(a)));
    was[5] = members(id);
    patch(path, "{'op':'remove','path':'members'}");

    answer = restore("Groups", id, 2);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.result->etag, "W/\"7\"");
    assert_string_equal(unit_get(&answer, "displayName"), "one");
    assert_string_equal(members(id), was[2]);

    assert_int_equal(restore("Groups", id, 3).status, 200);
    assert_string_equal(members(id), was[3]);
    assert_int_equal(restore("Groups", id, 1).status, 200);
    assert_string_equal(members(id), was[1]);
    assert_int_equal(restore("Groups", id, 5).status, 200);
    assert_string_equal(members(id), was[5]);
    assert_string_equal(newest("name"), "two");

    /* members alone: the document is not written, its name is not told */
    patch(path, unit_printf("{'op':'add','path':'members','value':[%s]}",
                            value_of(b)));
    answer = restore("Groups", id, 10);
    assert_string_equal(answer.result->etag, "W/\"12\"");
    assert_string_equal(members(id), was[5]);
    assert_string_equal(newest("changes"), unit_printf(
                            "[{'path':'meta.version','new':10},{'path':"
                            "'members','old':[{'value':'%s','display':'b'}]}"
                            "]", b));

    answer = restore("Groups", id, 10);
    assert_string_equal(answer.result->etag, "W/\"12\"");
}


static void
members_that_are_no_more(void **state)
{
    const char     *a, *b, *id, *path;
    unit_answer_t   answer;

    (void) state;

    a = unit_user("a");
    b = unit_user("b");
    id = unit_group("one", a);
    path = unit_printf("/Groups/%s", id);
    patch(path, unit_printf("{'op':'add','path':'members','value':[%s]}",
                            value_of(b)));
    gone(unit_printf("/Users/%s", a));
    assert_string_equal(members(id), unit_printf(" %s", b));

    /* all that could come back is not there: nothing changes */
    answer = restore("Groups", id, 2);
    assert_string_equal(answer.result->etag, "W/\"3\"");

    patch(path, "{'op':'replace','path':'displayName','value':'two'},"
          "{'op':'remove','path':'members'}");
    answer = restore("Groups", id, 2);
    assert_string_equal(answer.result->etag, "W/\"5\"");
    assert_string_equal(members(id), unit_printf(" %s", b));

    /* back again, it comes back */
    assert_int_equal(restore("Users", a, 1).status, 200);
    assert_int_equal(restore("Groups", id, 1).status, 200);
    assert_string_equal(members(id), unit_printf(" %s", a));
}


static void
a_group_that_was_deleted(void **state)
{
    const char     *a, *b, *outer, *id, *path;
    unit_answer_t   answer;

    (void) state;

    a = unit_user("a");
    b = unit_user("b");
    id = unit_group("one", a);
    outer = unit_group("outer", id);
    path = unit_printf("/Groups/%s", id);
    patch(path, unit_printf("{'op':'add','path':'members','value':[%s]}",
                            value_of(b)));
    gone(path);
    gone(unit_printf("/Users/%s", b));

    answer = restore("Groups", id, 2);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.result->etag, "W/\"4\"");
    assert_string_equal(unit_get(&answer, "displayName"), "one");
    assert_string_equal(members(id), unit_printf(" %s", a));
    assert_string_equal(members(outer), unit_printf(" %s", id));
    assert_int_equal(unit_redis_int("SISMEMBER scim:{acme}:groups:%s %s", a,
                                    id), 1);

    patch(path, "{'op':'remove','path':'members'}");
    gone(path);
    answer = restore("Groups", id, 4);
    assert_string_equal(answer.result->etag, "W/\"7\"");
    assert_string_equal(members(id), unit_printf(" %s", a));
}


/* --- large groups --------------------------------------------------------- */

static void
large_groups(void **state)
{
    const char  *group, *path;

    (void) state;

    group = large_group(0, 9000);
    path = unit_printf("/Groups/%s", group);

    (void) large_patch(group, "add", large_values(9000, 9010));     /* 2 */
    (void) large_put(group, large_values(20000, 26000));            /* 3 */
    (void) large_patch(group, "remove", large_values(20000, 20003));
    (void) large_patch(group, "remove", large_values(20003, 24900));
    (void) large_put(group, large_values(0, 3));                    /* 6 */
    assert_int_equal(large_count(group), 3);

    gone("/Users/u00007");

    assert_int_equal(restore("Groups", group, 2).status, 200);
    assert_int_equal(large_count(group), 9009);
    assert_int_equal(large_version(group), 7);
    assert_int_equal(large_wrongs(), 0);

    assert_int_equal(restore("Groups", group, 4).status, 200);
    assert_int_equal(large_count(group), 5997);

    assert_int_equal(restore("Groups", group, 3).status, 200);
    assert_int_equal(large_count(group), 6000);

    assert_int_equal(restore("Groups", group, 5).status, 200);
    assert_int_equal(large_count(group), 1100);

    /* deleted, with its members kept as a whole */
    gone(path);
    assert_int_equal(restore("Groups", group, 5).status, 200);
    assert_int_equal(large_count(group), 1100);
    assert_int_equal(restore("Groups", group, 1).status, 200);
    assert_int_equal(large_count(group), 8999);
    assert_int_equal(large_wrongs(), 0);
    assert_int_equal(large_flaws(), 0);

    large_users(7, 8);
}


/* --- others --------------------------------------------------------------- */

static struct {
    unsigned     trip;
    const char  *request;
    const char  *body;
    const char  *then;
} others;


static void
others_act(unsigned trip)
{
    if (trip == others.trip) {
        unit_op_hook = NULL;
        (void) (strstr(others.request, " /tenants") != NULL
                ? unit_admin(others.request, others.body)
                : unit_op(others.request, others.body));

        if (others.then != NULL) {
            (void) unit_op(others.then, NULL);
            others.then = NULL;
        }
    }
}


static void
between(unsigned trip, const char *request, const char *body)
{
    others.trip = trip;
    others.request = request;
    others.body = body;
    unit_op_hook = others_act;
}


/* Whatever others do between two steps, the outcome is one of both, whole. */
static void
overtaken(void **state)
{
    unsigned        trip;
    const char     *id, *path, *was;
    unit_answer_t   answer;

    (void) state;

    for (trip = 2; trip <= 3; trip++) {

        id = unit_user(unit_printf("a%u", trip));
        path = unit_printf("/Users/%s", id);
        was = get(path);
        patch(path, "{'op':'add','path':'title','value':'2'}");

        /* a change */
        between(trip, unit_printf("PATCH %s", path),
                "{'Operations':[{'op':'add','path':'nickName','value':'n'}]}");
        expect(restore("Users", id, 1), was, 4);

        /* the deletion */
        between(trip, unit_printf("DELETE %s", path), NULL);
        answer = restore("Users", id, 2);
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer.result->etag, "W/\"6\"");
        assert_string_equal(unit_get(&answer, "title"), "2");

        /* somebody else's restore of what was deleted */
        gone(path);
        between(trip, unit_printf("POST /tenants/acme/Users/%s/restore"
                                  "?revision=1", id), NULL);
        answer = restore("Users", id, 2);
        assert_int_equal(answer.status, 200);
        assert_string_equal(unit_get(&answer, "title"), "2");
        assert_string_equal(answer.result->etag, "W/\"9\"");
    }
}


/* Back and gone again: the version that it left must not be used twice. */
static void
overtaken_twice(void **state)
{
    const char     *id, *path;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("a");
    path = unit_printf("/Users/%s", id);
    patch(path, "{'op':'add','path':'title','value':'2'}");
    gone(path);

    others.then = unit_printf("DELETE %s", path);
    between(3, unit_printf("POST /tenants/acme/Users/%s/restore?revision=1",
                           id), NULL);
    answer = restore("Users", id, 2);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.result->etag, "W/\"6\"");
    assert_string_equal(unit_get(&answer, "title"), "2");
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:history:User:%s", id),
                     6);
}


/* Settings that change between the steps: it begins anew. */
static void
other_settings(void **state)
{
    unsigned     trip;
    const char  *id, *was;

    (void) state;

    id = unit_user("a");
    was = get(unit_printf("/Users/%s", id));

    for (trip = 1; trip <= 3; trip++) {
        patch(unit_printf("/Users/%s", id),
              unit_printf("{'op':'add','path':'title','value':'%u'}", trip));
        between(trip, "PATCH /tenants/acme", unit_printf(
                    "{'settings':{'history':{'count':%u}}}", 100 + trip));
        expect(restore("Users", id, 1), was, 1 + 2 * (int) trip);
    }
}


static struct {
    unsigned           at;
    unsigned           trip;
    const redisReply  *reply;
} bad;


static const redisReply *
bad_reply(const scim_store_cmd_t *cmd, const redisReply *reply)
{
    (void) cmd;

    return ++bad.trip == bad.at ? bad.reply : reply;
}


/* A Redis that is full, or talks nonsense, at each of the trips: no success,
 * and no 404.  What comes after the commit can be repeated. */
static void
misled(void **state)
{
    size_t          i;
    const char     *user, *group, *outer;
    unit_answer_t   answer;

    static char         oom[] = "OOM command not allowed";
    static redisReply   replies[] = {
        { .type = REDIS_REPLY_ERROR, .str = oom, .len = sizeof(oom) - 1 },
        { .type = REDIS_REPLY_NIL },
        { .type = REDIS_REPLY_INTEGER, .integer = 1 },
        { .type = REDIS_REPLY_STRING, .str = oom, .len = sizeof(oom) - 1 },
    };

    (void) state;

    user = unit_user("u");
    group = unit_group("g", user);
    outer = unit_group("outer", group);

    for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        for (bad.at = 1; ; bad.at++) {

            (void) unit_op(unit_printf("DELETE /Groups/%s", group), NULL);

            bad.trip = 0;
            bad.reply = &replies[i];
            unit_op_bad = bad_reply;
            answer = restore("Groups", group, 1);
            unit_op_bad = NULL;

            if (bad.trip < bad.at) {
                break;
            }

            if (answer.status != (i == 0 ? 507 : 503)) {
                fail_msg("reply %zu at %u: %d %s", i, bad.at, answer.status,
                         answer.text);
            }

            assert_int_equal(restore("Groups", group, 1).status, 200);
            assert_string_equal(members(group), unit_printf(" %s", user));
            assert_string_equal(members(outer), unit_printf(" %s", group));
        }

        /* read, history, commit, group, read back */
        assert_int_equal(bad.at, 6);
    }
}


static scim_rc_t
without_memory(void *data)
{
    scim_rc_t     rc;
    unsigned      trips;
    scim_op_t    *op;
    scim_pool_t  *p;

    p = scim_pool_create(0);
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    op = scim_op_admin(p, &unit_env, SCIM_POST, scim_str_from(data),
                       scim_str("revision=2"), NULL);
    rc = op == NULL ? SCIM_NOMEM : unit_op_drive(op, &trips);

    if (rc == SCIM_OK) {
        assert_int_equal(op->result.status, 200);
    }

    scim_pool_destroy(p);

    return rc;
}


static void
short_of_memory(void **state)
{
    const char  *a, *group;

    (void) state;

    a = unit_user("a");
    group = unit_group("g", a);
    patch(unit_printf("/Groups/%s", group),
          "{'op':'remove','path':'members'}");
    gone(unit_printf("/Groups/%s", group));

    unit_fail_allocations(without_memory, (void *) (uintptr_t)
                          unit_printf("/tenants/acme/Groups/%s/restore",
                                      group));

    patch(unit_printf("/Users/%s", a),
          "{'op':'add','path':'title','value':'T'}");
    patch(unit_printf("/Users/%s", a), "{'op':'remove','path':'title'}");

    unit_fail_allocations(without_memory, (void *) (uintptr_t)
                          unit_printf("/tenants/acme/Users/%s/restore", a));
}


/* More revisions than a page of the history has. */
static void
a_long_history(void **state)
{
    int             i;
    const char     *path, *id, *was;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    path = unit_printf("/Users/%s", id);
    patch(path, "{'op':'add','path':'title','value':'t'}");
    was = get(path);

    for (i = 0; i < 300; i++) {
        patch(path, unit_printf("{'op':'add','path':'nickName','value':'%d'}",
                                i));
    }

    answer = restore("Users", id, 2);
    assert_true(answer.trips <= 2 + 300 / 64 + 2);
    expect(answer, was, 303);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(revisions_of_a_user),
        TEST(what_is_so_already_makes_no_version),
        TEST(a_user_that_was_deleted),
        TEST(a_deletion_in_between),
        TEST(values_that_are_another_s),
        TEST(no_such_revision),
        TEST(beyond_retention),
        TEST(what_was_not_recorded),
        TEST(a_history_that_is_damaged),
        TEST(revisions_of_a_group),
        TEST(members_that_are_no_more),
        TEST(a_group_that_was_deleted),
        TEST(overtaken),
        TEST(overtaken_twice),
        TEST(other_settings),
        TEST(misled),
        TEST(short_of_memory),
        TEST(a_long_history),
        cmocka_unit_test_setup_teardown(large_groups, large_start,
                                        unit_op_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
