/*
 * learning_arms.c - what is tried: presets, their knobs one by one, and what helps some and harms others.
 *
 * The order is the order of promise: where the budget is small, the last are not tried.
 */
#include "policy/learn/learning.h"
#include "policy/learn/signature.h"

#include "base/auto.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Each was the best of some task and harmful for another (docs/POLICY.md); a knob that is not here is left out. */
static const char *const mixed[] = {
    "session=own autogroup=-10", "session=own cpu.weight=1000", "omp.wait=passive", "omp.threads=1", "session=own",
    "malloc.hugepages=1", "timer.slack=2000000", "openblas.threads=1", "nice=-10", "sched=batch slice=100000000",
    "omp.bind=close",
};

struct arms {
    const struct plan_options *o;
    const char *base; /* in every arm */
    struct learning_arm *out;
    int n, cap;
};

static bool arms_have(const struct arms *s, const char *text)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->out[i].text, text) == 0)
            return true;
    return false;
}

/* A group that is made for the program comes with its knobs. */
static bool arms_is_implied(const struct step *s)
{
    return strcmp(s->knob->name, "group") == 0 || strcmp(s->knob->name, "group.member") == 0;
}

/* Variables of libraries that the program does not have: a trial of them would be one of default. */
static bool arms_concerns(const struct step *s, const char *work)
{
    static const char *const libraries[] = { "omp.", "openblas.", "mkl.", "blis." };
    bool of_library = false;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        of_library = of_library || strncmp(s->knob->name, libraries[i], strlen(libraries[i])) == 0;
    return !of_library || signature_may_thread(work);
}

/* What only the kernel would refuse: a trial of it would be none. */
static bool arms_may(const struct step *s, const struct machine *m)
{
    bool nice = strcmp(s->knob->name, "nice") == 0 || strcmp(s->knob->name, "autogroup") == 0;
    if (nice && *s->value == '-')
        return m->can_nice;
    if (strcmp(s->knob->name, "oom") == 0 && *s->value == '-')
        return m->root_user;
    return s->knob->class != KNOB_GROUP || m->group_writable;
}

/* Without a session of its own a program would raise that of whoever started it, with all that runs there, for good. */
static bool arms_goes_with(const struct step *s, const struct step *only)
{
    return s == only || (strcmp(only->knob->name, "autogroup") == 0 && strcmp(s->knob->name, "session") == 0);
}

/* What would be set of a plan; `only` NULL: all of it. False: nothing of it would. */
static bool arms_sum(const struct arms *of, const struct plan *p, const struct step *only, struct learning_arm *a,
                     struct buf *text)
{
    bool any = false;
    for (size_t i = 0; i < p->n; i++) {
        const struct step *s = &p->step[i];
        bool named = !only || arms_goes_with(s, only);
        if (s->state != STEP_PLANNED || arms_is_implied(s) || !named || !arms_may(s, of->o->machine) ||
            !arms_concerns(s, of->o->work))
            continue;
        any = true;
        a->cost += (int)knob_cost(s->knob);
        a->risk = s->knob->risk > a->risk ? s->knob->risk : a->risk;
        a->shared = a->shared || step_is_shared(s);
        plan_put_step(p, s, text);
    }
    return any;
}

static void arms_add(struct arms *s, const struct plan *p, const struct step *only, const char *what)
{
    struct learning_arm a = { .cost = 0 };
    auto_buf struct buf text = { 0 };
    buf_puts(&text, s->base);
    if (s->n == s->cap || !arms_sum(s, p, only, &a, &text) || text.n >= sizeof a.text || arms_have(s, text.p))
        return;
    text_copy(a.text, sizeof a.text, text.p);
    text_copy(a.what, sizeof a.what, what);
    s->out[s->n++] = a;
}

static bool arms_plan(const struct arms *s, int goal, const char *arm, struct plan *out)
{
    char why[KNOB_WHY];
    struct plan_options o = *s->o;
    o.goal = goal;
    o.arm = arm;
    o.arm_evidence = EVIDENCE_PRINCIPLE;
    o.pid = 0;
    return plan_make(&o, out, why) == 0;
}

static void arms_preset(struct arms *s, enum goal goal, bool one_by_one)
{
    struct plan p;
    char what[48];
    snprintf(what, sizeof what, one_by_one ? "a knob of %s" : "the %s preset", goal_name(goal));
    if (arms_plan(s, goal, NULL, &p) && !one_by_one)
        arms_add(s, &p, NULL, what);
    for (size_t i = 0; i < p.n && one_by_one; i++)
        arms_add(s, &p, &p.step[i], what);
    plan_done(&p);
}

static void arms_mixed(struct arms *s, const char *text)
{
    struct plan p;
    if (arms_plan(s, -1, text, &p)) /* else the knob is another system's */
        arms_add(s, &p, NULL, "known to help some");
    plan_done(&p);
}

/* Half of the processors, those that share most: good for what talks a lot among itself, bad for what is many. */
static void arms_place(struct arms *s)
{
    char text[sizeof "affinity=" + MACHINE_PATH], place[MACHINE_PATH];
    machine_place(s->o->machine, s->o->machine->cpus_allowed / 2, place);
    snprintf(text, sizeof text, "affinity=%s", place);
    if (*place) /* with two or fewer there is nothing to choose */
        arms_mixed(s, text);
}

/* The least that is asked, for precision. */
static void arms_base(const struct arms *s, enum goal goal, struct buf *out)
{
    struct plan p;
    struct learning_arm a = { .cost = 0 };
    if (arms_plan(s, (int)goal, NULL, &p))
        arms_sum(s, &p, NULL, &a, out);
    plan_done(&p);
}

int learning_arms(enum goal goal, const struct plan_options *o, struct learning_arm *out, int cap)
{
    struct arms s = { .o = o, .base = "", .out = out, .cap = cap };
    auto_buf struct buf base = { 0 };
    if (goal == GOAL_PRECISION)
        arms_base(&s, goal, &base);
    s.base = base.n < sizeof out->text ? buf_text(&base) : "";
    out[s.n] = (struct learning_arm){ .cost = 0 };
    text_copy(out[s.n].what, sizeof out->what, goal == GOAL_PRECISION ? "the least that precision asks" : "no change");
    text_copy(out[s.n++].text, sizeof out->text, s.base);
    if (goal != GOAL_PRECISION)
        arms_preset(&s, goal, false);
    for (size_t i = 0; i < sizeof mixed / sizeof *mixed; i++)
        if (goal != GOAL_PRECISION || !strstr(mixed[i], ".threads"))
            arms_mixed(&s, mixed[i]);
    arms_place(&s);
    for (int g = 0; g < GOALS; g++)
        if (g != (int)goal && g != GOAL_PRECISION && goal != GOAL_PRECISION)
            arms_preset(&s, (enum goal)g, false);
    if (goal != GOAL_PRECISION)
        arms_preset(&s, goal, true);
    return s.n;
}
