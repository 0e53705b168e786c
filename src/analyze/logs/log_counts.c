/*
 * log_counts.c - a table of open addressing, twice as large as it may be full.
 *
 * Counts are kept as of `now_ms`: each is brought there when it is touched. What was looked at is a sum of seconds that
 * fades in the same way, so that a rate is the quotient of both.
 */
#include "analyze/logs/log_counts.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS (2 * LOG_COUNTS_MAX)
#define HEAD "sonde log counts 1"

struct log_counts {
    int64_t now_ms;     /* up to where it was read; 0 = nothing was */
    double seconds;     /* as of now_ms */
    size_t n;
    struct counted {
        uint64_t template; /* 0 = free */
        int64_t at_ms;
        double count;      /* as of at_ms */
    } slot[SLOTS];
};

struct log_counts *log_counts_new(void)
{
    return mem_new(sizeof(struct log_counts));
}

void log_counts_free(struct log_counts *c)
{
    mem_free(c);
}

static double counts_fade(int64_t ms)
{
    return ms > 0 ? exp2(-(double)ms / LOG_COUNTS_HALF_MS) : 1;
}

static double counts_now(const struct log_counts *c, const struct counted *s)
{
    return s->count * counts_fade(c->now_ms - s->at_ms);
}

static struct counted *counts_slot(struct log_counts *c, uint64_t template)
{
    size_t i = (size_t)(template % SLOTS);
    while (c->slot[i].template && c->slot[i].template != template)
        i = (i + 1) % SLOTS;
    return &c->slot[i];
}

static int counts_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Forgets the seldomer half. */
static void counts_thin(struct log_counts *c)
{
    struct counted *kept = mem_new(c->n * sizeof *kept);
    double *of = mem_new(c->n * sizeof *of);
    size_t n = 0;
    for (size_t i = 0; i < SLOTS; i++)
        if (c->slot[i].template)
            kept[n++] = c->slot[i];
    for (size_t i = 0; i < n; i++)
        of[i] = counts_now(c, &kept[i]);
    qsort(of, n, sizeof *of, counts_order);
    double least = of[n / 2];
    memset(c->slot, 0, sizeof c->slot);
    c->n = 0;
    for (size_t i = 0; i < n; i++)
        if (counts_now(c, &kept[i]) > least || c->n < n / 4) {
            *counts_slot(c, kept[i].template) = kept[i];
            c->n++;
        }
    mem_free(of);
    mem_free(kept);
}

void log_counts_add(struct log_counts *c, uint64_t template, int64_t wall_ms)
{
    if (wall_ms > c->now_ms)
        log_counts_until(c, wall_ms);
    struct counted *s = counts_slot(c, template);
    if (!s->template && c->n >= LOG_COUNTS_MAX) {
        counts_thin(c);
        s = counts_slot(c, template);
    }
    c->n += !s->template;
    double count = s->template ? counts_now(c, s) : 0;
    *s = (struct counted){ template, c->now_ms, count + 1 };
}

static void counts_move(struct log_counts *c, int64_t wall_ms, bool seen)
{
    if (c->now_ms && wall_ms > c->now_ms) {
        c->seconds *= counts_fade(wall_ms - c->now_ms);
        c->seconds += seen ? (double)(wall_ms - c->now_ms) * 1e-3 : 0;
    }
    if (wall_ms > c->now_ms)
        c->now_ms = wall_ms;
}

void log_counts_until(struct log_counts *c, int64_t wall_ms)
{
    counts_move(c, wall_ms, true);
}

void log_counts_skip(struct log_counts *c, int64_t wall_ms)
{
    counts_move(c, wall_ms, false);
}

double log_counts_of(const struct log_counts *c, uint64_t template)
{
    const struct counted *s = counts_slot((struct log_counts *)c, template); /* only read */
    return s->template ? counts_now(c, s) : 0;
}

double log_counts_seconds(const struct log_counts *c)
{
    return c->seconds;
}

void log_counts_save(const struct log_counts *c, struct buf *out)
{
    buf_printf(out, HEAD " %" PRId64 " %.3f\n", c->now_ms, c->seconds);
    for (size_t i = 0; i < SLOTS; i++)
        if (c->slot[i].template)
            buf_printf(out, "%016" PRIx64 " %.4g\n", c->slot[i].template, counts_now(c, &c->slot[i]));
}

bool log_counts_load(struct log_counts *c, const char *text)
{
    uint64_t template;
    double count;
    memset(c, 0, sizeof *c);
    if (sscanf(text, HEAD " %" SCNd64 " %lf", &c->now_ms, &c->seconds) != 2 || !(c->seconds >= 0) || c->now_ms < 0 ||
        !isfinite(c->seconds)) {
        memset(c, 0, sizeof *c);
        return false;
    }
    while ((text = strchr(text, '\n')) && sscanf(++text, "%16" SCNx64 " %lf", &template, &count) == 2) {
        struct counted *s = counts_slot(c, template);
        if (!template || s->template || !isfinite(count) || count < 0 || c->n >= LOG_COUNTS_MAX)
            continue;
        *s = (struct counted){ template, c->now_ms, count };
        c->n++;
    }
    return true;
}
