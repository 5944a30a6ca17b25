/*
 * Membership deltas: "+a" adds, "-a" removes, "*" clears; the outcome reads
 * the same way, additions first.
 */

#include "unit.h"

#include "scim/scim_members.h"

#include <stdio.h>

#define N(array)  (sizeof(array) / sizeof((array)[0]))


static scim_rc_t
play(scim_members_t *m, const char *steps)
{
    scim_rc_t  rc = SCIM_OK;

    for ( ; *steps != '\0' && rc == SCIM_OK; steps++) {
        switch (*steps) {
        case '*':
            scim_members_clear(m);
            break;
        case '+':
            rc = scim_members_add(m, (scim_str_t) { ++steps, 1 });
            break;
        case '-':
            rc = scim_members_remove(m, (scim_str_t) { ++steps, 1 });
            break;
        }
    }

    return rc;
}


static scim_rc_t
write_ids(scim_buf_t *out, char sign, const scim_str_t *ids, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        scim_buf_char(out, sign);
        scim_buf_str(out, ids[i]);
    }

    return out->failed ? SCIM_NOMEM : SCIM_OK;
}


static scim_rc_t
outcome(scim_pool_t *pool, const scim_members_t *m, scim_str_t *text)
{
    scim_buf_t   out;
    scim_str_t  *ids;
    size_t       n;
    scim_rc_t    rc;

    scim_buf_init(&out, pool, 0);

    if (scim_members_replaces(m)) {
        scim_buf_char(&out, '*');
    }

    rc = scim_members_added(m, &ids, &n);
    if (rc == SCIM_OK) {
        rc = write_ids(&out, '+', ids, n);
    }

    if (rc == SCIM_OK) {
        rc = scim_members_removed(m, &ids, &n);
    }

    if (rc == SCIM_OK) {
        rc = write_ids(&out, '-', ids, n);
    }

    return rc == SCIM_OK ? scim_buf_done(&out, text) : rc;
}


static void
changes_fold(void **state)
{
    static const struct { const char *steps, *net; } cases[] = {
        { "", "" },
        { "+a", "+a" },
        { "+a+b+a", "+a+b" },
        { "-a-b-a", "-a-b" },
        { "+a-a", "-a" },
        { "-a+a", "+a" },
        { "+a-b+c-d", "+a+c-b-d" },
        { "+b+a-b+b", "+b+a" },
        { "*", "*" },
        { "+a-b*", "*" },
        { "+a*+b", "*+b" },
        { "*+a-a", "*" },
        { "*-a", "*" },
        { "*-a+a", "*+a" },
        { "*+a+b-a+c+a", "*+a+b+c" },
        { "-a*+b*+c", "*+c" }
    };
    scim_pool_t     *pool;
    scim_members_t  *m;
    scim_str_t       net = scim_str_absent;
    size_t           i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        pool = scim_pool_create(0);
        m = scim_members_create(pool);
        assert_int_equal(play(m, cases[i].steps), SCIM_OK);
        assert_int_equal(outcome(pool, m, &net), SCIM_OK);

        if (!scim_str_eq(net, scim_str_from(cases[i].net))) {
            fail_msg("%s gives %.*s", cases[i].steps, SCIM_FMT(net));
        }

        assert_int_equal(scim_members_changed(m), net.len > 0);
        scim_pool_destroy(pool);
    }
}


#define MANY  20000

static void
many_members_keep_their_order(void **state)
{
    static char      ids[MANY][12];
    scim_pool_t     *pool = scim_pool_create(0);
    scim_members_t  *m = scim_members_create(pool);
    scim_str_t      *out;
    size_t           i, n;

    (void) state;

    for (i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof(ids[i]), "id-%zu", i * 7919 % 99991);
        assert_int_equal(scim_members_add(m, scim_str_from(ids[i])), SCIM_OK);
    }

    for (i = 0; i < MANY; i += 2) {
        assert_int_equal(scim_members_remove(m, scim_str_from(ids[i])),
                         SCIM_OK);
    }

    assert_int_equal(scim_members_added(m, &out, &n), SCIM_OK);
    assert_int_equal(n, MANY / 2);

    for (i = 0; i < n; i++) {
        assert_ptr_equal(out[i].data, ids[2 * i + 1]);
    }

    assert_int_equal(scim_members_removed(m, &out, &n), SCIM_OK);
    assert_int_equal(n, MANY / 2);

    for (i = 0; i < n; i++) {
        assert_ptr_equal(out[i].data, ids[2 * i]);
    }

    scim_pool_destroy(pool);
}


static scim_rc_t
play_short_of_memory(void *data)
{
    scim_pool_t     *pool = scim_pool_create(0);
    scim_members_t  *m;
    scim_str_t       net;
    scim_rc_t        rc = SCIM_NOMEM;

    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    m = scim_members_create(pool);
    if (m != NULL) {
        rc = play(m, data);
    }

    if (rc == SCIM_OK) {
        rc = outcome(pool, m, &net);
    }

    scim_pool_destroy(pool);
    return rc;
}


static void
memory_may_be_short(void **state)
{
    (void) state;
    unit_fail_allocations(play_short_of_memory,
                          "+a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u+v+w+x"
                          "+A+B+C+D+E+F+G+H+I+J+K+L+M+N+O+P-a-b*+x-y");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(changes_fold),
        cmocka_unit_test(many_members_keep_their_order),
        cmocka_unit_test(memory_may_be_short)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
