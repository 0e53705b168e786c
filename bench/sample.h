/* The recorded sample: one column for each metric, the wall clock in ms in the first. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stdbool.h>

struct sample {
    int rows, cols;
    bool *system;  /* of each column: is it none of the busiest processes? */
    double **v;    /* v[column][row] */
    char **name;
};

int sample_read(struct sample *s); /* from stdin; -1 when nothing is there */
void sample_done(struct sample *s);

#endif
