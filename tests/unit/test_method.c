/* Named methods of finding anomalies: what they find, what they name as the cause, what they refuse. */
#include "test.h"

#include "analyze/import/import.h"
#include "analyze/method/alarm.h"
#include "analyze/method/method.h"
#include "base/rng.h"

#include <errno.h>

#define ROWS 1500
#define D 4

/*
 * A minute a row: noise in four columns; from row `high` on for ten rows three are high, column 2 most. A forest cannot
 * tell how far beyond everything a single column goes (Liu et al. 2008), so it is three.
 */
static struct recording *noise(uint64_t seed, size_t high)
{
    static const char *const name[D] = { "a", "b", "c", "d" };
    struct recording *r = recording_new();
    struct rng rng;
    rng_seed(&rng, seed);
    for (int j = 0; j < D; j++)
        schema_add(r->schema, &(struct metric){ .name = name[j], .kind = KIND_GAUGE });
    for (size_t i = 0; i < ROWS; i++) {
        double v[D];
        for (int j = 0; j < D; j++)
            v[j] = 100 * j + rng_normal(&rng);
        for (int j = 1; j < D && i >= high && i < high + 10; j++)
            v[j] += j == 2 ? 20 : 8;
        int64_t t = 60000 * (int64_t)i;
        assert_int_equal(recording_add(r, 1795348800000 + t, 1000000000 + t * 1000000, v, D), 0);
    }
    return r;
}

static size_t alarms(const struct detector_verdict *v, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        n += v[i].alarm;
    return n;
}

static void run(const char *name, const struct columns *train, const struct columns *input,
                struct detector_verdict *out)
{
    char message[METHOD_MESSAGE] = "";
    struct method_options o = { .budget_per_day = 1, .seed = 1 };
    assert_int_equal(method_run(method_find(name), train, input, &o, out, message), 0);
}

/* Each sees the departure, names its column, and keeps quiet elsewhere: rows learned from apart, a day has 1440. */
static void departure(void **state)
{
    (void)state;
    static struct detector_verdict v[ROWS], alone[ROWS];
    struct recording *before = noise(1, ROWS), *now = noise(2, 1000);
    struct columns train, input, none;
    columns_of(now, &input);
    columns_as(before, &input, &train);
    none = columns_part(&input, 0, 0);
    static const char *const names[] = { "forest", "extended", "kmeans" };
    for (size_t k = 0; k < 3; k++) {
        double most = 0;
        run(names[k], &train, &input, v);
        for (size_t i = 0; i < ROWS; i++)
            most = i < 1000 || i >= 1020 ? fmax(most, v[i].score) : most;
        for (size_t i = 1003; i < 1010; i++) { /* windows of ten rows are full of it later */
            assert_true(v[i].score > most && v[i].probability < 0.005);
            assert_int_equal(v[i].cause, 2);
        }
        assert_true(alarms(v, 1000, 1020) >= 1 && alarms(v, 0, 1000) + alarms(v, 1020, ROWS) <= 3);
        run(names[k], &none, &input, alone);
        for (size_t i = 0; i < ROWS / 5; i++)
            assert_true(alone[i].score == 0 && !alone[i].alarm && alone[i].cause == -1);
        for (size_t i = 1003; i < 1010; i++)
            assert_true(alone[i].probability < 0.05 && alone[i].cause == 2);
    }
    columns_done(&train);
    columns_done(&input);
    recording_free(before);
    recording_free(now);
}

/* How many rows of quiet days are flagged when so many rows were learned from? */
static size_t quiet_after(const char *name, size_t rows, size_t seeds)
{
    static struct detector_verdict v[ROWS];
    size_t flagged = 0;
    for (uint64_t seed = 0; seed < seeds; seed++) {
        struct recording *before = noise(10 + 2 * seed, ROWS), *now = noise(11 + 2 * seed, ROWS);
        struct columns all, input;
        columns_of(before, &all);
        columns_of(now, &input);
        struct columns train = columns_part(&all, ROWS - rows, rows);
        run(name, &train, &input, v);
        flagged += alarms(v, 0, ROWS);
        columns_done(&all);
        columns_done(&input);
        recording_free(before);
        recording_free(now);
    }
    print_message("%s after %zu rows: %zu rows flagged on %zu quiet days\n", name, rows, flagged, seeds);
    return flagged;
}

/* On noise alone, over seeds: false episodes stay near the budget, here of one a day each. */
static void quiet(void **state)
{
    (void)state;
    static const char *const names[] = { "forest", "extended", "kmeans" };
    for (size_t k = 0; k < 3; k++) /* one-sided 95 % Poisson bound of 8, in rows, of which an episode may have more */
        assert_true(quiet_after(names[k], ROWS, TEST_SLOW ? 2 : 8) <= 14);
}

/* Few scores say little of where the tail ends: the methods doubt, and do not flag. */
static void quiet_after_few(void **state)
{
    (void)state;
    static const char *const names[] = { "forest", "extended", "kmeans" };
    for (size_t k = 0; k < 3; k++) /* the same bound of 30, or of 4 */
        assert_true(quiet_after(names[k], 60, TEST_SLOW ? 4 : 30) <= (TEST_SLOW ? 8 : 39));
}

static void refused(void **state)
{
    (void)state;
    static struct detector_verdict v[ROWS];
    struct recording *r = noise(1, ROWS);
    struct columns all;
    columns_of(r, &all);
    struct columns few = columns_part(&all, 0, METHOD_MIN_ROWS - 1), none = columns_part(&all, 0, 0);
    struct method_options o = { .budget_per_day = 1 };
    char message[METHOD_MESSAGE];
    assert_int_equal(method_run(method_find("forest"), &few, &all, &o, v, message), -ENODATA);
    assert_non_null(strstr(message, "31 rows to learn from"));
    assert_int_equal(method_run(method_find("kmeans"), &none, &few, &o, v, message), -ENODATA);
    struct columns empty = all;
    empty.d = 0;
    assert_int_equal(method_run(method_find("forest"), &none, &empty, &o, v, message), -ENODATA);
    empty.d = 5000;
    assert_int_equal(method_run(method_find("extended"), &none, &empty, &o, v, message), -E2BIG);
    assert_non_null(strstr(message, "5000 columns"));
    assert_null(method_find("magic"));
    columns_done(&all);
    recording_free(r);
}

/* Columns: counters only as rates, others by name wherever they stand, what is lacking not known. */
static void columns(void **state)
{
    (void)state;
    static const char one[] = "t,disk.read{sda},room,\"x,y\"\n100,0,1,5\n110,1000,inf,6\n120,3000,3,\n";
    static const char two[] = "t,\"x,y\",other\n0,7,1\n60,8,1\n";
    char message[IMPORT_MESSAGE];
    struct recording *a, *b;
    struct columns c, like;
    double row[8];
    assert_int_equal(import_memory("one", one, sizeof one - 1, &a, message, sizeof message), 0);
    assert_int_equal(import_memory("two", two, sizeof two - 1, &b, message, sizeof message), 0);
    columns_of(a, &c);
    assert_int_equal(c.d, 3);
    assert_string_equal(c.name[0], "disk.read.rate{sda}");
    assert_string_equal(c.name[2], "x,y");
    assert_near(c.step_s, 10, 1e-9);
    assert_near(c.t_s[2] - c.t_s[0], 20, 1e-9);
    columns_row(&c, 1, row);
    assert_near(row[0], 100, 1e-9);
    assert_nan(row[1]);
    assert_near(row[2], 6, 0);
    struct columns last = columns_part(&c, 2, 1);
    assert_near(columns_at(&last, 1, 0), 3, 0);
    assert_near(last.t_s[0], 120, 1e-9);
    columns_as(b, &c, &like);
    assert_int_equal(like.d, 3);
    columns_row(&like, 1, row);
    assert_nan(row[0]);
    assert_nan(row[1]);
    assert_near(row[2], 8, 0);
    assert_near(like.step_s, 60, 1e-9);
    columns_done(&like);
    columns_done(&c);
    recording_free(a);
    recording_free(b);
}

/*
 * Of exponential scores the tail is the distribution itself; few scores widen it, equal ones end it. Scores with an
 * upper end, here 1 - sqrt(u) of uniform u, whose tail has the shape 1/2 and ends at 1, are not expected far beyond it.
 */
static void tails(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double score[N];
    for (int i = 0; i < N; i++)
        score[i] = -2 * log((i + 0.5) / N);
    struct pareto t = pareto_fit(score, N, 0);
    assert_near(t.from, -2 * log(0.1), 0.01);
    assert_near(t.width, 2, 0.3);
    assert_near(t.shape, 0, 0.05);
    assert_near(pareto_probability(&t, pareto_score(&t, 1e-5)), 1e-5, 1e-9);
    assert_true(pareto_score(&t, 0.5) == t.from && pareto_probability(&t, 0) == t.share);
    struct pareto few = pareto_fit(score, 60, 0), same = pareto_fit((double[]){ 4, 4, 4, 4 }, 4, 0);
    assert_true(few.width > t.width && same.width <= 4e-9); /* as far as rounding does */
    assert_near(pareto_score(&same, 1e-6), 4, 1e-7);
    assert_true(pareto_probability(&same, 4.1) == 0 && pareto_probability(&same, nextafter(4, 5)) > 0.01);

    for (int i = 0; i < N; i++)
        score[i] = 1 - sqrt((i + 0.5) / N);
    struct pareto ends = pareto_fit(score, N, 0);
    assert_near(ends.shape, 0.5, 0.05);
    assert_near(pareto_score(&ends, 1e-9), 1, 0.1);
    assert_true(pareto_probability(&ends, 1.2) == 0);
}

/* Scores that are higher from some day on are told at first, and later are the usual ones. */
static void moved_scores(void **state)
{
    (void)state;
    enum { N = 3000 };
    static double score[N];
    struct alarm a;
    struct rng r;
    size_t told[5] = { 0 };
    rng_seed(&r, 3);
    alarm_init(&a, 1.0 / 1440, 1);
    for (int i = 0; i < N; i++)
        score[i] = rng_normal(&r);
    alarm_learn(&a, score, N);
    for (int i = 0; i < 5 * 1440; i++) {
        struct detector_verdict v = alarm_judge(&a, rng_normal(&r) + (i >= 1440 ? 5 : 0), 7);
        assert_true(v.cause == 7 && v.alarm == (v.alarm && v.probability < 1.0 / 1440));
        told[i / 1440] += v.alarm;
    }
    print_message("told a day: %zu, then %zu %zu %zu %zu\n", told[0], told[1], told[2], told[3], told[4]);
    assert_true(told[0] <= 4 && told[1] > 50 && told[3] <= 4 && told[4] <= 4);
    alarm_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(departure), cmocka_unit_test(quiet), cmocka_unit_test(quiet_after_few),
        cmocka_unit_test(refused), cmocka_unit_test(columns),
        cmocka_unit_test(tails), cmocka_unit_test(moved_scores),
    };
    return cmocka_run_group_tests_name("analyze/method/method", tests, NULL, NULL);
}
