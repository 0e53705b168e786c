/* fuzz_json.c - the JSON of --save-data into a recording, and that through the whole analysis. */
#include "analyze/import/import.h"
#include "analyze/report.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE] = "";
    if (n > 65536)
        return 0;
    if (import_memory("fuzz", (const char *)data, n, &r, message, sizeof message) < 0) {
        assert(!r && *message);
        return 0;
    }
    struct report *a = analyze_run(r, &(struct analyze_options){ 0 });
    for (size_t i = 0; i < a->n_anomalies; i++)
        assert(a->anomalies[i].start <= a->anomalies[i].end && a->anomalies[i].end < r->n);
    report_free(a);
    recording_free(r);
    return 0;
}
