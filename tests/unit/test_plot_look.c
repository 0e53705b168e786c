/* Plots of an archive: its numbers, its anomalies, forecasts, and what it answers where there is nothing. */
#include "test.h"

#include "archive_sample.h"

#include "output/plot/plot_look.h"
#include "store/index_take.h"

#include <errno.h>

#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)
#define FIRST "session_20261122_000000"

static int fill(void *self, struct index *x)
{
    struct archive *a;
    int rc = archive_open(self, &a);
    rc = rc < 0 ? rc : index_take_all(x, a);
    archive_free(a);
    return rc;
}

/* Two sessions with a gap between them, an index, and in it an anomaly of the first. */
static void make(struct made *m, struct look *l)
{
    struct index *x;
    made_init(m, 2);
    made_part(m, "20261122_000000", 0, 0, 600, true);
    made_part(m, "20261122_014000", 0, 1000, 1200, true);
    assert_int_equal(index_open(m->dir, &(struct index_options){ .rebuild = fill, .self = m->dir }, &x), 0);
    const struct index_anomaly a[] = {
        { .time_ms = MS(100), .end_ms = MS(120), .peak_ms = MS(110), .severity = SEVERITY_WARNING, .area = "memory",
          .summary = "memory: used rose",
          .causes = "[{\"metric\":\"memory.used\",\"value\":9,\"usual\":[1,2]},{\"value\":1},7,"
                    "{\"metric\":\"disk.temp{sd1}\",\"usual\":\"x\"}]" },
        { .time_ms = MS(300), .end_ms = MS(320), .peak_ms = MS(310), .severity = SEVERITY_NOTICE, .area = "?",
          .summary = "odd", .causes = "no JSON" },
    };
    assert_int_equal(index_add_anomalies(x, FIRST, a, 2), 2);
    index_close(x);
    assert_int_equal(look_open(l, m->dir, false), 0);
    assert_int_equal(look_files(l), 0);
}

static void done(struct made *m, struct look *l)
{
    look_close(l);
    made_done(m);
}

static void lines(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct plot *p;
    make(&m, &l);
    struct plot_wish w = { .from_ms = MS(0), .to_ms = MS(1200), .globs = "memory.used,disk.temp", .points = 400 };
    assert_int_equal(plot_of_look(&l, &w, &p), 0);
    assert_int_equal(p->n, 400);
    assert_int_equal(p->n_panels, 2);
    assert_string_equal(p->panels[0].title, "Memory");
    assert_string_equal(p->panels[1].title, "Temperature");
    const struct plot_series *used = p->panels[0].line[0];
    assert_false(isnan(used->point[10].mean));
    assert_nan(used->point[250].mean); /* between the sessions */
    assert_false(isnan(used->point[350].mean));
    assert_near(p->interval_ms, 1000, 100);
    sample_moment(&m.s, 1199);
    assert_true(used->last == m.s.m.frame.v[0]);
    plot_free(p);
    done(&m, &l);
}

static void episodes(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct plot *p;
    make(&m, &l);
    struct plot_wish w = { .session = FIRST, .from_ms = MS(0), .to_ms = MS(600), .globs = "memory.used,disk.temp",
                           .points = 100 };
    assert_int_equal(plot_of_look(&l, &w, &p), 0);
    assert_int_equal(p->n_episodes, 2);
    assert_int_equal(p->episodes[0].n_causes, 2); /* of four entries two name a metric */
    assert_int_equal(p->episodes[1].n_causes, 0);
    assert_int_equal(p->panels[0].n_marks, 1);
    assert_true(p->panels[0].mark[0].main && p->panels[0].mark[0].low == 1 && p->panels[0].mark[0].high == 2);
    assert_int_equal(p->panels[1].n_marks, 1);
    assert_false(p->panels[1].mark[0].main);
    assert_nan(p->panels[1].mark[0].low);
    plot_free(p);
    w.from_ms = MS(200);
    w.to_ms = MS(250);
    assert_int_equal(plot_of_look(&l, &w, &p), 0);
    assert_int_equal(p->n_episodes, 0);
    plot_free(p);
    done(&m, &l);
}

static void ahead(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct plot *p;
    make(&m, &l);
    struct plot_wish w = { .session = FIRST, .from_ms = MS(0), .to_ms = MS(600), .globs = "memory.used",
                           .points = 100, .steps = 6 };
    assert_int_equal(plot_of_look(&l, &w, &p), 0);
    assert_int_equal(p->series[0]->ahead, 6);
    assert_near(p->ahead_step_ms, 10000, 1e-6); /* a sixtieth of ten minutes */
    assert_true(p->ahead_ms > MS(560) && p->ahead_ms <= MS(600));
    for (int i = 0; i < 6; i++)
        assert_true(p->series[0]->p10[i] <= p->series[0]->p50[i] && p->series[0]->p50[i] <= p->series[0]->p90[i]);
    plot_free(p);
    done(&m, &l);
}

static void nothing(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct plot *p;
    make(&m, &l);
    static const struct { int from, to; const char *globs; } cases[] = {
        { 0, 600, "no.such" }, { 700, 800, "*" }, { 0, 600, "disk.reads" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plot_wish w = { .from_ms = MS(cases[i].from), .to_ms = MS(cases[i].to), .points = 9,
                               .globs = cases[i].globs };
        assert_int_equal(plot_of_look(&l, &w, &p), -ENODATA);
    }
    done(&m, &l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines), cmocka_unit_test(episodes), cmocka_unit_test(ahead), cmocka_unit_test(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
