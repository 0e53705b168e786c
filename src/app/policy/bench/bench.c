/*
 * bench.c - `sonde policy bench`: what the intents are worth on this machine, against default and nice.
 *
 * The same figures stand in docs/POLICY.md, from machines of ours. Trials take the whole machine: who measures while
 * something else runs measures that as well, which the rounds make equal for all arms and the intervals show.
 */
#include "app/policy/bench/bench.h"
#include "app/policy/verbs.h"

#include "app/version.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "os/host.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SCENARIOS 32

struct benching {
    const struct args *args;
    struct bench bench;
    bool wanted[SCENARIOS];
    struct bench_result result[SCENARIOS];
    size_t n; /* results */
    struct bench_total total;
    bool shows, terminal;
    int width; /* of the line of progress */
};

/* ---- which scenarios ---- */

static int bench_list(void)
{
    for (size_t i = 0; bench_scenario(i); i++)
        printf("%-6s%s\n", bench_scenario(i)->name, bench_scenario(i)->doc);
    return EXIT_DONE;
}

static bool bench_want(struct benching *b, const char *name)
{
    const char *names[SCENARIOS];
    size_t n = 0;
    bool found = false;
    for (; bench_scenario(n); n++) {
        names[n] = bench_scenario(n)->name;
        b->wanted[n] = b->wanted[n] || strcmp(names[n], name) == 0;
        found = found || strcmp(names[n], name) == 0;
    }
    if (found)
        return true;
    const char *meant = text_nearest(name, names, n, sizeof *names);
    log_error(0, "policy bench: there is no scenario %s%s%s; --list has them", name, meant ? ", perhaps " : "",
              meant ? meant : "");
    return false;
}

static bool bench_choose(struct benching *b)
{
    int n = args_positionals(b->args);
    for (size_t i = 0; n == 0 && bench_scenario(i); i++)
        b->wanted[i] = !bench_scenario(i)->named;
    for (int i = 0; i < n; i++)
        if (!bench_want(b, args_positional(b->args, i)))
            return false;
    return true;
}

/* ---- while it runs ---- */

static void bench_progress(void *self, const struct bench_result *r, int arm)
{
    struct benching *b = self;
    char line[160];
    if (!b->shows || (!b->terminal && r->n))
        return; /* into a file goes a line for each scenario */
    int n = b->terminal ? snprintf(line, sizeof line, "%s (%s), round %d: %.60s", r->scenario->name,
                                   r->scenario->workload->name, r->rounds, r->arm[arm].name)
                        : snprintf(line, sizeof line, "%s: %.120s", r->scenario->name, r->scenario->doc);
    fprintf(stderr, b->terminal ? "\r%-*s" : "%-*s\n", b->terminal ? b->width : 0, line);
    b->width = n;
}

static void bench_wipe(struct benching *b)
{
    if (b->terminal && b->width)
        fprintf(stderr, "\r%*s\r", b->width, "");
    b->width = 0;
}

/* ---- what is told ---- */

struct tally {
    int met, missed, open;
};

static struct tally bench_tally(const struct benching *b)
{
    struct tally t = { 0 };
    for (size_t i = 0; i < b->n; i++)
        for (int k = 0; k < BENCH_BARS && b->result[i].scenario->bar[k].arm; k++) {
            struct bench_verdict v = { 0 };
            bench_judge(&b->result[i], &b->result[i].scenario->bar[k], &v);
            t.met += v.judged && v.met;
            t.missed += v.judged && !v.met;
            t.open += !v.judged;
        }
    for (int i = 0; i < 3 && b->total.tasks; i++) {
        t.met += b->total.judged && b->total.met[i];
        t.missed += b->total.judged && !b->total.met[i];
        t.open += !b->total.judged;
    }
    return t;
}

static void bench_machine(struct json *j)
{
    struct os_host h;
    os_host("", &h);
    json_object(j, "machine");
    json_said(j, "cpu", h.cpu);
    json_int(j, "cpus", h.cpus);
    json_said(j, "virtualisation", h.virtualisation);
    json_said(j, "kernel", h.kernel);
    json_said(j, "os", h.os);
    json_end(j);
}

static void bench_put_json(const struct benching *b, struct buf *out)
{
    struct json j;
    struct tally t = bench_tally(b);
    json_init(&j, out);
    json_object(&j, NULL);
    json_string(&j, "version", SONDE_VERSION);
    bench_machine(&j);
    json_bool(&j, "quick", b->bench.quick);
    json_bool(&j, "stopped", os_stopping());
    json_string(&j, "noise", b->bench.stress_ng ? "stress-ng" : "sonde-load hog");
    json_int(&j, "busy", b->bench.busy);
    json_int(&j, "met", t.met);
    json_int(&j, "missed", t.missed);
    json_int(&j, "not_judged", t.open);
    json_array(&j, "scenarios");
    for (size_t i = 0; i < b->n; i++)
        bench_json(&j, &b->result[i]);
    json_end(&j);
    bench_total_json(&j, &b->total);
    json_end(&j);
    buf_putc(out, '\n');
}

static int bench_end(struct benching *b)
{
    auto_buf struct buf out = { 0 };
    bench_total(b->result, b->n, &b->total);
    struct tally t = bench_tally(b);
    size_t trials = 0;
    for (size_t i = 0; i < b->n; i++)
        trials += b->result[i].n;
    if (args_flag(b->args, "json")) {
        bench_put_json(b, &out);
    } else {
        bench_total_text(&b->total, &out);
        buf_printf(&out, "%d bars met, %d missed, %d not judged%s\n", t.met, t.missed, t.open,
                   os_stopping() ? "; it was ended early" : "");
    }
    fwrite(buf_text(&out), 1, out.n, stdout);
    for (size_t i = 0; i < b->n; i++)
        bench_result_done(&b->result[i]);
    return trials == 0 ? EXIT_FAILED : t.missed || os_stopping() ? EXIT_PART : EXIT_DONE;
}

/* Each scenario is told when it is over: the next may take minutes. */
static void bench_one(struct benching *b, const struct bench_scenario *s)
{
    auto_buf struct buf out = { 0 };
    struct bench_result *r = &b->result[b->n++];
    bench_measure(&b->bench, s, r);
    bench_wipe(b);
    if (args_flag(b->args, "json"))
        return;
    bench_text(r, &out);
    fwrite(buf_text(&out), 1, out.n, stdout);
    fflush(stdout);
}

static int bench_run(const struct args *a)
{
    if (args_flag(a, "list"))
        return bench_list();
    auto_free struct benching *b = mem_new(sizeof *b);
    uint64_t seed = 0;
    b->args = a;
    b->bench.quick = args_flag(a, "quick");
    b->bench.pairs = (int)args_number(a, "pairs");
    b->bench.busy = args_given(a, "busy") ? (int)args_number(a, "busy") : (int)sysconf(_SC_NPROCESSORS_ONLN);
    b->bench.against = args_text(a, "against");
    b->bench.progress = bench_progress;
    b->bench.progress_self = b;
    b->shows = !args_flag(a, "quiet");
    b->terminal = os_is_terminal(2);
    if (!bench_choose(b))
        return EXIT_USAGE;
    os_random(&seed, sizeof seed);
    rng_seed(&b->bench.rng, seed);
    os_stop_on_signal();
    int rc = bench_open(&b->bench);
    if (rc < 0)
        log_error(rc, "policy bench: a folder for its files cannot be made");
    for (size_t i = 0; rc == 0 && bench_scenario(i) && !os_stopping(); i++)
        if (b->wanted[i])
            bench_one(b, bench_scenario(i));
    bench_close(&b->bench);
    return rc < 0 ? EXIT_FAILED : bench_end(b);
}

static const struct option options[] = {
    { "pairs",   0, OPTION_COUNT, "N", 1, PAIRED_MAX, .fallback = "7",
      .help = "rounds, each with a trial of every arm; A3 has 30, A7 and redis' evenness in A5 15 at least" },
    { "busy",    0, OPTION_COUNT, "N", 1, 1024,
      .help = "processes of each busy program (default: one for each processor, as a build has)" },
    { "quick",   0, OPTION_FLAG, .help = "two rounds of a moment each: does it work? Nothing is judged" },
    { "against", 0, OPTION_TEXT, "WORDS",
      .help = "another arm: these words before the command, as 'chrt -b 0'; several are separated by ;" },
    { "list",    0, OPTION_FLAG, .help = "list the scenarios and end" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy bench", "everything but A5; about a quarter of an hour" },
    { "sonde policy bench A5", "what learning is worth; 40 minutes" },
    { "sonde policy bench A1 A2 --pairs 15", "two scenarios, more precisely" },
    { "sonde policy bench A1 A1b A1c A2 --busy 1", "beside programs of one process each" },
    { "sonde policy bench A1 --against 'chrt -r 10; taskset -c 1'", "beside ways of one's own" },
    { "sonde policy bench --json >bench.json", "with every trial" },
    { 0 },
};

const struct command policy_bench = {
    .name = "policy bench", .summary = "measure what the intents are worth here", .usage = "[SCENARIO ...]",
    .also = "benchmark measure",
    .text = "Starts workloads beside noise, by default, with nice, and with `sonde run --intent`, in rounds of one "
            "trial each in random order, and compares the trials of a round. It takes the whole machine and is to be "
            "run on one that does nothing else. Ctrl-C ends it; what was measured is told.\n\n"
            "The load is Debian's redis-server and stress-ng where they are there, and small programs of Sonde's own. "
            "As root the client of redis runs in a real-time class, so that it is not what is late.\n\n"
            "Exit status 3: a bar was missed, or it was ended early.",
    .options = options, .examples = examples, .max_positional = 12, .run = bench_run,
};
