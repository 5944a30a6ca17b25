/*
 * The history in the store: what is asked of it, and entries out of replies.
 */

#include "scim_store_history.h"
#include "scim_store_parts.h"


/* Of the entries that one call reads. */
#define BYTES  (512 * 1024)

/* The end of the year 9999. */
#define TIME_MAX  253402300799999

/* Elements of history.lua's reply before the entries, and of feed.lua's. */
enum { H_WORD, H_KNOWN, H_NEXT, HISTORY };
enum { F_WORD, F_TIP, F_CREATED, F_MORE, FEED };

/* An entry's fields and where they go; those that are not text are further
 * below. */
static const struct {
    scim_str_t  name;
    size_t      offset;
} fields[] = {
    { SCIM_STR("op"), offsetof(scim_store_entry_t, operation) },
    { SCIM_STR("type"), offsetof(scim_store_entry_t, type) },
    { SCIM_STR("id"), offsetof(scim_store_entry_t, resource) },
    { SCIM_STR("name"), offsetof(scim_store_entry_t, name) },
    { SCIM_STR("at"), offsetof(scim_store_entry_t, modified) },
    { SCIM_STR("actor"), offsetof(scim_store_entry_t, actor) },
    { SCIM_STR("addr"), offsetof(scim_store_entry_t, address) },
    { SCIM_STR("req"), offsetof(scim_store_entry_t, request) },
    { SCIM_STR("tok"), offsetof(scim_store_entry_t, token) },
    { SCIM_STR("changes"), offsetof(scim_store_entry_t, changes) },
};

#define NFIELDS  (sizeof(fields) / sizeof(fields[0]))

static const scim_str_t  streams[] = {
    [SCIM_STORE_HISTORY] = SCIM_STR("history"),
    [SCIM_STORE_DRY_RUN] = SCIM_STR("dryrun"),
};


/* --- places -------------------------------------------------------------- */

bool
scim_store_place(scim_str_t id, uint64_t *ms)
{
    size_t      i;
    uint64_t    number;
    scim_str_t  first;

    for (i = 0; i < id.len && id.data[i] != '-'; i++) {
        /* the first part */
    }

    first = (scim_str_t) { id.data, i };

    return i < id.len && scim_store_digits(first, ms)
           && scim_store_digits(scim_str_skip(id, i + 1), &number);
}


bool
scim_store_place_valid(scim_str_t id)
{
    uint64_t  ms;

    return scim_store_place(id, &ms);
}


/* --- entries ------------------------------------------------------------- */

static void
take_field(scim_store_entry_t *entry, scim_str_t name, scim_str_t value,
    bool *numbers)
{
    size_t  i;

    for (i = 0; i < NFIELDS; i++) {
        if (scim_str_eq(name, fields[i].name)) {
            *(scim_str_t *) ((char *) entry + fields[i].offset) = value;
            return;
        }
    }

    if (scim_str_eq(name, scim_str("ver"))) {
        *numbers = scim_store_digits(value, &entry->version);

    } else if (scim_str_eq(name, scim_str("was"))) {
        entry->members_kept = value.len != 0;
    }
}


/* {id, {name, value, …}}.  changes goes into answers as it is. */
static bool
read_entry(const redisReply *reply, scim_store_entry_t *entry)
{
    bool               numbers;
    size_t             i;
    scim_str_t         name, value;
    const redisReply  *list;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2
        || !scim_store_text(reply, 0, &entry->id)
        || !scim_store_place(entry->id, &entry->time) || entry->time > TIME_MAX
        || reply->element[1]->type != REDIS_REPLY_ARRAY)
    {
        return false;
    }

    list = reply->element[1];
    numbers = false;

    for (i = 0; i + 1 < list->elements; i += 2) {
        if (!scim_store_text(list, i, &name)
            || !scim_store_text(list, i + 1, &value))
        {
            return false;
        }

        take_field(entry, name, value, &numbers);
    }

    return numbers && entry->resource.len != 0
           && entry->changes.len >= 2 && entry->changes.data[0] == '['
           && entry->changes.data[entry->changes.len - 1] == ']';
}


/* All elements of the reply from `first` on. */
static scim_rc_t
read_entries(scim_pool_t *pool, const redisReply *reply, size_t first,
    scim_store_entry_t **out, size_t *n, scim_error_t *err)
{
    size_t  i;

    *n = reply->elements - first;
    *out = scim_pcalloc(pool, *n * sizeof(scim_store_entry_t));
    if (*out == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < *n; i++) {
        if (!read_entry(reply->element[first + i], &(*out)[i])) {
            return scim_store_odd(err);
        }
    }

    return SCIM_OK;
}


/* --- backwards ----------------------------------------------------------- */

static void
moment(scim_args_t *args, uint64_t ms)
{
    if (ms == 0) {
        scim_args_lit(args, "");
    } else {
        scim_args_uint(args, ms);
    }
}


scim_rc_t
scim_store_history(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_history_t *history, scim_store_cmd_t *cmd)
{
    scim_args_t  args;

    scim_args_init(&args, pool, 12 + history->ntypes);

    scim_args_str(&args, streams[history->stream]);
    scim_args_str(&args, history->after);
    moment(&args, history->from);
    moment(&args, history->to);
    scim_args_uint(&args, history->age);
    scim_args_uint(&args, SCIM_STORE_HISTORY_LOOK);
    scim_args_uint(&args, history->count);
    scim_args_uint(&args, BYTES);
    scim_args_str(&args, history->type);
    scim_args_str(&args, history->actor);
    scim_args_str(&args, history->operation);
    scim_args_str(&args, history->resource);

    if (history->type.len != 0) {
        scim_args_str(&args, history->type);
    } else {
        scim_args_list(&args, history->types, history->ntypes);
    }

    return scim_store_script(cmd, &args, &scim_script_history, tenant, false);
}


scim_rc_t
scim_store_dry_run_clear(scim_pool_t *pool, scim_str_t tenant,
    scim_store_cmd_t *cmd)
{
    scim_str_t  key;
    scim_args_t args;

    if (scim_store_key(pool, tenant, "dryrun", &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_init(&args, pool, 2);
    scim_args_lit(&args, "UNLINK");
    scim_args_str(&args, key);

    return scim_store_plain(cmd, &args, key, true);
}


scim_rc_t
scim_store_history_reply(scim_pool_t *pool, const redisReply *reply,
    scim_store_history_page_t *page, scim_error_t *err)
{
    uint64_t    known;
    scim_rc_t   rc;
    scim_str_t  word;

    rc = scim_store_word(reply, &word, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (reply->elements < HISTORY
        || !scim_store_number(reply, H_KNOWN, &known)
        || !scim_store_text(reply, H_NEXT, &page->next))
    {
        return scim_store_odd(err);
    }

    page->known = known != 0;

    return read_entries(pool, reply, HISTORY, &page->entries, &page->n, err);
}


/* --- forwards ------------------------------------------------------------ */

static scim_str_t
flag(bool on)
{
    return on ? scim_str("1") : scim_str("");
}


scim_rc_t
scim_store_feed(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_feed_t *feed, scim_store_cmd_t *cmd)
{
    scim_args_t  args;

    scim_args_init(&args, pool, 6);

    scim_args_str(&args, flag(feed->off));
    scim_args_str(&args, feed->after);
    scim_args_uint(&args, feed->created);
    scim_args_uint(&args, feed->age);
    scim_args_uint(&args, feed->count > SCIM_STORE_HISTORY_LOOK
                          ? SCIM_STORE_HISTORY_LOOK : feed->count);
    scim_args_uint(&args, BYTES);

    return scim_store_script(cmd, &args, &scim_script_feed, tenant, false);
}


static bool
read_state(scim_str_t word, scim_store_feed_e *out)
{
    size_t                   i;
    static const scim_str_t  words[] = {
        [SCIM_FEED_OK] = SCIM_STR("ok"),
        [SCIM_FEED_BEHIND] = SCIM_STR("behind"),
        [SCIM_FEED_LOST] = SCIM_STR("lost"),
        [SCIM_FEED_ANEW] = SCIM_STR("anew"),
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (scim_str_eq(word, words[i])) {
            *out = (scim_store_feed_e) i;
            return true;
        }
    }

    return false;
}


scim_rc_t
scim_store_feed_reply(scim_pool_t *pool, const redisReply *reply,
    scim_store_feed_page_t *page, scim_error_t *err)
{
    uint64_t    more;
    scim_rc_t   rc;
    scim_str_t  word;

    rc = scim_store_word(reply, &word, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    *page = (scim_store_feed_page_t) { .n = 0 };

    if (!read_state(word, &page->state)
        || !scim_store_text(reply, F_TIP, &page->tip)
        || !scim_store_place_valid(page->tip)
        || !scim_store_number(reply, F_CREATED, &page->created))
    {
        return scim_store_odd(err);
    }

    if (page->state != SCIM_FEED_OK) {
        return SCIM_OK;
    }

    if (reply->elements < FEED || !scim_store_number(reply, F_MORE, &more)) {
        return scim_store_odd(err);
    }

    page->more = more != 0;

    return read_entries(pool, reply, FEED, &page->entries, &page->n, err);
}


scim_rc_t
scim_store_tip(scim_pool_t *pool, scim_str_t tenant, bool off,
    scim_store_cmd_t *cmd)
{
    scim_args_t  args;

    scim_args_init(&args, pool, 1);
    scim_args_str(&args, flag(off));

    return scim_store_script(cmd, &args, &scim_script_tip, tenant, false);
}


scim_rc_t
scim_store_tip_reply(const redisReply *reply, scim_str_t *tip,
    scim_error_t *err)
{
    scim_rc_t   rc;
    scim_str_t  word;

    rc = scim_store_word(reply, &word, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    return scim_store_text(reply, F_TIP, tip)
           && scim_store_place_valid(*tip) ? SCIM_OK : scim_store_odd(err);
}
