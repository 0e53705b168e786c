/* test_retention.c - what goes, in which order, what never does, and that the cap holds meanwhile. */
#include "test.h"

#include "archive_sample.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/names.h"
#include "store/query.h"
#include "store/retention.h"
#include "store/segment.h"

#include <errno.h>

enum { DAY = 86400, LENGTH = 1300 };
#define STEM "20261122_000000"
#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)

/* One part a day, of LENGTH instants each. */
static void make_days(struct made *m, int days)
{
    made_init(m, 2);
    for (int d = 0; d < days; d++)
        made_part(m, STEM, d, (int64_t)d * DAY, (int64_t)d * DAY + LENGTH, true);
}

/* Which tiers a part still has, as "imt"; "" when the file is gone. */
static const char *has(const struct made *m, int part)
{
    static char text[4];
    struct segment *s;
    int n = 0;
    bool tier[CHUNK_TYPES] = { false };
    text[0] = '\0';
    if (segment_open(made_path(m, STEM, part), &s) < 0)
        return text;
    assert_true(s->indexed && s->damaged == 0);
    for (size_t i = 0; i < s->n; i++)
        tier[s->entry[i].type] = true;
    assert_true(tier[CHUNK_PROCS] == tier[CHUNK_BLOCK]);
    if (tier[CHUNK_BLOCK])
        text[n++] = 'i';
    if (tier[CHUNK_MINUTES])
        text[n++] = 'm';
    if (tier[CHUNK_TENS])
        text[n++] = 't';
    text[n] = '\0';
    segment_free(s);
    return text;
}

static void expect(const struct made *m, const char *const *want, int n)
{
    for (int i = 0; i < n; i++)
        assert_string_equal(has(m, i), want[i]);
}

static int64_t used_by(const char *dir)
{
    struct space *s;
    assert_int_equal(space_open(dir, 0, &s), 0);
    int64_t used = space_used(s);
    space_free(s);
    return used;
}

static int count_events(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    (void)about, (void)schema;
    *(size_t *)self += m->n_events;
    return 0;
}

/* Each block with an event; the second is pinned: its event stays, those of the others go with them, and the
 * part still reaches over what is left in summaries only. */
static void test_events_go_along(void **state)
{
    (void)state;
    struct made m;
    struct segment_writer *w;
    struct retention_done done;
    struct event e = { .kind = EVENT_CLOCK, .severity = SEVERITY_NOTICE, .text = "set" };
    struct tape_about about = { .major = TAPE_MAJOR, .session = "session_" STEM, .interval_s = 1 };
    make_days(&m, 0);
    assert_int_equal(segment_create(made_path(&m, STEM, 0), &about, NULL, &w), 0);
    for (int i = 0; i < 1200; i++) {
        struct moment *now = (struct moment *)sample_moment(&m.s, i);
        e.wall_ms = e.end_ms = MS(i);
        now->events = &e;
        now->n_events = i % 400 == 0;
        assert_int_equal(segment_add(w, m.s.schema, now), 0);
        now->events = NULL;
        now->n_events = 0;
        if (i % 400 == 399)
            assert_int_equal(segment_commit(w, (uint32_t)(i / 400)), 0);
    }
    assert_int_equal(segment_finish(w), 0);
    struct retention *r = retention_new(m.dir, NULL);
    struct retention_pin pin = { NULL, MS(500), MS(600), true };
    struct retention_rules rules = { .keep_s = { DAY, 0, 0 }, .pins = &pin, .n_pins = 1, .now_ms = MS(5 * DAY) };
    assert_int_equal(retention_tidy(r, &rules, &done), 0);
    assert_string_equal(has(&m, 0), "imt");
    struct archive *a;
    size_t n, events = 0;
    assert_int_equal(archive_open(m.dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, count_events, &events, NULL), 0);
    assert_int_equal(events, 1);
    const struct archive_part *p = archive_parts(a, &n);
    assert_int_equal(n, 1);
    assert_int_equal(p->ticks, 400);
    assert_true(p->first_ms <= MS(0) && p->last_ms >= MS(1199));
    struct query_result *q;
    assert_int_equal(store_query(a, NULL, MS(60), MS(120), "memory.used", 1, &q), 0); /* before the pinned block */
    assert_true(q->series[0].point[0].count > 0);
    query_free(q);
    archive_free(a);
    retention_free(r);
    made_done(&m);
}

static void test_ages(void **state)
{
    (void)state;
    struct made m;
    struct retention_done done;
    struct space *space;
    make_days(&m, 5);
    assert_int_equal(space_open(m.dir, 0, &space), 0);
    struct retention *r = retention_new(m.dir, space);
    struct retention_rules rules = { .keep_s = { 2 * DAY, 4 * DAY, 0 }, .now_ms = MS(5 * DAY) };
    assert_int_equal(retention_tidy(r, &rules, &done), 0);
    expect(&m, (const char *const[]){ "t", "mt", "mt", "imt", "imt" }, 5);
    assert_true(done.rewritten == 3 && done.removed == 0 && done.freed > 0);
    assert_true(space_used(space) == used_by(m.dir));
    assert_int_equal(retention_tidy(r, &rules, &done), 0);
    assert_true(done.rewritten == 0 && done.freed == 0);
    rules.keep_s[2] = 4.5 * DAY;
    rules.now_ms = MS(6 * DAY);
    assert_int_equal(retention_tidy(r, &rules, &done), 0);
    expect(&m, (const char *const[]){ "", "mt", "mt", "mt", "imt" }, 1);
    assert_int_equal(done.removed, 2);
    assert_true(space_used(space) == used_by(m.dir));
    retention_free(r);
    space_free(space);
    made_done(&m);
}

/* A pinned range keeps its blocks, their processes and its rows; the rest of the day goes. */
static void test_pins_do_not_age(void **state)
{
    (void)state;
    struct made m;
    struct retention_done done;
    const struct retention_pin pin = { NULL, MS(DAY + 100), MS(DAY + 180), false };
    make_days(&m, 3);
    struct retention *r = retention_new(m.dir, NULL);
    struct retention_rules rules = { .keep_s = { DAY, 0, 0 }, .now_ms = MS(10 * DAY), .pins = &pin, .n_pins = 1 };
    assert_int_equal(retention_tidy(r, &rules, &done), 0);
    expect(&m, (const char *const[]){ "mt", "imt", "mt" }, 3);
    struct segment *s;
    int blocks = 0;
    assert_int_equal(segment_open(made_path(&m, STEM, 1), &s), 0);
    for (size_t i = 0; i < s->n; i++)
        blocks += s->entry[i].type == CHUNK_BLOCK;
    assert_int_equal(blocks, 4); /* instants 100..199 */
    segment_free(s);
    struct archive *a;
    struct query_result *q;
    assert_int_equal(archive_open(m.dir, &a), 0);
    assert_int_equal(store_query(a, NULL, MS(DAY), MS(DAY + LENGTH), "memory.used", LENGTH, &q), 0);
    double known = 0;
    for (int p = 0; p < LENGTH; p++)
        known += q->series[0].point[p].count;
    assert_true(q->tier_s == 60 && q->series[0].point[120].count == 1 && known > LENGTH - 120);
    query_free(q);
    archive_free(a);
    retention_free(r);
    made_done(&m);
}

/* Tidies with a cap that asks for a byte more than is free: an eighth of a small cap is kept as room. */
static void tidy_for_a_byte(struct retention *r, struct space *space, const struct retention_rules *rules,
                            struct retention_done *done)
{
    space_set_cap(space, (space_used(space) - 1) * 8 / 7);
    assert_int_equal(retention_tidy(r, rules, done), 0);
}

/* One byte more is asked for, again and again: who goes first? */
static void test_order_of_the_cap(void **state)
{
    (void)state;
    struct made m;
    struct retention_done done;
    struct space *space;
    make_days(&m, 4);
    made_journal(&m, STEM, 3, 52, 3 * DAY + LENGTH, 3 * DAY + LENGTH + 5);
    assert_int_equal(space_open(m.dir, 64 << 20, &space), 0);
    struct retention *r = retention_new(m.dir, space);
    const struct retention_pin pins[] = { { NULL, MS(0), MS(LENGTH), false },
                                          { "session_" STEM, MS(DAY), MS(DAY + LENGTH), true } };
    struct retention_rules rules = { .now_ms = MS(4 * DAY), .pins = pins, .n_pins = 2,
                                     .session = "session_" STEM, .part = 3 };
    static const char *const steps[][4] = {
        { "imt", "imt", "mt", "imt" }, { "imt", "imt", "t", "imt" }, { "imt", "imt", "", "imt" },
        { "mt", "imt", "", "imt" },    { "t", "imt", "", "imt" },    { "", "imt", "", "imt" },
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        tidy_for_a_byte(r, space, &rules, &done);
        expect(&m, steps[i], 4);
        assert_true(!done.short_of && done.freed > 0);
        assert_true(space_used(space) == used_by(m.dir));
    }
    tidy_for_a_byte(r, space, &rules, &done); /* what is left is by a person, or written now */
    assert_true(done.short_of && done.freed == 0);
    rules.session = NULL;
    tidy_for_a_byte(r, space, &rules, &done); /* its journal is not packed yet */
    assert_true(done.short_of);
    expect(&m, steps[5], 4);
    retention_free(r);
    space_free(space);
    made_done(&m);
}

/* No room for a copy: whole files go, and what is used never passes the cap. */
static void test_no_room_for_copies(void **state)
{
    (void)state;
    struct made m;
    struct retention_done done;
    struct space *space;
    make_days(&m, 4);
    assert_int_equal(space_open(m.dir, used_by(m.dir), &space), 0);
    struct retention *r = retention_new(m.dir, space);
    struct retention_rules rules = { .now_ms = MS(4 * DAY) };
    assert_int_equal(retention_tidy(r, &rules, &done), 0);
    assert_true(done.removed >= 1 && !done.short_of);
    assert_string_equal(has(&m, 0), "");
    assert_string_equal(has(&m, 3), "imt");
    assert_true(space_used(space) == used_by(m.dir));
    retention_free(r);
    space_free(space);
    made_done(&m);
}

/* A clock ahead is believed by a day an hour, one set back at once, and one where nothing was recorded. */
static void test_clock(void **state)
{
    (void)state;
    const int64_t hour = 3600000, day = 24 * hour, ns = 1000000;
    struct retention_clock c;
    retention_clock_begin(&c, 1000 * day, 5 * ns);
    assert_true(retention_clock_now(&c, 1000 * day + 1000, 5 * ns + 42 * ns) == 1000 * day + 1000); /* goes on */
    retention_clock_begin(&c, 1000 * day, 0);
    assert_true(retention_clock_now(&c, 1400 * day, 0) == 1000 * day);
    assert_true(retention_clock_now(&c, 1400 * day, hour * ns) == 1001 * day);
    assert_true(retention_clock_now(&c, 1400 * day, 3 * hour * ns) == 1003 * day);
    assert_true(retention_clock_now(&c, 1001 * day, 4 * hour * ns) == 1001 * day);
    assert_true(retention_clock_now(&c, 1400 * day, 1000 * hour * ns) == 1400 * day); /* reached at last */
    retention_clock_begin(&c, 0, hour * ns);
    assert_true(retention_clock_now(&c, 1400 * day, 2 * hour * ns) == 1400 * day);
}

/* What a crash leaves: the old file whole, and a copy that is not. */
static void test_crash(void **state)
{
    (void)state;
    struct made m;
    char temp[OS_PATH_MAX];
    struct space *space;
    make_days(&m, 1);
    snprintf(temp, sizeof temp, "%s.tmp", made_path(&m, STEM, 0));
    assert_int_equal(os_write_file(temp, "half", 4), 0);
    assert_int_equal(space_open(m.dir, 0, &space), 0);
    struct retention_forecast f;
    struct retention *r = retention_new(m.dir, space);
    retention_forecast(r, &(struct retention_rules){ .now_ms = MS(DAY) }, &f);
    assert_true(os_exists("", temp)); /* who only reads changes nothing */
    retention_clean(r);
    assert_false(os_exists("", temp));
    assert_string_equal(has(&m, 0), "imt");
    assert_true(space_used(space) == used_by(m.dir));
    retention_free(r);
    space_free(space);
    made_done(&m);
}

/* A segment that was not closed is somebody's still. */
static void test_open_segments_stay(void **state)
{
    (void)state;
    struct made m;
    struct retention_done done;
    made_init(&m, 1);
    made_part(&m, STEM, 0, 0, LENGTH, false);
    struct retention *r = retention_new(m.dir, NULL);
    struct retention_rules rules = { .keep_s = { 1, 1, 1 }, .now_ms = MS(10 * DAY) };
    assert_int_equal(retention_tidy(r, &rules, &done), 0);
    assert_true(done.removed == 0 && done.rewritten == 0);
    assert_true(os_exists("", made_path(&m, STEM, 0)));
    retention_free(r);
    made_done(&m);
}

struct filler {
    struct retention *r;
    struct retention_rules rules;
};

#define FILL_DAYS (TEST_SLOW ? 25 : 60)

/* Many days under a cap of a few: writing goes on, the cap holds, the last day is whole. */
static void test_fill(void **state)
{
    (void)state;
    struct made m;
    struct space *space;
    struct retention_done done;
    make_days(&m, 1);
    int64_t day = used_by(m.dir), cap = 5 * day;
    assert_int_equal(space_open(m.dir, cap, &space), 0);
    struct filler f = { .r = retention_new(m.dir, space), .rules = { .session = "session_" STEM } };
    struct tape_about about = { .major = TAPE_MAJOR, .session = "session_" STEM, .interval_s = 1 };
    for (int d = 1; d < FILL_DAYS; d++) {
        struct segment_writer *w;
        f.rules.part = about.part = d;
        f.rules.now_ms = MS((int64_t)d * DAY);
        assert_int_equal(segment_create(made_path(&m, STEM, d), &about, space, &w), 0);
        for (int i = 0; i < LENGTH; i++) {
            assert_int_equal(segment_add(w, m.s.schema, sample_moment(&m.s, (int64_t)d * DAY + i)), 0);
            if (segment_gathered(w) < MADE_BLOCK)
                continue;
            assert_int_equal(retention_tidy(f.r, &f.rules, &done), 0);
            assert_int_equal(segment_commit(w, (uint32_t)(i / MADE_BLOCK)), 0);
        }
        assert_int_equal(segment_finish(w), 0);
        assert_int_equal(retention_tidy(f.r, &f.rules, &done), 0);
        assert_true(space_used(space) <= cap && used_by(m.dir) == space_used(space));
        assert_string_equal(has(&m, d), "imt");
    }
    assert_string_equal(has(&m, FILL_DAYS - 1), "imt");
    retention_free(f.r);
    space_free(space);
    made_done(&m);
}

static void test_forecast(void **state)
{
    (void)state;
    struct made m;
    struct space *space;
    struct retention_forecast f;
    make_days(&m, 2);
    assert_int_equal(space_open(m.dir, 0, &space), 0);
    struct retention *r = retention_new(m.dir, space);
    struct retention_rules rules = { .keep_s = { 30 * DAY, 365 * DAY, 0 }, .now_ms = MS(2 * DAY) };
    retention_forecast(r, &rules, &f);
    assert_true(isinf(f.full_days) && f.instants_days == 30);
    double size = 0; /* of what has a tier, as a day of it would be */
    struct segment *s;
    assert_int_equal(segment_open(made_path(&m, STEM, 0), &s), 0);
    for (size_t i = 0; i < s->n; i++)
        size += s->entry[i].type == CHUNK_ABOUT || s->entry[i].type == CHUNK_CATALOG ? 0 : s->entry[i].n;
    segment_free(s);
    assert_near(f.bytes_per_day, size * DAY / (LENGTH - 1), size * DAY / LENGTH * 0.2); /* days differ */
    retention_free(r);
    space_free(space);

    int64_t cap = (int64_t)(f.bytes_per_day * 40);
    assert_int_equal(space_open(m.dir, cap, &space), 0);
    r = retention_new(m.dir, space);
    retention_forecast(r, &rules, &f);
    assert_true(f.full_days > 30 && f.full_days < 40);
    assert_true(f.instants_days >= 0 && f.instants_days <= 30);
    retention_free(r);
    space_free(space);
    made_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ages),        cmocka_unit_test(test_pins_do_not_age),
        cmocka_unit_test(test_order_of_the_cap), cmocka_unit_test(test_no_room_for_copies),
        cmocka_unit_test(test_crash),       cmocka_unit_test(test_open_segments_stay),
        cmocka_unit_test(test_fill),        cmocka_unit_test(test_forecast),
        cmocka_unit_test(test_events_go_along), cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
