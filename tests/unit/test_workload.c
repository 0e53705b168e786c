/*
 * test_workload.c - kinds of work by hardware metrics: evidence, prototypes, doubt, and no flapping.
 *
 * Machines with graphics processors are made up here: the machine that the classifier was measured on has none, so
 * gaming, training, modelling and design are synthetic, by what the files of the categories say.
 */
#include "analyze/workload/workload.h"
#include "analyze/workload/workload_features.h"
#include "analyze/workload/workload_model.h"
#include "base/auto.h"
#include "fake.h"
#include "learn/classes.h"
#include "test.h"

#include <errno.h>
#include <string.h>

static const struct workload_options usual = { .threshold = 0.6, .update_s = 30, .step_s = 1 };

#define MARGIN 0.25 /* of a value, as noise */

struct level {
    const char *metric, *inst;
    double value;
};

/* A machine with two graphics processors, the second one asleep, for n seconds. */
static struct recording *machine(size_t n, const struct level *of, uint64_t seed)
{
    static const struct level rest[] = {
        { "cpu.util", NULL, 0.5 }, { "cpu.system", NULL, 0.2 }, { "memory.util", NULL, 30 },
        { "disk.write.rate", "total", 1e3 }, { "disk.read.rate", "total", 0 }, { "disk.util", "total", 0.1 },
        { "net.recv.rate", "total", 100 }, { "process.forks.rate", NULL, 0.1 }, { "memory.faults.rate", NULL, 50 },
        { "gpu.util", "0", 0 }, { "gpu.util", "1", 0 }, { "gpu.vram.util", "0", 5 }, { "gpu.encoder.util", "0", 0 },
        { "gpu.processes.compute", "0", 0 },
    };
    struct recording *r = fake_new(1);
    struct rng g;
    rng_seed(&g, seed);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        fake_metric(r, rest[i].metric, rest[i].inst, UNIT_NONE);
    fake_rows(r, n);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        double level = rest[i].value, *x = fake_col(r, rest[i].metric, rest[i].inst);
        for (const struct level *l = of; l && l->metric; l++)
            if (strcmp(l->metric, rest[i].metric) == 0 && (!l->inst || strcmp(l->inst, rest[i].inst) == 0))
                level = l->value;
        bool whole = strcmp(rest[i].metric, "gpu.processes.compute") == 0;
        for (size_t row = 0; row < n; row++)
            x[row] = whole ? level : fmax(level * (1 + MARGIN / 2 * rng_normal(&g)), 0);
    }
    return r;
}

static struct workload_summary judge(const struct recording *r, const struct workload_set *s,
                                     const struct workload_options *o)
{
    struct workload_summary sum;
    workload_judge(r, s, o, NULL, NULL, &sum);
    double all = 0;
    for (int k = 0; k < sum.n_scores; k++) {
        assert_true(sum.scores[k] >= 0 && sum.scores[k] <= 1);
        all += sum.scores[k];
    }
    assert_true(all <= 1 + 1e-9 && sum.confidence >= 0 && sum.confidence <= 1);
    assert_true(sum.category >= 0 ? !*sum.reason : *sum.reason != '\0');
    return sum;
}

static void test_synthetic_graphics(void **state)
{
    (void)state;
    static const struct { const char *want; struct level of[8]; } cases[] = {
        { "gaming", { { "gpu.util", "0", 85 }, { "cpu.util", NULL, 50 }, { "gpu.vram.util", "0", 60 } } },
        { "ai_training", { { "gpu.util", "0", 97 }, { "cpu.util", NULL, 30 }, { "gpu.vram.util", "0", 85 },
                           { "gpu.processes.compute", "0", 1 } } },
        { "cad_3d_modeling", { { "gpu.util", "0", 50 }, { "cpu.util", NULL, 70 }, { "memory.util", NULL, 70 } } },
        { "graphics_design", { { "gpu.util", "0", 25 }, { "cpu.util", NULL, 24 }, { "memory.util", NULL, 60 } } },
    };
    struct workload_set *s = workload_set_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            struct recording *r = machine(120, cases[i].of, seed);
            if (strcmp(cases[i].want, "graphics_design") == 0) /* in bursts */
                for (size_t row = 0; row < r->n; row++)
                    fake_col(r, "cpu.util", NULL)[row] *= row % 20 < 10 ? 0.3 : 1.7;
            struct workload_summary sum = judge(r, s, &usual);
            if (strcmp(workload_name(s, sum.category), cases[i].want) != 0)
                fail_msg("%s instead of %s: %s", workload_name(s, sum.category), cases[i].want, sum.reason);
            assert_int_equal(sum.changes, 0);
            assert_non_null(strstr(sum.why, "gpu.util"));
            workload_summary_done(&sum);
            recording_free(r);
        }
    workload_set_free(s);
}

static void test_rest_is_idle(void **state)
{
    (void)state;
    struct workload_set *s = workload_set_new();
    struct recording *r = machine(90, NULL, 1);
    struct workload_summary sum = judge(r, s, &usual);
    assert_string_equal(workload_name(s, sum.category), "idle");
    workload_summary_done(&sum);
    recording_free(r);
    workload_set_free(s);
}

static void test_too_little(void **state)
{
    (void)state;
    struct workload_set *s = workload_set_new();
    for (size_t n = 1; n <= 19; n += 6) {
        struct recording *r = machine(n, NULL, 1);
        struct workload_summary sum = judge(r, s, &usual);
        assert_int_equal(sum.category, WORKLOAD_UNKNOWN);
        assert_string_equal(sum.reason, "needs at least 20 s of samples");
        assert_int_equal(sum.n_shares, 0);
        workload_summary_done(&sum);
        recording_free(r);
    }
    workload_set_free(s);
}

static void test_nothing_known(void **state)
{
    (void)state;
    static const double values[] = { NAN, INFINITY, 1e308, -1e308 };
    struct workload_set *s = workload_set_new();
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct recording *r = machine(90, NULL, 1);
        for (int slot = 0; slot < r->n_cols; slot++)
            for (size_t row = 0; row < r->n; row++)
                r->col[slot][row] = values[i];
        struct workload_summary sum = judge(r, s, &usual);
        assert_int_equal(sum.category, WORKLOAD_UNKNOWN);
        assert_true(isfinite(sum.confidence));
        workload_summary_done(&sum);
        recording_free(r);
    }
    workload_set_free(s);
}

/* ---- over time ---- */

struct told {
    int n, category[400];
    double confidence[400];
};

static void tell(void *self, const struct workload_answer *a, const struct workload *w)
{
    struct told *t = self;
    (void)w;
    assert_true(isfinite(a->confidence) && a->confidence >= 0 && a->confidence <= 1);
    t->confidence[t->n] = a->confidence;
    t->category[t->n++] = a->category;
}

static struct told told_of(const struct recording *r, const struct workload_set *s, const struct workload_options *o)
{
    struct told t = { 0 };
    struct workload_summary sum;
    workload_judge(r, s, o, tell, &t, &sum);
    workload_summary_done(&sum);
    return t;
}

static struct workload_set *two_kinds(void)
{
    static const char calm[] = "name: calm\nevidence:\n  - [cpu.util, below, 20, 1, required]\n";
    static const char hot[] = "name: hot\nevidence:\n  - [cpu.util, above, 60, 1, required]\n";
    struct workload_set *s = workload_set_new();
    auto_buf struct buf why = { 0 };
    assert_int_equal(workload_set_add(s, 1, "calm", calm, strlen(calm), &why), 0);
    assert_int_equal(workload_set_add(s, 1, "hot", hot, strlen(hot), &why), 0);
    workload_set_keep(s, NULL, 0);
    assert_int_equal(workload_set_size(s), 2);
    return s;
}

static void test_no_flapping(void **state)
{
    (void)state;
    struct workload_set *s = two_kinds();
    struct recording *r = machine(600, NULL, 1);
    fake_set(r, "cpu.util", 0, 600, 5);
    fake_set(r, "cpu.util", 200, 215, 95);   /* too short to be an answer */
    fake_set(r, "cpu.util", 300, 600, 95);   /* stays */
    struct told t = told_of(r, s, &usual);
    int calm = workload_set_find(s, "calm"), hot = workload_set_find(s, "hot"), changes = 0;
    assert_int_equal(t.n, 20);
    for (int i = 0; i < 11; i++)
        assert_int_equal(t.category[i], calm);
    for (int i = 15; i < t.n; i++)
        assert_int_equal(t.category[i], hot);
    for (int i = 1; i < t.n; i++)
        changes += t.category[i] != t.category[i - 1];
    assert_in_range(changes, 1, 2); /* perhaps unknown between */
    for (int i = 0; i < t.n; i++)
        if (t.category[i] >= 0)
            assert_true(t.confidence[i] >= 0.6);
    recording_free(r);

    /* Forty seconds are no answer, three minutes are, and the update interval makes no difference. */
    static const double interval_s[] = { 10, 20, 30 };
    for (size_t k = 0; k < sizeof interval_s / sizeof *interval_s; k++) {
        struct workload_options o = { .threshold = 0.6, .update_s = interval_s[k], .step_s = 1 };
        r = machine(900, NULL, 3);
        fake_set(r, "cpu.util", 0, 900, 95);
        fake_set(r, "cpu.util", 300, 340, 5);
        fake_set(r, "cpu.util", 600, 780, 5);
        t = told_of(r, s, &o);
        for (int i = 0; i < t.n; i++) {
            double at_s = (i + 1) * interval_s[k];
            if (at_s <= 600)
                assert_int_equal(t.category[i], hot);
            if (at_s > 730 && at_s <= 780)
                assert_int_equal(t.category[i], calm);
        }
        recording_free(r);
    }

    /* A machine that goes to and fro every 20 s has one answer at most, or none, but does not flap. */
    r = machine(1800, NULL, 2);
    for (size_t i = 0; i < 1800; i++)
        fake_col(r, "cpu.util", NULL)[i] = i / 20 % 2 ? 95 : 5;
    t = told_of(r, s, &usual);
    changes = 0;
    for (int i = 1; i < t.n; i++)
        changes += t.category[i] != t.category[i - 1];
    assert_in_range(changes, 0, 1);
    recording_free(r);
    workload_set_free(s);
}

/* Whatever a machine does, a category is as certain as was asked for, and a doubt does not speak of more than that. */
static void doubts_less(void *self, const struct workload_answer *a, const struct workload *w)
{
    int *answers = self;
    double said = 0, asked = 0;
    const char *but = strstr(a->reason, "but only to ");
    (void)w;
    if (a->category >= 0)
        assert_true(a->confidence >= 0.6);
    if (but) {
        assert_int_equal(sscanf(but, "but only to %lf %%, and %lf %% are", &said, &asked), 2);
        assert_true(said <= asked);
    }
    answers[a->category >= 0 ? 0 : 1]++;
}

static void test_certain_enough(void **state)
{
    (void)state;
    static const double busy[] = { 5, 20, 30, 45, 50, 55, 60, 95 };
    struct workload_set *s = two_kinds();
    int answers[2] = { 0 };
    struct rng g;
    rng_seed(&g, 4);
    struct recording *r = machine(20000, NULL, 4);
    for (size_t from = 0; from < r->n;) {
        size_t to = from + 20 + rng_below(&g, 200);
        fake_set(r, "cpu.util", from, to < r->n ? to : r->n, busy[rng_below(&g, 8)]);
        from = to;
    }
    for (double update_s = 10; update_s < 100; update_s += 20) {
        struct workload_options o = { .threshold = 0.6, .update_s = update_s, .step_s = 1 };
        struct workload_summary sum;
        workload_judge(r, s, &o, doubts_less, answers, &sum);
        assert_in_range(sum.changes, 5, 200); /* it has something to say */
        workload_summary_done(&sum);
    }
    assert_true(answers[0] > 100 && answers[1] > 100);
    recording_free(r);
    workload_set_free(s);
}

/* With a row a minute a window is ten of them: a row is a tenth of what there is to know, not all of it. */
static void test_slow_rows(void **state)
{
    (void)state;
    struct workload_set *s = two_kinds();
    struct recording *r = machine(120, NULL, 1);
    for (size_t i = 0; i < r->n; i++) {
        r->wall_ms[i] = r->wall_ms[0] + (int64_t)i * 60000;
        r->mono_ns[i] = r->mono_ns[0] + (int64_t)i * INT64_C(60000000000);
    }
    fake_set(r, "cpu.util", 0, 120, 95);
    fake_set(r, "cpu.util", 40, 47, 5);
    fake_set(r, "cpu.util", 80, 120, 5);
    struct workload_options o = { .threshold = 0.6, .update_s = 60, .step_s = 60 };
    struct told t = told_of(r, s, &o);
    int hot = workload_set_find(s, "hot"), calm = workload_set_find(s, "calm"), changes = 0;
    for (int i = 1; i < t.n; i++)
        changes += t.category[i] != t.category[i - 1];
    assert_int_equal(t.category[t.n - 60], hot);
    assert_int_equal(t.category[t.n - 1], calm);
    assert_in_range(changes, 1, 2); /* hot, perhaps a doubt, calm */
    recording_free(r);
    workload_set_free(s);
}

/* Two who share it for a while, in a session that was mostly like nothing: the reason is that of the most. */
static void test_reason_of_the_most(void **state)
{
    (void)state;
    struct workload_set *s = two_kinds();
    struct workload_tally *t = workload_tally_new(s, 0);
    double scores[2] = { 0.1, 0.1 };
    struct workload_answer a = { .category = WORKLOAD_UNKNOWN, .confidence = 0.9, .scores = scores, .update_s = 30 };
    for (int i = 1; i <= 10; i++) {
        a.wall_ms = i * 30000;
        a.category = i > 7 ? WORKLOAD_MIXED : WORKLOAD_UNKNOWN;
        snprintf(a.reason, sizeof a.reason, "%s", i > 7 ? "two at once" : "like none");
        workload_tally_add(t, &a);
    }
    struct workload_summary sum;
    workload_tally_read(t, &sum);
    assert_int_equal(sum.category, WORKLOAD_UNKNOWN);
    assert_string_equal(sum.reason, "like none");
    workload_summary_done(&sum);
    workload_tally_free(t);
    workload_set_free(s);
}

static void test_gap_begins_anew(void **state)
{
    (void)state;
    struct workload_set *s = two_kinds();
    struct recording *r = machine(200, NULL, 1);
    fake_set(r, "cpu.util", 0, 100, 5);
    fake_set(r, "cpu.util", 100, 200, 95);
    for (size_t i = 100; i < 200; i++) {
        r->wall_ms[i] += 3600 * 1000;
        r->mono_ns[i] += 3600 * INT64_C(1000000000);
    }
    struct told t = told_of(r, s, &usual);
    int hot = workload_set_find(s, "hot");
    assert_int_equal(t.category[t.n - 1], hot); /* at once, without calm standing in the way */
    for (int i = 3; i < t.n; i++)
        assert_int_equal(t.category[i], hot);
    recording_free(r);
    workload_set_free(s);
}

static void test_threshold_and_mixture(void **state)
{
    (void)state;
    static const char one[] = "name: one\nevidence:\n  - [cpu.util, above, 60, 1]\n";
    static const char two[] = "name: two\nevidence:\n  - [cpu.util, above, 65, 1]\n";
    struct workload_set *s = workload_set_new();
    auto_buf struct buf why = { 0 };
    workload_set_add(s, 1, "one", one, strlen(one), &why);
    workload_set_add(s, 1, "two", two, strlen(two), &why);
    workload_set_keep(s, NULL, 0);
    struct recording *r = machine(90, NULL, 1);
    fake_set(r, "cpu.util", 0, 90, 90);
    struct workload_summary sum = judge(r, s, &usual);
    assert_int_equal(sum.category, WORKLOAD_MIXED);
    assert_non_null(strstr(sum.reason, "one (50 %) and two (50 %)"));
    workload_summary_done(&sum);
    sum = judge(r, s, &(struct workload_options){ .threshold = 0.3, .update_s = 30, .step_s = 1 });
    assert_true(sum.category >= 0);
    workload_summary_done(&sum);
    fake_set(r, "cpu.util", 0, 90, 50); /* two thirds of what `one` wants, and less of `two` */
    sum = judge(r, s, &usual);
    assert_int_equal(sum.category, WORKLOAD_UNKNOWN);
    assert_non_null(strstr(sum.reason, "most likely one, but only to"));
    workload_summary_done(&sum);
    recording_free(r);
    workload_set_free(s);
}

/* Ten minutes of each: neither is most of it. */
static void test_a_day_of_two_kinds_is_mixed(void **state)
{
    (void)state;
    struct workload_set *s = two_kinds();
    struct recording *r = machine(1200, NULL, 1);
    fake_set(r, "cpu.util", 0, 600, 5);
    fake_set(r, "cpu.util", 600, 1200, 95);
    struct workload_summary sum = judge(r, s, &usual);
    assert_int_equal(sum.category, WORKLOAD_MIXED);
    assert_non_null(strstr(sum.reason, "calm 5"));
    assert_non_null(strstr(sum.reason, "hot 4"));
    workload_summary_done(&sum);
    recording_free(r);
    workload_set_free(s);
}

/* ---- what is added ---- */

static void test_own_categories(void **state)
{
    (void)state;
    static const char own[] = "name: idle\nhelp: mine\nevidence:\n  - [room.temp, above, 40, 1]\n";
    struct workload_set *s = workload_set_new();
    auto_buf struct buf why = { 0 };
    int n = workload_set_size(s);
    const char *name = NULL;
    assert_int_equal(n, 10);
    assert_int_equal(workload_builtin(0, &name), 0);
    assert_string_equal(name, "gaming");
    assert_int_equal(workload_builtin(10, &name), -ENOENT);
    assert_int_equal(workload_set_add(s, 1, "f", own, strlen(own), &why), 0);
    assert_int_equal(workload_set_size(s), n);
    assert_string_equal(workload_set_at(s, workload_set_find(s, "idle"))->help, "mine");
    assert_int_equal(workload_set_add(s, 1, "bad.yaml", "name: 1 2\n", 10, &why), -EINVAL);
    assert_non_null(strstr(why.p, "bad.yaml:1:7"));
    for (int i = 0; i < WORKLOAD_CATEGORIES; i++) {
        char text[80];
        int len = snprintf(text, sizeof text, "name: c%d\nevidence:\n  - [cpu.util, above, 1, 1]\n", i);
        assert_int_equal(workload_set_add(s, 1, "f", text, (size_t)len, &why),
                         n + i < WORKLOAD_CATEGORIES ? 0 : -E2BIG);
    }
    static const char *const keep[] = { "gaming", "web_browsing" };
    workload_set_keep(s, keep, 2);
    assert_true(workload_set_find(s, "gaming") >= 0 && workload_set_find(s, "idle") >= 0);
    assert_int_equal(workload_set_find(s, "video_editing"), -ENOENT);
    workload_set_free(s);
}

static void put_prototype(struct buf *out, const char *category, double cpu)
{
    buf_printf(out, "  - [%s, \"%s\"", category, "session_1");
    for (int j = 0; j < workload_features(); j++)
        buf_printf(out, ", %g", j < 3 ? asinh(cpu / 2) : 0.0);
    buf_puts(out, "]\n");
}

static void put_features(struct buf *out)
{
    buf_puts(out, "features: [");
    for (int j = 0; j < workload_features(); j++)
        buf_printf(out, "%s%s", j ? ", " : "", workload_feature_name(j));
    buf_puts(out, "]\n");
}

static void test_model_there_and_back(void **state)
{
    (void)state;
    auto_buf struct buf text = { 0 }, again = { 0 }, why = { 0 };
    struct workload_model m;
    put_features(&text);
    buf_puts(&text, "scale: [");
    for (int j = 0; j < workload_features(); j++)
        buf_printf(&text, "%s%g", j ? ", " : "", 0.5 + j);
    buf_puts(&text, "]\nsharpness: 6.5\nreach: 1.25\nprototypes:\n");
    put_prototype(&text, "web_browsing", 40);
    put_prototype(&text, "unknown", 100);
    assert_int_equal(workload_model_parse("m", text.p, text.n, &m, &why), 0);
    assert_true(m.tuned);
    assert_int_equal(m.n, 2);
    assert_string_equal(m.prototype[1].category, "unknown");
    assert_near(m.prototype[0].point[0], asinh(20), 1e-4);
    m.prototype[0].point[3] = NAN;
    workload_model_put(&m, &again);
    workload_model_done(&m);
    assert_int_equal(workload_model_parse("m", again.p, again.n, &m, &why), 0);
    assert_nan(m.prototype[0].point[3]);
    assert_near(m.scale[2], 2.5, 1e-9);
    assert_near(m.reach, 1.25, 1e-9);
    workload_model_done(&m);
}

static void test_bad_models(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } bad[] = {
        { "features: []\n", "1 to 64 names" },
        { "scale: [1]\n", "a number for each of the features" },
        { "features: [cpu]\nscale: [0]\n", "a scale is a number above 0" },
        { "features: [cpu]\nsharpness: -1\n", "sharpness is a number above 0" },
        { "features: [cpu]\nreach: 1e9\n", "reach is a number above 0" },
        { "prototypes: [[idle, x, 1]]\n", "a prototype is a list" },
        { "features: [cpu]\nprototypes: [[idle, x]]\n", "a prototype is a list" },
        { "features: [cpu]\nprototypes: [[idle, x, 1e300]]\n", "a value is a number below 1e6" },
        { "features: [cpu]\nprototypes: [[idle, x, [1]]]\n", "a value is a number below 1e6" },
        { "features: [cpu]\nprototypes: [[[idle], x, 1]]\n", "a category is a text" },
        { "features: [cpu]\nprototypes: 7\n", "prototypes is a list" },
        { "what: 7\n", "there is no such key" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        auto_buf struct buf why = { 0 };
        struct workload_model m;
        assert_int_equal(workload_model_parse("m", bad[i].text, strlen(bad[i].text), &m, &why), -EINVAL);
        if (!strstr(buf_text(&why), bad[i].says))
            fail_msg("'%s' instead of '%s'", buf_text(&why), bad[i].says);
    }
}

/* A machine with every metric that the learnt part looks at, all at one level with noise. */
static struct recording *whole_machine(size_t n, double level, uint64_t seed)
{
    struct recording *r = fake_new(1);
    struct rng g;
    rng_seed(&g, seed);
    for (int j = 0; j < workload_features(); j++) {
        char family[SCHEMA_MAX_NAME];
        snprintf(family, sizeof family, "%s", workload_feature_metric(j));
        char *brace = strchr(family, '{');
        bool core = strcmp(family, "cpu.core.util") == 0;
        if (brace)
            *brace = '\0';
        if (schema_find(r->schema, family, brace ? "total" : core ? "0" : NULL) < 0 && strncmp(family, "gpu", 3) != 0)
            fake_metric(r, family, brace ? "total" : core ? "0" : NULL, UNIT_NONE);
    }
    fake_metric(r, "cpu.core.util", "1", UNIT_NONE);
    fake_rows(r, n);
    for (int slot = 0; slot < r->n_cols; slot++)
        for (size_t i = 0; i < n; i++)
            r->col[slot][i] = fmax(level * (1 + 0.1 * rng_normal(&g)), 0);
    return r;
}

static void features_of(const struct recording *r, const struct workload_set *s, double *out)
{
    struct workload *w = workload_new(s, &usual);
    double row[64];
    assert_false(workload_seen(w, out));
    for (size_t i = 0; i < r->n; i++) {
        for (int j = 0; j < r->n_cols; j++)
            row[j] = r->col[j][i];
        workload_tick(w, r->schema, r->wall_ms[i], r->mono_ns[i], row, r->n_cols);
    }
    assert_true(workload_seen(w, out));
    workload_free(w);
}

/* What a person labelled counts from then on, also for a kind that the program was never shown; and no further than
 * what is like it. */
static void test_learns_from_labelled(void **state)
{
    (void)state;
    struct workload_set *s = workload_set_new();
    struct recording *r = whole_machine(120, 40, 1), *other = whole_machine(120, 41, 2);
    struct recording *far = whole_machine(120, 2, 3);
    struct workload_summary sum = judge(r, s, &usual);
    assert_string_not_equal(workload_name(s, sum.category), "graphics_design");
    workload_summary_done(&sum);

    double x[CLASSES_MAX_DIM];
    auto_buf struct buf text = { 0 }, why = { 0 };
    features_of(r, s, x);
    put_features(&text);
    buf_puts(&text, "scale: [");
    for (int j = 0; j < workload_features(); j++)
        buf_puts(&text, j ? ", 0.6" : "0.6");
    buf_puts(&text, "]\nsharpness: 10\nreach: 1.3\nprototypes:\n  - [graphics_design, mine");
    for (int j = 0; j < workload_features(); j++) {
        assert_true(isfinite(x[j]));
        buf_printf(&text, ", %.6g", x[j]);
    }
    buf_puts(&text, "]\n  - [no_such_category, mine");
    for (int j = 0; j < workload_features(); j++)
        buf_puts(&text, ", 0");
    buf_puts(&text, "]\n");
    assert_int_equal(workload_set_learnt(s, "m", text.p, text.n, &why), 0);
    sum = judge(other, s, &usual);
    assert_string_equal(workload_name(s, sum.category), "graphics_design");
    workload_summary_done(&sum);
    sum = judge(far, s, &usual);
    assert_string_not_equal(workload_name(s, sum.category), "graphics_design");
    workload_summary_done(&sum);
    recording_free(r);
    recording_free(other);
    recording_free(far);
    workload_set_free(s);
}

/* SYNTHETIC: as an encoder was seen to be, with all that the learnt part looks at; and the same beside a busy graphics
 * processor, which is like nothing that was learnt: then evidence speaks. */
static void test_graphics_beside_what_was_learnt(void **state)
{
    (void)state;
    static const struct level encoder[] = {
        { "cpu.util", NULL, 94 }, { "cpu.system", NULL, 0.7 }, { "cpu.iowait", NULL, 0.01 },
        { "cpu.core.util", "0", 94 }, { "cpu.core.util", "1", 94 }, { "cpu.context_switches.rate", NULL, 912 },
        { "cpu.interrupts.rate", NULL, 715 }, { "process.forks.rate", NULL, 1.4 }, { "memory.faults.rate", NULL, 1200 },
        { "memory.faults.major.rate", NULL, 0.1 }, { "memory.util", NULL, 3.1 }, { "memory.cached", NULL, 5.4e9 },
        { "disk.read.rate", "total", 1.2e4 }, { "disk.reads.rate", "total", 0.6 }, { "disk.write.rate", "total", 2.4e5 },
        { "disk.writes.rate", "total", 1.3 }, { "disk.util", "total", 0.2 }, { "pressure.cpu.some", NULL, 11 },
        { "pressure.io.some", NULL, 0.02 }, { "gpu.util", "0", 0 }, { "gpu.vram.util", "0", 5 },
    };
    struct workload_set *s = workload_set_new();
    struct recording *r = fake_new(1);
    for (size_t i = 0; i < sizeof encoder / sizeof *encoder; i++)
        fake_metric(r, encoder[i].metric, encoder[i].inst, UNIT_NONE);
    fake_rows(r, 90);
    for (size_t i = 0; i < sizeof encoder / sizeof *encoder; i++)
        for (size_t row = 0; row < r->n; row++)
            fake_col(r, encoder[i].metric, encoder[i].inst)[row] = encoder[i].value * (row % 2 ? 1.001 : 0.999);
    struct workload_summary sum = judge(r, s, &usual);
    assert_string_equal(workload_name(s, sum.category), "video_editing");
    workload_summary_done(&sum);
    for (size_t row = 0; row < r->n; row++) {
        fake_col(r, "gpu.util", "0")[row] = 85;
        fake_col(r, "gpu.vram.util", "0")[row] = 60;
        fake_col(r, "cpu.util", NULL)[row] = 50 + (double)(row % 2);
    }
    sum = judge(r, s, &usual);
    assert_string_equal(workload_name(s, sum.category), "gaming");
    workload_summary_done(&sum);
    recording_free(r);
    workload_set_free(s);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_graphics_beside_what_was_learnt),
    cmocka_unit_test(test_synthetic_graphics),
    cmocka_unit_test(test_rest_is_idle),
    cmocka_unit_test(test_too_little),
    cmocka_unit_test(test_nothing_known),
    cmocka_unit_test(test_no_flapping),
    cmocka_unit_test(test_certain_enough),
    cmocka_unit_test(test_slow_rows),
    cmocka_unit_test(test_reason_of_the_most),
    cmocka_unit_test(test_gap_begins_anew),
    cmocka_unit_test(test_threshold_and_mixture),
    cmocka_unit_test(test_a_day_of_two_kinds_is_mixed),
    cmocka_unit_test(test_own_categories),
    cmocka_unit_test(test_model_there_and_back),
    cmocka_unit_test(test_bad_models),
    cmocka_unit_test(test_learns_from_labelled),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
