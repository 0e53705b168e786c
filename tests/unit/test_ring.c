/* test_ring.c - events in order; in a flood the least severe go, the oldest of them first. */
#include "core/ring.h"
#include "test.h"

static void put(struct ring *r, int64_t wall_ms, enum severity severity)
{
    struct event e = { .wall_ms = wall_ms, .end_ms = wall_ms, .kind = EVENT_CHANGE, .severity = severity };
    ring_put(r, &e);
}

static void a_flood_hides_nothing_grave(void **state)
{
    (void)state;
    struct ring *r = ring_new();
    struct event e;
    assert_false(ring_take(r, &e));
    put(r, 0, SEVERITY_INFO);
    assert_true(ring_take(r, &e)); /* so that it goes round */
    put(r, 1, SEVERITY_INFO);
    put(r, 2, SEVERITY_CRITICAL);
    for (int i = 3; i < 3 * RING_EVENTS; i++)
        put(r, i, i % 2 ? SEVERITY_WARNING : SEVERITY_NOTICE);
    assert_true(ring_take(r, &e));
    assert_int_equal(e.wall_ms, 2);
    int64_t last = e.wall_ms;
    for (int n = 1; n < RING_EVENTS; n++, last = e.wall_ms) {
        assert_true(ring_take(r, &e));
        assert_true(e.wall_ms > last);
        assert_int_equal(e.severity, SEVERITY_WARNING);
    }
    assert_int_equal(last, 3 * RING_EVENTS - 1);
    assert_false(ring_take(r, &e));

    for (int i = 0; i < RING_EVENTS; i++)
        put(r, i, SEVERITY_CRITICAL);
    put(r, RING_EVENTS, SEVERITY_INFO); /* no room for it */
    put(r, RING_EVENTS + 1, SEVERITY_CRITICAL);
    assert_true(ring_take(r, &e));
    assert_int_equal(e.wall_ms, 1);
    while (ring_take(r, &e))
        assert_int_equal(e.severity, SEVERITY_CRITICAL);
    assert_int_equal(e.wall_ms, RING_EVENTS + 1);
    ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_flood_hides_nothing_grave) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
