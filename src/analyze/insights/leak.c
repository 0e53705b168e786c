/*
 * leak.c - a process whose memory grows and grows.
 *
 * Starting programs grow too, in steps and then no more. So growth has to be there in each third of
 * the time in which the process was seen, in most of its rows, and be worth a word.
 */
#include "analyze/insights/rules.h"

#include "base/mem.h"
#include "base/text.h"
#include "core/amount.h"

#include <string.h>

#define LEAST_ROWS 30
#define LEAST_GROWTH 100e6
#define LEAST_SHARE 0.01     /* of the memory */
#define RISING_ROWS 0.6
#define THIRD_SHARE 0.15     /* of the growth, in each third */

struct grower {
    int32_t pid;
    char name[PROC_NAME_MAX];
    size_t first, last, rows, rising;
    double start, now;
};

static struct grower *grower_of(struct grower **all, size_t *n, size_t *cap, const struct proc_use *u)
{
    for (size_t k = 0; k < *n; k++)
        if ((*all)[k].pid == u->pid && !strcmp((*all)[k].name, u->name))
            return &(*all)[k];
    *all = mem_grow(*all, *n, cap, sizeof **all);
    struct grower *g = &(*all)[(*n)++];
    *g = (struct grower){ .pid = u->pid };
    memcpy(g->name, u->name, sizeof g->name);
    return g;
}

static void grower_row(struct grower *g, size_t row, double rss)
{
    if (g->rows++ == 0) {
        g->first = row;
        g->start = rss;
    } else {
        g->rising += rss > g->now;
    }
    g->now = rss;
    g->last = row;
}

/* The process's memory at or before a row; its start where the tables do not show it. */
static double grower_at(const struct inspection *in, const struct grower *g, size_t row)
{
    for (size_t i = row + 1; i > g->first; i--) {
        size_t n;
        const struct proc_use *u = recording_procs(in->r, i - 1, &n);
        for (size_t k = 0; k < n; k++)
            if (u[k].pid == g->pid && !strcmp(u[k].name, g->name))
                return u[k].rss_bytes;
    }
    return g->start;
}

static bool grower_leaks(const struct inspection *in, const struct grower *g, double least)
{
    double growth = g->now - g->start;
    if (g->rows < LEAST_ROWS || growth < least ||
        (double)g->rising < RISING_ROWS * (double)(g->rows - 1))
        return false;
    size_t third = (g->last - g->first) / 3;
    double one = grower_at(in, g, g->first + third), two = grower_at(in, g, g->first + 2 * third);
    return one - g->start >= THIRD_SHARE * growth && two - one >= THIRD_SHARE * growth &&
           g->now - two >= THIRD_SHARE * growth;
}

static void leak_tell(struct inspection *in, const struct grower *g)
{
    char growth[AMOUNT_MAX], from[AMOUNT_MAX], to[AMOUNT_MAX], span[32], inst[PROC_NAME_MAX];
    double seconds = (double)(g->last - g->first) * in->step,
           left = last_value(in, column(in, "memory.available", NULL));
    text_copy(inst, sizeof inst, g->name);
    struct insight *i = insight_new(in, "process-grows", inst, SEVERITY_NOTICE, AREA_MEMORY,
                                    g->first);
    insight_title(i, "%s (pid %d) grows: %s in %s", inst, (int)g->pid,
                  amount_text(g->now - g->start, UNIT_BYTE, growth),
                  text_span(seconds, span, sizeof span));
    insight_evidence(i, "its memory rose from %s to %s, in each third of that time",
                     amount_text(g->start, UNIT_BYTE, from), amount_text(g->now, UNIT_BYTE, to));
    if (left > 0)
        insight_evidence(i, "at this pace the memory available now lasts %s",
                         text_span(left / (g->now - g->start) * seconds, span, sizeof span));
    insight_advice(i,
                   "Watch it; if it does not stop, restart it and report the leak to its makers.");
}

void rule_process_grows(struct inspection *in)
{
    struct grower *all = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = in->from; i < in->n; i++) {
        size_t procs;
        const struct proc_use *u = recording_procs(in->r, i, &procs);
        for (size_t k = 0; k < procs; k++)
            if (isfinite(u[k].rss_bytes))
                grower_row(grower_of(&all, &n, &cap, &u[k]), i, u[k].rss_bytes);
    }
    double total = last_value(in, column(in, "memory.total", NULL));
    double least = fmax(LEAST_GROWTH, isnan(total) ? 0 : LEAST_SHARE * total);
    for (size_t k = 0; k < n; k++)
        if (grower_leaks(in, &all[k], least))
            leak_tell(in, &all[k]);
    mem_free(all);
}
