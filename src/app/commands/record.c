/*
 * record.c - `sonde record`: keeps what the machine says until it is stopped; what the service runs.
 *
 * Nobody may be there to read, so it says little: where to, and at the end how much.
 */
#include "app/alerting.h"
#include "app/datadir.h"
#include "app/recorder.h"
#include "app/recorder_parts.h"
#include "app/recorder_test.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"
#include "store/index.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct record {
    const struct args *args;
    struct os_self before; /* at the last line */
    int64_t before_ns;     /* 0: there was none */
};

/* Percent of a core since the line before; before the first there was only the start. */
static double record_cpu(struct record *c)
{
    struct os_self now;
    int64_t now_ns = os_mono_ns();
    if (os_self(&now) < 0)
        return NAN;
    double span_s = (double)(now_ns - c->before_ns) * 1e-9;
    double percent = c->before_ns ? (now.cpu_s - c->before.cpu_s) / span_s * 100 : NAN;
    c->before = now;
    c->before_ns = now_ns;
    return percent;
}

static void record_json(struct record *c, struct recorder *r, const char *state, double cpu)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object(&j, NULL);
    json_string(&j, "state", state);
    recorder_put_state(r, &j);
    json_double(&j, "cpu_percent", cpu);
    if (isnan(cpu))
        json_string(&j, "cpu_percent_reason", r->ticks == 1 ? "the recorder has only begun" :
                                                              "the system does not say what the recorder takes");
    json_double(&j, "rss_bytes", c->before.rss_bytes);
    json_end(&j);
    printf("%s\n", buf_text(&out));
    fflush(stdout);
}

static void record_line(struct record *c, struct recorder *r, double cpu)
{
    struct store_state s;
    char used[32], rss[32];
    store_state(r->store, &s);
    log_info("record: %llu samples of %d metrics, %llu not kept, %s in all; %.2g %% of a core, %s of memory",
             (unsigned long long)s.ticks, schema_size(r->observer.feed->schema), (unsigned long long)s.dropped,
             text_bytes((double)s.used_bytes, used, sizeof used), cpu,
             text_bytes(c->before.rss_bytes, rss, sizeof rss));
}

static void record_begun(struct recorder *r)
{
    char size[32];
    double cap = (double)space_cap(store_space(r->store));
    printf("Recording %d metrics every %g s ", schema_size(r->observer.feed->schema), r->o.interval_s);
    if (r->o.csv_only)
        printf("as CSV logs only (storage.archive: false)\n");
    else
        printf("as %s\n", store_about(r->store)->session);
    printf("in %s, which holds at most %s. Ctrl-C ends it.\n", r->o.dir,
           cap > 0 ? text_bytes(cap, size, sizeof size) : "what the disk holds");
    fflush(stdout);
}

/* As the index has it: the parts that knew are closed by now. */
static void record_found(struct recorder *r)
{
    struct index *x;
    struct index_session s;
    if (index_open_read(r->o.dir, &x) < 0)
        return;
    if (index_session(x, store_about(r->store)->session, &s) == 0) {
        if (s.anomalies)
            printf("%lld %s found.\n", (long long)s.anomalies, s.anomalies == 1 ? "anomaly was" : "anomalies were");
        if (*s.workload)
            printf("The kind of work, most of the time: %s.\n", s.workload);
    }
    index_close(x);
}

static void record_ended(struct recorder *r)
{
    struct store_state s;
    char span[32];
    store_state(r->store, &s);
    printf("Recorded %llu sample%s in %s.\n", (unsigned long long)(s.ticks - s.dropped),
           s.ticks - s.dropped == 1 ? "" : "s",
           text_span((double)(r->now.frame.mono_ns - r->first_ns) * 1e-9, span, sizeof span));
    if (s.dropped)
        printf("%llu sample%s could not be kept: %s.\n", (unsigned long long)s.dropped, s.dropped == 1 ? "" : "s",
               !r->disk_error ? "the disk did not keep up" :
               r->disk_error == -EDQUOT ? "the archive has reached its cap (storage.max_mb) and nothing in it may go" :
               strerror(-r->disk_error));
    if (r->ticks && s.dropped < s.ticks && !s.error && !r->o.csv_only) {
        record_found(r);
        printf("The report on it: sonde analyze %s --data %s\n", store_about(r->store)->session, r->o.dir);
    }
}

/* For recorder_options.tell. */
static void record_tell(void *self, struct recorder *r, const char *state)
{
    struct record *c = self;
    bool quiet = args_flag(c->args, "quiet"), ended = strcmp(state, "ended") == 0;
    double cpu = record_cpu(c);
    if (args_flag(c->args, "json"))
        record_json(c, r, state, cpu);
    else if (!quiet && ended)
        record_ended(r);
    else if (!quiet && r->ticks == 1)
        record_begun(r);
    else if (!isnan(cpu))
        record_line(c, r, cpu);
}

/* Is there anything that would be kept? */
static bool record_keeps(const struct config *c)
{
    if (config_bool(c, "storage.archive") || config_bool(c, "logging.csv"))
        return true;
    log_error(0, "record: storage.archive is false and so is logging.csv: nothing would be kept; one of them must be "
              "true");
    return false;
}

/* A rule that cannot be read would watch over nothing, and nobody would know. */
static bool record_has_good_rules(const struct config *c)
{
    auto_free struct alerting *rules = mem_new(sizeof *rules);
    return alerting_read_said(c, "record", rules) == 0;
}

static int record_run(const struct args *a)
{
    bool archive = config_bool(args_config(a), "storage.archive");
    struct record c = { .args = a };
    auto_buf struct buf dir = { 0 };
    os_serve_on_signal();
    if (args_flag(a, "test"))
        return recorder_test(a);
    if (datadir_put(a, &dir) < 0 || !record_keeps(args_config(a)) || !record_has_good_rules(args_config(a)))
        return EXIT_USAGE;
    struct recorder r;
    int rc = recorder_run(&r, &(struct recorder_options){
        .args = a, .dir = dir.p, .parts = recorder_parts(), .tell = record_tell,
        .self = &c, .csv_only = !archive,
        .interval_s = args_given(a, "interval") ? args_number(a, "interval") :
                      config_number(args_config(a), "general.logging_interval"),
        .duration_s = args_given(a, "duration") ? args_number(a, "duration") : INFINITY });
    return rc < 0 || (r.dropped && r.dropped == r.ticks) ? EXIT_FAILED : r.dropped ? EXIT_PART : EXIT_DONE;
}

static const struct option options[] = {
    DATADIR_OPTION,
    { "interval", 'i', OPTION_DURATION, "TIME", .min = SAMPLER_MIN_S, .max = SAMPLER_MAX_S,
      .help = "between two samples (default general.logging_interval, which is 1)" },
    { "duration", 'd', OPTION_DURATION, "TIME", .min = 0.1, .max = INFINITY, .help = "end after so long" },
    ALERTING_OPTIONS,
    { "test", 0, OPTION_FLAG,
      .help = "record 10 s into a temporary folder, read it back, say what works, the data directory too, and end" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde record", "until Ctrl-C" },
    { "sonde record --data DIR --interval 0.1 --duration 1m", "closely, for a minute, somewhere else" },
    { "sonde record --test", "would it work here?" },
    { 0 },
};

const struct command command_record = {
    .name = "record", .summary = "keep what this machine says, until stopped; what the service runs",
    .usage = "",
    .text = "Keeps every sample without loss in the data directory: /var/lib/sonde for root, for others "
            "$XDG_DATA_HOME/sonde or ~/.local/share/sonde. Only one recorder at a time writes there; other commands "
            "find it by its socket (/run/sonde/sock or $XDG_RUNTIME_DIR/sonde/sock, members of the group sonde may use "
            "the one of root; $SONDE_SOCKET names another). SIGTERM and Ctrl-C end it with everything written; SIGHUP "
            "reads the configuration again; SIGUSR1 keeps the last minutes, as sonde sessions flight does. A crash "
            "loses nothing that was sampled, a loss of power at most storage.sync_s. What the disk had no room for is "
            "said at the end, with exit status 3. --json prints an object a minute, --verbose a line.",
    .options = options, .examples = examples, .run = record_run,
};
