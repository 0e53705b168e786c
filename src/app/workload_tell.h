/* What the workload classifier answered: for people, as JSON, as CSV. */
#ifndef APP_WORKLOAD_TELL_H
#define APP_WORKLOAD_TELL_H

#include "analyze/workload/workload.h"
#include "output/screen.h"

struct workload_row {
    int64_t wall_ms;
    int category;
    double confidence;
};

struct workload_told {
    const struct workload_set *set;
    struct workload_summary sum;
    double update_s;
    enum stamp stamp;      /* of the recording */
    struct workload_row *rows;
    size_t n, cap;
    struct buf features;   /* of --features: a row a window */
};

void workload_put_time(struct buf *out, enum stamp how, int64_t wall_ms);
void workload_put_csv(struct buf *out, const struct workload_told *t);   /* t,category,confidence */
void workload_put_json(struct buf *out, const struct workload_told *t);
void workload_put_text(struct buf *out, const struct workload_told *t, const struct screen *s);

#endif
