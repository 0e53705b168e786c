/* test_feed.c - samplers and tapes as feeds: values, events, pace, joined sessions, damage. */
#include "test.h"

#include "base/auto.h"
#include "core/feed.h"
#include "core/recording.h"
#include "os/os.h"
#include "store/tape_feed.h"

#include <errno.h>

#define START_MS INT64_C(1795305600000)

/* ---- a clock that a test moves ---- */

struct hand_clock {
    struct clock clock;
    int64_t ns;
    int waits;
    int64_t extra_ns; /* a person wants every wait to last longer by this */
};

static struct instant hand_now(struct clock *c)
{
    struct hand_clock *h = (struct hand_clock *)c;
    return (struct instant){ .wall_ms = START_MS + h->ns / 1000000, .mono_ns = h->ns, .boot_ns = h->ns };
}

static int hand_wait(struct clock *c, int64_t mono_ns)
{
    struct hand_clock *h = (struct hand_clock *)c;
    h->waits++;
    h->ns = (mono_ns > h->ns ? mono_ns : h->ns) + h->extra_ns;
    return 0;
}

static struct hand_clock hand_clock(void)
{
    return (struct hand_clock){ .clock = { .now = hand_now, .wait = hand_wait }, .ns = INT64_C(5000000000) };
}

/* ---- a sampler ---- */

static int level_open(const struct adapter_env *env, struct schema *s, void **self)
{
    schema_add(s, &(struct metric){ .name = "test.level", .help = "" });
    env->emit(env, &(struct event){ .wall_ms = 7, .end_ms = 7, .kind = EVENT_ADAPTER, .severity = SEVERITY_INFO,
                                    .source = "level", .text = "opened" });
    *self = NULL;
    return 0;
}

static void level_sample(void *self, struct frame *f)
{
    (void)self;
    frame_set(f, 0, 42);
}

static const struct adapter level = { .name = "level", .doc = "", .open = level_open, .sample = level_sample };
static const struct adapter *const levels[] = { &level, NULL };

static void a_sampler_is_a_feed(void **state)
{
    (void)state;
    struct hand_clock c = hand_clock();
    struct sampler_options options = { .root = "", .interval_s = 1, .clock = &c.clock };
    struct sampler *s = sampler_open(levels, &options);
    struct feed *f = feed_of_sampler(s, "here", true);
    const struct moment *m;
    assert_int_equal(f->n_sources, 1);
    assert_string_equal(f->origin, "here");
    assert_near(f->interval_s, 1, 1e-12);
    assert_int_equal(feed_next(f, &m), 0);
    assert_near(frame_get(&m->frame, 0), 42, 0);
    assert_int_equal(m->n_events, 1);
    assert_string_equal(m->events[0].text, "opened");
    sampler_pace(s, 0.1); /* the next tick is a tenth of a second later */
    int64_t before = m->frame.mono_ns;
    assert_int_equal(feed_next(f, &m), 0);
    assert_int_equal(m->frame.mono_ns - before, 100000000);
    assert_int_equal(m->n_events, 0);
    feed_close(f);
}

/* ---- tapes ---- */

struct made {
    struct schema *schema;
    struct tape_writer w;
    struct buf bytes;
    struct moment m;
};

/* A gauge and a counter; `name` tells the schemas of two sessions apart. */
static void made_begin(struct made *t, const char *session, const char *name)
{
    schema_free(t->schema);
    t->schema = schema_new();
    schema_source(t->schema, "test");
    if (name)
        schema_add(t->schema, &(struct metric){ .name = name, .help = "" });
    schema_add(t->schema, &(struct metric){ .name = "test.level", .help = "" });
    schema_add(t->schema, &(struct metric){ .name = "test.total", .kind = KIND_COUNTER, .unit = UNIT_BYTE });
    tape_writer_done(&t->w);
    frame_done(&t->m.frame);
    struct tape_about about = { .major = TAPE_MAJOR, .start_ms = START_MS, .interval_s = 1 };
    snprintf(about.session, sizeof about.session, "%s", session);
    assert_int_equal(tape_begin(&t->w, &t->bytes, &about, t->schema), 0);
}

/* The total grows by 100 a second. */
static void made_put(struct made *t, double at_s, int64_t boot_s, double v)
{
    struct frame *f = &t->m.frame;
    frame_fit(f, t->schema);
    f->wall_ms = START_MS + (int64_t)(at_s * 1e3);
    f->mono_ns = (int64_t)((at_s + (double)boot_s) * 1e9);
    f->read_ns[0] = f->mono_ns;
    frame_set(f, schema_find(t->schema, "test.level", NULL), v);
    frame_set(f, schema_find(t->schema, "test.total", NULL), 1000 + 100 * at_s);
    assert_int_equal(tape_put(&t->w, &t->bytes, t->schema, &t->m), 0);
}

static void made_done(struct made *t)
{
    schema_free(t->schema);
    tape_writer_done(&t->w);
    frame_done(&t->m.frame);
    buf_done(&t->bytes);
}

/* Bytes in pieces, with nothing there before each of them. */
struct dripping {
    const struct buf *of;
    size_t at, piece;
    bool dry;
    int closed;
};

static int64_t drip(void *self, void *bytes, size_t cap)
{
    struct dripping *d = self;
    d->dry = !d->dry;
    if (d->dry && d->piece)
        return -EAGAIN;
    size_t n = d->of->n - d->at, most = d->piece && d->piece < cap ? d->piece : cap;
    n = n < most ? n : most;
    if (n)
        memcpy(bytes, d->of->p + d->at, n);
    d->at += n;
    return (int64_t)n;
}

static void drip_close(void *self)
{
    ((struct dripping *)self)->closed++;
}

static int feed_bytes(struct dripping *d, const struct tape_feed_options *o, struct feed **out)
{
    return tape_feed_of(&(struct tape_bytes){ .read = drip, .close = drip_close, .self = d }, o, out);
}

static double value(const struct feed *f, const struct moment *m, const char *name)
{
    return frame_get(&m->frame, schema_find(f->schema, name, NULL));
}

static void a_file_is_played(void **state)
{
    (void)state;
    struct made t = { 0 };
    char dir[OS_PATH_MAX], path[OS_PATH_MAX + 8];
    made_begin(&t, "session_a", NULL);
    for (int i = 0; i < 250; i++)
        made_put(&t, i, 50, i * 0.5);
    assert_int_equal(os_make_temp_dir(false, dir, sizeof dir), 0);
    snprintf(path, sizeof path, "%s/a.jnl", dir);
    assert_int_equal(os_write_file(path, t.bytes.p, t.bytes.n), 0);
    assert_true(tape_feed_knows(path));

    struct feed *f;
    const struct moment *m;
    assert_int_equal(tape_feed_open(path, &(struct tape_feed_options){ 0 }, &f), 0);
    assert_string_equal(f->origin, path);
    assert_near(f->interval_s, 1, 0);
    assert_int_equal(schema_size(f->schema), 3);
    for (int i = 0; i < 250; i++) {
        assert_int_equal(feed_next(f, &m), 0);
        assert_near(value(f, m, "test.level"), i * 0.5, 0);
        assert_near(value(f, m, "test.total"), 1000 + 100 * i, 0);
        if (i)
            assert_near(value(f, m, "test.total.rate"), 100, 1e-9);
        assert_int_equal(m->frame.wall_ms, START_MS + 1000 * i);
    }
    assert_int_equal(feed_next(f, &m), -ENODATA);
    assert_near(f->share, 1, 0);
    assert_string_equal(tape_feed_about(f)->session, "session_a");
    feed_close(f);
    assert_int_equal(os_remove_dir(dir), 0);
    made_done(&t);
}

static void bytes_come_in_pieces(void **state)
{
    (void)state;
    struct made t = { 0 };
    struct hand_clock c = hand_clock();
    made_begin(&t, "session_a", NULL);
    for (int i = 0; i < 20; i++)
        made_put(&t, i, 50, i);
    static const size_t pieces[] = { 1, 7, 100, 4096 };
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
        struct dripping d = { .of = &t.bytes, .piece = pieces[k] };
        struct feed *f;
        const struct moment *m;
        c.waits = 0;
        const struct tape_feed_options options = { .clock = &c.clock, .live = true, .origin = "x" };
        assert_int_equal(feed_bytes(&d, &options, &f), 0);
        assert_true(f->live);
        for (int i = 0; i < 20; i++) {
            assert_int_equal(feed_next(f, &m), 0);
            assert_near(value(f, m, "test.level"), i, 0);
        }
        assert_true(c.waits > 0);
        assert_int_equal(feed_next(f, &m), -ENODATA);
        feed_close(f);
        assert_int_equal(d.closed, 1);
    }
    made_done(&t);
}

/* As far apart as they were recorded, over the speed; long gaps are cut short; a person may be slower. */
static void pace_is_kept(void **state)
{
    (void)state;
    static const double at[] = { 0, 1, 2, 4, 100, 101 };
    static const struct { double speed; int64_t extra_ns; double due[6]; } cases[] = {
        { 1, 0, { 0, 1, 2, 4, 7, 8 } },
        { 10, 0, { 0, 0.1, 0.2, 0.4, 3.4, 3.5 } },
        { 1, INT64_C(4000000000), { 0, 5, 10, 16, 23, 28 } },
    };
    struct made t = { 0 };
    made_begin(&t, "session_a", NULL);
    for (int i = 0; i < 6; i++)
        made_put(&t, at[i], 50, i);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct hand_clock c = hand_clock();
        c.extra_ns = cases[k].extra_ns;
        struct dripping d = { .of = &t.bytes };
        struct feed *f;
        const struct moment *m;
        const struct tape_feed_options options = { .clock = &c.clock, .speed = cases[k].speed };
        assert_int_equal(feed_bytes(&d, &options, &f), 0);
        int64_t start = c.ns;
        for (int i = 0; i < 6; i++) {
            assert_int_equal(feed_next(f, &m), 0);
            assert_near((double)(c.ns - start) * 1e-9, cases[k].due[i], 1e-6);
        }
        feed_close(f);
    }
    made_done(&t);
}

/* Another session has other slots and, after a boot, an earlier clock. */
static void sessions_are_joined(void **state)
{
    (void)state;
    struct made t = { 0 };
    made_begin(&t, "session_a", NULL);
    for (int i = 0; i < 3; i++)
        made_put(&t, i, 5000, i);
    made_begin(&t, "session_b", "test.added");
    for (int i = 100; i < 103; i++)
        made_put(&t, i, -90, i);
    struct dripping d = { .of = &t.bytes };
    struct feed *f;
    assert_int_equal(feed_bytes(&d, &(struct tape_feed_options){ .origin = "x" }, &f), 0);
    struct recording *r = recording_new();
    r->interval_s = 1;
    assert_int_equal(recording_run(r, f, INFINITY, NULL, NULL), 0);
    assert_int_equal(r->n, 6);
    assert_int_equal(schema_size(r->schema), 4);
    const double *level_col = recording_find(r, "test.level", NULL), *rate = recording_find(r, "test.total.rate", NULL);
    static const double want[] = { 0, 1, 2, 100, 101, 102 };
    for (size_t i = 0; i < 6; i++) {
        assert_near(level_col[i], want[i], 0);
        assert_true(i == 0 || r->mono_ns[i] > r->mono_ns[i - 1]);
        assert_true(i == 0 || i == 3 ? isnan(rate[i]) : fabs(rate[i] - 100) < 1e-9);
    }
    assert_int_equal(r->mono_ns[3] - r->mono_ns[2], INT64_C(98000000000));
    recording_free(r);
    feed_close(f);
    made_done(&t);
}

static void the_busiest_are_taken_as_they_are(void **state)
{
    (void)state;
    struct made t = { 0 };
    struct proc_use use[] = {
        { .pid = 7, .ppid = 1, .name = "worker", .cpu_percent = 150, .rss_bytes = 1 << 20, .read_rate = 4096, .write_rate = 0 },
        { .pid = 3, .ppid = 1, .name = "idle", .cpu_percent = 1, .rss_bytes = 1 << 21, .read_rate = 0, .write_rate = NAN },
    };
    made_begin(&t, "session_a", NULL);
    t.m.procs = use;
    t.m.n_procs = 2;
    for (int i = 0; i < 3; i++)
        made_put(&t, i, 50, i);
    struct dripping d = { .of = &t.bytes };
    struct feed *f;
    assert_int_equal(feed_bytes(&d, &(struct tape_feed_options){ .origin = "x" }, &f), 0);
    struct recording *r = recording_new();
    r->interval_s = 1;
    assert_int_equal(recording_run(r, f, INFINITY, NULL, NULL), 0);
    for (size_t i = 0; i < 3; i++) {
        size_t n;
        const struct proc_use *p = recording_procs(r, i, &n);
        assert_int_equal(n, 2);
        assert_string_equal(p[0].name, "worker");
        assert_near(p[0].cpu_percent, 150, 0.01);
        assert_near(p[1].rss_bytes, 1 << 21, 0);
        assert_nan(p[1].write_rate);
    }
    recording_free(r);
    feed_close(f);
    made_done(&t);
}

/* Whatever byte is wrong: nothing that comes is, and it is told. */
static void damage_is_told(void **state)
{
    (void)state;
    struct made t = { 0 };
    made_begin(&t, "session_a", NULL);
    size_t first = t.bytes.n;
    for (int i = 0; i < 220; i++)
        made_put(&t, i, 50, i * 1.25);
    for (size_t at = first; at < t.bytes.n; at += 97) {
        t.bytes.p[at] ^= 0x10;
        struct dripping d = { .of = &t.bytes };
        struct feed *f;
        const struct moment *m;
        int told = 0, n = 0;
        if (feed_bytes(&d, &(struct tape_feed_options){ .origin = "x" }, &f) == 0) {
            for (; feed_next(f, &m) == 0; n++) {
                int64_t i = (m->frame.wall_ms - START_MS) / 1000;
                assert_near(value(f, m, "test.level"), (double)i * 1.25, 0);
                for (size_t e = 0; e < m->n_events; e++)
                    told += m->events[e].kind == EVENT_ARCHIVE;
            }
            assert_true(n == 220 || tape_feed_lost(f) > 0);
            assert_true(n == 220 || told || n >= 200); /* what stands alone after it tells it */
            feed_close(f);
        }
        t.bytes.p[at] ^= 0x10;
    }
    made_done(&t);
}

static void what_is_no_tape(void **state)
{
    (void)state;
    static const char text[] = "timestamp,cpu.util\n2026-01-01T00:00:00Z,1\n";
    struct buf csv = { .p = (char *)text, .n = sizeof text - 1 }, none = { 0 };
    struct made t = { 0 };
    struct feed *f;
    made_begin(&t, "session_a", NULL);
    struct dripping d = { .of = &csv };
    assert_int_equal(feed_bytes(&d, &(struct tape_feed_options){ .origin = "x" }, &f), -EBADMSG);
    assert_int_equal(d.closed, 1);
    d = (struct dripping){ .of = &none };
    assert_int_equal(feed_bytes(&d, &(struct tape_feed_options){ .origin = "x" }, &f), -ENODATA);
    d = (struct dripping){ .of = &t.bytes };
    assert_int_equal(feed_bytes(&d, &(struct tape_feed_options){ .origin = "x" }, &f), -ENODATA);
    assert_int_equal(tape_feed_open("/nonexistent", &(struct tape_feed_options){ 0 }, &f), -ENOENT);
    assert_int_equal(tape_feed_open("/", &(struct tape_feed_options){ 0 }, &f), -EINVAL);
    assert_false(tape_feed_knows("/"));
    made_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sampler_is_a_feed),
        cmocka_unit_test(a_file_is_played),
        cmocka_unit_test(bytes_come_in_pieces),
        cmocka_unit_test(pace_is_kept),
        cmocka_unit_test(sessions_are_joined),
        cmocka_unit_test(the_busiest_are_taken_as_they_are),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(what_is_no_tape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
