/* When a level will be reached: of an archive whose file system fills steadily, and another that does not. */
#include "test.h"

#include "app/alerts_ahead.h"
#include "base/mem.h"
#include "core/moment.h"
#include "os/os.h"
#include "store/names.h"
#include "store/segment.h"

#define START_MS INT64_C(1763769600000)
#define MINUTES 240
#define PER_MINUTE 0.15

struct said {
    int n;
    char metric[8][64];
    double value[8];
};

static void note(void *self, const struct rule *r, const char *metric, enum unit unit, double value)
{
    struct said *s = self;
    assert_true(s->n < 8 && r->kind == RULE_FORECAST && unit == UNIT_PERCENT);
    snprintf(s->metric[s->n], sizeof s->metric[0], "%s", metric);
    s->value[s->n++] = value;
}

static void fill(const char *dir)
{
    char path[OS_PATH_MAX];
    struct names n = { .part = 0, .block = -1 };
    struct segment_writer *w;
    struct schema *s = schema_new();
    struct moment m = { 0 };
    snprintf(path, sizeof path, "%s/segments", dir);
    assert_int_equal(os_make_dir(path), 0);
    snprintf(n.session, sizeof n.session, "session_20251122_000000");
    assert_int_equal(names_path(dir, &n, path), 0);
    struct tape_about about = { .major = TAPE_MAJOR, .minor = TAPE_MINOR, .start_ms = START_MS, .interval_s = 60,
                                .machine = "made up" };
    memcpy(about.session, n.session, sizeof about.session);
    assert_int_equal(segment_create(path, &about, NULL, &w), 0);
    schema_source(s, "made");
    int root = schema_add(s, &(struct metric){ .name = "fs.util", .inst = "/", .unit = UNIT_PERCENT, .max = 100 });
    int home = schema_add(s, &(struct metric){ .name = "fs.util", .inst = "/home", .unit = UNIT_PERCENT, .max = 100 });
    int other = schema_add(s, &(struct metric){ .name = "cpu.util", .unit = UNIT_PERCENT, .max = 100 });
    frame_fit(&m.frame, s);
    for (int i = 0; i < MINUTES; i++) {
        m.frame.wall_ms = START_MS + i * INT64_C(60000);
        m.frame.mono_ns = (i + 1) * INT64_C(60000000000);
        frame_set(&m.frame, root, 50 + PER_MINUTE * i);
        frame_set(&m.frame, home, 40);
        frame_set(&m.frame, other, 50 + (i * 7919) % 41); /* goes up and down, and nowhere */
        m.frame.read_ns[m.frame.n_sources - 1] = m.frame.mono_ns;
        assert_int_equal(segment_add(w, s, &m), 0);
    }
    assert_int_equal(segment_commit(w, 0), 0);
    assert_int_equal(segment_finish(w), 0);
    frame_done(&m.frame);
    schema_free(s);
}

static void tells_when_a_level_is_reached(void **state)
{
    (void)state;
    char dir[128], why[RULE_WHY];
    struct rule rules[2];
    struct said s = { 0 };
    assert_int_equal(os_make_temp_dir(false, dir, sizeof dir), 0);
    fill(dir);
    assert_int_equal(rule_parse("forecast fs.util{*} reaches 100 within 3h", &rules[0], why), 0);
    assert_int_equal(rule_parse("disk: cpu.util > 5", &rules[1], why), 0);
    alerts_ahead(dir, rules, 2, note, &s);
    assert_int_equal(s.n, 2);
    double left_s = (100 - (50 + PER_MINUTE * (MINUTES - 1))) / PER_MINUTE * 60;
    assert_string_equal(s.metric[0], "fs.util{/}");
    assert_near(s.value[0], left_s, 0.15 * left_s);
    assert_string_equal(s.metric[1], "fs.util{/home}");
    assert_true(isinf(s.value[1]));

    /* The other way, what is reached already, and no further than the rule asks. */
    assert_int_equal(rule_parse("forecast fs.util{/home} reaches 40 within 1h", &rules[0], why), 0);
    assert_int_equal(rule_parse("forecast fs.util{/} reaches 100 within 30m", &rules[1], why), 0);
    s.n = 0;
    alerts_ahead(dir, rules, 2, note, &s);
    assert_int_equal(s.n, 2);
    assert_near(s.value[0], 0, 0);
    assert_true(s.value[1] > 1800); /* and so it does not hold */
    assert_int_equal(rule_judge_reached(&rules[1], s.value[1]), RULE_WELL);
    /* What went beyond the level a while ago has reached it. */
    assert_int_equal(rule_parse("forecast fs.util{/} reaches 84 within 1h", &rules[0], why), 0);
    assert_int_equal(rule_parse("forecast fs.util{/home} reaches 20 within 1h", &rules[1], why), 0);
    s.n = 0;
    alerts_ahead(dir, rules, 2, note, &s);
    assert_true(s.n == 2 && s.value[0] == 0 && isinf(s.value[1]));
    assert_int_equal(rule_parse("forecast cpu.util reaches 100 within 3h", &rules[0], why), 0);
    s.n = 0;
    alerts_ahead(dir, rules, 1, note, &s);
    assert_true(s.n == 1 && isinf(s.value[0]));
    os_remove_dir(dir);
}

static void says_nothing_of_nothing(void **state)
{
    (void)state;
    char why[RULE_WHY];
    struct rule rules[2];
    struct said s = { 0 };
    assert_int_equal(rule_parse("forecast fs.util{*} reaches 100 within 3h", &rules[0], why), 0);
    assert_int_equal(rule_parse("forecast risk high", &rules[1], why), 0);
    alerts_ahead("/nonexistent/sonde", rules, 2, note, &s);
    assert_int_equal(s.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_when_a_level_is_reached),
        cmocka_unit_test(says_nothing_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
