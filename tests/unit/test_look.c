/* test_look.c - what a look at an archive sees: its span, the processes of an instant, the report of a range. */
#include "test.h"

#include "archive_sample.h"

#include "look/instant.h"
#include "look/judged.h"
#include "os/os.h"

#include <errno.h>

#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)
#define FIRST "session_20261122_000000"
#define SECOND "session_20261122_014000"

static void make(struct made *m, struct look *l)
{
    made_init(m, 2);
    made_part(m, "20261122_000000", 0, 0, 1250, true);
    made_journal(m, "20261122_000000", 0, 50, 1250, 1265);
    made_part(m, "20261122_014000", 0, 6000, 6100, true);
    assert_int_equal(look_open(l, m->dir, false), 0);
}

static void done(struct made *m, struct look *l)
{
    look_close(l);
    made_done(m);
}

static void test_span(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    int64_t first, last;
    make(&m, &l);
    assert_false(l.indexed); /* nobody made index.db: it is of the files */
    assert_int_equal(l.index_error, -ENOENT);
    assert_true(look_span(&l, NULL, &first, &last));
    assert_int_equal(first, MS(0));
    assert_int_equal(last, MS(6099));
    assert_true(look_span(&l, FIRST, &first, &last));
    assert_int_equal(last, MS(1264));
    assert_false(look_span(&l, "session_20200101_000000", &first, &last));
    done(&m, &l);
    assert_int_equal(look_open(&l, "/nonexistent", false), -ENOENT);
    look_close(&l);
    char empty[128], path[160]; /* folders, and nothing in them */
    assert_int_equal(os_make_temp_dir(false, empty, sizeof empty), 0);
    snprintf(path, sizeof path, "%s/segments", empty);
    assert_int_equal(os_make_dir(path), 0);
    assert_int_equal(look_open(&l, empty, false), -ENOENT);
    look_close(&l);
    look_close(&l); /* once more does no harm */
    os_remove_dir(empty);
}

static const struct instant_proc *of_pid(const struct instant_procs *p, int32_t pid)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->p[i].p.pid == pid)
            return &p->p[i];
    return NULL;
}

/* The table is that of instant 180: 50 processes, of which each used a second of CPU a second since that of 120. */
static void test_instant(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct instant_procs p;
    make(&m, &l);
    assert_int_equal(instant_procs(&l, NULL, MS(190), &p), 0);
    assert_int_equal(p.wall_ms, MS(190));
    assert_int_equal(p.table_ms, MS(180));
    assert_int_equal(p.n, 50);
    const struct instant_proc *idle = of_pid(&p, 149), *busy = of_pid(&p, 110);
    assert_non_null(idle);
    assert_false(idle->busy);
    assert_true(fabs(idle->use.cpu_percent - 100) < 1e-6);
    assert_non_null(busy);
    assert_true(busy->busy);
    sample_moment(&m.s, 190);
    assert_true(busy->use.cpu_percent == m.s.m.procs[110 - m.s.m.procs[0].pid].cpu_percent);
    for (size_t i = 1; i < p.n; i++)
        assert_true(p.p[i - 1].use.cpu_percent >= p.p[i].use.cpu_percent);
    instant_done(&p);
    done(&m, &l);
}

/* One table only, so that only the busiest have rates; and times at which nothing was recorded. */
static void test_instant_at_the_edges(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct instant_procs p;
    make(&m, &l);
    assert_int_equal(instant_procs(&l, FIRST, MS(5), &p), 0);
    assert_int_equal(p.table_ms, MS(0));
    assert_true(isnan(of_pid(&p, 149)->use.cpu_percent));
    assert_false(isnan(of_pid(&p, 101)->use.cpu_percent));
    instant_done(&p);
    assert_int_equal(instant_procs(&l, NULL, MS(1300), &p), 0);
    assert_int_equal(p.wall_ms, MS(1264)); /* of the journal */
    instant_done(&p);
    assert_int_equal(instant_procs(&l, NULL, MS(4000), &p), -ENODATA);
    assert_int_equal(instant_procs(&l, SECOND, MS(600), &p), -ENODATA);
    done(&m, &l);
}

/* Processes are read more seldom than the rest: the busiest of 190 speak for five seconds, then no one is known. */
static void test_instant_between_readings(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct instant_procs p;
    made_init(&m, 2);
    m.s.busy_every = 10;
    made_part(&m, "20261122_000000", 0, 0, 250, true);
    assert_int_equal(look_open(&l, m.dir, false), 0);
    sample_moment(&m.s, 190);
    double cpu_percent = m.s.m.procs[110 - m.s.m.procs[0].pid].cpu_percent;
    for (int i = 190; i < 200; i++) {
        assert_int_equal(instant_procs(&l, NULL, MS(i), &p), 0);
        assert_int_equal(p.wall_ms, MS(i));
        assert_int_equal(p.n, 50);
        const struct instant_proc *busy = of_pid(&p, 110);
        assert_true(busy->busy == (i <= 195));
        assert_true(busy->use.cpu_percent == cpu_percent || (i > 195 && fabs(busy->use.cpu_percent - 100) < 1e-6));
        instant_done(&p);
    }
    done(&m, &l);
}

static void test_judged(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct judged j;
    make(&m, &l);
    const struct analyze_options how = { .seed = 1 };
    assert_int_equal(judged_range(&l, FIRST, MS(100), MS(399), &how, JUDGED_BYTES, &j), 0);
    assert_int_equal(j.rec->n, 300);
    assert_string_equal(j.report->session, FIRST);
    assert_true(j.report->budget_run >= 0.1);
    judged_done(&j);
    assert_int_equal(judged_range(&l, NULL, MS(3000), MS(3100), &how, 0, &j), -ENODATA);
    done(&m, &l);
}

/* Two sessions at the same time are not judged as one; each by itself is. */
static void test_judged_one_session(void **state)
{
    (void)state;
    struct made m;
    struct look l;
    struct judged j;
    struct recording *rec = NULL;
    make(&m, &l);
    look_close(&l);
    made_part(&m, "20261122_001000", 0, 600, 900, true);
    assert_int_equal(look_open(&l, m.dir, false), 0);
    const struct analyze_options how = { .seed = 1 };
    assert_int_equal(judged_recording(&l, NULL, MS(500), MS(700), JUDGED_BYTES, NULL, &rec), -ENOTUNIQ);
    assert_int_equal(judged_range(&l, NULL, MS(500), MS(700), &how, JUDGED_BYTES, &j), -ENOTUNIQ);
    assert_null(rec);
    assert_int_equal(judged_recording(&l, NULL, MS(100), MS(399), JUDGED_BYTES, NULL, &rec), 0);
    assert_int_equal(rec->n, 300);
    recording_free(rec);
    assert_int_equal(judged_recording(&l, FIRST, MS(500), MS(700), JUDGED_BYTES, NULL, &rec), 0);
    assert_string_equal(rec->session, FIRST);
    recording_free(rec);
    done(&m, &l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_span),
        cmocka_unit_test(test_instant),
        cmocka_unit_test(test_instant_at_the_edges),
        cmocka_unit_test(test_instant_between_readings),
        cmocka_unit_test(test_judged),
        cmocka_unit_test(test_judged_one_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
