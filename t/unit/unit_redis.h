/*
 * A private Redis for the tests of the store and of whole operations: started
 * on a unix socket in a folder of its own, ended with the program.
 */

#ifndef UNIT_REDIS_H
#define UNIT_REDIS_H

#include <hiredis/hiredis.h>

#include "store/scim_store.h"

/* Starts the server on first use, redis-server or the program that
 * REDIS_SERVER names; a blocking connection with an empty data set.  Fails the
 * test when it does not start. */
redisContext *unit_redis(void);

/* The same with the data as it is. */
redisContext *unit_redis_connection(void);

/* The command's form on the wire, in a block of just the size that it says it
 * takes, to be freed. */
char *unit_format(const scim_store_cmd_t *cmd, bool eval, size_t *len);

/* Sends a command of the store there and waits for the reply, to be freed
 * with freeReplyObject(); sends a script whole when Redis lacks it. */
redisReply *unit_command(const scim_store_cmd_t *cmd);

/* The two halves of it, for several commands in one write: a script that
 * Redis lacks is the caller's matter. */
void unit_command_send(const scim_store_cmd_t *cmd);
redisReply *unit_command_reply(void);

/* The reply that RESP text is, without a server: also what no Redis says. */
redisReply *unit_reply(const char *resp);

#endif /* UNIT_REDIS_H */
