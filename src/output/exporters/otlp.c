/*
 * otlp.c - an ExportMetricsServiceRequest of the OpenTelemetry protocol, as OTLP/HTTP posts it to /v1/metrics
 * (opentelemetry.io/docs/specs/otlp, opentelemetry/proto/metrics/v1/metrics.proto, OTLP 1).
 *
 * Names are OpenTelemetry's where it has one (otlp_names.c), else `sonde.` and ours with the instance as attribute
 * `id`. Counters are cumulative monotonic sums, what may be added up are sums that are not, all else gauges. Requests
 * one after the other are one larger request: so is Protocol Buffers' encoding.
 */
#include "output/exporters/names.h"
#include "output/exporters/otlp_names.h"
#include "output/exporters/proto.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_RESOURCE_METRICS = 1 };
enum { RESOURCE_METRICS_RESOURCE = 1, RESOURCE_METRICS_SCOPE = 2 };
enum { RESOURCE_ATTRIBUTE = 1 };
enum { SCOPE_METRICS_SCOPE = 1, SCOPE_METRICS_METRIC = 2, SCOPE_METRICS_SCHEMA = 3 };
enum { SCOPE_NAME = 1 };
enum { METRIC_NAME = 1, METRIC_DESCRIPTION = 2, METRIC_UNIT = 3, METRIC_GAUGE = 5, METRIC_SUM = 7 };
enum { DATA_POINT = 1, SUM_TEMPORALITY = 2, SUM_MONOTONIC = 3, TEMPORALITY_CUMULATIVE = 2 };
enum { POINT_START_NS = 2, POINT_NS = 3, POINT_DOUBLE = 4, POINT_ATTRIBUTE = 7 };
enum { ATTRIBUTE_KEY = 1, ATTRIBUTE_VALUE = 2 };
enum { VALUE_TEXT = 1, VALUE_INT = 3 };

static void otlp_name(struct buf *out, const struct metric *m)
{
    const struct otlp_name *n = otlp_name_of(m);
    buf_puts(out, n ? "" : "sonde.");
    buf_puts(out, n ? n->name : m->name);
}

static void otlp_text(struct buf *out, int field, const char *key, const char *before, const char *value)
{
    size_t at = proto_open(out, field);
    proto_text(out, ATTRIBUTE_KEY, key);
    size_t any = proto_open(out, ATTRIBUTE_VALUE);
    size_t text = proto_open(out, VALUE_TEXT);
    buf_puts(out, before);
    names_utf8(out, value);
    proto_close(out, text);
    proto_close(out, any);
    proto_close(out, at);
}

static void otlp_int(struct buf *out, int field, const char *key, const char *value)
{
    size_t at = proto_open(out, field);
    proto_text(out, ATTRIBUTE_KEY, key);
    size_t any = proto_open(out, ATTRIBUTE_VALUE);
    proto_uint(out, VALUE_INT, strtoull(value, NULL, 10));
    proto_close(out, any);
    proto_close(out, at);
}

/* "a=b,c=d". */
static void otlp_fixed(struct buf *out, const char *fixed)
{
    while (*fixed) {
        char key[64], value[64];
        size_t n = strcspn(fixed, "="), end = strcspn(fixed, ",");
        snprintf(key, sizeof key, "%.*s", (int)n, fixed);
        snprintf(value, sizeof value, "%.*s", (int)(end - n - 1), fixed + n + 1);
        otlp_text(out, POINT_ATTRIBUTE, key, "", value);
        fixed += end + (fixed[end] == ',');
    }
}

static void otlp_attributes(struct buf *out, const struct metric *m, const struct otlp_name *n)
{
    if (n)
        otlp_fixed(out, n->fixed);
    if (!n && m->inst)
        otlp_text(out, POINT_ATTRIBUTE, "id", "", m->inst);
    else if (n && n->inst && strcmp(n->inst, "cpu.logical_number") == 0)
        otlp_int(out, POINT_ATTRIBUTE, n->inst, m->inst);
    else if (n && n->inst)
        otlp_text(out, POINT_ATTRIBUTE, n->inst, n->before, m->inst);
}

static uint64_t otlp_ns(int64_t ms)
{
    return ms > 0 ? (uint64_t)ms * 1000000 : 0;
}

static enum otlp_kind otlp_kind_of(const struct metric *m)
{
    const struct otlp_name *n = otlp_name_of(m);
    return n ? n->kind : m->kind == KIND_COUNTER ? OTLP_COUNTER : OTLP_GAUGE;
}

static void otlp_points(struct buf *out, const struct metric *m, int slot, const struct frame *f, size_t n,
                        const struct export_about *about)
{
    const struct otlp_name *name = otlp_name_of(m);
    bool sum = otlp_kind_of(m) != OTLP_GAUGE;
    for (size_t k = 0; k < n; k++) {
        double v = frame_get(&f[k], slot);
        if (!isfinite(v))
            continue;
        size_t at = proto_open(out, DATA_POINT);
        if (sum && about->start_ms > 0)
            proto_fixed(out, POINT_START_NS, otlp_ns(about->start_ms));
        proto_fixed(out, POINT_NS, otlp_ns(f[k].wall_ms));
        proto_double(out, POINT_DOUBLE, name ? v * name->scale : v);
        otlp_attributes(out, m, name);
        proto_close(out, at);
    }
}

/* Those from i on that go by one name. False, and nothing is left of it, where none of them is known. */
static bool otlp_metric(struct buf *out, const struct groups *g, int i, const struct selection *sel,
                        const struct frame *f, size_t n, const struct export_about *about)
{
    const struct metric *first = groups_metric(g, sel, i);
    const struct otlp_name *name = otlp_name_of(first);
    enum otlp_kind kind = otlp_kind_of(first);
    size_t metric = proto_open(out, SCOPE_METRICS_METRIC);
    size_t text = proto_open(out, METRIC_NAME);
    otlp_name(out, first);
    proto_close(out, text);
    if (!name) /* one name has several of ours: theirs are described by the conventions */
        proto_text(out, METRIC_DESCRIPTION, first->help ? first->help : "");
    proto_text(out, METRIC_UNIT, name ? name->unit : unit_code(first->unit));
    size_t data = proto_open(out, kind == OTLP_GAUGE ? METRIC_GAUGE : METRIC_SUM), empty = out->n;
    for (int k = i; k < groups_end(g, i); k++)
        otlp_points(out, groups_metric(g, sel, k), sel->slot[g->at[k]], f, n, about);
    bool any = out->n > empty;
    if (kind != OTLP_GAUGE)
        proto_uint(out, SUM_TEMPORALITY, TEMPORALITY_CUMULATIVE);
    if (kind == OTLP_COUNTER)
        proto_uint(out, SUM_MONOTONIC, 1);
    proto_close(out, data);
    proto_close(out, metric);
    return any;
}

static void otlp_resource(struct buf *out, const struct export_about *about)
{
    size_t at = proto_open(out, RESOURCE_METRICS_RESOURCE);
    otlp_text(out, RESOURCE_ATTRIBUTE, "service.name", "", "sonde");
    if (about->host && *about->host)
        otlp_text(out, RESOURCE_ATTRIBUTE, "host.name", "", about->host);
    proto_close(out, at);
}

static void otlp_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                       const struct export_about *about)
{
    struct groups g = groups_of(sel, otlp_name);
    size_t all = proto_open(out, REQUEST_RESOURCE_METRICS);
    otlp_resource(out, about);
    size_t scope = proto_open(out, RESOURCE_METRICS_SCOPE);
    size_t by = proto_open(out, SCOPE_METRICS_SCOPE);
    proto_text(out, SCOPE_NAME, "sonde");
    proto_close(out, by);
    for (int i = 0; i < g.n; i = groups_end(&g, i)) {
        size_t before = out->n;
        if (!otlp_metric(out, &g, i, sel, f, n, about))
            out->n = before;
    }
    proto_text(out, SCOPE_METRICS_SCHEMA, OTLP_SCHEMA);
    proto_close(out, scope);
    proto_close(out, all);
    groups_done(&g);
}

const struct exporter exporter_otlp = {
    .name = "otlp", .type = "application/x-protobuf", .batch = otlp_batch,
};
