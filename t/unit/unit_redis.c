/*
 * The private Redis of unit_redis.h.
 */

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"
#include "unit_redis.h"


#define START_TRIES  3000       /* of 10 ms */


static char          folder[] = "/tmp/scim-unit-XXXXXX";
static char          sock[sizeof(folder) + sizeof("/redis.sock")];
static pid_t         server;
static redisContext *connection;


static void
stop(void)
{
    if (connection != NULL) {
        redisFree(connection);
    }

    (void) kill(server, SIGKILL);
    (void) waitpid(server, NULL, 0);
    (void) unlink(sock);
    (void) rmdir(folder);
}


/* A test that crashes does not reach atexit(): the kernel ends the server. */
static void
serve(void)
{
    const char *program;

    program = getenv("REDIS_SERVER");
    if (program == NULL) {
        program = "redis-server";
    }

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void) execlp(program, program, "--port", "0",
                  "--unixsocket", sock, "--dir", folder, "--save", "",
                  "--appendonly", "no", "--logfile", "/dev/null",
                  "--enable-debug-command", "yes",
                  "--hash-max-listpack-value", "8192", (char *) NULL);
    _exit(127);
}


static void
start(void)
{
    int i;

    assert_non_null(mkdtemp(folder));
    (void) snprintf(sock, sizeof(sock), "%s/redis.sock", folder);

    server = fork();
    assert_true(server >= 0);
    if (server == 0) {
        serve();
    }
    assert_int_equal(atexit(stop), 0);

    for (i = 0; i < START_TRIES; i++) {
        connection = redisConnectUnix(sock);
        assert_non_null(connection);
        if (connection->err == 0) {
            return;
        }

        redisFree(connection);
        connection = NULL;
        if (waitpid(server, NULL, WNOHANG) != 0) {
            break;
        }
        (void) usleep(10000);
    }

    fail_msg("the server does not start");
}


redisContext *
unit_redis_connection(void)
{
    if (connection == NULL) {
        start();
    }

    return connection;
}


redisContext *
unit_redis(void)
{
    freeReplyObject(redisCommand(unit_redis_connection(), "FLUSHALL"));
    assert_int_equal(connection->err, 0);

    return connection;
}


char *
unit_format(const scim_store_cmd_t *cmd, bool eval, size_t *len)
{
    char   *to;
    size_t  size;

    size = scim_store_size(cmd, eval);
    to = malloc(size);
    assert_non_null(to);

    *len = (size_t) (scim_store_format(cmd, eval, to) - to);
    assert_true(*len <= size);

    return to;
}


static void
append(const scim_store_cmd_t *cmd, bool eval)
{
    char   *formatted;
    size_t  len;

    assert_non_null(connection);
    formatted = unit_format(cmd, eval, &len);
    assert_int_equal(redisAppendFormattedCommand(connection, formatted, len),
                     REDIS_OK);
    free(formatted);
}


void
unit_command_send(const scim_store_cmd_t *cmd)
{
    append(cmd, false);
}


redisReply *
unit_command_reply(void)
{
    void *reply;

    assert_int_equal(redisGetReply(connection, &reply), REDIS_OK);
    assert_non_null(reply);

    return reply;
}


redisReply *
unit_command(const scim_store_cmd_t *cmd)
{
    redisReply *reply;

    append(cmd, false);
    reply = unit_command_reply();

    if (scim_store_noscript(reply)) {
        freeReplyObject(reply);
        append(cmd, true);
        reply = unit_command_reply();
    }

    return reply;
}


redisReply *
unit_reply(const char *resp)
{
    void        *reply;
    redisReader *reader;

    reader = redisReaderCreate();
    assert_non_null(reader);
    assert_int_equal(redisReaderFeed(reader, resp, strlen(resp)), REDIS_OK);
    assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
    assert_non_null(reply);
    redisReaderFree(reader);

    return reply;
}
