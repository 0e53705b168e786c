/*
 * test_faults.c - every write, sync, create, remove, cut, read and allocation of a recorder fails once, and
 * once until the cause goes away: nothing torn, nothing wrong, no leak; what was not kept is told; what came
 * afterwards is kept again.
 */
#include "../unit/test.h"

#include "../unit/store_sample.h"
#include "base/log.h"
#include "base/mem.h"
#include "faults.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/names.h"

#include <errno.h>

#define TICKS 120

/* Set back now and then, so that few instants fill several journals. */
static const struct moment *instant(struct sample *s, int i)
{
    return sample_moment(s, i % 40 + (2 - i / 40) * 1000);
}

struct told {
    int gaps, failures;
};

static void hear(void *self, const struct event *e)
{
    struct told *t = self;
    t->gaps += e->kind == EVENT_GAP;
    t->failures += e->kind == EVENT_ARCHIVE;
}

struct seen {
    struct sample *s;
    int n, gaps;
    bool last;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    (void)about;
    if (!sample_is_right(v->s, schema, m))
        return -EILSEQ;
    v->n++;
    v->last |= sample_index(v->s, m) == 39; /* the last instant that was recorded */
    for (size_t i = 0; i < m->n_events; i++)
        v->gaps += m->events[i].kind == EVENT_GAP;
    return 0;
}

static void record(struct store *store, struct sample *s, int from, int to)
{
    for (int i = from; i < to; i++) {
        store_append(store, s->schema, instant(s, i));
        if (i % 20 == 19)
            store_flush(store);
    }
}

/* One run with one fault; true when the fault was reached. */
static bool run(enum fault f, long nth, long times, int error)
{
    char dir[64], what[96];
    struct store_options o;
    struct sample s;
    struct store *store = NULL;
    struct store_state state;
    struct told told = { 0 };
    int32_t owner;
    sample_options(&o, dir);
    o.emit = hear;
    o.self = &told;
    sample_init(&s, 2, 1000);
    int fds = faults_fds();
    snprintf(what, sizeof what, "%s %ld x %ld: %s", fault_names[f], nth, times, strerror(error));
    faults_set(f, nth, times, error);
    int rc = store_open(&o, &store, &owner);
    if (rc == 0)
        record(store, &s, 0, 80);
    bool reached = faults_calls(f) >= nth;
    faults_set(f, 0, 0, 0); /* the cause goes away */
    if (rc < 0) {
        assert_true(reached);
        assert_int_equal(store_open(&o, &store, &owner), 0);
        record(store, &s, 0, 80);
    }
    record(store, &s, 80, TICKS);
    store_state(store, &state);
    store_close(store);
    assert_int_equal(store_open(&o, &store, &owner), 0); /* what was left is finished */
    store_flush(store);
    store_close(store);
    struct archive *a;
    struct seen v = { .s = &s };
    assert_int_equal(archive_open(dir, &a), 0);
    rc = archive_play(a, NULL, 0, INT64_MAX, see, &v, NULL);
    if (rc < 0 || v.n + (int)state.dropped != TICKS || !v.last || (state.dropped && (!v.gaps || !told.gaps)))
        print_error("%s: rc %d, %d kept, %d dropped, %d gaps told, %d on tape\n", what, rc, v.n, (int)state.dropped,
                    told.gaps, v.gaps);
    assert_int_equal(rc, 0);
    assert_int_equal(v.n + (int)state.dropped, TICKS);
    assert_true(v.last);
    assert_true(!state.dropped || (v.gaps && told.gaps));
    archive_free(a);
    struct names *journals;
    assert_int_equal(names_list(dir, true, &journals), 0);
    mem_free(journals);
    assert_int_equal(faults_fds(), fds);
    sample_done(&s);
    os_remove_dir(dir);
    return reached;
}

static void loop(enum fault f, int error)
{
    long n = 1;
    for (; run(f, n, 1, error); n += TEST_SLOW && n > 8 ? 9 : 1)
        if (n % 7 == 1)
            run(f, n, 25, error);
    assert_true(n > 1); /* such a call was made at all */
}

static void test_write(void **state) { (void)state; loop(FAULT_WRITE, ENOSPC); }
static void test_short(void **state) { (void)state; loop(FAULT_SHORT, ENOSPC); }
static void test_sync(void **state) { (void)state; loop(FAULT_SYNC, EIO); }
static void test_create(void **state) { (void)state; loop(FAULT_CREATE, EMFILE); }
static void test_remove(void **state) { (void)state; loop(FAULT_REMOVE, EACCES); }
static void test_read(void **state) { (void)state; loop(FAULT_READ, EIO); }
static void test_memory(void **state) { (void)state; loop(FAULT_MEMORY, ENOMEM); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write), cmocka_unit_test(test_short), cmocka_unit_test(test_sync),
        cmocka_unit_test(test_create), cmocka_unit_test(test_remove), cmocka_unit_test(test_read),
        cmocka_unit_test(test_memory),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
