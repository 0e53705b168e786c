/*
 * fuzz_detect.c - CSV into every method of finding anomalies: whatever the numbers, a one-line refusal, or a finite
 * score and a column that exists for each row.
 */
#include "analyze/import.h"
#include "analyze/method.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define CELLS_MAX 20000 /* more take long and show nothing else */

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE] = "";
    if (import_memory("fuzz", (const char *)data, n, &r, message, sizeof message) < 0)
        return 0;
    struct columns all;
    columns_of(r, &all);
    if (all.n * (size_t)(all.d + 1) <= CELLS_MAX) {
        struct columns none = columns_part(&all, 0, 0), older = columns_part(&all, 0, all.n / 2);
        struct columns newer = columns_part(&all, all.n / 2, all.n - all.n / 2);
        size_t methods;
        const struct method *const *m = method_all(&methods);
        for (size_t k = 0; k < methods; k++) {
            judge(m[k], &none, &all);
            judge(m[k], &older, &newer);
        }
    }
    columns_done(&all);
    recording_free(r);
    return 0;
}
