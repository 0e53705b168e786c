/*
 * report_now.c - numbers now, and in what range they were.
 *
 * The range is what held 90 % of the run: it needs no model, and a person can check it against the
 * chart beside it. Where several devices answer, the row is about the one that stands highest at
 * the end, and names it: a range over all of them would belong to none.
 */
#include "output/report_now.h"

#include "base/mem.h"
#include "base/stats.h"
#include "base/text.h"
#include "core/amount.h"
#include "core/metric_words.h"
#include "output/spark.h"

#include <stdio.h>
#include <string.h>

#define NOW_USUAL_MIN 10   /* samples below which a range would say nothing */
#define NOW_FILE_METRICS 12
#define NOW_UNATTRIBUTED 2 /* % of a core, on average: less is the rounding of clock ticks */
#define NOW_LABEL 24       /* columns */
#define NOW_RANGE 22
#define NOW_CHART (2 + NOW_LABEL + 11 + 3 + NOW_RANGE + 2) /* where the charts begin, and a column at the right */

/* A quantity that people ask for, and the metrics that answer. */
struct quantity {
    const char *label, *globs;
    enum { HIGHEST, NAMED, SUM } of; /* all that match; NAMED says which is the highest */
};

static const struct quantity quantities[] = {
    { "cpu", "cpu.util", HIGHEST },
    { "memory", "memory.util", HIGHEST },
    { "swap", "swap.util", HIGHEST },
    { "disk read", "disk.read.rate{total}", HIGHEST },
    { "disk write", "disk.write.rate{total}", HIGHEST },
    { "disk busy", "disk.util", NAMED },
    { "fullest disk", "fs.util", NAMED },
    { "network in", "net.recv.rate{total}", HIGHEST },
    { "network out", "net.send.rate{total}", HIGHEST },
    { "gpu", "gpu.util", HIGHEST },
    { "hottest", "cpu.temp,cpu.core.temp,sensor.temp,gpu.temp", NAMED },
    { "fan", "sensor.fan", NAMED },
    { "power", "power.package", SUM },
    { "battery", "battery.charge", HIGHEST },
    { "cpu pressure", "pressure.cpu.some", HIGHEST },
    { "memory pressure", "pressure.memory.full", HIGHEST },
    { "io pressure", "pressure.io.full", HIGHEST },
};

/* What stands in the live line, the most wanted first: what has no room is left out from the end. */
static const struct {
    struct quantity q;
    int columns; /* of its value */
} live[REPORT_LIVE] = {
    { { "cpu", "cpu.util", HIGHEST }, 6 },
    { { "mem", "memory.util", HIGHEST }, 6 },
    { { "rd", "disk.read.rate{total}", HIGHEST }, 9 },
    { { "wr", "disk.write.rate{total}", HIGHEST }, 9 },
    { { "net", "net.recv.rate{total},net.send.rate{total}", SUM }, 9 },
    { { "temp", "cpu.temp,cpu.core.temp,sensor.temp", HIGHEST }, 6 },
    { { "wait", "pressure.*.some", HIGHEST }, 6 },
};

/* NaN where neither is known. */
static double now_combine(double a, double b, bool sum)
{
    return isnan(a) ? b : isnan(b) ? a : sum ? a + b : a > b ? a : b;
}

/* "11.2 %" without its unit where the other one has the same. */
static const char *now_bare(char *lo, const char *hi)
{
    char *unit = strchr(lo, ' ');
    const char *same = strchr(hi, ' ');
    if (unit && same && strcmp(unit, same) == 0)
        *unit = '\0';
    return lo;
}

static double now_last(const double *v, size_t n)
{
    while (n && isnan(v[n - 1]))
        n--;
    return n ? v[n - 1] : NAN;
}

static bool now_live(const struct recording *rec)
{
    return rec->origin && strcmp(rec->origin, "this machine") == 0;
}

/* The series v becomes the row's. */
static void now_row(struct now_row *row, const struct recording *rec, double *v)
{
    row->v = v;
    row->value = now_last(v, rec->n);
    bool known = stats_known(v, rec->n) >= NOW_USUAL_MIN;
    row->usual[0] = known ? stats_quantile(v, rec->n, 0.05) : NAN;
    row->usual[1] = known ? stats_quantile(v, rec->n, 0.95) : NAN;
}

static double *now_copy(const struct recording *rec, const double *col)
{
    double *v = mem_new(rec->n * sizeof *v);
    memcpy(v, col, rec->n * sizeof *v);
    return v;
}

/* Does the series a stand higher at its end than b, or went higher where they end alike? */
static bool now_above(const double *a, const double *b, size_t n)
{
    double x = now_last(a, n), y = now_last(b, n);
    return x > y || (!(x < y) && stats_max(a, n) > stats_max(b, n));
}

/* False where the recording has none of it. */
static bool now_quantity(const struct recording *rec, const struct quantity *q, struct now_row *row)
{
    const struct schema *s = rec->schema;
    int best = -1;
    double *sum = NULL;
    for (int slot = 0; slot < schema_size(s); slot++) {
        const double *col = schema_match(s, slot, q->globs) ? recording_col(rec, slot) : NULL;
        if (!col || stats_known(col, rec->n) == 0)
            continue;
        for (size_t i = 0; sum && i < rec->n; i++)
            sum[i] = now_combine(sum[i], col[i], true);
        if (q->of == SUM && !sum)
            sum = now_copy(rec, col);
        if (best < 0 || now_above(col, recording_col(rec, best), rec->n))
            best = slot;
    }
    if (best < 0)
        return false;
    const struct metric *m = schema_at(s, best);
    char which[SCHEMA_MAX_NAME] = "";
    if (q->of == NAMED)
        metric_which(m->name, m->inst, which, sizeof which);
    snprintf(row->label, sizeof row->label, "%s%s%s", q->label, *which ? " " : "", which);
    row->metric = q->of == SUM ? m->name : schema_id(s, best);
    row->unit = m->unit;
    now_row(row, rec, sum ? sum : now_copy(rec, recording_col(rec, best)));
    return true;
}

int report_now_rows(const struct recording *rec, struct now_row rows[static NOW_ROWS])
{
    int n = 0;
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        n += now_quantity(rec, &quantities[i], &rows[n]);
    for (int slot = 0, first = n == 0; first && slot < schema_size(rec->schema) && n < NOW_FILE_METRICS;
         slot++) {
        const double *col = recording_col(rec, slot);
        if (!col || stats_known(col, rec->n) == 0)
            continue;
        rows[n].metric = schema_id(rec->schema, slot);
        rows[n].unit = schema_at(rec->schema, slot)->unit;
        snprintf(rows[n].label, sizeof rows[n].label, "%s", rows[n].metric);
        now_row(&rows[n++], rec, now_copy(rec, col));
    }
    return n;
}

_Static_assert(sizeof quantities / sizeof *quantities <= NOW_ROWS && NOW_FILE_METRICS <= NOW_ROWS,
               "there is room for every row");

void report_now_done(struct now_row *rows, int n)
{
    for (int i = 0; i < n; i++)
        mem_free(rows[i].v);
}

static void now_line(struct buf *out, const struct screen *s, const struct now_row *r, size_t n)
{
    char value[AMOUNT_MAX], lo[AMOUNT_MAX], hi[AMOUNT_MAX], range[2 * AMOUNT_MAX + 8] = "";
    amount_text(r->value, r->unit, value);
    if (!isnan(r->usual[0])) {
        amount_text(r->usual[0], r->unit, lo);
        amount_text(r->usual[1], r->unit, hi);
        if (strcmp(lo, hi) == 0)
            snprintf(range, sizeof range, "%s", hi);
        else
            snprintf(range, sizeof range, "%s .. %s", now_bare(lo, hi), hi);
    }
    buf_puts(out, "  ");
    screen_cell(s, out, TONE_PLAIN, r->label, NOW_LABEL, true);
    buf_printf(out, "%11s%s", value, *range ? "   " : "");
    double least = stats_min(r->v, n), most = stats_max(r->v, n);
    bool moves = strcmp(amount_text(least, r->unit, lo), amount_text(most, r->unit, hi)) != 0;
    /* What stands still needs no chart, nor does a program that reads this. */
    int columns = *range && moves && !s->letters ? s->width - NOW_CHART : 0;
    screen_cell(s, out, TONE_QUIET, range, NOW_RANGE, columns > 0);
    if (columns > 0)
        spark_row(out, s->utf8, r->v, n, columns, least < 0 ? least : 0, r->unit == UNIT_PERCENT ? 100 : most);
    buf_putc(out, '\n');
}

/* Of the last instant with a table of processes: they are sorted by CPU. */
static void now_busiest(struct buf *out, const struct recording *rec, const struct screen *s)
{
    size_t n = 0;
    const struct proc_use *p = NULL;
    for (size_t i = rec->n; i && !n; i--)
        p = recording_procs(rec, i - 1, &n);
    if (!n || !(p->cpu_percent > 0))
        return;
    char cpu[AMOUNT_MAX], rss[AMOUNT_MAX], text[160];
    amount_text(p->cpu_percent, UNIT_PERCENT, cpu);
    if (p->ended)
        snprintf(text, sizeof text, "   %s (%u of them, which ended), %s of a core", p->name, p->ended, cpu);
    else
        snprintf(text, sizeof text, "   %s (pid %d), %s of a core, %s of memory", p->name, (int)p->pid, cpu,
                 amount_text(p->rss_bytes, UNIT_BYTE, rss));
    buf_puts(out, "  busiest process");
    screen_cell(s, out, TONE_PLAIN, text, s->width - 17, false);
    buf_putc(out, '\n');
}

/* The growth of a counter over the rows that know both it and another; NaN where there are not two. */
static double now_growth(const struct recording *rec, const double *of, const double *with, double *span_s)
{
    size_t first = 0, last = rec->n;
    if (!of || !with)
        return NAN;
    while (first < rec->n && isnan(of[first] + with[first]))
        first++;
    while (last > first && isnan(of[last - 1] + with[last - 1]))
        last--;
    if (last < first + 2)
        return NAN;
    *span_s = (double)(rec->mono_ns[last - 1] - rec->mono_ns[first]) * 1e-9;
    return of[last - 1] - of[first];
}

/* What the processors did in the run that no process can be named for, where it is worth a line. */
static void now_unattributed(struct buf *out, const struct recording *rec, const struct screen *s)
{
    const double *busy = recording_find(rec, "cpu.time", "busy"), *used = recording_find(rec, "process.cpu", NULL),
                 *stolen = recording_find(rec, "cpu.time", "steal");
    double span_s = NAN, steal = now_growth(rec, stolen, used, &span_s);
    double rest = now_growth(rec, busy, used, &span_s) - now_growth(rec, used, busy, &span_s);
    double percent = 100 * (rest - (isnan(steal) ? 0 : steal)) / span_s;
    if (!(percent > NOW_UNATTRIBUTED))
        return;
    char cpu[AMOUNT_MAX], text[160];
    snprintf(text, sizeof text, "      %s of a core: interrupts, or processes that were not seen",
             amount_text(percent, UNIT_PERCENT, cpu));
    buf_puts(out, "  unattributed");
    screen_cell(s, out, TONE_PLAIN, text, s->width - 14, false);
    buf_putc(out, '\n');
}

void report_now(struct buf *out, const struct recording *rec, const struct screen *s)
{
    struct now_row rows[NOW_ROWS];
    int n = report_now_rows(rec, rows);
    if (n) {
        buf_putc(out, '\n');
        screen_cell(s, out, TONE_STRONG, "Numbers", NOW_LABEL + 2, true);
        buf_printf(out, "%11s", now_live(rec) ? "now" : "last");
        screen_put(s, out, TONE_QUIET, rec->n >= NOW_USUAL_MIN ? "   range (90 % of the run)" : "");
        buf_putc(out, '\n');
    }
    for (int i = 0; i < n; i++)
        now_line(out, s, &rows[i], rec->n);
    now_busiest(out, rec, s);
    now_unattributed(out, rec, s);
    report_now_done(rows, n);
}

static bool now_offered(const struct quantity *q, const struct schema *schema)
{
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (schema_match(schema, slot, q->globs))
            return true;
    return false;
}

static double now_of_frame(const struct quantity *q, const struct schema *schema,
                           const struct frame *f, enum unit *unit)
{
    double v = NAN;
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (!isnan(frame_get(f, slot)) && schema_match(schema, slot, q->globs)) {
            v = now_combine(v, frame_get(f, slot), q->of == SUM);
            *unit = schema_at(schema, slot)->unit;
        }
    return v;
}

void report_live(struct buf *out, const struct schema *schema, const struct frame *f, int most,
                 int columns)
{
    int used = 0;
    for (int i = 0; i < most && i < REPORT_LIVE; i++) {
        enum unit unit = UNIT_NONE;
        double v = now_of_frame(&live[i].q, schema, f, &unit);
        char text[AMOUNT_MAX];
        int wide = (used ? 2 : 0) + (int)strlen(live[i].q.label) + 1 + live[i].columns;
        if (used + wide > columns || !now_offered(&live[i].q, schema))
            continue;
        buf_printf(out, "%s%s %*s", used ? "  " : "", live[i].q.label, live[i].columns,
                   amount_text(v, unit, text));
        used += wide;
    }
}
