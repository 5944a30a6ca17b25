/*
 * The admin API's tenants.
 *
 *     list      names, then each tenant's record
 *     create    the name into the list, the tenant, its record
 *     get       the record
 *     patch     [the record, the settings merged into it,] the change, [the
 *               default group of all users,] the record
 *
 * A tenant is in the list before it is there and until all of it is gone
 * (scim_op_admin_tenant_delete.c), so that what was cut off in between can be
 * seen and done again.
 */

#include "scim_op_admin.h"
#include "scim_op_entry.h"


/* How often settings are merged anew that others change meanwhile. */
#define ATTEMPTS  16

static scim_rc_t names(scim_op_t *op, const redisReply *reply);
static scim_rc_t list_next(scim_op_t *op);
static scim_rc_t list_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t registered(scim_op_t *op, const redisReply *reply);
static scim_rc_t created(scim_op_t *op, const redisReply *reply);
static scim_rc_t tenant_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t show(scim_op_t *op, const redisReply *reply);
static scim_rc_t patched(scim_op_t *op, const redisReply *reply);
static scim_rc_t gathered(scim_op_t *op, const redisReply *reply);


/* --- the record ---------------------------------------------------------- */

/* Only one that has something to say. */
static void
write_breaker(scim_buf_t *buf, const scim_tenant_t *tenant)
{
    if (tenant->tripped == 0 && tenant->recent == 0) {
        return;
    }

    scim_buf_lit(buf, ",\"breaker\":{\"recent\":");
    scim_buf_uint(buf, tenant->recent);

    if (tenant->tripped != 0) {
        scim_op_entry_time(buf, "tripped", tenant->tripped);
    }

    scim_buf_char(buf, '}');
}


static void
write_tenant(scim_buf_t *buf, scim_str_t name, const scim_tenant_t *tenant)
{
    scim_buf_lit(buf, "{\"name\":");
    scim_json_write_string(buf, name);

    if (tenant->enabled) {
        scim_buf_lit(buf, ",\"enabled\":true");
    } else {
        scim_buf_lit(buf, ",\"enabled\":false");
    }

    scim_op_entry_time(buf, "created", tenant->created);
    scim_buf_lit(buf, ",\"settings\":");

    if (tenant->settings.len == 0) {
        scim_buf_lit(buf, "{}");
    } else {
        scim_buf_str(buf, tenant->settings);
    }

    scim_buf_lit(buf, ",\"users\":");
    scim_buf_uint(buf, tenant->users);
    scim_buf_lit(buf, ",\"groups\":");
    scim_buf_uint(buf, tenant->groups);
    write_breaker(buf, tenant);
    scim_buf_char(buf, '}');
}


scim_rc_t
scim_admin_tenant(scim_op_t *op, scim_op_step_pt next)
{
    scim_admin_t  *admin = op->state;

    admin->next = next;

    return scim_op_ask(op, scim_store_tenant_get(op->pool, admin->tenant,
                                                 &op->cmd),
                       tenant_got);
}


static scim_rc_t
tenant_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_tenant_get_reply(op->pool, reply, &admin->found, &err);

    if (rc == SCIM_NONE) {
        return scim_admin_no_tenant(op);
    }

    return (rc == SCIM_OK) ? admin->next(op, NULL)
                           : scim_op_stop(op, rc, &err);
}


static scim_rc_t
show(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    write_tenant(&admin->out, admin->tenant, &admin->found);

    return scim_op_body(op, admin->status, &admin->out);
}


scim_rc_t
scim_admin_tenant_get(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    admin->status = 200;

    return scim_admin_tenant(op, show);
}


/* --- the list ------------------------------------------------------------ */

scim_rc_t
scim_admin_tenants_list(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_op_ask(op, scim_store_tenant_names(op->pool, &op->cmd),
                       names);
}


static scim_rc_t
names(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_tenant_names_reply(op->pool, reply, &admin->names,
                                       &admin->n, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    scim_buf_lit(&admin->out, "{\"tenants\":[");

    return list_next(op);
}


static scim_rc_t
list_next(scim_op_t *op)
{
    scim_admin_t  *admin = op->state;

    if (admin->at == admin->n) {
        scim_buf_lit(&admin->out, "]}");
        return scim_op_body(op, 200, &admin->out);
    }

    return scim_op_ask(op, scim_store_tenant_get(op->pool,
                                                 admin->names[admin->at],
                                                 &op->cmd),
                       list_got);
}


/* A name without a tenant is one whose making or deleting was cut off. */
static scim_rc_t
list_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_str_t     name;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_tenant_get_reply(op->pool, reply, &admin->found, &err);
    name = admin->names[admin->at++];

    if (rc == SCIM_NONE) {
        return list_next(op);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (admin->existed) {
        scim_buf_char(&admin->out, ',');
    }

    admin->existed = true;
    write_tenant(&admin->out, name, &admin->found);

    return list_next(op);
}


/* --- making -------------------------------------------------------------- */

/* "." and ".." lead elsewhere in a URL: no request could reach the tenant. */
static bool
only_dots(scim_str_t name)
{
    size_t  i;

    for (i = 0; i < name.len && name.data[i] == '.'; i++) {
        /* counts */
    }

    return i == name.len;
}


scim_rc_t
scim_admin_tenants_create(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t                 rc;
    scim_error_t              err;
    scim_admin_t             *admin = op->state;
    static const char *const  known[] = { "name", NULL };

    (void) reply;

    rc = scim_admin_members(op->request.body, known, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    admin->tenant = scim_json_get_text(op->request.body, scim_str("name"));

    if (!scim_store_name_valid(admin->tenant) || only_dots(admin->tenant)) {
        return scim_op_error(op, 400, SCIM_INVALID_VALUE,
                             "\"name\" must be a string of 1 to 64 letters, "
                             "digits, '.', '_' and '-', not of dots alone");
    }

    return scim_op_ask(op, scim_store_tenant_register(op->pool, admin->tenant,
                                                      true, &op->cmd),
                       registered);
}


static scim_rc_t
registered(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_ask(op, scim_store_tenant_create(op->pool, admin->tenant,
                                                    op->env->now, &op->cmd),
                       created);
}


static scim_rc_t
created(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_tenant_create_reply(reply, &err);

    if (rc == SCIM_NONE) {
        return scim_op_error(op, 409, SCIM_UNIQUENESS,
                             "There is a tenant \"%.*s\" already",
                             SCIM_FMT(admin->tenant));
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    admin->status = 201;

    return scim_admin_tenant(op, show);
}


/* --- changing ------------------------------------------------------------ */

static scim_rc_t
read_change(scim_admin_t *admin, const scim_json_t *body, scim_error_t *err)
{
    scim_rc_t                 rc;
    const scim_json_t        *value;
    static const char *const  known[] = { "enabled", "settings", NULL };

    admin->enabled = -1;

    rc = scim_admin_members(body, known, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    value = scim_json_get(body, scim_str("enabled"));

    if (value != NULL) {
        if (value->type != SCIM_JSON_BOOL) {
            return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                               "\"enabled\" must be true or false");
        }

        admin->enabled = value->boolean;
    }

    admin->change = scim_json_get(body, scim_str("settings"));

    if (admin->change != NULL && admin->change->type != SCIM_JSON_OBJECT
        && admin->change->type != SCIM_JSON_NULL)
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"settings\" must be a JSON object, or null for "
                           "none at all");
    }

    return SCIM_OK;
}


static scim_rc_t
update(scim_op_t *op, scim_str_t settings)
{
    scim_admin_t  *admin = op->state;

    return scim_op_ask(op, scim_store_tenant_update(op->pool, admin->tenant,
                                                    admin->enabled, settings,
                                                    admin->found.gen,
                                                    &op->cmd),
                       patched);
}


/* The settings as they will be must be good as a whole. */
static scim_rc_t
merged(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t              rc;
    scim_str_t             settings;
    scim_error_t           err;
    scim_admin_t          *admin = op->state;
    scim_policy_t          policy;
    const scim_op_conf_t  *conf = op->env->conf;

    (void) reply;

    if (admin->change->type == SCIM_JSON_NULL) {
        return update(op, scim_str("{}"));
    }

    rc = scim_policy_merge(op->pool, admin->found.settings, admin->change,
                           &settings, &err);
    if (rc == SCIM_OK) {
        rc = scim_policy_parse(op->pool, conf->schemas, settings,
                               &conf->policy, &policy, &err);
    }

    return (rc == SCIM_OK) ? update(op, settings)
                           : scim_op_stop(op, rc, &err);
}


scim_rc_t
scim_admin_tenant_patch(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    (void) reply;

    rc = read_change(admin, op->request.body, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return (admin->change == NULL) ? update(op, scim_str_absent)
                                   : scim_admin_tenant(op, merged);
}


/* Whether the change may have given users a default group: it, or what has kept
 * it from being theirs, is named. */
static bool
may_join(const scim_admin_t *admin)
{
    const scim_json_t  *change = admin->change;

    return admin->enabled == 1
           || (change != NULL && change->type == SCIM_JSON_OBJECT
               && (scim_json_get(change, scim_str("defaultGroup")) != NULL
                   || scim_json_get(change, scim_str("dryRun")) != NULL));
}


static scim_rc_t
patched(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_tenant_update_reply(reply, &err);

    if (rc == SCIM_NONE) {
        return scim_admin_no_tenant(op);
    }

    if (rc == SCIM_AGAIN) {
        return (++op->attempts < ATTEMPTS)
               ? scim_admin_tenant(op, merged)
               : scim_op_error(op, 503, SCIM_TYPE_NONE,
                               "Others kept changing the settings of this "
                               "tenant: send the request again");
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    admin->status = 200;

    return may_join(admin) ? scim_admin_everyone(op, gathered)
                           : scim_admin_tenant(op, show);
}


static scim_rc_t
gathered(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_tenant(op, show);
}
