/* Replies of a Redis server, in whatever pieces they arrive. */
#include "test.h"

#include "../../bench/load/resp.h"

#include <errno.h>
#include <string.h>

static const char mixed[] = "+OK\r\n$5\r\na\r\nbc\r\n$-1\r\n$0\r\n\r\n:17\r\n-ERR no\r\n$3\r\n+\r\n\r\n";

static void whole_replies(void **state)
{
    (void)state;
    struct resp r = { 0 };
    assert_int_equal(resp_take(&r, mixed, sizeof mixed - 1), 0);
    assert_int_equal(r.replies, 7);
    assert_int_equal(r.errors, 1);
    assert_int_equal(r.n + r.body, 0);
}

static void in_any_two_pieces(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof mixed; cut++) {
        struct resp r = { 0 };
        assert_int_equal(resp_take(&r, mixed, cut), 0);
        size_t before = r.replies;
        assert_int_equal(resp_take(&r, mixed + cut, sizeof mixed - 1 - cut), 0);
        assert_true(before <= 7);
        assert_int_equal(r.replies, 7);
        assert_int_equal(r.errors, 1);
    }
}

static void a_reply_counts_when_it_is_whole(void **state)
{
    (void)state;
    struct resp r = { 0 };
    assert_int_equal(resp_take(&r, "$2\r\nab\r", 7), 0);
    assert_int_equal(r.replies, 0);
    assert_int_equal(resp_take(&r, "\n", 1), 0);
    assert_int_equal(r.replies, 1);
}

static void what_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "*1\r\n", "HTTP/1.1 400\r\n", "$\r\n", "$x\r\n", "$-2\r\n", "$16777217\r\n", "$99999999999999999999\r\n", "+OK\n", "\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct resp r = { 0 };
        if (resp_take(&r, bad[i], strlen(bad[i])) != -EBADMSG)
            fail_msg("'%s' is taken", bad[i]);
    }
    struct resp r = { 0 };
    char line[RESP_LINE];
    memset(line, '+', sizeof line);
    assert_int_equal(resp_take(&r, line, sizeof line), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_replies),
        cmocka_unit_test(in_any_two_pieces),
        cmocka_unit_test(a_reply_counts_when_it_is_whole),
        cmocka_unit_test(what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
