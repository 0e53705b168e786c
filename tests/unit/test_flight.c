/* test_flight.c - the flight recorder: a bounded ring, what starts a file, the burst, what is in the file. */
#include "test.h"

#include "os/disk.h"
#include "os/os.h"
#include "store/flight.h"
#include "store/segment.h"
#include "store/tape_feed.h"

#include "store_sample.h"

#include <errno.h>

/* A machine at 1 Hz, or faster, whose instants have a number each; every one has a table. */
struct plane {
    struct sample s;
    struct flight *f;
    struct space *space;
    char dir[OS_PATH_MAX];
    int64_t i;           /* the next instant, in tenths of a second */
    int procs;
    struct event event;  /* of the next instant; severity 0: none */
    int64_t late_ms;     /* how long ago it was */
};

static void plane_open(struct plane *p, struct flight_options o, int64_t cap)
{
    *p = (struct plane){ .procs = 8 };
    assert_int_equal(os_make_temp_dir(false, p->dir, sizeof p->dir), 0);
    assert_int_equal(space_open(p->dir, cap, &p->space), 0);
    sample_init(&p->s, 4, 100);
    o.dir = p->dir;
    o.space = p->space;
    o.about = (struct tape_about){ .major = TAPE_MAJOR, .session = "session_20261122_000000", .interval_s = 1,
                                   .start_ms = SAMPLE_START_MS };
    o.severity = o.severity ? o.severity : SEVERITY_WARNING;
    o.ring_bytes = o.ring_bytes ? o.ring_bytes : 8 << 20;
    o.files_bytes = o.files_bytes ? o.files_bytes : 64 << 20;
    assert_int_equal(flight_open(&o, &p->f), 0);
}

static void plane_close(struct plane *p)
{
    flight_close(p->f);
    p->f = NULL;
}

static void plane_done(struct plane *p)
{
    plane_close(p);
    space_free(p->space);
    sample_done(&p->s);
    assert_int_equal(os_remove_dir(p->dir), 0);
}

static void table_of(struct proctab *t, int64_t i, int64_t mono_ns, int procs)
{
    t->n = t->ended = 0;
    for (int k = 0; k < procs; k++) {
        struct proc *q = proctab_add(t);
        q->pid = 100 + k;
        q->ppid = 1;
        q->state = 'S';
        q->cpu_s = (double)(i * (k + 1)) / 100;
        q->rss_bytes = 4096.0 * (k + (double)(i % 100));
        q->threads = 1;
        snprintf(q->name, sizeof q->name, "task%d", k);
    }
    t->mono_ns = mono_ns;
}

/* One instant, `step` tenths of a second after the one before. */
static void plane_tick(struct plane *p, int step)
{
    struct moment m = *sample_moment(&p->s, p->i);
    table_of(&p->s.m.table, p->i, m.frame.mono_ns, p->procs);
    m.table = p->s.m.table;
    p->event.wall_ms = p->event.end_ms = m.frame.wall_ms - p->late_ms;
    m.events = &p->event;
    m.n_events = p->event.severity > 0;
    flight_note(p->f, p->s.schema, &m);
    p->event.severity = 0;
    p->i += step;
}

/* As a recorder does: so many seconds, faster while a burst is wanted. */
static void plane_fly(struct plane *p, int seconds)
{
    for (int64_t end = p->i + seconds * 10; p->i < end;)
        plane_tick(p, flight_wants_burst(p->f) ? 1 : 10);
}

/* Time that only passes: an instant every ten seconds. */
static void plane_drift(struct plane *p, int seconds)
{
    for (int64_t end = p->i + seconds * 10; p->i < end;)
        plane_tick(p, 100);
}

static void plane_event(struct plane *p, enum severity severity, const char *text)
{
    p->event = (struct event){ .kind = EVENT_ADAPTER, .severity = severity, .source = "test" };
    snprintf(p->event.text, sizeof p->event.text, "%s", text);
}

static void plane_wait(struct plane *p, struct flight_state *state)
{
    for (int64_t until = os_mono_ns() + INT64_C(120000000000); os_mono_ns() < until;) { /* sanitizers are slow */
        flight_state(p->f, state);
        if (!state->busy)
            return;
        os_sleep_until(os_mono_ns() + 2000000);
    }
    fail_msg("the file is not made");
}

/* Plays a file: how many instants, from which to which; all of them right, with all processes. */
struct seen {
    int n, fast, tables, events;
    int64_t first, last;
};

static struct seen plane_play(struct plane *p, const char *name)
{
    char path[OS_PATH_MAX + 64];
    struct feed *f;
    const struct moment *m;
    struct seen seen = { 0 };
    struct proctab want = { 0 };
    snprintf(path, sizeof path, "%s/flight/%s", p->dir, name);
    assert_int_equal(tape_feed_open(path, &(struct tape_feed_options){ 0 }, &f), 0);
    while (feed_next(f, &m) == 0) {
        int64_t i = sample_index(&p->s, m);
        const struct moment *is = sample_moment(&p->s, i);
        for (int slot = 0; slot < schema_size(f->schema); slot++)
            if (schema_at(f->schema, slot)->kind != KIND_RATIO &&
                !(is->frame.v[slot] == m->frame.v[slot] || (isnan(is->frame.v[slot]) && isnan(m->frame.v[slot]))))
                fail_msg("%s at %ld is wrong", schema_id(f->schema, slot), (long)i);
        table_of(&want, i, m->frame.mono_ns, p->procs);
        assert_int_equal(m->table.n, want.n);
        for (size_t k = 0; k < want.n; k++) {
            assert_string_equal(m->table.p[k].name, want.p[k].name);
            assert_near(m->table.p[k].cpu_s, want.p[k].cpu_s, 0.0051);
            assert_near(m->table.p[k].rss_bytes, want.p[k].rss_bytes, 0);
        }
        seen.tables += m->table.n > 0;
        seen.events += (int)m->n_events;
        seen.fast += seen.n && i - seen.last == 1;
        seen.first = seen.n ? seen.first : i;
        seen.last = i;
        seen.n++;
    }
    proctab_done(&want);
    feed_close(f);
    return seen;
}

static int64_t folder_bytes(const struct plane *p, const char *name)
{
    char path[OS_PATH_MAX + 64];
    struct os_disk_entry e;
    snprintf(path, sizeof path, "%s/flight/%s", p->dir, name);
    return os_disk_look(path, &e) == 0 ? e.size : -1;
}

static void count_name(void *self, const char *name)
{
    (void)name;
    ++*(int *)self;
}

static int files_of(const struct plane *p)
{
    int n = 0;
    os_list(p->dir, "/flight", count_name, &n);
    return n;
}

/* Ten minutes before, ten seconds of burst at 10 Hz, in one file that has an index and every process. */
static void an_event_is_kept(void **state)
{
    (void)state;
    struct plane p;
    struct flight_state is;
    plane_open(&p, (struct flight_options){ .burst_s = 10 }, 0);
    plane_fly(&p, 720);
    flight_state(p.f, &is);
    assert_true(is.ring_s >= FLIGHT_KEEP_S - 1 && is.ring_s < FLIGHT_KEEP_S + 101);
    assert_false(flight_wants_burst(p.f));
    plane_event(&p, SEVERITY_NOTICE, "nothing much");
    plane_fly(&p, 1);
    assert_false(flight_wants_burst(p.f));
    plane_event(&p, SEVERITY_WARNING, "of an hour ago, as a log had it"); /* no minutes of then are there */
    p.late_ms = 3600000;
    plane_fly(&p, 1);
    assert_false(flight_wants_burst(p.f));
    p.late_ms = 0;
    plane_event(&p, SEVERITY_WARNING, "the disk is on fire");
    int64_t at = p.i;
    plane_tick(&p, 1);
    assert_true(flight_wants_burst(p.f));
    plane_fly(&p, 30);
    assert_false(flight_wants_burst(p.f));
    plane_wait(&p, &is);
    assert_int_equal(is.error, 0);
    assert_int_equal(is.files, 1);

    struct seen seen = plane_play(&p, is.last);
    assert_true(seen.first <= at - FLIGHT_KEEP_S * 10 + 10);
    assert_int_equal(seen.last, at + 100);
    assert_int_equal(seen.fast, 100);
    assert_int_equal(seen.n, (at - seen.first) / 10 + 101);
    assert_int_equal(seen.tables, seen.n);
    assert_int_equal(seen.events, 3);

    struct segment *s;
    char path[OS_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/flight/%s", p.dir, is.last);
    assert_int_equal(segment_open(path, &s), 0);
    assert_true(s->indexed && s->damaged == 0);
    segment_free(s);
    assert_int_equal(files_of(&p), 2);
    plane_done(&p);
}

/* One in ten minutes by events; the others are lines of the note. By command, at any time. */
static void events_are_limited(void **state)
{
    (void)state;
    struct plane p;
    struct flight_state is;
    char note[OS_PATH_MAX + 64];
    plane_open(&p, (struct flight_options){ .burst_s = 1 }, 0);
    plane_fly(&p, 60);
    plane_event(&p, SEVERITY_CRITICAL, "first");
    plane_fly(&p, 20);
    plane_wait(&p, &is);
    assert_int_equal(is.files, 1);
    for (int k = 0; k < 3; k++) {
        plane_event(&p, SEVERITY_WARNING, "more of it");
        plane_drift(&p, 100);
        plane_wait(&p, &is);
        assert_int_equal(is.files, 1);
    }
    snprintf(note, sizeof note, "%s/flight/%.15s.txt", p.dir, is.last);
    flight_trigger(p.f, "a person asks");
    plane_fly(&p, 20);
    plane_wait(&p, &is);
    assert_int_equal(is.files, 2);
    plane_drift(&p, 300);
    plane_event(&p, SEVERITY_WARNING, "another day");
    plane_fly(&p, 20);
    plane_wait(&p, &is);
    assert_int_equal(is.files, 3);
    plane_close(&p);

    char *text;
    size_t n, lines = 0;
    assert_int_equal(os_read_file(note, 1 << 16, &text, &n), 0);
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 4);
    assert_non_null(strstr(text, "critical test: first\n"));
    free(text);
    plane_done(&p);
}

/* Neither bytes nor minutes grow, at any pace; what is saved is what the ring held. */
static void the_ring_is_bounded(void **state)
{
    (void)state;
    struct plane p;
    struct flight_state is;
    plane_open(&p, (struct flight_options){ .ring_bytes = 20000, .burst_s = 0 }, 0);
    for (int k = 0; k < 600; k++) {
        plane_tick(&p, 1);
        flight_state(p.f, &is);
        assert_true(is.ring_bytes <= 20000);
    }
    assert_true(is.ring_bytes > 15000);
    double held_s = is.ring_s;
    flight_trigger(p.f, "now");
    plane_tick(&p, 1);
    plane_wait(&p, &is);
    struct seen seen = plane_play(&p, is.last);
    assert_true((double)seen.n >= held_s * 10 && (double)seen.n <= held_s * 10 + 2);
    plane_done(&p);
}

/* The oldest files go; what is there never passes the bound. */
static void files_are_bounded(void **state)
{
    (void)state;
    struct plane p;
    struct flight_state is;
    plane_open(&p, (struct flight_options){ .files_bytes = 60000, .ring_bytes = 20000, .burst_s = 0 }, 0);
    int64_t one = 0;
    for (int k = 0; k < 12; k++) {
        plane_fly(&p, 60);
        flight_trigger(p.f, "again");
        plane_fly(&p, 1);
        plane_wait(&p, &is);
        assert_int_equal(is.error, 0);
        one = folder_bytes(&p, is.last);
        assert_true(one > 0);
        assert_true(space_used(p.space) <= 60000 + 40 * SPACE_BLOCK);
    }
    assert_int_equal(is.files, 12);
    int left = files_of(&p) / 2;
    assert_true(left >= 1 && left < 12 && left * one <= 60000 * 2);
    plane_play(&p, is.last);
    plane_done(&p);
}

/* The cap of the directory is never passed; the next file is made when there is room again. */
static void the_cap_is_kept(void **state)
{
    (void)state;
    struct plane p;
    struct flight_state is;
    plane_open(&p, (struct flight_options){ .burst_s = 1 }, 4 * SPACE_BLOCK);
    plane_fly(&p, 100);
    flight_trigger(p.f, "no room");
    plane_fly(&p, 10);
    plane_wait(&p, &is);
    assert_int_equal(is.error, -EDQUOT);
    assert_true(space_used(p.space) <= 4 * SPACE_BLOCK);
    plane_done(&p);
}

/* Closed in the middle of a burst: what there was is in the file. */
static void closing_finishes(void **state)
{
    (void)state;
    struct plane p;
    plane_open(&p, (struct flight_options){ .burst_s = 10 }, 0);
    plane_fly(&p, 30);
    flight_trigger(p.f, "goodbye");
    plane_tick(&p, 1);
    plane_tick(&p, 1);
    plane_close(&p);
    struct seen seen = plane_play(&p, "20261122_000030.flight");
    assert_int_equal(seen.n, 32);
    plane_done(&p);
}

/* What cannot be removed is not counted as gone: there is no room, and what is noted belongs to no file. */
static void what_stays_counts(void **state)
{
    (void)state;
    struct plane p;
    struct flight_state is;
    char path[OS_PATH_MAX + 64];
    plane_open(&p, (struct flight_options){ .files_bytes = SPACE_BLOCK, .burst_s = 0 }, 0);
    snprintf(path, sizeof path, "%s/flight/20200101_000000.flight", p.dir); /* unlink(2) does not remove it */
    assert_int_equal(os_make_dir(path), 0);
    plane_fly(&p, 60);
    flight_trigger(p.f, "no room");
    plane_fly(&p, 2);
    plane_wait(&p, &is);
    assert_int_equal(is.error, -EDQUOT);
    plane_close(&p);
    assert_int_equal(files_of(&p), 1);
    plane_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_kept),
        cmocka_unit_test(events_are_limited),
        cmocka_unit_test(the_ring_is_bounded),
        cmocka_unit_test(files_are_bounded),
        cmocka_unit_test(the_cap_is_kept),
        cmocka_unit_test(closing_finishes),
        cmocka_unit_test(what_stays_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
