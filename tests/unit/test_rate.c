/* Counters to rates: closed forms, then what must not become a number. */
#include "test.h"

#include "core/frame.h"
#include "core/rate.h"
#include "core/schema.h"

static void growth(void **state)
{
    (void)state;
    static const struct { double before, now, wrap, want; } cases[] = {
        { 10, 30, 0, 20 }, { 10, 10, 0, 0 }, { 30, 10, 0, NAN }, { 90, 5, 100, 15 },
        { NAN, 5, 0, NAN }, { 5, NAN, 100, NAN }, { 200, 5, 100, NAN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = rate_growth(cases[i].before, cases[i].now, cases[i].wrap);
        if (isnan(cases[i].want))
            assert_nan(got);
        else
            assert_near(got, cases[i].want, 0);
    }
}

struct machine {
    struct schema *s;
    struct frame a, b;
    int read, busy, total, util;
};

static int setup(void **state)
{
    static struct machine m;
    m = (struct machine){ .s = schema_new() };
    schema_source(m.s, "disk");
    m.read = schema_add(m.s, &(struct metric){
        .name = "disk.read", .inst = "sda", .unit = UNIT_BYTE, .kind = KIND_COUNTER });
    m.busy = schema_add(m.s, &(struct metric){ .name = "busy", .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "" });
    m.total = schema_add(m.s, &(struct metric){
        .name = "total", .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "" });
    m.util = schema_add(m.s, &(struct metric){ .name = "util", .unit = UNIT_PERCENT, .kind = KIND_RATIO,
        .num = m.busy, .den = m.total, .scale = 100, .min = 0, .max = 100 });
    frame_fit(&m.a, m.s);
    frame_fit(&m.b, m.s);
    *state = &m;
    return 0;
}

static int teardown(void **state)
{
    struct machine *m = *state;
    frame_done(&m->a);
    frame_done(&m->b);
    schema_free(m->s);
    return 0;
}

static void first_reading_is_not_known(void **state)
{
    struct machine *m = *state;
    m->b.read_ns[0] = 1000000000;
    m->b.v[m->read] = 500;
    rate_derive(m->s, &m->a, &m->b);
    assert_nan(m->b.v[m->read + 1]);
    assert_nan(m->b.v[m->util]);
}

static void uses_the_reading_times(void **state)
{
    struct machine *m = *state;
    m->a.read_ns[0] = 1000000000;
    m->b.read_ns[0] = 11000000000; /* ten seconds later */
    m->a.v[m->read] = 500;
    m->b.v[m->read] = 2500;
    m->a.v[m->busy] = 1, m->b.v[m->busy] = 4;
    m->a.v[m->total] = 10, m->b.v[m->total] = 20;
    rate_derive(m->s, &m->a, &m->b);
    assert_near(m->b.v[m->read + 1], 200, 1e-9);
    assert_near(m->b.v[m->util], 30, 1e-9);

    /* Not read since: the rate stays. */
    struct frame c = { 0 };
    frame_copy(&c, &m->b);
    rate_derive(m->s, &m->b, &c);
    assert_near(c.v[m->read + 1], 200, 1e-9);
    frame_done(&c);
}

static void ratios_stay_in_bounds(void **state)
{
    struct machine *m = *state;
    m->a.read_ns[0] = 1, m->b.read_ns[0] = 2;
    m->a.v[m->busy] = 0, m->b.v[m->busy] = 1.01;
    m->a.v[m->total] = 0, m->b.v[m->total] = 1;
    rate_derive(m->s, &m->a, &m->b);
    assert_near(m->b.v[m->util], 100, 0);
    m->b.v[m->total] = 0; /* no time passed for it */
    rate_derive(m->s, &m->a, &m->b);
    assert_nan(m->b.v[m->util]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth),
        cmocka_unit_test_setup_teardown(first_reading_is_not_known, setup, teardown),
        cmocka_unit_test_setup_teardown(uses_the_reading_times, setup, teardown),
        cmocka_unit_test_setup_teardown(ratios_stay_in_bounds, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
