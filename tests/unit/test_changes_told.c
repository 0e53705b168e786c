/* test_changes_told.c - nothing is told twice, and what was there for a moment is not told. */
#include "analyze/changes/changes_told.h"
#include "analyze/changes/young_services.h"
#include "base/text.h"
#include "test.h"

#include <string.h>

#define AT INT64_C(1795342500000)
#define MINUTE INT64_C(60000)

static bool told(struct changes_told *t, int64_t at_ms, const char *source, const char *text)
{
    struct event e = { .wall_ms = at_ms, .end_ms = at_ms, .kind = EVENT_CHANGE, .severity = SEVERITY_INFO };
    text_copy(e.source, sizeof e.source, source);
    text_copy(e.text, sizeof e.text, text);
    return changes_told(t, &e);
}

static void the_same_is_told_once(void **state)
{
    (void)state;
    struct changes_told t = { 0 };
    assert_false(told(&t, AT, "service", "service a.service failed: exit-code"));
    assert_true(told(&t, AT + 9 * MINUTE, "service", "service a.service failed: exit-code"));
    assert_true(told(&t, AT - 9 * MINUTE, "service", "service a.service failed: exit-code")); /* a line came late */
    assert_false(told(&t, AT + 10 * MINUTE, "service", "service a.service failed: exit-code"));
    assert_false(told(&t, AT, "service", "service a.service started"));
}

/* By /sys with its name behind, by a line without; in which order they come does not matter. */
static void one_thing_is_told_by_whom_it_is_seen_first(void **state)
{
    (void)state;
    struct changes_told t = { 0 };
    assert_false(told(&t, AT, "usb", "USB device 1-2 was plugged in (Stick)"));
    assert_true(told(&t, AT + 5000, "usb", "USB device 1-2 was plugged in"));
    assert_false(told(&t, AT + 2 * MINUTE, "usb", "USB device 1-2 was plugged in"));
    assert_false(told(&t, AT, "packages", "upgraded 2 packages: bash 1 to 2, sed 1 to 2"));
    assert_false(told(&t, AT + 1000, "packages", "upgraded 2 packages: tar 1 to 2, curl 1 to 2"));
}

/* Mounted, unmounted, mounted: the third is how it is now. */
static void the_last_state_is_told(void **state)
{
    (void)state;
    struct changes_told t = { 0 };
    assert_false(told(&t, AT, "mount", "file system /srv was mounted (ext4)"));
    assert_true(told(&t, AT + 1000, "mount", "file system /srv was mounted (ext4)"));
    assert_false(told(&t, AT + 2000, "mount", "file system /other was unmounted (ext4)"));
    assert_true(told(&t, AT + 3000, "mount", "file system /srv was mounted (ext4)"));
    assert_false(told(&t, AT + 4000, "mount", "file system /srv was unmounted (ext4)"));
    assert_false(told(&t, AT + 5000, "mount", "file system /srv was mounted (ext4)"));
    assert_true(told(&t, AT + 6000, "mount", "file system /srv was mounted (ext4)"));
    assert_false(told(&t, AT + 7000, "mount", "file system /srv became read-only"));
    assert_false(told(&t, AT + 8000, "mount", "file system /srv became writable"));
    assert_false(told(&t, AT + 9000, "mount", "file system /srv became read-only"));
    /* A service that ends again and again is told once in ten minutes. */
    assert_false(told(&t, AT, "service", "service a.service failed: exit-code"));
    assert_false(told(&t, AT + 1000, "service", "service a.service started"));
    assert_true(told(&t, AT + 2000, "service", "service a.service failed: exit-code"));
}

static void told_is_bounded(void **state)
{
    (void)state;
    struct changes_told t = { 0 };
    for (int i = 0; i < 3 * CHANGES_TOLD_MAX; i++) {
        char text[64];
        snprintf(text, sizeof text, "service s%d.service started", i);
        assert_false(told(&t, AT, "service", text));
        assert_true(told(&t, AT, "service", text));
    }
    assert_false(told(&t, AT, "service", "service s0.service started"));
}

static void what_is_gone_in_a_minute_is_not_told(void **state)
{
    (void)state;
    struct young_services y = { 0 };
    struct machine_item a = { .kind = MACHINE_SERVICE, .name = "a.service", .value = "1" },
                        b = { .kind = MACHINE_SERVICE, .name = "b.service", .value = "2" },
                        again = { .kind = MACHINE_SERVICE, .name = "b.service", .value = "3" }, out;
    int64_t since_ms;
    assert_true(young_services_hold(&y, NULL, &a, AT));
    assert_true(young_services_hold(&y, NULL, &b, AT + 1000));
    assert_false(young_services_grown(&y, AT + MINUTE - 1, &out, &since_ms));
    assert_true(young_services_hold(&y, &a, NULL, AT + 30000)); /* gone again */
    assert_true(young_services_grown(&y, AT + 2 * MINUTE, &out, &since_ms));
    assert_string_equal(out.name, "b.service");
    assert_int_equal(since_ms, AT + 1000);
    assert_false(young_services_grown(&y, AT + 2 * MINUTE, &out, &since_ms));
    assert_false(young_services_hold(&y, &b, NULL, AT + 3 * MINUTE)); /* one that had stayed */
    assert_false(young_services_hold(&y, &b, &again, AT + 3 * MINUTE));   /* and one that is in another of its lives */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_told_once), cmocka_unit_test(one_thing_is_told_by_whom_it_is_seen_first),
        cmocka_unit_test(the_last_state_is_told), cmocka_unit_test(told_is_bounded),
        cmocka_unit_test(what_is_gone_in_a_minute_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
