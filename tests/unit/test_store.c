/* test_store.c - what is recorded is read back, while it is recorded and afterwards, after a crash as well. */
#include "test.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/archive_put.h"
#include "store/names.h"
#include "store_sample.h"

#include <errno.h>
#include <unistd.h>

struct seen {
    struct sample *s;
    int64_t first, last, n, tables, events;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    int64_t i = sample_index(v->s, m);
    (void)about;
    assert_true(sample_is_right(v->s, schema, m));
    assert_true(!v->n || i > v->last);
    v->first = v->n ? v->first : i;
    v->last = i;
    v->tables += m->table.n > 0;
    v->events += (int64_t)m->n_events;
    v->n++;
    return 0;
}

static struct seen look(const char *dir, struct sample *s, int64_t from, int64_t to)
{
    struct seen v = { .s = s };
    struct archive *a;
    uint64_t lost;
    assert_int_equal(archive_open(dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, SAMPLE_START_MS + from * s->step_ms, SAMPLE_START_MS + to * s->step_ms,
                                  see, &v, &lost), 0);
    assert_int_equal(lost, 0);
    archive_free(a);
    return v;
}

/* The queue is short on purpose: a recorder has a second between two instants. */
static void record(struct store *store, struct sample *s, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        store_append(store, s->schema, sample_moment(s, i));
        if (i % 100 == 99)
            assert_int_equal(store_flush(store), 0);
    }
    assert_int_equal(store_flush(store), 0);
}

static struct store *open_store(const struct store_options *o)
{
    struct store *store;
    int32_t owner;
    assert_int_equal(store_open(o, &store, &owner), 0);
    return store;
}

/* Over several blocks: in the journal, then packed; ranges; a schema that grows in the middle. */
static void test_round_trip(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    sample_options(&o, dir);
    sample_init(&s, 3, 1000);
    struct store *store = open_store(&o);
    record(store, &s, 0, 250);
    assert_int_equal(look(dir, &s, 0, 100000).n, 250);
    sample_grow(&s, 9, 250);
    record(store, &s, 250, 1500);
    struct seen v = look(dir, &s, 0, 100000);
    assert_int_equal(v.n, 1500);
    assert_int_equal(v.tables, 25);
    assert_int_equal(look(dir, &s, 700, 799).n, 100);
    assert_int_equal(look(dir, &s, 599, 600).n, 2);
    store_close(store);
    v = look(dir, &s, 0, 100000);
    assert_int_equal(v.n, 1500);
    assert_int_equal(v.last, 1499);
    struct names *journals;
    assert_int_equal(names_list(dir, true, &journals), 0);
    mem_free(journals);
    sample_done(&s);
    os_remove_dir(dir);
}

/* Midnight, and a clock that is set back: new parts, nothing lost, nothing twice. */
static void test_days(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    sample_options(&o, dir);
    sample_init(&s, 2, 60000);
    struct store *store = open_store(&o);
    record(store, &s, 0, 3000);
    store_close(store);
    assert_int_equal(look(dir, &s, 0, 100000).n, 3000);
    struct archive *a;
    size_t n;
    assert_int_equal(archive_open(dir, &a), 0);
    archive_parts(a, &n);
    assert_int_equal(n, 3); /* 3000 minutes are two days and a bit */
    archive_free(a);
    sample_done(&s);
    os_remove_dir(dir);
}

static int count(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    (void)about, (void)schema, (void)m;
    ++*(int *)self;
    return 0;
}

/* An instant a minute, and a clock that is set back each time it has made ten hours: more rows of summaries
 * than fit into one come together sooner than usual. */
static void test_slow(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    int all = 0;
    sample_options(&o, dir);
    sample_init(&s, 2, 60000);
    struct store *store = open_store(&o);
    for (int64_t i = 0; i < 6000; i++) {
        struct moment *m = (struct moment *)sample_moment(&s, i);
        m->frame.wall_ms = SAMPLE_START_MS + i % 600 * 60000;
        m->n_procs = m->table.n = 0; /* quicker */
        store_append(store, s.schema, m);
        if (i % 100 == 99)
            assert_int_equal(store_flush(store), 0);
    }
    store_close(store);
    struct names *journals;
    assert_int_equal(names_list(dir, true, &journals), 0); /* all is packed */
    mem_free(journals);
    struct archive *a;
    assert_int_equal(archive_open(dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, count, &all, NULL), 0);
    assert_int_equal(all, 6000);
    archive_free(a);
    sample_done(&s);
    os_remove_dir(dir);
}

static void test_set_back(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    sample_options(&o, dir);
    sample_init(&s, 2, 1000);
    struct store *store = open_store(&o);
    for (int64_t i = 0; i < 90; i++) {
        struct moment *m = (struct moment *)sample_moment(&s, i);
        m->frame.wall_ms -= i >= 50 ? 3600000 : 0;
        store_append(store, s.schema, m);
    }
    store_close(store);
    struct archive *a;
    int all = 0, old = 0;
    assert_int_equal(archive_open(dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, count, &all, NULL), 0);
    assert_int_equal(all, 90);
    assert_int_equal(archive_play(a, NULL, SAMPLE_START_MS - 3600000, SAMPLE_START_MS - 1, count, &old, NULL), 0);
    assert_int_equal(old, 40);
    archive_free(a);
    sample_done(&s);
    os_remove_dir(dir);
}

/* For two full blocks the clock is an hour ahead: what came before and afterwards lies in one stretch of time. */
static void test_forth_and_back(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    sample_options(&o, dir);
    sample_init(&s, 1, 1000);
    struct store *store = open_store(&o);
    for (int64_t i = 0; i < 2500; i++) {
        struct moment *m = (struct moment *)sample_moment(&s, i);
        m->frame.wall_ms += i >= 600 && i < 1900 ? 3600000 : 0;
        m->n_procs = m->table.n = 0; /* quicker */
        store_append(store, s.schema, m);
        if (i % 100 == 99)
            assert_int_equal(store_flush(store), 0);
    }
    for (int closed = 0; closed < 2; closed++) {
        struct archive *a;
        int here = 0, ahead = 0;
        if (closed)
            store_close(store);
        assert_int_equal(archive_open(dir, &a), 0);
        assert_int_equal(archive_play(a, NULL, SAMPLE_START_MS, SAMPLE_START_MS + 2500000, count, &here, NULL), 0);
        assert_int_equal(here, 1200);
        assert_int_equal(archive_play(a, NULL, SAMPLE_START_MS + 3600000, INT64_MAX, count, &ahead, NULL), 0);
        assert_int_equal(ahead, 1300);
        archive_free(a);
    }
    sample_done(&s);
    os_remove_dir(dir);
}

/* What no reader would take, no journal holds: the instant is dropped and the next tells so. */
static void test_absurd_time(void **state)
{
    (void)state;
    static const struct { int64_t wall_ms, mono_ns; } absurd[] = {
        { INT64_MAX / 2, 1 }, { SAMPLE_START_MS, -5000 }, { SAMPLE_START_MS, INT64_MAX },
    };
    char dir[64];
    struct store_options o;
    struct sample s;
    struct store_state st;
    sample_options(&o, dir);
    sample_init(&s, 2, 1000);
    struct store *store = open_store(&o);
    for (size_t k = 0; k < sizeof absurd / sizeof *absurd; k++) {
        struct moment *m = (struct moment *)sample_moment(&s, 0);
        m->frame.wall_ms = absurd[k].wall_ms;
        m->frame.mono_ns = absurd[k].mono_ns;
        store_append(store, s.schema, m);
    }
    record(store, &s, 1, 40);
    store_state(store, &st);
    assert_int_equal(st.dropped, 3);
    store_close(store);
    struct seen v = look(dir, &s, 0, 1000);
    assert_int_equal(v.n, 39);
    assert_int_equal(v.events, 1);
    sample_done(&s);
    os_remove_dir(dir);
}

/* Two sessions; a second recorder at the same time is told who is there. */
static void test_sessions(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    int32_t owner = 0;
    sample_options(&o, dir);
    sample_init(&s, 2, 1000);
    struct store *store = open_store(&o), *second;
    assert_int_equal(store_open(&o, &second, &owner), -EBUSY);
    assert_int_equal(owner, getpid());
    record(store, &s, 0, 40);
    store_close(store);
    store = open_store(&o); /* in the same second, by its clock */
    assert_string_equal(store_about(store)->session, "session_20261122_000000_2");
    sample_grow(&s, 4, 40);
    record(store, &s, 40, 100);
    assert_int_equal(look(dir, &s, 0, 1000).n, 100);
    store_close(store);
    struct archive *a;
    struct recording *r;
    assert_int_equal(archive_open(dir, &a), 0);
    assert_int_equal(archive_recording(a, NULL, 0, INT64_MAX, 0, NULL, &r), 0);
    assert_int_equal(r->n, 100);
    assert_int_equal(schema_size(r->schema), schema_size(s.schema));
    recording_free(r);
    assert_int_equal(archive_recording(a, "session_20261122_000000", 0, INT64_MAX, 0, NULL, &r), 0);
    assert_int_equal(r->n, 40);
    recording_free(r);
    assert_int_equal(archive_recording(a, "session_20270101_000000", 0, INT64_MAX, 0, NULL, &r), -ENODATA);
    archive_free(a);
    assert_int_equal(archive_drop(dir, NULL, "session_20261122_000000"), 0);
    store = open_store(&o); /* the first name is free again, and would come before the second */
    assert_string_equal(store_about(store)->session, "session_20261122_000000_3");
    store_close(store);
    sample_done(&s);
    os_remove_dir(dir);
}

/*
 * A segment and a journal that version 1.0 wrote: every later version must read them. Never to be renewed, but
 * added to when the format grows. SONDE_GOLDEN=write writes them where there are none yet.
 */
#define OLD "tests/data/format-1.0"
#define OLD_TICKS 700

static void old_write(const char *to)
{
    char dir[64], command[1200];
    struct store_options o;
    struct sample s;
    sample_options(&o, dir);
    sample_init(&s, 3, 1000);
    struct store *store = open_store(&o);
    record(store, &s, 0, 300);
    sample_grow(&s, 5, 300);
    record(store, &s, 300, 650);
    store_close(store); /* a finished segment, */
    store = open_store(&o);
    record(store, &s, 650, OLD_TICKS); /* and a journal */
    snprintf(command, sizeof command, "mkdir -p %s && cp -r %s/segments %s/journal %s", to, dir, dir, to);
    assert_int_equal(system(command), 0);
    store_close(store);
    sample_done(&s);
    os_remove_dir(dir);
}

static void test_format_1(void **state)
{
    (void)state;
    char dir[512];
    struct sample s;
    SOURCE_PATH(dir, OLD);
    if (getenv("SONDE_GOLDEN") && !os_exists("", dir))
        old_write(dir);
    sample_init(&s, 3, 1000);
    sample_grow(&s, 5, 300);
    struct seen v = look(dir, &s, 0, 100000);
    assert_int_equal(v.n, OLD_TICKS);
    assert_int_equal(v.tables, 12);
    sample_done(&s);
}

/* A path that has no room is said, and not cut to that of another file. */
static void test_lock_path(void **state)
{
    (void)state;
    static char dir[OS_PATH_MAX], path[OS_PATH_MAX];
    assert_int_equal(names_lock_path("/a", path), 0);
    assert_string_equal(path, "/a/lock");
    memset(dir, 'x', OS_PATH_MAX - 6);
    assert_int_equal(names_lock_path(dir, path), 0);
    assert_int_equal(strlen(path), OS_PATH_MAX - 1);
    dir[OS_PATH_MAX - 6] = 'x';
    assert_int_equal(names_lock_path(dir, path), -ENAMETOOLONG);
    assert_false(archive_is_recorded(dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_days), cmocka_unit_test(test_set_back),
        cmocka_unit_test(test_slow), cmocka_unit_test(test_sessions), cmocka_unit_test(test_format_1),
        cmocka_unit_test(test_absurd_time), cmocka_unit_test(test_forth_and_back),
        cmocka_unit_test(test_lock_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
