/* stays.c - one walk over ticks, and one over the answers of analyze/workload. */
#include "serve/api/stays.h"

#include "analyze/workload/workload.h"

void stays_of_states(const struct recording *rec, const struct states *s,
                     void (*each)(void *self, const struct stay *x), void *self)
{
    for (size_t from = 0, to; s->of_tick && from < rec->n; from = to) {
        for (to = from + 1; to < rec->n && s->of_tick[to] == s->of_tick[from]; to++)
            continue;
        if (s->of_tick[from] >= 0)
            each(self, &(struct stay){ .from_ms = rec->wall_ms[from], .to_ms = rec->wall_ms[to < rec->n ? to : to - 1],
                                       .state = s->items[s->of_tick[from]].id });
    }
}

struct working {
    const struct workload_set *set;
    void (*each)(void *self, const struct stay *x);
    void *self;
    struct stay stay;          /* that goes on; from_ms 0: none does */
    int category;
    double answers;
    int64_t last_ms;           /* of the answer before; 0: there was none */
};

static void working_end(struct working *w)
{
    if (!w->stay.from_ms)
        return;
    w->stay.category = workload_name(w->set, w->category);
    w->stay.confidence /= w->answers;
    w->each(w->self, &w->stay);
    w->stay.from_ms = 0;
}

static void working_answer(void *self, const struct workload_answer *x, const struct workload *now)
{
    struct working *w = self;
    (void)now;
    if (w->stay.from_ms && w->category != x->category)
        working_end(w);
    if (!w->stay.from_ms) {
        w->stay = (struct stay){ .from_ms = w->last_ms ? w->last_ms : x->wall_ms };
        w->category = x->category;
        w->answers = 0;
    }
    w->stay.to_ms = w->last_ms = x->wall_ms;
    w->stay.confidence += x->confidence;
    w->answers++;
}

void stays_of_work(const struct recording *rec, const struct analyze_options *how,
                   void (*each)(void *self, const struct stay *x), void *self)
{
    struct workload_summary sum;
    struct working w = { .set = how->workloads, .each = each, .self = self };
    if (!w.set || !rec->n)
        return;
    struct workload_options o = { .threshold = how->workload_threshold, .update_s = how->workload_update_s,
                                  .step_s = recording_interval(rec) };
    workload_judge(rec, w.set, &o, working_answer, &w, &sum);
    working_end(&w);
    workload_summary_done(&sum);
}
