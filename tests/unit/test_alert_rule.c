/* Rules as people write them, and what is wrong with others. */
#include "test.h"

#include "alert/rule.h"

#include <errno.h>

static struct rule parse(const char *text)
{
    struct rule r;
    char why[RULE_WHY] = "";
    int rc = rule_parse(text, &r, why);
    if (rc < 0)
        fail_msg("%s: %s", text, why);
    return r;
}

static void takes_metrics(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *metric;
        enum rule_compare compare;
        double level, clear, for_s, clear_for_s;
        enum severity severity;
        unsigned receivers;
    } cases[] = {
        { "disk.util > 90 for 5m", "disk.util > 90", "disk.util", RULE_ABOVE, 90, 87.3, 300, 0, SEVERITY_WARNING, RECEIVER_ANY },
        { "cpu.temp{*} > 95 clear 85 for 30s severity critical", "cpu.temp{*} > 95", "cpu.temp{*}", RULE_ABOVE, 95, 85, 0, 30,
          SEVERITY_CRITICAL, RECEIVER_ANY },
        { "disk busy: disk.util > 90 for 5m to desktop, webhook", "disk busy", "disk.util", RULE_ABOVE, 90, 87.3, 300, 0,
          SEVERITY_WARNING, RECEIVER_DESKTOP | RECEIVER_WEBHOOK },
        { "memory.available<500MB for 1m clear 1GB for 2m", "memory.available<500MB", "memory.available", RULE_BELOW, 5e8, 1e9, 60,
          120, SEVERITY_WARNING, RECEIVER_ANY },
        { "  x :  a.b >= 2.5k   to log,command", "x", "a.b", RULE_AT_LEAST, 2500, 2425, 0, 0, SEVERITY_WARNING,
          RECEIVER_LOG | RECEIVER_COMMAND },
        { "a.b <= 10 %", "a.b <= 10 %", "a.b", RULE_AT_MOST, 10, 10.3, 0, 0, SEVERITY_WARNING, RECEIVER_ANY },
        { "a.b > 0 for 10s clear for 1m severity info to email", "a.b > 0", "a.b", RULE_ABOVE, 0, 0, 10, 60, SEVERITY_INFO,
          RECEIVER_EMAIL },
        { "t.x{a b, c > d} > -5", "t.x{a b, c > d} > -5", "t.x{a b? c > d}", RULE_ABOVE, -5, -5.15, 0, 0, SEVERITY_WARNING,
          RECEIVER_ANY },
        { "f{a:b} > 1", "f{a:b} > 1", "f{a:b}", RULE_ABOVE, 1, 0.97, 0, 0, SEVERITY_WARNING, RECEIVER_ANY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rule r = parse(cases[i].text);
        assert_int_equal(r.kind, RULE_METRIC);
        assert_string_equal(r.name, cases[i].name);
        assert_string_equal(r.metric, cases[i].metric);
        assert_int_equal(r.compare, cases[i].compare);
        assert_near(r.level, cases[i].level, 0);
        assert_near(r.clear, cases[i].clear, 1e-9);
        assert_near(r.for_s, cases[i].for_s, 0);
        assert_near(r.clear_for_s, cases[i].clear_for_s, 0);
        assert_int_equal(r.severity, cases[i].severity);
        assert_int_equal(r.receivers, cases[i].receivers);
    }
}

static void takes_findings(void **state)
{
    (void)state;
    struct rule r = parse("anomaly severity warning");
    assert_int_equal(r.kind, RULE_ANOMALY);
    assert_int_equal(r.at_least, SEVERITY_WARNING);
    assert_int_equal(r.severity, 0);
    assert_string_equal(r.name, "anomaly severity warning");
    r = parse("odd: anomaly to log");
    assert_int_equal(r.at_least, SEVERITY_NOTICE);
    assert_int_equal(r.receivers, RECEIVER_LOG);
    r = parse("anomaly critical severity notice");
    assert_int_equal(r.at_least, SEVERITY_CRITICAL);
    assert_int_equal(r.severity, SEVERITY_NOTICE);
    r = parse("event archive warning clear for 1h");
    assert_int_equal(r.kind, RULE_EVENT);
    assert_int_equal(r.event, EVENT_ARCHIVE);
    assert_int_equal(r.at_least, SEVERITY_WARNING);
    assert_near(r.clear_for_s, 3600, 0);
    r = parse("forecast fs.util{*} reaches 100 within 6h severity critical");
    assert_int_equal(r.kind, RULE_FORECAST);
    assert_string_equal(r.metric, "fs.util{*}");
    assert_near(r.level, 100, 0);
    assert_near(r.within_s, 6 * 3600, 0);
    assert_int_equal(r.severity, SEVERITY_CRITICAL);
    r = parse("forecast risk high");
    assert_int_equal(r.kind, RULE_RISK);
    assert_near(r.level, 2, 0);
}

static void the_default_rules_are_rules(void **state)
{
    (void)state;
    int n = 0;
    for (const char *const *p = rule_defaults(); *p; p++, n++)
        parse(*p);
    assert_true(n >= 8 && n < RULES_MAX);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        { "", "the end is no metric" },
        { "x:", "the end is no metric" },
        { ": a > 1", "no name before the colon" },
        { "all: a > 1", "no rule is called all" },
        { "disk.util", "behind disk.util stands >, >=, < or <=" },
        { "disk.util = 4", "behind disk.util stands" },
        { "disk.util >", "the end is no number" },
        { "disk.util > much", "much is no number" },
        { "disk.util > nan", "nan is no number" },
        { "disk.util > 1e308TB", "is no number" },
        { "disk.util > 90 for", "the end is no time" },
        { "disk.util > 90 for -5s", "is no time" },
        { "disk.util > 90 for 900d", "is no time" },
        { "disk.util > 90 for 5", "5 is no time without a unit; say 5s or 5m" },
        { "disk.util > 90 for 5 severity info", "5 is no time without a unit; say 5s or 5m" },
        { "disk.util > 90 for 5 minutes", "5 minutes: say 5m" },
        { "disk.util > 90 for 1.5 hours", "1.5 hours: say 1.5h" },
        { "memory.available < 2MB clear 1MB", "it would be over at 1.00 MB while it holds; clear is at least 2.00 MB" },
        { "disk.util > 90 clear 95", "it would be over at 95 while it holds; clear is at most 90" },
        { "disk.util < 90 clear 80", "clear is at least 90" },
        { "disk.util > 90 severity bad", "bad is no severity; there are info, notice, warning, critical" },
        { "disk.util > 90 to mars", "mars is no receiver; there are desktop, log, webhook, email, command" },
        { "disk.util > 90 to log,", "the end is no receiver" },
        { "disk.util > 90 maybe", "maybe is none of for, clear, severity, to" },
        { "{a} > 90", "no metric" },
        { "a{b > 90", "family{instance}" },
        { "event rain", "rain is no kind of event; there are gap, clock, adapter, budget, archive, anomaly, workload, log, "
          "change" },
        { "event alert", "told of itself" },
        { "anomaly clear 5", "goes with a metric only" },
        { "anomaly for 5m", "lasts no time" },
        { "forecast fs.util 100", "`reaches` is missing" },
        { "forecast fs.util reaches 100 in 6h", "`within` is missing" },
        { "forecast fs.util reaches 100 within 1s", "10 minutes to 3 days" },
        { "forecast risk low", "medium or high" },
        { "a > 1\nb > 2", "one line of plain text" },
        { "a\033[2J > 1", "plain text" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rule r = { .level = 42 };
        char why[RULE_WHY] = "";
        assert_int_equal(rule_parse(cases[i].text, &r, why), -EINVAL);
        if (!strstr(why, cases[i].says))
            fail_msg("%s: %s", cases[i].text, why);
        assert_near(r.level, 42, 0);
    }
    struct rule r;
    char why[RULE_WHY], text[RULE_MAX + 1];
    memset(text, 'a', sizeof text);
    text[RULE_MAX] = '\0';
    assert_int_equal(rule_parse(text, &r, why), -EINVAL);
}

/* What could never hold is told: a slip in a name, another unit. */
static void knows_what_cannot_hold(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    char why[RULE_WHY] = "";
    schema_add(s, &(struct metric){ .name = "disk.util", .inst = "sda", .unit = UNIT_PERCENT });
    schema_add(s, &(struct metric){ .name = "disk.read.rate", .inst = "sda", .unit = UNIT_BYTE_PER_S });
    schema_add(s, &(struct metric){ .name = "memory.available", .unit = UNIT_BYTE });
    static const char *const good[] = { "disk.util > 90", "disk.util{sd*} > 90%", "disk.* > 50MB", "anomaly",
                                        "event archive",
                                        "disk.util > 90 %", "memory.available < 500MB", "memory.available < 5e8",
                                        "disk.read.rate > 1B", "forecast disk.util{*} reaches 100 within 6h" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct rule r = parse(good[i]);
        if (!rule_fits(&r, s, why))
            fail_msg("%s: %s", good[i], why);
    }
    static const struct { const char *text, *says; } bad[] = {
        { "disk.utl > 90%", "disk.utl matches no metric here; did you mean disk.util?" },
        { "disk.util{nvme*} > 90", "disk.util{nvme*} matches no metric here; disk.util has other instances" },
        { "nothing.of.the.kind > 90", "nothing.of.the.kind matches no metric here" },
        { "disk.util > 500MB", "disk.util is in %, not in bytes" },
        { "memory.available < 5%", "memory.available is in bytes, not in %" },
        { "forecast fs.utl reaches 100 within 6h", "fs.utl matches no metric here" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct rule r = parse(bad[i].text);
        assert_false(rule_fits(&r, s, why));
        assert_string_equal(why, bad[i].says);
    }
    schema_free(s);
}

static void judges_with_hysteresis(void **state)
{
    (void)state;
    struct rule up = parse("a > 90 clear 80"), down = parse("a <= 10 clear 20"), zero = parse("a > 0");
    assert_int_equal(rule_judge(&up, 90), RULE_BETWEEN);
    assert_int_equal(rule_judge(&up, 90.1), RULE_HOLDS);
    assert_int_equal(rule_judge(&up, 80.1), RULE_BETWEEN);
    assert_int_equal(rule_judge(&up, 80), RULE_WELL);
    assert_int_equal(rule_judge(&up, NAN), RULE_UNKNOWN);
    assert_int_equal(rule_judge(&down, 10), RULE_HOLDS);
    assert_int_equal(rule_judge(&down, 15), RULE_BETWEEN);
    assert_int_equal(rule_judge(&down, 20), RULE_WELL);
    assert_int_equal(rule_judge(&zero, 0), RULE_WELL);
    assert_int_equal(rule_judge(&zero, 1), RULE_HOLDS);
    struct rule ahead = parse("forecast a reaches 100 within 1h");
    assert_int_equal(rule_judge_reached(&ahead, 3600), RULE_HOLDS);
    assert_int_equal(rule_judge_reached(&ahead, 4000), RULE_BETWEEN);
    assert_int_equal(rule_judge_reached(&ahead, INFINITY), RULE_WELL);
    assert_int_equal(rule_judge_reached(&ahead, NAN), RULE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_metrics),
        cmocka_unit_test(takes_findings),
        cmocka_unit_test(the_default_rules_are_rules),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(knows_what_cannot_hold),
        cmocka_unit_test(judges_with_hysteresis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
