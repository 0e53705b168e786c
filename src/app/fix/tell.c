/* tell.c - what a remedy would do, what it did, and which findings have one. */
#include "app/fix/fix.h"
#include "app/policy/planning.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/text.h"
#include "output/screen.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LABEL 10
#define STEPS 12 /* shown; of a large tree they are all alike */

static const char *outcome_name(enum fix_outcome o)
{
    static const char *const name[] = { "nothing", "explained", "kept", "reverted", "failed" };
    return name[o];
}

struct page {
    struct screen screen;
    struct buf out;
};

__attribute__((format(printf, 3, 4)))
static void tell_line(struct page *p, const char *label, const char *fmt, ...)
{
    char text[4 * KNOB_WHY];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_puts(&p->out, "  ");
    screen_cell(&p->screen, &p->out, TONE_QUIET, label, LABEL, true);
    screen_flow(&p->screen, &p->out, LABEL + 2, LABEL + 2, text);
}

static void tell_end(struct page *p)
{
    fwrite(buf_text(&p->out), 1, p->out.n, stdout);
    fflush(stdout);
    buf_done(&p->out);
}

static void tell_where(const struct step *s, char *out, size_t cap)
{
    if (s->place.pid)
        snprintf(out, cap, "%s of process %d", s->knob->name, (int)s->place.pid);
    else
        snprintf(out, cap, "%s%s%s", s->knob->name, *s->place.inst ? " of " : "", s->place.inst);
}

static void tell_step(struct page *p, const struct step *s, const char *label)
{
    char where[KNOB_INST_MAX + 64];
    const char *old = *s->old ? s->old : "?";
    tell_where(s, where, sizeof where);
    switch (s->state) {
    case STEP_PLANNED: tell_line(p, label, "%s: %s, shall be %s: %s", where, old, s->value, s->why); break;
    case STEP_DONE: tell_line(p, label, "%s: was %s, is %s", where, old, *s->now ? s->now : s->value); break;
    case STEP_SAME: tell_line(p, label, "%s: %s already", where, s->value); break;
    case STEP_LEFT: tell_line(p, label, "%s: not set to %s: %s", where, s->value, s->note); break;
    case STEP_REFUSED: tell_line(p, label, "%s: refused to be %s: %s", where, s->value, s->note); break;
    }
}

static void tell_plan(struct page *p, const struct fix *f)
{
    for (size_t i = 0; i < f->plan.n && i < STEPS; i++)
        tell_step(p, &f->plan.step[i], i ? "" : "sets");
    if (f->plan.n > STEPS)
        tell_line(p, "", "and the same of %zu more", f->plan.n - STEPS);
    for (const char *note = buf_text(&f->plan.notes); *note; note += strcspn(note, "\n"), note += *note == '\n')
        tell_line(p, "not set", "%.*s", (int)strcspn(note, "\n"), note);
}

static void tell_effect(struct page *p, const struct fix *f)
{
    char before[AMOUNT_MAX], after[AMOUNT_MAX], until[TEXT_TIME_MAX];
    const struct effect *e = &f->effect;
    if (f->n_after == EFFECT_WINDOWS && !isnan(e->change))
        tell_line(p, "effect", "%s: %s before, %s after: %+.0f %% (between %+.0f %% and %+.0f %%)", f->remedy->measure,
                  amount_text(e->before, f->remedy->unit, before), amount_text(e->after, f->remedy->unit, after),
                  100 * e->change, 100 * e->low, 100 * e->high);
    else if (f->n_after == EFFECT_WINDOWS)
        tell_line(p, "effect", "%s: %s before, %s after", f->remedy->measure,
                  amount_text(e->before, f->remedy->unit, before), amount_text(e->after, f->remedy->unit, after));
    if (f->outcome == FIX_KEPT)
        tell_line(p, "kept", "until %s; before that: sonde policy revert %s", text_time(f->until_ms, until), f->id);
    else if (f->outcome == FIX_REVERTED)
        tell_line(p, "set back", "%s", f->why);
    else
        tell_line(p, "failed", "%s", f->why);
}

static void tell_promise(struct page *p, const struct fix *f)
{
    char ttl[32];
    tell_line(p, "measure", "%s, %d windows of %.0f s before and after; kept when it gets better by %.0f %% or more",
              f->remedy->measure, EFFECT_WINDOWS, FIX_WINDOW_S, 100 * EFFECT_LEAST);
    tell_line(p, "risk", "%s", f->remedy->risk);
    tell_line(p, "undone", "at once when it does not help; else after %s, or by sonde policy revert",
              text_span(f->ttl_s, ttl, sizeof ttl));
}

void fix_tell(const struct fix *f, const struct args *a, bool effect)
{
    struct page p = { .screen = screen_of(fileno(stdout), args_flag(a, "no-color")) };
    if (effect) {
        tell_plan(&p, f);
        tell_effect(&p, f);
        tell_end(&p);
        return;
    }
    screen_put(&p.screen, &p.out, TONE_STRONG, f->remedy->name);
    buf_printf(&p.out, ": %s\n", f->remedy->how);
    if (f->finding)
        tell_line(&p, "finding", "%s", f->finding->title);
    if (*f->target.does)
        tell_line(&p, "who", "%s: %s", f->target.name, f->target.does);
    tell_plan(&p, f);
    if (f->outcome != FIX_NOTHING)
        tell_promise(&p, f);
    tell_end(&p);
}

/* ---- JSON ---- */

static void tell_json_end(struct json *j, struct buf *out)
{
    json_end(j);
    buf_putc(out, '\n');
    fwrite(buf_text(out), 1, out->n, stdout);
    fflush(stdout);
}

static void tell_json_finding(struct json *j, const struct fix_finding *x)
{
    json_string(j, "id", x->id);
    json_string(j, "severity", severity_name(x->severity));
    json_time(j, "time", x->time_ms);
    json_string(j, "title", x->title);
}

static void tell_json_values(struct json *j, const char *key, const double *v, size_t n)
{
    json_array(j, key);
    for (size_t i = 0; i < n; i++)
        json_double(j, NULL, v[i]);
    json_end(j);
}

static void tell_json_target(struct json *j, const struct remedy_target *t)
{
    json_object(j, "target");
    json_said(j, "name", t->name);
    json_said(j, "does", t->does);
    json_array(j, "pids");
    for (size_t i = 0; i < t->n; i++)
        json_int(j, NULL, t->top[i]);
    json_end(j);
    json_said(j, "group", t->group);
    json_end(j);
}

static void tell_json_effect(struct json *j, const struct fix *f)
{
    json_object(j, "measure");
    json_string(j, "what", f->remedy->measure);
    json_string(j, "unit", unit_code(f->remedy->unit));
    json_bool(j, "higher_is_better", f->remedy->higher);
    tell_json_values(j, "before", f->before, f->n_before);
    tell_json_values(j, "after", f->after, f->n_after);
    json_end(j);
    if (f->n_after < EFFECT_WINDOWS) {
        json_null(j, "effect");
        return;
    }
    json_object(j, "effect");
    json_double(j, "before", f->effect.before);
    json_double(j, "after", f->effect.after);
    json_double(j, "change", f->effect.change);
    json_array(j, "interval");
    json_double(j, NULL, f->effect.low);
    json_double(j, NULL, f->effect.high);
    json_end(j);
    json_end(j);
}

void fix_tell_json(const struct fix *f)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "remedy", f->remedy->name);
    json_string(&j, "outcome", outcome_name(f->outcome));
    json_said(&j, "reason", f->why);
    if (f->finding) {
        json_object(&j, "finding");
        tell_json_finding(&j, f->finding);
        json_end(&j);
    } else {
        json_null(&j, "finding");
    }
    tell_json_target(&j, &f->target);
    planning_json_steps(&j, &f->plan);
    tell_json_effect(&j, f);
    json_string(&j, "risk", f->remedy->risk);
    json_double(&j, "ttl_s", f->ttl_s);
    json_said(&j, "transaction", f->id);
    if (f->outcome == FIX_KEPT)
        json_time(&j, "until", f->until_ms);
    else
        json_null(&j, "until");
    tell_json_end(&j, &out);
}

/* ---- findings ---- */

static void tell_findings_json(const struct fix_findings *f)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "source", f->archived ? "archive" : "look");
    json_array(&j, "findings");
    for (size_t i = 0; i < f->n; i++) {
        json_object(&j, NULL);
        json_int(&j, "number", (int64_t)i + 1);
        tell_json_finding(&j, &f->item[i]);
        json_string(&j, "remedy", f->item[i].remedy->name);
        json_string(&j, "would", f->item[i].remedy->would);
        json_end(&j);
    }
    json_end(&j);
    tell_json_end(&j, &out);
}

void fix_tell_findings(const struct fix_findings *f, const struct args *a)
{
    char time[TEXT_TIME_MAX];
    if (args_flag(a, "json")) {
        tell_findings_json(f);
        return;
    }
    struct page p = { .screen = screen_of(fileno(stdout), args_flag(a, "no-color")) };
    for (size_t i = 0; i < f->n; i++) {
        const struct fix_finding *x = &f->item[i];
        buf_printf(&p.out, "%zu  %s  %s  ", i + 1, text_clock(x->time_ms, time), severity_name(x->severity));
        screen_flow(&p.screen, &p.out, 24, 4, x->title);
        buf_printf(&p.out, "   sonde fix %s would %s\n", x->remedy->name, x->remedy->would);
    }
    if (f->n == 0)
        buf_printf(&p.out, "Nothing that has a remedy %s.\n", f->archived ? "was found in the last hour" :
                   "is to be seen now");
    tell_end(&p);
}
