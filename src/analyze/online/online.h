/*
 * What is unusual, while it happens: the default detector over the instants of a recorder.
 *
 * It looks at the columns that a report looks at (features.h), of which new devices bring more, at most once a
 * minute. An episode opens when the detector raises an alarm and a metric that decides moved by what a person would
 * care about (areas.h); it is told two rows later, when it is known who moved with it, and closes when there was no
 * alarm for EPISODE_QUIET rows. What comes in the first rows after a start or an outage, caches that are cold and
 * programs that start, opens none, unless it lasts. Instants that come faster than the step are passed over.
 *
 * Memory is bounded: a ring of the last minutes of those columns and of the busiest processes, and the detector.
 */
#ifndef ANALYZE_ONLINE_H
#define ANALYZE_ONLINE_H

#include "analyze/report.h"
#include "base/buf.h"
#include "core/moment.h"

#define ONLINE_COLUMNS_MAX 512 /* that are learned; deciding ones first */
#define ONLINE_GRACE 10        /* rows after a start or an outage */

struct online;

struct online_options {
    double step_s;         /* between two instants */
    double budget_per_day; /* false alarms tolerated; 0 = the detector's own */
    double young_budget;   /* in the hour of who stands in (anomaly/young.h); 0 = as many as in a day */
};

enum online_news { ONLINE_NOTHING, ONLINE_OPENED, ONLINE_CLOSED };

struct online *online_new(const struct online_options *o);
void online_free(struct online *o);

void online_set_budget(struct online *o, double per_day); /* from now on; > 0 */

/*
 * The next instant. With news *out is an anomaly; slots and ticks in it are those of online_ring(). One that was
 * opened is closed later, with the same start_ms.
 */
enum online_news online_take(struct online *o, const struct schema *s, const struct moment *m, struct anomaly *out);

/* Nothing more comes: what is open closes. */
enum online_news online_end(struct online *o, struct anomaly *out);

const struct recording *online_ring(const struct online *o); /* borrowed */
int online_columns(const struct online *o);                  /* that are learned */
bool online_is_young(const struct online *o);                /* anomaly/young.h stands in for the detector */
size_t online_bytes(const struct online *o);                 /* of memory that the detector holds */
size_t online_rows(const struct online *o);                  /* learned from so far, in all its lives */

/*
 * Puts what was learned, with the names of its columns; takes it back before the first instant. Columns are found
 * again by their names, and what the machine no longer has is forgotten.
 * Errors of online_load(): -EINVAL for bytes that online_save() did not write; -ENODATA where that learned at another
 * step; -ENOMEM.
 */
void online_save(const struct online *o, struct buf *out);
int online_load(struct online *o, const void *bytes, size_t n);

#endif
