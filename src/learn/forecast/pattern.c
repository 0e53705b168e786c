/*
 * pattern.c - the mean course over days (or weeks), against the mean course of the same days each turned by chance.
 *
 * What wanders slowly is taken out first, by the mean of the day around each hour. Spikes are tamed by ranks.
 */
#include "learn/forecast/pattern.h"

#include "base/mem.h"
#include "base/rng.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TURNS 999
#define KNOWN_SHARE 0.8 /* of the cells of a row: else it is left out */

/* ---- means of hours and days ---- */

/* Cell c holds what is known of c * width .. (c + 1) * width, from the cell `first` on. */
static void cells(const double *t, const double *x, size_t n, double width, double first, size_t m, double *mean)
{
    uint32_t *count = mem_new((m + 1) * sizeof *count);
    memset(mean, 0, m * sizeof *mean);
    for (size_t i = 0; i < n; i++) {
        size_t c = (size_t)(floor(t[i] / width) - first);
        if (isfinite(x[i]) && c < m)
            mean[c] += (x[i] - mean[c]) / ++count[c];
    }
    for (size_t c = 0; c < m; c++)
        mean[c] = count[c] ? mean[c] : NAN;
    mem_free(count);
}

static void by_place(const double *cell, size_t m, int period, int first, double *mean)
{
    for (int k = 0; k < period; k++) {
        double sum = 0;
        int count = 0;
        for (size_t c = (size_t)((k - first % period + period) % period); c < m; c += (size_t)period)
            if (!isnan(cell[c])) {
                sum += (cell[c] - sum) / (count + 1);
                count++;
            }
        mean[k] = count ? sum : NAN;
    }
}

/* ---- the test ---- */

struct ranked {
    double v;
    size_t at;
};

static int ranked_order(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->v != y->v ? (x->v > y->v) - (x->v < y->v) : (x->at > y->at) - (x->at < y->at);
}

/* Each value becomes its rank among all; the same values the same rank. */
static void to_ranks(double *v, size_t n)
{
    struct ranked *r = mem_new((n + 1) * sizeof *r);
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked){ v[i], i };
    qsort(r, n, sizeof *r, ranked_order);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && r[j].v == r[i].v; j++)
            ;
        for (size_t k = i; k < j; k++)
            v[r[k].at] = (double)(i + j - 1) / 2;
    }
    mem_free(r);
}

/* Less the mean of the period around each cell, in which every place of it stands once: what is left of a slow walk is
 * small, of a pattern all. Near the ends it is the first or the last period. */
static void level(const double *cell, size_t m, int period, double *out)
{
    size_t width = (size_t)period;
    for (size_t c = 0; c < m; c++) {
        size_t from = c < width / 2 ? 0 : c - width / 2;
        double mean = 0;
        int known = 0;
        from = from + width > m ? m - width : from;
        for (size_t k = from; k < from + width; k++)
            if (!isnan(cell[k]))
                mean += (cell[k] - mean) / ++known;
        out[c] = cell[c] - mean;
    }
}

static void centre(double *row, int period)
{
    double mean = 0;
    for (int k = 0; k < period; k++)
        mean += row[k] / period;
    for (int k = 0; k < period; k++)
        row[k] -= mean;
}

/* How far the mean course is from flat, each row turned by turn[row]. */
static double agreement(const double *row, int rows, int period, const int *turn)
{
    double sum[24] = { 0 }, all = 0;
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < period; k++)
            sum[(k + turn[r]) % period] += row[r * period + k];
    for (int k = 0; k < period; k++)
        all += sum[k] * sum[k];
    return all;
}

static double turned(const double *row, int rows, int period, uint64_t seed)
{
    struct rng rng;
    int *turn = mem_new((size_t)rows * sizeof *turn), as_much = 0;
    double found = agreement(row, rows, period, turn);
    rng_seed(&rng, seed);
    for (int i = 0; i < TURNS; i++) {
        for (int r = 0; r < rows; r++)
            turn[r] = (int)rng_below(&rng, (uint32_t)period);
        as_much += agreement(row, rows, period, turn) >= found * (1 - 1e-12);
    }
    mem_free(turn);
    return found > 0 ? (as_much + 1.0) / (TURNS + 1) : 1;
}

/* The p-value of rows of `period` cells; `skip` cells come before the first row. NaN: too few rows. */
static double test(const double *cell, size_t m, int period, size_t skip, int least, uint64_t seed, int *rows)
{
    *rows = 0;
    if (m < (size_t)period)
        return NAN;
    double *row = mem_new((m + 24) * sizeof *row), *flat = mem_new(m * sizeof *flat);
    level(cell, m, period, flat);
    for (size_t c = skip; c + (size_t)period <= m; c += (size_t)period) {
        double *to = row + *rows * period, mean = 0;
        int known = 0;
        for (int k = 0; k < period; k++)
            if (!isnan(flat[c + (size_t)k]))
                mean += (flat[c + (size_t)k] - mean) / ++known;
        for (int k = 0; k < period; k++)
            to[k] = isnan(flat[c + (size_t)k]) ? mean : flat[c + (size_t)k];
        *rows += known >= KNOWN_SHARE * period;
    }
    double p = NAN;
    if (*rows >= least) {
        to_ranks(row, (size_t)(*rows * period));
        for (int r = 0; r < *rows; r++)
            centre(row + r * period, period);
        p = turned(row, *rows, period, seed);
    }
    mem_free(flat);
    mem_free(row);
    return p;
}

int pattern_find(const double *t, const double *x, size_t n, uint64_t seed, struct pattern *out)
{
    *out = (struct pattern){ .hour_p = NAN, .weekday_p = NAN };
    for (int h = 0; h < 24; h++)
        out->hour[h] = NAN;
    for (int d = 0; d < 7; d++)
        out->weekday[d] = NAN;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(t[i]) || (i && t[i] < t[i - 1]))
            return -EINVAL;
    if (!n)
        return 0;
    double first_hour = floor(t[0] / 3600), first_day = floor(t[0] / 86400);
    if (t[n - 1] - t[0] > PATTERN_MAX_DAYS * 86400.0 || fabs(t[0]) > 1e15)
        return -EINVAL;
    size_t hours = (size_t)(floor(t[n - 1] / 3600) - first_hour) + 1;
    size_t days = (size_t)(floor(t[n - 1] / 86400) - first_day) + 1;
    double *hourly = mem_try(hours * sizeof *hourly), *daily = mem_try(days * sizeof *daily);
    if (!hourly || !daily) {
        mem_free(hourly);
        mem_free(daily);
        return -ENOMEM;
    }
    cells(t, x, n, 3600, first_hour, hours, hourly);
    cells(t, x, n, 86400, first_day, days, daily);
    int hour0 = (int)(first_hour - 24 * floor(first_hour / 24));
    int day0 = (int)(first_day + 3 - 7 * floor((first_day + 3) / 7)); /* 1970 began on a Thursday */
    by_place(hourly, hours, 24, hour0, out->hour);
    by_place(daily, days, 7, day0, out->weekday);
    out->hour_p = test(hourly, hours, 24, (size_t)((24 - hour0) % 24), PATTERN_DAYS, seed, &out->days);
    /* The first and the last day may be parts, whose means are of some hours only. */
    size_t skip = (size_t)((7 - day0) % 7);
    out->weekday_p = days > 2 ? test(daily, days - 1, 7, skip ? skip : 7, PATTERN_WEEKS, seed, &out->weeks) : NAN;
    out->has_hours = out->hour_p < PATTERN_ALPHA;
    out->has_weekdays = out->weekday_p < PATTERN_ALPHA;
    mem_free(hourly);
    mem_free(daily);
    return 0;
}
