/* report_verdict.c - is it well? In one line, which names the worst that was found. */
#include "output/report_verdict.h"

#include "analyze/anomaly/anomalies.h"
#include "analyze/anomaly/woods.h"
#include "core/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *report_plural(size_t n)
{
    return n == 1 ? "" : "s";
}

double report_length_s(const struct recording *rec)
{
    double step = recording_interval(rec);
    if (!rec->n)
        return 0;
    return (double)(rec->mono_ns[rec->n - 1] - rec->mono_ns[0]) * 1e-9 + (isnan(step) ? 0 : step);
}

const char *report_when(const struct recording *rec, int64_t wall_ms,
                        char out[static TEXT_TIME_MAX])
{
    enum { DAY_MS = 86400000 };
    if (rec->n && rec->wall_ms[rec->n - 1] / DAY_MS == rec->wall_ms[0] / DAY_MS)
        return text_clock(wall_ms, out);
    text_time(wall_ms, out);
    out[10] = ' ';  /* for the T */
    out[19] = '\0'; /* milliseconds and zone */
    return out;
}

/* The anomaly to name: the most severe, of those the highest. NULL when there is none. */
static const struct anomaly *verdict_worst(const struct report *r)
{
    const struct anomaly *worst = NULL;
    for (size_t i = 0; i < r->n_anomalies; i++) {
        const struct anomaly *a = &r->anomalies[i];
        if (!worst || a->severity > worst->severity ||
            (a->severity == worst->severity && a->score > worst->score))
            worst = a;
    }
    return worst;
}

/* Insights that ask for a look: most severe first, so they stand in front. */
static size_t verdict_warnings(const struct report *r)
{
    size_t n = 0;
    while (n < r->n_insights && r->insights[n].severity >= SEVERITY_WARNING)
        n++;
    return n;
}

/* Samples that the method needs before it can call anything unusual. */
static size_t verdict_least(const struct report *r)
{
    return strcmp(r->method, "forest") == 0 ? WOODS_MIN_ROWS : ANOMALIES_MIN_ROWS;
}

static void verdict_calm(const struct report *r, struct verdict *v)
{
    char span[32];
    text_span(report_length_s(r->rec), span, sizeof span);
    v->level = VERDICT_WELL;
    if (*r->anomalies_reason && r->rec->n < verdict_least(r)) {
        v->level = VERDICT_UNKNOWN;
        snprintf(v->text, sizeof v->text, "%zu sample%s too few to say what is unusual (%zu are needed)",
                 r->rec->n, r->rec->n == 1 ? " is" : "s are", verdict_least(r));
    } else if (*r->insights_reason) {
        v->level = VERDICT_UNKNOWN;
        snprintf(v->text, sizeof v->text, "%s is too short to say whether all is well", span);
    } else {
        snprintf(v->text, sizeof v->text, "nothing %s in %s",
                 *r->anomalies_reason ? "changed" : "unusual", span);
    }
}

/* "disk.write.rate{sda}" as people say it: "disk write sda". Columns of other people's files keep
 * their name. */
static void verdict_metric(const struct schema *s, const struct cause *c, enum area area, char *out,
                           size_t cap)
{
    const struct metric *m = schema_at(s, c->slot);
    if (area == AREA_OTHER) {
        snprintf(out, cap, "%s", schema_id(s, c->slot));
        return;
    }
    size_t n = strlen(m->name), rate = strlen(".rate");
    if (n > rate && strcmp(m->name + n - rate, ".rate") == 0)
        n -= rate;
    bool inst = m->inst && strcmp(m->inst, "total") != 0;
    snprintf(out, cap, "%.*s%s%s", (int)n, m->name, inst ? " " : "", inst ? m->inst : "");
    for (char *p = out; *p && p < out + n; p++)
        if (*p == '.')
            *p = ' ';
}

/* "memory used 4.95 GB, usual 661 MB, at 10:31:05, by stress-ng-vm" */
static void verdict_anomaly(const struct report *r, const struct anomaly *a, struct buf *out)
{
    const struct schema *s = r->rec->schema;
    char metric[SCHEMA_MAX_NAME], value[AMOUNT_MAX], usual[AMOUNT_MAX], when[TEXT_TIME_MAX];
    if (a->n_causes) {
        const struct cause *c = a->causes;
        enum unit unit = schema_at(s, c->slot)->unit;
        verdict_metric(s, c, a->area, metric, sizeof metric);
        buf_printf(out, "%s %s", metric, amount_text(c->value, unit, value));
        if (c->stuck)
            buf_puts(out, " and does not move");
        else
            buf_printf(out, ", usual %s", amount_text(c->expected, unit, usual));
    } else {
        buf_puts(out, area_name(a->area));
    }
    buf_printf(out, ", at %s", report_when(r->rec, a->start_ms, when));
    if (a->n_suspects)
        buf_printf(out, ", by %s", a->suspects[0].name);
}

struct verdict report_judge(const struct report *r)
{
    struct verdict v = { .level = VERDICT_LOOK };
    const struct anomaly *worst = verdict_worst(r);
    size_t warnings = verdict_warnings(r), more = r->n_anomalies + warnings;
    struct buf line = { 0 };
    if (!more) {
        verdict_calm(r, &v);
        return v;
    }
    if (worst && (!warnings || worst->severity >= r->insights[0].severity)) {
        verdict_anomaly(r, worst, &line);
        v.severity = worst->severity;
    } else {
        buf_puts(&line, r->insights[0].title);
        v.severity = r->insights[0].severity;
    }
    if (more > 1)
        buf_printf(&line, "; %zu more", more - 1);
    text_copy(v.text, sizeof v.text, line.p);
    buf_done(&line);
    return v;
}

const char *verdict_level_name(enum verdict_level v)
{
    static const char *const names[] = { "well", "look", "unknown" };
    return names[v];
}

const char *verdict_word(enum verdict_level v)
{
    static const char *const words[] = { "WELL", "LOOK", "SHORT" };
    return words[v];
}

void report_verdict(struct buf *out, const struct report *r, const struct screen *s)
{
    struct verdict v = report_judge(r);
    enum tone tone = v.level != VERDICT_LOOK ? TONE_STRONG :
                     v.severity == SEVERITY_CRITICAL ? TONE_BAD : TONE_WARN;
    const char *word = verdict_word(v.level);
    screen_put(s, out, tone, word);
    buf_puts(out, "  ");
    screen_cell(s, out, TONE_PLAIN, v.text, s->width - (int)strlen(word) - 2, false);
    buf_putc(out, '\n');
}
