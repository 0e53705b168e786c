/* planning.c - plans for people and programs. */
#include "app/policy/planning.h"

#include "app/policy/recall.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * What trials of the same work found here stands in place of what a goal has for all work. Not of precision: a metric
 * says nothing of bits.
 */
static void planning_recall(const struct args *a, const struct signature *work, struct plan_options *o,
                            struct planning *out)
{
    bool may = args_has(a, "no-learned") && !args_flag(a, "no-learned");
    if (!may || o->goal < 0 || o->goal == GOAL_PRECISION || o->arm)
        return;
    out->recalled = recall_learned(a, o->machine, (enum goal)o->goal, work, &out->learned);
    if (out->recalled) {
        o->arm = out->learned.arm;
        o->arm_evidence = EVIDENCE_LEARNED;
    }
}

static void planning_note(struct planning *p)
{
    const struct learned *l = &p->learned;
    char at[TEXT_TIME_MAX];
    if (!p->recalled)
        return;
    text_time(l->at_ms, at)[10] = '\0';
    if (*l->arm && isfinite(l->ratio))
        buf_printf(&p->plan.notes, "Learned here on %s by %s: %.3g times better than default (%.3g to %.3g), won %d of "
                   "%d pairs.\n", at, l->metric, l->ratio, l->lo, l->hi, l->won, l->pairs);
    else
        buf_printf(&p->plan.notes, "Tried here on %s by %s: %s; so nothing is set (--no-learned: what the goal has for "
                   "all work).\n", at, l->metric, l->reason);
}

int planning_make(const struct args *a, int32_t pid, struct planning *out)
{
    char why[KNOB_WHY] = "";
    *out = (struct planning){ 0 };
    const char *goal = args_text(a, "intent");
    if (!goal && !args_text(a, "set")) {
        log_error(0, "which goal? --intent latency, throughput, precision, stability or power; or --set KNOB=VALUE");
        return EXIT_USAGE;
    }
    machine_look("", &out->machine);
    struct plan_options o = { .machine = &out->machine, .goal = goal ? goal_of(goal) : -1, .arm = args_text(a, "set"),
                              .arm_evidence = EVIDENCE_ASKED, .system = args_flag(a, "system"),
                              .rt = args_flag(a, "rt"), .pid = pid };
    struct signature work;
    if (!pid && args_positionals(a) && signature_of(args_words(a), &work) == 0) {
        o.work = work.class;
        planning_recall(a, &work, &o, out);
    }
    int rc = plan_make(&o, &out->plan, why);
    if (rc < 0)
        log_error(0, "%s", why);
    else
        planning_note(out);
    return rc < 0 ? EXIT_USAGE : EXIT_DONE;
}

void planning_done(struct planning *p)
{
    plan_done(&p->plan);
}

const char *planning_purpose(const struct plan *p)
{
    return p->has_goal ? goal_name(p->goal) : "the knobs that were named";
}

/* ---- for people ---- */

static const char *planning_value(const char *value)
{
    return *value ? value : "not set";
}

static void planning_name(const struct step *s, struct buf *out)
{
    buf_puts(out, s->knob->name);
    if (*s->place.inst)
        buf_printf(out, "@%s", s->place.inst);
}

static void planning_change(const struct step *s, struct buf *out)
{
    const char *now = *s->now ? s->now : s->value;
    planning_name(s, out);
    if (*s->old && strcmp(s->old, now) != 0)
        buf_printf(out, " %s ->", s->old);
    buf_printf(out, " %s%s%s", now, s->knob->unit ? " " : "", s->knob->unit ? s->knob->unit : "");
}

static void planning_step(const struct step *s, struct buf *out)
{
    const struct knob *k = s->knob;
    buf_puts(out, "  ");
    planning_name(s, out);
    buf_printf(out, ": %s -> %s%s%s%s\n", planning_value(s->old), s->value, k->unit ? " " : "", k->unit ? k->unit : "",
               s->state == STEP_SAME ? ", as it is" : "");
    if (*s->why)
        buf_printf(out, "      why      %s (%s)\n", s->why, evidence_name(s->evidence));
    if (*k->caution)
        buf_printf(out, "      mind     %s\n", k->caution);
    buf_printf(out, "      undone   %s\n", k->reverts);
}

static void planning_left(const struct step *s, struct buf *out)
{
    buf_puts(out, "  ");
    planning_name(s, out);
    buf_printf(out, " %s: %s\n", s->value, s->note);
}

void planning_text(const struct plan *p, struct buf *out)
{
    size_t left = 0;
    buf_printf(out, "For %s%s%s:\n\n", planning_purpose(p), p->has_goal ? ", " : "",
               p->has_goal ? goal_meaning(p->goal) : "");
    for (size_t i = 0; i < p->n; i++) {
        if (!step_is_left(&p->step[i]))
            planning_step(&p->step[i], out);
        left += step_is_left(&p->step[i]);
    }
    if (left == p->n)
        buf_puts(out, "  nothing is set\n");
    if (left)
        buf_puts(out, "\nLeft as it is:\n");
    for (size_t i = 0; i < p->n; i++)
        if (step_is_left(&p->step[i]))
            planning_left(&p->step[i], out);
    if (p->notes.n)
        buf_printf(out, "\n%s", buf_text(&p->notes));
    if (*p->cost)
        buf_printf(out, "\nIt costs: %s.\n", p->cost);
}

int planning_line(const struct plan *p, struct buf *out)
{
    int n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct step *s = &p->step[i];
        if (s->state != STEP_DONE || strncmp(s->knob->name, "group", 5) == 0)
            continue;
        if (n++)
            buf_puts(out, ", ");
        planning_change(s, out);
    }
    return n;
}

/* ---- for programs ---- */

static void planning_json_step(struct json *j, const struct step *s)
{
    const struct knob *k = s->knob;
    json_object(j, NULL);
    json_string(j, "knob", k->name);
    json_said(j, "instance", s->place.inst);
    if (s->place.pid)
        json_int(j, "pid", s->place.pid);
    else
        json_null(j, "pid");
    json_string(j, "class", knob_class_name(k->class));
    json_said(j, "unit", k->unit ? k->unit : "");
    json_string(j, "value", s->value);
    json_said(j, "old", s->old);
    json_said(j, "now", s->now);
    json_string(j, "state", step_state_name(s->state));
    json_said(j, "why", s->why);
    json_string(j, "evidence", evidence_name(s->evidence));
    json_said(j, "note", s->note);
    json_said(j, "needs", k->needs);
    json_string(j, "risk", knob_risk_name(k->risk));
    json_said(j, "caution", k->caution);
    json_string(j, "reverts", k->reverts);
    json_end(j);
}

void planning_json_steps(struct json *j, const struct plan *p)
{
    json_array(j, "steps");
    for (size_t i = 0; i < p->n; i++)
        planning_json_step(j, &p->step[i]);
    json_end(j);
    json_said(j, "notes", buf_text(&p->notes));
}

void planning_json(struct json *j, const struct plan *p)
{
    auto_buf struct buf arm = { 0 };
    json_string(j, "intent", p->has_goal ? goal_name(p->goal) : NULL);
    plan_put_arm(p, &arm);
    json_string(j, "arm", buf_text(&arm));
    json_double(j, "cost_factor", p->cost_factor);
    json_said(j, "cost", p->cost);
    planning_json_steps(j, p);
}

int planning_show(const struct args *a, const struct plan *p)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    if (args_flag(a, "json")) {
        json_init(&j, &out);
        json_object(&j, NULL);
        planning_json(&j, p);
        json_end(&j);
        buf_putc(&out, '\n');
    } else {
        planning_text(p, &out);
    }
    fputs(buf_text(&out), stdout);
    return EXIT_DONE;
}
