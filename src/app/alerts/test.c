/* test.c - `sonde alerts test`: do those who would be told hear it? */
#include "app/alerts/verbs.h"

#include "alert/deliveries.h"
#include "app/alerting.h"
#include "app/archived.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>

struct tested {
    struct buf text;
    struct json json;
    bool as_json;
    int told, failed;
};

static void test_note(void *self, enum receiver r, int rc, const char *why)
{
    struct tested *t = self;
    const char *result = rc == 0 ? "told" : rc == -ENODATA ? "not configured" : "failed";
    t->told += rc == 0;
    t->failed += rc < 0 && rc != -ENODATA;
    if (t->as_json) {
        json_object(&t->json, NULL);
        json_string(&t->json, "receiver", receiver_name(r));
        json_string(&t->json, "result", result);
        json_said(&t->json, "reason", rc == -ENODATA ? "" : why);
        json_end(&t->json);
    } else {
        buf_printf(&t->text, "%-9s %s%s%s\n", receiver_name(r), result, rc && *why ? ": " : "", rc ? why : "");
    }
}

static const struct rule *test_rule(const struct alerting *rules, const char *name)
{
    const struct rule *r = name ? alerting_rule(rules, name) : NULL;
    if (!name || r)
        return r;
    const char *names[RULES_MAX];
    for (size_t i = 0; i < rules->n; i++)
        names[i] = rules->rule[i].name;
    const char *meant = text_nearest(name, names, rules->n, sizeof *names);
    log_error(0, "alerts test: there is no rule %s%s%s; `sonde alerts list` has them", name,
              meant ? ", perhaps " : "", meant ? meant : "");
    return NULL;
}

static int test_end(struct tested *t)
{
    if (t->as_json) {
        json_end(&t->json);
        buf_putc(&t->text, '\n');
    } else if (!t->told && !t->failed) {
        buf_puts(&t->text, "Nobody is configured: alerts are events of the archive only, and `sonde notify` shows "
                 "them. See `sonde help config`, alerts.*\n");
    }
    fwrite(t->text.p, 1, t->text.n, stdout);
    buf_done(&t->text);
    return t->failed ? t->told ? EXIT_PART : EXIT_FAILED : EXIT_DONE;
}

/* A rule that can never hold here is told nobody, whoever hears a test. */
static void test_fit(const struct args *a, const struct rule *one, const struct alerting *rules)
{
    struct look v = { 0 };
    char why[RULE_WHY];
    auto_buf struct buf dir = { 0 };
    bool opens = archived_put_dir(a, &dir) == 0 && look_open(&v, dir.p, false) == 0;
    struct schema *s = opens ? alerting_measured(&v) : NULL;
    for (size_t i = 0; s && i < rules->own; i++)
        if ((!one || one == &rules->rule[i]) && !rule_fits(&rules->rule[i], s, why))
            log_warn(0, "alerts test: the rule '%s' can never hold: %s", rules->rule[i].name, why);
    schema_free(s);
    look_close(&v);
}

static int test_run(const struct args *a)
{
    auto_free struct alerting *rules = mem_new(sizeof *rules);
    const char *name = args_positional(a, 0);
    if (alerting_read_said(args_config(a), "alerts", rules) < 0)
        return EXIT_USAGE;
    const struct rule *r = test_rule(rules, name);
    if (name && !r)
        return EXIT_USAGE;
    test_fit(a, r, rules);
    struct message m;
    struct tested t = { .as_json = args_flag(a, "json") };
    message_test(r, os_wall_ms(), &m);
    json_init(&t.json, &t.text);
    if (t.as_json)
        json_array(&t.json, NULL);
    deliveries_test(args_config(a), alerting_wanted(a), m.receivers, &m, test_note, &t);
    return test_end(&t);
}

static const struct option options[] = { ALERTING_OPTIONS, ARCHIVED_OPTION, { 0 } };

static const struct example examples[] = {
    { "sonde alerts test", "a message to everyone who is configured" },
    { "sonde alerts test 'disk busy'", "to those whom one rule names" },
    { "sonde alerts test --notifications", "does the desktop show it?" },
    { 0 },
};

const struct command alerts_test = {
    .name = "alerts test", .summary = "send a test to everyone who would be told", .usage = "[RULE]",
    .text = "Each is told once, without another try, by this command and with the rights of this user. Exit status 3: "
            "some were told and some were not; 1: nobody was.",
    .options = options, .examples = examples, .max_positional = 1, .run = test_run,
};
