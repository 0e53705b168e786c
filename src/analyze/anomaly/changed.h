/*
 * What changed here: a window of a recording against the time before it.
 *
 * Of each metric that a report looks at (features.h) the deciles and the median are compared; what moved furthest, in
 * units of how far its values scatter on both sides, is its change. It counts where it is one that a person would
 * care about (areas.h), at least CHANGED_EFFECT, and more than chance would give in any of the metrics. Neighbouring
 * values say the same, so lasting series count as few values.
 */
#ifndef ANALYZE_CHANGED_H
#define ANALYZE_CHANGED_H

#include "analyze/areas.h"

#define CHANGED_EFFECT 1.0
#define CHANGED_EFFECT_MAX 50.0 /* something constant that moves went infinitely far; this is far enough */
#define CHANGED_MIN_ROWS 8      /* on each side */
#define CHANGED_PROCESSES 10

struct changed_metric {
    int slot;
    enum area area;
    double quantile;        /* which moved furthest: 0.1, 0.5 or 0.9 */
    double before, after;   /* it, in the metric's unit */
    double effect;          /* how far, in spreads; negative where it fell */
    double p_value;         /* of so much by chance, in one metric */
};

enum process_change { PROCESS_CAME, PROCESS_WENT, PROCESS_MORE, PROCESS_LESS };

const char *process_change_name(enum process_change c); /* "came", "went", "more", "less" */

/* All processes of a name, by the measure in which they changed most. */
struct changed_process {
    char name[PROC_NAME_MAX];
    int32_t pid;            /* of the one that did most */
    enum process_change change;
    double before, after;   /* means, in `unit`: % of one core, By held, By/s read and written */
    enum unit unit;
};

struct changed {
    char reason[REPORT_TEXT]; /* why nothing can be said; "" where it can */
    size_t begin, from, to;   /* rows of the window: from <= i < to; compared with begin <= i < from */
    int compared;             /* metrics */
    struct changed_metric *metrics; /* the areas with the largest effect first, and in each of them */
    size_t n_metrics;
    struct changed_process processes[CHANGED_PROCESSES];
    int n_processes;
};

/* When the time before a window begins: as long before as the window is, but at least ten minutes. */
int64_t changed_begin(int64_t from_ms, int64_t to_ms);

/*
 *   begin_ms        what the recording holds from then on until the window begins is the time before
 *   from_ms, to_ms  the window, wall clock
 *
 * To be released with changed_done().
 */
void changed_find(const struct recording *r, int64_t begin_ms, int64_t from_ms, int64_t to_ms,
                  struct changed *out);
void changed_done(struct changed *c);

#endif
