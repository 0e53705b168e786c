/*
 * learn.c - `sonde policy learn`: finds out by trials which knobs serve a command best, and keeps that.
 *
 * The index is opened before the trials, to say early that nothing can be kept, and again after them: in between a
 * recorder may start.
 */
#include "app/policy/learn.h"

#include "app/archived.h"
#include "app/datadir.h"
#include "app/intake.h"
#include "app/policy/verbs.h"
#include "app/version.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- the index ---- */

struct learn_index {
    struct intake intake; /* where there was no index, or one that must be brought up to date */
    bool made;
    struct index *x;
};

static int learn_index_open(const struct args *a, const char *dir, struct learn_index *out)
{
    *out = (struct learn_index){ .made = false };
    int rc = index_open(dir, &(struct index_options){ 0 }, &out->x);
    if (rc != -ENOENT && rc != -ENOTSUP) {
        archived_say(dir, rc);
        return rc;
    }
    out->made = true;
    rc = intake_open(&out->intake, a, dir); /* which says what is wrong */
    out->x = out->intake.index;
    return rc;
}

static void learn_index_close(struct learn_index *i)
{
    if (i->made)
        intake_close(&i->intake);
    else
        index_close(i->x);
}

static int learn_keep(struct learn *k, const char *dir)
{
    struct learn_index i;
    int rc = learn_index_open(k->args, dir, &i);
    if (rc == 0) {
        int64_t n = learned_keep(i.x, &k->key, &k->measure, &k->options, k->outcome, SONDE_VERSION);
        k->kept = n > 0 ? n : 0;
        rc = n < 0 ? (int)n : 0;
        archived_say(dir, rc);
    }
    learn_index_close(&i);
    return rc;
}

/* ---- trials ---- */

static int learn_trial(void *self, const struct learning_arm *arm, double bound_s, double *value, double *wall_s)
{
    struct learn *k = self;
    return trial_run(&k->trial, arm->text, bound_s, value, wall_s);
}

/* Without a journal no arm may have knobs that outlive the program. */
static void learn_drop_shared(struct learn *k, int rc)
{
    int n = 0, dropped = 0;
    for (int i = 0; i < k->options.arms; i++)
        if (!k->arm[i].shared)
            k->arm[n++] = k->arm[i];
        else
            dropped++;
    k->options.arms = n;
    if (dropped)
        log_warn(rc, "policy learn: %d arms are not tried, because the journal of changes cannot be kept", dropped);
}

static void learn_journal(struct learn *k, const char *dir)
{
    bool any = false;
    for (int i = 0; i < k->options.arms; i++)
        any = any || k->arm[i].shared;
    int rc = any ? journal_open(dir, "", &k->trial.journal) : 0;
    if (rc < 0)
        learn_drop_shared(k, rc);
}

static int learn_status(const struct learn *k)
{
    const struct learning *l = k->outcome;
    if (l->verdict == LEARNING_FAILED)
        log_error(0, "policy learn: %s: %s", k->trial.argv[0], k->trial.why);
    return l->verdict == LEARNING_FAILED ? EXIT_FAILED : l->verdict == LEARNING_STOPPED ? EXIT_PART : EXIT_DONE;
}

/* What failed before anything was measured is nothing to keep. */
static bool learn_is_worth_keeping(const struct learning *l)
{
    return l->trials > 0 && l->verdict != LEARNING_FAILED;
}

static int learn_do(struct learn *k)
{
    auto_buf struct buf dir = { 0 };
    struct learn_index i;
    if (datadir_put(k->args, &dir) < 0)
        return EXIT_FAILED;
    int rc = learn_index_open(k->args, dir.p, &i);
    learn_index_close(&i);
    if (rc < 0)
        return EXIT_FAILED;
    learn_journal(k, dir.p);
    if (!k->quiet)
        learn_tell_begin(k);
    os_stop_on_signal();
    auto_free struct learning *l = mem_new(sizeof *l);
    k->outcome = l;
    learning_run(&k->options, l);
    journal_close(k->trial.journal);
    rc = learn_is_worth_keeping(l) ? learn_keep(k, dir.p) : 0;
    if (args_flag(k->args, "json"))
        learn_tell_json(k);
    else
        learn_tell_end(k);
    int status = learn_status(k);
    k->outcome = NULL;
    return rc < 0 && status == EXIT_DONE ? EXIT_FAILED : status;
}

/* ---- what was asked for ---- */

/* A seed of one's own gives the same order again; else every time is another. */
static uint64_t learn_seed(const struct args *a)
{
    return args_given(a, "seed") ? (uint64_t)args_number(a, "seed") : (uint64_t)os_wall_ms();
}

static const char *learn_metric(const struct args *a, enum goal goal)
{
    const char *given = args_text(a, "metric");
    return given ? given : goal == GOAL_POWER ? "cpu" : "wall";
}

/* 0, or an exit status; what is wrong was said. */
static int learn_prepare(struct learn *k)
{
    const struct args *a = k->args;
    char why[MEASURE_WHY];
    const char *intent = args_text(a, "intent");
    if (!intent || !args_positionals(a)) {
        log_error(0, "policy learn: %s: sonde policy learn --intent latency -- COMMAND ARGUMENT ...",
                  intent ? "which program?" : "which goal?");
        return EXIT_USAGE;
    }
    enum goal goal = (enum goal)goal_of(intent);
    if (measure_open(&k->measure, learn_metric(a, goal), why) < 0) {
        log_error(0, "policy learn: --metric: %s", why);
        return EXIT_USAGE;
    }
    machine_look("", &k->machine);
    struct signature work;
    int rc = signature_of(args_words(a), &work);
    if (rc < 0) {
        log_error(rc, "policy learn: the program %s", args_positional(a, 0));
        return EXIT_FAILED;
    }
    learned_key(&k->machine, goal, &work, &k->key);
    k->trial = (struct trial){ .machine = &k->machine, .measure = &k->measure, .argv = args_words(a),
                               .system = args_flag(a, "system"), .rt = args_flag(a, "rt") };
    struct plan_options o = { .machine = &k->machine, .work = work.class, .system = k->trial.system,
                              .rt = k->trial.rt };
    k->options = (struct learning_options){
        .arm = k->arm, .budget = args_given(a, "budget") ? (int)args_number(a, "budget") : 0,
        .pairs = (int)args_number(a, "pairs"),
        .gain = 1 + args_number(a, "min-gain") / 100, .max_regret = args_number(a, "max-regret") / 100,
        .seed = learn_seed(a), .trial = learn_trial, .told = learn_tell_trial, .self = k };
    k->options.arms = learning_arms(goal, &o, k->arm, HALVING_ARMS);
    return EXIT_DONE;
}

static int learn_command(const struct args *a)
{
    auto_free struct learn *k = mem_new(sizeof *k);
    *k = (struct learn){ .args = a, .quiet = args_flag(a, "json") || args_flag(a, "quiet") };
    int status = learn_prepare(k);
    if (status == EXIT_DONE && !args_flag(a, "dry-run"))
        status = learn_do(k);
    else if (status == EXIT_DONE && args_flag(a, "json"))
        learn_tell_json(k);
    else if (status == EXIT_DONE)
        learn_tell_begin(k);
    measure_done(&k->measure);
    return status;
}

static int learn_run(const struct args *a)
{
    return args_flag(a, "list") ? learn_list(a) : args_given(a, "forget") ? learn_forget(a) :
           args_given(a, "export") ? learn_export(a) : learn_command(a);
}

static const struct option options[] = {
    { "intent", 'i', OPTION_CHOICE, "GOAL", .choices = GOAL_NAMES,
      .help = "what the program is to be good at" },
    { "metric", 'm', OPTION_TEXT, "METRIC",
      .help = "wall, cpu, stdout:REGEX or command:CMD, with max: before it where larger is better (default: wall; cpu "
              "for power)" },
    { "budget", 0, OPTION_COUNT, "N", .min = HALVING_LEAST, .max = LEARNING_BUDGET_MAX,
      .help = "runs of the search; 6 before it and two for each pair come on top (default: 24, and up to 72 the more "
              "runs without any change differ)" },
    { "pairs", 0, OPTION_COUNT, "N", .min = LEARNING_PAIRS_MIN, .max = LEARNING_PAIRS_MAX, .fallback = "10",
      .help = "fresh pairs that decide" },
    { "min-gain", 0, OPTION_NUMBER, "PERCENT", .min = 0, .max = 1000, .fallback = "5",
      .help = "a smaller gain does not count" },
    { "max-regret", 0, OPTION_NUMBER, "PERCENT", .min = 1, .max = 1000, .fallback = "20",
      .help = "how much longer all runs together may take than as many without any change" },
    { "system", 0, OPTION_FLAG, .help = "try knobs of the whole machine and of GPUs, too" },
    { "rt",     0, OPTION_FLAG, .help = "real-time classes may be tried; they can lock a machine up" },
    { "seed",   0, OPTION_COUNT, "N", .min = 0, .max = 1e15,
      .help = "the same order of runs as with the same seed before" },
    { "dry-run", 'n', OPTION_FLAG, .help = "say what would be tried; run and write nothing" },
    { "list",   0, OPTION_FLAG, .help = "what was learned here" },
    { "forget", 0, OPTION_COUNT, "N", .min = 1, .max = 1e15, .help = "forget what was learned under this number" },
    { "export", 0, OPTION_FILE, "FILE",
      .help = "write what was learned as lines of JSON without names; - is standard output" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy learn -i throughput -- ./simulate --steps 1000", "which knobs make it end soonest" },
    { "sonde policy learn -i latency -m 'stdout:p99=([0-9.]+)' -- ./bench", "by a number that it prints" },
    { "sonde policy learn -i throughput -m 'max:stdout:([0-9]+) req/s' -- ./bench", "larger is better" },
    { "sonde policy learn -i latency --dry-run -- ./bench", "what would be tried" },
    { "sonde policy learn --list", "what was learned here" },
    { 0 },
};

const struct command policy_learn = {
    .name = "policy learn", .summary = "find out by trials which knobs serve a program best",
    .usage = "[--] COMMAND [ARGUMENT ...]",
    .text = "Runs COMMAND many times: first without any change, which shows how much it varies by itself; then under "
            "arms, which are sets of knobs, in random order and ever fewer of them; last the best arm in fresh pairs "
            "with default. The arm is accepted when it wins 9 of 10 pairs, by more than 5 % in the middle, and its worst run is "
            "at most twice as bad as default's worst. Otherwise default is kept, and the reason is said.\n\n"
            "Some of these runs are slower than usual: --max-regret bounds what that costs, and a run that takes three "
            "times as long as default is ended. COMMAND must do the same work each time and may be ended at any time; its "
            "input is empty, and what it prints is not shown. Ctrl-C ends it and keeps what was measured.\n\n"
            "What was learned holds for this program (by its content, not its name or arguments), goal, kind of machine "
            "and amount of other work; `sonde run` uses it then. It stays in the data directory.",
    .options = options, .examples = examples, .passes = true, .run = learn_run,
};
