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
    const char *label, *globs;
    bool sum;    /* of all that match; else the highest */
    int columns; /* of its value in the live line */
};

static const struct quantity quantities[] = {
    { "cpu", "cpu.util", false, 0 },
    { "memory", "memory.util", false, 0 },
    { "swap", "swap.util", false, 0 },
    { "disk read", "disk.read.rate{total}", false, 0 },
    { "disk write", "disk.write.rate{total}", false, 0 },
    { "disk busy", "disk.util", false, 0 },
    { "fullest disk", "fs.util", false, 0 },
    { "network in", "net.recv.rate{total}", false, 0 },
    { "network out", "net.send.rate{total}", false, 0 },
    { "gpu", "gpu.util", false, 0 },
    { "hottest", "cpu.temp,cpu.core.temp,sensor.temp,gpu.temp", false, 0 },
    { "fan", "sensor.fan", false, 0 },
    { "power", "power.package", true, 0 },
    { "battery", "battery.charge", false, 0 },
    { "cpu pressure", "pressure.cpu.some", false, 0 },
    { "memory pressure", "pressure.memory.full", false, 0 },
    { "io pressure", "pressure.io.full", false, 0 },
};

/* With the time in front these take 78 columns. */
static const struct quantity live[REPORT_LIVE] = {
    { "cpu", "cpu.util", false, 6 },
    { "mem", "memory.util", false, 6 },
    { "disk", "disk.read.rate{total},disk.write.rate{total}", true, 9 },
    { "net", "net.recv.rate{total},net.send.rate{total}", true, 9 },
    { "temp", "cpu.temp,cpu.core.temp,sensor.temp", false, 6 },
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
    buf_printf(out, "%11s%s", value, *range ? "   " : "");
    bool chart = s->utf8 && *range;
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
        const double *col = schema_match(rec->schema, slot, q->globs) ? recording_col(rec, slot)
                                                                      : NULL;
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
        now_line(out, s, schema_id(rec->schema, slot), schema_at(rec->schema, slot)->unit, col,
                 rec->n);
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
        buf_printf(out, "%11s", "now");
        screen_put(s, out, TONE_QUIET, rec->n >= NOW_USUAL_MIN ? "   usual (90 % of the run)" : "");
        buf_putc(out, '\n');
        buf_puts(out, buf_text(&lines));
    }
    buf_done(&lines);
}

static double now_of_frame(const struct quantity *q, const struct schema *schema,
                           const struct frame *f, enum unit *unit)
{
    double v = NAN;
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (!isnan(frame_get(f, slot)) && schema_match(schema, slot, q->globs)) {
            v = now_combine(v, frame_get(f, slot), q->sum);
            *unit = schema_at(schema, slot)->unit;
        }
    return v;
}

void report_live(struct buf *out, const struct schema *schema, const struct frame *f, int most)
{
    const char *gap = "";
    for (int i = 0; i < most && i < REPORT_LIVE; i++) {
        enum unit unit = UNIT_NONE;
        double v = now_of_frame(&live[i], schema, f, &unit);
        char text[AMOUNT_MAX];
        if (isnan(v))
            continue;
        buf_printf(out, "%s%s %*s", gap, live[i].label, live[i].columns,
                   amount_text(v, unit, text));
        gap = "  ";
    }
}
