/* test_play.c - a range of an archive, played, says what the whole says of it, rates from its first instant on. */
#include "test.h"

#include "archive_sample.h"

#include "store/archive.h"

#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)

enum { ALL = 610 };

struct held {
    const struct made *m;
    int64_t i, wrong;
};

static int hold(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct held *h = self;
    const struct made_tick *want = &h->m->tick[h->i++];
    (void)about;
    (void)s;
    assert_int_equal(m->frame.wall_ms, want->wall_ms);
    for (int slot = 0; slot < want->n; slot++)
        h->wrong += !(m->frame.v[slot] == want->v[slot] || (isnan(m->frame.v[slot]) && isnan(want->v[slot])));
    return 0;
}

static void play(struct archive *a, const struct made *m, int64_t from, int64_t to)
{
    struct held h = { m, from, 0 };
    assert_int_equal(archive_play(a, NULL, MS(from), MS(to), hold, &h, NULL), 0);
    assert_int_equal(h.i, to + 1);
    assert_int_equal(h.wrong, 0);
}

/* Blocks of 25 s, and a source that is read once a minute. */
static void test_rates_of_a_range(void **state)
{
    (void)state;
    struct made m;
    struct archive *a;
    made_init(&m, 2);
    m.s.seldom = 60;
    made_part(&m, "20261122_000000", 0, 0, ALL, true);
    assert_int_equal(archive_open(m.dir, &a), 0);
    for (int64_t from = 0; from + 3 < ALL; from += 7)
        play(a, &m, from, from + 3);
    play(a, &m, 0, ALL - 1);
    archive_free(a);
    made_done(&m);
}

/* Of each session and of all; a part that ends later is that of the last instant, wherever it stands. */
static void test_span(void **state)
{
    (void)state;
    struct made m;
    struct archive *a;
    int64_t first_ms = 1, last_ms = 2;
    made_init(&m, 2);
    made_part(&m, "20261122_000000", 0, 0, 100, true);
    made_part(&m, "20261122_000000", 1, 200, 300, false);
    made_part(&m, "20261122_000100", 0, 60, 160, true);
    assert_int_equal(archive_open(m.dir, &a), 0);
    const struct archive_part *p = archive_span(a, NULL, &first_ms, &last_ms);
    assert_true(p && p->last_ms == MS(299) && first_ms == MS(0) && last_ms == MS(299));
    p = archive_span(a, "session_20261122_000100", &first_ms, &last_ms);
    assert_true(p && first_ms == MS(60) && last_ms == MS(159));
    assert_null(archive_span(a, "session_20200101_000000", &first_ms, &last_ms));
    assert_true(first_ms == MS(60) && last_ms == MS(159));
    archive_free(a);
    made_done(&m);
}

static bool wants_latency(const struct schema *s, int slot)
{
    return strcmp(schema_at(s, slot)->name, "disk.latency") == 0;
}

/* Latencies, which follow from two totals that nobody asked for; temperatures, which are not read. */
static int hold_latency(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct held *h = self;
    const struct made_tick *want = &h->m->tick[h->i++];
    (void)about;
    for (int slot = 0; slot < want->n; slot++) {
        double got = m->frame.v[slot];
        if (wants_latency(s, slot))
            h->wrong += !(got == want->v[slot] || (isnan(got) && isnan(want->v[slot])));
        if (strcmp(schema_at(s, slot)->name, "disk.temp") == 0)
            assert_true(isnan(got));
    }
    return 0;
}

static void test_some_numbers(void **state)
{
    (void)state;
    struct made m;
    struct archive *a;
    made_init(&m, 2);
    made_part(&m, "20261122_000000", 0, 0, ALL, true);
    struct held h = { &m, 0, 0 };
    assert_int_equal(archive_open(m.dir, &a), 0);
    assert_int_equal(archive_play_some(a, NULL, MS(0), MS(ALL - 1), wants_latency, hold_latency, &h, NULL), 0);
    assert_int_equal(h.i, ALL);
    assert_int_equal(h.wrong, 0);
    archive_free(a);
    made_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_of_a_range), cmocka_unit_test(test_some_numbers), cmocka_unit_test(test_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
