/* report_verdict.c - is it well? In one line, which names the worst that was found. */
#include "output/report_verdict.h"

#include <math.h>
#include <stdio.h>

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

static void verdict_well(const struct report *r, const struct screen *s, struct buf *out)
{
    char span[32];
    text_span(report_length_s(r->rec), span, sizeof span);
    screen_put(s, out, TONE_STRONG, *r->insights_reason ? "SHORT" : "WELL");
    if (*r->insights_reason)
        buf_printf(out, "  %s is too short to say whether all is well\n", span);
    else if (*r->anomalies_reason)
        buf_printf(out, "  nothing wrong in %s, too short to say what is unusual\n", span);
    else
        buf_printf(out, "  nothing unusual in %s\n", span);
}

/* "2 anomalies, 1 warning: " and what the worst is. */
static void verdict_line(struct buf *line, const struct report *r, const struct anomaly *worst, size_t warnings)
{
    char when[TEXT_TIME_MAX];
    if (worst)
        buf_printf(line, "%zu anomal%s", r->n_anomalies, r->n_anomalies == 1 ? "y" : "ies");
    if (warnings)
        buf_printf(line, "%s%zu warning%s", worst ? ", " : "", warnings, report_plural(warnings));
    if (worst)
        buf_printf(line, ": %s, %s", area_name(worst->area),
                   report_when(r->rec, worst->start_ms, when));
    else
        buf_printf(line, ": %s", r->insights[0].title);
    if (worst && worst->n_suspects)
        buf_printf(line, ", by %s", worst->suspects[0].name);
}

void report_verdict(struct buf *out, const struct report *r, const struct screen *s)
{
    const struct anomaly *worst = verdict_worst(r);
    size_t warnings = verdict_warnings(r);
    if (!worst && !warnings) {
        verdict_well(r, s, out);
        return;
    }
    bool critical = (worst && worst->severity == SEVERITY_CRITICAL) ||
                    (warnings && r->insights[0].severity == SEVERITY_CRITICAL);
    struct buf line = { 0 };
    verdict_line(&line, r, worst, warnings);
    screen_put(s, out, critical ? TONE_BAD : TONE_WARN, "LOOK");
    buf_puts(out, "  ");
    screen_cell(s, out, TONE_PLAIN, line.p, s->width - 6, false);
    buf_putc(out, '\n');
    buf_done(&line);
}
