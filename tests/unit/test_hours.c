/* What happens at the same hour every day is no news, and nothing else is excused. */
#include "test.h"

#include "base/rng.h"
#include "learn/detector/hours.h"

#define DAY 86400.0
#define STEP 60.0
#define PEAK 5.0

static bool peaks(double t)
{
    double of_day = t - floor(t / DAY) * DAY;
    return of_day >= 3 * 3600 + 600 && of_day < 3 * 3600 + 2400;
}

static int hour_of(double t)
{
    return (int)((t - floor(t / DAY) * DAY) / 3600);
}

/* A peak every day at 03:10 .. 03:40, from a time on. */
static void nightly_job_from(double start)
{
    struct hours h;
    hours_init(&h);
    for (int i = 0; i < 4 * 1440; i++) {
        double t = start + i * STEP, excused = hours_next(&h, t, peaks(t) ? PEAK : 1);
        int hour = hour_of(t);
        if (i < 2 * 1440)
            assert_true(excused == 0);
        else if (hour >= 2 && hour <= 4) /* it may start early or late */
            assert_near(excused, PEAK - 1 - 0.5, 1e-12);
        else
            assert_true(excused == 0);
    }
}

/* Any clock will do, one that counts from later than now as well. */
static void nightly_job(void **state)
{
    (void)state;
    nightly_job_from(0);
    nightly_job_from(20000 * DAY);
    nightly_job_from(-20000 * DAY);
    nightly_job_from(-2 * DAY);
}

/* Days of which nothing is known say nothing; the median passes over one odd day in three or more. */
static void odd_day(void **state)
{
    (void)state;
    struct hours h;
    hours_init(&h);
    for (int day = 0; day < 6; day++) {
        if (day == 1)
            continue;
        for (int i = 0; i < 1440; i++) {
            double t = day * DAY + i * STEP;
            double excused = hours_next(&h, t, (day == 2 || day >= 4) && peaks(t) ? PEAK : 1);
            if (day == 5) /* on days 2 and 4, not on 0 and 3: half of what it is */
                assert_near(excused, hour_of(t) >= 2 && hour_of(t) <= 4 ? (PEAK - 1) / 2 - 0.5 : 0, 1e-12);
            if (day == 4)
                assert_true(excused == 0);
        }
    }
}

/* What was usual is forgotten when it is seldom any more: at most HOURS_DAYS days count. */
static void forgets(void **state)
{
    (void)state;
    struct hours h;
    hours_init(&h);
    for (int day = 0; day < 3 * HOURS_DAYS; day++)
        for (int i = 0; i < 1440; i++) {
            double t = day * DAY + i * STEP;
            double excused = hours_next(&h, t, day < HOURS_DAYS && peaks(t) ? PEAK : 1);
            if (day == HOURS_DAYS + 3 && peaks(t))
                assert_true(excused > 3);
            if (day > HOURS_DAYS + 4)
                assert_true(excused == 0);
        }
    assert_int_equal(h.n, HOURS_DAYS);
}

/* Values that differ by chance excuse nothing; hours that were never seen neither. */
static void chance_and_unknown(void **state)
{
    (void)state;
    struct hours h;
    struct rng r;
    rng_seed(&r, 1);
    hours_init(&h);
    for (int i = 0; i < 10 * 1440; i++) {
        double t = i * STEP;
        if (hour_of(t) == 12 || hour_of(t) == 13 || hour_of(t) == 14)
            continue;
        assert_true(hours_next(&h, t, 0.1 * rng_unit(&r)) == 0);
    }
    assert_true(hours_next(&h, 10 * DAY + 13 * 3600, 9) == 0);
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void packs(void **state)
{
    (void)state;
    struct hours a, b;
    struct buf bytes = { 0 };
    hours_init(&a);
    int at = 9 * 1440 + 100; /* before the hours of the peak */
    for (int i = 0; i < at; i++)
        hours_next(&a, i * STEP, peaks(i * STEP) ? PEAK : sin(i));
    hours_pack(&a, &(struct pack){ .out = &bytes });

    for (size_t n = 0; n < bytes.n; n++) {
        unsigned char *cut = malloc(n + !n);
        memcpy(cut, bytes.p, n);
        struct pack in = { .at = cut, .n = n };
        hours_init(&b);
        hours_pack(&b, &in);
        assert_true(in.bad);
        free(cut);
    }
    hours_init(&b);
    struct pack in = { .at = (unsigned char *)bytes.p, .n = bytes.n };
    hours_pack(&b, &in);
    assert_true(!in.bad && in.n == 0);
    for (int i = at; i < at + 10 * 1440; i++) {
        double v = peaks(i * STEP) ? PEAK : sin(i);
        assert_true(hours_next(&a, i * STEP, v) == hours_next(&b, i * STEP, v));
    }
    for (int i = 0; i < HOURS; i++)
        assert_true(same(a.now[i], b.now[i]));
    buf_done(&bytes);
}

/* Bytes that nobody wrote, and times that are none: an answer, and nothing out of bounds. */
static void odd_bytes_and_times(void **state)
{
    (void)state;
    static const double times[] = { 1e300, -1e300, 1e20, -1e-12, DAY - 1e-12, NAN, INFINITY, -INFINITY, 5 };
    struct hours h;
    hours_init(&h);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        hours_next(&h, times[i], 1);
    size_t n = sizeof(double) * (1 + HOURS + HOURS_DAYS * HOURS + HOURS) + 2 * sizeof(int);
    unsigned char *bytes = malloc(n);
    struct rng r;
    rng_seed(&r, 3);
    for (int k = 0; k < 200; k++) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)rng_u64(&r);
        int days = (int)rng_below(&r, HOURS_DAYS + 2), next = (int)rng_below(&r, HOURS_DAYS + 1);
        memcpy(bytes + sizeof(double), &days, sizeof days);
        memcpy(bytes + sizeof(double) + sizeof days, &next, sizeof next);
        struct pack in = { .at = bytes, .n = n };
        hours_init(&h);
        hours_pack(&h, &in);
        assert_int_equal(in.bad, days > HOURS_DAYS || next >= HOURS_DAYS);
        for (int i = 0; i < 100; i++)
            hours_next(&h, i * 7000.0, i);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nightly_job), cmocka_unit_test(odd_day), cmocka_unit_test(forgets),
        cmocka_unit_test(chance_and_unknown), cmocka_unit_test(packs), cmocka_unit_test(odd_bytes_and_times),
    };
    return cmocka_run_group_tests_name("learn/detector/hours", tests, NULL, NULL);
}
