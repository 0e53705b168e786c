/* How far a column is from where it usually is at this hour: of rhythms that are known, then of what is odd. */
#include "test.h"

#include "base/rng.h"
#include "learn/detector/season.h"

#define DAY 86400.0
#define STEP 120.0
#define DAY_ROWS 720
#define MEMORY 20000.0

static double daily(double t)
{
    return sin(t / DAY * 2 * 3.14159265358979);
}

static const double all_known[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };

/* Mean distance of a daily wave with noise on day `day`, of which it is `shift` noise deviations off. */
static double wave(double start, int day, double shift, double noise)
{
    struct season s;
    struct rng r;
    rng_seed(&r, 1);
    assert_int_equal(season_init(&s, 1, MEMORY), 0);
    double sum = 0;
    for (int i = 0; i < (day + 1) * DAY_ROWS; i++) {
        double t = start + i * STEP, x = daily(t) + noise * rng_normal(&r);
        bool now = i >= day * DAY_ROWS && i < day * DAY_ROWS + 60;
        if (now)
            x += shift * noise;
        season_row(&s, t, &x, all_known);
        sum += now ? s.away[0] : 0;
        if (i < 2 * DAY_ROWS)
            assert_true(s.away[0] == 0); /* nothing is usual before an hour came twice */
    }
    season_done(&s);
    return sum / 60;
}

/* Close to its wave the distance is that of the noise, 1; k deviations off it is k * k + 1, as long as that is new. */
static void sine(void **state)
{
    (void)state;
    static const double starts[] = { 0, 20000 * DAY, -20000 * DAY, -3 * DAY };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        assert_near(wave(starts[i], 12, 0, 0.05), 1, 0.4);
        assert_near(wave(starts[i], 12, 6, 0.05), 37, 6);
        assert_true(wave(starts[i], 12, 50, 0.05) > 95);
        assert_true(wave(starts[i], 12, 50, 0.05) <= 100);
    }
}

/* A wave without noise is met to what lines between hourly means can: 1 - cos of half an hour's angle and some. */
static void lines_between_means(void **state)
{
    (void)state;
    struct season s;
    assert_int_equal(season_init(&s, 1, MEMORY), 0);
    for (int i = 0; i < 9 * DAY_ROWS; i++) {
        double x = daily(i * STEP);
        season_row(&s, i * STEP, &x, all_known);
    }
    assert_true(s.spread[0] > 0 && sqrt(s.spread[0]) < 0.01);
    for (int h = 0; h < SEASON_HOURS; h++)
        assert_near(s.mean[h], daily((h + 0.5) * 3600), 0.01);
    season_done(&s);
}

/* Of a column without rhythm, to be far from the means means nothing; of a constant, nothing is far. */
static void no_rhythm(void **state)
{
    (void)state;
    struct season s;
    struct rng r;
    rng_seed(&r, 2);
    assert_int_equal(season_init(&s, 2, MEMORY), 0);
    double x[2] = { 0, 7 }, sum = 0;
    int far = 0, n = 0;
    for (int i = 0; i < 20 * DAY_ROWS; i++) {
        x[0] += rng_normal(&r) - 0.002 * x[0];
        season_row(&s, i * STEP, x, all_known);
        assert_true(s.away[1] == 0);
        if (i < 4 * DAY_ROWS)
            continue;
        n++;
        sum += s.away[0];
        far += s.away[0] > 16;
    }
    assert_near(sum / n, 1, 0.5);
    assert_true(far < n / 1000);
    season_done(&s);
}

/*
 * A column that comes on the fifth day has its own first days: it is not far from where it never was. It may be
 * far on days 6 and 7 from the one day that is known, but not by much and not for long.
 */
static void comes_later(void **state)
{
    (void)state;
    struct season s;
    struct rng r;
    rng_seed(&r, 3);
    assert_int_equal(season_init(&s, 2, MEMORY), 0);
    double sum = 0, known[2] = { 1, 0 };
    int n = 0, far = 0;
    for (int i = 0; i < 12 * DAY_ROWS; i++) {
        double x[2] = { daily(i * STEP) + 0.1 * rng_normal(&r), 0 };
        if (i >= 4.6 * DAY_ROWS) {
            x[1] = known[1] == 0 ? 0 : 2 + daily(i * STEP) + 0.1 * rng_normal(&r);
            known[1]++;
        }
        season_row(&s, i * STEP, x, known);
        assert_true(isfinite(s.away[0]) && isfinite(s.away[1]));
        if (i < 5.6 * DAY_ROWS)
            assert_true(s.away[1] == 0);
        else
            n++, sum += s.away[1], far += s.away[1] > 16;
    }
    assert_near(sum / n, 1, 0.5);
    assert_true(far < 4);
    season_done(&s);
}

/* Outages, hours that never come, and huge numbers: an answer all the same. */
static void odd_rows(void **state)
{
    (void)state;
    struct season s;
    struct rng r;
    rng_seed(&r, 4);
    assert_int_equal(season_init(&s, 3, MEMORY), 0);
    for (int i = 0; i < 12 * DAY_ROWS; i++) {
        double t = i * STEP, x[3] = { rng_normal(&r), rng_below(&r, 100) ? 0 : 2e100, 1e-300 * rng_normal(&r) };
        int hour = (int)(t / 3600) % 24;
        if (hour >= 12 && hour < 15)
            continue;
        if (i > 8 * DAY_ROWS)
            t += 5.25 * DAY;
        season_row(&s, t, x, all_known);
        for (int j = 0; j < 3; j++)
            assert_true(s.away[j] >= 0 && s.away[j] <= 100);
        if (i < 8 * DAY_ROWS && (hour == 11 || hour == 15)) /* its other mean is not known */
            assert_true((t / 3600 - floor(t / 3600) < 0.5) == (hour == 11) || s.away[0] == 0);
    }
    season_done(&s);
}

/* Columns of 1e-12 and of 1e15 are as far as those of 1. */
static void any_scale(void **state)
{
    (void)state;
    struct season s;
    struct rng r;
    rng_seed(&r, 5);
    assert_int_equal(season_init(&s, 3, MEMORY), 0);
    for (int i = 0; i < 6 * DAY_ROWS; i++) {
        double v = daily(i * STEP) + rng_normal(&r);
        season_row(&s, i * STEP, (double[]){ v, 1e-12 * v, 1e15 * v }, all_known);
        assert_near(s.away[0], s.away[1], 1e-9 * (1 + s.away[0]));
        assert_near(s.away[0], s.away[2], 1e-9 * (1 + s.away[0]));
    }
    season_done(&s);
}

static void run(struct season *s, int from, int to, int column)
{
    for (int i = from; i < to; i++) {
        double x[3] = { daily(i * STEP) + 0.1 * sin(i * i), i % 7, 0.001 * i };
        season_row(s, i * STEP, column < 0 ? x : x + column, all_known);
    }
}

/* Column 1 of one becomes column 0 of another, which goes on as if it had always been there. */
static void taken(void **state)
{
    (void)state;
    struct season a, b;
    int at = 5 * DAY_ROWS; /* at the turn of an hour: no sum is lost */
    assert_int_equal(season_init(&a, 3, MEMORY), 0);
    assert_int_equal(season_init(&b, 2, MEMORY), 0);
    run(&a, 0, at + 7, -1);
    season_like(&b, &a);
    season_take(&b, 0, &a, 2);
    int differ = 0;
    for (int i = at + 7; i < 9 * DAY_ROWS; i++) {
        run(&a, i, i + 1, -1);
        season_row(&b, i * STEP, (double[]){ 0.001 * i, daily(i * STEP) }, all_known);
        assert_true(b.away[0] == a.away[2]);
        differ += b.away[0] > 0;
        if (i == at + 40) /* of the hour that had begun it is not known where the new one was */
            assert_true(isnan(b.mean[1]) && isfinite(b.mean[0]));
        if (i < at + DAY_ROWS)
            assert_true(b.away[1] == 0); /* a new one */
    }
    assert_true(differ > DAY_ROWS);
    season_done(&a);
    season_done(&b);
}

static void packs(void **state)
{
    (void)state;
    struct season a, b;
    struct buf bytes = { 0 };
    int at = 3 * DAY_ROWS + 100; /* within an hour */
    assert_int_equal(season_init(&a, 3, MEMORY), 0);
    run(&a, 0, at, -1);
    season_pack(&a, &(struct pack){ .out = &bytes });
    for (size_t n = 0; n < bytes.n; n++) {
        unsigned char *cut = malloc(n + !n);
        memcpy(cut, bytes.p, n);
        struct pack in = { .at = cut, .n = n };
        assert_int_equal(season_init(&b, 3, MEMORY), 0);
        season_pack(&b, &in);
        assert_true(in.bad);
        season_done(&b);
        free(cut);
    }
    assert_int_equal(season_init(&b, 3, MEMORY), 0);
    struct pack in = { .at = (unsigned char *)bytes.p, .n = bytes.n };
    season_pack(&b, &in);
    assert_true(!in.bad && in.n == 0);
    for (int i = at; i < at + 2 * DAY_ROWS; i++) {
        run(&a, i, i + 1, -1);
        run(&b, i, i + 1, -1);
        assert_memory_equal(a.away, b.away, 3 * sizeof *a.away);
    }
    assert_true(a.away[0] > 0);
    season_done(&a);
    season_done(&b);
    buf_done(&bytes);
}

/* Bytes that nobody wrote, and times that are none: nothing out of bounds. */
static void odd_bytes_and_times(void **state)
{
    (void)state;
    static const double odd[] = { NAN, INFINITY, -INFINITY, 1e300, -1e300, -1, -0.5, 23.5 };
    struct season s;
    struct rng r;
    rng_seed(&r, 6);
    size_t n = sizeof(double) * (2 + SEASON_HOURS + 3 * (4 + SEASON_HOURS));
    char *bytes = malloc(n);
    for (int k = 0; k < 100; k++) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)rng_u64(&r);
        double rows = k % 2 ? 5 : 0;
        memcpy(bytes, &odd[k % 8], sizeof *odd);
        memcpy(bytes + sizeof *odd, &rows, sizeof rows);
        assert_int_equal(season_init(&s, 3, MEMORY), 0);
        struct pack in = { .at = (unsigned char *)bytes, .n = n };
        season_pack(&s, &in);
        assert_true(!in.bad && in.n == 0);
        run(&s, 0, 50, -1);
        for (int i = 0; i < 8; i++)
            season_row(&s, odd[i] * 3600, (double[]){ 1, 2, 3 }, all_known);
        season_done(&s);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sine), cmocka_unit_test(lines_between_means), cmocka_unit_test(no_rhythm),
        cmocka_unit_test(comes_later), cmocka_unit_test(odd_rows), cmocka_unit_test(any_scale),
        cmocka_unit_test(taken), cmocka_unit_test(packs), cmocka_unit_test(odd_bytes_and_times),
    };
    return cmocka_run_group_tests_name("learn/detector/season", tests, NULL, NULL);
}
