/*
 * Runs whole operations against the tests' Redis.
 */

#include <stdio.h>
#include <stdlib.h>

#include "unit_op.h"
#include "unit_redis.h"
#include "op/scim_request.h"


scim_op_conf_t  unit_conf;
scim_op_env_t   unit_env;
void          (*unit_op_hook)(unsigned trip);
const redisReply *(*unit_op_bad)(const scim_store_cmd_t *cmd,
    const redisReply *reply);

/* As many as an operation may have under way. */
#define ASKERS  64

static scim_pool_t    *pool;
static scim_indexes_t  indexes[8];
static uint64_t        seed = 1;
static scim_buf_t      pieces;
static redisReply     *said;

bool        unit_op_slow;
scim_op_t  *unit_op_driven;


/* Not random, but never the same. */
static void
draw(void *data, uint8_t *buf, size_t len)
{
    size_t  i;

    (void) data;

    for (i = 0; i < len; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        buf[i] = (uint8_t) (seed >> 33);
    }
}


static void
run_plain(scim_store_cmd_t *cmd)
{
    redisReply  *reply;

    reply = unit_command(cmd);
    assert_non_null(reply);
    assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
    freeReplyObject(reply);
}


static const redisReply *
say(const scim_store_cmd_t *cmd, const redisReply *reply)
{
    (void) cmd;
    (void) reply;

    return said;
}


void
unit_op_say(const char *text)
{
    if (said != NULL) {
        freeReplyObject(said);
    }

    said = (text != NULL) ? unit_reply(text) : NULL;
    unit_op_bad = (text != NULL) ? say : NULL;
}


int
unit_op_start(void **state)
{
    size_t            i;
    scim_store_cmd_t  cmd;

    (void) state;

    pool = scim_pool_create(0);
    assert_non_null(pool);

    (void) unit_redis();

    unit_conf = (scim_op_conf_t) {
        .schemas = unit_schemas(), .indexes = indexes,
        .default_count = 100, .max_count = 1000, .scan_limit = 10000,
        .bulk_operations = 1000, .bulk_payload = 1048576,
        .cursor_timeout = 3600
    };

    scim_policy_init(&unit_conf.policy);

    for (i = 0; scim_schemas_type_at(unit_schemas(), i) != NULL; i++) {
        assert_int_equal(scim_store_indexes(pool,
                             scim_schemas_type_at(unit_schemas(), i), true,
                             &indexes[i]), SCIM_OK);
    }

    unit_env = (scim_op_env_t) {
        .conf = &unit_conf, .tenant = scim_str("acme"),
        .base = scim_str("https://x/scim/v2"), .now = 1700000000000,
        .random = draw
    };

    unit_op_hook = NULL;
    unit_op_bad = NULL;
    unit_op_slow = false;

    assert_int_equal(scim_store_tenant_create(pool, unit_env.tenant,
                                              unit_env.now, &cmd), SCIM_OK);
    run_plain(&cmd);

    return 0;
}


int
unit_op_end(void **state)
{
    (void) state;

    unit_op_say(NULL);
    scim_pool_destroy(pool);

    return 0;
}


scim_pool_t *
unit_op_pool(void)
{
    return pool;
}


const char *
unit_printf(const char *fmt, ...)
{
    char     text[8192];
    va_list  args;
    scim_str_t  out;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    assert_int_equal(scim_str_dup(pool, scim_str_from(text), &out), SCIM_OK);

    return out.data;
}


static unit_answer_t
answer_of(scim_op_t *op, scim_rc_t rc, unsigned trips)
{
    scim_error_t   err;
    unit_answer_t  answer = { .text = "" };

    if (rc == SCIM_NOMEM) {
        return answer;
    }

    assert_int_equal(rc, SCIM_OK);

    answer.result = &op->result;
    answer.status = op->result.status;
    answer.trips = trips;

    if (pieces.len != 0 || op->result.media != NULL) {
        scim_buf_str(&pieces, op->result.body);
        answer.text = unit_quotes(pool, (scim_str_t) { pieces.data,
                                                       pieces.len });

    } else if (op->result.body.len != 0) {
        assert_int_equal(scim_json_parse(pool, op->result.body, NULL,
                                         &answer.json, &err), SCIM_OK);
        answer.text = unit_quotes(pool, op->result.body);
    }

    return answer;
}


static scim_rc_t
take_piece(scim_op_t *op)
{
    scim_buf_str(&pieces, op->piece);

    return scim_op_taken(op);
}


/* One write with what all askers want, then the replies, one by one. */
static scim_rc_t
round_trip(scim_op_t *op)
{
    size_t       i, n;
    scim_rc_t    rc;
    scim_op_t   *asker, *askers[ASKERS];
    redisReply  *replies[ASKERS];

    n = 0;

    for (asker = NULL; (asker = scim_op_asker(op, asker)) != NULL; ) {
        assert_true(n < ASKERS);
        unit_command_send(&asker->cmd);
        askers[n++] = asker;
    }

    if (n == 0) {
        assert_non_null(op->piece.data);
        return take_piece(op);
    }

    for (i = 0; i < n; i++) {
        replies[i] = unit_command_reply();
    }

    rc = SCIM_AGAIN;

    for (i = 0; i < n; i++) {
        assert_int_equal(rc, SCIM_AGAIN);

        if (scim_store_noscript(replies[i])) {
            freeReplyObject(replies[i]);
            replies[i] = unit_command(&askers[i]->cmd);
        }

        rc = scim_op_reply(askers[i],
                           (unit_op_bad == NULL)
                           ? replies[i]
                           : unit_op_bad(&askers[i]->cmd, replies[i]));
        freeReplyObject(replies[i]);
    }

    return rc;
}


scim_rc_t
unit_op_drive(scim_op_t *op, unsigned *trips)
{
    scim_rc_t  rc;

    *trips = 0;
    unit_op_driven = op;
    scim_buf_init(&pieces, pool, 0);

    rc = scim_op_run(op);

    while (rc == SCIM_AGAIN) {

        if (op->piece.data != NULL && !unit_op_slow) {
            rc = take_piece(op);
            continue;
        }

        ++*trips;

        if (unit_op_hook != NULL) {
            unit_op_hook(*trips);
        }

        rc = round_trip(op);
    }

    return rc;
}


scim_rc_t
unit_op_scarce(scim_pool_t *scarce, scim_op_t *op, int low, int high)
{
    unsigned   trips;
    scim_rc_t  rc;

    rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);

    if (rc == SCIM_OK) {
        assert_in_range(op->result.status, low, high);
    }

    scim_pool_destroy(scarce);

    return rc;
}


unit_answer_t
unit_op_run(scim_op_t *op)
{
    unsigned   trips;
    scim_rc_t  rc;

    if (op == NULL) {
        return (unit_answer_t) { .text = "" };
    }

    rc = unit_op_drive(op, &trips);

    return answer_of(op, rc, trips);
}


static scim_method_e
method_of(const char *name, size_t len)
{
    size_t                   i;
    static const char *const names[] = {
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == len && strncmp(name, names[i], len) == 0) {
            return (scim_method_e) i;
        }
    }

    return SCIM_OTHER;
}


static unit_answer_t
refused(const scim_error_t *err)
{
    static scim_result_t  result;

    result = (scim_result_t) { .status = err->status, .type = err->type };

    return (unit_answer_t) {
        .status = err->status, .text = unit_printf("%s", err->detail),
        .result = &result
    };
}


/* "METHOD /path?query" into its parts; ' becomes ". */
static void
split(const char *request, scim_http_t *http)
{
    char        *text, *blank, *query;
    scim_str_t   copy;

    assert_int_equal(scim_str_dup(pool, scim_str_from(request), &copy),
                     SCIM_OK);
    text = (char *) (uintptr_t) copy.data;

    for (blank = text; *blank != '\0'; blank++) {
        *blank = (*blank == '\'') ? '"' : *blank;
    }

    blank = strchr(text, ' ');
    assert_non_null(blank);
    query = strchr(blank, '?');

    *http = (scim_http_t) {
        .method = method_of(text, (size_t) (blank - text))
    };

    if (query != NULL) {
        *query++ = '\0';
        http->args = scim_str_from(query);
    }

    http->path = scim_str_from(blank + 1);
}


unit_answer_t
unit_op_if(const char *request, const char *if_match, const char *body)
{
    scim_rc_t        rc;
    scim_http_t      http;
    scim_error_t     err;
    scim_request_t  *mapped;

    split(request, &http);

    if (if_match != NULL && *if_match == '!') {
        http.if_none_match = scim_str_from(if_match + 1);
    } else if (if_match != NULL) {
        http.if_match = scim_str_from(if_match);
    }

    mapped = scim_palloc(pool, sizeof(scim_request_t));
    assert_non_null(mapped);

    rc = scim_request_map(pool, unit_conf.schemas, &http, mapped, &err);
    if (rc == SCIM_REFUSED) {
        return refused(&err);
    }

    assert_int_equal(rc, SCIM_OK);

    mapped->body = (body != NULL) ? unit_json(pool, body) : NULL;
    unit_env.now += 1000;

    return unit_op_run(scim_op_start(pool, &unit_env, mapped));
}


unit_answer_t
unit_admin(const char *request, const char *body)
{
    scim_http_t  http;

    split(request, &http);
    unit_env.now += 1000;

    return unit_op_run(scim_op_admin(pool, &unit_env, http.method, http.path,
                                     http.args,
                                     (body != NULL) ? unit_json(pool, body)
                                                    : NULL));
}


/* As few bytes at a time as no network would bring. */
static scim_rc_t
read_lines(void *data, char *buf, size_t cap, size_t *n, scim_error_t *err)
{
    scim_str_t  *rest = data;

    (void) err;

    *n = (rest->len < 7) ? rest->len : 7;
    assert_true(*n <= cap);
    memcpy(buf, rest->data, *n);
    *rest = scim_str_skip(*rest, *n);

    return SCIM_OK;
}


static uint64_t
tell_time(void *data)
{
    (void) data;

    return unit_env.now;
}


scim_op_input_t
unit_input(scim_str_t *text)
{
    return (scim_op_input_t) {
        .read = read_lines, .now = tell_time, .data = text,
        .max_line = 4096, .max_depth = 16
    };
}


unit_answer_t
unit_lines(const char *request, const char *lines)
{
    size_t            i;
    char             *text;
    scim_op_t        *op;
    scim_str_t        rest;
    scim_http_t       http;
    scim_op_input_t   input;

    split(request, &http);
    unit_env.now += 1000;

    assert_int_equal(scim_str_dup(pool, scim_str_from(lines), &rest), SCIM_OK);
    text = (char *) (uintptr_t) rest.data;

    for (i = 0; i < rest.len; i++) {
        text[i] = (text[i] == '\'') ? '"' : text[i];
    }

    input = unit_input(&rest);

    op = scim_op_admin(pool, &unit_env, http.method, http.path, http.args,
                       NULL);

    if (op != NULL) {
        op->input = &input;
    }

    return unit_op_run(op);
}


unit_answer_t
unit_op(const char *request, const char *body)
{
    return unit_op_if(request, NULL, body);
}


unit_answer_t
unit_op_as_admin(const char *request, const char *body)
{
    unit_answer_t  answer;

    unit_env.admin = true;
    answer = unit_op(request, body);
    unit_env.admin = false;

    return answer;
}


const char *
unit_get(const unit_answer_t *answer, const char *path)
{
    scim_str_t          rest = scim_str_from(path), name;
    const char         *dot;
    const scim_json_t  *value = answer->json;

    while (value != NULL && rest.len != 0) {
        dot = memchr(rest.data, '.', rest.len);
        name = rest;

        if (dot != NULL) {
            name.len = (size_t) (dot - rest.data);
            rest = scim_str_skip(rest, name.len + 1);
        } else {
            rest = scim_str("");
        }

        value = scim_json_get(value, name);
    }

    if (value == NULL) {
        return "(none)";
    }

    return (value->type == SCIM_JSON_STRING || value->type == SCIM_JSON_NUMBER)
           ? unit_printf("%.*s", SCIM_FMT(value->text))
           : unit_text(pool, value);
}


const char *
unit_user(const char *user_name)
{
    unit_answer_t  answer;

    answer = unit_op("POST /Users",
                     unit_printf("{'schemas':['urn:ietf:params:scim:schemas:"
                                 "core:2.0:User'],'userName':'%s'}",
                                 user_name));
    assert_int_equal(answer.status, 201);

    return unit_get(&answer, "id");
}


const char *
unit_group(const char *name, const char *member)
{
    unit_answer_t  answer;

    answer = unit_op("POST /Groups",
                     (member == NULL)
                     ? unit_printf("{'displayName':'%s'}", name)
                     : unit_printf("{'displayName':'%s','members':"
                                   "[{'value':'%s'}]}", name, member));
    assert_int_equal(answer.status, 201);

    return unit_get(&answer, "id");
}


const char *
unit_fill(const char *text, const char *keys, ...)
{
    size_t       n;
    va_list      args;
    scim_buf_t   buf;
    scim_str_t   out;
    const char  *values[8], *key;

    va_start(args, keys);

    for (n = 0; keys[n] != '\0'; n++) {
        assert_true(n < sizeof(values) / sizeof(values[0]));
        values[n] = va_arg(args, const char *);
    }

    va_end(args);

    scim_buf_init(&buf, pool, 256);

    for ( ; *text != '\0'; text++) {
        key = (*text == '@' && text[1] != '\0') ? strchr(keys, text[1]) : NULL;

        if (key == NULL) {
            scim_buf_char(&buf, *text);
        } else {
            scim_buf_str(&buf, scim_str_from(values[key - keys]));
            text++;
        }
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &out), SCIM_OK);

    return out.data;
}
