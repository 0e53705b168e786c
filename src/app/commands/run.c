/*
 * run.c - `sonde run`: a program under the policy of a goal.
 *
 * Its standard output is the program's; what we have to say goes to stderr, or to a file. A policy that fails does not
 * stop the program, unless --strict: somebody wants its result.
 */
#include "app/datadir.h"
#include "app/outfiles.h"
#include "app/policy/borrowed.h"
#include "app/policy/planning.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/launch.h"
#include "policy/undo/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct running {
    const struct args *args;
    const char *const *words;
    struct planning planning;
    struct launch launch;
    struct journal *journal;
    struct transaction *transaction;
    struct borrowed borrowed;
    struct undone undone;
    bool quiet;
};

/* ---- what is not the program's own ---- */

/* Without a journal nothing is set that does not end with the program, nor what hangs on it. */
static void run_leave_shared(struct running *r, int rc)
{
    log_warn(rc, "run: nothing is set that would outlive the program, as the journal of changes cannot be kept");
    for (size_t i = 0; i < r->planning.plan.n; i++) {
        struct step *s = &r->planning.plan.step[i];
        if (!step_is_shared(s))
            continue;
        s->state = STEP_LEFT;
        snprintf(s->note, sizeof s->note, "the journal of changes cannot be kept: %s", strerror(-rc));
    }
}

static struct transaction_about run_about(const struct running *r)
{
    const struct plan *p = &r->planning.plan;
    const char *slash = strrchr(r->words[0], '/');
    return (struct transaction_about){ .command = "run", .what = slash ? slash + 1 : r->words[0],
                                       .goal = p->has_goal ? (int)p->goal : -1 };
}

static int run_begin(struct running *r)
{
    const struct transaction_about about = run_about(r);
    auto_buf struct buf dir = { 0 };
    int rc = datadir_find(r->args, &dir);
    if (rc == 0)
        rc = journal_open(buf_text(&dir), "", &r->journal);
    return rc < 0 ? rc : transaction_begin(r->journal, &about, &r->transaction);
}

static void run_apply(struct running *r)
{
    struct plan *p = &r->planning.plan;
    int rc = 0;
    bool any = false;
    for (size_t i = 0; i < p->n; i++)
        any = any || step_is_shared(&p->step[i]);
    if (any)
        rc = run_begin(r);
    for (size_t i = 0; any && rc == 0 && i < p->n; i++)
        if (step_is_shared(&p->step[i]))
            rc = transaction_apply(r->transaction, &p->step[i]);
    if (rc < 0)
        run_leave_shared(r, rc);
}

/* A group that could not be made is none that a program can be put into. */
static void run_leave_group(struct running *r)
{
    struct plan *p = &r->planning.plan;
    struct step *made = plan_find(p, "group", p->group), *member = plan_find(p, "group.member", "");
    if (made && member && made->state != STEP_DONE && made->state != STEP_SAME) {
        member->state = STEP_LEFT;
        text_copy(member->note, sizeof member->note, made->note);
    }
}

/* Of the machine before the program starts (n 0), of its process once there is one. */
static void run_borrow(struct running *r, size_t n)
{
    const struct transaction_about about = run_about(r);
    borrowed_apply(&r->borrowed, &about, &r->planning.plan, &r->launch.pid, n);
}

static void run_end(struct running *r)
{
    borrowed_end(&r->borrowed, &r->undone);
    if (r->transaction)
        transaction_end(r->transaction, &r->undone);
    journal_close(r->journal);
}

/* ---- what is said ---- */

static void run_say_begin(const struct running *r)
{
    const struct plan *p = &r->planning.plan;
    if (!r->quiet && !args_flag(r->args, "json") && *p->cost)
        fprintf(stderr, "sonde: %s: %s\n", planning_purpose(p), p->cost);
}

/* What a person named and did not get. */
static void run_say_left(const struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        auto_buf struct buf step = { 0 };
        const struct step *s = &p->step[i];
        if (s->evidence != EVIDENCE_ASKED || !step_is_left(s))
            continue;
        plan_put_step(p, s, &step);
        fprintf(stderr, "sonde: %s was not set: %s\n", buf_text(&step), s->note);
    }
}

/* Why there may be nothing, and where the reasons are. */
static void run_say_why(const struct running *r, int left, bool any)
{
    const struct plan *p = &r->planning.plan;
    if (!any && r->planning.recalled && !*r->planning.learned.arm)
        fputs(", as trials of this program kept default (--no-learned: what the goal has for all work)", stderr);
    if (left && p->has_goal)
        fprintf(stderr, "; %d left, see `sonde policy explain --intent %s`", left, goal_name(p->goal));
}

static void run_say_end(const struct running *r)
{
    const struct plan *p = &r->planning.plan;
    auto_buf struct buf line = { 0 };
    int left = 0;
    for (size_t i = 0; i < p->n; i++)
        left += step_is_left(&p->step[i]);
    bool any = planning_line(p, &line) > 0;
    fprintf(stderr, "sonde: %s: %s", planning_purpose(p), any ? buf_text(&line) : "nothing was set");
    run_say_why(r, left, any);
    fprintf(stderr, "\nsonde: %.3g s, %.3g s of processor time, made to wait for one %lld time%s; set up in %.1f ms"
            "%s\n", r->launch.wall_s, r->launch.cpu_s, (long long)r->launch.switches, r->launch.switches == 1 ? "" : "s",
            1e3 * r->launch.setup_s,
            !any || r->undone.kept + r->undone.failed || r->borrowed.lost ? "" : "; all is as it was");
    if (r->borrowed.lost)
        fputs("sonde: the helper is gone before the program; what it had set it set back, or its next start does\n",
              stderr);
    run_say_left(p);
    if (r->undone.kept + r->undone.failed)
        fputs(buf_text(&r->undone.lines), stderr);
}

static void run_json(const struct running *r, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    planning_json(&j, &r->planning.plan);
    json_int(&j, "status", r->launch.status);
    json_double(&j, "wall_s", r->launch.wall_s);
    json_double(&j, "cpu_s", r->launch.cpu_s);
    json_double(&j, "setup_s", r->launch.setup_s);
    json_int(&j, "involuntary_switches", r->launch.switches);
    json_int(&j, "page_faults", r->launch.faults);
    json_double(&j, "rss_bytes", r->launch.rss_bytes);
    json_int(&j, "restored", r->undone.restored);
    json_int(&j, "kept", r->undone.kept);
    json_int(&j, "failed", r->undone.failed);
    json_int(&j, "set_by_helper", r->borrowed.set);
    json_bool(&j, "helper_lost", r->borrowed.lost);
    json_end(&j);
    buf_putc(out, '\n');
}

static void run_tell(const struct running *r)
{
    const char *file = args_text(r->args, "report");
    auto_buf struct buf out = { 0 };
    run_json(r, &out);
    if (file)
        outfiles_give(file, &out);
    if (args_flag(r->args, "json"))
        fputs(buf_text(&out), stderr);
    else if (!r->quiet)
        run_say_end(r);
}

/* ---- the whole ---- */

static bool run_is_refused(const struct running *r)
{
    for (size_t i = 0; i < r->planning.plan.n; i++) {
        const struct step *s = &r->planning.plan.step[i];
        if (!step_is_left(s) || (s->is_spare && s->evidence != EVIDENCE_ASKED))
            continue;
        log_error(0, "run: %s=%s: %s; without --strict the program runs all the same", s->knob->name, s->value,
                  s->note);
        return true;
    }
    return false;
}

static int run_program(struct running *r)
{
    run_apply(r);
    run_borrow(r, 0);
    run_leave_group(r);
    int rc = args_flag(r->args, "strict") && run_is_refused(r) ? -ECANCELED : 0;
    if (rc == 0) {
        run_say_begin(r);
        rc = launch_start(&r->planning.plan, r->words, args_flag(r->args, "strict"), &r->launch);
        if (rc == -ECANCELED)
            run_is_refused(r);
        else if (rc < 0)
            log_error(rc, "run: %s cannot be started", r->words[0]);
    }
    if (rc == -ECANCELED)
        r->launch.status = EXIT_FAILED;
    if (rc == 0) {
        run_borrow(r, 1);
        launch_wait(&r->launch, NULL, NULL);
    }
    run_end(r);
    if (rc == 0)
        run_tell(r);
    return r->launch.status;
}

static int run_run(const struct args *a)
{
    if (!args_positionals(a)) {
        log_error(0, "run: which program? sonde run --intent latency -- COMMAND ARGUMENT ...");
        return EXIT_USAGE;
    }
    struct running r = { .args = a, .words = args_words(a), .quiet = args_flag(a, "quiet") };
    int status = planning_make(a, 0, &r.planning);
    if (status == EXIT_DONE)
        status = args_flag(a, "dry-run") ? planning_show(a, &r.planning.plan) : run_program(&r);
    undone_done(&r.undone);
    planning_done(&r.planning);
    return status;
}

static const struct option options[] = {
    PLANNING_OPTIONS,
    PLANNING_LEARNED,
    { "dry-run", 'n', OPTION_FLAG, .help = "say what would be set, as `policy explain`; run and write nothing" },
    { "strict",  0, OPTION_FLAG, .help = "do not run the program unless all could be set that there is here" },
    { "report",  0, OPTION_FILE, "FILE", .help = "write what was set and what it took as JSON; - is standard output" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde run --intent latency -- redis-server --port 7000", "answers come soon, whatever else runs" },
    { "sonde run -i precision ./simulate", "the same bits at every run" },
    { "sonde run -i power --dry-run -- ./poller", "what would be set, and why" },
    { "sonde run --set 'timer.slack=1000 nice=5' -- make", "knobs by name" },
    { 0 },
};

const struct command command_run = {
    .name = "run", .summary = "run a program under the policy of a goal", .usage = "[--] COMMAND [ARGUMENT ...]",
    .text = "Starts the program with what serves the goal: a session and weight of its own, variables of its "
            "libraries, attributes of its process. All of that ends with it. What does not (a control group; with --system "
            "knobs of the machine) is in a journal before it is set and is set back when the program ends, however "
            "that comes about.\n\n"
            "The exit status is the program's: 127 where it is not there, 126 where it cannot be executed, 128 + n "
            "where signal n ended it. Signals are sent on to it. Its standard output is left alone; at the end two lines on "
            "stderr say what was set and what it took (--quiet: none, --json: one object). Options stand before the "
            "command; what follows it is its own. A program that needs the terminal, as a shell with jobs, "
            "keeps it with --set session=shared.\n\n"
            "Without rights it does what an ordinary user may, which is a session of its own and the variables. What "
            "takes more is set by the helper, where that runs and this user is of its group (sonde help policy helper): "
            "of the machine before the program starts, of its process once it runs, which --strict does not wait for. "
            "What is left then is named by --dry-run.",
    .options = options, .examples = examples, .passes = true, .run = run_run,
};
