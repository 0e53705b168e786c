/*
 * graphite.c - the plaintext protocol of Graphite: "path value seconds" a line
 * (graphite.readthedocs.io/en/latest/feeding-carbon.html).
 *
 * A path is sonde, the machine where it is said, the family and the instance, of which what is neither letter, digit
 * nor hyphen is an underscore: "sonde.web1.disk.read.sda". Stamps are whole seconds; there are no finer ones.
 */
#include "output/exporters/names.h"

#include <ctype.h>
#include <math.h>

static void graphite_node(struct buf *out, const char *text)
{
    buf_putc(out, '.');
    for (; *text; text++)
        buf_putc(out, isalnum((unsigned char)*text) || *text == '-' ? *text : '_');
}

static void graphite_line(struct buf *out, const struct metric *m, double v, int64_t wall_ms, const char *host)
{
    buf_puts(out, "sonde");
    if (host && *host)
        graphite_node(out, host);
    buf_putc(out, '.');
    for (const char *p = m->name; *p; p++)
        buf_putc(out, isalnum((unsigned char)*p) || *p == '.' ? *p : '_');
    if (m->inst && *m->inst)
        graphite_node(out, m->inst);
    buf_putc(out, ' ');
    buf_double(out, v);
    buf_printf(out, " %lld\n", (long long)(wall_ms / 1000));
}

static void graphite_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                           const struct export_about *about)
{
    for (int i = 0; i < sel->n; i++) {
        if (!names_wants(sel, i))
            continue;
        for (size_t k = 0; k < n; k++) {
            double v = frame_get(&f[k], sel->slot[i]);
            if (isfinite(v))
                graphite_line(out, schema_at(sel->schema, sel->slot[i]), v, f[k].wall_ms, about->host);
        }
    }
}

const struct exporter exporter_graphite = {
    .name = "graphite", .type = "text/plain; charset=utf-8", .batch = graphite_batch,
};
