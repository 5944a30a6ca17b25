/*
 * Fuzzes requests up to their first command: the mapper, paging, projections,
 * the planner, search bodies, and what a POST or PATCH makes of its body.
 *
 * Bytes: method, allocation that fails, then lines: path, arguments, If-Match,
 * body.
 */

#include "fuzz.h"
#include "op/scim_op.h"
#include "op/scim_request.h"

#include <string.h>


static scim_indexes_t  indexes[8];
static scim_op_conf_t  conf;
static scim_op_env_t   env;


static void
draw(void *data, uint8_t *buf, size_t len)
{
    (void) data;

    memset(buf, 7, len);
}


/* Once: it lives as long as the fuzzer. */
static void
configure(void)
{
    size_t           i;
    scim_pool_t     *pool;
    scim_error_t     err;
    scim_schemas_t  *schemas;

    pool = scim_pool_create(0);
    must(pool != NULL);
    must(scim_schemas_create(pool, &schemas, &err) == SCIM_OK);

    for (i = 0; scim_schemas_type_at(schemas, i) != NULL; i++) {
        must(scim_store_indexes(pool, scim_schemas_type_at(schemas, i), true,
                                &indexes[i]) == SCIM_OK);
    }

    conf = (scim_op_conf_t) {
        .schemas = schemas, .indexes = indexes, .default_count = 100,
        .max_count = 1000, .scan_limit = 1000, .cursor_timeout = 3600
    };

    scim_policy_init(&conf.policy);

    env = (scim_op_env_t) {
        .conf = &conf, .tenant = scim_str("acme"),
        .base = scim_str("https://x"), .now = 1700000000000, .random = draw
    };
}


static scim_str_t
line(scim_str_t *rest)
{
    const char  *end;
    scim_str_t   found = *rest;

    end = (rest->len != 0) ? memchr(rest->data, '\n', rest->len) : NULL;

    if (end == NULL) {
        *rest = scim_str_absent;
        return found;
    }

    found.len = (size_t) (end - rest->data);
    *rest = scim_str_skip(*rest, found.len + 1);

    return found;
}


static void
check_mapped(const scim_request_t *request)
{
    size_t            i;
    const scim_str_t  texts[] = {
        request->id, request->filter, request->attributes, request->excluded,
        request->start_index, request->count, request->sort_by,
        request->sort_order
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        must(scim_utf8_valid(texts[i]));
        must(texts[i].data == NULL || texts[i].len != 0);
    }

    must(scim_utf8_valid(request->cursor));
    must(request->target != SCIM_TARGET_RESOURCE
         || (scim_store_name_valid(request->id) && request->type != NULL));
}


/* An answer, or a command that can be sent. */
static scim_rc_t
run(scim_pool_t *pool, const scim_request_t *request)
{
    scim_op_t  *op;
    scim_rc_t   rc;

    op = scim_op_start(pool, &env, request);
    if (op == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_op_run(op);

    if (rc == SCIM_AGAIN) {
        fuzz_format(&op->cmd);

    } else if (rc == SCIM_OK) {
        must(op->result.status >= 200 && op->result.status < 502);
        must(scim_utf8_valid(op->result.body));
        must((op->result.status == 405) == (op->result.allow != NULL));
    }

    return rc;
}


static scim_rc_t
request_of(scim_pool_t *pool, scim_str_t text, scim_method_e method)
{
    scim_rc_t        rc;
    scim_http_t      http = { .method = method };
    scim_json_t     *body;
    scim_error_t     err;
    scim_request_t   request;

    http.path = line(&text);
    http.args = line(&text);
    http.if_match = line(&text);

    if (http.if_match.len == 0) {
        http.if_match = scim_str_absent;
    }

    rc = scim_request_map(pool, conf.schemas, &http, &request, &err);
    if (rc != SCIM_OK) {
        must(rc != SCIM_REFUSED || err.detail[0] != '\0');
        return rc;
    }

    check_mapped(&request);

    rc = scim_json_parse(pool, text, NULL, &body, &err);
    if (rc == SCIM_NOMEM) {
        return rc;
    }

    request.body = (rc == SCIM_OK) ? body : NULL;

    return run(pool, &request);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    long            failures;
    scim_rc_t       rc;
    scim_str_t      text;
    scim_pool_t    *pool;
    scim_method_e   method;

    if (conf.schemas == NULL) {
        configure();
    }

    if (size < 2) {
        return 0;
    }

    text = (scim_str_t) { (const char *) data + 2, size - 2 };
    method = (scim_method_e) (data[0] % (SCIM_OTHER + 1));

    pool = scim_pool_create(0);
    must(pool != NULL);
    must(request_of(pool, text, method) != SCIM_NOMEM);
    scim_pool_destroy(pool);

    pool = scim_pool_create(0);
    must(pool != NULL);
    (void) scim_pool_fail_after(data[1]);
    rc = request_of(pool, text, method);
    failures = scim_pool_fail_after(-1);
    must((failures > 0) == (rc == SCIM_NOMEM));
    scim_pool_destroy(pool);

    return 0;
}
