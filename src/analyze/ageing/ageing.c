/* ageing.c - daily values of one thing after the other, and whether their trend counts. */
#include "analyze/ageing/ageing.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/stats.h"
#include "learn/equal.h"
#include "learn/trend.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define DAYS_LEAST 14   /* known ones, in three weeks */
#define CONFIDENCE 0.95
#define P_MOST 0.001
#define HOTTER 3.0      /* degrees that a person cares about */
#define SLOWER 0.1      /* share of a fan's speed */
#define WORN 2.0        /* percent of a battery's capacity */
#define STEP 0.3        /* degrees from one day to the next that say something of what follows them */
#define STEPS_LEAST 8
#define ERRORS_LEAST 3.0
#define RECENT 14       /* days */

struct ageing_rows {
    const struct recording *r;
    int *day;
    int days;
    int64_t first_ms;      /* of day 0 */
    struct ageing *out;
    double *around;        /* of each row the mean of sensors that belong to no processor, each from its own median;
                              NULL: there is none */
};

/* ---- days ---- */

/* The trend of daily values. False: there are too few of them. */
static bool ageing_trend(const struct ageing_rows *a, const double *daily, struct ageing_item *i)
{
    auto_free double *t = mem_new((size_t)a->days * sizeof *t);
    struct trend_fit fit;
    int first = -1, last = -1;
    i->days = 0;
    for (int d = 0; d < a->days; d++) {
        t[d] = d;
        if (isnan(daily[d]))
            continue;
        first = first < 0 ? d : first;
        last = d;
        i->days++;
    }
    if (i->days < DAYS_LEAST || (last - first + 1) * DAY_MS < AGEING_MS ||
        trend_estimate(t, daily, (size_t)a->days, CONFIDENCE, &fit) < 0)
        return false;
    double span = last - first;
    i->change = fit.slope * span;
    i->change_lo = fit.slope_lo * span;
    i->change_hi = fit.slope_hi * span;
    i->first = fit.first;
    i->last = fit.last;
    i->p = fit.p;
    i->since_ms = a->first_ms + first * DAY_MS;
    i->until_ms = a->first_ms + last * DAY_MS;
    return true;
}

static bool ageing_counts(const struct ageing_item *i, double least)
{
    return i->p < P_MOST && fabs(i->change) >= least && i->change_lo * i->change_hi > 0;
}

static void ageing_add(struct ageing_rows *a, const struct ageing_item *i, int slot)
{
    if (a->out->n == AGEING_ITEMS)
        return;
    struct ageing_item *to = &a->out->item[a->out->n++];
    const char *inst = schema_at(a->r->schema, slot)->inst;
    *to = *i;
    to->id = schema_id(a->r->schema, slot);
    to->inst = inst ? inst : "";
}

/* ---- bands ---- */

/* The band of equal width in which most days are known; their values in `daily`. False: none has enough. */
static bool ageing_band(const struct ageing_rows *a, const double *x, const double *y, double from, double width,
                        int bands, double *daily, double *lo)
{
    auto_free double *one = mem_new((size_t)a->days * sizeof *one);
    size_t most = 0;
    for (int b = 0; b < bands; b++) {
        double low = from + b * width;
        size_t known = equal_days(x, y, a->day, a->r->n, low, low + width, one, a->days);
        if (known < DAYS_LEAST || known < most) /* of two alike the higher: there ageing shows */
            continue;
        most = known;
        *lo = low;
        memcpy(daily, one, (size_t)a->days * sizeof *daily);
    }
    return most > 0;
}

/* What the surroundings did in the same rows. False: nothing of that is known. */
static bool ageing_surroundings(const struct ageing_rows *a, const double *x, const double *y, double lo, double width,
                                double *daily)
{
    if (a->around && equal_days(x, a->around, a->day, a->r->n, lo, lo + width, daily, a->days) >= DAYS_LEAST)
        return true;
    /* The same sensor at idle: a warmer room warms it as well, worse cooling much less. */
    return y && lo > 0 && equal_days(x, y, a->day, a->r->n, 0, width, daily, a->days) >= DAYS_LEAST;
}

/* ---- temperatures ---- */

static void ageing_temperature(struct ageing_rows *a, int load, int temp, bool is_cpu)
{
    const double *x = recording_col(a->r, load), *y = recording_col(a->r, temp);
    auto_free double *daily = mem_new((size_t)a->days * sizeof *daily);
    auto_free double *around = mem_new((size_t)a->days * sizeof *around);
    struct ageing_item i = { .kind = AGEING_TEMPERATURE, .is_cpu = is_cpu, .alone = NAN };
    if (!ageing_band(a, x, y, 0, 20, 5, daily, &i.lo) || !ageing_trend(a, daily, &i))
        return;
    i.hi = i.lo + 20;
    bool moved = ageing_counts(&i, HOTTER);
    if (!ageing_surroundings(a, x, y, i.lo, 20, around)) {
        i.verdict = moved ? AGEING_UNSURE : AGEING_STEADY;
        ageing_add(a, &i, temp);
        return;
    }
    struct ageing_item rest = i;
    for (int d = 0; d < a->days; d++)
        daily[d] -= around[d];
    if (!ageing_trend(a, daily, &rest))
        return;
    rest.alone = i.change;
    rest.first = i.first;
    rest.last = i.first + rest.change;
    rest.verdict = ageing_counts(&rest, HOTTER) ? AGEING_AGED : moved ? AGEING_ROOM : AGEING_STEADY;
    if (rest.verdict == AGEING_ROOM)
        rest.change = i.change;
    ageing_add(a, &rest, temp);
}

/* ---- fans ---- */

/* How y follows its surroundings from one day to the next is taken off: a fan that hears of the room as well. */
static void ageing_take_off(const struct ageing_rows *a, double *y, const double *around)
{
    auto_free double *slope = mem_new((size_t)a->days * sizeof *slope);
    double usual = stats_median(around, (size_t)a->days);
    size_t n = 0;
    for (int d = 1; d < a->days; d++)
        if (fabs(around[d] - around[d - 1]) > STEP && isfinite(y[d] - y[d - 1]))
            slope[n++] = (y[d] - y[d - 1]) / (around[d] - around[d - 1]);
    double by = n >= STEPS_LEAST ? stats_quantile_of(slope, n, 0.5) : 0;
    for (int d = 0; d < a->days; d++)
        y[d] -= by * (around[d] - usual);
}

static void ageing_fan(struct ageing_rows *a, int temp, int fan)
{
    const double *x = recording_col(a->r, temp), *y = recording_col(a->r, fan);
    auto_free double *daily = mem_new((size_t)a->days * sizeof *daily);
    auto_free double *around = mem_new((size_t)a->days * sizeof *around);
    struct ageing_item i = { .kind = AGEING_FAN, .alone = NAN };
    if (!ageing_band(a, x, y, 20, 10, 9, daily, &i.lo) || !ageing_trend(a, daily, &i) || !(i.first > 0))
        return;
    i.hi = i.lo + 10;
    bool moved = ageing_counts(&i, SLOWER * i.first);
    struct ageing_item rest = i;
    bool known = ageing_surroundings(a, x, NULL, i.lo, 10, around);
    if (known) {
        ageing_take_off(a, daily, around);
        known = ageing_trend(a, daily, &rest);
    }
    bool aged = known && ageing_counts(&rest, SLOWER * i.first);
    i.verdict = aged ? AGEING_AGED : !moved ? AGEING_STEADY : known ? AGEING_ROOM : AGEING_UNSURE;
    rest.verdict = i.verdict;
    ageing_add(a, aged ? &rest : &i, fan);
}

/* ---- batteries ---- */

static void ageing_battery(struct ageing_rows *a, int wear)
{
    auto_free double *daily = mem_new((size_t)a->days * sizeof *daily);
    auto_free double *any = mem_new((a->r->n + 1) * sizeof *any);
    struct ageing_item i = { .kind = AGEING_BATTERY, .lo = NAN, .hi = NAN, .alone = NAN };
    equal_days(any, recording_col(a->r, wear), a->day, a->r->n, -1, 1, daily, a->days);
    if (!ageing_trend(a, daily, &i))
        return;
    i.verdict = i.change > 0 && ageing_counts(&i, WORN) ? AGEING_AGED : AGEING_STEADY;
    ageing_add(a, &i, wear);
}

/* ---- memory errors ---- */

/* P(X >= k) of n events, each recent with probability q. */
static double ageing_by_chance(double k, double n, double q)
{
    double p = 0;
    for (double i = k; i <= n; i++)
        p += exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(q) + (n - i) * log1p(-q));
    return p;
}

static void ageing_memory(struct ageing_rows *a, int rate)
{
    const double *y = recording_col(a->r, rate);
    double errors[2] = { 0 }, rows[2] = { 0 }; /* before, and in the last two weeks */
    int first = -1, known = 0, before = -1;
    for (size_t i = 0; i < a->r->n; i++) {
        if (!isfinite(y[i]))
            continue;
        int recent = a->day[i] >= a->days - RECENT;
        first = first < 0 ? a->day[i] : first;
        known += a->day[i] != before;
        before = a->day[i];
        errors[recent] += y[i] * AGEING_STEP_S;
        rows[recent]++;
    }
    if (known < DAYS_LEAST || (before - first + 1) * DAY_MS < AGEING_MS || !rows[0] || !rows[1])
        return;
    double was = round(errors[0]), is = round(errors[1]), week = 7 * 86400 / AGEING_STEP_S;
    struct ageing_item i = { .kind = AGEING_MEMORY, .lo = NAN, .hi = NAN, .alone = NAN, .change = is,
                             .change_lo = NAN, .change_hi = NAN, .first = was / rows[0] * week,
                             .last = is / rows[1] * week, .days = (size_t)known,
                             .since_ms = a->first_ms + first * DAY_MS, .until_ms = a->first_ms + before * DAY_MS };
    i.p = was + is < 1e6 ? ageing_by_chance(is, was + is, rows[1] / (rows[0] + rows[1])) : i.last > 2 * i.first ? 0 : 1;
    i.verdict = is >= ERRORS_LEAST && i.p < P_MOST ? AGEING_AGED : AGEING_STEADY;
    ageing_add(a, &i, rate);
}

/* ---- all of it ---- */

/* A sensor that a processor or a GPU does not warm by itself. */
static bool ageing_is_around(const struct metric *m)
{
    static const char *const hot[] = { "coretemp", "k10temp", "zenpower", "cpu_thermal", "x86_pkg_temp", "amdgpu",
                                       "nouveau", "nvidia", "radeon", "i915", "/xe/", "soc_thermal", "cpu-thermal",
                                       "acpitz",
                                       "peci", "PECI", "Package", "Tctl", "Tdie", "Tccd", "CPU", "cpu", "GPU", "gpu" };
    if (strcmp(m->name, "disk.temp") == 0)
        return true;
    if (strcmp(m->name, "sensor.temp") != 0 || !m->inst)
        return false;
    for (size_t i = 0; i < sizeof hot / sizeof *hot; i++)
        if (strstr(m->inst, hot[i]))
            return false;
    return true;
}

static void ageing_find_around(struct ageing_rows *a)
{
    const struct recording *r = a->r;
    auto_free double *count = mem_new((r->n + 1) * sizeof *count);
    double *sum = mem_new((r->n + 1) * sizeof *sum);
    bool any = false;
    for (int slot = 0; slot < r->n_cols; slot++) {
        const double *y = recording_col(r, slot);
        double usual = ageing_is_around(schema_at(r->schema, slot)) ? stats_median(y, r->n) : NAN;
        for (size_t i = 0; i < r->n && !isnan(usual); i++)
            if (isfinite(y[i])) {
                sum[i] += y[i] - usual;
                count[i]++;
                any = true;
            }
    }
    for (size_t i = 0; i < r->n; i++)
        sum[i] = count[i] ? sum[i] / count[i] : NAN;
    if (any)
        a->around = sum;
    else
        mem_free(sum);
}

static void ageing_slots(struct ageing_rows *a)
{
    const struct schema *s = a->r->schema;
    int util = schema_find(s, "cpu.util", NULL), temp = schema_find(s, "cpu.temp", NULL);
    for (int slot = 0; slot < a->r->n_cols; slot++) {
        const struct metric *m = schema_at(s, slot);
        int load = strcmp(m->name, "gpu.temp") == 0 ? schema_find(s, "gpu.util", m->inst) : -1;
        int heat = strcmp(m->name, "gpu.fan.speed") == 0 ? schema_find(s, "gpu.temp", m->inst) :
                   strcmp(m->name, "sensor.fan") == 0 ? temp : -1;
        if (slot == temp && util >= 0)
            ageing_temperature(a, util, temp, true);
        else if (load >= 0)
            ageing_temperature(a, load, slot, false);
        else if (heat >= 0)
            ageing_fan(a, heat, slot);
        else if (strcmp(m->name, "battery.wear") == 0)
            ageing_battery(a, slot);
        else if (strcmp(m->name, "memory.errors.corrected.rate") == 0)
            ageing_memory(a, slot);
    }
}

void ageing_find(const struct recording *r, struct ageing *out)
{
    struct ageing_rows a = { .r = r, .out = out };
    *out = (struct ageing){ 0 };
    int64_t span_ms = r->n ? r->wall_ms[r->n - 1] - r->wall_ms[0] : 0;
    if (span_ms < AGEING_MS - DAY_MS / 4 || span_ms > 4000 * DAY_MS) {
        snprintf(out->reason, sizeof out->reason, "ageing shows in weeks: three of them are needed, and %.0f days "
                 "are known",
                 (double)span_ms / (double)DAY_MS);
        return;
    }
    a.first_ms = r->wall_ms[0];
    a.days = (int)(span_ms / DAY_MS) + 1;
    a.day = mem_new(r->n * sizeof *a.day);
    for (size_t i = 0; i < r->n; i++)
        a.day[i] = (int)((r->wall_ms[i] - a.first_ms) / DAY_MS);
    ageing_find_around(&a);
    ageing_slots(&a);
    if (!out->n)
        snprintf(out->reason, sizeof out->reason, "of what ages - temperatures, fans, batteries, memory errors - too "
                 "few days are known");
    mem_free(a.around);
    mem_free(a.day);
}
