/*
 * remote_write.c - the WriteRequest of Prometheus' remote write 1.0 (prometheus.io/docs/specs/prw/remote_write_spec),
 * as it is before Snappy, which is the sender's: series with their labels once and a sample for each instant, names as
 * at /metrics, and now and then what kind and unit each family has.
 */
#include "output/exporters/names.h"
#include "output/exporters/proto.h"

#include <math.h>

enum { REQUEST_SERIES = 1, REQUEST_METADATA = 3 };
enum { SERIES_LABEL = 1, SERIES_SAMPLE = 2 };
enum { LABEL_NAME = 1, LABEL_VALUE = 2 };
enum { SAMPLE_VALUE = 1, SAMPLE_MS = 2 };
enum { METADATA_TYPE = 1, METADATA_FAMILY = 2, METADATA_HELP = 4, METADATA_UNIT = 5 };
enum { TYPE_COUNTER = 1, TYPE_GAUGE = 2 };

static void write_label(struct buf *out, const char *name, const char *value)
{
    if (!value || !*value) /* to Prometheus, an empty label is none */
        return;
    size_t at = proto_open(out, SERIES_LABEL);
    proto_text(out, LABEL_NAME, name);
    proto_text(out, LABEL_VALUE, value);
    proto_close(out, at);
}

static void write_name(struct buf *out, const struct metric *m)
{
    size_t label = proto_open(out, SERIES_LABEL);
    proto_text(out, LABEL_NAME, "__name__");
    size_t value = proto_open(out, LABEL_VALUE);
    names_sample(out, m);
    proto_close(out, value);
    proto_close(out, label);
}

static void write_sample(struct buf *out, double v, int64_t ms)
{
    size_t at = proto_open(out, SERIES_SAMPLE);
    proto_double(out, SAMPLE_VALUE, v);
    proto_uint(out, SAMPLE_MS, (uint64_t)ms);
    proto_close(out, at);
}

/* Labels are in the order of their names, as the specification wants. True if it had a sample. */
static bool write_series(struct buf *out, const struct metric *m, int slot, const struct frame *f, size_t n,
                         const struct export_about *about)
{
    size_t k = 0;
    while (k < n && !isfinite(frame_get(&f[k], slot)))
        k++;
    if (k == n)
        return false;
    size_t at = proto_open(out, REQUEST_SERIES);
    write_name(out, m);
    write_label(out, "id", m->inst);
    write_label(out, "instance", about->host);
    write_label(out, "job", "sonde");
    for (; k < n; k++)
        if (isfinite(frame_get(&f[k], slot)))
            write_sample(out, frame_get(&f[k], slot), f[k].wall_ms);
    proto_close(out, at);
    return true;
}

static void write_metadata(struct buf *out, const struct metric *m)
{
    size_t at = proto_open(out, REQUEST_METADATA);
    proto_uint(out, METADATA_TYPE, m->kind == KIND_COUNTER ? TYPE_COUNTER : TYPE_GAUGE);
    size_t family = proto_open(out, METADATA_FAMILY);
    names_sample(out, m);
    proto_close(out, family);
    proto_text(out, METADATA_HELP, m->help && *m->help ? m->help : m->name);
    proto_text(out, METADATA_UNIT, names_unit(m->unit));
    proto_close(out, at);
}

/*
 * Is what families are told with these instants? It does not change, and would be half of a message of one instant when
 * compressed (14 of 26 kB by zstd -1): so it goes with the first minute of ten.
 */
static bool write_tells(const struct frame *f, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (f[k].wall_ms % 600000 < 60000)
            return true;
    return false;
}

static void write_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                        const struct export_about *about)
{
    struct groups g = groups_of_families(sel);
    bool tells = write_tells(f, n);
    for (int i = 0; i < g.n; i = groups_end(&g, i)) {
        bool any = false;
        for (int k = i; k < groups_end(&g, i); k++)
            any |= write_series(out, groups_metric(&g, sel, k), sel->slot[g.at[k]], f, n, about);
        if (any && tells)
            write_metadata(out, groups_metric(&g, sel, i));
    }
    groups_done(&g);
}

const struct exporter exporter_remote_write = {
    .name = "remote-write", .type = "application/x-protobuf", .batch = write_batch,
};
