/*
 * csv.c - comma-separated values as in RFC 4180: one line per sample, one column per metric.
 *
 * Lines end with a line feed alone, as every Unix tool and spreadsheet reads it.
 */
#include "base/text.h"
#include "output/exporter.h"

static void csv_head(struct buf *out, const struct selection *sel)
{
    buf_puts(out, "timestamp");
    for (int i = 0; i < sel->n; i++) {
        buf_putc(out, ',');
        buf_csv(out, schema_id(sel->schema, sel->slot[i]));
    }
    buf_putc(out, '\n');
}

static void csv_row(struct buf *out, const struct selection *sel, const struct frame *f, size_t index)
{
    (void)index;
    char time[TEXT_TIME_MAX];
    buf_puts(out, text_time(f->wall_ms, time));
    for (int i = 0; i < sel->n; i++) {
        buf_putc(out, ',');
        buf_double(out, frame_get(f, sel->slot[i])); /* NaN puts nothing */
    }
    buf_putc(out, '\n');
}

const struct exporter exporter_csv = {
    .name = "csv", .type = "text/csv; charset=utf-8", .head = csv_head, .row = csv_row,
};
