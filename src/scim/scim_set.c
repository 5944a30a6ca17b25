/*
 * Sets of strings: open addressing with linear probing, half full at most.
 */

#include "scim_set.h"

#include <string.h>

#define SET_SMALLEST  32        /* a power of two */
#define SET_LARGEST   (UINT32_MAX / 4)


static uint64_t
mix(uint64_t a, uint64_t b)
{
    unsigned __int128  product = (unsigned __int128) a * b;

    return (uint64_t) product ^ (uint64_t) (product >> 64);
}


/* Whoever chooses the strings must not be able to make them collide: the hash
 * starts from an address, which differs from process to process. */
static uint32_t
hash(const scim_set_t *set, scim_str_t s)
{
    uint64_t  h = (uintptr_t) set->pool ^ UINT64_C(0x9e3779b97f4a7c15);
    uint64_t  word;
    size_t    i, n;

    h = mix(h ^ s.len, UINT64_C(0xd6e8feb86659fd93));

    for (i = 0; i < s.len; i += n) {
        n = s.len - i < sizeof(word) ? s.len - i : sizeof(word);
        word = 0;
        memcpy(&word, s.data + i, n);
        h = mix(h ^ word, UINT64_C(0xa0761d6478bd642f) ^ (h << 1));
    }

    return (uint32_t) (h ^ h >> 32);
}


void
scim_set_init(scim_set_t *set, scim_pool_t *pool)
{
    *set = (scim_set_t) { .pool = pool };
}


/* The slot of s, or the free one where it belongs. */
static scim_set_slot_t *
find_slot(const scim_set_t *set, scim_str_t s, uint32_t h)
{
    size_t            mask = set->cap * 2 - 1;
    size_t            at = h & mask;
    scim_set_slot_t  *slot;

    for ( ;; ) {
        slot = &set->slots[at];

        if (slot->number == 0
            || (slot->hash == h
                && scim_str_eq(set->items[slot->number - 1], s)))
        {
            return slot;
        }

        at = (at + 1) & mask;
    }
}


static void
move_slots(scim_set_slot_t *to, size_t mask, const scim_set_slot_t *from,
    size_t n)
{
    size_t  i, at;

    for (i = 0; i < n; i++) {
        if (from[i].number == 0) {
            continue;
        }

        at = from[i].hash & mask;
        while (to[at].number != 0) {
            at = (at + 1) & mask;
        }

        to[at] = from[i];
    }
}


static scim_rc_t
grow(scim_set_t *set)
{
    size_t            cap = set->cap == 0 ? SET_SMALLEST : set->cap * 2;
    scim_str_t       *items;
    scim_set_slot_t  *slots;

    if (cap > SET_LARGEST) {
        return SCIM_NOMEM;
    }

    slots = scim_pcalloc(set->pool, cap * 2 * sizeof(*slots));
    items = slots == NULL ? NULL
                          : scim_prealloc(set->pool, set->items,
                                          set->cap * sizeof(*items),
                                          cap * sizeof(*items));
    if (items == NULL) {
        return SCIM_NOMEM;
    }

    move_slots(slots, cap * 2 - 1, set->slots, set->cap * 2);
    set->items = items;
    set->slots = slots;
    set->cap = cap;
    return SCIM_OK;
}


scim_rc_t
scim_set_put(scim_set_t *set, scim_str_t s, size_t *number, bool *added)
{
    uint32_t          h = hash(set, s);
    scim_set_slot_t  *slot;

    if (set->count == set->cap && grow(set) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    slot = find_slot(set, s, h);
    *added = slot->number == 0;

    if (*added) {
        set->items[set->count++] = s;
        *slot = (scim_set_slot_t) { h, (uint32_t) set->count };
    }

    *number = slot->number - 1;
    return SCIM_OK;
}


bool
scim_set_has(const scim_set_t *set, scim_str_t s)
{
    return set->cap != 0 && find_slot(set, s, hash(set, s))->number != 0;
}
