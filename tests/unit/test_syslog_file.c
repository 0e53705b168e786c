/* A file of syslog is followed: while it is written, renamed, cut; from a cursor, and from a time. */
#include "test.h"

#include "analyze/logs/syslog_file.h"
#include "base/auto.h"
#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tail {
    char dir[OS_PATH_MAX], path[OS_PATH_MAX + 16], old[OS_PATH_MAX + 16];
    struct log_source s;
};

static int no_zone(int64_t wall_ms)
{
    (void)wall_ms;
    return 0;
}

static void append(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* "Nov 27 02:00:SS host app: TEXT" */
static void say(const char *path, int second, const char *text)
{
    auto_buf struct buf line = { 0 };
    buf_printf(&line, "Nov 27 02:%02d:%02d host app: %s\n", second / 60, second % 60, text);
    append(path, line.p, line.n);
}

static void tail_open(struct tail *t)
{
    assert_int_equal(syslog_file_open(t->path, no_zone, &t->s), 0);
}

static void tail_new(struct tail *t)
{
    assert_int_equal(os_make_temp_dir(false, t->dir, sizeof t->dir), 0);
    snprintf(t->path, sizeof t->path, "%s/syslog", t->dir);
    snprintf(t->old, sizeof t->old, "%s/syslog.1", t->dir);
}

static void tail_done(struct tail *t)
{
    t->s.close(t->s.self);
    os_remove_dir(t->dir);
}

static void expect(struct tail *t, const char *text)
{
    struct log_line l;
    if (!text) {
        assert_int_equal(t->s.next(t->s.self, &l), 0);
        return;
    }
    assert_int_equal(t->s.next(t->s.self, &l), 1);
    assert_string_equal(l.text, text);
    assert_string_equal(l.log, t->path);
}

static void it_is_followed(void **state)
{
    (void)state;
    struct tail t;
    tail_new(&t);
    say(t.path, 1, "before");
    tail_open(&t);
    expect(&t, NULL);
    say(t.path, 2, "one");
    say(t.path, 3, "two");
    append(t.path, "    goes on from the line before\n", 33);
    append(t.path, "Nov 27 02:00:04 host app: par", 29);
    expect(&t, "one");
    expect(&t, "two");
    expect(&t, NULL);
    append(t.path, "tial\n", 5);
    expect(&t, "partial");
    expect(&t, NULL);
    tail_done(&t);
}

static void it_may_come_later(void **state)
{
    (void)state;
    struct tail t;
    tail_new(&t);
    tail_open(&t);
    expect(&t, NULL);
    say(t.path, 2, "one");
    expect(&t, "one");
    expect(&t, NULL);
    tail_done(&t);
}

/* Renamed: the one who writes goes on with the old one for a while; its last line may have no end. */
static void it_is_renamed(void **state)
{
    (void)state;
    struct tail t;
    tail_new(&t);
    say(t.path, 1, "before");
    tail_open(&t);
    say(t.path, 2, "one");
    expect(&t, "one");
    assert_int_equal(rename(t.path, t.old), 0);
    say(t.old, 3, "two");
    expect(&t, "two");
    expect(&t, NULL);
    append(t.path, "", 0); /* made, and nothing in it yet */
    say(t.old, 4, "three");
    append(t.old, "Nov 27 02:00:05 host app: four", 30);
    expect(&t, "three");
    expect(&t, NULL);
    say(t.path, 6, "five");
    expect(&t, "four");
    expect(&t, "five");
    expect(&t, NULL);
    say(t.path, 7, "six");
    expect(&t, "six");
    tail_done(&t);
}

/* Copied and cut: what was written between the last poll and the copy is in the copy. */
static void it_is_cut(void **state)
{
    (void)state;
    struct tail t;
    char *text;
    size_t n;
    for (int longer = 0; longer < 2; longer++) { /* the new one may be longer than the old one by the next poll */
        tail_new(&t);
        say(t.path, 1, "before");
        tail_open(&t);
        say(t.path, 2, "one");
        expect(&t, "one");
        expect(&t, NULL);
        say(t.path, 3, "two");
        assert_int_equal(os_read_file(t.path, 1000, &text, &n), 0);
        append(t.old, text, n);
        mem_free(text);
        assert_int_equal(truncate(t.path, 0), 0);
        say(t.path, 4, "three");
        for (int i = 0; longer && i < 5; i++)
            say(t.path, 5, "more");
        expect(&t, "two");
        expect(&t, "three");
        for (int i = 0; longer && i < 5; i++)
            expect(&t, "more");
        expect(&t, NULL);
        tail_done(&t);
    }
}

/* The cut one was not copied: only what is new is there. */
static void it_is_emptied(void **state)
{
    (void)state;
    struct tail t;
    tail_new(&t);
    say(t.path, 1, "before");
    tail_open(&t);
    say(t.path, 2, "one");
    expect(&t, "one");
    expect(&t, NULL);
    assert_int_equal(truncate(t.path, 0), 0);
    expect(&t, NULL);
    say(t.path, 3, "two");
    expect(&t, "two");
    expect(&t, NULL);
    tail_done(&t);
}

/* The next process goes on: in the same file, in the renamed one, in a copy of it, and knows when it is gone. */
static void a_cursor_outlives_it(void **state)
{
    (void)state;
    static const char *const cases[] = { "same", "renamed", "copied", "gone" };
    for (int i = 0; i < 4; i++) {
        struct tail t;
        auto_buf struct buf cursor = { 0 };
        char *text;
        size_t n;
        tail_new(&t);
        say(t.path, 1, "before");
        tail_open(&t);
        say(t.path, 2, "one");
        say(t.path, 3, "two");
        expect(&t, "one");
        assert_int_equal(t.s.cursor(t.s.self, &cursor), 0);
        t.s.close(t.s.self);
        assert_int_equal(os_read_file(t.path, 1000, &text, &n), 0);
        if (strcmp(cases[i], "renamed") == 0)
            assert_int_equal(rename(t.path, t.old), 0);
        if (strcmp(cases[i], "copied") == 0)
            append(t.old, text, n);
        if (i >= 1)
            unlink(t.path);
        mem_free(text);
        say(t.path, 4, "three");
        tail_open(&t);
        assert_int_equal(t.s.seek(t.s.self, cursor.p), i == 3 ? -ENOENT : 0);
        if (i < 3) {
            expect(&t, "two");
            expect(&t, "three");
            expect(&t, NULL);
        }
        assert_int_equal(t.s.seek(t.s.self, "nonsense"), -EINVAL);
        tail_done(&t);
    }
}

/* A line that is longer than there is room, NULs, and lines without a stamp. */
static void odd_lines_are_survived(void **state)
{
    (void)state;
    struct tail t;
    char *huge = mem_new(200000);
    memset(huge, 'x', 200000);
    tail_new(&t);
    say(t.path, 1, "before");
    tail_open(&t);
    append(t.path, "Nov 27 02:00:02 host app: ", 26);
    append(t.path, huge, 200000);
    append(t.path, "\n", 1);
    append(t.path, "\0\0\0\0\0\0\0\0", 8);
    say(t.path, 3, "one");
    append(t.path, "\n\n\xff\xfe\n", 5);
    say(t.path, 4, "two");
    struct log_line l;
    assert_int_equal(t.s.next(t.s.self, &l), 1);
    assert_int_equal(strlen(l.text), sizeof l.text - 1);
    expect(&t, "one");
    expect(&t, "two");
    expect(&t, NULL);
    mem_free(huge);
    tail_done(&t);
}

/* From a time on, over the turned-over file and the new one, without reading all of them. */
static void a_time_is_found(void **state)
{
    (void)state;
    struct tail t;
    struct log_line l;
    char text[300];
    tail_new(&t);
    memset(text, 'y', sizeof text);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 3000; i++)
        say(i < 2000 ? t.old : t.path, i, text);
    tail_open(&t);
    for (int second = 100; second < 3000; second += 700) {
        int64_t want = 1795744800000 + second * 1000; /* 2026-11-27 02:00 UTC */
        int passed = 0, after = 0;
        assert_int_equal(t.s.seek_time(t.s.self, want), 0);
        while (t.s.next(t.s.self, &l) == 1) {
            passed += l.wall_ms < want;
            after += l.wall_ms >= want;
        }
        assert_int_equal(after, 3000 - second);
        assert_true(passed < 700);
    }
    tail_done(&t);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct tail t;
    tail_new(&t);
    assert_int_equal(syslog_file_open(t.dir, no_zone, &t.s), -EINVAL);
    os_remove_dir(t.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_followed), cmocka_unit_test(it_may_come_later), cmocka_unit_test(it_is_renamed),
        cmocka_unit_test(it_is_cut), cmocka_unit_test(it_is_emptied), cmocka_unit_test(a_cursor_outlives_it),
        cmocka_unit_test(odd_lines_are_survived), cmocka_unit_test(a_time_is_found),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
