/* jsonl.c - JSON Lines: one sample per line, so that a reader may start anywhere. */
#include "output/exporters/sample.h"

static void jsonl_row(struct buf *out, const struct selection *sel, const struct frame *f, size_t index)
{
    (void)index;
    sample_json(out, sel, f);
    buf_putc(out, '\n');
}

static void jsonl_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                        const struct export_about *about)
{
    (void)about;
    for (size_t i = 0; i < n; i++)
        jsonl_row(out, sel, &f[i], i);
}

const struct exporter exporter_jsonl = {
    .name = "jsonl", .type = "application/x-ndjson", .row = jsonl_row, .batch = jsonl_batch,
};
