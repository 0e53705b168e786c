/* openmetrics.c - OpenMetrics 1.0: one instant as it is scraped, or several with stamps, to be imported. */
#include "output/exporters/exposition.h"

static void openmetrics_row(struct buf *out, const struct selection *sel, const struct frame *f, size_t index)
{
    (void)index;
    exposition(out, EXPOSITION_OPENMETRICS, sel, f, 1, false, NULL);
}

static void openmetrics_tail(struct buf *out)
{
    buf_puts(out, "# EOF\n");
}

static void openmetrics_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                              const struct export_about *about)
{
    exposition(out, EXPOSITION_OPENMETRICS, sel, f, n, true, about->host);
    openmetrics_tail(out);
}

static void openmetrics_build(struct buf *out, const char *version)
{
    exposition_build(out, EXPOSITION_OPENMETRICS, version);
}

const struct exporter exporter_openmetrics = {
    .name = "openmetrics", .type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
    .row = openmetrics_row, .tail = openmetrics_tail, .batch = openmetrics_batch, .whole = true,
    .build = openmetrics_build,
};
