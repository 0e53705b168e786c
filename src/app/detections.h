/* What `sonde detect` found: flagged rows put together into episodes, and how they are told. */
#ifndef APP_DETECTIONS_H
#define APP_DETECTIONS_H

#include "analyze/method/method.h"
#include "output/screen.h"

struct detections {
    const struct recording *rec;        /* borrowed, as the others: what was judged, ... */
    const struct columns *columns;      /* ... its columns, ... */
    const struct detector_verdict *row; /* ... the verdict on each of its rows, ... */
    const struct method *method;        /* ... and by whom */
    double budget_per_day;
    struct detection { size_t start, end, peak; } *episode; /* rows, all included; by time */
    size_t n;
};

/* Finds the episodes: flagged rows that follow each other are one. */
void detections_find(struct detections *d);
void detections_done(struct detections *d);

/* "score,flag,cause": a line for each row. The cause is the metric, empty where there is none. */
void detections_put_csv(const struct detections *d, struct buf *out);

void detections_put_json(const struct detections *d, struct buf *out);
void detections_put_text(const struct detections *d, const struct screen *s, struct buf *out);

#endif
