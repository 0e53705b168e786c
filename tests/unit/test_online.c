/* test_online.c - what a recorder tells while it happens, and what it takes from one run to the next. */
#include "analyze/online/online.h"
#include "analyze/online/online_usual.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/rng.h"
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define START_MS 1795343400000 /* 2026-11-22T10:30:00Z */
#define ROWS 900               /* of quiet, in which another stands in for the detector */
#define GROWN 20000            /* from which on it goes by itself */

enum { CPU, MEMORY, TOTAL, READ, COUNTER, OWN, METRICS };

static const struct metric metrics[] = {
    [CPU] = { .name = "cpu.util", .unit = UNIT_PERCENT, .max = 100, .help = "" },
    [MEMORY] = { .name = "memory.used", .unit = UNIT_BYTE, .help = "" },
    [TOTAL] = { .name = "memory.total", .unit = UNIT_BYTE, .help = "" },
    [READ] = { .name = "disk.read.rate", .inst = "total", .unit = UNIT_BYTE_PER_S, .help = "" },
    [COUNTER] = { .name = "cpu.time", .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "", .help = "" },
    [OWN] = { .name = "sonde.cpu", .unit = UNIT_PERCENT, .help = "" },
};

/* A machine at rest, whose values a test may change before they are taken. */
struct world {
    struct schema *schema;
    struct online *online;
    struct moment m;
    double v[METRICS + 1];
    int slot[METRICS];
    struct proc_use proc[2];
    struct rng g;
    int row, opened, closed;
    struct anomaly last;
};

static void world_begin_in(struct world *w, uint64_t seed, const int order[METRICS])
{
    *w = (struct world){ .schema = schema_new(), .online = online_new(&(struct online_options){ .step_s = 1 }) };
    schema_source(w->schema, "test");
    for (int i = 0; i < METRICS; i++)
        w->slot[order[i]] = schema_add(w->schema, &metrics[order[i]]);
    rng_seed(&w->g, seed);
    w->proc[0] = (struct proc_use){ .pid = 1, .name = "init", .cpu_percent = 1, .rss_bytes = 1e7 };
    w->proc[1] = (struct proc_use){ .pid = 77, .name = "hog", .cpu_percent = 0, .rss_bytes = 1e7 };
    w->m.procs = w->proc;
    w->m.n_procs = 2;
    w->m.frame.v = w->v;
    w->m.frame.mono_ns = 1000000000;
    w->m.frame.wall_ms = START_MS;
}

static void world_begin(struct world *w, uint64_t seed)
{
    world_begin_in(w, seed, (const int[]){ CPU, MEMORY, TOTAL, READ, COUNTER, OWN });
}

static void world_end(struct world *w)
{
    online_free(w->online);
    schema_free(w->schema);
}

static void world_values(struct world *w, double cpu)
{
    w->v[w->slot[CPU]] = cpu + rng_normal(&w->g);
    w->v[w->slot[MEMORY]] = 2e9 + 1e6 * rng_normal(&w->g);
    w->v[w->slot[TOTAL]] = 8e9;
    w->v[w->slot[READ]] = fabs(1e5 * rng_normal(&w->g));
    w->v[w->slot[COUNTER]] = w->row;
    w->v[w->slot[OWN]] = w->row % 2;
    w->proc[1].cpu_percent = cpu > 50 ? cpu : 0;
}

static void world_take(struct world *w)
{
    struct anomaly a;
    w->m.frame.n = schema_size(w->schema);
    enum online_news news = online_take(w->online, w->schema, &w->m, &a);
    w->opened += news == ONLINE_OPENED;
    w->closed += news == ONLINE_CLOSED;
    if (news)
        w->last = a;
    w->row++;
    w->m.frame.mono_ns += 1000000000;
    w->m.frame.wall_ms += 1000;
}

static void world_run(struct world *w, int rows, double cpu)
{
    for (int i = 0; i < rows; i++) {
        world_values(w, cpu);
        world_take(w);
    }
}

static void test_columns(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, 1);
    world_run(&w, 1, 5);
    assert_int_equal(online_columns(w.online), 3); /* neither the size, the counter nor our own cost */
    assert_true(online_bytes(w.online) > 0);
    world_end(&w);
}

static void opens_and_closes(int rows)
{
    struct world w;
    world_begin(&w, 2);
    world_run(&w, rows, 5);
    assert_int_equal(online_is_young(w.online), rows < GROWN);
    assert_int_equal(w.opened, 0);
    int64_t began = w.m.frame.wall_ms;
    world_run(&w, 10, 95);
    assert_int_equal(w.opened, 1);
    assert_in_range(w.last.start_ms, began - 2000, began + 2000);
    assert_int_equal(w.last.area, AREA_CPU);
    const struct schema *s = online_ring(w.online)->schema;
    assert_string_equal(schema_id(s, w.last.causes[0].slot), "cpu.util");
    assert_true(w.last.causes[0].value > 80 && w.last.causes[0].expected < 30);
    assert_true(w.last.causes[0].low <= w.last.causes[0].expected);
    assert_true(w.last.causes[0].high >= w.last.causes[0].expected && w.last.causes[0].high < 80);
    assert_string_equal(w.last.suspects[0].name, "hog");
    int64_t start_ms = w.last.start_ms;
    world_run(&w, 100, 5);
    assert_int_equal(w.closed, w.opened);
    if (rows < GROWN) { /* to the detector the way back may be an episode of its own */
        assert_int_equal(w.opened, 1);
        assert_int_equal(w.last.start_ms, start_ms);
        assert_true(w.last.end_ms >= began + 5000);
    }
    world_end(&w);
}

static void test_opens_and_closes(void **state)
{
    (void)state;
    opens_and_closes(ROWS);
    opens_and_closes(GROWN);
}

static void test_what_is_open_closes_at_the_end(void **state)
{
    (void)state;
    struct world w;
    struct anomaly a;
    world_begin(&w, 3);
    world_run(&w, ROWS, 5);
    assert_int_equal(online_end(w.online, &a), ONLINE_NOTHING);
    world_run(&w, 5, 95);
    assert_int_equal(w.opened, 1);
    assert_int_equal(online_end(w.online, &a), ONLINE_CLOSED);
    assert_int_equal(a.start_ms, w.last.start_ms);
    assert_int_equal(online_end(w.online, &a), ONLINE_NOTHING);
    world_end(&w);
}

/* Half a day asleep, and the first rows after it are wild. */
static void test_no_storm_after_an_outage(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, 4);
    world_run(&w, ROWS, 5);
    w.m.frame.wall_ms += 43200000;
    world_run(&w, ONLINE_GRACE - 2, 95);
    world_run(&w, 60, 5);
    assert_int_equal(w.opened, 0);
    world_end(&w);
}

/* The wall clock is set back by an hour, and forth again. */
static void test_clock_steps(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, 5);
    world_run(&w, ROWS, 5);
    w.m.frame.wall_ms -= 3600000;
    world_run(&w, 120, 5);
    w.m.frame.wall_ms += 3600000;
    world_run(&w, 120, 5);
    assert_int_equal(w.opened, 0);
    world_end(&w);
}

/* Ten instants a second, as in a burst of the flight recorder: one in ten is a row. */
static void test_bursts_are_passed_over(void **state)
{
    (void)state;
    struct world w;
    struct anomaly a;
    world_begin(&w, 6);
    world_run(&w, 30, 5);
    size_t before = online_rows(w.online);
    for (int i = 0; i < 10; i++) {
        w.m.frame.mono_ns += i ? 100000000 : 0;
        assert_int_equal(online_take(w.online, w.schema, &w.m, &a), ONLINE_NOTHING);
    }
    assert_in_range(online_rows(w.online), before + 1, before + 2);
    world_end(&w);
}

/* A device comes: its column joins within a minute, and what was known of the others stays. */
static void test_hotplug(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, 7);
    world_run(&w, ROWS, 5);
    schema_add(w.schema, &(struct metric){ .name = "gpu.util", .inst = "0", .unit = UNIT_PERCENT, .help = "" });
    w.v[METRICS] = 3;
    size_t rows = online_rows(w.online);
    world_run(&w, 70, 5);
    assert_int_equal(online_columns(w.online), 4);
    assert_true(online_rows(w.online) > rows);
    assert_int_equal(w.opened, 0);
    world_run(&w, 10, 95);
    assert_int_equal(w.opened, 1);
    world_end(&w);
}

/* Something comes every minute: it is not waited for every time, and nothing is told of it. */
/* A device that came a moment ago does not hide what happens then: what was seen of the others is still known. */
static void test_trouble_as_a_column_joins(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, 8);
    world_run(&w, 200, 5);
    int slot = schema_add(w.schema, &(struct metric){ .name = "disk.util", .inst = "sdb", .unit = UNIT_PERCENT,
                                                      .max = 100, .help = "" });
    w.v[slot] = 3;
    world_run(&w, 5, 5);
    assert_int_equal(online_columns(w.online), 4);
    world_run(&w, 6, 95);
    assert_int_equal(w.opened, 1);
    assert_int_equal(w.last.area, AREA_CPU);
    world_end(&w);
}

static void test_what_comes_all_day(void **state)
{
    (void)state;
    struct world w;
    char inst[8];
    double v[METRICS + 40] = { 0 };
    world_begin(&w, 11);
    int joined = 0, before = 3;
    for (int k = 0; k < 40; k++) {
        snprintf(inst, sizeof inst, "%d", k);
        schema_add(w.schema, &(struct metric){ .name = "gpu.util", .inst = inst, .unit = UNIT_PERCENT, .help = "" });
        for (int i = 0; i < 60; i++) {
            world_values(&w, 5);
            memcpy(v, w.v, METRICS * sizeof *v);
            w.m.frame.v = v;
            world_take(&w);
        }
        joined += online_columns(w.online) != before;
        before = online_columns(w.online);
    }
    assert_in_range(joined, 3, 6);
    assert_int_equal(w.opened, 0);
    world_end(&w);
}

/* The columns of the next run stand in the same order, or in another. */
static void goes_on(int rows, const int order[METRICS])
{
    struct world w, next;
    auto_buf struct buf bytes = { 0 };
    world_begin(&w, 8);
    world_run(&w, rows, 5);
    online_save(w.online, &bytes);
    world_begin_in(&next, 9, order);
    assert_int_equal(online_load(next.online, bytes.p, bytes.n), 0);
    next.m.frame.wall_ms = w.m.frame.wall_ms + 60000;
    world_run(&next, 60, 5);
    assert_int_equal(online_is_young(next.online), rows < GROWN); /* in their old order */
    assert_true(online_rows(next.online) >= (size_t)rows + 60);
    assert_int_equal(next.opened, 0);
    world_run(&next, 10, 95);
    assert_int_equal(next.opened, 1);
    world_end(&next);
    world_end(&w);
}

static void test_goes_on_from_what_was_saved(void **state)
{
    (void)state;
    static const int same[] = { CPU, MEMORY, TOTAL, READ, COUNTER, OWN };
    static const int other[] = { OWN, READ, TOTAL, MEMORY, COUNTER, CPU };
    goes_on(ROWS, same);
    goes_on(ROWS, other);
    goes_on(GROWN, same);
    goes_on(GROWN, other);
}

static void test_what_is_not_ours(void **state)
{
    (void)state;
    struct world w;
    auto_buf struct buf bytes = { 0 };
    world_begin(&w, 10);
    online_save(w.online, &bytes);
    assert_int_equal(bytes.n, 0); /* nothing was learned */
    world_run(&w, 30, 5);
    online_save(w.online, &bytes);
    for (size_t n = 0; n < bytes.n; n += n < 200 ? 1 : 97) {
        struct online *o = online_new(&(struct online_options){ .step_s = 1 });
        assert_int_equal(online_load(o, bytes.p, n), -EINVAL);
        online_free(o);
    }
    struct online *o = online_new(&(struct online_options){ .step_s = 60 });
    assert_int_equal(online_load(o, bytes.p, bytes.n), -ENODATA);
    online_free(o);
    world_end(&w);
}

/* What stands still is told only where it usually moves by what matters, and not at rest. */
static void test_stuck(void **state)
{
    (void)state;
    static const struct { double before, at, change; bool told; } cases[] = {
        { 5, 6.5, 2, true }, { 5, 6.5, 20, false }, { 5, 90, 2, false }, { 1, 0, 0.1, false } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct online_usual u = { 0 };
        double x[130];
        for (int i = 0; i < 130; i++)
            x[i] = i < 100 ? cases[k].before + i % 7 : cases[k].at;
        online_usual_before(&u, x, 100);
        struct detector_cause c = { .value = cases[k].at };
        struct area_rule rule = { .change = cases[k].change };
        assert_int_equal(online_usual_stuck(&u, &rule, x, 130, &c), cases[k].told);
        assert_false(online_usual_stuck(&u, &rule, x, 129, &c)); /* for too short a time */
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_columns),
    cmocka_unit_test(test_opens_and_closes),
    cmocka_unit_test(test_what_is_open_closes_at_the_end),
    cmocka_unit_test(test_no_storm_after_an_outage),
    cmocka_unit_test(test_clock_steps),
    cmocka_unit_test(test_bursts_are_passed_over),
    cmocka_unit_test(test_trouble_as_a_column_joins), cmocka_unit_test(test_hotplug),
    cmocka_unit_test(test_what_comes_all_day),
    cmocka_unit_test(test_goes_on_from_what_was_saved),
    cmocka_unit_test(test_what_is_not_ours),
    cmocka_unit_test(test_stuck),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
