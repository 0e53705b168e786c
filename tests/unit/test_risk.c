/*
 * The risk of an episode: closed forms, and against what really comes, of simulated machines: better than the base rate
 * where there is something to know, no worse where there is nothing, and as likely as it says.
 */
#include "test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "learn/forecast/risk.h"

#include <errno.h>

#define DAY 86400.0
#define STEPS 24
#define EPISODES 4000

static double exponential(struct rng *r, double mean)
{
    return -mean * log(1 - rng_unit(r));
}

/* A machine: its own episodes, five times as many in four hours of the day, each bringing others. */
struct machine {
    double per_day, hours, share, last;
};

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t simulate(const struct machine *m, double days, uint64_t seed, double *start)
{
    struct rng r;
    size_t n = 0;
    double most = m->per_day * (1 - m->share) * (m->hours > 1 ? m->hours : 1);
    rng_seed(&r, seed);
    for (double t = 0; (t += exponential(&r, DAY / most)) < days * DAY && n < EPISODES;) {
        double hour = fmod(t, DAY) / 3600, factor = hour >= 9 && hour < 13 ? m->hours : 1;
        double level = 24 / (20 + 4 * m->hours);
        if (rng_unit(&r) < factor * level / (m->hours > 1 ? m->hours : 1))
            start[n++] = t;
    }
    for (size_t i = 0; i < n; i++) /* those that are brought bring others in turn */
        for (double of = exponential(&r, 1); of < m->share && n < EPISODES; of += exponential(&r, 1)) {
            double t = start[i] + exponential(&r, m->last);
            if (t < days * DAY)
                start[n++] = t;
        }
    qsort(start, n, sizeof *start, by_time);
    return n;
}

struct scores {
    double risk, climate;   /* Brier scores */
    double said[10], came[10];
    int count[10];
};

/* 30 days are seen, the day after is foretold by the hour; from its start, and from each of its hours. */
static void score(const struct machine *m, int machines, struct scores *s)
{
    static double start[EPISODES];
    int cases = 0;
    *s = (struct scores){ 0 };
    for (int k = 0; k < machines; k++) {
        size_t n = simulate(m, 32, (uint64_t)k + 1, start), seen = 0;
        for (int h = 0; h < STEPS; h++) {
            double now = 30 * DAY + h * 3600, p[STEPS];
            while (seen < n && start[seen] <= now)
                seen++;
            struct risk_options o = { .step_s = 3600, .horizon = STEPS };
            assert_int_equal(risk_make(start, seen, 0, now, &o, p), 0);
            double base = 1 - exp(-(double)seen / now * 3600);
            for (int i = 0; i < STEPS; i += 3, cases++) {
                double from = now + i * 3600;
                int came = 0;
                for (size_t e = seen; e < n; e++)
                    came |= start[e] > from && start[e] <= from + 3600;
                s->risk += (p[i] - came) * (p[i] - came);
                s->climate += (base - came) * (base - came);
                int bin = p[i] >= 1 ? 9 : (int)(p[i] * 10);
                s->said[bin] += p[i];
                s->came[bin] += came;
                s->count[bin]++;
            }
        }
    }
    s->risk /= cases;
    s->climate /= cases;
}

/* As likely as it says: over all cases, and on average within a few points. */
static void reliable(const struct scores *s, const char *what)
{
    double off = 0, all = 0, said_all = 0, came_all = 0;
    printf("# %s: Brier %.4f, base rate %.4f, skill %.3f\n", what, s->risk, s->climate, 1 - s->risk / s->climate);
    for (int b = 0; b < 10; b++) {
        double said = s->said[b] / s->count[b], came = s->came[b] / s->count[b];
        if (!s->count[b])
            continue;
        printf("#   said %.2f, came %.2f, of %d\n", said, came, s->count[b]);
        off += fabs(s->said[b] - s->came[b]);
        said_all += s->said[b];
        came_all += s->came[b];
        all += s->count[b];
    }
    assert_true(off / all < 0.05);
    assert_true(fabs(said_all - came_all) / all < (TEST_SLOW ? 0.03 : 0.015)); /* a fifth of the machines */
}

static void knows_hours_and_clusters(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct machine m;
        double skill;
    } cases[] = {
        { "hours", { 6, 5, 0, 3600 }, 0.02 },
        { "clusters", { 6, 1, 0.6, 1800 }, 0.02 },
        { "hours and clusters", { 6, 5, 0.5, 3600 }, 0.03 },
    };
    int machines = TEST_SLOW ? 20 : 100;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scores s;
        score(&cases[i].m, machines, &s);
        reliable(&s, cases[i].what);
        assert_true(s.risk < s.climate * (1 - cases[i].skill));
    }
}

static void makes_nothing_of_chance(void **state)
{
    (void)state;
    struct scores s;
    score(&(struct machine){ 4, 1, 0, 3600 }, TEST_SLOW ? 20 : 100, &s);
    reliable(&s, "chance");
    assert_true(s.risk < s.climate * 1.005);
}

/* Nothing known: the budget's rate. A day without any: half of that. */
static void closed_forms(void **state)
{
    (void)state;
    double p[STEPS];
    struct risk_options o = { .step_s = 3600, .horizon = STEPS };
    assert_int_equal(risk_make(NULL, 0, 1e9, 1e9, &o, p), 0);
    for (int i = 0; i < STEPS; i++)
        assert_near(p[i], 1 - exp(-1.0 / 24), 0.005);
    assert_int_equal(risk_make(NULL, 0, 1e9, 1e9 + DAY, &o, p), 0);
    assert_near(p[STEPS - 1], 1 - exp(-0.5 / 24), 0.003);
    o.per_day = 24;
    assert_int_equal(risk_make(NULL, 0, 1e9, 1e9, &o, p), 0);
    assert_near(p[STEPS - 1], 1 - exp(-1.0), 0.1);

    assert_int_equal(risk_level_of(0.6, 3600), RISK_LEVEL_HIGH);
    assert_int_equal(risk_level_of(0.2, 3600), RISK_LEVEL_MEDIUM);
    assert_int_equal(risk_level_of(0.01, 3600), RISK_LEVEL_LOW);
    assert_int_equal(risk_level_of(0.01, 60), RISK_LEVEL_MEDIUM); /* 45 % an hour */
    assert_string_equal(risk_level_name(RISK_LEVEL_MEDIUM), "medium");
}

static void edges(void **state)
{
    (void)state;
    double p[4], t[3] = { 5, 5, 5 };
    struct risk_options o = { .step_s = 1, .horizon = 4 };
    assert_int_equal(risk_make(t, 3, 5, 5, &o, p), 0);
    for (int i = 0; i < 4; i++)
        assert_true(p[i] >= 0 && p[i] <= 1);
    t[2] = 4;
    assert_int_equal(risk_make(t, 3, 0, 9, &o, p), -EINVAL);
    assert_int_equal(risk_make(t, 1, 6, 9, &o, p), -EINVAL);
    assert_int_equal(risk_make(t, 1, 0, 4, &o, p), -EINVAL);
    assert_int_equal(risk_make(t, 1, 0, NAN, &o, p), -EINVAL);
    o.step_s = 0;
    assert_int_equal(risk_make(t, 1, 0, 9, &o, p), -EINVAL);

    double *many = mem_new(5000 * sizeof *many);
    for (int i = 0; i < 5000; i++)
        many[i] = i * 60.0;
    o.step_s = 3600;
    assert_int_equal(risk_make(many, 5000, 0, 300000, &o, p), 0);
    assert_true(p[0] > 0.99);
    mem_free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(knows_hours_and_clusters),
        cmocka_unit_test(makes_nothing_of_chance),
        cmocka_unit_test(edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
