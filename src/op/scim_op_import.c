/*
 * POST /tenants/T/import: the lines of an export become resources, each by the
 * operation that a client's request would be; the answer comes in pieces.
 *
 *     begun       the first line must be the header of an export
 *     [applied]   its settings become the tenant's
 *     go          after each reply, and each piece that was taken: begins
 *                 lines, says what there is to say
 *     answered    what a reply has made of a line
 */

#include "scim_op_export.h"
#include "scim_op_import.h"
#include "scim_request.h"


/* The query's arguments. */
typedef struct {
    scim_import_existing_e  existing;
    bool                    settings;
} options_t;

static scim_rc_t begun(scim_op_t *op, const redisReply *reply);
static scim_rc_t applied(scim_op_t *op, const redisReply *reply);


static scim_rc_t
go(scim_op_t *op, const redisReply *reply)
{
    scim_import_t  *x = op->state;

    (void) reply;

    if (op->piece.data == NULL && x->sent != NULL) {
        scim_pool_destroy(x->sent);
        x->sent = NULL;
    }

    if (x->left) {
        op->result.status = 200;
        return (x->lanes.running == 0) ? SCIM_OK : SCIM_AGAIN;
    }

    x->env.now = op->input->now(op->input->data);

    scim_import_run(x);
    scim_import_progress(x);

    if (op->piece.data != NULL) {
        return SCIM_AGAIN;
    }

    if (x->over && x->lanes.running == 0) {
        return scim_import_finish(x);
    }

    return (x->next != NULL || x->lanes.running == 0)
           ? scim_import_give(x) : SCIM_AGAIN;
}


static scim_op_t *
asker(scim_op_t *op)
{
    scim_import_t  *x = op->state;

    return scim_op_lanes_asker(&x->lanes);
}


static scim_rc_t
answered(scim_op_t *op, scim_op_t *part, scim_rc_t rc)
{
    scim_import_stopped(op->state, part, rc);

    return go(op, NULL);
}


static void
leave(scim_op_t *op)
{
    scim_import_t  *x = op->state;

    x->left = true;
}


static const scim_op_many_t  many = { asker, answered, leave };


static void
drop(void *data)
{
    size_t          i;
    scim_import_t  *x = data;

    for (i = 0; i < SCIM_OP_LANES; i++) {
        scim_import_forget(&x->line[i]);
    }

    scim_import_forget(&x->held);

    if (x->sent != NULL) {
        scim_pool_destroy(x->sent);
    }

    if (x->next != NULL) {
        scim_pool_destroy(x->next);
    }
}


/* The place of an argument's value among n, 0 if it is not given. */
static scim_rc_t
read_choice(const char *name, scim_str_t value, const scim_str_t *values,
    size_t n, size_t *at, scim_error_t *err)
{
    *at = 0;

    if (value.data == NULL) {
        return SCIM_OK;
    }

    for ( /* void */ ; *at < n; ++*at) {
        if (scim_str_eq(value, values[*at])) {
            return SCIM_OK;
        }
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" is no value of %s (see docs/admin-api.md)",
                       SCIM_FMT(value), name);
}


/* ?existing=conflict|skip|replace&settings=0|1 */
static scim_rc_t
read_options(scim_op_t *op, options_t *options, scim_error_t *err)
{
    size_t      at;
    scim_rc_t   rc;
    scim_str_t  values[2];

    static const char *const  names[] = { "existing", "settings", NULL };
    static const scim_str_t   existing[] = {
        [SCIM_IMPORT_CONFLICT] = SCIM_STR("conflict"),
        [SCIM_IMPORT_SKIP] = SCIM_STR("skip"),
        [SCIM_IMPORT_REPLACE] = SCIM_STR("replace")
    };
    static const scim_str_t   settings[] = { SCIM_STR("0"), SCIM_STR("1") };

    at = 0;
    rc = scim_admin_args(op, names, values, err);

    if (rc == SCIM_OK) {
        rc = read_choice(names[0], values[0], existing, 3, &at, err);
    }

    if (rc == SCIM_OK) {
        options->existing = (scim_import_existing_e) at;
        rc = read_choice(names[1], values[1], settings, 2, &at, err);
    }

    if (rc == SCIM_OK) {
        options->settings = at == 1;
    }

    return rc;
}


scim_rc_t
scim_admin_import(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    options_t     options;
    scim_error_t  err;

    (void) reply;

    rc = read_options(op, &options, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_admin_tenant(op, begun);
}


/* The first line that is not blank, which may not be far.  Refused before
 * anything is done. */
static scim_rc_t
read_header(scim_import_t *x, scim_error_t *err)
{
    scim_rc_t           rc;
    const scim_json_t  *version;

    do {
        scim_import_forget(&x->held);
        rc = scim_import_next(&x->body, &x->held, err);
    } while (rc == SCIM_OK && x->held.kind == SCIM_IMPORT_NOTHING
             && x->body.lines < 100);

    if (rc == SCIM_NOMEM || (rc == SCIM_REFUSED && x->held.number == 0)) {
        return rc;
    }

    if (rc != SCIM_OK || x->held.kind != SCIM_IMPORT_HEADER) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "The body must be the lines of an export, and its "
                           "first line {\"nginx-scim\":\"export\","
                           "\"version\":%d,...}", SCIM_EXPORT_VERSION);
    }

    version = scim_json_get(x->held.root, scim_str("version"));

    if (version == NULL || version->type != SCIM_JSON_NUMBER
        || !scim_str_eq(version->text, scim_str("1")))
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The export is not of the version %d, the only one "
                           "that this release reads", SCIM_EXPORT_VERSION);
    }

    return SCIM_OK;
}


/* The header's settings as they are kept, if this configuration can go by
 * them. */
static scim_rc_t
read_settings(scim_op_t *op, const scim_json_t *header, scim_str_t *text,
    scim_error_t *err)
{
    scim_rc_t             rc;
    scim_policy_t         policy;
    const scim_op_conf_t *conf = op->env->conf;
    const scim_json_t    *settings;

    settings = scim_json_get(header, scim_str("settings"));

    if (settings == NULL || settings->type != SCIM_JSON_OBJECT) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The export's first line has no object "
                           "\"settings\" that could be applied");
    }

    rc = scim_policy_merge(op->pool, scim_str("{}"), settings, text, err);

    return (rc == SCIM_OK)
           ? scim_policy_parse(op->pool, conf->schemas, *text, &conf->policy,
                               &policy, err)
           : rc;
}


static scim_import_t *
create(scim_op_t *op, const scim_admin_t *admin,
    scim_import_existing_e existing)
{
    scim_import_t  *x;

    x = scim_pcalloc(op->pool, sizeof(scim_import_t));

    if (x == NULL || scim_pool_cleanup(op->pool, drop, x) != SCIM_OK
        || scim_op_lanes_init(&x->lanes, op) != SCIM_OK)
    {
        return NULL;
    }

    scim_set_init(&x->others, op->pool);

    x->op = op;
    x->existing = existing;
    x->env = *op->env;
    x->env.tenant = admin->tenant;
    x->env.admin = true;
    x->told_at = op->env->now;
    x->body.input = op->input;
    x->body.schemas = op->env->conf->schemas;

    return x;
}


static scim_rc_t
begin(scim_op_t *op)
{
    scim_import_t  *x = op->state;

    scim_import_forget(&x->held);

    op->many = &many;
    op->resume = go;

    return go(op, NULL);
}


static scim_rc_t
begun(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t            rc;
    options_t            options;
    scim_str_t           settings;
    scim_error_t         err;
    scim_import_t       *x;
    const scim_admin_t  *admin = op->state;

    (void) reply;

    if (!admin->found.enabled) {
        return scim_admin_switched_off(op);
    }

    rc = read_options(op, &options, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    x = create(op, admin, options.existing);
    if (x == NULL) {
        return SCIM_NOMEM;
    }

    rc = read_header(x, &err);

    settings = scim_str_absent;

    if (rc == SCIM_OK && options.settings) {
        rc = read_settings(op, x->held.root, &settings, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    op->state = x;

    return (settings.data != NULL)
           ? scim_op_ask(op, scim_store_tenant_update(op->pool, admin->tenant,
                                                      -1, settings,
                                                      scim_str_absent,
                                                      &op->cmd),
                         applied)
           : begin(op);
}


static scim_rc_t
applied(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_tenant_update_reply(reply, &err);

    if (rc == SCIM_NONE) {
        return scim_op_error(op, 404, SCIM_TYPE_NONE,
                             "The tenant has been deleted meanwhile");
    }

    return (rc == SCIM_OK) ? begin(op) : scim_op_stop(op, rc, &err);
}
