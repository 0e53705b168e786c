/* The part of the report that says where the numbers stand: each now, and against what is usual. */
#ifndef OUTPUT_REPORT_NOW_H
#define OUTPUT_REPORT_NOW_H

#include "core/frame.h"
#include "core/recording.h"
#include "output/screen.h"

/* One row of the table. */
struct now_row {
    char label[SCHEMA_MAX_NAME + 32]; /* "fullest disk /home" */
    const char *metric;     /* its id, or the family of a sum; borrowed from the schema */
    enum unit unit;
    double value;           /* the last that is known */
    double usual[2];        /* what held 90 % of the run; NaN where too little is known */
    double *v;              /* the series, rec->n values */
};

/*
 * The rows of a recording, one for each quantity that is known; of a file with other names, its
 * first metrics. Returns how many of the NOW_ROWS there is room for; report_now_done() frees them.
 */
#define NOW_ROWS 24
int report_now_rows(const struct recording *rec, struct now_row rows[static NOW_ROWS]);
void report_now_done(struct now_row *rows, int n);

/* The rows as a table, and the busiest process at the end. */
void report_now(struct buf *out, const struct recording *rec, const struct screen *s);

#define REPORT_LIVE 7

/*
 * "cpu 23.1 %  mem 61.0 %  rd 1.20 MB/s ...": the first `most` of REPORT_LIVE quantities of one
 * frame, in steady columns, as far as `columns` reach. What this machine has and is not known yet
 * (a rate, at the first tick) is a dash; what it does not have is left out.
 */
void report_live(struct buf *out, const struct schema *schema, const struct frame *f, int most,
                 int columns);

#endif
