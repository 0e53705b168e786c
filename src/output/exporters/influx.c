/*
 * influx.c - line protocol of InfluxDB (docs.influxdata.com, "Line protocol reference"), stamps in nanoseconds, which
 * is what every way to write it expects where no other is named.
 *
 * A measurement is the first word of the family (`sonde_disk`), a field the rest with its unit (`read_bytes`), so that
 * what belongs together is one line, as from Telegraf; the instance is the tag `id`, the machine the tag `host`. Fields
 * are floats always: InfluxDB keeps the type that came first. What is not known is no field.
 */
#include "output/exporters/names.h"

#include "base/auto.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void influx_measurement(struct buf *out, const struct metric *m)
{
    char first[SCHEMA_MAX_NAME];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(m->name, "."), m->name);
    buf_puts(out, "sonde_");
    names_word(out, first);
}

/* All of a name where it is one word. */
static void influx_field(struct buf *out, const struct metric *m)
{
    size_t skip = strcspn(m->name, ".");
    struct metric rest = *m;
    rest.name += m->name[skip] ? skip + 1 : 0;
    size_t at = out->n, prefix = strlen("sonde_");
    names_family(out, &rest);
    memmove(out->p + at, out->p + at + prefix, out->n - at - prefix + 1);
    out->n -= prefix;
}

/*
 * Commas, equals signs and blanks are escaped. A backslash stands for itself, but none can be written before one of
 * these, before another and at the end, so that there it becomes a slash; nor a line's end, which becomes a blank.
 */
static void influx_tag(struct buf *out, const char *key, const char *value)
{
    auto_buf struct buf clean = { 0 };
    if (!value || !*value)
        return;
    names_utf8(&clean, value);
    buf_putc(out, ',');
    buf_puts(out, key);
    buf_putc(out, '=');
    for (const char *p = clean.p; *p; p++) {
        bool blank = *p == ' ' || *p == '\n' || *p == '\r' || *p == '\t';
        if (*p == ',' || *p == '=' || blank)
            buf_putc(out, '\\');
        bool lost = *p == '\\' && (!p[1] || strchr("\\,= \n\r\t", p[1]));
        buf_putc(out, lost ? '/' : blank ? ' ' : *p);
    }
}

static void influx_key(struct buf *out, const struct metric *m)
{
    influx_measurement(out, m);
    influx_tag(out, "id", m->inst);
}

static void influx_line(struct buf *out, const struct groups *g, int from, int to, const struct selection *sel,
                        const struct frame *f, const char *host)
{
    bool any = false;
    for (int i = from; i < to; i++) {
        double v = groups_value(g, sel, i, f);
        if (!isfinite(v))
            continue;
        if (!any) {
            influx_key(out, groups_metric(g, sel, i));
            influx_tag(out, "host", host);
        }
        buf_putc(out, any ? ',' : ' ');
        influx_field(out, groups_metric(g, sel, i));
        buf_putc(out, '=');
        buf_double(out, v);
        any = true;
    }
    if (any)
        buf_printf(out, " %lld000000\n", (long long)f->wall_ms);
}

static void influx_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                         const struct export_about *about)
{
    struct groups g = groups_of(sel, influx_key);
    for (size_t k = 0; k < n; k++)
        for (int i = 0; i < g.n; i = groups_end(&g, i))
            influx_line(out, &g, i, groups_end(&g, i), sel, &f[k], about->host);
    groups_done(&g);
}

const struct exporter exporter_influx = {
    .name = "influx", .type = "text/plain; charset=utf-8", .batch = influx_batch,
};
