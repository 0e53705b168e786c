/* try.c - a remedy is set in a transaction between windows of measuring, and what it did decides. */
#include "app/fix/fix.h"

#include "base/log.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_NS 200000000 /* how soon it is seen that nobody waits any more */

struct asked {
    int32_t asker;
    bool keep, quiet;
};

/* -EINTR: it was told to stop, or who asked for it is gone. asker 0: it is this process. */
static int try_sleep(double seconds, int32_t asker)
{
    int64_t until = os_mono_ns() + (int64_t)(seconds * 1e9);
    for (int64_t now; (now = os_mono_ns()) < until;) {
        int64_t next = now + LOOK_NS < until ? now + LOOK_NS : until;
        if (os_sleep_until(next) < 0 || os_stopping() || (asker && getppid() != asker))
            return -EINTR;
    }
    return 0;
}

int fix_plan(struct fix *f, const struct remedy_scene *given)
{
    struct remedy_scene s = *given;
    remedy_look(f->remedy, s.root, &s.before);
    int rc = try_sleep(FIX_WINDOW_S, 0);
    if (rc == 0)
        remedy_look(f->remedy, s.root, &s.after);
    doings_settle(&s.before.doings, &s.after.doings);
    rc = rc < 0 ? rc : remedy_plan(f->remedy, &s, &f->target, &f->plan, f->why);
    if (rc == -EINTR)
        text_copy(f->why, sizeof f->why, "it was stopped");
    remedy_point_done(&s.before);
    remedy_point_done(&s.after);
    return rc;
}

/* ---- measuring ---- */

struct windows {
    double value[EFFECT_WINDOWS], pressure[3];
    size_t n;
};

static int try_measure(const struct fix *f, const struct asked *q, const char *when, struct windows *w)
{
    int rc = 0;
    struct remedy_point point[2] = { 0 };
    remedy_look(f->remedy, "", &point[0]);
    for (w->n = 0; rc == 0 && w->n < EFFECT_WINDOWS; w->n += rc == 0) {
        struct remedy_point *a = &point[w->n % 2], *b = &point[(w->n + 1) % 2];
        char value[AMOUNT_MAX];
        double pressure[3];
        rc = try_sleep(FIX_WINDOW_S, q->asker);
        if (rc < 0)
            break;
        remedy_look(f->remedy, "", b);
        w->value[w->n] = f->remedy->value(&f->target, a, b);
        remedy_pressures(a, b, pressure);
        for (int i = 0; i < 3; i++)
            w->pressure[i] += pressure[i] / EFFECT_WINDOWS;
        if (!q->quiet)
            fprintf(stderr, "  %s, window %zu of %d: %s\n", when, w->n + 1, EFFECT_WINDOWS,
                    amount_text(w->value[w->n], f->remedy->unit, value));
    }
    remedy_point_done(&point[0]);
    remedy_point_done(&point[1]);
    return rc;
}

/* ---- setting ---- */

/* How many took; an error: the journal cannot be written, and nothing more was set. */
static int try_apply(struct fix *f, struct transaction *t)
{
    int took = 0, rc = 0;
    for (size_t i = 0; rc == 0 && i < f->plan.n; i++)
        if (f->plan.step[i].state == STEP_PLANNED) {
            rc = transaction_apply(t, &f->plan.step[i]);
            took += f->plan.step[i].state == STEP_DONE;
        }
    return rc < 0 ? rc : took;
}

static void try_back(struct fix *f, struct transaction *t, enum fix_outcome outcome)
{
    struct undone u = { 0 };
    transaction_end(t, &u);
    if (u.kept || u.failed)
        log_warn(0, "fix: not all is as it was before: %s", buf_text(&u.lines));
    undone_done(&u);
    f->outcome = outcome;
}

static const char *try_refused(const struct fix *f)
{
    for (size_t i = 0; i < f->plan.n; i++)
        if (*f->plan.step[i].note)
            return f->plan.step[i].note;
    return "nothing could be set";
}

/* ---- judging ---- */

static bool try_hurts(struct fix *f, const struct windows *before, const struct windows *after)
{
    static const char *const what[3] = { "a processor", "memory", "storage" };
    bool hurts = false;
    for (int i = 0; i < 3; i++) {
        f->harm[i] = after->pressure[i] - before->pressure[i];
        if (i == f->remedy->weighs || isnan(f->harm[i]) || f->harm[i] < REMEDY_HARM || hurts)
            continue;
        snprintf(f->why, sizeof f->why, "tasks wait for %s %.0f %% of the time more than before", what[i],
                 100 * f->harm[i]);
        hurts = true;
    }
    return hurts;
}

/* Is it to be kept? Else `why` says why not. */
static bool try_judge(struct fix *f, const struct windows *before, const struct windows *after, bool keep)
{
    effect_of(before->value, after->value, EFFECT_WINDOWS, f->remedy->higher, &f->effect);
    bool hurts = try_hurts(f, before, after);
    if (hurts || keep || f->effect.better)
        return keep || !hurts;
    if (f->effect.worse)
        snprintf(f->why, sizeof f->why, "it made it worse");
    else if (isnan(f->effect.change))
        snprintf(f->why, sizeof f->why, "it could not be measured: there was too little of it");
    else
        snprintf(f->why, sizeof f->why, "it did not help by %.0f %% beyond what varies anyway", 100 * EFFECT_LEAST);
    return false;
}

static void try_set(struct fix *f, struct transaction *t, const struct windows *before, const struct asked *q,
                    struct transaction **out)
{
    struct windows after = { 0 };
    int rc = try_apply(f, t);
    if (rc <= 0) {
        if (rc < 0)
            snprintf(f->why, sizeof f->why, "what would be set could not be noted before: %s", strerror(-rc));
        else
            snprintf(f->why, sizeof f->why, "nothing was set: %.150s", try_refused(f));
        try_back(f, t, FIX_FAILED);
        return;
    }
    rc = try_sleep(FIX_SETTLE_S, q->asker);
    rc = rc < 0 ? rc : try_measure(f, q, "after", &after);
    memcpy(f->after, after.value, sizeof f->after);
    f->n_after = after.n;
    if (rc < 0) {
        snprintf(f->why, sizeof f->why, "it was stopped before its end");
        try_back(f, t, FIX_REVERTED);
    } else if (!try_judge(f, before, &after, q->keep)) {
        try_back(f, t, FIX_REVERTED);
    } else {
        f->outcome = FIX_KEPT;
        *out = t;
    }
}

/* With the transaction, for who looks at it later. */
static void try_tell(const struct fix *f, struct journal *j)
{
    char before[AMOUNT_MAX], after[AMOUNT_MAX], text[JOURNAL_EFFECT_MAX];
    if (f->n_after < EFFECT_WINDOWS)
        return;
    snprintf(text, sizeof text, "%.60s: %s before, %s after", f->remedy->measure,
             amount_text(f->effect.before, f->remedy->unit, before),
             amount_text(f->effect.after, f->remedy->unit, after));
    journal_tell(j, f->id, text); /* an account that is lost changes nothing */
}

void fix_try(struct fix *f, struct journal *j, int32_t asker, bool keep, bool quiet, struct transaction **out)
{
    const struct asked q = { asker, keep, quiet };
    struct transaction *t = NULL;
    struct windows before = { 0 };
    *out = NULL;
    f->outcome = FIX_FAILED;
    int rc = try_measure(f, &q, "before", &before);
    memcpy(f->before, before.value, sizeof f->before);
    f->n_before = before.n;
    if (rc < 0) {
        text_copy(f->why, sizeof f->why, "it was stopped before anything was set");
        return;
    }
    double measured_s = FIX_SETTLE_S + (EFFECT_WINDOWS + 1) * FIX_WINDOW_S; /* nobody ends it while it is measured */
    f->until_ms = os_wall_ms() + (int64_t)((measured_s + f->ttl_s) * 1e3);
    struct transaction_about about = { .command = "fix", .what = f->remedy->name, .goal = -1, .until_ms = f->until_ms };
    rc = transaction_begin(j, &about, &t);
    if (rc < 0) {
        snprintf(f->why, sizeof f->why, "no journal can be kept, so nothing was set: %s", strerror(-rc));
        return;
    }
    text_copy(f->id, sizeof f->id, transaction_id(t));
    try_set(f, t, &before, &q, out);
    try_tell(f, j);
}
