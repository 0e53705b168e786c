/*
 * fuzz_learn.c - CSV into everything that learns: every method of finding anomalies, forecasts, the workload
 * classifier. Whatever the numbers, a one-line refusal, or finite answers within their bounds.
 */
#include "analyze/forecast/forecasts.h"
#include "analyze/import/import.h"
#include "analyze/method/method.h"
#include "analyze/workload/workload.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define CELLS_MAX 20000 /* more take long and show nothing else */
#define HORIZON 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void judge(const struct method *m, const struct columns *train, const struct columns *input)
{
    char message[METHOD_MESSAGE] = "";
    struct method_options o = { .budget_per_day = 1, .seed = 1 };
    struct detector_verdict *v = mem_new((input->n + 1) * sizeof *v);
    if (method_run(m, train, input, &o, v, message) < 0) {
        assert(*message && !strchr(message, '\n'));
        mem_free(v);
        return;
    }
    for (size_t i = 0; i < input->n; i++) {
        assert(isfinite(v[i].score) && v[i].probability >= 0 && v[i].probability <= 1);
        assert(v[i].cause >= -1 && v[i].cause < input->d);
    }
    mem_free(v);
}

static void detect(const struct columns *all)
{
    struct columns none = columns_part(all, 0, 0), older = columns_part(all, 0, all->n / 2);
    struct columns newer = columns_part(all, all->n / 2, all->n - all->n / 2);
    size_t methods;
    const struct method *const *m = method_all(&methods);
    for (size_t k = 0; k < methods; k++) {
        judge(m[k], &none, all);
        judge(m[k], &older, &newer);
    }
}

static void forecast(const struct recording *r, double step_s)
{
    struct forecasts all;
    forecasts_make(r, &(struct forecasts_options){ .horizon = HORIZON, .step_s = step_s, .most = 8 }, &all);
    assert(all.n || *all.reason);
    for (size_t i = 0; i < all.n; i++) {
        const struct forecast *f = &all.item[i].f;
        for (int h = 0; h < HORIZON && !*all.item[i].reason; h++)
            assert(isfinite(f->p10[h]) && f->p10[h] <= f->p50[h] && f->p50[h] <= f->p90[h] && isfinite(f->p90[h]));
    }
    forecasts_done(&all);
}

static void classify(const struct recording *r)
{
    struct workload_set *set = workload_set_new();
    struct workload_summary sum;
    workload_judge(r, set, &(struct workload_options){ .threshold = 0.6, .update_s = 10,
                                                       .step_s = recording_interval(r) }, NULL, NULL, &sum);
    double all = 0;
    for (int k = 0; k < sum.n_scores; k++) {
        assert(sum.scores[k] >= 0 && sum.scores[k] <= 1);
        all += sum.scores[k];
    }
    assert(all <= 1 + 1e-9 && (sum.category >= 0 || *sum.reason));
    workload_summary_done(&sum);
    workload_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE] = "";
    if (import_memory("fuzz", (const char *)data, n, &r, message, sizeof message) < 0)
        return 0;
    struct columns all;
    columns_of(r, &all);
    if (all.n * (size_t)(all.d + 1) <= CELLS_MAX) {
        detect(&all);
        forecast(r, 0);
        forecast(r, 60);
        classify(r);
    }
    columns_done(&all);
    recording_free(r);
    return 0;
}
