/* Times as a person types them, at a fixed now; what they become, and what is refused. */
#include "test.h"

#include "base/text.h"
#include "base/when.h"

#define NOW 1795342516250 /* 2026-11-22T10:15:16.250Z */

static void understood(void **state)
{
    (void)state;
    static const struct { const char *text, *want; } cases[] = {
        { "now", "2026-11-22T10:15:16.250Z" },
        { "NOW", "2026-11-22T10:15:16.250Z" },
        { "today", "2026-11-22T00:00:00.000Z" },
        { "yesterday", "2026-11-21T00:00:00.000Z" },
        { "Yesterday 14:05", "2026-11-21T14:05:00.000Z" },
        { "today  23:59:59", "2026-11-22T23:59:59.000Z" },
        { "10:15", "2026-11-22T10:15:00.000Z" },
        { "10:16", "2026-11-21T10:16:00.000Z" },
        { "9:05", "2026-11-22T09:05:00.000Z" },
        { "14:05:30", "2026-11-21T14:05:30.000Z" },
        { "-90m", "2026-11-22T08:45:16.250Z" },
        { "-2h", "2026-11-22T08:15:16.250Z" },
        { "-1.5h", "2026-11-22T08:45:16.250Z" },
        { "-1h30m", "2026-11-22T08:45:16.250Z" },
        { "-1d", "2026-11-21T10:15:16.250Z" },
        { "-0s", "2026-11-22T10:15:16.250Z" },
        { "2h ago", "2026-11-22T08:15:16.250Z" },
        { "1 hour 30 minutes ago", "2026-11-22T08:45:16.250Z" },
        { "3 days ago", "2026-11-19T10:15:16.250Z" },
        { "1w ago", "2026-11-15T10:15:16.250Z" },
        { " 2h ago", "2026-11-22T08:15:16.250Z" },
        { "2026-11-20", "2026-11-20T00:00:00.000Z" },
        { "2026-11-20 14:05", "2026-11-20T14:05:00.000Z" },
        { "2026-11-20T14:05", "2026-11-20T14:05:00.000Z" },
        { "2026-11-20T14:05Z", "2026-11-20T14:05:00.000Z" },
        { "2026-11-20T14:05:06.789Z", "2026-11-20T14:05:06.789Z" },
        { "2026-11-20 14:05+02:00", "2026-11-20T12:05:00.000Z" },
        { "2026-11-20T14:05:06+0200", "2026-11-20T12:05:06.000Z" },
        { "2024-02-29", "2024-02-29T00:00:00.000Z" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 0;
        char text[TEXT_TIME_MAX];
        if (!when_parse(cases[i].text, NOW, &ms))
            fail_msg("'%s' was refused", cases[i].text);
        if (strcmp(text_time(ms, text), cases[i].want) != 0)
            fail_msg("'%s' is %s, not %s", cases[i].text, text, cases[i].want);
    }
}

static void refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", " ", "tomorrow", "nowish", "yesterdays", "yesterday 25:00", "yesterday 9", "24:00", "9:5",
            "14:60", "14:05:60", "14:05x",
        "2h", "90m", "2 hours", "ago", "h ago", "-", "-h", "-2", "-2x", "-2h ago", "--2h", "-1e3h", "-infd",
            "-nand", "-9999999999d",
        "-1..5h", "2026-02-30", "2026-13-01", "2026-11-31T00:00:00", "2026-1-1", "2026-11-20x",
            "2026-11-20 25:05", "26-11-20",
        "2026-11-20T14:05:06 yesterday", "1763806516", "2026-11-20T14:05:06+99:00",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 42;
        if (when_parse(cases[i], NOW, &ms))
            fail_msg("'%s' was understood", cases[i]);
        assert_int_equal(ms, 42);
    }
}

/* A day begins at midnight also before 1970. */
static void long_ago(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(when_parse("today", -1, &ms));
    assert_int_equal(ms, -86400000);
}

static void words(void **state)
{
    (void)state;
    char zone[WHEN_ZONE_MAX];
    assert_string_equal(when_month_name(1), "Jan");
    assert_string_equal(when_month_name(12), "Dec");
    assert_string_equal(when_month_name(13), "?");
    assert_string_equal(when_zone_text(0, zone), "UTC");
    assert_string_equal(when_zone_text(-59, zone), "UTC");
    assert_string_equal(when_zone_text(3600, zone), "UTC+01:00");
    assert_string_equal(when_zone_text(-12600, zone), "UTC-03:30");
    assert_string_equal(when_zone_text(50400, zone), "UTC+14:00");
}

/* Years that nobody writes are none. */
static void far_away(void **state)
{
    (void)state;
    static const char *const none[] = { "3660000d ago", "800000d ago", "99999-12-31", "0000-01-01" };
    int64_t ms = 7, now = 1795694400000;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(when_parse(none[i], now, &ms));
    assert_int_equal(ms, 7);
    assert_true(when_parse("730000d ago", now, &ms));
    assert_true(when_parse("9999-12-31T23:59:59.999", now, &ms));
    assert_true(when_fits(ms) && !when_fits(ms + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understood), cmocka_unit_test(refused), cmocka_unit_test(long_ago), cmocka_unit_test(words),
        cmocka_unit_test(far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
