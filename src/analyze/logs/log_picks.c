/* log_picks.c - the candidates of an anomaly, one for each template, and their order. */
#include "analyze/logs/log_picks.h"

#include "analyze/logs/log_weight.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICKS_MAX 256      /* templates of one window; the least of them makes room */
#define BEFORE_MS 90000.0  /* closeness falls to 1/e in that time before, */
#define DURING_MS 60000.0  /* and in that after the start of an anomaly */
#define LEAST_SECONDS 600  /* of too short a history nothing is known to be rare */
#define NEVER 0.5          /* times that a line was seen elsewhere that never was: Jeffreys' prior of a Poisson rate */

struct pick {
    struct log_line line;
    uint64_t template;
    int64_t count, near;   /* in the window; within LOG_NEAR_MS of the anomaly */
    double weight, closeness;
};

struct log_picks {
    int64_t start_ms, end_ms, window_ms, after_ms, read;
    struct pick *pick;
    size_t n, cap;
};

struct log_picks *log_picks_new(int64_t start_ms, int64_t end_ms, int64_t window_ms, int64_t after_ms)
{
    struct log_picks *p = mem_new(sizeof *p);
    *p = (struct log_picks){ .start_ms = start_ms, .end_ms = end_ms, .window_ms = window_ms, .after_ms = after_ms };
    return p;
}

void log_picks_free(struct log_picks *p)
{
    if (p)
        mem_free(p->pick);
    mem_free(p);
}

void log_picks_end(struct log_picks *p, int64_t end_ms)
{
    p->end_ms = end_ms;
}

int64_t log_picks_from(const struct log_picks *p)
{
    return p->start_ms - p->window_ms;
}

int64_t log_picks_until(const struct log_picks *p)
{
    return p->end_ms + p->after_ms;
}

static double picks_closeness(const struct log_picks *p, int64_t wall_ms)
{
    double d = (double)(p->start_ms - wall_ms);
    return d >= 0 ? exp(-d / BEFORE_MS) : exp(d / DURING_MS);
}

/* Room for one more; NULL: it is worth less than all that are there. */
static struct pick *picks_room(struct log_picks *p, double worth)
{
    if (p->n < PICKS_MAX) {
        p->pick = mem_grow(p->pick, p->n, &p->cap, sizeof *p->pick);
        return &p->pick[p->n++];
    }
    struct pick *least = &p->pick[0];
    for (size_t i = 1; i < p->n; i++)
        if (p->pick[i].weight * p->pick[i].closeness < least->weight * least->closeness)
            least = &p->pick[i];
    return least->weight * least->closeness < worth ? least : NULL;
}

void log_picks_offer(struct log_picks *p, const struct log_line *l, uint64_t template)
{
    if (l->wall_ms < log_picks_from(p) || l->wall_ms > log_picks_until(p))
        return;
    p->read++;
    struct pick *k = NULL;
    for (size_t i = 0; i < p->n && !k; i++)
        k = p->pick[i].template == template ? &p->pick[i] : NULL;
    double closeness = picks_closeness(p, l->wall_ms);
    if (!k) {
        double weight = log_weight(l);
        k = picks_room(p, weight * closeness);
        if (!k)
            return;
        *k = (struct pick){ .line = *l, .template = template, .weight = weight, .closeness = closeness };
    }
    k->count++;
    k->near += l->wall_ms >= p->start_ms - LOG_NEAR_MS && l->wall_ms <= p->end_ms + LOG_NEAR_MS;
    if (closeness > k->closeness) {
        k->line = *l;
        k->closeness = closeness;
    }
}

/* How surprising it is to meet such a line within LOG_NEAR_MS of a moment, against one that was never seen: 0..1. */
static double picks_rarity(const struct pick *k, const struct log_counts *c)
{
    double seconds = fmax(log_counts_seconds(c), LEAST_SECONDS), span = 2 * LOG_NEAR_MS * 1e-3;
    double count = log_counts_of(c, k->template), elsewhere = fmax(count - (double)k->near, 0);
    if (log_counts_seconds(c) < LEAST_SECONDS) /* then a line that comes again and again may well do so always */
        elsewhere = fmax(count - 1, 0);
    double never = -log(-expm1(-NEVER * span / seconds));
    return -log(-expm1(-(elsewhere + NEVER) * span / seconds)) / never;
}

static void picks_put(struct anomaly_logs *out, const struct pick *k, double score)
{
    int at = out->n;
    while (at > 0 && out->match[at - 1].score < score)
        at--;
    if (at == LOG_MATCHES)
        return;
    out->n += out->n < LOG_MATCHES;
    memmove(&out->match[at + 1], &out->match[at], (size_t)(out->n - 1 - at) * sizeof *out->match);
    out->match[at] = (struct log_match){ .line = k->line, .count = k->count, .score = score };
    text_copy(out->match[at].log, sizeof out->match[at].log, k->line.log ? k->line.log : "");
    out->match[at].line.log = NULL;
}

void log_picks_rank(const struct log_picks *p, const struct log_counts *c, struct anomaly_logs *out)
{
    memset(out, 0, sizeof *out);
    out->read = p->read;
    for (size_t i = 0; i < p->n; i++) {
        double score = p->pick[i].closeness * p->pick[i].weight * picks_rarity(&p->pick[i], c);
        if (score >= LOG_LEAST_SCORE)
            picks_put(out, &p->pick[i], score);
    }
    if (!p->read)
        text_copy(out->reason, sizeof out->reason, "nothing was logged in those minutes");
    else if (!out->n)
        snprintf(out->reason, sizeof out->reason,
                 "of %" PRId64 " line%s none is rare, severe and close enough to explain it", p->read,
                 p->read == 1 ? "" : "s");
}
