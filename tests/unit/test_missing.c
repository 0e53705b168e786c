/*
 * What this machine does not have, as `sonde doctor` says it, which this program stands in for: as
 * `test_missing doctor --json` it prints what is in ANSWER.
 */
#include "test.h"

#include "app/args.h"
#include "app/serve/missing.h"
#include "base/buf.h"
#include "os/os.h"

#include <stdlib.h>
#include <unistd.h>

static const struct option options[] = {
    { "config", 0, OPTION_FILE, "FILE", .help = "" }, { "root", 0, OPTION_DIR, "DIR", .help = "" }, { 0 },
};
static const struct command command = { .name = "test", .usage = "", .options = options };

static const char doctor[] =
    "{\"adapters\":[{\"name\":\"cpu\",\"state\":\"ok\",\"reason\":\"\",\"provides\":\"cpu.util\"},"
    "{\"name\":\"freq\",\"state\":\"absent\",\"reason\":\"no cpufreq\",\"provides\":\"cpu.freq,cpu.core.freq\"},"
    "{\"name\":\"services\",\"state\":\"absent\",\"reason\":\"no groups\",\"provides\":\"cgroup.memory.current\"},"
    "{\"name\":\"throttle\",\"state\":\"absent\",\"reason\":\"not Intel\",\"provides\":\"cpu.throttle.*\"}]}";

static void init(struct missing *m, const char *answer)
{
    struct buf complaint = { 0 };
    struct args *a;
    assert_int_equal(args_parse(&command, 0, NULL, &a, &complaint), 0);
    *m = (struct missing){ .args = a };
    assert_int_equal(setenv("ANSWER", answer, 1), 0);
}

static void done(struct missing *m)
{
    args_free((struct args *)m->args);
    missing_done(m);
}

static void answered(void **state)
{
    (void)state;
    struct missing m;
    init(&m, doctor);
    assert_string_equal(missing_why(&m, "cpu.throttle.package.events.rate cpu.throttle.core.events.rate"), "not Intel");
    assert_string_equal(missing_why(&m, "cpu.freq cpu.core.freq"), "no cpufreq");
    assert_string_equal(missing_why(&m, "memory.util"), ""); /* and not that of cgroup.memory.current */
    assert_string_equal(missing_why(&m, "cpu.util"), "");
    const char *text = missing_text(&m);
    assert_non_null(text);
    assert_non_null(strstr(text, "{\"remedy\":null,\"adapter\":\"freq\",\"reason\":\"no cpufreq\"}"));
    assert_null(strstr(text, "\"cpu\""));
    setenv("ANSWER", "", 1); /* it is not asked again */
    assert_non_null(missing_text(&m));
    done(&m);
}

/* Nobody knows; later it is asked again. */
static void not_answered(void **state)
{
    (void)state;
    static const char *const answers[] = { "", "nonsense", "{\"adapters\":null}", "[]" };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct missing m;
        init(&m, answers[i]);
        assert_null(missing_text(&m));
        assert_string_equal(missing_why(&m, "cpu.freq"), "");
        setenv("ANSWER", doctor, 1);
        assert_null(missing_text(&m)); /* not at once */
        m.again_ns = 0;
        assert_non_null(missing_text(&m));
        done(&m);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answered), cmocka_unit_test(not_answered),
    };
    if (argc > 1 && strcmp(argv[1], "doctor") == 0) {
        fputs(getenv("ANSWER"), stdout);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
