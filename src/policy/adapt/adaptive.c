/*
 * adaptive.c - carries out what adapt.c decides.
 *
 * A plan is made for every process of a program, as attributes of tasks are their own; knobs of the machine are taken
 * from that of the first one. autogroup is the weight of a whole session: it is left where others are in it.
 */
#include "policy/adapt/adaptive.h"

#include "base/mem.h"
#include "base/text.h"
#include "policy/adapt/named.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 1024
#define SENTENCE 224   /* bytes of an event's text */
#define NICE_HALF 3    /* steps of nice halve a weight: 1.25^3 = 1.95 (sched(7)) */

/* What is set of one program. */
struct followed {
    int32_t pid;
    uint64_t start;
    char name[NAMED_NAME_MAX];
    struct transaction *t;
    struct step *step; /* n that stand */
    size_t n, cap;
    char foreign[KNOB_WHY]; /* what somebody else has set: "autogroup to 5"; "" nothing */
};

struct adaptive {
    struct adaptive_options o;
    struct adapt *adapt;
    struct named *trees;
    struct followed followed[ADAPT_TREES];
    size_t n;
    struct adapt_tree window[NAMED_MAX];
    size_t n_window;
    int goal;
    bool refusal_said;
    int64_t at_ms;
    const struct machine *machine; /* in a window only */
};

/* ---- words ---- */

__attribute__((format(printf, 3, 4)))
static void adaptive_say(const struct adaptive *x, enum severity severity, const char *fmt, ...)
{
    char text[SENTENCE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    x->o.say(x->o.self, severity, text_clean(text));
}

/* "redis-server (pid 812)" */
static const char *adaptive_who(const struct adaptive *x, const char *name, int32_t pid, char out[static 96])
{
    snprintf(out, 96, "%s (pid %d)", x->o.hides_names ? "a program" : name, pid);
    return out;
}

/* The figures of a decision as half a sentence: what was measured, and what it is held against. */
static const char *adaptive_figures(const struct adapt_decision *d, char out[static 120])
{
    static const struct { const char *now, *of, *against, *unit, *than; int digits; } words[] = {
        [ADAPT_WANTED] = { "it waits ", " of its time for a processor", "", " %", " before", 0 },
        [ADAPT_UNWANTED] = { "it waited ", " of its time for a processor", "", " %", " without", 0 },
        [ADAPT_WAITS] = { "it waited ", " of its time for a processor", "", " %", " without", 0 },
        [ADAPT_STOPPED] = { "all tasks stood still ", " of the time", "the measure is ", " %", "", 0 },
        [ADAPT_STARVES] = { "the others waited ", " for each second that they ran", "", " s", " before", 1 },
        [ADAPT_FOREIGN] = { "", "", "", "", "", 0 },
        [ADAPT_HOT] = { "the processor is at ", "", "the limit is ", " C", "", 0 },
        [ADAPT_BATTERY] = { "the battery is at ", "", "the limit is ", " %", "", 0 },
    };
    int digits = words[d->why].digits, n = 0;
    *out = '\0';
    if (!isnan(d->after))
        n = snprintf(out, 120, "%s%.*f%s%s", words[d->why].now, digits, d->after, words[d->why].unit, words[d->why].of);
    if (n > 0 && n < 120 && !isnan(d->before))
        snprintf(out + n, 120 - (size_t)n, ", %s%.*f%s%s", words[d->why].against, digits, d->before,
                 words[d->why].unit, words[d->why].than);
    return out;
}

/* "autogroup 0 to -10, timer.slack 50000 to 1000 and 3 more", of the first process. */
static void adaptive_put_steps(const struct followed *f, char *out, size_t cap)
{
    size_t said = 0, n = 0;
    *out = '\0';
    for (size_t i = 0; i < f->n; i++) {
        const struct step *s = &f->step[i];
        if (s->place.pid && s->place.pid != f->pid)
            continue;
        if (n + 60 < cap)
            n += (size_t)snprintf(out + n, cap - n, "%s%.20s %.12s to %.12s", said++ ? ", " : "", s->knob->name,
                                  *s->old ? s->old : "?", s->now);
    }
    if (said < f->n && n < cap)
        snprintf(out + n, cap - n, "%s%zu more", said ? " and " : "", f->n - said);
}

/* ---- setting ---- */

static struct followed *adaptive_find(struct adaptive *x, int32_t pid, uint64_t start)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->followed[i].pid == pid && x->followed[i].start == start)
            return &x->followed[i];
    return NULL;
}

static const struct named_tree *adaptive_tree(const struct adaptive *x, int32_t pid, uint64_t start)
{
    const struct named_tree *t;
    for (size_t i = 0; (t = named_at(x->trees, i)) != NULL; i++)
        if (t->pid == pid && t->start == start)
            return t;
    return NULL;
}

/* Without a sensor nobody would see what a faster machine does to itself. */
static bool adaptive_may_system(const struct adaptive *x)
{
    return x->o.system && (!x->o.limits.thermal_guard || !isnan(x->machine->hottest));
}

static bool adaptive_takes(const struct adaptive *x, const struct named_tree *tree, const struct step *s, bool first)
{
    const struct knob *k = s->knob;
    if (s->state != STEP_PLANNED || adapt_is_released(x->adapt, k->name, s->place.inst, s->place.pid))
        return false;
    if (k->class == KNOB_PROCESS)
        return s->place.pid && (tree->own_session || strcmp(k->name, "autogroup") != 0);
    return first && k->class != KNOB_ENV && adaptive_may_system(x);
}

static int followed_apply(struct adaptive *x, struct followed *f, struct step *s)
{
    int rc = x->o.hands.apply(f->t, s);
    if (rc < 0 || s->state != STEP_DONE || f->n == STEPS_MAX)
        return rc;
    f->step = mem_grow(f->step, f->n, &f->cap, sizeof *f->step);
    f->step[f->n++] = *s;
    return 0;
}

/* Of one process: 0, or why the journal cannot be kept. `left` gets why something was not done. An arm that was learned
 * is all that is set; "" none was. */
static int adaptive_set_one(struct adaptive *x, struct followed *f, const struct named_tree *tree, size_t member,
                            int goal, const char *arm, char left[static KNOB_WHY])
{
    struct plan p;
    char why[KNOB_WHY] = "";
    struct plan_options o = { .machine = x->machine, .goal = *arm ? -1 : goal, .system = adaptive_may_system(x),
                              .pid = tree->member[member].pid, .arm = *arm ? arm : NULL,
                              .arm_evidence = EVIDENCE_LEARNED };
    int rc = x->o.hands.plan(&o, &p, why);
    for (size_t i = 0; i < p.n && rc == 0; i++) {
        struct step *s = &p.step[i];
        if (s->place.pid)
            s->place.start = tree->member[member].start;
        if (adaptive_takes(x, tree, s, member == 0))
            rc = followed_apply(x, f, s);
        if (*s->note && s->knob->class == KNOB_PROCESS)
            snprintf(left, KNOB_WHY, "%.40s: %.150s", s->knob->name, s->note);
    }
    plan_done(&p);
    return rc;
}

static void followed_done(struct followed *f)
{
    mem_free(f->step);
    *f = (struct followed){ 0 };
}

static void adaptive_forget(struct adaptive *x, struct followed *f)
{
    followed_done(f);
    *f = x->followed[--x->n];
}

/* What came of it so far, for whoever looks at the journal. */
static void adaptive_tell(struct adaptive *x, struct followed *f, const char *figures)
{
    if (*figures && x->o.hands.tell)
        x->o.hands.tell(f->t, figures); /* an account that is lost changes nothing */
}

/* Undoes what is set of one. */
static void adaptive_undo(struct adaptive *x, struct followed *f)
{
    struct undone u = { 0 };
    int rc = x->o.hands.end(f->t, &u);
    if (rc < 0 || u.failed)
        adaptive_say(x, SEVERITY_WARNING, "not all that was set for process %d could be set back; the journal has it, "
                     "and `sonde policy revert` tries again", f->pid);
    undone_done(&u);
    adaptive_forget(x, f);
}

static enum adaptive_recalled adaptive_recall(const struct adaptive *x, const struct adapt_decision *d,
                                              char arm[static PLAN_ARM_MAX])
{
    *arm = '\0';
    return x->o.recall ? x->o.recall(x->o.self, x->machine, (enum goal)d->goal, d->pid, arm) : ADAPTIVE_UNKNOWN;
}

/* Begins to follow a program; NULL: the journal cannot be kept, and that was said. */
static struct followed *adaptive_follow(struct adaptive *x, const struct named_tree *tree, int goal)
{
    struct followed *f = &x->followed[x->n++];
    *f = (struct followed){ .pid = tree->pid, .start = tree->start };
    text_copy(f->name, sizeof f->name, tree->name);
    struct transaction_about about = { .command = "adapt", .what = x->o.hides_names ? "a program" : f->name,
                                       .goal = goal };
    int rc = x->o.hands.begin(x->o.journal, &about, &f->t);
    if (rc == 0)
        return f;
    adaptive_forget(x, f);
    adaptive_say(x, SEVERITY_WARNING, "nothing is set: the journal cannot be kept (%s)", strerror(-rc));
    return NULL;
}

/* The whole program. False: nothing of it took; why was said. */
static bool adaptive_set(struct adaptive *x, const struct named_tree *tree, const struct adapt_decision *d)
{
    char arm[PLAN_ARM_MAX], left[KNOB_WHY] = "", who[96], steps[120], figures[120];
    const char *goal = goal_name((enum goal)d->goal);
    adaptive_who(x, tree->name, tree->pid, who);
    enum adaptive_recalled recalled = adaptive_recall(x, d, arm);
    if (recalled == ADAPTIVE_DEFAULT) {
        adaptive_say(x, SEVERITY_INFO, "nothing is set for %s, goal %s: trials found default the best here", who, goal);
        return false;
    }
    struct followed *f = adaptive_follow(x, tree, d->goal);
    int rc = 0;
    for (size_t i = 0; f && i < tree->n && rc == 0; i++)
        rc = adaptive_set_one(x, f, tree, i, d->goal, recalled == ADAPTIVE_ARM ? arm : "", left);
    if (!f)
        return false;
    if (rc < 0 || f->n == 0) {
        adaptive_undo(x, f);
        adaptive_say(x, SEVERITY_NOTICE, "nothing could be set for %s, goal %s%s%.100s", who, goal,
                     rc < 0 || *left ? ": " : "", rc < 0 ? strerror(-rc) : left);
        return false;
    }
    adaptive_put_steps(f, steps, sizeof steps);
    struct adapt_decision so_far = *d;
    so_far.after = d->before;
    so_far.before = NAN;
    adaptive_figures(&so_far, figures);
    adaptive_say(x, SEVERITY_INFO, "set for %s, goal %s%s: %s%s%s", who, goal,
                 recalled == ADAPTIVE_ARM ? " (learned)" : "", steps, *figures ? "; so far " : "", figures);
    return true;
}

static void adaptive_apply(struct adaptive *x, const struct adapt_decision *d)
{
    const struct named_tree *tree = adaptive_tree(x, d->pid, d->start);
    if (!tree || x->n == ADAPT_TREES || !adaptive_set(x, tree, d))
        adapt_failed(x->adapt);
}

/* ---- halving ---- */

/* How a weight is half of what it is, not beyond what it was; false: it is no weight. */
static bool adaptive_half(const struct step *s, char out[static KNOB_VALUE_MAX])
{
    double now, old;
    const char *name = s->knob->name;
    bool nice = strcmp(name, "nice") == 0 || strcmp(name, "autogroup") == 0;
    if ((!nice && strcmp(name, "cpu.weight") != 0) || !text_double(s->now, &now) || !text_double(s->old, &old))
        return false;
    double half = nice ? fmin(now + NICE_HALF, old) : fmax(floor(now / 2), old);
    if (half == now)
        return false;
    snprintf(out, KNOB_VALUE_MAX, "%.0f", half);
    return true;
}

static bool followed_is_weighted(const struct followed *f)
{
    char half[KNOB_VALUE_MAX];
    for (size_t i = 0; i < f->n; i++)
        if (adaptive_half(&f->step[i], half))
            return true;
    return false;
}

static void adaptive_halve(struct adaptive *x, const struct adapt_decision *d)
{
    struct followed *f = adaptive_find(x, d->pid, d->start);
    char who[96], figures[120];
    for (size_t i = 0; f && i < f->n; i++) {
        struct step s = f->step[i];
        if (!adaptive_half(&s, s.value))
            continue;
        s.state = STEP_PLANNED;
        if (x->o.hands.apply(f->t, &s) == 0 && s.state == STEP_DONE)
            memcpy(f->step[i].now, s.now, sizeof s.now); /* what it was before all of it stays */
    }
    if (f)
        adaptive_say(x, SEVERITY_NOTICE, "weight halved of %s, goal %s: %s", adaptive_who(x, f->name, f->pid, who),
                     goal_name((enum goal)d->goal), adaptive_figures(d, figures));
}

/* ---- setting back ---- */

static void adaptive_roll_back(struct adaptive *x, const struct adapt_decision *d)
{
    struct followed *f = adaptive_find(x, d->pid, d->start);
    char who[96], figures[120], foreign[KNOB_WHY];
    if (!f)
        return;
    adaptive_who(x, f->name, f->pid, who);
    text_copy(foreign, sizeof foreign, f->foreign);
    adaptive_figures(d, figures);
    adaptive_tell(x, f, figures);
    adaptive_undo(x, f);
    const char *goal = goal_name((enum goal)d->goal);
    if (d->why == ADAPT_FOREIGN)
        adaptive_say(x, SEVERITY_NOTICE, "set back for %s, goal %s: somebody else set %.60s, which is theirs until the "
                     "next boot", who, goal, foreign);
    else if (d->why == ADAPT_UNWANTED)
        adaptive_say(x, SEVERITY_INFO, "set back for %s, goal %s: the work no longer asks for it%s%s", who, goal,
                     *figures ? "; with it " : "", figures);
    else
        adaptive_say(x, SEVERITY_NOTICE, "set back for %s, goal %s, as it went worse: %s", who, goal, figures);
}

static void adaptive_undo_all(struct adaptive *x)
{
    while (x->n)
        adaptive_undo(x, &x->followed[x->n - 1]);
}

static void adaptive_pause(struct adaptive *x, const struct adapt_decision *d)
{
    char figures[120];
    size_t n = x->n;
    adaptive_undo_all(x);
    adaptive_figures(d, figures);
    if (n)
        adaptive_say(x, SEVERITY_NOTICE, "all is set back of %zu program%s, and nothing is set for now: %s", n,
                     n == 1 ? "" : "s", figures);
    else
        adaptive_say(x, SEVERITY_NOTICE, "nothing is set for now, goal %s: %s", goal_name((enum goal)d->goal), figures);
}

/* ---- a window ---- */

/* Those that ended took what was set with them; the rest is set back. */
static void adaptive_drop_gone(struct adaptive *x)
{
    for (size_t i = x->n; i > 0; i--)
        if (!adaptive_tree(x, x->followed[i - 1].pid, x->followed[i - 1].start))
            adaptive_undo(x, &x->followed[i - 1]);
}

/* What stands at another value than ours is somebody else's from here on. */
static bool adaptive_look_foreign(struct adaptive *x, struct followed *f)
{
    char value[KNOB_VALUE_MAX];
    *f->foreign = '\0';
    for (size_t i = 0; i < f->n; i++) {
        const struct step *s = &f->step[i];
        if (!s->knob->read || (s->place.pid && !knob_task_is(&s->place)) ||
            s->knob->read(s->knob, &s->place, value) < 0 || strcmp(value, s->now) == 0)
            continue;
        adapt_release(x->adapt, s->knob->name, s->place.inst, s->place.pid);
        snprintf(f->foreign, sizeof f->foreign, "%.30s to %.24s", s->knob->name, value);
    }
    return *f->foreign != '\0';
}

static void adaptive_note_trees(struct adaptive *x)
{
    const struct named_tree *t;
    x->n_window = 0;
    for (size_t i = 0; (t = named_at(x->trees, i)) != NULL; i++) {
        struct followed *f = adaptive_find(x, t->pid, t->start);
        x->window[x->n_window++] = (struct adapt_tree){
            .pid = t->pid, .start = t->start, .waits = t->waits, .others_wait = t->others_wait,
            .weighted = f && followed_is_weighted(f), .foreign = f && adaptive_look_foreign(x, f) };
    }
}

static void adaptive_do(struct adaptive *x, const struct adapt_decision *d)
{
    struct followed *f = adaptive_find(x, d->pid, d->start);
    char who[96], figures[120];
    adaptive_figures(d, figures);
    switch (d->what) {
    case ADAPT_NOTHING: break;
    case ADAPT_APPLY: adaptive_apply(x, d); break;
    case ADAPT_HALVE: adaptive_halve(x, d); break;
    case ADAPT_ROLL_BACK: adaptive_roll_back(x, d); break;
    case ADAPT_PAUSE: adaptive_pause(x, d); break;
    case ADAPT_RESUME: adaptive_say(x, SEVERITY_INFO, "what is asked for may be set again: %s", figures); break;
    case ADAPT_KEPT:
        if (f)
            adaptive_tell(x, f, figures);
        if (f && *figures)
            adaptive_say(x, SEVERITY_INFO, "what was set for %s, goal %s, stays: %s",
                         adaptive_who(x, f->name, f->pid, who), goal_name((enum goal)d->goal), figures);
        break;
    }
}

/* Once: a person who named a program waits for something to happen to it. */
static void adaptive_say_refused(struct adaptive *x)
{
    const char *why = named_refused(x->trees);
    if (!*why || x->refusal_said)
        return;
    x->refusal_said = true;
    if (x->o.hides_names)
        adaptive_say(x, SEVERITY_NOTICE, "a program that policy.trees names is left alone: it may not be touched");
    else
        adaptive_say(x, SEVERITY_NOTICE, "policy.trees names it, but %s", why);
}

void adaptive_window(struct adaptive *x, int64_t at_ms, const char *class, double stopped, const struct machine *m)
{
    struct adapt_decision d;
    if (named_look(x->trees) < 0)
        return;
    x->at_ms = at_ms;
    x->machine = m;
    x->goal = adapt_goal(&x->o.wishes, class, m->on_battery);
    adaptive_say_refused(x);
    adaptive_drop_gone(x);
    adaptive_note_trees(x);
    adapt_window(x->adapt, &(struct adapt_window){
        .at_ms = at_ms, .goal = x->goal, .stopped = stopped, .hottest = m->hottest, .hot = machine_hot_c(m),
        .on_battery = m->on_battery, .battery = m->battery, .tree = x->window, .n = x->n_window }, &d);
    adaptive_do(x, &d);
    x->machine = NULL;
}

void adaptive_state(const struct adaptive *x, struct adaptive_state *out)
{
    *out = (struct adaptive_state){ .goal = x->goal, .trees = (int)x->n_window, .followed = (int)x->n,
                                    .changes = adapt_changes(x->adapt, x->at_ms), .held_by = adapt_held_by(x->adapt) };
}

void adaptive_release(struct adaptive *x, const char *knob, const char *inst, int32_t pid)
{
    adapt_release(x->adapt, knob, inst, pid);
}

struct adaptive *adaptive_new(const struct adaptive_options *o)
{
    struct adaptive *x = mem_new(sizeof *x);
    *x = (struct adaptive){ .o = *o, .goal = -1, .adapt = adapt_new(&o->limits),
                            .trees = named_new(o->root, o->uid, o->trees, o->n_trees) };
    return x;
}

void adaptive_free(struct adaptive *x)
{
    if (!x)
        return;
    size_t n = x->n;
    adaptive_undo_all(x);
    if (n)
        adaptive_say(x, SEVERITY_INFO, "all is set back of %zu program%s: the recorder ends, or is set up anew", n,
                     n == 1 ? "" : "s");
    named_free(x->trees);
    adapt_free(x->adapt);
    mem_free(x);
}
