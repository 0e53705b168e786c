/* What may be asked of a recorder, and what is refused. */
#include "test.h"

#include "app/recorder_request.h"

#include <errno.h>

static int parse(const char *line, struct request *r)
{
    char why[REQUEST_WHY] = "";
    int rc = request_parse(line, strlen(line), r, why);
    assert_true(rc == 0 || (rc == -EINVAL && *why));
    return rc;
}

static void takes_what_is_documented(void **state)
{
    (void)state;
    struct request r;
    assert_int_equal(parse("live", &r), 0);
    assert_int_equal(r.kind, REQUEST_LIVE);
    assert_near(r.minutes, 10, 0);
    assert_int_equal(parse("live 0.5", &r), 0);
    assert_near(r.minutes, 0.5, 0);
    assert_int_equal(parse("tape - -5 1700000000000", &r), 0);
    assert_string_equal(r.session, "");
    assert_true(r.from_ms == -5 && r.to_ms == 1700000000000);
    assert_int_equal(parse("tape session_20261126_021311_2 0 1", &r), 0);
    assert_string_equal(r.session, "session_20261126_021311_2");
    assert_int_equal(parse("  state ", &r), 0);
    assert_int_equal(r.kind, REQUEST_STATE);
    assert_int_equal(parse("sessions", &r), 0);
    assert_int_equal(r.limit, 100);
    assert_int_equal(parse("sessions 7", &r), 0);
    assert_int_equal(r.limit, 7);
    assert_int_equal(parse("mark the fan  is loud", &r), 0);
    assert_string_equal(r.text, "the fan  is loud");
    assert_int_equal(parse("alerts", &r), 0);
    assert_int_equal(r.kind, REQUEST_ALERTS);
    assert_int_equal(parse("mark", &r), 0);
    assert_string_equal(r.text, "");
}

static void refuses_everything_else(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "", " ", "li", "lives", "live x", "live -1", "live nan", "live inf", "live 1441", "live 1 2", "tape", "tape -",
            "tape - 0",
        "tape - 0 1 2", "tape - x 1", "tape - 0 99999999999999999999", "tape - 1e3 2", "state now", "alerts now",
            "alert", "sessions 0", "sessions 10001",
        "sessions 1 2", "sessions x", "mark \033[2J", "mark \xff\xfe", "LIVE", "tape a\tb 0 1",
        "tape session_of_a_name_that_is_longer_than_any_that_we_give 0 1",
    };
    struct request r = { .limit = 42 };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(parse(lines[i], &r), -EINVAL);
    assert_int_equal(r.limit, 42);
    char why[REQUEST_WHY], longest[REQUEST_MAX];
    memset(longest, 'x', sizeof longest);
    assert_int_equal(request_parse(longest, sizeof longest, &r, why), -EINVAL);
    assert_int_equal(request_parse("state\0", 6, &r, why), -EINVAL);
    memcpy(longest, "mark ", 5);
    assert_int_equal(request_parse(longest, sizeof longest - 1, &r, why), 0);
    assert_int_equal(strlen(r.text), sizeof longest - 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_documented),
        cmocka_unit_test(refuses_everything_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
