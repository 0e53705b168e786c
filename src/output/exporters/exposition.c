/*
 * exposition.c - families with help, type and samples, as Prometheus scrapes them
 * (prometheus.io/docs/instrumenting/exposition_formats) and as OpenMetrics 1.0 has them
 * (prometheus.io/docs/specs/om/open_metrics_spec). What is not known now is left out: absence is no sample.
 */
#include "output/exporters/exposition.h"

#include "output/exporters/names.h"

#include <math.h>
#include <stdlib.h>

static void exposition_line(struct buf *out, const char *what, enum exposition format, const struct metric *m)
{
    buf_puts(out, what);
    (format == EXPOSITION_OPENMETRICS ? names_family : names_sample)(out, m);
    buf_putc(out, ' ');
}

static void exposition_head(struct buf *out, enum exposition format, const struct metric *m)
{
    bool open = format == EXPOSITION_OPENMETRICS;
    exposition_line(out, "# HELP ", format, m);
    names_text(out, m->help && *m->help ? m->help : m->name, open ? "\\\"" : "\\");
    buf_putc(out, '\n');
    exposition_line(out, "# TYPE ", format, m);
    buf_puts(out, m->kind == KIND_COUNTER ? "counter\n" : "gauge\n");
    if (open && *names_unit(m->unit)) {
        exposition_line(out, "# UNIT ", format, m);
        buf_puts(out, names_unit(m->unit));
        buf_putc(out, '\n');
    }
}

static void exposition_labels(struct buf *out, const struct metric *m, const char *host)
{
    bool hosted = host && *host;
    if (!m->inst && !hosted)
        return;
    buf_putc(out, '{');
    if (m->inst) {
        buf_puts(out, "id=\"");
        names_text(out, m->inst, "\\\"");
        buf_puts(out, hosted ? "\"," : "\"");
    }
    if (hosted) {
        buf_puts(out, "instance=\"");
        names_text(out, host, "\\\"");
        buf_putc(out, '"');
    }
    buf_putc(out, '}');
}

static void exposition_stamp(struct buf *out, enum exposition format, int64_t ms)
{
    if (format == EXPOSITION_PROMETHEUS)
        buf_printf(out, " %lld", (long long)ms);
    else
        buf_printf(out, " %s%lld.%03lld", ms < 0 ? "-" : "", llabs(ms) / 1000, llabs(ms) % 1000);
}

void exposition(struct buf *out, enum exposition format, const struct selection *sel, const struct frame *f, size_t n,
                bool stamped, const char *host)
{
    struct groups g = groups_of_families(sel);
    bool headed = false;
    for (int i = 0; i < g.n; i++) {
        const struct metric *m = groups_metric(&g, sel, i);
        headed = headed && !g.first[i];
        for (size_t k = 0; k < n; k++) {
            double v = groups_value(&g, sel, i, &f[k]);
            if (!isfinite(v))
                continue;
            if (!headed)
                exposition_head(out, format, m);
            headed = true;
            names_sample(out, m);
            exposition_labels(out, m, host);
            buf_putc(out, ' ');
            buf_double(out, v);
            if (stamped)
                exposition_stamp(out, format, f[k].wall_ms);
            buf_putc(out, '\n');
        }
    }
    groups_done(&g);
}

void exposition_build(struct buf *out, enum exposition format, const char *version)
{
    bool open = format == EXPOSITION_OPENMETRICS; /* which has a type for it, whose families lack the _info */
    const char *family = open ? "sonde_build" : "sonde_build_info";
    buf_printf(out, "# HELP %s version of sonde\n# TYPE %s %s\nsonde_build_info{version=\"", family, family,
               open ? "info" : "gauge");
    names_text(out, version, "\\\"");
    buf_puts(out, "\"} 1\n");
}
