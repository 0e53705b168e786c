/* changed_report.c - what changed: by area, what moved furthest first; then the processes. */
#include "output/changed_report.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/text.h"
#include "core/amount.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_METRICS 6 /* of an area */
#define CHANGED_SCHEMA 1 /* raised when a member changes its meaning; new members leave it */

__attribute__((format(printf, 4, 5)))
static void changed_line(struct buf *out, const struct screen *s, int indent, const char *fmt, ...)
{
    char text[3 * REPORT_TEXT];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    screen_wrap(s, out, indent, text);
}

static const char *changed_quantile(double q)
{
    return q == 0.5 ? "" : q > 0.5 ? ", at its highest tenth" : ", at its lowest tenth";
}

static void changed_metric_line(struct buf *out, const struct recording *r, const struct changed_metric *m,
                                const struct screen *s)
{
    char before[AMOUNT_MAX], after[AMOUNT_MAX];
    enum unit unit = schema_at(r->schema, m->slot)->unit;
    bool most = fabs(m->effect) >= CHANGED_EFFECT_MAX;
    changed_line(out, s, 4, "%s %s to %s%s: %s%.2g times how far it varies", schema_id(r->schema, m->slot),
                 amount_text(m->before, unit, before), amount_text(m->after, unit, after),
                 changed_quantile(m->quantile), most ? "more than " : "", fabs(m->effect));
}

/* Metrics of one area stand together. Returns where the next begins. */
static size_t changed_area(struct buf *out, const struct recording *r, const struct changed *c, size_t i,
                           const struct screen *s)
{
    enum area area = c->metrics[i].area;
    size_t end = i;
    while (end < c->n_metrics && c->metrics[end].area == area)
        end++;
    buf_puts(out, "  ");
    screen_put(s, out, TONE_STRONG, area_name(area));
    buf_putc(out, '\n');
    for (size_t k = i; k < end && k < i + TEXT_METRICS; k++)
        changed_metric_line(out, r, &c->metrics[k], s);
    if (end > i + TEXT_METRICS)
        changed_line(out, s, 4, "and %zu more: --json lists them all", end - i - TEXT_METRICS);
    return end;
}

static void changed_process_line(struct buf *out, const struct changed_process *p, const struct screen *s)
{
    char before[AMOUNT_MAX], after[AMOUNT_MAX];
    const char *of = p->unit == UNIT_PERCENT ? " of a core" : p->unit == UNIT_BYTE ? " of memory" : " read and written";
    amount_text(p->before, p->unit, before);
    amount_text(p->after, p->unit, after);
    if (p->change == PROCESS_CAME)
        changed_line(out, s, 4, "%s (pid %d) came: %s%s", p->name, (int)p->pid, after, of);
    else if (p->change == PROCESS_WENT)
        changed_line(out, s, 4, "%s (pid %d) went: it had %s%s", p->name, (int)p->pid, before, of);
    else
        changed_line(out, s, 4, "%s (pid %d): %s%s, before %s", p->name, (int)p->pid, after, of, before);
}

void changed_text(struct buf *out, const struct recording *r, const struct changed *c, const struct screen *s)
{
    char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX], before[32];
    text_span((double)(r->wall_ms[c->from] - r->wall_ms[c->begin]) * 1e-3, before, sizeof before);
    changed_line(out, s, 0, "%s from %s to %s UTC, against the %s before.",
                 c->n_metrics || c->n_processes ? "What changed" : "Nothing changed that matters",
                 text_time(r->wall_ms[c->from], from), text_time(r->wall_ms[c->to - 1], to), before);
    for (size_t i = 0; i < c->n_metrics;)
        i = changed_area(out, r, c, i, s);
    if (c->n_processes) {
        buf_puts(out, "  ");
        screen_put(s, out, TONE_STRONG, "processes at work");
        buf_putc(out, '\n');
    }
    for (int i = 0; i < c->n_processes; i++)
        changed_process_line(out, &c->processes[i], s);
}

static void json_side(struct json *j, const char *name, const struct recording *r, size_t from, size_t to)
{
    json_object(j, name);
    json_time(j, "start", r->wall_ms[from]);
    json_time(j, "end", r->wall_ms[to - 1]);
    json_int(j, "samples", (int64_t)(to - from));
    json_end(j);
}

static void json_metric(struct json *j, const struct recording *r, const struct changed_metric *m)
{
    json_object(j, NULL);
    json_string(j, "metric", schema_id(r->schema, m->slot));
    json_string(j, "unit", unit_code(schema_at(r->schema, m->slot)->unit));
    json_double(j, "quantile", m->quantile);
    json_double(j, "before", m->before);
    json_double(j, "after", m->after);
    json_double(j, "effect", m->effect);
    json_double(j, "p_value", m->p_value);
    json_end(j);
}

static void json_areas(struct json *j, const struct recording *r, const struct changed *c)
{
    json_array(j, "areas");
    for (size_t i = 0; i < c->n_metrics;) {
        enum area area = c->metrics[i].area;
        json_object(j, NULL);
        json_string(j, "area", area_name(area));
        json_array(j, "metrics");
        for (; i < c->n_metrics && c->metrics[i].area == area; i++)
            json_metric(j, r, &c->metrics[i]);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void json_processes(struct json *j, const struct changed *c)
{
    json_array(j, "processes");
    for (int i = 0; i < c->n_processes; i++) {
        const struct changed_process *p = &c->processes[i];
        json_object(j, NULL);
        json_int(j, "pid", p->pid);
        json_string(j, "name", p->name);
        json_string(j, "change", process_change_name(p->change));
        json_string(j, "unit", unit_code(p->unit));
        json_double(j, "before", p->before);
        json_double(j, "after", p->after);
        json_end(j);
    }
    json_end(j);
}

void changed_json(struct buf *out, const struct recording *r, const struct changed *c)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_int(&j, "schema", CHANGED_SCHEMA);
    json_string(&j, "origin", r->origin);
    if (*c->reason) {
        json_null(&j, "changed");
        json_string(&j, "changed_reason", c->reason);
    } else {
        json_object(&j, "changed");
        json_side(&j, "window", r, c->from, c->to);
        json_side(&j, "before", r, c->begin, c->from);
        json_int(&j, "compared", c->compared);
        json_areas(&j, r, c);
        json_processes(&j, c);
        json_end(&j);
    }
    json_end(&j);
    buf_putc(out, '\n');
}
