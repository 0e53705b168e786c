/*
 * report_now.c - numbers now, against usual.
 *
 * Usual is the range that held 90 % of the run: it needs no model, and a person can check it
 * against the chart beside it.
 */
#include "output/report_now.h"

#include "base/mem.h"
#include "base/stats.h"
#include "core/amount.h"

#include <stdio.h>
#include <string.h>

#define NOW_USUAL_MIN 10   /* samples below which a range would say nothing */
#define NOW_FILE_METRICS 12

/* A quantity that people ask for, and the metrics that answer. */
struct quantity {
    const char *label;
    const char *brief; /* in the live line; NULL = not there */
    const char *globs;
    bool sum;          /* of all that match; else the highest */
};

static const struct quantity quantities[] = {
    { "cpu", "cpu", "cpu.util", false },
    { "memory", "memory", "memory.util", false },
    { "swap", NULL, "swap.util", false },
    { "disk read", "read", "disk.read.rate{total}", false },
    { "disk write", "write", "disk.write.rate{total}", false },
    { "disk busy", NULL, "disk.util", false },
    { "fullest disk", NULL, "fs.util", false },
    { "network in", "in", "net.recv.rate{total}", false },
    { "network out", "out", "net.send.rate{total}", false },
    { "gpu", "gpu", "gpu.util", false },
    { "hottest", "temp", "cpu.temp,cpu.core.temp,sensor.temp,gpu.temp", false },
    { "fan", NULL, "sensor.fan", false },
    { "power", "power", "power.package", true },
    { "battery", NULL, "battery.charge", false },
    { "cpu pressure", NULL, "pressure.cpu.some", false },
    { "memory pressure", NULL, "pressure.memory.full", false },
    { "io pressure", NULL, "pressure.io.full", false },
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

/* A line about v[0..n): what it is now, in what range it usually was, how it went. */
static void now_line(struct buf *out, const struct screen *s, const char *label, enum unit unit,
                     const double *v, size_t n)
{
    size_t last = n;
    while (last && isnan(v[last - 1]))
        last--;
    char value[AMOUNT_MAX], lo[AMOUNT_MAX], hi[AMOUNT_MAX], range[2 * AMOUNT_MAX + 8] = "";
    amount_text(last ? v[last - 1] : NAN, unit, value);
    if (stats_known(v, n) >= NOW_USUAL_MIN) {
        amount_text(stats_quantile(v, n, 0.05), unit, lo);
        amount_text(stats_quantile(v, n, 0.95), unit, hi);
        if (strcmp(lo, hi) == 0)
            snprintf(range, sizeof range, "%s", hi);
        else
            snprintf(range, sizeof range, "%s .. %s", now_bare(lo, hi), hi);
    }
    buf_puts(out, "  ");
    screen_cell(s, out, TONE_PLAIN, label, 20, true);
    buf_printf(out, "%11s   ", value);
    bool chart = s->utf8 && stats_known(v, n) > 1;
    screen_cell(s, out, TONE_QUIET, range, 22, chart);
    if (chart) {
        double top = unit == UNIT_PERCENT ? 100 : stats_max(v, n), least = stats_min(v, n);
        screen_spark(s, out, v, n, s->width - 60, least < 0 ? least : 0, top);
    }
    buf_putc(out, '\n');
}

/* The series of a quantity, the caller's; NULL when the recording has none of it. */
static double *now_series(const struct recording *rec, const struct quantity *q, enum unit *unit)
{
    double *v = NULL;
    for (int slot = 0; slot < schema_size(rec->schema); slot++) {
        const double *col = schema_match(rec->schema, slot, q->globs) ? recording_col(rec, slot) : NULL;
        if (!col || stats_known(col, rec->n) == 0)
            continue;
        bool first = !v;
        if (first)
            v = mem_new(rec->n * sizeof *v);
        for (size_t i = 0; i < rec->n; i++)
            v[i] = first ? col[i] : now_combine(v[i], col[i], q->sum);
        *unit = schema_at(rec->schema, slot)->unit;
    }
    return v;
}

static int now_first_metrics(struct buf *out, const struct recording *rec, const struct screen *s)
{
    int shown = 0;
    for (int slot = 0; slot < schema_size(rec->schema) && shown < NOW_FILE_METRICS; slot++) {
        const double *col = recording_col(rec, slot);
        if (!col || stats_known(col, rec->n) == 0)
            continue;
        now_line(out, s, schema_id(rec->schema, slot), schema_at(rec->schema, slot)->unit, col, rec->n);
        shown++;
    }
    return shown;
}

void report_now(struct buf *out, const struct recording *rec, const struct screen *s)
{
    struct buf lines = { 0 };
    int shown = 0;
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++) {
        enum unit unit = UNIT_NONE;
        double *v = now_series(rec, &quantities[i], &unit);
        if (v) {
            now_line(&lines, s, quantities[i].label, unit, v, rec->n);
            shown++;
        }
        mem_free(v);
    }
    if (!shown)
        shown = now_first_metrics(&lines, rec, s);
    if (shown) {
        buf_putc(out, '\n');
        screen_cell(s, out, TONE_STRONG, "Numbers", 22, true);
        buf_printf(out, "%11s   ", "now");
        screen_put(s, out, TONE_QUIET, rec->n >= NOW_USUAL_MIN ? "usual here (90 % of the run)" : "");
        buf_putc(out, '\n');
        buf_puts(out, buf_text(&lines));
    }
    buf_done(&lines);
}

void report_live(struct buf *out, const struct schema *schema, const struct frame *f)
{
    const char *gap = "";
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++) {
        const struct quantity *q = &quantities[i];
        enum unit unit = UNIT_NONE;
        double v = NAN;
        for (int slot = 0; q->brief && slot < schema_size(schema); slot++)
            if (!isnan(frame_get(f, slot)) && schema_match(schema, slot, q->globs)) {
                v = now_combine(v, frame_get(f, slot), q->sum);
                unit = schema_at(schema, slot)->unit;
            }
        if (isnan(v))
            continue;
        char text[AMOUNT_MAX];
        buf_printf(out, "%s%s %s", gap, q->brief, amount_text(v, unit, text));
        gap = "  ";
    }
}
