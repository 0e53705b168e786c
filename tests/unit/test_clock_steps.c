/*
 * test_clock_steps.c - a recorder on a made-up machine whose clock is set, repeats a leap second, sleeps, or whose
 * zone changes: every instant is kept with the time that it had, and what happened to time is on the tape.
 */
#include "test.h"

#include "app/args.h"
#include "app/recorder.h"
#include "app/registry.h"
#include "base/log.h"
#include "core/config.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/query.h"
#include "store/verify.h"

#include <errno.h>

#define NOON INT64_C(1795348800000)     /* 2026-11-22T12:00:00Z */
#define NEW_YEAR INT64_C(1798761600000) /* 2027-01-01T00:00:00Z */
#define SUMMER INT64_C(1774746000000)   /* 2026-03-29T01:00:00Z, when summer time begins in Europe */
#define HOUR INT64_C(3600000)
#define BEGIN_NS INT64_C(5000000000)
#define TICKS 126 /* fewer than the store queues: they come as fast as can be, and none is to be dropped */

struct story {
    int64_t start_ms, step_ms;          /* of the first tick, and from tick to tick */
    int at;                             /* before this tick ... */
    int64_t set_ms, sleep_ms;           /* ... the clock was set by so much, the machine slept so long */
    const char *zone, *then;            /* TZ, and what it becomes at that tick */
    enum event_kind kind;
    const char *source, *text;          /* of the one event */
};

static const struct story stories[] = {
    { NOON, 1000, 70, HOUR, 0, "UTC0", NULL, EVENT_CLOCK, "sampler", "the clock was set forward by 3600.0 s" },
    { NOON, 1000, 70, -HOUR, 0, "UTC0", NULL, EVENT_CLOCK, "sampler", "the clock was set back by 3600.0 s" },
    { NEW_YEAR - 69800, 1000, 70, -1000, 0, "UTC0", NULL, EVENT_CLOCK, "sampler", "the clock was set back by 1.0 s" },
    { NEW_YEAR - 7000, 100, 70, -1000, 0, "UTC0", NULL, EVENT_CLOCK, "sampler", "the clock was set back by 1.0 s" },
    { NEW_YEAR - 30000, 1000, 70, -HOUR, 0, "UTC0", NULL, EVENT_CLOCK, "sampler", "the clock was set back by 3600.0 s" },
    { NOON, 1000, 70, 0, HOUR, "UTC0", NULL, EVENT_GAP, "sampler", "the machine was suspended for 3600 s" },
    { NOON, 1000, 70, 0, 0, "UTC0", "JST-9", EVENT_CLOCK, "recorder",
      "local time was UTC+0 h and is UTC+9 h now; times are kept in UTC" },
    { NOON, 1000, 70, 0, 0, "NST3:30", "UTC0", EVENT_CLOCK, "recorder",
      "local time was UTC-3.5 h and is UTC+0 h now; times are kept in UTC" },
    { SUMMER - 65000, 1000, 0, 0, 0, "CET-1CEST,M3.5.0,M10.5.0/3", NULL, EVENT_CLOCK, "recorder",
      "local time was UTC+1 h and is UTC+2 h now; times are kept in UTC" },
};

static int64_t story_wall(const struct story *t, int64_t i)
{
    return t->start_ms + i * t->step_ms + (i >= t->at ? t->set_ms + t->sleep_ms : 0);
}

static int64_t story_mono(const struct story *t, int64_t i)
{
    return BEGIN_NS + i * t->step_ms * 1000000;
}

/* ---- the machine ---- */

static void put(const char *dir, int instant, const char *folder, const char *file, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%04d", dir, instant);
    assert_int_equal(os_make_dir(path), 0);
    snprintf(path, sizeof path, "%s/%04d/%s", dir, instant, folder);
    assert_int_equal(os_make_dir(path), 0);
    snprintf(path, sizeof path, "%s/%04d/%s/%s", dir, instant, folder, file);
    assert_int_equal(os_write_file(path, text, strlen(text)), 0);
}

static void make_machine(const struct story *t, const char *dir)
{
    char text[96];
    for (int i = 0; i < TICKS; i++) {
        int64_t mono = story_mono(t, i), boot = mono + (i >= t->at ? t->sleep_ms * 1000000 : 0);
        snprintf(text, sizeof text, "%lld %lld %lld\n", (long long)story_wall(t, i), (long long)mono, (long long)boot);
        put(dir, i, ".sonde", "clock", text);
    }
    put(dir, 0, "proc", "loadavg", "0.50 0.40 0.30 1/100 4711\n");
}

/* ---- the recorder, with a part that travels ---- */

static const struct story *now;

static int traveller_open(struct recorder *r, void **self)
{
    *self = r;
    return 0;
}

static void traveller_take(void *self, const struct schema *s, const struct moment *m)
{
    struct recorder *r = self;
    (void)s, (void)m;
    if (now->then && r->ticks == (uint64_t)now->at)
        setenv("TZ", now->then, 1);
}

static void traveller_close(void *self)
{
    (void)self;
}

static const struct recorder_part traveller = {
    .name = "traveller", .open = traveller_open, .take = traveller_take, .close = traveller_close,
};

static void record(const struct story *t, const char *machine, const char *dir)
{
    static const struct recorder_part *const parts[] = { &traveller, NULL };
    char word[256];
    struct recorder r;
    struct args *a;
    struct buf complaint = { 0 };
    struct config *c = config_new();
    snprintf(word, sizeof word, "--root=%s", machine);
    assert_int_equal(args_parse(&command_record, 1, (char *const[]){ word }, &a, &complaint), 0);
    args_set_config(a, c);
    setenv("TZ", t->zone, 1);
    now = t;
    assert_int_equal(recorder_run(&r, &(struct recorder_options){
        .args = a, .dir = dir, .interval_s = 1, .alone = true, .duration_s = INFINITY, .parts = parts }), 0);
    args_free(a);
    config_free(c);
}

/* ---- what is read back ---- */

struct seen {
    const struct story *t;
    int64_t n, events, event_at;        /* with which tick the last one came */
    struct event event;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    (void)about;
    assert_true(m->frame.wall_ms == story_wall(v->t, v->n));
    assert_true(m->frame.mono_ns == story_mono(v->t, v->n));
    assert_near(frame_get(&m->frame, schema_find(schema, "cpu.load", "1m")), 0.5, 0);
    for (size_t i = 0; i < m->n_events; i++)
        if (m->events[i].kind == EVENT_CLOCK || m->events[i].kind == EVENT_GAP) {
            v->event = m->events[i];
            v->event_at = v->n;
            v->events++;
        }
    v->n++;
    return 0;
}

static void check_tape(const struct story *t, struct archive *a)
{
    struct seen v = { .t = t };
    uint64_t lost;
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, see, &v, &lost), 0);
    assert_int_equal(lost, 0);
    assert_int_equal(v.n, TICKS);
    assert_int_equal(v.events, 1);
    assert_int_equal(v.event.kind, t->kind);
    assert_string_equal(v.event.source, t->source);
    assert_string_equal(v.event.text, t->text);
    if (t->set_ms || t->sleep_ms) { /* a gap begins with the tick before it; in a block events come by their time */
        assert_true(v.event.wall_ms == story_wall(t, t->sleep_ms ? t->at - 1 : t->at));
        assert_true(v.event.end_ms == story_wall(t, t->at));
        assert_true(v.event.wall_ms == story_wall(t, v.event_at));
    }
}

static int within(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    (void)about, (void)schema, (void)m;
    ++*(int64_t *)self;
    return 0;
}

/* How many instants an answer in so many points stands for. */
static double answered(struct archive *a, int64_t from_ms, int64_t to_ms, int64_t points)
{
    struct query_result *q;
    double count = 0;
    int rc = store_query(a, NULL, from_ms, to_ms, "cpu.load{1m}", (int)points, &q);
    if (rc == -ENODATA)
        return 0;
    assert_int_equal(rc, 0);
    for (int p = 0; p < q->points; p++)
        count += q->series[0].point[p].count;
    query_free(q);
    return count;
}

/* What lies in a stretch of time is found there, by who plays and by who asks; where there is nothing, nothing. */
static void check_stretch(const struct story *t, struct archive *a, int64_t from_ms, int64_t to_ms)
{
    int64_t want = 0, got = 0;
    for (int i = 0; i < TICKS; i++)
        want += story_wall(t, i) >= from_ms && story_wall(t, i) <= to_ms;
    assert_int_equal(archive_play(a, NULL, from_ms, to_ms, within, &got, NULL), 0);
    assert_int_equal(got, want);
    assert_near(answered(a, from_ms, to_ms, (to_ms - from_ms) / t->step_ms + 1), want, 0);
}

static void check_stretches(const struct story *t, struct archive *a)
{
    int64_t before = story_wall(t, t->at - 1), after = story_wall(t, t->at), last = story_wall(t, TICKS - 1);
    check_stretch(t, a, t->start_ms, t->start_ms + 2 * HOUR - 1);
    check_stretch(t, a, t->start_ms - HOUR, t->start_ms - 1);
    check_stretch(t, a, before < after ? before : after, before < after ? after : before);
    check_stretch(t, a, after, last);
    for (int points = 1; points <= 600; points *= 600) /* of rows of ten minutes, and of one */
        assert_near(answered(a, t->start_ms - 5 * HOUR, t->start_ms + 5 * HOUR, points), TICKS, 0);
}

static void found(void *self, const struct verify_finding *f)
{
    (void)self;
    print_error("%s: %s\n", f->file, f->what);
}

static void test_story(const struct story *t)
{
    char machine[64], dir[64];
    struct archive *a;
    struct verify_totals totals;
    assert_int_equal(os_make_temp_dir(false, machine, sizeof machine), 0);
    assert_int_equal(os_make_temp_dir(false, dir, sizeof dir), 0);
    make_machine(t, machine);
    record(t, machine, dir);
    assert_int_equal(archive_open(dir, &a), 0);
    check_tape(t, a);
    check_stretches(t, a);
    archive_free(a);
    assert_int_equal(store_verify(dir, &(struct verify_watcher){ .found = found }, &totals), 0);
    assert_true(totals.damages == 0 && totals.notes == 0 && totals.ticks == TICKS);
    os_remove_dir(machine);
    os_remove_dir(dir);
}

static void test_stories(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++)
        test_story(&stories[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_stories) };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
