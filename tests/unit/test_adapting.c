/* test_adapting.c - policy.* of the configuration. */
#include "test.h"

#include "analyze/workload/workload.h"
#include "app/adapting.h"
#include "base/auto.h"

#include <errno.h>

static struct config *config(const char *text)
{
    struct config *c = config_new();
    auto_buf struct buf complaints = { 0 };
    if (config_parse(c, "f.yaml", text, strlen(text), &complaints) < 0)
        fail_msg("%s", buf_text(&complaints));
    return c;
}

static void test_off_by_default(void **state)
{
    (void)state;
    struct config *c = config_new();
    struct adapting a;
    struct buf complaints = { 0 };
    assert_false(config_bool(c, "policy.adaptive"));
    assert_int_equal(adapting_read(c, NULL, &a, &complaints), 0);
    assert_int_equal(a.n_trees, 0);
    assert_int_equal(a.wishes.goal, -1);
    assert_int_equal(a.wishes.goal_on_battery, ADAPT_SAME);
    assert_false(a.system);
    assert_true(a.limits.thermal_guard);
    assert_true(a.limits.dwell_s >= ADAPT_DWELL_LEAST_S);
    assert_int_equal(a.limits.changes_per_hour, ADAPT_CHANGES_MOST);
    config_free(c);
}

static void test_what_is_asked_for(void **state)
{
    (void)state;
    struct config *c = config("policy:\n  adaptive: true\n  trees: [redis-server, 'steam*']\n  goal: stability\n"
                              "  goal_on_battery: none\n  classes: [gaming=latency, idle=none]\n  min_dwell_s: 120\n"
                              "  max_changes_per_hour: 2\n  thermal_guard: false\n  system: true\n");
    struct workload_set *kinds = workload_set_new();
    struct adapting a;
    struct buf complaints = { 0 };
    assert_int_equal(adapting_read(c, kinds, &a, &complaints), 0);
    assert_int_equal(a.n_trees, 2);
    assert_string_equal(a.trees[1], "steam*");
    assert_int_equal(a.wishes.goal, GOAL_STABILITY);
    assert_int_equal(a.wishes.goal_on_battery, -1);
    assert_int_equal(adapt_goal(&a.wishes, "gaming", false), GOAL_LATENCY);
    assert_int_equal(adapt_goal(&a.wishes, "idle", false), -1);
    assert_int_equal(a.limits.changes_per_hour, 2);
    assert_near(a.limits.dwell_s, 120, 0);
    assert_false(a.limits.thermal_guard);
    assert_true(a.system);
    workload_set_free(kinds);
    config_free(c);
}

static void test_what_is_wrong_is_told(void **state)
{
    (void)state;
    struct config *c = config("policy:\n  classes: [gamming=latency, gaming=fast, gaming=power]\n");
    struct workload_set *kinds = workload_set_new();
    struct adapting a;
    auto_buf struct buf complaints = { 0 };
    assert_int_equal(adapting_read(c, kinds, &a, &complaints), -EINVAL);
    assert_non_null(strstr(buf_text(&complaints), "f.yaml:2: policy.classes: there is no kind of work \"gamming\""));
    assert_non_null(strstr(buf_text(&complaints), "\"fast\" is no goal"));
    assert_int_equal(a.wishes.n_classes, 1); /* the rest holds */
    workload_set_free(kinds);
    assert_int_equal(adapting_read(c, NULL, &a, &complaints), -EINVAL);
    assert_non_null(strstr(buf_text(&complaints), "enable_session_classification"));
    assert_int_equal(a.wishes.n_classes, 0);
    config_free(c);
}

/* The limits that nobody can set away, and every goal there is. */
static void test_bounds(void **state)
{
    (void)state;
    static const char *const wrong[] = { "max_changes_per_hour: 7", "max_changes_per_hour: 1", "min_dwell_s: 59",
                                         "goal: fast", "goal: same" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[80];
        struct config *c = config_new();
        auto_buf struct buf complaints = { 0 };
        snprintf(text, sizeof text, "policy:\n  %s\n", wrong[i]);
        if (config_parse(c, "f", text, strlen(text), &complaints) != -EINVAL)
            fail_msg("%s", wrong[i]);
        config_free(c);
    }
    for (int g = 0; g < GOALS; g++)
        for (int battery = 0; battery < 2; battery++) {
            char text[80];
            struct adapting a;
            struct buf complaints = { 0 };
            snprintf(text, sizeof text, "policy: { goal%s: %s }\n", battery ? "_on_battery" : "",
                     goal_name((enum goal)g));
            struct config *c = config(text);
            assert_int_equal(adapting_read(c, NULL, &a, &complaints), 0);
            assert_int_equal(battery ? a.wishes.goal_on_battery : a.wishes.goal, g);
            config_free(c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_off_by_default), cmocka_unit_test(test_what_is_asked_for),
        cmocka_unit_test(test_what_is_wrong_is_told), cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
