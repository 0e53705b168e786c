/* aim.c - who does most of something, and whose knobs that are. */
#include "policy/remedies/aim.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/guarded.h"
#include "policy/hierarchy.h"
#include "policy/owners.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 0.9    /* of what is done below a parent: then it is the parent who does it */
#define QUIET 0.05  /* processors that others below it may run or want: they are helpers of it */

double aim_seconds(const struct remedy_point *a, const struct remedy_point *b)
{
    return (double)(b->mono_ns - a->mono_ns) * 1e-9;
}

static double aim_of(aim_did *did, const struct remedy_point *a, const struct doing *now)
{
    double v = did(doings_same(&a->doings, now), now);
    return v > 0 ? v : 0; /* a thread that ended takes its part with it */
}

double aim_sum(const struct remedy_target *t, bool in, aim_did *did, const struct remedy_point *a,
               const struct remedy_point *b)
{
    double sum = 0;
    for (size_t i = 0; i < b->doings.n; i++) {
        const struct doing *p = &b->doings.item[i];
        if (!p->kernel && doings_below(&b->doings, p, t->top, t->n) == in)
            sum += aim_of(did, a, p);
    }
    return sum;
}

static double aim_wants(const struct doing *then, const struct doing *now)
{
    return now->run_s + now->wait_s - (then ? then->run_s + then->wait_s : 0);
}

/* ---- whose tree it is ---- */

/* A process and those of its name beside it, as far as they are not guarded. */
static void aim_tops(const struct remedy_scene *s, const struct doing *p, struct remedy_target *t)
{
    char why[KNOB_WHY];
    const struct doings *all = &s->after.doings;
    t->top[0] = p->pid;
    t->start[0] = p->start;
    t->n = 1;
    for (size_t i = 0; i < all->n && t->n < REMEDY_TOPS; i++) {
        const struct doing *q = &all->item[i];
        if (q->pid != p->pid && q->ppid == p->ppid && q->uid == p->uid && strcmp(q->name, p->name) == 0 &&
            p->ppid > 1 && !guarded_is(s->root, q->pid, s->uid, why)) {
            t->start[t->n] = q->start;
            t->top[t->n++] = q->pid;
        }
    }
}

/* Is all that happens below a parent the doing of the target? */
static bool aim_is_parents(const struct remedy_scene *s, const struct doing *parent, const struct remedy_target *t,
                           aim_did *did)
{
    double all = 0, ours = 0, others = 0, seconds = aim_seconds(&s->before, &s->after);
    const struct doings *now = &s->after.doings;
    for (size_t i = 0; i < now->n; i++) {
        const struct doing *p = &now->item[i];
        if (!doings_below(now, p, &parent->pid, 1))
            continue;
        double v = aim_of(did, &s->before, p);
        bool in = doings_below(now, p, t->top, t->n);
        all += v;
        ours += in ? v : 0;
        others += in ? 0 : aim_of(aim_wants, &s->before, p);
    }
    return ours >= MOST * all && others <= QUIET * seconds;
}

/* Who sits at a terminal has other work below his shell, sooner or later. */
static bool aim_may_climb(const struct remedy_scene *s, const struct doing *parent, const struct doing *from)
{
    char why[KNOB_WHY];
    bool shell = parent->pid == parent->session && parent->terminal;
    return parent->pid > 1 && !parent->kernel && !shell && parent->uid == from->uid && parent->pid != s->self &&
           !guarded_is(s->root, parent->pid, s->uid, why);
}

static void aim_climb(const struct remedy_scene *s, const struct doing *p, aim_did *did, struct remedy_target *t)
{
    const struct doings *all = &s->after.doings;
    const struct doing *parent;
    aim_tops(s, p, t);
    while ((parent = doings_at(all, p->ppid)) != NULL && aim_may_climb(s, parent, p) &&
           aim_is_parents(s, parent, t, did)) {
        p = parent;
        aim_tops(s, p, t);
    }
}

static void aim_name(const struct remedy_scene *s, struct remedy_target *t)
{
    const struct doing *p = doings_at(&s->after.doings, t->top[0]);
    int n = snprintf(t->name, sizeof t->name, "%s (pid %d)", p->name, (int)p->pid);
    if (t->n > 1)
        snprintf(t->name + n, sizeof t->name - (size_t)n, " and %zu more of that name", t->n - 1);
}

/* ---- its control group ---- */

bool aim_group_of(const struct remedy_scene *s, int32_t pid, char out[static KNOB_INST_MAX])
{
    struct hierarchy h;
    char group[HIERARCHY_PATH];
    if (hierarchy_find(s->root, "cpu", &h) < 0 || hierarchy_of_task(&h, pid, group) < 0)
        return false;
    text_copy(out, KNOB_INST_MAX, group);
    return true;
}

/* A group below the root in which all of the target is, and nobody else. */
static void aim_group(const struct remedy_scene *s, struct remedy_target *t)
{
    struct hierarchy h;
    char group[HIERARCHY_PATH], of[HIERARCHY_PATH];
    const struct doings *all = &s->after.doings;
    *t->group = '\0';
    if (hierarchy_find(s->root, "cpu", &h) < 0 || hierarchy_of_task(&h, t->top[0], group) < 0 || !group[1])
        return;
    for (size_t i = 0; i < all->n; i++) {
        bool known = !all->item[i].kernel && hierarchy_of_task(&h, all->item[i].pid, of) == 0;
        if (known && hierarchy_is_within(of, group) != doings_below(all, &all->item[i], t->top, t->n))
            return;
    }
    text_copy(t->group, sizeof t->group, group);
}

int32_t aim_session(const struct remedy_scene *s, const struct remedy_target *t)
{
    const struct doings *all = &s->after.doings;
    const struct doing *top = doings_at(all, t->top[0]);
    for (size_t i = 0; i < all->n; i++) {
        const struct doing *p = &all->item[i];
        if (!p->kernel && (p->session == top->session) != doings_below(all, p, t->top, t->n))
            return 0;
    }
    return top->pid;
}

/* ---- finding ---- */

static int aim_named(const struct remedy_scene *s, aim_did *did, struct remedy_target *t, double *rate,
                     char why[static KNOB_WHY])
{
    const struct doing *p = doings_at(&s->after.doings, s->pid);
    if (!p) {
        snprintf(why, KNOB_WHY, "there is no process %d", (int)s->pid);
        return -ESRCH;
    }
    if (guarded_is(s->root, s->pid, s->uid, why))
        return -EPERM;
    t->top[0] = s->pid;
    t->start[0] = p->start;
    t->n = 1;
    aim_name(s, t);
    aim_group(s, t);
    *rate = aim_sum(t, true, did, &s->before, &s->after) / aim_seconds(&s->before, &s->after);
    return 0;
}

struct doer {
    const struct doing *item;
    double did;
};

static int aim_order(const void *a, const void *b)
{
    const struct doer *x = a, *y = b;
    return (x->did < y->did) - (x->did > y->did);
}

/* All who did something, who did most first. */
static struct doer *aim_doers(const struct remedy_scene *s, aim_did *did, size_t *n)
{
    const struct doings *all = &s->after.doings;
    struct doer *d = mem_new((all->n + 1) * sizeof *d);
    *n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (!all->item[i].kernel && all->item[i].pid != s->self)
            d[(*n)++] = (struct doer){ &all->item[i], aim_of(did, &s->before, &all->item[i]) };
    qsort(d, *n, sizeof *d, aim_order);
    return d;
}

int aim_find(const struct remedy_scene *s, aim_did *did, double least, const char *what, struct remedy_target *t,
             double *rate, char why[static KNOB_WHY])
{
    size_t n;
    char guard[KNOB_WHY];
    double seconds = aim_seconds(&s->before, &s->after);
    *t = (struct remedy_target){ 0 };
    if (s->pid)
        return aim_named(s, did, t, rate, why);
    auto_free struct doer *d = aim_doers(s, did, &n);
    int rc = -ENODATA;
    snprintf(why, KNOB_WHY, "nobody %s", what);
    for (size_t i = 0; i < n && d[i].did > 0; i++) {
        struct remedy_target found = { 0 };
        bool guarded = guarded_is(s->root, d[i].item->pid, s->uid, guard);
        if (!guarded)
            aim_climb(s, d[i].item, did, &found);
        double v = guarded ? d[i].did / seconds : aim_sum(&found, true, did, &s->before, &s->after) / seconds;
        if (v < least)
            continue;
        if (guarded) {
            rc = -EPERM; /* unless somebody else does much, too */
            text_copy(why, KNOB_WHY, guard);
            continue;
        }
        *t = found;
        *rate = v;
        aim_name(s, t);
        aim_group(s, t);
        return 0;
    }
    return rc;
}

/* ---- steps ---- */

/* May it be taken, and if not, why not? */
static void aim_judge(const struct remedy_scene *s, struct step *st, const struct knob_probe *now)
{
    const struct owner *owner = st->knob->owner ? owner_of(s->root, st->knob->owner) : NULL;
    text_copy(st->old, sizeof st->old, now->value);
    if (strcmp(st->old, st->value) == 0) {
        st->state = STEP_SAME;
    } else if (owner) {
        st->state = STEP_LEFT;
        snprintf(st->note, sizeof st->note, "%s holds it: %s", owner->name, owner->advice);
    } else if (!now->readable || !now->writable) {
        st->state = STEP_LEFT;
        snprintf(st->note, sizeof st->note, "%s%.150s", now->readable ? "" : "what it is cannot be read: ", now->why);
    }
}

struct step *aim_step(const struct remedy_scene *s, struct plan *p, const char *knob, const char *inst, int32_t pid,
                      const char *value, const char *why)
{
    char canonical[KNOB_VALUE_MAX], wrong[KNOB_WHY] = "";
    const struct knob *k = knob_find(knob);
    struct place place = { .root = s->root, .pid = pid, .start = pid ? knob_task_start(s->root, pid) : 0 };
    struct knob_probe now = { .why = "this build has no such knob" };
    text_copy(place.inst, sizeof place.inst, inst);
    if (k)
        knob_probe(k, &place, &now);
    if (k && now.exists && knob_check(k, &place, value, canonical, wrong) == 0) {
        struct step *st = plan_add(p, k, canonical, EVIDENCE_PRINCIPLE, why);
        st->place = place;
        aim_judge(s, st, &now);
        return st;
    }
    char line[2 * KNOB_WHY];
    snprintf(line, sizeof line, "%s: %s\n", knob, *wrong ? wrong : now.why);
    if (!strstr(buf_text(&p->notes), line)) /* of every thread the same */
        buf_puts(&p->notes, line);
    return NULL;
}

void aim_processes(const struct remedy_scene *s, struct plan *p, const struct remedy_target *t, const char *knob,
                   const char *value, const char *why)
{
    char guard[KNOB_WHY];
    size_t steps = 0;
    const struct doings *all = &s->after.doings;
    for (size_t i = 0; i < all->n; i++) {
        const struct doing *q = &all->item[i];
        if (!doings_below(all, q, t->top, t->n) || q->kernel || guarded_is(s->root, q->pid, s->uid, guard))
            continue;
        if (steps++ < REMEDY_PROCESSES)
            aim_step(s, p, knob, "", q->pid, value, why);
    }
    if (steps > REMEDY_PROCESSES)
        buf_printf(&p->notes, "%s: %zu more processes are left as they are\n", knob, steps - REMEDY_PROCESSES);
}

double aim_keyed(const char *root, const char *path, const char *key)
{
    auto_free char *text = mem_try(1 << 16);
    double v;
    size_t n = strlen(key);
    if (!text || os_read_text(root, path, text, 1 << 16) < 0)
        return NAN;
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        const char *at = line + n;
        if (strncmp(line, key, n) == 0 && strspn(at, ": \t") && sscanf(at + strspn(at, ": \t"), "%lf", &v) == 1)
            return v;
    }
    return NAN;
}
