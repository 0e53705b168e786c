/* json.c - one JSON array of samples, a sample per line; what is not known is null. */
#include "output/exporters/sample.h"

static void export_json_head(struct buf *out, const struct selection *sel)
{
    (void)sel;
    buf_putc(out, '[');
}

static void export_json_row(struct buf *out, const struct selection *sel, const struct frame *f, size_t index)
{
    buf_puts(out, index ? ",\n" : "\n");
    sample_json(out, sel, f);
}

static void export_json_tail(struct buf *out)
{
    buf_puts(out, "\n]\n");
}

const struct exporter exporter_json = {
    .name = "json", .type = "application/json",
    .head = export_json_head, .row = export_json_row, .tail = export_json_tail,
};
