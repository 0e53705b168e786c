/*
 * An exporter: numbers in a format of others. A file in exporters/ that defines one `const struct
 * exporter` and stands in the list of this folder's meson.build.
 *
 * Its functions are pure: from schema and frame to bytes. Sending or keeping them is not its
 * affair.
 */
#ifndef OUTPUT_EXPORTER_H
#define OUTPUT_EXPORTER_H

#include "base/buf.h"
#include "core/frame.h"
#include "core/recording.h"
#include "core/schema.h"

/* The metrics that are written, in the order in which they are. */
struct selection {
    const struct schema *schema;
    int *slot;
    int n;
};

/* All metrics that match the globs (NULL = all); to be released with selection_done(). */
struct selection selection_of(const struct schema *s, const char *globs);
void selection_done(struct selection *sel);

/* Where numbers come from, for formats that say so; borrowed. */
struct export_about {
    const char *host;     /* what this machine is called there; "" = it is not said */
    const char *session;  /* "session_20261122_102616" */
    int64_t start_ms;     /* when counters began to be watched, wall clock; 0 = not known */
};

struct exporter {
    const char *name; /* "csv" */
    const char *type; /* as HTTP calls it: "application/json" */

    void (*head)(struct buf *out, const struct selection *sel); /* NULL = nothing comes first */
    /* NULL = there are only batches. */
    void (*row)(struct buf *out, const struct selection *sel, const struct frame *f, size_t index);
    void (*tail)(struct buf *out); /* NULL = nothing comes last */

    /*
     * n instants, oldest first, as one message of its own, for a receiver; NULL = it is no format of receivers. What is
     * not known is left out, and so are rates whose counter is selected. Messages one after the other are a file of the
     * format, but where `whole` says that it must be one.
     */
    void (*batch)(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                  const struct export_about *about);
    bool whole;

    /* What says which version of Sonde it was, among the numbers; NULL: no place for it. */
    void (*build)(struct buf *out, const char *version);
};

const struct exporter *exporter_find(const char *name); /* NULL */
const struct exporter *exporter_at(size_t i);           /* in their order; NULL behind the last */

/* One instant, complete in itself, as /metrics has it. version NULL: it is not said. */
void export_instant(struct buf *out, const struct exporter *e, const struct selection *sel, const struct frame *f,
                    const struct export_about *about, const char *version);

/* The same of the last instant of a recording. */
void export_last(struct buf *out, const struct exporter *e, const struct recording *rec, const char *globs,
                 const char *version);

/* Every tick of a recording; globs as for selection_of(). */
void export_recording(struct buf *out, const struct exporter *e, const struct recording *rec, const char *globs);

#endif
