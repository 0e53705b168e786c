/*
 * Names in the style of Prometheus (prometheus.io/docs/practices/naming): `sonde_`, the family with underscores, the
 * base unit, and `_total` behind counters; `_now` behind a level that would end like a counter. The instance is the
 * label `id`, because `instance` is Prometheus' own. The one place that knows them.
 */
#ifndef OUTPUT_EXPORTERS_NAMES_H
#define OUTPUT_EXPORTERS_NAMES_H

#include "output/exporter.h"

/* "bytes"; "" for what has no unit. */
const char *names_unit(enum unit u);

/* "sonde_disk_read_bytes", for counters as well: OpenMetrics calls the family so. */
void names_family(struct buf *out, const struct metric *m);

/* "sonde_disk_read_bytes_total". */
void names_sample(struct buf *out, const struct metric *m);

/* The bytes of a name that are letters or digits, others as an underscore. */
void names_word(struct buf *out, const char *text);

/* UTF-8, with a backslash before each character that `escaped` has; a line's end is "\n", what is no UTF-8 U+FFFD. */
void names_text(struct buf *out, const char *text, const char *escaped);

/* UTF-8 as it is, what is none U+FFFD. */
void names_utf8(struct buf *out, const char *text);

/* Is the k-th of a selection for receivers that make rates themselves? A rate is, only where its counter is not
 * selected. */
bool names_wants(const struct selection *sel, int k);

/*
 * The metrics of a selection that names_wants(), those of one group side by side, groups in the order of their first.
 *
 *   at     n positions in the selection
 *   first  n times: does a group begin here?
 */
struct groups {
    int n;
    int *at;
    bool *first;
};

/* Metrics are of one group where `key` puts the same text for both. To be released with groups_done(). */
struct groups groups_of(const struct selection *sel, void (*key)(struct buf *out, const struct metric *m));
void groups_done(struct groups *g);

/*
 * Groups by names_family(). Where families of ours have one name there ("a.b" and "a_b", "x" in bytes and "x.bytes"),
 * only that of the first is in it: two series with the same labels would cost the receiver all of them.
 */
struct groups groups_of_families(const struct selection *sel);

/* The metric at place i, and its value in a frame. */
static inline const struct metric *groups_metric(const struct groups *g, const struct selection *sel, int i)
{
    return schema_at(sel->schema, sel->slot[g->at[i]]);
}

static inline double groups_value(const struct groups *g, const struct selection *sel, int i, const struct frame *f)
{
    return frame_get(f, sel->slot[g->at[i]]);
}

/* Where the group that begins at i ends. */
static inline int groups_end(const struct groups *g, int i)
{
    do
        i++;
    while (i < g->n && !g->first[i]);
    return i;
}

#endif
