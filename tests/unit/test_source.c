/* Instants from a place on: of blocks and journals, at every boundary, while they are written and packed. */
#include "test.h"

#include "archive_sample.h"

#include "base/mem.h"
#include "os/disk.h"
#include "push/backlog.h"
#include "push/source.h"
#include "store/store_journal.h"

#include <errno.h>

#define STEM "20261122_000000"
#define SESSION "session_" STEM

/* 160 instants in two parts and two journals. */
static void make(struct made *m)
{
    made_init(m, 1);
    made_part(m, STEM, 0, 0, 60, true);       /* blocks of 25, 25, 10 */
    made_part(m, STEM, 1, 60, 110, false);    /* 25, 25 */
    made_journal(m, STEM, 1, 2, 110, 140);
    made_journal(m, STEM, 1, 3, 140, 160);
}

/* Reads all there is from a place on, instants first..end-1. Returns the last place. */
static struct place read_all(struct made *m, struct source *s, size_t first, size_t end)
{
    const struct moment *now;
    struct place behind = { 0 };
    int rc;
    size_t i = first;
    while ((rc = source_next(s, &now, &behind)) == 1) {
        assert_true(i < end);
        assert_int_equal(now->frame.wall_ms, m->tick[i].wall_ms);
        assert_int_equal(behind.wall_ms, m->tick[i].wall_ms);
        i++;
    }
    assert_int_equal(rc, 0);
    assert_int_equal(i, end);
    return behind;
}

static void test_all(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    struct source *s = source_new(m.dir);
    struct place at = { .session = SESSION };
    source_seek(s, &at);
    at = read_all(&m, s, 0, 160);
    assert_int_equal(at.part, 1);
    assert_int_equal(at.block, 3);
    assert_int_equal(at.tick, 20);
    assert_string_equal(source_about(s)->session, SESSION);
    source_free(s);
    made_done(&m);
}

/* From the place behind every instant on what follows is the same, rates included: so is a batch after a kill. */
static void test_every_place(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    struct source *s = source_new(m.dir), *again = source_new(m.dir);
    struct place at = { .session = SESSION }, other;
    const struct moment *one, *two;
    source_seek(s, &at);
    for (size_t i = 0; i < 160; i++) {
        struct place before = at;
        assert_int_equal(source_next(s, &one, &at), 1);
        source_seek(again, &before);
        assert_int_equal(source_next(again, &two, &other), 1);
        assert_int_equal(one->frame.n, two->frame.n);
        for (int slot = 0; slot < one->frame.n; slot++)
            assert_true(one->frame.v[slot] == two->frame.v[slot] ||
                        (isnan(one->frame.v[slot]) && isnan(two->frame.v[slot])));
        assert_memory_equal(&at, &other, sizeof at);
    }
    source_free(s);
    source_free(again);
    made_done(&m);
}

/* A journal that grows, is packed and removed while it is read, and the next that begins. */
static void test_growing(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 1);
    struct names n = { .session = SESSION, .block = 0 };
    struct tape_about about = { .major = TAPE_MAJOR, .start_ms = SAMPLE_START_MS, .interval_s = 1, .session = SESSION };
    struct store_journal j = { .fd = -1 };
    struct source *s = source_new(m.dir);
    struct place at = { .session = SESSION };
    const struct moment *now;
    source_seek(s, &at);
    assert_int_equal(source_next(s, &now, &at), 0); /* nothing is there yet */
    assert_int_equal(store_journal_open(&j, m.dir, &n, &about, m.s.schema, NULL), 0);
    for (int64_t i = 0; i < 30; i++) {
        assert_int_equal(store_journal_append(&j, m.s.schema, sample_moment(&m.s, i)), 0);
        assert_int_equal(source_next(s, &now, &at), 1);
        assert_int_equal(sample_index(&m.s, now), i);
        assert_int_equal(source_next(s, &now, &at), 0);
    }
    assert_int_equal(store_journal_append(&j, m.s.schema, sample_moment(&m.s, 30)), 0);
    store_journal_close(&j);
    assert_int_equal(os_disk_remove(j.path), 0); /* as the packer does; its last instant was not read yet */
    n.block = 1;
    assert_int_equal(store_journal_open(&j, m.dir, &n, &about, m.s.schema, NULL), 0);
    assert_int_equal(store_journal_append(&j, m.s.schema, sample_moment(&m.s, 31)), 0);
    for (int64_t i = 30; i < 32; i++) {
        assert_int_equal(source_next(s, &now, &at), 1);
        assert_int_equal(sample_index(&m.s, now), i);
    }
    assert_int_equal(at.block, 1);
    assert_int_equal(at.tick, 1);
    assert_int_equal(source_next(s, &now, &at), 0);
    store_journal_close(&j);
    store_journal_done(&j);
    source_free(s);
    made_done(&m);
}

/* What retention took before it was sent is a hole, and is told. */
static void test_hole(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    struct source *s = source_new(m.dir);
    struct place at = { .session = SESSION, .block = 1, .tick = 3, .wall_ms = 1 };
    const struct moment *now;
    assert_int_equal(os_disk_remove(made_path(&m, STEM, 0)), 0);
    source_seek(s, &at);
    assert_int_equal(source_next(s, &now, &at), -EPIPE);
    assert_int_equal(at.wall_ms, 1);
    read_all(&m, s, 60, 160);
    source_free(s);
    made_done(&m);
}

/* ---- what waits ---- */

static void test_next(void **state)
{
    (void)state;
    struct made m;
    struct cursor c;
    char next[NAMES_SESSION_MAX];
    make(&m);
    made_part(&m, "20261121_000000", 0, 0, 30, true);
    made_journal(&m, "20990101_000000", 0, 0, 0, 3);
    cursor_begin(&c, "session_20261121_000000");
    cursor_add(&c, SESSION);
    assert_true(backlog_next(m.dir, &c, SESSION, next));
    assert_string_equal(next, "session_20261121_000000");
    cursor_finish(&c, next);
    assert_true(backlog_next(m.dir, &c, SESSION, next)); /* the one that is recorded comes last */
    assert_string_equal(next, "session_20990101_000000");
    cursor_reach(&c, next);
    cursor_finish(&c, next);
    assert_true(backlog_next(m.dir, &c, SESSION, next));
    assert_string_equal(next, SESSION);
    cursor_finish(&c, next);
    assert_false(backlog_next(m.dir, &c, SESSION, next));
    made_done(&m);
}

static void test_trim(void **state)
{
    (void)state;
    struct made m;
    struct cursor c;
    struct backlog b;
    struct place at;
    make(&m);
    cursor_begin(&c, SESSION);
    cursor_move(&c, &(struct place){ .session = SESSION, .block = 1, .tick = 5, .wall_ms = m.tick[29].wall_ms });
    assert_int_equal(backlog_trim(m.dir, &c, 0, 0, &b), 0);
    assert_int_equal(b.passed, 0);
    assert_true(b.bytes > 1000);
    int64_t all = b.bytes;
    /* by age: the blocks that end before instant 60 */
    assert_int_equal(backlog_trim(m.dir, &c, m.tick[60].wall_ms, 0, &b), 0);
    assert_int_equal(b.passed, 20 + 10);
    assert_int_equal(b.first_ms, m.tick[29].wall_ms);
    assert_int_equal(b.last_ms, m.tick[59].wall_ms);
    assert_true(b.by_age);
    assert_true(b.bytes < all);
    assert_true(cursor_wants(&c, SESSION, &at));
    assert_int_equal(at.part, 0);
    assert_int_equal(at.block, 3);
    assert_int_equal(at.wall_ms, m.tick[59].wall_ms);
    struct source *s = source_new(m.dir);
    source_seek(s, &at);
    read_all(&m, s, 60, 160);
    source_free(s);
    /* by size: all that is packed, and no journal */
    assert_int_equal(backlog_trim(m.dir, &c, 0, 1, &b), 0);
    assert_int_equal(b.passed, 50);
    assert_false(b.by_age);
    assert_true(b.bytes > 1);
    assert_int_equal(backlog_trim(m.dir, &c, 0, 1, &b), 0);
    assert_int_equal(b.passed, 0);
    made_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all), cmocka_unit_test(test_every_place), cmocka_unit_test(test_growing),
        cmocka_unit_test(test_hole), cmocka_unit_test(test_next), cmocka_unit_test(test_trim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
