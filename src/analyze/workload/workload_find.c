/* workload_find.c - the answer of the classifier on a recording, as a part of the report. */
#include "analyze/workload/workload_find.h"

#include "analyze/workload/workload.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>

static int score_compare(const void *a, const void *b)
{
    const struct workload_score *x = a, *y = b;
    return x->score > y->score ? -1 : x->score < y->score;
}

void workload_find(const struct analyze_options *o, struct report *out)
{
    struct workload_found *f = &out->workload;
    struct workload_summary sum;
    if (!o->workloads) {
        text_copy(f->reason, sizeof f->reason,
                  "not computed: switched off (general.enable_session_classification), or no categories");
        return;
    }
    workload_judge(out->rec, o->workloads, &(struct workload_options){
        .threshold = o->workload_threshold, .update_s = o->workload_update_s,
        .step_s = recording_interval(out->rec) }, NULL, NULL, &sum);
    text_copy(f->category, sizeof f->category, workload_name(o->workloads, sum.category));
    text_copy(f->unknown_reason, sizeof f->unknown_reason, sum.reason);
    text_copy(f->why, sizeof f->why, sum.why);
    f->confidence = sum.confidence;
    f->n = sum.n_scores;
    f->scores = mem_new((size_t)(f->n + 1) * sizeof *f->scores);
    for (int k = 0; k < f->n; k++) {
        text_copy(f->scores[k].name, sizeof f->scores[k].name, workload_name(o->workloads, k));
        f->scores[k].score = sum.scores[k];
    }
    qsort(f->scores, (size_t)f->n, sizeof *f->scores, score_compare);
    workload_summary_done(&sum);
}
