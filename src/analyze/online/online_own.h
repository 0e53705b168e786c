/* What the files of online.h share: the state, its features, its episodes. */
#ifndef ANALYZE_ONLINE_OWN_H
#define ANALYZE_ONLINE_OWN_H

#include "analyze/anomaly/episodes.h"
#include "analyze/anomaly/young.h"
#include "analyze/online/online.h"
#include "analyze/online/online_columns.h"
#include "analyze/online/online_usual.h"

struct online {
    struct online_options o;
    struct recording *ring;
    struct online_columns columns; /* those of the ring */
    double *v, *x;             /* a row of the ring, and of the detector */
    struct online_usual *usual;/* of each column of the detector */
    struct pace pace;
    int64_t last_ns, last_ms;
    double t_s;                /* of the last row, does not go back */
    bool grown;                /* the detector says how probable rows are: it knows its news */
    int fresh;                 /* rows since its columns became others, up to FRESH_ROWS */

    struct detector *detector; /* NULL before the first row */
    struct detector *loaded;   /* of an earlier run, whose columns have the names in `columns`; else NULL */

    struct features features;  /* of the ring: one per learned column; 0 until they are asked for */
    struct young *young;       /* stands in for a young detector, else NULL */
    const struct reading *reading; /* what it says of the row, one for each feature */
    struct episode now;
    bool open, told;
    int64_t start_ms;          /* as it was told */
    double probability;        /* at its peak */
    size_t alarm;              /* row of the last one */
    int grace;                 /* rows left of it */
    int muted;                 /* rows without an alarm that are missing after an episode that stays */
};

/* Of the ring as it is now. */
const struct features *online_features(struct online *o);

/* What is open ends. */
enum online_news online_close(struct online *o, bool stays, struct anomaly *out);

/* Row i, with what the detector, or who stands in, says of it. */
enum online_news online_row(struct online *o, size_t i, const struct detector_verdict *v, struct anomaly *out);

/* What an earlier run left. */
void online_forget_loaded(struct online *o);

#endif
