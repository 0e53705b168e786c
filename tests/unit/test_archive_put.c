/* test_archive_put.c - recordings as sessions of an archive: values, days, names, no room, nothing left behind. */
#include "test.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/archive_put.h"
#include "store/index_take.h"
#include "store/names.h"
#include "store/verify.h"

#include "fake.h"

#include <errno.h>

#define DAY_ROWS 1440

struct place {
    char dir[OS_PATH_MAX];
    struct space *space;
};

static void place_open(struct place *p, int64_t cap)
{
    char path[OS_PATH_MAX + 16];
    assert_int_equal(os_make_temp_dir(false, p->dir, sizeof p->dir), 0);
    snprintf(path, sizeof path, "%s/segments", p->dir);
    assert_int_equal(os_make_dir(path), 0);
    assert_int_equal(space_open(p->dir, cap, &p->space), 0);
}

static void place_done(struct place *p)
{
    space_free(p->space);
    assert_int_equal(os_remove_dir(p->dir), 0);
}

static void count_name(void *self, const char *name)
{
    (void)name;
    ++*(int *)self;
}

static int segments_of(const struct place *p)
{
    int n = 0;
    os_list(p->dir, "/segments", count_name, &n);
    return n;
}

/* A minute a row, from 10:00 on, for so many days; a fraction, a gap. */
static struct recording *days(int n)
{
    struct recording *r = fake_new(60);
    schema_source(r->schema, "file");
    fake_metric(r, "room.temp", NULL, UNIT_CELSIUS);
    fake_metric(r, "disk.util", "sda", UNIT_PERCENT);
    fake_rows(r, (size_t)(n * DAY_ROWS));
    for (size_t i = 0; i < r->n; i++) {
        fake_col(r, "room.temp", NULL)[i] = 20 + (double)(i % 97) / 3;
        fake_col(r, "disk.util", "sda")[i] = i % 100 < 10 ? (double)NAN : (double)(i % 50);
    }
    struct event e = { .kind = EVENT_CLOCK, .severity = SEVERITY_WARNING, .source = "file", .text = "set back" };
    e.wall_ms = e.end_ms = r->wall_ms[700];
    recording_add_event(r, &e);
    return r;
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    struct place p;
    struct recording *r = days(3), *got;
    struct archive *a;
    place_open(&p, 0);
    struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r, .about.interval_s = 60 };
    assert_int_equal(archive_put(&put), 0);
    assert_string_equal(put.about.session, "session_20260105_100000");
    assert_int_equal(segments_of(&p), 4); /* 10:00 to 10:00, three days on */
    assert_int_equal(archive_open(p.dir, &a), 0);
    assert_int_equal(archive_recording(a, put.about.session, INT64_MIN, INT64_MAX, 0, NULL, &got), 0);
    assert_int_equal(got->n, r->n);
    assert_int_equal(got->n_events, 1);
    assert_string_equal(got->events[0].text, "set back");
    const double *temp = recording_find(got, "room.temp", NULL), *util = recording_find(got, "disk.util", "sda");
    for (size_t i = 0; i < r->n; i++) {
        double want = fake_col(r, "disk.util", "sda")[i];
        assert_true(temp[i] == fake_col(r, "room.temp", NULL)[i]);
        assert_true(util[i] == want || (isnan(util[i]) && isnan(want)));
        assert_int_equal(got->wall_ms[i], r->wall_ms[i]);
        assert_int_equal(got->mono_ns[i] / 1000, r->mono_ns[i] / 1000);
    }
    recording_free(got);
    archive_free(a);
    recording_free(r);
    place_done(&p);
}

static void names_do_not_collide(void **state)
{
    (void)state;
    struct place p;
    struct recording *r = days(1);
    place_open(&p, 0);
    static const char *const want[] = { "session_20260105_100000", "session_20260105_100000_2",
                                        "session_20260105_100000_3" };
    for (size_t k = 0; k < 3; k++) {
        struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r };
        assert_int_equal(archive_put(&put), 0);
        assert_string_equal(put.about.session, want[k]);
    }
    archive_drop(p.dir, p.space, want[1]); /* a free number between is older than the third */
    struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r };
    assert_int_equal(archive_put(&put), 0);
    assert_string_equal(put.about.session, "session_20260105_100000_4");
    recording_free(r);
    place_done(&p);
}

/* Whatever the cap is: all of it is there, or nothing, and what is counted is what is there. */
static void no_room_leaves_nothing(void **state)
{
    (void)state;
    int refused = 0, taken = 0;
    struct recording *r = days(3);
    for (int blocks = 2; blocks < 24; blocks++) {
        struct place p;
        struct space *again;
        place_open(&p, 0);
        space_free(p.space);
        assert_int_equal(space_open(p.dir, blocks * SPACE_BLOCK, &p.space), 0);
        struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r };
        int rc = archive_put(&put);
        assert_true(rc == 0 || rc == -EDQUOT);
        assert_int_equal(segments_of(&p), rc == 0 ? 4 : 0);
        assert_int_equal(space_open(p.dir, 0, &again), 0);
        assert_int_equal(space_used(p.space), space_used(again));
        assert_true(space_used(p.space) <= blocks * SPACE_BLOCK);
        space_free(again);
        *(rc == 0 ? &taken : &refused) += 1;
        place_done(&p);
    }
    assert_true(refused > 0 && taken > 0);
    recording_free(r);
}

static void what_is_no_session(void **state)
{
    (void)state;
    struct place p;
    struct recording *r = recording_new();
    place_open(&p, 0);
    struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r };
    assert_int_equal(archive_put(&put), -ENODATA);
    schema_add(r->schema, &(struct metric){ .name = "a" });
    assert_int_equal(archive_put(&put), -ENODATA);
    double v = 1;
    recording_add(r, -5, 1, &v, 1);
    assert_int_equal(archive_put(&put), -EINVAL); /* no source: a catalog could not say whose it is */
    schema_source(r->schema, "file");
    assert_int_equal(archive_put(&put), -ERANGE);
    assert_int_equal(segments_of(&p), 0);
    recording_free(r);
    place_done(&p);
}

static void an_index_is_filled(void **state)
{
    (void)state;
    struct place p;
    struct index *x;
    struct index_session s;
    struct index_stats stats;
    struct recording *r = days(2);
    place_open(&p, 0);
    for (int k = 0; k < 2; k++) {
        struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r, .about.interval_s = 60 };
        assert_int_equal(archive_put(&put), 0);
    }
    const struct index_options options = { .rebuild = index_take_segments, .self = p.dir };
    assert_int_equal(index_open(p.dir, &options, &x), 0);
    assert_int_equal(index_session(x, "session_20260105_100000_2", &s), 0);
    assert_int_equal(s.samples, 2 * DAY_ROWS);
    assert_int_equal(s.metrics, 2);
    assert_int_equal(s.start_ms, r->wall_ms[0]);
    assert_int_equal(s.end_ms, r->wall_ms[r->n - 1]);
    assert_int_equal(index_stats(x, &stats), 0);
    assert_int_equal(stats.sessions, 2);
    index_close(x);
    recording_free(r);
    place_done(&p);
}

/* What readers do where index.db is lost. */
static void an_index_in_memory(void **state)
{
    (void)state;
    struct place p;
    struct index *x;
    struct index_session s;
    struct recording *r = days(2);
    place_open(&p, 0);
    struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r, .about.interval_s = 60 };
    assert_int_equal(archive_put(&put), 0);
    assert_int_equal(index_open_memory(index_take_segments, p.dir, &x), 0);
    assert_int_equal(index_session(x, "session_20260105_100000", &s), 0);
    assert_int_equal(s.samples, 2 * DAY_ROWS);
    assert_int_equal(index_label(x, s.id, "a", ""), -EROFS);
    index_close(x);
    char path[OS_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/index.db", p.dir);
    assert_false(os_exists("", path));
    recording_free(r);
    place_done(&p);
}

static int touch(const struct place *p, const char *file)
{
    char path[OS_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", p->dir, file);
    return os_write_file(path, "x", 1);
}

/* Segments and journals of one session go, those of another with the same beginning stay, and the bytes are free. */
static void a_session_is_dropped(void **state)
{
    (void)state;
    struct place p;
    struct archive *a;
    size_t n;
    char path[OS_PATH_MAX + 16];
    struct recording *r = days(2);
    place_open(&p, 0);
    snprintf(path, sizeof path, "%s/journal", p.dir);
    int64_t empty = space_used(p.space);
    for (int k = 0; k < 2; k++) {
        struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r, .about.interval_s = 60 };
        assert_int_equal(archive_put(&put), 0);
    }
    assert_int_equal(archive_open(p.dir, &a), 0);
    const struct archive_part *part = archive_parts(a, &n);
    assert_int_equal(n, 6);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(archive_columns(&part[i]), 2);
    archive_free(a);
    assert_int_equal(archive_drop(p.dir, p.space, "session_20260105_100000"), 0); /* there are no journals */
    assert_int_equal(segments_of(&p), 3);
    assert_int_equal(os_make_dir(path), 0);
    assert_int_equal(touch(&p, "journal/20260105_100000_2.0.7.jnl"), 0);
    assert_int_equal(touch(&p, "journal/20260105_100000.0.7.jnl"), 0);
    space_resize(p.space, -1, 1);
    assert_int_equal(archive_drop(p.dir, p.space, "session_20260105_100000_2"), 0);
    assert_int_equal(segments_of(&p), 0);
    assert_int_equal(space_used(p.space), empty);
    struct names *left = NULL;
    assert_int_equal(names_list(p.dir, true, &left), 1);
    assert_string_equal(left[0].session, "session_20260105_100000");
    mem_free(left);
    recording_free(r);
    place_done(&p);
}

/* As it was called while it was written. */
static void unname_part(const struct place *p, int part)
{
    char is[OS_PATH_MAX], was[OS_PATH_MAX + 4];
    assert_int_equal(names_path(p->dir, &(struct names){ "session_20260105_100000", part, -1 }, is), 0);
    snprintf(was, sizeof was, "%s.new", is);
    assert_int_equal(os_rename(is, was), 0);
}

/* Killed before the first part had its name, or between two of them: nothing of it is left, or all is there. */
static void a_kill_leaves_none_or_all(void **state)
{
    (void)state;
    struct recording *r = days(2);
    for (int named = 0; named < 3; named++) {
        struct place p;
        place_open(&p, 0);
        int64_t empty = space_used(p.space);
        struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r, .about.interval_s = 60 };
        assert_int_equal(archive_put(&put), 0);
        int64_t used = space_used(p.space);
        for (int part = named; part < 3; part++)
            unname_part(&p, part);
        assert_int_equal(archive_put_clean(p.dir, p.space), 0);
        assert_int_equal(segments_of(&p), named ? 3 : 0);
        assert_true(space_used(p.space) == (named ? used : empty));
        struct archive *a;
        struct recording *got = NULL;
        assert_int_equal(archive_open(p.dir, &a), 0);
        int rc = archive_recording(a, put.about.session, INT64_MIN, INT64_MAX, 0, NULL, &got);
        assert_int_equal(rc, named ? 0 : -ENODATA);
        assert_true(!named || got->n == r->n);
        recording_free(got);
        archive_free(a);
        place_done(&p);
    }
    recording_free(r);
}

/* What is no part of an import is no reason to touch a session. */
static void a_stray_file_costs_no_session(void **state)
{
    (void)state;
    struct place p;
    struct recording *r = days(1);
    place_open(&p, 0);
    struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r, .about.interval_s = 60 };
    assert_int_equal(archive_put(&put), 0);
    char path[OS_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/segments/20260105_100000.0.seg.new", p.dir);
    assert_int_equal(os_write_file(path, "x", 1), 0);
    assert_int_equal(archive_put_clean(p.dir, NULL), 0);
    assert_int_equal(segments_of(&p), 2);
    assert_false(os_exists("", path));
    place_done(&p);
    recording_free(r);
}

static void no_damage(void *self, const struct verify_finding *f)
{
    (void)self;
    fail_msg("%s: %s", f->file, f->what);
}

/* Times of readings are kept in whole ms: summaries are of the rates that a reader makes of those. */
static void rates_are_those_of_the_rows(void **state)
{
    (void)state;
    struct place p;
    struct verify_totals t;
    struct recording *r = recording_new();
    schema_source(r->schema, "file");
    schema_add(r->schema, &(struct metric){ .name = "disk.read", .unit = UNIT_BYTE, .kind = KIND_COUNTER });
    for (int i = 0; i < 100; i++)
        recording_add(r, 1795348800000 + 500 * i, 7000123456 + INT64_C(500398765) * i,
                      (double[]){ 4096.0 * i * i, NAN }, 2);
    place_open(&p, 0);
    struct archive_put put = { .dir = p.dir, .space = p.space, .rec = r, .about.interval_s = 0.5 };
    assert_int_equal(archive_put(&put), 0);
    assert_int_equal(store_verify(p.dir, &(struct verify_watcher){ .found = no_damage }, &t), 0);
    assert_int_equal(t.ticks, 100);
    place_done(&p);
    recording_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(names_do_not_collide),
        cmocka_unit_test(no_room_leaves_nothing),
        cmocka_unit_test(what_is_no_session),
        cmocka_unit_test(an_index_is_filled),
        cmocka_unit_test(an_index_in_memory),
        cmocka_unit_test(a_session_is_dropped),
        cmocka_unit_test(a_kill_leaves_none_or_all),
        cmocka_unit_test(a_stray_file_costs_no_session),
        cmocka_unit_test(rates_are_those_of_the_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
