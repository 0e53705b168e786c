/* Command lines against a table: what is taken, and the exact words of every refusal. */
#include "test.h"

#include "app/args.h"
#include "os/os.h"

#include <errno.h>

static const struct option options[] = {
    { "duration", 'd', OPTION_DURATION, "SECONDS", 1, 86400, .fallback = "60", .help = "how long" },
    { "interval", 'i', OPTION_NUMBER, "SECONDS", 0.1, 3600, .fallback = "1", .help = "how often" },
    { "steps", 0, OPTION_COUNT, "N", .min = 1, .max = INFINITY, .help = "how many" },
    { "mode", 'm', OPTION_CHOICE, "MODE", .choices = "collect full", .fallback = "full", .help = "what" },
    { "name", 'n', OPTION_TEXT, "NAME", .help = "a name" },
    { "since", 0, OPTION_TIME, "TIME", .help = "from when on" },
    { "plot", 'p', OPTION_FLAG, .help = "draw" },
    { 0 },
};

static const struct command command = {
    .name = "watch", .summary = "", .usage = "[FILE]", .options = options, .max_positional = 1,
};

#define LINE_MAX_WORDS 8
#define LINE(...) { __VA_ARGS__ }

static int parse(const char *const *words, struct args **a, struct buf *complaint)
{
    int argc = 0;
    while (argc < LINE_MAX_WORDS && words[argc])
        argc++;
    return args_parse(&command, argc, (char *const *)words, a, complaint);
}

static void accepted(void **state)
{
    (void)state;
    static const struct {
        const char *words[LINE_MAX_WORDS];
        double duration, interval;
        bool plot, quiet;
        const char *mode, *name, *file;
    } cases[] = {
        { LINE(NULL), 60, 1, false, false, "full", NULL, NULL },
        { LINE("--duration", "5"), 5, 1, false, false, "full", NULL, NULL },
        { LINE("--duration=2m", "-i", ".5"), 120, 0.5, false, false, "full", NULL, NULL },
        { LINE("-d90", "-pq", "a.csv"), 90, 1, true, true, "full", NULL, "a.csv" },
        { LINE("a.csv", "-pd", "1.5h"), 5400, 1, true, false, "full", NULL, "a.csv" },
        { LINE("-m", "collect", "--name", "-x"), 60, 1, false, false, "collect", "-x", NULL },
        { LINE("--name=--json", "--", "--plot"), 60, 1, false, false, "full", "--json", "--plot" },
        { LINE("-i", "1", "-i", "3600"), 60, 3600, false, false, "full", NULL, NULL },
        { LINE("--name=a=b", "-"), 60, 1, false, false, "full", "a=b", "-" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct args *a;
        struct buf complaint = { 0 };
        assert_int_equal(parse(cases[i].words, &a, &complaint), 0);
        assert_near(args_number(a, "duration"), cases[i].duration, 0);
        assert_near(args_number(a, "interval"), cases[i].interval, 0);
        assert_nan(args_number(a, "steps"));
        assert_int_equal(args_flag(a, "plot"), cases[i].plot);
        assert_int_equal(args_flag(a, "quiet"), cases[i].quiet);
        assert_string_equal(args_text(a, "mode"), cases[i].mode);
        assert_int_equal(args_given(a, "name"), cases[i].name != NULL);
        if (cases[i].name)
            assert_string_equal(args_text(a, "name"), cases[i].name);
        else
            assert_null(args_text(a, "name"));
        assert_int_equal(args_positionals(a), cases[i].file != NULL);
        if (cases[i].file)
            assert_string_equal(args_positional(a, 0), cases[i].file);
        assert_null(args_positional(a, 1));
        assert_null(args_positional(a, -1));
        assert_null(args_config(a));
        args_free(a);
        buf_done(&complaint);
    }
}

static void times(void **state)
{
    (void)state;
    struct args *a;
    struct buf complaint = { 0 };
    const char *const exact[LINE_MAX_WORDS] = { "--since=2026-11-22T10:15:16.250Z" };
    assert_int_equal(parse(exact, &a, &complaint), 0);
    assert_int_equal(args_time(a, "since"), 1795342516250);
    args_free(a);
    assert_int_equal(parse((const char *const[LINE_MAX_WORDS]){ "--since", "-2h" }, &a, &complaint), 0);
    assert_near(args_time(a, "since"), os_wall_ms() - 7200000, 60000);
    args_free(a);
    assert_int_equal(parse((const char *const[LINE_MAX_WORDS]){ NULL }, &a, &complaint), 0);
    assert_int_equal(args_time(a, "since"), 0);
    args_free(a);
}

static void refused(void **state)
{
    (void)state;
    static const struct { const char *words[LINE_MAX_WORDS]; const char *want; } cases[] = {
        { LINE("--duraton", "5"), "unknown option --duraton; did you mean --duration? See" },
        { LINE("--dur=5"), "unknown option --dur; did you mean --duration? See" },
        { LINE("--qiet"), "unknown option --qiet; did you mean --quiet? See" },
        { LINE("--xyzzyx"), "unknown option --xyzzyx. See" },
        { LINE("--a\033[31mb"), "unknown option --a?[31mb. See" },
        { LINE("-px"), "unknown option -x. See" },
        { LINE("---plot"), "unknown option ---plot; did you mean --plot? See" },
        { LINE("--interval", "abc"), "--interval: 'abc' is not a number; give 0.1 to 3600. See" },
        { LINE("--interval", "nan"), "--interval: 'nan' is not a number; give 0.1 to 3600. See" },
        { LINE("--interval", "inf"), "--interval: 'inf' is not a number; give 0.1 to 3600. See" },
        { LINE("--interval", "1e999"), "--interval: '1e999' is not a number; give 0.1 to 3600. See" },
        { LINE("--interval", "0"), "--interval: '0' is out of range; give 0.1 to 3600. See" },
        { LINE("-i", "-1"), "-i: '-1' is out of range; give 0.1 to 3600. See" },
        { LINE("-i-1"), "-i: '-1' is out of range; give 0.1 to 3600. See" },
        { LINE("-i", "1x"), "-i: '1x' is not a number; give 0.1 to 3600. See" },
        { LINE("-i", ""), "-i: '' is not a number; give 0.1 to 3600. See" },
        { LINE("--steps", "1.5"), "--steps: '1.5' is not a whole number; give at least 1. See" },
        { LINE("--steps", "0"), "--steps: '0' is out of range; give at least 1. See" },
        { LINE("--duration", "0"), "--duration: '0' is out of range; give 1 to 86400 seconds. See" },
        { LINE("--duration", "nan"), "--duration: 'nan' is not a duration; write it like 90, 90s, 1.5m or 2h. See" },
        { LINE("--duration", "1e308h"), "--duration: '1e308h' is not a duration; write it like 90, 90s, 1.5m or 2h. See" },
        { LINE("--duration", "5 apples"), "--duration: '5 apples' is not a duration; write it like 90, 90s, 1.5m or 2h. See" },
        { LINE("--duration", "2d"), "--duration: '2d' is out of range; give 1 to 86400 seconds. See" },
        { LINE("--mode", "foo"), "--mode: 'foo' is none of collect, full. See" },
        { LINE("--mode", "ful"), "--mode: 'ful' is none of collect, full; did you mean full? See" },
        { LINE("--mode="), "--mode: '' is none of collect, full. See" },
        { LINE("--since", "noon"), "--since: 'noon' is not a time; write it like 2026-11-22T14:05, 14:05, "
                                   "'yesterday 14:05', -2h, '3 days ago' or now, in UTC. See" },
        { LINE("--name"), "--name needs a value: --name NAME. See" },
        { LINE("--name", "--json"), "--name needs a value: --name NAME. See" },
        { LINE("--name", ""), "--name: empty; give NAME. See" },
        { LINE("-n"), "-n needs a value: -n NAME. See" },
        { LINE("--plot=1"), "--plot takes no value. See" },
        { LINE("a", "b"), "one word too many: 'b'. See" },
        { LINE("a", "help"), "one word too many: 'help'; the command comes first: sonde help. See" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct args *a = NULL;
        struct buf complaint = { 0 };
        char want[320];
        snprintf(want, sizeof want, "watch: %s `sonde help watch`.", cases[i].want);
        assert_int_equal(parse(cases[i].words, &a, &complaint), -EINVAL);
        assert_string_equal(buf_text(&complaint), want);
        assert_null(a);
        buf_done(&complaint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted), cmocka_unit_test(times), cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
