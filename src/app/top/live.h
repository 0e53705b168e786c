/*
 * What `sonde top` knows: the last ticks as a recording, all processes of the last tick, and the
 * verdict, in the words of the report. Screens are drawn from this and nothing else.
 *
 * The recording rolls: LIVE_TICKS are kept. It is analysed again every few seconds, so seldom that
 * the analysis takes at most LIVE_SHARE of a core, however large the machine is.
 */
#ifndef APP_TOP_LIVE_H
#define APP_TOP_LIVE_H

#include "analyze/report.h"
#include "output/report_verdict.h"

#define LIVE_TICKS 600        /* ten minutes at 1 Hz: what the detector needs to know what is usual */
#define LIVE_BYTES 32e6       /* and no more than that in columns */
#define LIVE_JUDGE_S 5.0
#define LIVE_SHARE 0.002

/* One process: what it is and has, and what it did since the tick before. */
struct live_proc {
    struct proc p;            /* where only the busiest are known, no more than is in `use`: state is 0, counts NaN */
    struct proc_use use;      /* rates are NaN at the first tick */
};

struct live {
    struct recording *rec;
    size_t shown;             /* ticks that are shown: all of rec, or less while held */
    bool held;                /* pause: gathers on, shows what was */

    struct live_proc *procs;  /* of the tick shown, in the order of the pid */
    size_t n_procs, cap_procs;
    struct proctab before;
    struct proc_use *use;     /* scratch, room for cap_use */
    size_t cap_use;

    int64_t gap_ms;           /* ticks so far apart were asked for, whatever the sampler says: no gap */
    double budget_per_day;    /* of false alarms */
    struct report *report;    /* NULL before the first tick */
    struct verdict verdict;
    bool alert[AREAS];        /* has the area a finding that lasts? */
    int64_t judge_ns;         /* when to look again, on the monotonic clock of the frames */
    double judge_s;           /* what the last look took */

    char missing[160];        /* adapters that read nothing: "freq, rapl" */
};

void live_init(struct live *l);
void live_done(struct live *l);

/* Takes the tick that a feed gave last, and judges where it is time to. 0, or -ENOMEM. */
int live_take(struct live *l, const struct feed *f, const struct moment *m);

/* Its parts: the processes of a tick, all or the busiest; the verdict anew. */
void live_take_procs(struct live *l, const struct proctab *now);
void live_take_uses(struct live *l, const struct proc_use *use, size_t n);
void live_judge(struct live *l);

void live_hold(struct live *l, bool held);

/* The value of a slot at the tick shown, NaN where it is not known or slot is negative. */
double live_value(const struct live *l, int slot);
double live_find(const struct live *l, const char *name, const char *inst);

/* The ticks shown of a slot, *n of them; NULL where there is no such column. */
const double *live_series(const struct live *l, int slot, size_t *n);

/* Seconds that the last n ticks shown span. */
double live_span(const struct live *l, size_t n);

int64_t live_wall_ms(const struct live *l); /* of the tick shown */

#endif
