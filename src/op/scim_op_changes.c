/*
 * The change feed.
 *
 * A cursor holds the entry it stands at and when its tenant was made, so that
 * one of an earlier tenant of the same name is found out; it never expires by
 * itself.
 */

#include <limits.h>
#include <string.h>

#include "scim_cursor.h"
#include "scim_op_admin.h"
#include "scim_op_changes.h"
#include "scim_op_entry.h"
#include "scim_request.h"


typedef struct {
    const scim_changes_t *asked;
    scim_str_t         tenant;
    scim_str_t         query;   /* what cursors are bound to */
    scim_store_feed_t  feed;
    size_t             left;    /* entries still to give */
    scim_wait_t        wait;
    bool               any;     /* one has been written */
    bool               more;
    scim_buf_t         out;
} scim_feed_t;

static scim_rc_t got(scim_op_t *op, const redisReply *reply);


static bool
from_now(const scim_changes_t *asked)
{
    return scim_str_eq(asked->after, scim_str("now"));
}


/* --- cursors ------------------------------------------------------------- */

static scim_rc_t
write_cursor(const scim_op_t *op, const scim_feed_t *f, scim_str_t id,
    scim_str_t *out)
{
    scim_cursor_t  cursor = { .made = 0 };

    if (scim_str_printf(op->pool, &cursor.position, "%llu %.*s",
                        (unsigned long long) f->feed.created, SCIM_FMT(id))
        != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_cursor_write(op->pool, &cursor, f->query, out);
}


/* "CREATED ID" */
static bool
read_position(scim_str_t position, scim_store_feed_t *feed)
{
    size_t  i;

    feed->created = 0;

    for (i = 0; i < position.len && i < 19 && position.data[i] >= '0'
                && position.data[i] <= '9'; i++)
    {
        feed->created = feed->created * 10
                        + (uint64_t) (position.data[i] - '0');
    }

    if (i == 0 || i == position.len || position.data[i] != ' ') {
        return false;
    }

    feed->after = scim_str_skip(position, i + 1);

    return scim_store_place_valid(feed->after);
}


static scim_rc_t
read_cursor(const scim_op_t *op, scim_feed_t *f, scim_error_t *err)
{
    scim_rc_t      rc;
    scim_cursor_t  cursor;

    if (f->asked->after.len == 0 || from_now(f->asked)) {
        return SCIM_OK;
    }

    rc = scim_cursor_read(op->pool, f->asked->after, f->query, 0, UINT_MAX,
                          &cursor, err);

    if (rc == SCIM_REFUSED
        || (rc == SCIM_OK && !read_position(cursor.position, &f->feed)))
    {
        return scim_refuse(err, 400, SCIM_INVALID_CURSOR,
                           "\"after\" must be a cursor of this tenant's "
                           "changes, as \"nextCursor\" or \"cursor\" of an "
                           "answer had it, or \"now\", or absent to begin "
                           "with the oldest change that is kept");
    }

    return rc;
}


/* --- reading ------------------------------------------------------------- */

static scim_rc_t
ask(scim_op_t *op, scim_feed_t *f)
{
    f->feed.count = f->left;

    return scim_op_ask(op, scim_store_feed(op->pool, f->tenant, &f->feed,
                                           &op->cmd),
                       got);
}


static scim_rc_t
start(scim_op_t *op, scim_feed_t *f)
{
    scim_rc_t     rc;
    scim_error_t  err;

    f->feed.off = op->env->admin;
    f->feed.age = op->policy->history_age;
    scim_buf_init(&f->out, op->pool, 1024);
    scim_buf_lit(&f->out, "{\"changes\":[");

    if (scim_str_printf(op->pool, &f->query, "changes %.*s",
                        SCIM_FMT(f->tenant)) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    rc = scim_op_entry_count(f->asked->limit, "limit", &f->left, &err);

    if (rc == SCIM_OK) {
        rc = scim_op_entry_wait(f->asked->wait, &f->wait.seconds, &err);
    }

    if (rc == SCIM_OK) {
        rc = read_cursor(op, f, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (from_now(f->asked)) {
        f->left = 0;
    }

    return ask(op, f);
}


/* The place is no longer good. */
static scim_rc_t
gone(scim_op_t *op, scim_store_feed_e state)
{
    static const char *const  why[] = {
        [SCIM_FEED_BEHIND] = "Changes after this cursor are kept no longer, or "
                             "have no entries, as the history was off",
        [SCIM_FEED_LOST] = "The store does not know this cursor's change: it "
                           "was lost, in a fail-over as a rule",
        [SCIM_FEED_ANEW] = "The tenant has been deleted and made anew since "
                           "this cursor",
    };

    return scim_op_error(op, 410, SCIM_TYPE_NONE,
                         "%s. Begin anew: get a cursor with after=now, then "
                         "list all users and groups, then follow the changes "
                         "from that cursor", why[state]);
}


static scim_rc_t
write_entries(scim_op_t *op, scim_feed_t *f,
    const scim_store_feed_page_t *page)
{
    size_t      i;
    scim_str_t  cursor;

    for (i = 0; i < page->n; i++) {
        if (write_cursor(op, f, page->entries[i].id, &cursor) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        if (f->any) {
            scim_buf_char(&f->out, ',');
        }

        scim_op_entry_write(&f->out, &page->entries[i], cursor);
        f->any = true;
    }

    if (page->n == 0) {
        return SCIM_OK;
    }

    f->left -= page->n;

    return scim_str_dup(op->pool, page->entries[page->n - 1].id,
                        &f->feed.after);
}


static scim_rc_t
finish(scim_op_t *op, scim_feed_t *f, scim_str_t tip)
{
    scim_str_t  cursor;

    if (f->feed.after.len == 0) {
        f->feed.after = tip;
    }

    if (write_cursor(op, f, f->feed.after, &cursor) != SCIM_OK
        || scim_str_dup(op->pool, tip, &f->wait.tip) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    if (!f->any && !from_now(f->asked) && f->wait.seconds != 0) {
        f->wait.tenant = f->tenant;
        op->result.wait = &f->wait;
    }

    scim_buf_lit(&f->out, "],\"nextCursor\":");
    scim_json_write_string(&f->out, cursor);

    if (f->more) {
        scim_buf_lit(&f->out, ",\"more\":true}");
    } else {
        scim_buf_lit(&f->out, ",\"more\":false}");
    }

    return scim_op_body(op, 200, &f->out);
}


static scim_rc_t
got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t               rc;
    scim_error_t            err;
    scim_feed_t            *f = op->state;
    scim_store_feed_page_t  page;

    rc = scim_store_feed_reply(op->pool, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.state != SCIM_FEED_OK) {
        return gone(op, page.state);
    }

    f->feed.created = page.created;
    f->more = page.more;

    if (write_entries(op, f, &page) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (page.more && f->left != 0 && f->out.len < SCIM_ENTRIES_BYTES) {
        return ask(op, f);
    }

    return finish(op, f, page.tip);
}


/* --- who asks ------------------------------------------------------------ */

static scim_rc_t
first(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return start(op, op->state);
}


static scim_feed_t *
feed_create(scim_pool_t *pool, scim_str_t tenant, const scim_changes_t *asked)
{
    scim_feed_t  *f;

    f = scim_pcalloc(pool, sizeof(scim_feed_t));

    if (f != NULL) {
        f->tenant = tenant;
        f->asked = asked;
    }

    return f;
}


scim_op_t *
scim_op_changes(scim_pool_t *pool, const scim_op_env_t *env,
    const scim_changes_t *changes)
{
    scim_op_t  *op;

    op = scim_op_create_op(pool, env, scim_store_name_valid(env->tenant)
                                      ? first : scim_op_refuse_tenant);
    if (op == NULL) {
        return NULL;
    }

    op->state = feed_create(pool, env->tenant, changes);

    return op->state == NULL ? NULL : op;
}


scim_rc_t
scim_admin_changes(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t        rc;
    scim_str_t       values[3];
    scim_error_t     err;
    scim_admin_t    *admin = op->state;
    scim_changes_t  *asked;

    static const char *const  names[] = { "after", "limit", "wait", NULL };

    (void) reply;

    asked = scim_pcalloc(op->pool, sizeof(scim_changes_t));
    if (asked == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_admin_args(op, names, values, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    asked->after = values[0];
    asked->limit = values[1];
    asked->wait = values[2];

    op->state = feed_create(op->pool, admin->tenant, asked);

    return op->state == NULL ? SCIM_NOMEM : start(op, op->state);
}
