/* fuzz_csv.c - CSV into a recording: whatever the
 * bytes, a whole recording or a one-line message. */
#include "analyze/import/import.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE] = "";
    if (import_memory("fuzz", (const char *)data, n, &r, message, sizeof message) < 0) {
        assert(!r && *message && !strchr(message, '\n'));
        return 0;
    }
    assert(r->n > 0);
    for (size_t i = 1; i < r->n; i++)
        assert(r->mono_ns[i] > r->mono_ns[i - 1]);
    for (int c = 0; c < r->n_cols; c++)
        assert(recording_col(r, c));
    recording_free(r);
    return 0;
}
