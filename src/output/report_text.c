/*
 * report_text.c - the report in plain words.
 *
 * One function for each part, in the order in which a person asks: is it well? - what is not, since
 * when, why? - what can I do? - what else is known?
 */
#include "output/report_text.h"

#include "analyze/changes/nameless.h"
#include "analyze/remedies.h"
#include "base/auto.h"
#include "base/text.h"
#include "core/amount.h"
#include "learn/forecast/risk.h"
#include "output/forecast_text.h"
#include "output/logs_out.h"
#include "output/report_now.h"
#include "output/report_verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_EPISODES 6
#define TEXT_TRENDS 8
#define TEXT_FORECASTS 8
#define TEXT_NOTES 4
#define TEXT_LOGS 3

struct page {
    const struct report *r;
    const struct recording *rec;
    const struct screen *s;
    const struct report_text_options *o;
    struct buf *out;
};

static enum tone text_tone(enum severity v)
{
    return v == SEVERITY_CRITICAL ? TONE_BAD : v == SEVERITY_WARNING ? TONE_WARN : TONE_PLAIN;
}

static void text_heading(const struct page *p, const char *name)
{
    buf_putc(p->out, '\n');
    screen_put(p->s, p->out, TONE_STRONG, name);
    buf_putc(p->out, '\n');
}

__attribute__((format(printf, 3, 4)))
static void text_paragraph(const struct page *p, int indent, const char *fmt, ...)
{
    char text[3 * REPORT_TEXT];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    screen_wrap(p->s, p->out, indent, text);
}

/* ---- the machine and the run ---- */

/* "4 cores, 8 threads, ": threads only where they are not one for each core. */
static void text_cores(const struct report_host *h, struct buf *out)
{
    if (h->cores)
        buf_printf(out, "%d core%s, ", h->cores, report_plural((size_t)h->cores));
    if (h->threads && h->threads != h->cores)
        buf_printf(out, "%d thread%s, ", h->threads, report_plural((size_t)h->threads));
}

static void text_host(const struct page *p)
{
    const struct report_host *h = &p->r->host;
    auto_buf struct buf line = { 0 };
    char amount[AMOUNT_MAX];
    if (*h->cpu)
        buf_printf(&line, "%s, ", h->cpu);
    text_cores(h, &line);
    if (!isnan(h->memory_bytes))
        buf_printf(&line, "%s memory, ", amount_text(h->memory_bytes, UNIT_BYTE, amount));
    buf_puts(&line, h->os);
    if (line.n)
        screen_wrap(p->s, p->out, 2, line.p);
    if (*h->board)
        text_paragraph(p, 2, "board %s", h->board);
    if (*h->hardware_id)
        text_paragraph(p, 2, "hardware id %s", h->hardware_id);
}

/* With the date, wherever else the report has clock times only: it may be read, or be about, another day. */
static void text_period(const struct page *p)
{
    const struct recording *rec = p->rec;
    char day[TEXT_TIME_MAX], from[TEXT_TIME_MAX], to[TEXT_TIME_MAX];
    text_time(rec->wall_ms[0], day);
    report_when(rec, rec->wall_ms[0], from);
    report_when(rec, rec->wall_ms[rec->n - 1], to);
    bool dated = strlen(from) > 10; /* there are several days */
    day[10] = '\0';
    text_paragraph(p, 2, "%s%s%s%s%s%s UTC", rec->n > 1 ? "from " : "at ", dated ? "" : day, dated ? "" : " ", from,
                   rec->n > 1 ? " to " : "", rec->n > 1 ? to : "");
}

static void text_run(const struct page *p)
{
    const struct recording *rec = p->rec;
    char span[32], step[32];
    double interval = recording_interval(rec);
    int metrics = schema_size(rec->schema);
    text_span(report_length_s(rec), span, sizeof span);
    text_span(interval, step, sizeof step);
    text_paragraph(p, 2, "%zu sample%s of %d metric%s in %s%s%s", rec->n, report_plural(rec->n), metrics,
                   report_plural((size_t)metrics), span, isnan(interval) ? "" : ", every ",
                   isnan(interval) ? "" : step);
    if (rec->n)
        text_period(p);
    if (rec->origin && strcmp(rec->origin, "this machine") != 0)
        text_paragraph(p, 2, "of %s", rec->origin);
}

/* ---- what is unusual ---- */

/* One thing to do: `see` NAME `then` PID where a process is known, `alone` where none is. */
static const struct { const char *see, *then, *alone; } text_advice[AREAS] = {
    [AREA_MEMORY] = { "see whether ", " needs that much memory; if not, end it: kill ",
                      "see who holds the memory: ps aux --sort=-rss | head" },
    [AREA_DISK] = { "see what ", " reads and writes; to let others go first: ionice -c 3 -p ",
                    "see who reads and writes: pidstat -d 1" },
    [AREA_NETWORK] = { "see whom ", " talks to: ss -tnp | grep pid=", "see who talks: ss -tnp" },
    [AREA_PROCESSES] = { "see what ", " starts: pstree -p ", "see who starts processes: pstree -p" },
    [AREA_THERMAL] = { "check fans and air flow, or slow down ", ": cpulimit -l 50 -p ",
                       "check fans, dust and air flow" },
    [AREA_POWER] = { "see what ", " computes: top -p ", "see what runs: top" },
    [AREA_CPU] = { "see what ", " computes; to let others go first: renice -n 10 -p ", "see what runs: top" },
    [AREA_OTHER] = { "see what ", " does: top -p ", "compare it with what was started or changed then" },
};

/* A recording of another time or machine has nothing to be tried on. */
static void text_remedy(const struct page *p, const struct remedy_words *w)
{
    if (w && p->o->runs)
        text_paragraph(p, 4, "Or: `sonde fix %s` would %s", w->name, w->would);
}

static void text_advise(const struct page *p, const struct anomaly *a)
{
    const struct suspect *by = a->suspects;
    if (a->n_suspects && p->o->runs && p->o->runs(by))
        text_paragraph(p, 4, "Do: %s%s%s%d", text_advice[a->area].see, by->name,
                       text_advice[a->area].then, (int)by->pid);
    else
        text_paragraph(p, 4, "Do: %s", text_advice[a->area].alone);
    text_remedy(p, remedy_of_anomaly(p->rec->schema, a));
}

static const char *text_done(enum unit unit)
{
    return unit == UNIT_PERCENT ? " of a core" : unit == UNIT_BYTE ? " more memory" :
           unit == UNIT_BYTE_PER_S ? " read and written" : unit == UNIT_PER_S ? " came and went" : "";
}

/* The summary without "other: " in front. */
static const char *text_summary(const struct anomaly *a)
{
    size_t n = strlen(area_name(AREA_OTHER));
    bool other = a->area == AREA_OTHER && strncmp(a->summary, area_name(AREA_OTHER), n) == 0;
    return other && a->summary[n] == ':' ? a->summary + n + 1 : a->summary;
}

/* " (1.1 GB to 1.3 GB)", where that is known and says more than the value before it. */
static void text_band(const struct cause *c, enum unit unit, char *out, size_t cap)
{
    char low[AMOUNT_MAX], high[AMOUNT_MAX], usual[AMOUNT_MAX];
    amount_text(c->low, unit, low);
    amount_text(c->high, unit, high);
    amount_text(c->expected, unit, usual);
    *out = '\0';
    if (!isnan(c->low) && !isnan(c->high) && (strcmp(low, usual) != 0 || strcmp(high, usual) != 0))
        snprintf(out, cap, " (%s to %s)", low, high);
}

/* What the logs said; where they were read and said nothing, nothing is there to read. */
static void text_logs(const struct page *p, const struct anomaly *a)
{
    for (int i = 0; a->logs && i < a->logs->n && i < TEXT_LOGS; i++) {
        auto_buf struct buf line = { 0 };
        logs_text(&a->logs->match[i], &line);
        buf_puts(p->out, "    ");
        screen_cell(p->s, p->out, TONE_QUIET, line.p, p->s->width - 4, false);
        buf_putc(p->out, '\n');
    }
}

static void text_episode(const struct page *p, const struct anomaly *a)
{
    char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX], span[32], line[REPORT_TEXT], v[AMOUNT_MAX],
        e[AMOUNT_MAX], band[2 * AMOUNT_MAX + 16];
    /* Columns of other people's files belong to no area. */
    const char *area = a->area == AREA_OTHER ? "" : area_name(a->area), *gap = *area ? "  " : "";
    text_span((double)(a->end_ms - a->start_ms) * 1e-3, span, sizeof span);
    if (a->end_ms > a->start_ms)
        snprintf(line, sizeof line, "%s%s%s to %s (%s), %s", area, gap,
                 report_when(p->rec, a->start_ms, from), report_when(p->rec, a->end_ms, to), span,
                 severity_name(a->severity));
    else
        snprintf(line, sizeof line, "%s%s%s, %s", area, gap,
                 report_when(p->rec, a->start_ms, from), severity_name(a->severity));
    buf_puts(p->out, "  ");
    screen_put(p->s, p->out, text_tone(a->severity), line);
    buf_putc(p->out, '\n');
    text_paragraph(p, 4, "%s", text_summary(a));
    for (int i = 0; i < a->n_causes; i++) {
        const struct cause *c = &a->causes[i];
        enum unit unit = schema_at(p->rec->schema, c->slot)->unit;
        text_band(c, unit, band, sizeof band);
        text_paragraph(p, 4, "%s %s, usual %s%s", schema_id(p->rec->schema, c->slot),
                       amount_text(c->value, unit, v), amount_text(c->expected, unit, e), band);
    }
    for (int i = 0; i < a->n_suspects; i++)
        text_paragraph(p, 4, "process %s (pid %d)%s: %s%s", a->suspects[i].name,
                       (int)a->suspects[i].pid,
                       p->o->runs && !p->o->runs(&a->suspects[i]) ? " (ended)" : "",
                       amount_text(a->suspects[i].amount, a->suspects[i].unit, v),
                       text_done(a->suspects[i].unit));
    for (int i = 0; i < a->n_groups; i++)
        text_paragraph(p, 4, "group %s: %s%s", a->groups[i].name,
                       amount_text(a->groups[i].amount, a->groups[i].unit, v), text_done(a->groups[i].unit));
    for (int i = 0; i < a->n_changes; i++)
        text_paragraph(p, 4, "before it, %s: %s", report_when(p->rec, a->changes[i].time_ms, from),
                       p->o->nameless ? change_nameless(a->changes[i].text) : a->changes[i].text);
    if (!p->o->nameless)
        text_logs(p, a);
    text_advise(p, a);
}

static void text_anomalies(const struct page *p)
{
    const struct report *r = p->r;
    if (*r->anomalies_reason) {
        text_heading(p, "Unusual");
        text_paragraph(p, 2, "not known: %s", r->anomalies_reason);
    }
    if (!r->n_anomalies)
        return;
    text_heading(p, "Unusual");
    for (size_t i = 0; i < r->n_anomalies && i < TEXT_EPISODES; i++)
        text_episode(p, &r->anomalies[i]);
    if (r->n_anomalies > TEXT_EPISODES)
        text_paragraph(p, 2, "and %zu more: --json lists them all", r->n_anomalies - TEXT_EPISODES);
}

/* ---- findings ---- */

static void text_findings(const struct page *p)
{
    char since[TEXT_TIME_MAX], until[TEXT_TIME_MAX];
    if (p->r->n_insights || *p->r->insights_reason)
        text_heading(p, "Findings");
    if (*p->r->insights_reason)
        text_paragraph(p, 2, "not known: %s", p->r->insights_reason);
    for (size_t i = 0; i < p->r->n_insights; i++) {
        const struct insight *f = &p->r->insights[i];
        buf_puts(p->out, "  ");
        screen_put(p->s, p->out, text_tone(f->severity), severity_name(f->severity));
        report_when(p->rec, f->since_ms, since);
        if (f->until_ms)
            buf_printf(p->out, ", %s to %s\n", since, report_when(p->rec, f->until_ms, until));
        else
            buf_printf(p->out, ", since %s\n", since);
        text_paragraph(p, 4, "%s", f->title);
        for (int k = 0; k < f->n_evidence; k++)
            text_paragraph(p, 4, "%s", f->evidence[k]);
        if (*f->advice)
            text_paragraph(p, 4, "Do: %s", f->advice);
        text_remedy(p, remedy_of_insight(f->id));
    }
}

/* ---- states, trends, forecast ---- */

static void text_states(const struct page *p)
{
    const struct states *st = &p->r->states;
    char dwell[32];
    if (*st->reason || !st->k)
        return;
    text_heading(p, "States");
    for (int i = 0; i < st->k; i++) {
        buf_puts(p->out, "  ");
        screen_cell(p->s, p->out, TONE_PLAIN, st->items[i].name, 36, true);
        text_span(st->items[i].dwell_s, dwell, sizeof dwell);
        buf_printf(p->out, " %3.0f %% of the time, %s at a stretch\n", 100 * st->items[i].share,
                   dwell);
    }
}

/* One line, where there is an answer; the reason of "unknown" is for those who ask: --json, `sonde classify`. */
static void text_workload(const struct page *p)
{
    const struct workload_found *w = &p->r->workload;
    if (*w->reason || !*w->category)
        return;
    text_heading(p, "Workload");
    if (*w->why)
        text_paragraph(p, 2, "%s, %.0f %% sure: %s", w->category, 100 * w->confidence, w->why);
    else
        text_paragraph(p, 2, "%s%s%s", w->category, *w->unknown_reason ? ": " : "", w->unknown_reason);
}

static void text_trend(const struct page *p, const struct trend *t)
{
    const struct schema *s = p->rec->schema;
    char slope[AMOUNT_MAX], first[AMOUNT_MAX], last[AMOUNT_MAX], limit[64] = "", span[32];
    enum unit unit = schema_at(s, t->slot)->unit;
    if (!isnan(t->reaches_limit_s)) {
        text_span(t->reaches_limit_s, span, sizeof span);
        snprintf(limit, sizeof limit, ", at its limit in %s", span);
    }
    text_paragraph(p, 2, "%s %s by %s an hour: %s to %s%s", schema_id(s, t->slot),
                   direction_name(t->direction), amount_text(fabs(t->slope_per_hour), unit, slope),
                   amount_text(t->first, unit, first), amount_text(t->last, unit, last), limit);
}

static void text_trends(const struct page *p)
{
    const struct report *r = p->r;
    size_t moving = 0;
    for (size_t i = 0; i < r->n_trends; i++)
        moving += r->trends[i].direction != DIRECTION_STABLE;
    if (!moving)
        return;
    text_heading(p, "Trends");
    size_t shown = 0;
    for (size_t i = 0; i < r->n_trends && shown < TEXT_TRENDS; i++)
        if (r->trends[i].direction != DIRECTION_STABLE) {
            text_trend(p, &r->trends[i]);
            shown++;
        }
    if (moving > shown)
        text_paragraph(p, 2, "and %zu more: --json lists them all", moving - shown);
}

static void text_risk(const struct page *p)
{
    const struct report_forecast *f = &p->r->forecast;
    double calm = 1;
    char span[32];
    if (!f->risk) {
        text_paragraph(p, 2, "Risk of an anomaly: not known: %s", f->risk_reason);
        return;
    }
    for (int k = 0; k < f->all.horizon; k++)
        calm *= 1 - f->risk[k];
    double span_s = f->all.step_s * f->all.horizon;
    text_paragraph(p, 2, "Risk of an anomaly in the next %s: %.2g %% (%s; learned from %zu in %.2g days)",
                   text_span(span_s, span, sizeof span), 100 * (1 - calm),
                   risk_level_name(risk_level_of(1 - calm, span_s)), f->risk_episodes, f->risk_days);
}

static void text_patterns(const struct page *p)
{
    const struct report_forecast *f = &p->r->forecast;
    static const char *const days[] = { "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays",
                                        "Sundays" };
    int top = 0;
    if (f->pattern_slot < 0 || (!f->pattern.has_hours && !f->pattern.has_weekdays))
        return;
    const char *id = schema_id(p->rec->schema, f->pattern_slot);
    const double *mean = f->pattern.has_hours ? f->pattern.hour : f->pattern.weekday;
    for (int k = 1; k < (f->pattern.has_hours ? 24 : 7); k++)
        top = mean[k] > mean[top] ? k : top;
    if (f->pattern.has_hours)
        text_paragraph(p, 2, "%s depends on the hour: most from %d:00 to %d:00 UTC (%d days agree)", id, top, top + 1,
                       f->pattern.days);
    else
        text_paragraph(p, 2, "%s depends on the weekday: most on %s (%d weeks agree)", id, days[top], f->pattern.weeks);
}

static void text_forecast(const struct page *p)
{
    const struct forecasts *all = &p->r->forecast.all;
    size_t shown = 0, still = 0;
    text_heading(p, "Forecast");
    if (*p->r->forecast.reason || !all->n) {
        text_paragraph(p, 2, "none: %s", *p->r->forecast.reason ? p->r->forecast.reason : "not computed");
        return;
    }
    for (size_t i = 0; i < all->n; i++) {
        auto_buf struct buf line = { 0 };
        const struct metric_forecast *m = &all->item[i];
        bool stays = !*m->reason && m->f.p10[all->horizon - 1] == m->f.p90[all->horizon - 1];
        still += stays;
        if (*m->reason || stays || shown == TEXT_FORECASTS)
            continue;
        forecast_text_line(&line, p->rec->schema, all, m);
        text_paragraph(p, 2, "%s", line.p);
        shown++;
    }
    if (all->made > shown + still)
        text_paragraph(p, 2, "and %zu more: --json lists them all", all->made - shown - still);
    if (still)
        text_paragraph(p, 2, "%zu metric%s not moved, and %s expected to stay so", still,
                       still == 1 ? " has" : "s have", still == 1 ? "is" : "are");
    text_risk(p);
    text_patterns(p);
}

/* ---- what is not known, and what it cost ---- */

/* What a person should know of: time that is missing or was set, sources that came to harm. */
static bool text_is_told(const struct event *e)
{
    return e->kind == EVENT_GAP || e->kind == EVENT_CLOCK || e->severity >= SEVERITY_WARNING;
}

static void text_events(const struct page *p)
{
    size_t told = 0;
    char when[TEXT_TIME_MAX];
    for (size_t i = 0; i < p->rec->n_events; i++) {
        const struct event *e = &p->rec->events[i];
        if (text_is_told(e) && told++ < TEXT_NOTES)
            text_paragraph(p, 0, "%s %s", report_when(p->rec, e->wall_ms, when), e->text);
    }
    if (told > TEXT_NOTES)
        text_paragraph(p, 0, "and %zu more such events: --json lists them all", told - TEXT_NOTES);
}

static void text_absent(const struct page *p)
{
    char names[REPORT_TEXT] = "";
    size_t n = 0;
    for (int i = 0; i < p->rec->n_sources; i++) {
        const struct recording_source *src = &p->rec->sources[i];
        if (src->state != SOURCE_OK && n < sizeof names)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s%s", n ? ", " : "", src->name,
                src->state == SOURCE_ABSENT ? "" : src->state == SOURCE_OFF ? " (off)" :
                src->state == SOURCE_DENIED ? " (no permission)" :
                src->state == SOURCE_HUNG ? " (does not answer)" : " (failed)");
    }
    if (n)
        text_paragraph(p, 0, "Not measured: %s. Why: sonde doctor.", names);
}

/* What was read less often than it should be, to keep the budget. */
static void text_slowed(const struct page *p)
{
    char names[REPORT_TEXT] = "";
    size_t n = 0;
    for (int i = 0; i < p->rec->n_sources && n < sizeof names; i++)
        if (p->rec->sources[i].slowed > 1)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s (one reading of %d)", n ? ", " : "",
                                  p->rec->sources[i].name, p->rec->sources[i].slowed);
    if (n)
        text_paragraph(p, 0, "Read less often, to stay within the budget (performance.max_cpu_percent): %s.", names);
}

static void text_cost(const struct page *p)
{
    const struct report *r = p->r;
    char cpu[AMOUNT_MAX], rss[AMOUNT_MAX];
    if (p->rec->stride > 1)
        text_paragraph(
            p, 0,
            "Resolution: of every %d samples one was kept, because the memory for them was full "
            "(performance.max_buffer_memory_mb).",
            p->rec->stride);
    text_slowed(p);
    if (!isnan(r->cpu_us_per_sample))
        text_paragraph(p, 0, "Cost: %s of CPU time per sample, %s of memory.",
                       amount_text(r->cpu_us_per_sample * 1e-6, UNIT_SECOND, cpu),
                       amount_text(r->rss_bytes, UNIT_BYTE, rss));
}

void report_text(struct buf *out, const struct report *r, const struct screen *s,
                 const struct report_text_options *o)
{
    struct page p = { r, r->rec, s, o, out };
    report_verdict(out, r, s);
    buf_putc(out, '\n');
    text_host(&p);
    text_run(&p);
    report_now(out, r->rec, s);
    text_anomalies(&p);
    text_findings(&p);
    text_states(&p);
    text_workload(&p);
    text_trends(&p);
    if (o->forecast)
        text_forecast(&p);
    buf_putc(out, '\n');
    text_events(&p);
    text_absent(&p);
    text_cost(&p);
}
