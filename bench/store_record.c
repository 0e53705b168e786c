/*
 * store_record.c - the sample through the recorder, with a sync every ten instants as at 1 Hz, on a disk.
 *
 * Bytes written are those that the kernel accounts to the process for storage (write_bytes of /proc/self/io):
 * whole pages, a page that is synced twice counts twice, the journal of the file system does not. In TMPDIR,
 * which must lie on a disk.
 */
#include "store_record.h"

#include "base/mem.h"
#include "figures.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYNC_EVERY 10

static struct schema *record_schema(const struct sample *s)
{
    struct schema *schema = schema_new();
    schema_source(schema, "sample");
    for (int c = 1; c < s->cols; c++)
        schema_add(schema, &(struct metric){ .name = s->name[c], .kind = KIND_GAUGE, .help = "" });
    return schema;
}

static void record_moment(const struct sample *s, const struct schema *schema, int row, struct moment *m)
{
    frame_fit(&m->frame, schema);
    m->frame.wall_ms = (int64_t)s->v[0][row];
    m->frame.mono_ns = (int64_t)s->v[0][row] * 1000000;
    m->frame.read_ns[0] = m->frame.mono_ns;
    for (int c = 1; c < s->cols; c++)
        m->frame.v[c - 1] = s->v[c][row];
}

/* Bytes of the archive and instants in it. */
static void kept(const char *dir, double *bytes, double *instants)
{
    struct archive *a;
    size_t n;
    *bytes = *instants = 0;
    if (archive_open(dir, &a) < 0)
        return;
    const struct archive_part *part = archive_parts(a, &n);
    for (size_t i = 0; i < n; i++) {
        *bytes += (double)part[i].bytes;
        *instants += (double)part[i].ticks;
    }
    archive_free(a);
}

/* CPU of the threads of the recorder and of handing over; making frames is not its affair and small. */
void record_figures(const struct sample *s)
{
    char dir[64];
    int32_t owner;
    struct store *store;
    struct moment m = { 0 };
    struct os_self before, after;
    struct schema *schema = record_schema(s);
    double values = (double)s->cols * s->rows;
    if (os_make_temp_dir(true, dir, sizeof dir) < 0)
        exit(EXIT_FAILURE);
    struct store_options o = { .dir = dir, .sync_s = 3600,
                               .about = { .start_ms = (int64_t)s->v[0][0], .interval_s = 1 } };
    os_self(&before);
    double begin = cpu_ns();
    if (store_open(&o, &store, &owner) < 0)
        exit(EXIT_FAILURE);
    for (int row = 0; row < s->rows; row++) {
        record_moment(s, schema, row, &m);
        store_append(store, schema, &m);
        if (row % SYNC_EVERY == SYNC_EVERY - 1)
            store_flush(store);
    }
    store_close(store);
    double cpu = cpu_ns() - begin;
    os_self(&after);
    figure("recorder, CPU of a core at 1 Hz", cpu / s->rows / 1e7, "%", 0.1, false);
    figure("recorder, written with a sync every 10 s", (after.written_bytes - before.written_bytes) / values,
           "bytes/value", 2, false);
    double bytes, instants;
    kept(dir, &bytes, &instants);
    figure("recorder, instants that are there", instants, "instants", s->rows, true);
    figure("recorder, kept: blocks, catalog, summaries, index", bytes / values, "bytes/value", NAN, false);
    moment_done(&m);
    schema_free(schema);
    os_remove_dir(dir);
}
