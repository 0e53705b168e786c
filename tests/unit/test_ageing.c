/* test_ageing.c - ten weeks of a machine that ages, of a room that warms, of other work: only the first is told. */
#include "analyze/ageing/ageing.h"
#include "analyze/report.h"
#include "fake.h"
#include "test.h"

#include <string.h>

#define DAY 144
#define WEEKS 10
#define AROUND "platform-nct6775.656/nct6798/SYSTIN"

struct world {
    double ageing;      /* degrees at half load at the end */
    double room;        /* degrees by which the room warms */
    double load;        /* percent that the load rises by */
    double fan;         /* share by which the fan turns slower at the end */
    double wear;        /* percent of the battery */
    double errors;      /* of memory, in the last two weeks */
    double errors_ever; /* a week */
    bool alone;         /* there is no sensor of the surroundings */
    int weeks;
};

static void make_rows(struct recording *r, const struct world *w, struct rng *g)
{
    size_t n = r->n;
    double *util = fake_col(r, "cpu.util", NULL), *temp = fake_col(r, "cpu.temp", NULL);
    double *fan = fake_col(r, "sensor.fan", "cpu"), *wear = fake_col(r, "battery.wear", "BAT0");
    double *errors = fake_col(r, "memory.errors.corrected.rate", "mc0");
    double *around = w->alone ? NULL : fake_col(r, "sensor.temp", AROUND);
    double weather = 0;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / (double)n, hour = (double)(i % DAY) / DAY;
        if (i % DAY == 0)
            weather = 0.8 * weather + 0.7 * rng_normal(g);
        double load = 10 + w->load * t + 35 * (hour > 0.3 && hour < 0.8) * rng_unit(g) + 5 * rng_unit(g);
        double room = 22 + weather + w->room * t + 1.5 * sin(hour * 6.28);
        util[i] = load;
        temp[i] = room + 15 + (0.5 + w->ageing / 50 * t) * load + 0.5 * rng_normal(g);
        fan[i] = (800 + 15 * (temp[i] - 40)) * (1 - w->fan * t) + 10 * rng_normal(g);
        wear[i] = 10 + w->wear * t + 0.05 * rng_normal(g);
        errors[i] = w->errors_ever / (7 * DAY * AGEING_STEP_S);
        if (i + 10 * DAY >= n && i + 10 * DAY < n + (size_t)w->errors)
            errors[i] += 1 / AGEING_STEP_S;
        if (around)
            around[i] = room + 8 + 0.3 * rng_normal(g);
    }
}

static struct recording *make(const struct world *w, uint64_t seed)
{
    struct rng g;
    struct recording *r = fake_new(AGEING_STEP_S);
    fake_metric(r, "cpu.util", NULL, UNIT_PERCENT);
    fake_metric(r, "cpu.temp", NULL, UNIT_CELSIUS);
    fake_metric(r, "sensor.temp", "platform-coretemp.0/coretemp/Package id 0", UNIT_CELSIUS);
    fake_metric(r, "sensor.fan", "cpu", UNIT_RPM);
    fake_metric(r, "battery.wear", "BAT0", UNIT_PERCENT);
    fake_metric(r, "memory.errors.corrected.rate", "mc0", UNIT_PER_S);
    if (!w->alone)
        fake_metric(r, "sensor.temp", AROUND, UNIT_CELSIUS);
    fake_rows(r, (size_t)(w->weeks ? w->weeks : WEEKS) * 7 * DAY);
    rng_seed(&g, seed);
    make_rows(r, w, &g);
    return r;
}

static const struct ageing_item *item(const struct ageing *a, const char *begins)
{
    for (int i = 0; i < a->n; i++)
        if (strncmp(a->item[i].id, begins, strlen(begins)) == 0)
            return &a->item[i];
    return NULL;
}

static void find(const struct world *w, uint64_t seed, struct ageing *a, struct report *out)
{
    struct recording *r = make(w, seed);
    ageing_find(r, a);
    ageing_insights(a, out);
    for (int i = 0; i < a->n; i++) /* its names go with the recording */
        a->item[i].id = strcmp(a->item[i].id, "cpu.temp") == 0 ? "cpu.temp" : strncmp(a->item[i].id, "bat", 3) == 0 ?
            "battery" : strncmp(a->item[i].id, "mem", 3) == 0 ? "memory" : "fan";
    recording_free(r);
}

static enum ageing_verdict verdict(const struct world *w, uint64_t seed, const char *begins, size_t *insights)
{
    struct ageing a;
    struct report out = { 0 };
    find(w, seed, &a, &out);
    const struct ageing_item *i = item(&a, begins);
    if (!i)
        fail_msg("%s is not judged: %s", begins, a.reason);
    *insights = out.n_insights;
    free(out.insights);
    return i->verdict;
}

static void test_nothing_ages(void **state)
{
    (void)state;
    size_t insights, all = 0;
    for (uint64_t seed = 1; seed <= (TEST_SLOW ? 5 : 30); seed++) {
        assert_int_equal(verdict(&(struct world){ 0 }, seed, "cpu.temp", &insights), AGEING_STEADY);
        all += insights;
    }
    assert_int_equal(all, 0);
}

static void test_hotter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= (TEST_SLOW ? 2 : 10); seed++) {
        struct ageing a;
        struct report out = { 0 };
        find(&(struct world){ .ageing = 12, .room = 4 }, seed, &a, &out);
        const struct ageing_item *i = item(&a, "cpu.temp");
        assert_int_equal(i->verdict, AGEING_AGED);
        assert_true(i->change > 12.0 / 50 * i->lo * 0.8 && i->change < 12.0 / 50 * i->hi);
        assert_true(i->change_lo <= i->change && i->change <= i->change_hi);
        assert_int_equal(out.n_insights, 1);
        assert_non_null(strstr(out.insights->title, "The processor is "));
        assert_non_null(strstr(out.insights->title, " C hotter at "));
        assert_non_null(strstr(out.insights->title, "than around 2026-01-05"));
        assert_non_null(strstr(out.insights->advice, "Clean"));
        assert_true(out.insights->n_evidence == 2);
        free(out.insights);
    }
}

static void test_the_room(void **state)
{
    (void)state;
    size_t insights;
    int told = 0, seeds = TEST_SLOW ? 2 : 10;
    for (uint64_t seed = 1; seed <= (uint64_t)seeds; seed++) {
        enum ageing_verdict v = verdict(&(struct world){ .room = 9 }, seed, "cpu.temp", &insights);
        assert_int_not_equal(v, AGEING_AGED);
        told += v == AGEING_ROOM; /* the weather may hide it */
        assert_int_equal(insights, 0);
        /* without another sensor the same one at idle tells */
        assert_int_not_equal(verdict(&(struct world){ .room = 9, .alone = true }, seed, "cpu.temp", &insights),
                             AGEING_AGED);
        assert_int_equal(insights, 0);
    }
    assert_true(told >= seeds / 2);
}

static void test_other_work(void **state)
{
    (void)state;
    size_t insights;
    for (uint64_t seed = 1; seed <= (TEST_SLOW ? 2 : 10); seed++) {
        assert_int_equal(verdict(&(struct world){ .load = 40 }, seed, "cpu.temp", &insights), AGEING_STEADY);
        assert_int_equal(insights, 0);
    }
}

static void test_fan_battery_memory(void **state)
{
    (void)state;
    size_t insights;
    assert_int_equal(verdict(&(struct world){ .fan = 0.25 }, 1, "fan", &insights), AGEING_AGED);
    assert_int_equal(verdict(&(struct world){ .fan = 0.03 }, 1, "fan", &insights), AGEING_STEADY);
    assert_int_equal(verdict(&(struct world){ .wear = 4 }, 1, "battery", &insights), AGEING_AGED);
    assert_int_equal(verdict(&(struct world){ .wear = 1 }, 1, "battery", &insights), AGEING_STEADY);
    assert_int_equal(verdict(&(struct world){ .errors = 12 }, 1, "memory", &insights), AGEING_AGED);
    assert_int_equal(insights, 1);
    assert_int_equal(verdict(&(struct world){ .errors = 2 }, 1, "memory", &insights), AGEING_STEADY);
    /* as many as ever */
    assert_int_equal(verdict(&(struct world){ .errors_ever = 20 }, 1, "memory", &insights), AGEING_STEADY);
}

static void test_too_short(void **state)
{
    (void)state;
    struct ageing a;
    struct report out = { 0 };
    struct recording *r = make(&(struct world){ .ageing = 30, .weeks = 2 }, 1);
    ageing_find(r, &a);
    assert_int_equal(a.n, 0);
    assert_non_null(strstr(a.reason, "weeks"));
    recording_free(r);
    r = fake_new(AGEING_STEP_S);
    ageing_find(r, &a);
    assert_true(*a.reason);
    ageing_insights(&a, &out);
    assert_int_equal(out.n_insights, 0);
    recording_free(r);
    r = fake_new(AGEING_STEP_S); /* weeks of which nothing is known */
    fake_metric(r, "cpu.util", NULL, UNIT_PERCENT);
    fake_metric(r, "cpu.temp", NULL, UNIT_CELSIUS);
    fake_rows(r, 30 * DAY);
    ageing_find(r, &a);
    assert_int_equal(a.n, 0);
    assert_true(*a.reason);
    recording_free(r);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_nothing_ages), cmocka_unit_test(test_hotter), cmocka_unit_test(test_the_room),
    cmocka_unit_test(test_other_work), cmocka_unit_test(test_fan_battery_memory), cmocka_unit_test(test_too_short),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
