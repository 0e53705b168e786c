/* workload_summary.c - a recording played to the classifier, and what it was most of the time. */
#include "analyze/workload_own.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 0.6    /* of the time: that is what it was */
#define PART 0.2    /* of the time: that belongs to a mixture */

struct summing {
    const struct workload_set *set;
    struct workload_summary *out;
    double seconds[WORKLOAD_CATEGORIES + 2], sure[WORKLOAD_CATEGORIES + 2]; /* by category - WORKLOAD_UNKNOWN */
    int64_t since_ms;
    double update_s, all_s;
    int answers, last;
    char reason[WORKLOAD_REASON];                      /* the last of unknown or mixed */
    char why[WORKLOAD_CATEGORIES][WORKLOAD_REASON];    /* the last of each category */
};

static void sum_answer(struct summing *m, const struct workload_answer *a)
{
    int slot = a->category - WORKLOAD_UNKNOWN;
    double s = fmin(fmax((double)(a->wall_ms - m->since_ms) * 1e-3, 0.001), 2 * m->update_s);
    m->since_ms = a->wall_ms;
    m->seconds[slot] += s;
    m->sure[slot] += s * a->confidence;
    m->all_s += s;
    for (int k = 0; k < m->set->n; k++)
        m->out->scores[k] += s * a->scores[k];
    m->out->changes += m->answers && a->category != m->last;
    m->last = a->category;
    m->answers++;
    if (*a->reason)
        text_copy(m->reason, sizeof m->reason, a->reason);
    if (a->category >= 0)
        text_copy(m->why[a->category], sizeof m->why[0], a->why);
}

static int share_compare(const void *a, const void *b)
{
    const struct workload_share *x = a, *y = b;
    return x->share > y->share ? -1 : x->share < y->share ? 1 : x->category - y->category;
}

static void sum_shares(struct summing *m)
{
    struct workload_summary *out = m->out;
    out->shares = mem_new((WORKLOAD_CATEGORIES + 2) * sizeof *out->shares);
    for (int i = 0; i < m->set->n + 2; i++)
        if (m->seconds[i] > 0)
            out->shares[out->n_shares++] = (struct workload_share){ i + WORKLOAD_UNKNOWN, m->seconds[i] / m->all_s,
                                                                    m->seconds[i] };
    qsort(out->shares, (size_t)out->n_shares, sizeof *out->shares, share_compare);
}

static void sum_mixture(const struct summing *m, char *out, size_t cap)
{
    size_t n = 0;
    for (int i = 0; i < m->out->n_shares && n < cap; i++)
        if (m->out->shares[i].share >= 0.05)
            n += (size_t)snprintf(out + n, cap - n, "%s%s %.0f %%", n ? ", " : "",
                                  workload_name(m->set, m->out->shares[i].category), 100 * m->out->shares[i].share);
}

static void sum_verdict(struct summing *m)
{
    struct workload_summary *out = m->out;
    const struct workload_share *top = out->shares;
    int parts = 0;
    for (int i = 0; i < out->n_shares; i++)
        parts += top[i].category != WORKLOAD_UNKNOWN && top[i].share >= PART;
    if (top->share >= MOST || (top->category == WORKLOAD_UNKNOWN && parts < 2))
        out->category = top->category;
    else
        out->category = parts >= 2 ? WORKLOAD_MIXED : WORKLOAD_UNKNOWN;
    int slot = out->category - WORKLOAD_UNKNOWN;
    out->confidence = m->seconds[slot] > 0 ? m->sure[slot] / m->seconds[slot] : 1 - top->share;
    if (out->category >= 0)
        text_copy(out->why, sizeof out->why, m->why[out->category]);
    else if (top->share >= MOST)
        text_copy(out->reason, sizeof out->reason, m->reason);
    else
        sum_mixture(m, out->reason, sizeof out->reason);
}

static void sum_end(struct summing *m, const struct workload *w)
{
    struct workload_summary *out = m->out;
    if (!m->answers) {
        out->category = WORKLOAD_UNKNOWN;
        text_copy(out->reason, sizeof out->reason, workload_now(w)->reason);
        return;
    }
    for (int k = 0; k < m->set->n; k++)
        out->scores[k] /= m->all_s;
    sum_shares(m);
    sum_verdict(m);
}

void workload_judge(const struct recording *r, const struct workload_set *s, const struct workload_options *o,
                    void (*each)(void *self, const struct workload_answer *a, const struct workload *w), void *self,
                    struct workload_summary *out)
{
    struct summing *m = mem_new(sizeof *m);
    struct workload *w = workload_new(s, o);
    double *row = mem_new((size_t)(r->n_cols + 1) * sizeof *row);
    *out = (struct workload_summary){ .n_scores = s->n };
    out->scores = mem_new((size_t)(s->n + 1) * sizeof *out->scores);
    *m = (struct summing){ .set = s, .out = out, .update_s = o->update_s,
                           .since_ms = r->n ? r->wall_ms[0] : 0 };
    for (size_t i = 0; i <= r->n; i++) {
        if (i < r->n)
            watch_copy(w->watch, r->schema, r->col, i, row);
        if (i < r->n ? workload_tick(w, r->schema, r->wall_ms[i], r->mono_ns[i], row, r->n_cols) : workload_end(w)) {
            sum_answer(m, workload_now(w));
            if (each)
                each(self, workload_now(w), w);
        }
    }
    sum_end(m, w);
    mem_free(row);
    workload_free(w);
    mem_free(m);
}

void workload_summary_done(struct workload_summary *s)
{
    mem_free(s->scores);
    mem_free(s->shares);
    *s = (struct workload_summary){ 0 };
}
