/*
 * prometheus.c - one instant in the text format of Prometheus (prometheus.io/docs/instrumenting/exposition_formats,
 * version 0.0.4): names with their base unit at the end, counters with _total, the instance as the label `id`, because
 * `instance` is Prometheus' own. Rates are left out: who has the counter makes them.
 */
#include "output/exporter.h"

#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const units[] = {
    [UNIT_NONE] = "", [UNIT_PERCENT] = "_percent", [UNIT_BYTE] = "_bytes", [UNIT_BYTE_PER_S] = "_bytes_per_second",
    [UNIT_PER_S] = "_per_second", [UNIT_SECOND] = "_seconds", [UNIT_CELSIUS] = "_celsius", [UNIT_HERTZ] = "_hertz",
    [UNIT_WATT] = "_watts", [UNIT_JOULE] = "_joules", [UNIT_VOLT] = "_volts", [UNIT_AMPERE] = "_amperes",
    [UNIT_RPM] = "_rpm",
};

_Static_assert(sizeof units / sizeof *units == UNIT_RPM + 1, "a unit has no name here");

static void prometheus_name(struct buf *out, const struct metric *m)
{
    const char *unit = units[m->unit];
    size_t at = out->n;
    buf_puts(out, "sonde_");
    for (const char *p = m->name; *p; p++)
        buf_putc(out, isalnum((unsigned char)*p) ? *p : '_');
    size_t have = out->n - at, want = strlen(unit);
    if (have < want || memcmp(out->p + out->n - want, unit, want) != 0)
        buf_puts(out, unit);
    if (m->kind == KIND_COUNTER)
        buf_puts(out, "_total");
}

/* A backslash, a line's end and, in a label, a quote are escaped; what is not UTF-8, which the format is, is U+FFFD. */
static void prometheus_text(struct buf *out, const char *text, bool label)
{
    while (*text) {
        long c;
        size_t n = text_utf8(text, &c);
        if (c == '\\' || c == '\n' || (label && c == '"'))
            buf_putc(out, '\\');
        if (c < 0)
            buf_puts(out, "\xef\xbf\xbd");
        else if (c == '\n')
            buf_putc(out, 'n');
        else
            buf_put(out, text, n);
        text += n;
    }
}

static void prometheus_head(struct buf *out, const struct metric *m)
{
    buf_puts(out, "# HELP ");
    prometheus_name(out, m);
    buf_putc(out, ' ');
    prometheus_text(out, m->help ? m->help : m->name, false);
    buf_puts(out, "\n# TYPE ");
    prometheus_name(out, m);
    buf_puts(out, m->kind == KIND_COUNTER ? " counter\n" : " gauge\n");
}

static void prometheus_sample(struct buf *out, const struct metric *m, double v)
{
    char number[TEXT_NUMBER_MAX];
    prometheus_name(out, m);
    if (m->inst) {
        buf_puts(out, "{id=\"");
        prometheus_text(out, m->inst, true);
        buf_puts(out, "\"}");
    }
    buf_putc(out, ' ');
    buf_put(out, number, text_number(v, 15, number));
    buf_putc(out, '\n');
}

static bool prometheus_wants(const struct selection *sel, const struct frame *f, int k)
{
    const struct metric *m = schema_at(sel->schema, sel->slot[k]);
    bool rate = m->kind == KIND_RATIO && m->den == SCHEMA_TIME && m->scale == 1;
    return !rate && isfinite(frame_get(f, sel->slot[k]));
}

/* All of a family together, as the format wants it, where its first is. */
static void prometheus_row(struct buf *out, const struct selection *sel, const struct frame *f, size_t index)
{
    bool *done = mem_new((size_t)sel->n + 1);
    (void)index;
    for (int k = 0; k < sel->n; k++) {
        const struct metric *first = schema_at(sel->schema, sel->slot[k]);
        if (done[k] || !prometheus_wants(sel, f, k))
            continue;
        prometheus_head(out, first);
        for (int i = k; i < sel->n; i++) {
            const struct metric *m = schema_at(sel->schema, sel->slot[i]);
            if (strcmp(m->name, first->name) != 0)
                continue;
            done[i] = true;
            if (prometheus_wants(sel, f, i))
                prometheus_sample(out, m, frame_get(f, sel->slot[i]));
        }
    }
    mem_free(done);
}

const struct exporter exporter_prometheus = {
    .name = "prometheus", .row = prometheus_row,
};
