/*
 * recorder_policy.c - the adaptive runtime (policy/adapt/adaptive.h) of a recorder, where a person switched it on.
 *
 * All of it happens on a thread of its own, every ten seconds: an instant only notes which kind of work is done, and
 * where it is off there is no part at all. What it set is undone before the recorder ends; of one that was killed the
 * journal is replayed at the next start, which tells of it.
 */
#include "app/adapting.h"
#include "app/recorder_parts.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"
#include "policy/adapt/adaptive.h"
#include "policy/learn/learned.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WINDOW_NS (ADAPT_WINDOW_MS * INT64_C(1000000))

struct policing {
    struct recorder *r;
    const char *seen;             /* kind of work, of the sampling thread */
    struct journal *journal;      /* of the policing thread, down to `stopped_s` */
    struct adaptive *adaptive;
    int64_t looked_ns;
    double stopped_s[2];          /* all tasks, for want of a processor and of memory; NaN not known */

    struct os_lock *lock;         /* guards what follows */
    const char *class;
    struct adaptive_state state;
    bool ending, running;
};

static void policing_event(const struct policing *p, enum severity severity, int64_t at_ms, const char *text)
{
    struct event e = { .wall_ms = at_ms, .end_ms = at_ms, .kind = EVENT_POLICY, .severity = severity,
                       .source = "policy" };
    text_copy(e.text, sizeof e.text, text);
    ring_put(p->r->said, &e);
}

static void policing_say(void *self, enum severity severity, const char *text)
{
    policing_event(self, severity, os_wall_ms(), text);
    if (severity >= SEVERITY_WARNING)
        log_warn(0, "record: %s", text);
}

/* ---- a window ---- */

/* The larger share of the two since the look before, percent. */
static double policing_stopped(struct policing *p, int64_t now_ns)
{
    static const char *const what[2] = { "cpu", "memory" };
    double most = NAN, span_s = (double)(now_ns - p->looked_ns) * 1e-9;
    for (int i = 0; i < 2; i++) {
        double now_s = machine_pressure_s("", what[i], "full");
        most = fmax(most, 100 * (now_s - p->stopped_s[i]) / span_s);
        p->stopped_s[i] = now_s;
    }
    p->looked_ns = now_ns;
    return most;
}

static void policing_window(struct policing *p, const char *class)
{
    struct machine m;
    struct adaptive_state state;
    int64_t now_ns = os_mono_ns();
    double stopped = policing_stopped(p, now_ns);
    machine_look("", &m);
    adaptive_window(p->adaptive, now_ns / 1000000, class, stopped, &m);
    adaptive_state(p->adaptive, &state);
    os_lock(p->lock);
    p->state = state;
    os_unlock(p->lock);
}

static void policing_main(void *arg)
{
    struct policing *p = arg;
    os_lock(p->lock);
    for (;;) {
        int64_t until_ns = os_mono_ns() + WINDOW_NS;
        while (!p->ending && os_mono_ns() < until_ns)
            os_wait(p->lock, until_ns);
        if (p->ending)
            break;
        const char *class = p->class;
        os_unlock(p->lock);
        policing_window(p, class);
        os_lock(p->lock);
    }
    p->running = false;
    os_wake(p->lock);
    os_unlock(p->lock);
}

/* ---- what was before ---- */

/* Trials of the program that the process runs; of a script only its interpreter is known here, and so nothing. */
static enum adaptive_recalled policing_recall(void *self, const struct machine *m, enum goal goal, int32_t pid,
                                              char arm[static PLAN_ARM_MAX])
{
    const struct policing *p = self;
    char path[64], program[OS_PATH_MAX];
    struct signature work;
    struct learned_key key;
    struct learned l;
    struct index *x;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (os_read_link("", path, program, sizeof program) < 0 ||
        signature_of((const char *const[]){ program, NULL }, &work) < 0 || index_open_read(p->r->o.dir, &x) < 0)
        return ADAPTIVE_UNKNOWN;
    learned_key(m, goal, &work, &key);
    int rc = learned_find(x, &key, NULL, &l);
    index_close(x);
    if (rc < 0 || l.state == INDEX_POLICY_STOPPED)
        return ADAPTIVE_UNKNOWN;
    text_copy(arm, PLAN_ARM_MAX, l.arm);
    return l.state == INDEX_POLICY_LEARNED && *l.arm ? ADAPTIVE_ARM : ADAPTIVE_DEFAULT;
}

/* What somebody else changed in this boot stays theirs; what was set back after the last instant was told by nobody. */
static void policing_remember(void *self, const struct journal_transaction *t)
{
    struct policing *p = self;
    char text[160];
    if (strcmp(t->command, "adapt") != 0 || !t->this_boot)
        return;
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->step[i].undone, "kept") == 0)
            adaptive_release(p->adaptive, t->step[i].knob, t->step[i].inst, t->step[i].pid);
    if (!t->ended_ms || !t->n || t->ended_ms < p->r->last_ms)
        return;
    snprintf(text, sizeof text, "what an earlier recorder had set for %.64s was set back when it had ended", t->what);
    policing_event(p, SEVERITY_INFO, t->ended_ms, text);
}

static int policing_open_journal(struct policing *p)
{
    struct undone u = { 0 };
    int rc = journal_open(p->r->o.dir, "", &p->journal);
    if (rc < 0) {
        log_warn(rc, "record: nothing is set on this machine: its journal in %s cannot be kept", p->r->o.dir);
        return rc;
    }
    rc = journal_recover(p->journal, &u);
    if (rc < 0 || u.failed)
        log_warn(rc, "record: not all that was set earlier could be set back; `sonde policy status` has it");
    undone_done(&u);
    return 0;
}

/* ---- beginning and ending ---- */

static void policing_free(struct policing *p)
{
    adaptive_free(p->adaptive);
    journal_close(p->journal);
    os_lock_free(p->lock);
    mem_free(p);
}

static void policing_begin(struct policing *p)
{
    struct recorder *r = p->r;
    struct adapting a;
    auto_buf struct buf complaints = { 0 };
    if (adapting_read(r->config, r->kinds, &a, &complaints) < 0)
        log_warn(0, "record: %s", buf_text(&complaints));
    if (!a.n_trees)
        log_warn(0, "record: policy.adaptive is on, but policy.trees names no program, so nothing is set");
    p->adaptive = adaptive_new(&(struct adaptive_options){
        .root = "", .uid = os_user(), .wishes = a.wishes, .limits = a.limits, .trees = a.trees, .n_trees = a.n_trees,
        .system = a.system, .hides_names = !config_bool(r->config, "privacy.collect_process_names"),
        .hands = { plan_make, transaction_begin, transaction_apply, transaction_end, transaction_tell },
        .journal = p->journal, .recall = policing_recall, .say = policing_say, .self = p });
    journal_each(p->journal, true, policing_remember, p);
}

/* On the running machine only: a recorded one is not touched, and no other one could be. */
static int policing_open(struct recorder *r, void **self)
{
    const char *root = r->observer.root.path;
    if (!config_bool(r->config, "policy.adaptive") || !root || *root || !r->of->is_real)
        return 0;
    struct policing *p = mem_new(sizeof *p);
    *p = (struct policing){ .r = r, .seen = "", .class = "", .lock = os_lock_new(), .running = true,
                            .stopped_s = { NAN, NAN }, .state = { .goal = -1 } };
    int rc = policing_open_journal(p);
    if (rc == 0)
        policing_begin(p);
    rc = rc == 0 ? os_thread(policing_main, p) : rc;
    if (rc < 0) {
        policing_free(p);
        return rc;
    }
    *self = p;
    return 0;
}

static void policing_take(void *self, const struct schema *s, const struct moment *m)
{
    struct policing *p = self;
    (void)s, (void)m;
    if (p->seen == p->r->kind)
        return;
    p->seen = p->r->kind;
    os_lock(p->lock);
    p->class = p->seen ? p->seen : "";
    os_unlock(p->lock);
}

static void policing_put(void *self, struct json *j)
{
    struct policing *p = self;
    os_lock(p->lock);
    struct adaptive_state s = p->state;
    os_unlock(p->lock);
    json_object(j, "policy");
    json_string(j, "goal", s.goal >= 0 ? goal_name((enum goal)s.goal) : NULL);
    json_int(j, "programs", s.trees);
    json_int(j, "followed", s.followed);
    json_int(j, "changes_last_hour", s.changes);
    json_string(j, "held_by", s.held_by);
    json_end(j);
}

static void policing_close(void *self)
{
    struct policing *p = self;
    os_lock(p->lock);
    p->ending = true;
    os_wake(p->lock);
    while (p->running)
        os_wait(p->lock, INT64_MAX);
    os_unlock(p->lock);
    policing_free(p);
}

const struct recorder_part recorder_policy = {
    .name = "policy", .open = policing_open, .take = policing_take, .put = policing_put, .close = policing_close,
};
