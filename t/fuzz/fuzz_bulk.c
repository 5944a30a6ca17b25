/*
 * Fuzzes bulks over a store that answers what it likes, in any order: each
 * comes to an end, with a row for every operation unless it was told to stop,
 * and leaves nothing behind.
 *
 * Bytes: how many bytes decide, those bytes, then the body.
 */

#include "fuzz.h"
#include "op/scim_op.h"

#include <string.h>

/* More than may be under way at once, and replies that no bulk of such size
 * needs. */
#define ASKERS   64
#define REPLIES  100000

typedef struct {
    const uint8_t *data;
    size_t         len;
    size_t         at;
} decisions_t;

typedef struct {
    scim_op_t  *askers[ASKERS];
    size_t      n;
} waiting_t;


static scim_indexes_t  indexes[8];
static scim_op_conf_t  conf;
static scim_op_env_t   env;


static void
draw(void *data, uint8_t *buf, size_t len)
{
    static uint64_t  seed;

    (void) data;

    memset(buf, 0, len);
    seed++;
    memcpy(buf, &seed, (len < sizeof(seed)) ? len : sizeof(seed));
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
        .schemas = schemas, .indexes = indexes, .default_count = 10,
        .max_count = 10, .scan_limit = 10, .bulk_operations = 100,
        .bulk_payload = 65536
    };

    scim_policy_init(&conf.policy);

    env = (scim_op_env_t) {
        .conf = &conf, .tenant = scim_str("t"), .base = scim_str("http://h"),
        .now = 1700000000000, .random = draw
    };
}


static unsigned
decide(decisions_t *decisions, unsigned n)
{
    if (decisions->len == 0) {
        return 0;
    }

    return decisions->data[decisions->at++ % decisions->len] % n;
}


static redisReply *
read_resp(const char *resp)
{
    void         *reply = NULL;
    redisReader  *reader;

    reader = redisReaderCreate();
    must(reader != NULL);
    must(redisReaderFeed(reader, resp, strlen(resp)) == REDIS_OK);
    must(redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL);
    redisReaderFree(reader);

    return reply;
}


/* NULL: none. */
static redisReply *
reply_to(const scim_store_cmd_t *cmd, unsigned decision)
{
#define COMMITTED(word, detail)  "*5\r\n" word ":2\r\n:1\r\n" \
    "$24\r\n2026-01-01T00:00:00.000Z\r\n" detail
    static const char *const  writes[] = {
        COMMITTED("+ok\r\n", "$0\r\n\r\n"),
        COMMITTED("+taken\r\n", "+userName\r\n"),
        COMMITTED("+conflict\r\n", "$0\r\n\r\n"),
        COMMITTED("+gone\r\n", "$0\r\n\r\n"),
        COMMITTED("+member\r\n", "+nobody\r\n"),
        "-OOM command not allowed\r\n",
    };
    static const char  row[] = "*4\r\n+ok\r\n:1\r\n$0\r\n\r\n*6\r\n+x\r\n"
        "$69\r\n{\"id\":\"x\",\"displayName\":\"y\",\"userName\":\"y\",\"meta\":"
        "{\"created\":\"2026\"}}\r\n:1\r\n+2026\r\n+1\r\n:0\r\n";
    static const char  none[] = "*3\r\n+ok\r\n:0\r\n$0\r\n\r\n";

    if (decision == 15) {
        return NULL;
    }

    if (cmd->write) {
        return read_resp(writes[(decision < 10) ? 0 : decision - 9]);
    }

    return read_resp((decision < 12) ? row : none);
}


static void
gather(scim_op_t *op, waiting_t *waiting)
{
    scim_op_t  *asker;

    for (asker = NULL; (asker = scim_op_asker(op, asker)) != NULL; ) {
        must(waiting->n < ASKERS);
        fuzz_format(&asker->cmd);
        waiting->askers[waiting->n++] = asker;
    }
}


static scim_rc_t
answer_one(waiting_t *waiting, decisions_t *decisions)
{
    size_t        i;
    scim_rc_t     rc;
    scim_op_t    *asker;
    redisReply   *reply;
    scim_error_t  err;

    i = decide(decisions, (unsigned) waiting->n);
    asker = waiting->askers[i];
    waiting->askers[i] = waiting->askers[--waiting->n];

    reply = reply_to(&asker->cmd, decide(decisions, 16));

    if (reply == NULL) {
        scim_refuse(&err, 503, SCIM_TYPE_NONE, "no reply");
        return scim_op_no_reply(asker, &err);
    }

    rc = scim_op_reply(asker, reply);
    freeReplyObject(reply);

    return rc;
}


static scim_rc_t
drive(scim_op_t *op, decisions_t *decisions, bool *left)
{
    size_t     replies;
    scim_rc_t  rc;
    waiting_t  waiting = { .n = 0 };

    *left = false;
    replies = 0;

    for (rc = scim_op_run(op); rc == SCIM_AGAIN; ) {
        gather(op, &waiting);

        must(waiting.n > 0);
        must(++replies < REPLIES);

        if (decide(decisions, 256) == 255) {
            must(scim_op_leave(op) || op->many == NULL);
            *left = true;
        }

        rc = answer_one(&waiting, decisions);
    }

    must(waiting.n == 0);

    return rc;
}


static void
check(scim_pool_t *pool, const scim_op_t *op, bool all)
{
    size_t                   sent;
    scim_json_t             *root;
    scim_error_t             err;
    const scim_json_t       *rows, *row;
    const scim_json_limits_t limits = { .size = 16 * 1024 * 1024 };

    must(scim_json_parse(pool, op->result.body, &limits, &root, &err)
         == SCIM_OK);

    if (op->result.status != 200) {
        must(op->result.status >= 400);
        return;
    }

    sent = scim_json_get_ci(op->request.body, scim_str("Operations"))->count;
    rows = scim_json_get(root, scim_str("Operations"));
    must(rows != NULL && rows->count <= sent);
    must(!all || rows->count == sent);

    for (row = rows->first; row != NULL; row = row->next) {
        must(scim_json_get_text(row, scim_str("status")).len == 3);
    }
}


static scim_rc_t
run(scim_pool_t *pool, scim_str_t text, decisions_t decisions)
{
    bool             left;
    scim_rc_t        rc;
    scim_op_t       *op;
    scim_json_t     *body;
    scim_error_t     err;
    scim_request_t   request = {
        .method = SCIM_POST, .target = SCIM_TARGET_BULK
    };

    rc = scim_json_parse(pool, text, NULL, &body, &err);
    if (rc != SCIM_OK) {
        return rc;
    }

    request.body = body;

    op = scim_op_start(pool, &env, &request);
    if (op == NULL) {
        return SCIM_NOMEM;
    }

    rc = drive(op, &decisions, &left);

    if (rc == SCIM_OK) {
        check(pool, op, !left && scim_json_get_ci(body,
                                     scim_str("failOnErrors")) == NULL);
    }

    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_str_t    text;
    scim_pool_t  *pool;
    decisions_t   decisions;

    if (conf.schemas == NULL) {
        configure();
    }

    if (size < 2 || size < 2 + (size_t) data[0]) {
        return 0;
    }

    decisions = (decisions_t) { data + 2, data[0], 0 };
    text = (scim_str_t) {
        (const char *) data + 2 + data[0], size - 2 - data[0]
    };

    pool = scim_pool_create(0);
    must(pool != NULL);
    must(run(pool, text, decisions) != SCIM_NOMEM);
    scim_pool_destroy(pool);

    return 0;
}
