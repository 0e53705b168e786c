/*
 * apply.c - `sonde policy apply`: what runs already is given the knobs of a goal, until it ends.
 *
 * A process of ours stays as the owner of what is set. It is the one that writes the journal, so that nothing is set
 * whose owner is not there.
 */
#include "app/policy/borrowed.h"
#include "app/policy/planning.h"
#include "app/policy/verbs.h"
#include "app/policy/watcher.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/guarded.h"
#include "policy/tasks.h"

#include <stdio.h>
#include <string.h>

#define TREE_MAX 4096

struct apply {
    const struct args *args;
    char dir[OS_PATH_MAX];
    struct planning planning;
    char name[TASK_NAME_MAX];
    struct watched tree[TREE_MAX]; /* the first is the one that was named */
    size_t n;
    int passed_over;               /* of the tree, guarded ones */
    struct journal *journal;
    struct transaction *transaction;
    bool sets;                     /* in our own journal, too */
    struct borrowed borrowed;      /* what the helper sets for us */
    int64_t until_ms;
};

/* ---- the tree ---- */

static bool apply_is_in_tree(const struct apply *p, int32_t pid)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->tree[i].pid == pid)
            return true;
    return false;
}

/* Those that it started, and those that these did; parents may have larger numbers than their children. */
static void apply_add_children(struct apply *p)
{
    struct task *task = NULL;
    char why[KNOB_WHY];
    int n = tasks_list("", false, &task);
    for (size_t before = 0; before < p->n;) {
        before = p->n;
        for (int i = 0; i < n && p->n < TREE_MAX; i++) {
            if (!apply_is_in_tree(p, task[i].parent) || apply_is_in_tree(p, task[i].pid))
                continue;
            if (task[i].state == 'Z' || guarded_is("", task[i].pid, os_user(), why))
                p->passed_over += task[i].state != 'Z';
            else
                p->tree[p->n++] = (struct watched){ task[i].pid, task[i].start };
        }
    }
    if (n >= 0)
        mem_free(task);
}

static int apply_find_tree(struct apply *p)
{
    const char *word = args_positional(p->args, 0);
    char why[KNOB_WHY];
    double v = 0;
    struct task root;
    if (!word || !text_double(word, &v) || v < 1 || v > INT32_MAX || v != (double)(int32_t)v) {
        log_error(0, "policy apply: to which process? sonde policy apply --intent latency PID");
        return EXIT_USAGE;
    }
    if (task_look("", (int32_t)v, &root) < 0 || root.state == 'Z') {
        log_error(0, "policy apply: there is no process %s", word);
        return EXIT_FAILED;
    }
    if (guarded_is("", root.pid, os_user(), why)) {
        log_error(0, "policy apply: %s", why);
        return EXIT_FAILED;
    }
    memcpy(p->name, root.name, sizeof p->name);
    p->tree[p->n++] = (struct watched){ root.pid, root.start };
    apply_add_children(p);
    return EXIT_DONE;
}

/* ---- set ---- */

/* The step of the plan for each process of the tree; what became of the first is told. */
static int apply_to_tree(struct apply *p, struct step *s, int *done)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->n; i++) {
        struct step one = *s;
        one.place.pid = p->tree[i].pid;
        one.place.start = p->tree[i].start;
        rc = transaction_apply(p->transaction, &one);
        *done += one.state == STEP_DONE;
        if (i == 0 || rc < 0)
            *s = one;
    }
    return rc;
}

/* Planned as it was already, a step of the first process is one of others all the same. */
static bool apply_is_wanted(const struct step *s)
{
    return s->state == STEP_PLANNED || (s->state == STEP_SAME && s->knob->class == KNOB_PROCESS);
}

static int apply_steps(struct apply *p, int *done)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->planning.plan.n; i++) {
        struct step *s = &p->planning.plan.step[i];
        if (!apply_is_wanted(s))
            continue;
        if (s->knob->class == KNOB_PROCESS) {
            rc = apply_to_tree(p, s, done);
        } else {
            rc = transaction_apply(p->transaction, s);
            *done += s->state == STEP_DONE;
        }
    }
    return rc;
}

static struct transaction_about apply_about(const struct apply *p)
{
    const struct plan *plan = &p->planning.plan;
    return (struct transaction_about){ .command = "apply", .what = p->name, .until_ms = p->until_ms,
                                       .goal = plan->has_goal ? (int)plan->goal : -1 };
}

static int apply_begin(struct apply *p)
{
    const struct transaction_about about = apply_about(p);
    int rc = journal_open(p->dir, "", &p->journal);
    return rc < 0 ? rc : transaction_begin(p->journal, &about, &p->transaction);
}

static void apply_borrow(struct apply *p)
{
    const struct transaction_about about = apply_about(p);
    auto_free int32_t *pid = mem_new(p->n * sizeof *pid);
    for (size_t i = 0; i < p->n; i++)
        pid[i] = p->tree[i].pid;
    borrowed_apply(&p->borrowed, &about, &p->planning.plan, NULL, 0);
    borrowed_apply(&p->borrowed, &about, &p->planning.plan, pid, p->n);
}

/* ---- told ---- */

static void apply_json(const struct apply *p, int done, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_string(&j, "id", done ? transaction_id(p->transaction) : NULL);
    json_int(&j, "set_by_helper", p->borrowed.set);
    if (done + p->borrowed.set)
        json_int(&j, "watcher", os_pid());
    else
        json_null(&j, "watcher");
    json_int(&j, "pid", p->tree[0].pid);
    json_int(&j, "processes", (int64_t)p->n);
    json_int(&j, "passed_over", p->passed_over);
    if (p->until_ms)
        json_time(&j, "until", p->until_ms);
    else
        json_null(&j, "until");
    planning_json(&j, &p->planning.plan);
    json_end(&j);
    buf_putc(out, '\n');
}

static void apply_left(const struct plan *plan, struct buf *out)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct step *s = &plan->step[i];
        if (step_is_left(s))
            buf_printf(out, "  left: %s=%s: %s\n", s->knob->name, s->value, s->note);
    }
}

static void apply_text(const struct apply *p, int done, struct buf *out)
{
    auto_buf struct buf line = { 0 };
    planning_line(&p->planning.plan, &line);
    buf_printf(out, "%s (%d)", p->name, (int)p->tree[0].pid);
    if (p->n > 1)
        buf_printf(out, " and %d it started", (int)p->n - 1);
    buf_printf(out, ", for %s: ", planning_purpose(&p->planning.plan));
    if (done)
        buf_printf(out, "%s\n  until it ends%s; `sonde policy revert %s` sets it back before\n",
                   line.n ? line.p : "set of those that it started", p->until_ms ? " or the time is over" : "",
                   transaction_id(p->transaction));
    else if (p->borrowed.set)
        buf_printf(out, "%s\n  by the helper, until it ends%s; `kill %d` sets it back before\n", buf_text(&line),
                   p->until_ms ? " or the time is over" : "", (int)os_pid());
    else
        buf_puts(out, "nothing was set\n");
    apply_left(&p->planning.plan, out);
}

static void apply_say(const struct apply *p, int done)
{
    auto_buf struct buf out = { 0 };
    if (args_flag(p->args, "json"))
        apply_json(p, done, &out);
    else
        apply_text(p, done, &out);
    fputs(buf_text(&out), stdout);
}

/* ---- in the background ---- */

static int apply_set(void *self, bool *stays)
{
    struct apply *p = self;
    int done = 0;
    double ttl_s = args_number(p->args, "ttl");
    p->until_ms = args_given(p->args, "ttl") ? os_wall_ms() + (int64_t)(1000 * ttl_s) : 0;
    int rc = apply_begin(p);
    if (rc == 0)
        rc = apply_steps(p, &done);
    if (rc == 0)
        apply_borrow(p);
    if (rc < 0)
        log_error(rc, "policy apply: %s: nothing stays set, as no journal of changes can be kept in %s", p->name,
                  p->dir);
    else
        apply_say(p, done);
    p->sets = done > 0;
    *stays = rc == 0 && done + p->borrowed.set > 0;
    if (!*stays && p->transaction)
        transaction_end(p->transaction, NULL);
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static void apply_watch(void *self)
{
    struct apply *p = self;
    struct undone ignored = { 0 };
    watcher_wait(p->tree, p->n, p->until_ms, p->sets ? p->transaction : NULL);
    borrowed_end(&p->borrowed, &ignored);
    transaction_end(p->transaction, NULL);
    undone_done(&ignored);
    journal_close(p->journal);
}

static int apply_dry(const struct apply *p)
{
    auto_buf struct buf out = { 0 };
    if (args_flag(p->args, "json"))
        apply_json(p, 0, &out);
    else
        planning_text(&p->planning.plan, &out);
    fputs(buf_text(&out), stdout);
    return EXIT_DONE;
}

static int apply_run(const struct args *a)
{
    auto_free struct apply *p = mem_new(sizeof *p);
    p->args = a;
    int status = apply_find_tree(p);
    if (status == EXIT_DONE && datadir_whole(a, "policy apply", p->dir) < 0)
        status = EXIT_FAILED;
    if (status != EXIT_DONE)
        return status;
    status = planning_make(a, p->tree[0].pid, &p->planning);
    if (status == EXIT_DONE && args_flag(a, "dry-run"))
        status = apply_dry(p);
    else if (status == EXIT_DONE)
        status = watcher_start(apply_set, apply_watch, p);
    if (status < 0)
        log_error(status, "policy apply: there is no process that could watch over it");
    planning_done(&p->planning);
    return status < 0 ? EXIT_FAILED : status;
}

static const struct option options[] = {
    PLANNING_OPTIONS,
    { "ttl",     0, OPTION_DURATION, "TIME", .min = 1, .max = 366 * 86400.0,
      .help = "set it back after so long, though the program runs on: 30m, 2h" },
    { "dry-run", 'n', OPTION_FLAG, .help = "say what would be set, as `policy explain`; write nothing" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy apply --intent latency 4711", "while process 4711 runs, with those it started" },
    { "sonde policy apply --intent power --ttl 2h 4711", "for two hours at most" },
    { "sonde policy apply --set nice=5 4711", "one knob" },
    { 0 },
};

const struct command policy_apply = {
    .name = "policy apply", .summary = "set the knobs of a goal for what runs already", .usage = "PID",
    .text = "Sets what `sonde policy explain` names for a process and all that it started. A process of Sonde's stays "
            "in the background and sets everything back when they have ended, when the time is over, or when it is asked "
            "to end (SIGTERM); should it be killed, the next command of Sonde does so. Processes of other users (but for "
            "root), of the kernel, of sound, screen and logins are never touched.",
    .options = options, .examples = examples, .max_positional = 1, .run = apply_run,
};
