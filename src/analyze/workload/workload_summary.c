/* workload_summary.c - what it was most of the time, of answers as they come or of a recording. */
#include "analyze/workload/workload_own.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 0.6    /* of the time: that is what it was */
#define PART 0.2    /* of the time: that belongs to a mixture */

struct workload_tally {
    const struct workload_set *set;
    double seconds[WORKLOAD_CATEGORIES + 2], sure[WORKLOAD_CATEGORIES + 2]; /* by category - WORKLOAD_UNKNOWN */
    double scores[WORKLOAD_CATEGORIES];                /* times seconds */
    int64_t since_ms;
    double all_s;
    int answers, changes, last;
    char reason[2][WORKLOAD_REASON];                   /* the last of unknown, of mixed; by category as above */
    char why[WORKLOAD_CATEGORIES][WORKLOAD_REASON];    /* the last of each category */
};

struct workload_tally *workload_tally_new(const struct workload_set *s, int64_t start_ms)
{
    struct workload_tally *t = mem_new(sizeof *t);
    *t = (struct workload_tally){ .set = s, .since_ms = start_ms };
    return t;
}

void workload_tally_free(struct workload_tally *t)
{
    mem_free(t);
}

void workload_tally_add(struct workload_tally *t, const struct workload_answer *a)
{
    int slot = a->category - WORKLOAD_UNKNOWN;
    double s = fmin(fmax((double)(a->wall_ms - t->since_ms) * 1e-3, 0.001), 2 * a->update_s);
    t->since_ms = a->wall_ms;
    t->seconds[slot] += s;
    t->sure[slot] += s * a->confidence;
    t->all_s += s;
    for (int k = 0; k < t->set->n; k++)
        t->scores[k] += s * a->scores[k];
    t->changes += t->answers && a->category != t->last;
    t->last = a->category;
    t->answers++;
    if (a->category >= 0)
        text_copy(t->why[a->category], sizeof t->why[0], a->why);
    else
        text_copy(t->reason[slot], sizeof t->reason[0], a->reason);
}

static int share_compare(const void *a, const void *b)
{
    const struct workload_share *x = a, *y = b;
    return x->share > y->share ? -1 : x->share < y->share ? 1 : x->category - y->category;
}

static void tally_shares(const struct workload_tally *t, struct workload_summary *out)
{
    out->shares = mem_new((WORKLOAD_CATEGORIES + 2) * sizeof *out->shares);
    for (int i = 0; i < t->set->n + 2; i++)
        if (t->seconds[i] > 0)
            out->shares[out->n_shares++] = (struct workload_share){ i + WORKLOAD_UNKNOWN, t->seconds[i] / t->all_s,
                                                                    t->seconds[i] };
    qsort(out->shares, (size_t)out->n_shares, sizeof *out->shares, share_compare);
}

static void tally_mixture(const struct workload_set *set, struct workload_summary *out)
{
    size_t n = 0, cap = sizeof out->reason;
    for (int i = 0; i < out->n_shares && n < cap; i++)
        if (out->shares[i].share >= 0.05)
            n += (size_t)snprintf(out->reason + n, cap - n, "%s%s %.0f %%", n ? ", " : "",
                                  workload_name(set, out->shares[i].category), 100 * out->shares[i].share);
}

static void tally_verdict(const struct workload_tally *t, struct workload_summary *out)
{
    const struct workload_share *top = out->shares;
    int parts = 0;
    for (int i = 0; i < out->n_shares; i++)
        parts += top[i].category != WORKLOAD_UNKNOWN && top[i].share >= PART;
    if (top->share >= MOST || (top->category == WORKLOAD_UNKNOWN && parts < 2))
        out->category = top->category;
    else
        out->category = parts >= 2 ? WORKLOAD_MIXED : WORKLOAD_UNKNOWN;
    int slot = out->category - WORKLOAD_UNKNOWN;
    out->confidence = t->seconds[slot] > 0 ? t->sure[slot] / t->seconds[slot] : 1 - top->share;
    if (out->category >= 0)
        text_copy(out->why, sizeof out->why, t->why[out->category]);
    else if (top->share >= MOST)
        text_copy(out->reason, sizeof out->reason, t->reason[slot]);
    else
        tally_mixture(t->set, out);
}

void workload_tally_read(const struct workload_tally *t, struct workload_summary *out)
{
    *out = (struct workload_summary){ .category = WORKLOAD_UNKNOWN, .n_scores = t->set->n, .changes = t->changes };
    out->scores = mem_new((size_t)(t->set->n + 1) * sizeof *out->scores);
    if (!t->answers)
        return;
    for (int k = 0; k < t->set->n; k++)
        out->scores[k] = t->scores[k] / t->all_s;
    tally_shares(t, out);
    tally_verdict(t, out);
}

void workload_judge(const struct recording *r, const struct workload_set *s, const struct workload_options *o,
                    void (*each)(void *self, const struct workload_answer *a, const struct workload *w), void *self,
                    struct workload_summary *out)
{
    struct workload_tally *t = workload_tally_new(s, r->n ? r->wall_ms[0] : 0);
    struct workload *w = workload_new(s, o);
    double *row = mem_new((size_t)(r->n_cols + 1) * sizeof *row);
    for (size_t i = 0; i <= r->n; i++) {
        if (i < r->n)
            watch_copy(w->watch, r->schema, r->col, i, row);
        if (i < r->n ? workload_tick(w, r->schema, r->wall_ms[i], r->mono_ns[i], row, r->n_cols) : workload_end(w)) {
            workload_tally_add(t, workload_now(w));
            if (each)
                each(self, workload_now(w), w);
        }
    }
    workload_tally_read(t, out);
    if (!t->answers)
        text_copy(out->reason, sizeof out->reason, workload_now(w)->reason);
    mem_free(row);
    workload_free(w);
    workload_tally_free(t);
}

void workload_summary_done(struct workload_summary *s)
{
    mem_free(s->scores);
    mem_free(s->shares);
    *s = (struct workload_summary){ 0 };
}
