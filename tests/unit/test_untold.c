/* Why nobody was told: the one reason that applies. */
#include "test.h"

#include "app/alerts/untold.h"
#include "base/text.h"

#define NOON INT64_C(1795348800000) /* 2026-11-22T12:00:00Z */

static void names_the_reason_that_applies(void **state)
{
    (void)state;
    struct alert_policy p = { .group_s = 5, .raise_cooldown_s = 300 };
    struct rule r = { .for_s = 10, .receivers = RECEIVER_WEBHOOK | RECEIVER_EMAIL };
    struct alert a = { .severity = SEVERITY_WARNING, .since_ms = NOON - 11000 };
    struct untold u = { &p, &r, RECEIVER_WEBHOOK | RECEIVER_LOG, 0, 0, NOON, 3600 };
    char out[UNTOLD_MAX];
    assert_string_equal(untold_words(&u, &a, out), "for 5.0 s what comes of its rule is gathered; it goes to webhook");
    u.before_ms = NOON - 100000;
    assert_string_equal(untold_words(&u, &a, out), "it was told a moment ago already, before it was over; again from "
                                                   "2026-11-22 12:03:20 UTC on; it goes to webhook");
    p.quiet_from = 13 * 60; /* in local time it is one */
    p.quiet_to = 13 * 60 + 30;
    assert_string_equal(untold_words(&u, &a, out), "quiet hours until 13:30, local time; it goes to webhook");
    u.silenced_ms = NOON + 3600000;
    assert_string_equal(untold_words(&u, &a, out), "silenced until 2026-11-22 13:00 UTC; it goes to webhook");
    u.silenced_ms = u.before_ms = 0;
    a.severity = SEVERITY_CRITICAL; /* told in quiet hours, too */
    a.since_ms = NOON - 60000;
    u.receivers = RECEIVER_LOG;
    assert_string_equal(untold_words(&u, &a, out), "the recorder has not told it yet, or none runs; nobody is "
                                                   "configured to hear it but `sonde notify`");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names_the_reason_that_applies) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
