/* The sampler on a made-up clock: deadlines, periods, gaps, suspend, clock steps. */
#include "test.h"

#include "core/sampler.h"
#include "base/mem.h"

#include <errno.h>

#define SECOND INT64_C(1000000000)

/* A clock that wakes up when asked, later by `late_ns` once, and can be suspended or set. */
struct fake_clock {
    struct clock clock;
    struct instant t;
    int64_t late_ns;
    int64_t waited_for;
};

static struct instant fake_now(struct clock *c)
{
    return ((struct fake_clock *)c)->t;
}

static void fake_pass(struct fake_clock *f, int64_t ns)
{
    f->t.mono_ns += ns;
    f->t.boot_ns += ns;
    f->t.wall_ms += ns / 1000000;
}

static int fake_wait(struct clock *c, int64_t mono_ns)
{
    struct fake_clock *f = (struct fake_clock *)c;
    f->waited_for = mono_ns;
    fake_pass(f, mono_ns - f->t.mono_ns + f->late_ns);
    f->late_ns = 0;
    return 0;
}

static struct fake_clock fake_clock(void)
{
    return (struct fake_clock){ .clock = { .now = fake_now, .wait = fake_wait },
                                .t = { .wall_ms = 1700000000000, .mono_ns = 100 * SECOND, .boot_ns = 100 * SECOND } };
}

/* An adapter that counts its readings, and one that is slower; a device that comes at the third. */
static int readings, slow_readings, slot_count, slot_slow, slot_late;

static int count_open(const struct adapter_env *env, struct schema *s, void **self)
{
    (void)env;
    readings = 0;
    slot_late = -1;
    slot_count = schema_add(s, &(struct metric){ .name = "test.count", .kind = KIND_COUNTER, .min = 0, .max = 1e6 });
    *self = &readings;
    return 0;
}

static void count_sample(void *self, struct frame *f)
{
    (void)self;
    readings++;
    frame_set(f, slot_count, readings * 10);
    frame_set(f, slot_late, 7);
}

static int count_rescan(void *self, struct schema *s)
{
    (void)self;
    if (readings == 3)
        slot_late = schema_add(s, &(struct metric){ .name = "test.late" });
    return 0;
}

static void count_close(void *self)
{
    (void)self;
}

static const struct adapter adapter_count = {
    .name = "count", .open = count_open, .sample = count_sample, .rescan = count_rescan, .close = count_close,
};

static int slow_open(const struct adapter_env *env, struct schema *s, void **self)
{
    (void)env;
    slow_readings = 0;
    slot_slow = schema_add(s, &(struct metric){ .name = "test.slow", .min = 0, .max = 100 });
    *self = &slow_readings;
    return 0;
}

static void slow_sample(void *self, struct frame *f)
{
    (void)self;
    slow_readings++;
    frame_set(f, slot_slow, slow_readings == 2 ? 1e9 : slow_readings); /* the second is impossible */
}

static const struct adapter adapter_slow = {
    .name = "slow", .period_ms = 5000, .open = slow_open, .sample = slow_sample, .close = count_close,
};

static int none_open(const struct adapter_env *env, struct schema *s, void **self)
{
    (void)s, (void)self;
    env->explain(env, "no such thing here");
    return -ENODEV;
}

static const struct adapter adapter_none = { .name = "none", .open = none_open };

static const struct adapter *const list[] = { &adapter_count, &adapter_slow, &adapter_none, NULL };

static struct sampler *open_fake(struct fake_clock *c)
{
    return sampler_open(list, &(struct sampler_options){ .root = "", .interval_s = 1, .clock = &c->clock });
}

static void reads_at_deadlines_and_periods(void **state)
{
    (void)state;
    struct fake_clock c = fake_clock();
    struct sampler *s = open_fake(&c);
    const struct frame *f;
    struct event e;
    for (int i = 0; i < 11; i++) {
        c.late_ns = i % 2 ? 3000000 : 0; /* a late wake-up does not move the next deadline */
        assert_int_equal(sampler_next(s, &f), 0);
        if (i)
            assert_int_equal(c.waited_for, 100 * SECOND + i * SECOND);
        int late = schema_find(sampler_schema(s), "sonde.tick.lateness", NULL);
        assert_near(f->v[late], i % 2 ? 0.003 : 0, 1e-12);
    }
    assert_int_equal(readings, 11);
    assert_int_equal(slow_readings, 3); /* at 0, 5 and 10 s */
    assert_near(f->v[slot_count], 110, 0);
    assert_near(f->v[slot_count + 1], 10, 0.1); /* its rate */
    assert_near(f->v[slot_late], 7, 0);
    assert_false(sampler_event(s, &e));
    sampler_close(s);
}

static void slow_values_stay_between_readings_and_impossible_ones_vanish(void **state)
{
    (void)state;
    struct fake_clock c = fake_clock();
    struct sampler *s = open_fake(&c);
    const struct frame *f;
    for (int i = 0; i < 10; i++) {
        sampler_next(s, &f);
        if (i < 5)
            assert_near(f->v[slot_slow], 1, 0);
        else
            assert_nan(f->v[slot_slow]);
    }
    sampler_close(s);
}

static void missed_ticks_are_skipped_and_said(void **state)
{
    (void)state;
    struct fake_clock c = fake_clock();
    struct sampler *s = open_fake(&c);
    const struct frame *f;
    struct event e;
    sampler_next(s, &f);
    c.late_ns = 3 * SECOND + SECOND / 2;
    sampler_next(s, &f);
    assert_true(sampler_event(s, &e));
    assert_int_equal(e.kind, EVENT_GAP);
    assert_non_null(strstr(e.text, "3 ticks missed"));
    assert_int_equal(e.end_ms - e.wall_ms, 4500);
    sampler_next(s, &f);
    assert_int_equal(c.waited_for, 105 * SECOND); /* back on the grid */
    assert_false(sampler_event(s, &e));
    sampler_close(s);
}

static void suspend_and_clock_steps_are_said_apart(void **state)
{
    (void)state;
    struct fake_clock c = fake_clock();
    struct sampler *s = open_fake(&c);
    const struct frame *f;
    struct event e;
    sampler_next(s, &f);
    c.t.boot_ns += 3600 * SECOND; /* slept an hour; the wall clock ran on */
    c.t.wall_ms += 3600000;
    sampler_next(s, &f);
    assert_true(sampler_event(s, &e));
    assert_int_equal(e.kind, EVENT_GAP);
    assert_non_null(strstr(e.text, "suspended for 3600 s"));
    assert_false(sampler_event(s, &e));
    c.t.wall_ms -= 7200000;
    sampler_next(s, &f);
    assert_true(sampler_event(s, &e));
    assert_int_equal(e.kind, EVENT_CLOCK);
    assert_non_null(strstr(e.text, "back by 7200.0 s"));
    assert_false(sampler_event(s, &e));
    sampler_close(s);
}

static bool only_count(void *self, const char *name)
{
    (void)self;
    return strcmp(name, "count") == 0;
}

static void sources_say_how_they_fare(void **state)
{
    (void)state;
    struct fake_clock c = fake_clock();
    struct sampler *s = open_fake(&c);
    int n;
    const struct source *src = sampler_sources(s, &n);
    assert_int_equal(n, 3);
    assert_int_equal(src[0].state, SOURCE_OK);
    assert_int_equal(src[0].metrics, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sampler_next(s, &(const struct frame *){ NULL }), 0);
    assert_int_equal(src[0].metrics, 3); /* one came later */
    assert_int_equal(src[2].state, SOURCE_ABSENT);
    assert_string_equal(src[2].reason, "no such thing here");
    assert_true(schema_find(sampler_schema(s), "sonde.adapter.time", "count") >= 0);
    assert_int_equal(schema_find(sampler_schema(s), "sonde.adapter.time", "none"), -ENOENT);
    sampler_close(s);

    s = sampler_open(list, &(struct sampler_options){
        .root = "", .interval_s = 1, .clock = &c.clock, .wanted = only_count });
    src = sampler_sources(s, &n);
    assert_int_equal(src[1].state, SOURCE_OFF);
    sampler_close(s);
}

/* What each adapter was told at the end, in order. */
static char told[8];

static void ending_stop(void *self)
{
    (void)self;
    strcat(told, "s");
}

static void ending_close(void *self)
{
    (void)self;
    strcat(told, "c");
}

static void all_are_told_before_one_is_closed(void **state)
{
    (void)state;
    struct fake_clock c = fake_clock();
    const struct adapter a = { .name = "a", .open = slow_open, .sample = slow_sample, .stop = ending_stop,
                               .close = ending_close };
    struct adapter b = a;
    b.name = "b";
    const struct adapter *const two[] = { &a, &adapter_none, &b, NULL };
    sampler_close(sampler_open(two, &(struct sampler_options){ .root = "", .interval_s = 1, .clock = &c.clock }));
    assert_string_equal(told, "sscc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_at_deadlines_and_periods),
        cmocka_unit_test(slow_values_stay_between_readings_and_impossible_ones_vanish),
        cmocka_unit_test(missed_ticks_are_skipped_and_said),
        cmocka_unit_test(suspend_and_clock_steps_are_said_apart),
        cmocka_unit_test(sources_say_how_they_fare), cmocka_unit_test(all_are_told_before_one_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
