/*
 * Lists: the page and its answer.
 *
 * Rows are written one behind the other as they come.  Where they come in
 * another order than that of the page, backwards or as sorted here, their
 * places are put right at the end.
 */

#include <stdio.h>
#include <string.h>

#include "scim_op_list.h"


/* Where the head of the response is put once the totals are known. */
#define HEAD_ROOM  192


scim_rc_t
scim_op_page_start(scim_op_t *op, scim_op_list_t *list)
{
    scim_buf_init(&list->out, op->pool, 4096);
    scim_buf_add(&list->out, (char [HEAD_ROOM]) { 0 }, HEAD_ROOM);

    list->slots = scim_pcalloc(op->pool,
                               (list->count + 1) * sizeof(scim_op_slot_t));

    return (list->slots == NULL) ? SCIM_NOMEM : SCIM_OK;
}


/* The place of the row in hand among those of the page; count if none. */
static size_t
place_of(scim_op_list_t *list, const scim_row_t *row)
{
    size_t                at;
    const scim_sorted_t  *item;

    if (!list->fetches) {
        return (list->paged && list->cursor.back) ? list->count - 1
                                                    - list->shown
                                                  : list->shown;
    }

    /* Those that went meanwhile are left out; the others are in order. */
    while (list->fetched < list->count
           && list->from + list->fetched < list->sorting.n)
    {
        at = list->fetched++;
        item = &list->sorting.items[list->from + at];

        if (item->leg == list->leg && scim_str_eq(item->id, row->id)) {
            return at;
        }
    }

    return list->count;
}


/* The rows at both ends are where the neighbouring pages begin. */
static scim_rc_t
note_ends(scim_op_t *op, scim_op_list_t *list)
{
    scim_str_t  position = list->page.positions[list->at];

    if (!list->paged || list->fetches) {
        return SCIM_OK;
    }

    if (list->first.data == NULL) {
        list->first_leg = list->leg;

        if (scim_str_dup(op->pool, position, &list->first) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    list->last_leg = list->leg;

    return scim_str_dup(op->pool, position, &list->last);
}


scim_rc_t
scim_op_page_add(scim_op_t *op, scim_op_list_t *list, const scim_row_t *row,
    scim_error_t *err)
{
    size_t     begin, place;
    scim_rc_t  rc;

    place = place_of(list, row);

    if (place >= list->count) {
        return SCIM_OK;
    }

    if (list->shown != 0) {
        scim_buf_char(&list->out, ',');
    }

    begin = list->out.len;

    rc = scim_op_view_write(&scim_op_leg(list)->view, list->scratch,
                            op->env->base, row, &list->out, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    list->slots[place].begin = begin;
    list->slots[place].len = list->out.len - begin;
    list->shown++;

    return note_ends(op, list);
}


/* Rows in the order of their places. */
static void
put_right(scim_op_t *op, scim_op_list_t *list)
{
    size_t                 i;
    scim_buf_t             out;
    const scim_op_slot_t  *slot;

    if (!list->fetches && !(list->paged && list->cursor.back)) {
        return;
    }

    scim_buf_init(&out, op->pool, list->out.len + 256);
    scim_buf_add(&out, (char [HEAD_ROOM]) { 0 }, HEAD_ROOM);

    for (i = 0; !list->out.failed && i < list->count; i++) {
        slot = &list->slots[i];

        if (slot->len == 0) {
            continue;
        }

        if (out.len != HEAD_ROOM) {
            scim_buf_char(&out, ',');
        }

        scim_buf_add(&out, list->out.data + slot->begin, slot->len);
    }

    out.failed = out.failed || list->out.failed;
    list->out = out;
}


static scim_rc_t
add_cursor(scim_op_t *op, scim_op_list_t *list, const char *name, bool back,
    unsigned leg, scim_str_t position)
{
    scim_str_t     text;
    scim_cursor_t  cursor = {
        .back = back, .leg = leg, .position = position, .made = op->env->now
    };

    if (scim_cursor_write(op->pool, &cursor, list->query_text, &text)
        != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    scim_buf_lit(&list->out, ",\"");
    scim_buf_str(&list->out, scim_str_from(name));
    scim_buf_lit(&list->out, "\":\"");
    scim_buf_str(&list->out, text);
    scim_buf_char(&list->out, '"');

    return SCIM_OK;
}


/* On in the direction of the rows: behind the last one shown, or where reading
 * was given up. */
static scim_rc_t
add_onward(scim_op_t *op, scim_op_list_t *list)
{
    bool        back = list->cursor.back;
    const char *name = back ? "previousCursor" : "nextCursor";

    if (list->resume.data != NULL) {
        return add_cursor(op, list, name, back, list->leg, list->resume);
    }

    if (list->more) {
        return add_cursor(op, list, name, back, list->last_leg, list->last);
    }

    return SCIM_OK;
}


/* Against the direction of the rows there is where this page's cursor came
 * from.  Back from an empty page there is nothing to begin at but the
 * beginning. */
static scim_rc_t
add_backward(scim_op_t *op, scim_op_list_t *list)
{
    bool  back = list->cursor.back;

    if (list->cursor.position.len == 0) {
        return SCIM_OK;
    }

    if (list->first.data == NULL) {
        return back ? add_cursor(op, list, "nextCursor", false, 0,
                                 scim_str(""))
                    : SCIM_OK;
    }

    return add_cursor(op, list, back ? "nextCursor" : "previousCursor", !back,
                      list->first_leg, list->first);
}


static scim_rc_t
answer(scim_op_t *op, scim_op_list_t *list)
{
    int         len;
    char        head[HEAD_ROOM + 1], part[32];
    scim_rc_t   rc;
    scim_str_t  body;

    put_right(op, list);
    scim_buf_char(&list->out, ']');

    if (list->paged && (add_onward(op, list) != SCIM_OK
                        || add_backward(op, list) != SCIM_OK))
    {
        return SCIM_NOMEM;
    }

    scim_buf_char(&list->out, '}');

    rc = scim_buf_done(&list->out, &body);
    if (rc != SCIM_OK) {
        return rc;
    }

    /* Three numbers of twenty digits fit, and they have no more. */
    len = snprintf(head, sizeof(head),
                   "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:"
                   "ListResponse\"],");

    if (!list->partial) {
        len += snprintf(head + len, sizeof(head) - (size_t) len,
                        "\"totalResults\":%zu,", list->total);
    }

    (void) snprintf(part, sizeof(part), "\"startIndex\":%zu,", list->start);

    len += snprintf(head + len, sizeof(head) - (size_t) len,
                    "%s\"itemsPerPage\":%zu,\"Resources\":[",
                    list->paged ? "" : part, list->shown);

    memcpy(list->out.data + HEAD_ROOM - len, head, (size_t) len);

    op->result.status = 200;
    op->result.body = scim_str_skip(body, (size_t) (HEAD_ROOM - len));

    return SCIM_OK;
}


/* Where the page is in what was sorted. */
static void
find_page(scim_op_list_t *list, size_t *n)
{
    size_t                 end;
    const scim_sorting_t  *sorting = &list->sorting;

    if (!list->paged) {
        list->from = (list->skip > sorting->n) ? sorting->n : list->skip;
        *n = sorting->n - list->from;

    } else if (list->cursor.back) {
        end = scim_op_sort_find(sorting, list->descending,
                                list->cursor.position, false);
        list->from = (end > list->count) ? end - list->count : 0;
        list->more = list->from > 0;
        *n = end - list->from;

    } else {
        list->from = (list->cursor.position.len == 0)
                     ? 0 : scim_op_sort_find(sorting, list->descending,
                                             list->cursor.position, true);
        *n = sorting->n - list->from;
        list->more = *n > list->count;
    }

    *n = (*n > list->count) ? list->count : *n;
}


/* The ends of the page, in the direction in which a walk would find them. */
static void
note_sorted_ends(scim_op_list_t *list, size_t n)
{
    const scim_sorted_t  *low, *high;

    if (n == 0) {
        return;
    }

    low = &list->sorting.items[list->from];
    high = &list->sorting.items[list->from + n - 1];

    list->first = list->cursor.back ? high->entry : low->entry;
    list->last = list->cursor.back ? low->entry : high->entry;
}


/* Each leg's rows of the page, by id. */
static scim_rc_t
fetch(scim_op_t *op, scim_op_list_t *list, size_t n)
{
    size_t                i;
    unsigned              leg;
    scim_str_t           *ids;
    scim_op_plan_t       *plan;
    const scim_sorted_t  *item;

    for (leg = 0; leg < list->nlegs; leg++) {
        ids = scim_palloc(op->pool, n * sizeof(scim_str_t));
        if (ids == NULL) {
            return SCIM_NOMEM;
        }

        plan = &list->legs[leg].plan;
        *plan = (scim_op_plan_t) {
            .source = SCIM_STORE_IDS, .ids = ids, .exact = true
        };

        for (i = 0; i < n; i++) {
            item = &list->sorting.items[list->from + i];

            if (item->leg == leg) {
                ids[plan->nids++] = item->id;
            }
        }
    }

    list->gathers = false;
    list->fetches = true;

    return scim_op_list_walk(op);
}


scim_rc_t
scim_op_page_done(scim_op_t *op, scim_op_list_t *list)
{
    size_t  n;

    if (!list->gathers) {
        return answer(op, list);
    }

    scim_op_sort_done(&list->sorting, list->descending);
    list->total = list->sorting.n;

    find_page(list, &n);
    note_sorted_ends(list, n);

    list->count = (list->count > n) ? n : list->count;

    return fetch(op, list, n);
}
