/* silence.c - `sonde alerts silence`, `unsilence`: nothing is told of a rule for a while. */
#include "app/alerts/verbs.h"

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
#include <string.h>

/* A rule of the configuration, "all", or of the past: only the first two may be silenced. False: that was said. */
static bool silence_knows(const struct args *a, const char *name)
{
    auto_free struct alerting *rules = mem_new(sizeof *rules);
    const char *names[RULES_MAX + 1] = { "all" };
    auto_buf struct buf complaints = { 0 };
    alerting_read(args_config(a), rules, &complaints);
    if (strcmp(name, "all") == 0 || alerting_rule(rules, name))
        return true;
    for (size_t i = 0; i < rules->n; i++)
        names[i + 1] = rules->rule[i].name;
    const char *meant = text_nearest(name, names, rules->n + 1, sizeof *names);
    log_error(0, "alerts silence: there is no rule %s%s%s; `sonde alerts list` has them", name,
              meant ? ", perhaps " : "", meant ? meant : "");
    return false;
}

static void silence_say(const struct args *a, const char *rule, int64_t until_ms)
{
    auto_buf struct buf out = { 0 };
    char time[TEXT_TIME_MAX];
    if (args_flag(a, "json")) {
        struct json j;
        json_init(&j, &out);
        json_object(&j, NULL);
        json_string(&j, "rule", rule);
        if (until_ms)
            json_time(&j, "until", until_ms);
        else
            json_null(&j, "until");
        json_end(&j);
    } else if (until_ms) {
        text_time(until_ms, time)[16] = '\0';
        time[10] = ' ';
        buf_printf(&out, "%s: nothing is told until %s UTC; what is raised is kept all the same", rule, time);
    } else {
        buf_printf(&out, "%s: it is told again", rule);
    }
    puts(out.p);
}

/* until_ms 0 ends it. */
static int silence_put(const struct args *a, const char *rule, int64_t until_ms)
{
    struct look v;
    int rc = archived_open(&v, a, true);
    rc = rc < 0 ? rc : !v.indexed ? -ENOENT : until_ms ? index_silence(v.index, rule, until_ms) :
         index_unsilence(v.index, rule);
    if (rc == -ENODATA)
        log_error(0, "alerts unsilence: %s is not silenced", rule);
    else if (rc == 0)
        silence_say(a, rule, until_ms);
    int status = rc == -ENODATA ? EXIT_FAILED : archived_say(buf_text(&v.dir), rc);
    look_close(&v);
    return status;
}

static int silence_run(const struct args *a)
{
    const char *name = args_positional(a, 0);
    if (!name) {
        log_error(0, "alerts silence: say which rule, or all: sonde alerts silence RULE --for 2h");
        return EXIT_USAGE;
    }
    if (!silence_knows(a, name))
        return EXIT_USAGE;
    return silence_put(a, name, os_wall_ms() + (int64_t)(1000 * args_number(a, "for")));
}

static int unsilence_run(const struct args *a)
{
    const char *name = args_positional(a, 0);
    if (!name) {
        log_error(0, "alerts unsilence: say which rule, or all: sonde alerts unsilence RULE");
        return EXIT_USAGE;
    }
    return silence_put(a, name, 0);
}

static const struct option silence_options[] = {
    { "for", 0, OPTION_DURATION, "TIME", .min = 1, .max = 366 * 86400.0, .fallback = "2h",
      .help = "how long: 30m, 2h, 3d" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct option unsilence_options[] = { ARCHIVED_OPTION, { 0 } };

static const struct example silence_examples[] = {
    { "sonde alerts silence 'disk busy' --for 2h", "while a backup runs" },
    { "sonde alerts silence all --for 30m", "while the machine is serviced" },
    { 0 },
};

const struct command alerts_silence_verb = {
    .name = "alerts silence", .summary = "tell nothing of a rule for a while", .usage = "RULE|all",
    .text = "What is raised meanwhile is kept, listed, and an event of the archive; only nobody is told. What lasts "
            "when the silence ends is told then. A running recorder knows of it within seconds; it outlives a restart.",
    .options = silence_options, .examples = silence_examples, .max_positional = 1, .run = silence_run,
};

const struct command alerts_unsilence = {
    .name = "alerts unsilence", .summary = "tell of it again", .usage = "RULE|all",
    .options = unsilence_options, .max_positional = 1, .run = unsilence_run,
};
