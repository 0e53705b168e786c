/* fuzz_summary.c - the payload of a summary: whatever the bytes, an error, or rows that make sense. */
#include "store/chunk.h"
#include "store/summary.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { SLOTS = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct schema *fuzz_schema(void)
{
    static const enum kind kind[] = { KIND_GAUGE, KIND_COUNTER };
    struct schema *s = schema_new();
    schema_source(s, "fuzz");
    for (int i = 0; schema_size(s) < SLOTS; i++) {
        char inst[8];
        inst[0] = (char)('a' + i);
        inst[1] = '\0';
        schema_add(s, &(struct metric){ .name = "m", .inst = inst, .kind = kind[i % 2], .rate = "m.rate" });
    }
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct schema *s = fuzz_schema();
    struct summary_view v = { 0 };
    if (summary_open(&v, s, &(struct chunk){ .bytes = data, .n = n }) == 0) {
        struct summary_row *row = calloc((size_t)v.rows + 1, sizeof *row);
        for (int slot = 0; slot < schema_size(s) && row; slot++) {
            if (summary_slot(&v, slot, row) < 0)
                continue;
            for (int r = 0; r < v.rows; r++)
                assert(row[r].count >= 0 && row[r].count <= v.ticks[r] && row[r].start_ms % (v.window_s * 1000) == 0);
        }
        free(row);
    }
    summary_view_done(&v);
    schema_free(s);
    return 0;
}
