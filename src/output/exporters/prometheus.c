/* prometheus.c - the text format of Prometheus, version 0.0.4: one instant as it is scraped, or several with stamps. */
#include "output/exporters/exposition.h"

static void prometheus_row(struct buf *out, const struct selection *sel, const struct frame *f, size_t index)
{
    (void)index;
    exposition(out, EXPOSITION_PROMETHEUS, sel, f, 1, false, NULL);
}

static void prometheus_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                             const struct export_about *about)
{
    exposition(out, EXPOSITION_PROMETHEUS, sel, f, n, true, about->host);
}

static void prometheus_build(struct buf *out, const char *version)
{
    exposition_build(out, EXPOSITION_PROMETHEUS, version);
}

const struct exporter exporter_prometheus = {
    .name = "prometheus", .type = "text/plain; version=0.0.4; charset=utf-8",
    .row = prometheus_row, .batch = prometheus_batch, .whole = true, .build = prometheus_build,
};
