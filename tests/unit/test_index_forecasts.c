/* Forecasts in the index: kept, due, scored, graded, forgotten. */
#include "index_sample.h"
#include "test.h"

#include <errno.h>

#define MINUTE INT64_C(60000)
#define STEPS 3

static const float points[4 * STEPS] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

static struct index_forecast forecast(const char *metric, int64_t made_ms)
{
    return (struct index_forecast){ .metric = metric, .model = "blend", .baseline = "last", .made_ms = made_ms,
                                    .step_s = 60, .skill = 0.25, .horizon = STEPS, .points = points };
}

struct seen {
    int n;
    int64_t number[8];
    struct index_grade grade;
    char metric[8][32];
};

static void note_due(void *self, const struct index_forecast *f)
{
    struct seen *s = self;
    assert_memory_equal(f->points, points, sizeof points);
    assert_true(f->horizon == STEPS && f->step_s == 60);
    assert_string_equal(f->model, "blend");
    snprintf(s->metric[s->n], sizeof s->metric[0], "%s", f->metric);
    s->number[s->n++] = f->n;
}

static void note_grade(void *self, const struct index_grade *g)
{
    struct seen *s = self;
    s->grade = *g;
    snprintf(s->metric[s->n++], sizeof s->metric[0], "%s", g->metric);
}

static void a_life(void **state)
{
    struct index *x = sample_open(*state, 0);
    struct index_forecast f[] = { forecast("cpu.util", SAMPLE_START), forecast("fs.util{/}", SAMPLE_START),
                                  forecast("cpu.util", SAMPLE_START + MINUTE) };
    f[1].skill = NAN;
    assert_int_equal(index_add_forecasts(x, f, 3), 3);

    struct seen s = { 0 };
    assert_int_equal(index_forecasts_due(x, SAMPLE_START + 3 * MINUTE - 1, 8, note_due, &s), 0);
    assert_int_equal(index_forecasts_due(x, SAMPLE_START + 3 * MINUTE, 8, note_due, &s), 2);
    assert_string_equal(s.metric[0], "cpu.util");
    assert_string_equal(s.metric[1], "fs.util{/}");

    struct index_score good = { .steps = 3, .error = 1, .naive_error = 2, .covered = 1 },
                       poor = { .steps = 1, .error = 5, .naive_error = 2, .covered = 0 }, none = { .steps = 0 };
    assert_int_equal(index_score_forecast(x, s.number[0], SAMPLE_START + 4 * MINUTE, &good), 0);
    assert_int_equal(index_score_forecast(x, s.number[1], SAMPLE_START + 4 * MINUTE, &none), 0);
    assert_int_equal(index_score_forecast(x, 999, SAMPLE_START, &good), -ENODATA);
    s = (struct seen){ 0 };
    assert_int_equal(index_forecasts_due(x, SAMPLE_START + 99 * MINUTE, 8, note_due, &s), 1);
    assert_int_equal(index_score_forecast(x, s.number[0], SAMPLE_START + 99 * MINUTE, &poor), 0);

    s = (struct seen){ 0 };
    assert_int_equal(index_grades(x, NULL, note_grade, &s), 1); /* of what nothing came there is no grade */
    assert_string_equal(s.metric[0], "cpu.util");
    assert_int_equal(s.grade.count, 2);
    assert_int_equal(s.grade.steps, 4);
    assert_true(s.grade.since_ms == SAMPLE_START);
    assert_near(s.grade.error, (3 * 1 + 5) / 4.0, 1e-12);
    assert_near(s.grade.naive_error, 2, 1e-12);
    assert_near(s.grade.covered, 0.75, 1e-12);
    s = (struct seen){ 0 };
    assert_int_equal(index_grades(x, "fs.util{/}", note_grade, &s), 0);
    index_close(x);
}

static void limits(void **state)
{
    struct index *x = sample_open(*state, 0);
    struct index_forecast f = forecast("cpu.util", SAMPLE_START);
    f.horizon = INDEX_FORECAST_STEPS + 1;
    assert_int_equal(index_add_forecasts(x, &f, 1), -EINVAL);
    f = forecast("cpu\nutil", SAMPLE_START);
    assert_int_equal(index_add_forecasts(x, &f, 1), -EINVAL);

    /* A month later it is forgotten. */
    f = forecast("cpu.util", SAMPLE_START);
    assert_int_equal(index_add_forecasts(x, &f, 1), 1);
    f.made_ms += INDEX_FORECAST_KEPT_MS + MINUTE;
    assert_int_equal(index_add_forecasts(x, &f, 1), 1);
    struct seen s = { 0 };
    assert_int_equal(index_forecasts_due(x, INT64_MAX / 4, 8, note_due, &s), 1);
    index_close(x);
}

/* However many there are, the database stays within its allowance: the oldest go. */
static void within_the_allowance(void **state)
{
    struct sample *sample = *state;
    struct index *x = sample_open(sample, INDEX_ALLOWANCE_MIN);
    static float many[4 * INDEX_FORECAST_STEPS];
    struct index_forecast f[32];
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 32; i++) {
            f[i] = forecast("cpu.util", SAMPLE_START + (round * 32 + i) * MINUTE);
            f[i].horizon = INDEX_FORECAST_STEPS;
            f[i].points = many;
        }
        assert_int_equal(index_add_forecasts(x, f, 32), 32);
    }
    struct index_stats st;
    assert_int_equal(index_stats(x, &st), 0);
    assert_true(st.database_bytes <= INDEX_ALLOWANCE_MIN);
    index_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_life, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(limits, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(within_the_allowance, sample_setup, sample_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
