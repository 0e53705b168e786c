/* How far a receiver is: what a file says, whole or not, and which sessions follow from it. Also how long to wait. */
#include "test.h"

#include "os/os.h"
#include "push/backoff.h"
#include "push/cursor.h"

#include <errno.h>
#include <sys/stat.h>

#define A "session_20261122_000000"
#define B "session_20261123_000000"
#define B2 "session_20261123_000000_2"
#define FUTURE "session_20990101_000000"

static struct place at(const char *session, int part, int64_t block, int64_t tick)
{
    struct place p = { .part = part, .block = block, .tick = tick, .wall_ms = 1795305600000 };
    snprintf(p.session, sizeof p.session, "%s", session);
    return p;
}

static void assert_wants(const struct cursor *c, const char *session, int64_t block, int64_t tick)
{
    struct place p;
    bool wants = cursor_wants(c, session, &p);
    assert_int_equal(wants, block >= 0);
    if (wants) {
        assert_string_equal(p.session, session);
        assert_int_equal(p.block, block);
        assert_int_equal(p.tick, tick);
    }
}

static void test_sessions(void **state)
{
    (void)state;
    struct cursor c;
    cursor_begin(&c, A);
    cursor_add(&c, A);
    assert_wants(&c, "session_20261121_000000", -1, 0); /* what was before the receiver was named */
    assert_wants(&c, A, 0, 0);
    assert_wants(&c, B, 0, 0);
    cursor_move(&c, &(struct place){ .session = A, .block = 3, .tick = 5 });
    assert_wants(&c, A, 3, 5);
    cursor_add(&c, B);
    cursor_finish(&c, A);
    assert_wants(&c, A, -1, 0);
    cursor_reach(&c, B);
    assert_wants(&c, A, -1, 0);
    assert_wants(&c, B, 0, 0);
    assert_wants(&c, B2, 0, 0);
    assert_int_equal(c.n, 1); /* that A was sent follows from base */
}

/* A clock that was far ahead, and was set right: the sessions that follow sort before. */
static void test_clock_set_back(void **state)
{
    (void)state;
    struct cursor c;
    struct place p;
    cursor_begin(&c, FUTURE);
    cursor_add(&c, FUTURE);
    p = at(FUTURE, 0, 1, 2);
    cursor_move(&c, &p);
    cursor_add(&c, A); /* the recorder's next start */
    assert_wants(&c, A, 0, 0);
    assert_wants(&c, FUTURE, 1, 2);
    cursor_reach(&c, FUTURE);
    cursor_finish(&c, FUTURE);
    assert_wants(&c, FUTURE, -1, 0);
    cursor_reach(&c, A);
    p = at(A, 0, 7, 0);
    cursor_move(&c, &p);
    cursor_add(&c, B); /* and the one after */
    cursor_finish(&c, A);
    assert_wants(&c, A, -1, 0);
    assert_wants(&c, B, 0, 0);
    assert_wants(&c, FUTURE, -1, 0);
}

static void test_text(void **state)
{
    (void)state;
    struct cursor c, back;
    struct buf text = { 0 }, again = { 0 };
    cursor_begin(&c, B2);
    struct place p = at(A, 2, 17, 342);
    cursor_move(&c, &p);
    cursor_finish(&c, FUTURE);
    c.accepted = true;
    c.success_ms = 1795305601234;
    cursor_put(&c, &text);
    assert_int_equal(cursor_parse(text.p, text.n, &back), 0);
    cursor_put(&back, &again);
    assert_string_equal(text.p, again.p);
    assert_wants(&back, A, 17, 342);
    assert_wants(&back, FUTURE, -1, 0);
    assert_wants(&back, B, -1, 0);
    /* torn anywhere, or any bit of it another: it is none */
    for (size_t n = 0; n < text.n; n++)
        assert_int_equal(cursor_parse(text.p, n, &back), -EBADMSG);
    for (size_t i = 0; i < text.n * 8; i++) {
        text.p[i / 8] ^= (char)(1 << i % 8);
        assert_int_equal(cursor_parse(text.p, text.n, &back), -EBADMSG);
        text.p[i / 8] ^= (char)(1 << i % 8);
    }
    buf_done(&text);
    buf_done(&again);
}

static void test_file(void **state)
{
    (void)state;
    char dir[OS_PATH_MAX], path[OS_PATH_MAX + 32];
    struct cursor c, back;
    assert_int_equal(os_make_temp_dir(false, dir, sizeof dir), 0);
    assert_int_equal(cursor_read(dir, "one", &back), -ENOENT);
    cursor_begin(&c, A);
    struct place p = at(A, 0, 1, 2);
    cursor_move(&c, &p);
    assert_int_equal(cursor_write(dir, "one", &c, NULL), 0);
    assert_int_equal(cursor_read(dir, "one", &back), 0);
    assert_wants(&back, A, 1, 2);
    snprintf(path, sizeof path, "%s/push/one", dir);
    assert_int_equal(os_write_file(path, "something else\n", 15), 0);
    assert_int_equal(cursor_read(dir, "one", &back), -EBADMSG);
    snprintf(path, sizeof path, "%s/push/two", dir);
    assert_int_equal(mkfifo(path, 0600), 0); /* whoever opens it waits for a writer */
    assert_int_equal(cursor_read(dir, "two", &back), -EBADMSG);
    os_remove_dir(dir);
}

static void test_backoff(void **state)
{
    (void)state;
    struct backoff b;
    backoff_seed(&b, 1);
    for (double whole = 1; whole < 1e5; whole *= 2) {
        double most = whole < BACKOFF_MAX_S ? whole : BACKOFF_MAX_S, s = backoff_next(&b, 0);
        assert_true(s >= most / 2 && s <= most);
    }
    assert_near(backoff_next(&b, 1000), 1000, 0);
    assert_near(backoff_next(&b, 1e9), BACKOFF_ASKED_MAX_S, 0);
    assert_true(backoff_next(&b, 1) >= BACKOFF_MAX_S / 2);
    assert_true(backoff_next(&b, (double)NAN) <= BACKOFF_MAX_S);
    backoff_clear(&b);
    assert_true(backoff_next(&b, 0) <= 1);
    /* two that failed at the same time do not come back at the same time */
    struct backoff other;
    backoff_seed(&other, 2);
    backoff_seed(&b, 1);
    assert_true(backoff_next(&b, 0) != backoff_next(&other, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions), cmocka_unit_test(test_clock_set_back), cmocka_unit_test(test_text),
        cmocka_unit_test(test_file), cmocka_unit_test(test_backoff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
