/* jsonl.c - JSON Lines: one sample per line, so that a reader may start anywhere. */
#include "output/exporters/sample.h"

static void jsonl_row(struct buf *out, const struct selection *sel, const struct frame *f, size_t index)
{
    (void)index;
    sample_json(out, sel, f);
    buf_putc(out, '\n');
}

const struct exporter exporter_jsonl = {
    .name = "jsonl", .row = jsonl_row,
};
