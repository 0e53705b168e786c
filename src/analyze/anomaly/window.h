/*
 * The last values of a series, kept in order of time and in order of size, so that any quantile of
 * them is one look.
 */
#ifndef ANALYZE_WINDOW_H
#define ANALYZE_WINDOW_H

struct window {
    int n, cap;     /* values in it, and at most */
    int next;       /* where the next one goes in `ring` */
    double *ring;   /* by time */
    double *sorted; /* by size */
};

void window_init(struct window *w, int cap);
void window_done(struct window *w);

/* Adds a finite value; the oldest leaves when it is full. Moves at most `cap` values. */
void window_add(struct window *w, double v);
void window_clear(struct window *w);

/* The q-quantile, 0 <= q <= 1, linear between order statistics. n >= 1. */
double window_quantile(const struct window *w, double q);

#endif
