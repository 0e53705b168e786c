/* test_before.c - which changes are named before an episode, in which order, and when none is. */
#include "analyze/changes/before.h"
#include "base/text.h"
#include "test.h"

#include <string.h>

#define AT INT64_C(1795342500000)
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

static struct event event(int64_t before_ms, const char *source, const char *text)
{
    struct event e = { .wall_ms = AT - before_ms, .end_ms = AT - before_ms, .kind = EVENT_CHANGE,
                       .severity = SEVERITY_INFO };
    text_copy(e.source, sizeof e.source, source);
    text_copy(e.text, sizeof e.text, text);
    return e;
}

static struct before_episode episode(const char *area, const char *words)
{
    return (struct before_episode){ .start_ms = AT, .area = area, .words = words };
}

static void test_nothing(void **state)
{
    (void)state;
    struct before_change out[BEFORE_MOST];
    struct before_episode of = episode("cpu", "");
    struct event far = event(25 * HOUR, "version", "kernel changed from 1 to 2");
    struct event later = event(-MINUTE, "version", "kernel changed from 1 to 2");
    struct event other = event(MINUTE, "version", "kernel changed from 1 to 2");
    struct event faint = event(20 * HOUR, "usb", "USB device 1-2 was plugged in");
    other.kind = EVENT_GAP;
    assert_int_equal(before_rank(NULL, 0, &of, out, 0), 0);
    assert_int_equal(before_rank(&far, 1, &of, out, 0), 0);
    assert_int_equal(before_rank(&later, 1, &of, out, 0), 0);
    assert_int_equal(before_rank(&other, 1, &of, out, 0), 0);
    assert_int_equal(before_rank(&faint, 1, &of, out, 0), 0);
}

static void first_is(const struct event *e, size_t n, const struct before_episode *of, const char *text)
{
    struct before_change out[BEFORE_MOST];
    int k = before_rank(e, n, of, out, 0);
    assert_true(k > 0);
    for (int i = 1; i < k; i++)
        assert_true(out[i].score <= out[i - 1].score);
    assert_true(out[0].score <= 1);
    assert_string_equal(out[0].text, text);
}

static void test_order(void **state)
{
    (void)state;
    struct before_episode of = episode("disk", "");
    struct event e[] = {
        event(2 * HOUR, "packages", "upgraded curl 1 to 2"),
        event(3 * MINUTE, "usb", "USB device 1-2 was plugged in"),
        event(4 * MINUTE, "mount", "file system /srv was mounted (ext4)"),
        event(10 * HOUR, "service", "service cron.service started"),
    };
    first_is(e, 4, &of, "file system /srv was mounted (ext4)");
    of = episode("thermal", ""); /* a mount warms nothing; a driver does */
    e[0] = event(HOUR, "packages", "upgraded nvidia-driver 1 to 2");
    first_is(e, 4, &of, "upgraded nvidia-driver 1 to 2");
    /* the nearer of two alike */
    struct event two[] = { event(HOUR, "service", "service a.service started"),
                           event(MINUTE, "service", "service b.service started") };
    of = episode("cpu", "");
    first_is(two, 2, &of, "service b.service started");
}

static void test_names(void **state)
{
    (void)state;
    struct event e[] = {
        event(30 * MINUTE, "packages", "upgraded postgresql-15 15.4-1 to 15.5-1"),
        event(20 * MINUTE, "service", "service nginx.service started"),
        event(20 * MINUTE, "packages", "upgraded htop 3 to 4"),
    };
    struct before_episode of = episode("memory", "memory: used rose from 1 GB to 5 GB, by postgres (pid 812)");
    first_is(e, 3, &of, "upgraded postgresql-15 15.4-1 to 15.5-1");
    of = episode("cpu", "nginx worker");
    first_is(e, 3, &of, "service nginx.service started");
    /* words of our own sentences are no names */
    struct before_episode common = episode("memory", "memory used rose upgraded packages process");
    struct before_episode none = episode("memory", "");
    double with = before_score(&e[2], &common), without = before_score(&e[2], &none);
    assert_true(with == without);
}

static void test_again_and_again(void **state)
{
    (void)state;
    struct before_change out[BEFORE_MOST];
    struct before_episode of = episode("cpu", "");
    struct event e[40];
    for (int i = 0; i < 40; i++)
        e[i] = event((40 - i) * MINUTE, "service", "service a.service started");
    assert_int_equal(before_rank(e, 40, &of, out, 0), 1); /* once, the nearest */
    assert_int_equal(out[0].time_ms, AT - MINUTE);
    struct event more = event(2 * MINUTE, "boot", "the machine started (boot 1)");
    int n = before_rank(&more, 1, &of, out, 1); /* to those that stand there */
    assert_int_equal(n, 2);
    n = before_rank(e, 40, &of, out, n);
    assert_int_equal(n, 2);
    for (int i = 0; i < 40; i++)
        snprintf(e[i].text, sizeof e[i].text, "service %c%d.service started", 'a' + i % 26, i);
    n = before_rank(e, 40, &of, out, 0);
    assert_int_equal(n, BEFORE_MOST);
    for (int i = 0; i < n; i++)
        assert_int_equal(out[i].time_ms, AT - (i + 1) * MINUTE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_nothing), cmocka_unit_test(test_order), cmocka_unit_test(test_names),
    cmocka_unit_test(test_again_and_again),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
