/*
 * The order of a bulk: who waits for whom, which items are a circle, and
 * which references are late (Tarjan's algorithm, without recursion).
 *
 * Only a POST is referred to, and an item follows only one that is listed
 * before it on the same resource; so a circle consists of POSTs alone, and
 * what closes it is a reference in a POST's data.  Left without the references
 * that close a circle, the order in which the search leaves the items is one
 * in which each comes after those it waits for.  The search begins with the
 * items in the client's order, so that it is theirs but for what is referred
 * to before it is listed.
 */

#include "scim_op_bulk.h"


typedef struct {
    uint32_t  number;       /* of discovery, from 1; 0: not yet */
    uint32_t  low;          /* the lowest it leads back to */
    uint32_t  at;           /* of what it waits for, the next to look at */
    bool      open;         /* on the way to the item in hand */
    bool      loose;        /* its circle is not known yet */
} visit_t;

typedef struct {
    scim_bulk_t  *bulk;
    visit_t      *visits;   /* by item */
    uint32_t     *way;      /* items */
    uint32_t      nway;
    uint32_t     *loose;    /* items */
    uint32_t      nloose;
    uint32_t      number;
    uint32_t      rank;
} search_t;


/* The k-th that the item waits for; a reference in its data: *ref. */
static bool
waits_for(const scim_bulk_t *bulk, const scim_bulk_item_t *item, uint32_t k,
    uint32_t *target, scim_bulk_ref_t **ref)
{
    uint32_t  n = item->ref_to - item->ref_from;

    *ref = NULL;

    if (k < n) {
        *ref = &bulk->refs[item->ref_from + k];
        *target = (*ref)->target;
        return true;
    }

    if (item->path_ref != SCIM_BULK_NONE && k == n++) {
        *target = item->path_ref;
        return true;
    }

    if (item->follows != SCIM_BULK_NONE && k == n) {
        *target = item->follows;
        return true;
    }

    return false;
}


static void
come(search_t *search, uint32_t i)
{
    visit_t  *visit = &search->visits[i];

    visit->number = ++search->number;
    visit->low = visit->number;
    visit->open = true;
    visit->loose = true;

    search->way[search->nway++] = i;
    search->loose[search->nloose++] = i;
}


static void
lower(visit_t *visit, uint32_t number)
{
    if (number < visit->low) {
        visit->low = number;
    }
}


/* All from which i can be reached again: they are loose, and above it. */
static void
close_circle(search_t *search, uint32_t i)
{
    uint32_t             member;
    scim_bulk_t         *bulk = search->bulk;
    scim_bulk_item_t    *item;
    scim_bulk_circle_t  *circle = NULL;

    if (search->loose[search->nloose - 1] != i || bulk->items[i].lacks) {
        circle = &bulk->circles[bulk->ncircles];
        *circle = (scim_bulk_circle_t) {
            .first = SCIM_BULK_NONE, .culprit = SCIM_BULK_NONE
        };
    }

    do {
        member = search->loose[--search->nloose];
        search->visits[member].loose = false;

        if (circle != NULL) {
            item = &bulk->items[member];
            item->circle = bulk->ncircles;
            item->in_circle = circle->first;
            circle->first = member;
            circle->size++;
        }

    } while (member != i);

    if (circle != NULL) {
        bulk->ncircles++;
    }
}


static void
go_back(search_t *search, uint32_t i)
{
    visit_t      *visit = &search->visits[i];
    scim_bulk_t  *bulk = search->bulk;

    visit->open = false;
    bulk->items[i].rank = search->rank;
    bulk->by_rank[search->rank++] = i;
    search->nway--;

    if (visit->low == visit->number) {
        close_circle(search, i);
    }

    if (search->nway != 0) {
        lower(&search->visits[search->way[search->nway - 1]], visit->low);
    }
}


static void
look(search_t *search, uint32_t i, uint32_t target, scim_bulk_ref_t *ref)
{
    visit_t  *visit = &search->visits[target];

    if (visit->number == 0) {
        come(search, target);
        return;
    }

    if (visit->open && ref != NULL) {
        ref->late = true;
        search->bulk->items[i].lacks = true;
    }

    if (visit->loose) {
        lower(&search->visits[i], visit->number);
    }
}


static void
find(search_t *search, uint32_t start)
{
    uint32_t          i, target;
    scim_bulk_t      *bulk = search->bulk;
    scim_bulk_ref_t  *ref;

    come(search, start);

    while (search->nway != 0) {
        i = search->way[search->nway - 1];

        if (waits_for(bulk, &bulk->items[i], search->visits[i].at++, &target,
                      &ref))
        {
            look(search, i, target, ref);
        } else {
            go_back(search, i);
        }
    }
}


static scim_rc_t
make_edges(scim_bulk_t *bulk)
{
    uint32_t           i, k, n, target;
    scim_bulk_ref_t   *ref;
    scim_bulk_item_t  *item;

    bulk->edges = scim_palloc(bulk->op->pool,
                              ((size_t) bulk->nrefs + 2 * (size_t) bulk->n)
                              * sizeof(scim_bulk_edge_t));
    if (bulk->edges == NULL) {
        return SCIM_NOMEM;
    }

    n = 0;

    for (i = 0; i < bulk->n; i++) {
        item = &bulk->items[i];

        for (k = 0; waits_for(bulk, item, k, &target, &ref); k++) {

            if (ref != NULL && ref->late) {
                continue;
            }

            bulk->edges[n] = (scim_bulk_edge_t) {
                .item = i,
                .next = bulk->items[target].edges,
                .needs = ref != NULL || target == item->path_ref
            };

            bulk->items[target].edges = n++;
            item->waits++;
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_bulk_order(scim_bulk_t *bulk)
{
    size_t        n = bulk->n;
    uint32_t      i;
    search_t      search = { .bulk = bulk };
    scim_pool_t  *pool = bulk->op->pool;

    search.visits = scim_pcalloc(pool, n * sizeof(visit_t));
    search.way = scim_palloc(pool, n * sizeof(uint32_t));
    search.loose = scim_palloc(pool, n * sizeof(uint32_t));
    bulk->by_rank = scim_palloc(pool, n * sizeof(uint32_t));
    bulk->ready = scim_palloc(pool, n * sizeof(uint32_t));
    bulk->circles = scim_palloc(pool, n * sizeof(scim_bulk_circle_t));

    if (search.visits == NULL || search.way == NULL || search.loose == NULL
        || bulk->by_rank == NULL || bulk->ready == NULL
        || bulk->circles == NULL)
    {
        return SCIM_NOMEM;
    }

    for (i = 0; i < bulk->n; i++) {
        bulk->items[i].circle = SCIM_BULK_NONE;
        bulk->items[i].culprit = SCIM_BULK_NONE;
        bulk->items[i].edges = SCIM_BULK_NONE;
        bulk->items[i].next_due = SCIM_BULK_NONE;
    }

    for (i = 0; i < bulk->n; i++) {
        if (search.visits[i].number == 0) {
            find(&search, i);
        }
    }

    return make_edges(bulk);
}
