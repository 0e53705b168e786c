/*
 * adapt.c - the rules of the adaptive runtime (docs/POLICY.md), without a clock and without hands.
 *
 * The figures of before a change are the mean of the last windows without it, and they stay: what is judged is the
 * program with the change against the program without it. When the load has become another one since, that shows as
 * worse, the change is undone, and the next trial is measured against windows of its own time.
 */
#include "policy/adapt/adapt.h"

#include "base/mem.h"
#include "base/text.h"
#include "policy/knob.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define WINDOWS 2             /* in a row, to switch and to undo */
#define BEFORE_WINDOWS 6      /* of which the figures of before are the mean */
#define WORSE 1.2
#define FLOOR_PERCENT 2.0     /* shares that differ by less are the same */
#define STARVES 10.0          /* times what it was before */
#define STARVES_FLOOR 0.1     /* seconds of waiting a second of running: less than that is no waiting */
#define REST_MS HOUR_MS
#define REST_MOST_MS (8 * HOUR_MS)
#define HOT_STABILITY 5.0     /* the goal of steady times ends that much lower: clocks give way before the mark */
#define COOLER 8.0
#define COOL_MS 60000
#define BATTERY_LOW 20.0      /* percent */
#define BATTERY_AGAIN 22.0
#define STOPPED_MOST 20.0     /* percent */
#define STOPPED_AGAIN 18.0
#define RELEASED_MAX 256

/* The mean of a few windows. */
struct figure {
    double sum;
    int n;
};

struct tree {
    int32_t pid;
    uint64_t start;
    int goal;                 /* that is followed; -1 none */
    bool halved, kept;
    int64_t since_ms;         /* of the last change of it; 0 none */
    struct figure waits, others, stopped; /* since then */
    double waits_before, others_before, stopped_before;
    int worse;                /* windows in a row */
    struct { int64_t until_ms, ms; } rest[GOALS];
};

struct adapt {
    struct adapt_limits limits;
    int64_t last_ms;
    int wanted;               /* by the last window */
    int asked;                /* windows in a row that wanted it */
    struct tree tree[ADAPT_TREES];
    size_t n;
    int64_t change_ms[ADAPT_CHANGES_MOST]; /* the last ones, change i in i % ADAPT_CHANGES_MOST */
    uint64_t n_changes;
    bool hot, warm, low, pressed; /* guards; warm: too hot for steady times only */
    int64_t cool_ms, cool_steady_ms; /* since when it is; 0: it is not */
    int calm;                 /* windows in a row without pressure */
    bool paused;
    enum adapt_why paused_why;
    int paused_goal;
    struct adapt_decision last;
    struct { char knob[64], inst[KNOB_INST_MAX]; int32_t pid; } released[RELEASED_MAX];
    size_t n_released;
};

/* ---- what a person wants ---- */

int adapt_goal_of(const char *word)
{
    return strcmp(word, "same") == 0 ? ADAPT_SAME : goal_of(word);
}

int adapt_wish(struct adapt_wishes *w, const char *text, bool (*known)(void *self, const char *name), void *self,
               char *why, size_t cap)
{
    const char *is = strchr(text, '=');
    size_t n = is ? (size_t)(is - text) : 0;
    char name[ADAPT_CLASS_MAX];
    int goal = is && strcmp(is + 1, "none") != 0 ? goal_of(is + 1) : -1;
    if (!n || n >= sizeof name) {
        snprintf(why, cap, "\"%.60s\" is no KIND=GOAL, as gaming=latency", text);
        return -EINVAL;
    }
    text_copy(name, n + 1, text);
    if (goal < 0 && strcmp(is + 1, "none") != 0) {
        snprintf(why, cap, "\"%.40s\" is no goal; it is one of none " GOAL_NAMES, is + 1);
        return -EINVAL;
    }
    if (!known(self, name)) {
        snprintf(why, cap, "there is no kind of work \"%s\"; session_classification.categories has their names", name);
        return -EINVAL;
    }
    for (size_t i = 0; i < w->n_classes; i++)
        if (strcmp(w->class[i].name, name) == 0) {
            snprintf(why, cap, "\"%s\" is there twice", name);
            return -EINVAL;
        }
    if (w->n_classes == ADAPT_CLASSES) {
        snprintf(why, cap, "more than %d kinds of work", ADAPT_CLASSES);
        return -E2BIG;
    }
    text_copy(w->class[w->n_classes].name, ADAPT_CLASS_MAX, name);
    w->class[w->n_classes++].goal = goal;
    return 0;
}

int adapt_goal(const struct adapt_wishes *w, const char *class, bool on_battery)
{
    if (on_battery && w->goal_on_battery != ADAPT_SAME)
        return w->goal_on_battery;
    for (size_t i = 0; i < w->n_classes; i++)
        if (strcmp(w->class[i].name, class) == 0)
            return w->class[i].goal;
    return w->goal;
}

/* ---- figures ---- */

static void figure_add(struct figure *f, double v)
{
    if (isnan(v))
        return;
    if (f->n == BEFORE_WINDOWS) { /* from here on the oldest windows fade */
        f->sum -= f->sum / f->n;
        f->n--;
    }
    f->sum += v;
    f->n++;
}

static double figure_mean(const struct figure *f)
{
    return f->n ? f->sum / f->n : NAN;
}

/* NaN is never worse: what is not known is no reason. */
static bool adapt_is_worse(double before, double now)
{
    return now > WORSE * before && now > before + FLOOR_PERCENT;
}

static bool adapt_starves(const struct tree *t, double others_wait)
{
    return others_wait > STARVES * fmax(t->others_before, STARVES_FLOOR);
}

/* ---- changes ---- */

int adapt_changes(const struct adapt *a, int64_t now_ms)
{
    int n = 0;
    for (uint64_t i = 0; i < a->n_changes && i < ADAPT_CHANGES_MOST; i++)
        n += a->change_ms[i] > now_ms - HOUR_MS;
    return n;
}

static void adapt_count(struct adapt *a, int64_t now_ms)
{
    a->change_ms[a->n_changes++ % ADAPT_CHANGES_MOST] = now_ms;
}

static int adapt_open_trees(const struct adapt *a)
{
    int n = 0;
    for (size_t i = 0; i < a->n; i++)
        n += a->tree[i].goal >= 0;
    return n;
}

/* Is there room for so many more changes, and for the way back of what is in force? */
static bool adapt_has_room(const struct adapt *a, int64_t now_ms, int more)
{
    return adapt_changes(a, now_ms) + adapt_open_trees(a) + more <= a->limits.changes_per_hour;
}

/* What was measured under another state of things says nothing from here on. */
static void tree_begin(struct tree *t, int64_t now_ms)
{
    t->since_ms = now_ms;
    t->waits = t->others = t->stopped = (struct figure){ 0 };
    t->worse = 0;
    t->kept = false;
}

static void tree_rest(struct tree *t, int goal, int64_t now_ms)
{
    int64_t ms = t->rest[goal].ms ? 2 * t->rest[goal].ms : REST_MS;
    t->rest[goal].ms = ms < REST_MOST_MS ? ms : REST_MOST_MS;
    t->rest[goal].until_ms = now_ms + t->rest[goal].ms;
}

static void tree_back(struct tree *t, int64_t now_ms)
{
    t->goal = -1;
    t->halved = false;
    tree_begin(t, now_ms);
}

static struct adapt_decision adapt_decide(const struct tree *t, enum adapt_do what, enum adapt_why why, double before,
                                          double after)
{
    return (struct adapt_decision){ .what = what, .why = why, .pid = t->pid, .start = t->start, .goal = t->goal,
                                    .before = before, .after = after };
}

static struct adapt_decision adapt_roll_back(struct adapt *a, struct tree *t, int64_t now_ms, enum adapt_why why,
                                             double before, double after)
{
    struct adapt_decision d = adapt_decide(t, ADAPT_ROLL_BACK, why, before, after);
    adapt_count(a, now_ms);
    if (why == ADAPT_WAITS || why == ADAPT_STOPPED || why == ADAPT_STARVES)
        tree_rest(t, t->goal, now_ms);
    tree_back(t, now_ms);
    return d;
}

/* ---- trees ---- */

static struct tree *adapt_find(const struct adapt *a, int32_t pid, uint64_t start)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->tree[i].pid == pid && a->tree[i].start == start)
            return (struct tree *)&a->tree[i];
    return NULL;
}

static const struct adapt_tree *window_find(const struct adapt_window *w, const struct tree *t)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->tree[i].pid == t->pid && w->tree[i].start == t->start)
            return &w->tree[i];
    return NULL;
}

/* Those that are gone are forgotten, new ones noted, and all measured. */
static void adapt_note(struct adapt *a, const struct adapt_window *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->n; i++)
        if (window_find(w, &a->tree[i]))
            a->tree[kept++] = a->tree[i];
    a->n = kept;
    for (size_t i = 0; i < w->n; i++) {
        const struct adapt_tree *one = &w->tree[i];
        struct tree *t = adapt_find(a, one->pid, one->start);
        if (!t && a->n < ADAPT_TREES) {
            t = &a->tree[a->n++];
            *t = (struct tree){ .pid = one->pid, .start = one->start, .goal = -1 };
        }
        if (!t)
            continue;
        figure_add(&t->waits, one->waits);
        figure_add(&t->others, one->others_wait);
        figure_add(&t->stopped, w->stopped);
        bool worse = t->goal >= 0 && (adapt_is_worse(t->waits_before, one->waits) ||
                                      adapt_is_worse(t->stopped_before, w->stopped));
        t->worse = worse ? t->worse + 1 : 0;
    }
}

/* ---- guards ---- */

/* Over the limit it holds, until it was cooler by the margin for a minute. */
static bool adapt_heat(bool holds, double limit, const struct adapt_window *w, int64_t *cool_ms)
{
    if (w->hottest >= limit) {
        *cool_ms = 0;
        return true;
    }
    if (!holds)
        return false;
    if (isnan(w->hottest) || w->hottest > limit - COOLER) {
        *cool_ms = 0;
        return true;
    }
    if (!*cool_ms)
        *cool_ms = w->at_ms;
    return w->at_ms - *cool_ms < COOL_MS;
}

static void adapt_guard(struct adapt *a, const struct adapt_window *w)
{
    bool guards = a->limits.thermal_guard;
    a->hot = guards && adapt_heat(a->hot, w->hot, w, &a->cool_ms);
    a->warm = guards && adapt_heat(a->warm, w->hot - HOT_STABILITY, w, &a->cool_steady_ms);
    a->low = w->on_battery && (w->battery < BATTERY_LOW || (a->low && !(w->battery >= BATTERY_AGAIN)));
    a->calm = w->stopped > STOPPED_AGAIN ? 0 : a->calm + 1;
    a->pressed = w->stopped > STOPPED_MOST || (a->pressed && a->calm < WINDOWS);
}

/* Does a guard speak against a goal? A battery that runs out is no reason against saving power. */
static bool adapt_is_blocked(const struct adapt *a, int goal, enum adapt_why *why)
{
    if ((a->hot && (goal == GOAL_LATENCY || goal == GOAL_THROUGHPUT)) || (a->warm && goal == GOAL_STABILITY))
        *why = ADAPT_HOT;
    else if (a->low && goal != GOAL_POWER)
        *why = ADAPT_BATTERY;
    else if (a->pressed)
        *why = ADAPT_STOPPED;
    else
        return false;
    return true;
}

static void adapt_guard_figures(const struct adapt_window *w, int goal, struct adapt_decision *d)
{
    d->before = d->why == ADAPT_HOT       ? w->hot - (goal == GOAL_STABILITY ? HOT_STABILITY : 0)
                : d->why == ADAPT_BATTERY ? BATTERY_LOW
                                          : STOPPED_MOST;
    d->after = d->why == ADAPT_HOT ? w->hottest : d->why == ADAPT_BATTERY ? w->battery : w->stopped;
}

/* What is in force is undone; without anything in force it is said once why nothing is done. */
static bool adapt_pause(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    int goal = -1;
    enum adapt_why why = ADAPT_WANTED;
    for (size_t i = 0; i < a->n && goal < 0; i++)
        if (a->tree[i].goal >= 0 && adapt_is_blocked(a, a->tree[i].goal, &why))
            goal = a->tree[i].goal;
    bool undoes = goal >= 0;
    if (!undoes && (a->paused || !a->n || w->goal < 0 || !adapt_is_blocked(a, w->goal, &why)))
        return false;
    goal = undoes ? goal : w->goal;
    *d = (struct adapt_decision){ .what = ADAPT_PAUSE, .why = why, .goal = goal };
    adapt_guard_figures(w, goal, d);
    if (adapt_open_trees(a) > 0)
        adapt_count(a, w->at_ms);
    for (size_t i = 0; i < a->n; i++)
        if (a->tree[i].goal >= 0)
            tree_back(&a->tree[i], w->at_ms);
    a->paused = true;
    a->paused_why = why;
    a->paused_goal = goal;
    return true;
}

static bool adapt_resume(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    enum adapt_why why;
    if (!a->paused || adapt_is_blocked(a, a->paused_goal, &why))
        return false;
    a->paused = false;
    *d = (struct adapt_decision){ .what = ADAPT_RESUME, .why = a->paused_why, .goal = a->paused_goal };
    adapt_guard_figures(w, a->paused_goal, d);
    return true;
}

/* ---- one tree after the other ---- */

static bool adapt_foreign(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    for (size_t i = 0; i < a->n; i++) {
        struct tree *t = &a->tree[i];
        if (t->goal < 0 || !window_find(w, t)->foreign)
            continue;
        *d = adapt_roll_back(a, t, w->at_ms, ADAPT_FOREIGN, NAN, NAN);
        return true;
    }
    return false;
}

static bool adapt_starvation(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    for (size_t i = 0; i < a->n; i++) {
        struct tree *t = &a->tree[i];
        const struct adapt_tree *now = window_find(w, t);
        if (t->goal < 0 || !adapt_starves(t, now->others_wait))
            continue;
        if (t->halved || !now->weighted || !adapt_has_room(a, w->at_ms, 1)) {
            *d = adapt_roll_back(a, t, w->at_ms, ADAPT_STARVES, t->others_before, now->others_wait);
            return true;
        }
        *d = adapt_decide(t, ADAPT_HALVE, ADAPT_STARVES, t->others_before, now->others_wait);
        t->halved = true;
        adapt_count(a, w->at_ms);
        tree_begin(t, w->at_ms);
        return true;
    }
    return false;
}

static bool adapt_worse(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    for (size_t i = 0; i < a->n; i++) {
        struct tree *t = &a->tree[i];
        const struct adapt_tree *now = window_find(w, t);
        if (t->worse < WINDOWS)
            continue;
        bool waits = adapt_is_worse(t->waits_before, now->waits);
        *d = waits ? adapt_roll_back(a, t, w->at_ms, ADAPT_WAITS, t->waits_before, now->waits)
                   : adapt_roll_back(a, t, w->at_ms, ADAPT_STOPPED, t->stopped_before, w->stopped);
        return true;
    }
    return false;
}

static bool adapt_is_ripe(const struct adapt *a, const struct tree *t, int64_t now_ms)
{
    return !t->since_ms || now_ms - t->since_ms >= (int64_t)(a->limits.dwell_s * 1e3);
}

static bool adapt_unwanted(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    for (size_t i = 0; i < a->n; i++) {
        struct tree *t = &a->tree[i];
        if (t->goal < 0 || t->goal == w->goal || a->asked < WINDOWS || !adapt_is_ripe(a, t, w->at_ms))
            continue;
        *d = adapt_roll_back(a, t, w->at_ms, ADAPT_UNWANTED, t->waits_before, figure_mean(&t->waits));
        return true;
    }
    return false;
}

static bool adapt_keep(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    for (size_t i = 0; i < a->n; i++) {
        struct tree *t = &a->tree[i];
        if (t->goal < 0 || t->kept || t->worse || !adapt_is_ripe(a, t, w->at_ms))
            continue;
        t->kept = true;
        *d = adapt_decide(t, ADAPT_KEPT, ADAPT_WANTED, t->waits_before, figure_mean(&t->waits));
        return true;
    }
    return false;
}

/* One change at a time, so that what follows is its doing. */
static bool adapt_is_quiet(const struct adapt *a, int64_t now_ms)
{
    int64_t last_ms = a->n_changes ? a->change_ms[(a->n_changes - 1) % ADAPT_CHANGES_MOST] : 0;
    return !a->n_changes || now_ms - last_ms >= (int64_t)(a->limits.dwell_s * 1e3);
}

static bool adapt_apply(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d)
{
    enum adapt_why why;
    if (w->goal < 0 || a->asked < WINDOWS || adapt_is_blocked(a, w->goal, &why) || !adapt_is_quiet(a, w->at_ms) ||
        !adapt_has_room(a, w->at_ms, 2))
        return false;
    for (size_t i = 0; i < a->n; i++) {
        struct tree *t = &a->tree[i];
        if (t->goal >= 0 || t->rest[w->goal].until_ms > w->at_ms ||
            (t->waits.n < WINDOWS && t->stopped.n < WINDOWS)) /* what cannot be judged is not changed */
            continue;
        t->goal = w->goal;
        t->waits_before = figure_mean(&t->waits);
        t->others_before = figure_mean(&t->others);
        t->stopped_before = figure_mean(&t->stopped);
        *d = adapt_decide(t, ADAPT_APPLY, ADAPT_WANTED, t->waits_before, NAN);
        adapt_count(a, w->at_ms);
        tree_begin(t, w->at_ms);
        return true;
    }
    return false;
}

/* ---- a window ---- */

void adapt_window(struct adapt *a, const struct adapt_window *w, struct adapt_decision *out)
{
    typedef bool rule(struct adapt *a, const struct adapt_window *w, struct adapt_decision *d);
    static rule *const rules[] = { /* the first that has something to say; safety before wishes */
        adapt_foreign, adapt_pause, adapt_starvation, adapt_worse, adapt_unwanted, adapt_resume, adapt_keep,
        adapt_apply,
    };
    *out = (struct adapt_decision){ .goal = -1, .before = NAN, .after = NAN };
    if (a->last_ms && w->at_ms - a->last_ms < ADAPT_WINDOW_MS)
        return;
    a->last_ms = w->at_ms;
    a->asked = w->goal == a->wanted ? a->asked + 1 : 1;
    a->wanted = w->goal;
    adapt_note(a, w);
    adapt_guard(a, w);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i](a, w, out))
            break;
    a->last = *out;
}

void adapt_failed(struct adapt *a)
{
    struct tree *t = adapt_find(a, a->last.pid, a->last.start);
    if (a->last.what != ADAPT_APPLY || !t || t->goal < 0)
        return;
    tree_rest(t, t->goal, a->last_ms);
    tree_back(t, a->last_ms);
}

int adapt_follows(const struct adapt *a, int32_t pid, uint64_t start)
{
    const struct tree *t = adapt_find(a, pid, start);
    return t ? t->goal : -1;
}

const char *adapt_held_by(const struct adapt *a)
{
    if (!a->paused)
        return NULL;
    return a->paused_why == ADAPT_HOT ? "heat" : a->paused_why == ADAPT_BATTERY ? "the battery" : "pressure";
}

/* ---- what is somebody else's ---- */

bool adapt_is_released(const struct adapt *a, const char *knob, const char *inst, int32_t pid)
{
    for (size_t i = 0; i < a->n_released; i++)
        if (a->released[i].pid == pid && strcmp(a->released[i].knob, knob) == 0 &&
            strcmp(a->released[i].inst, inst) == 0)
            return true;
    return false;
}

void adapt_release(struct adapt *a, const char *knob, const char *inst, int32_t pid)
{
    if (a->n_released == RELEASED_MAX || adapt_is_released(a, knob, inst, pid))
        return;
    text_copy(a->released[a->n_released].knob, sizeof a->released->knob, knob);
    text_copy(a->released[a->n_released].inst, sizeof a->released->inst, inst);
    a->released[a->n_released++].pid = pid;
}

struct adapt *adapt_new(const struct adapt_limits *l)
{
    assert(l->dwell_s >= ADAPT_DWELL_LEAST_S && l->changes_per_hour >= ADAPT_CHANGES_LEAST &&
           l->changes_per_hour <= ADAPT_CHANGES_MOST);
    struct adapt *a = mem_new(sizeof *a);
    *a = (struct adapt){ .limits = *l, .wanted = -1 };
    return a;
}

void adapt_free(struct adapt *a)
{
    mem_free(a);
}
