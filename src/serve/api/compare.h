/* Two ranges, metric by metric: where most of each lay, and how far it moved. */
#ifndef SERVE_COMPARE_H
#define SERVE_COMPARE_H

#include "serve/api/api_own.h"

struct compare_side {
    double median, p05, p95;
};

struct compare_row {
    const struct query_series *a;
    struct compare_side of[2];   /* of A and of B */
    double shift; /* of the median from A to B, in the wider of the two spreads */
    bool silent;  /* it says the same as another, or goes its own way: see analyze/areas.h */
};

struct compare {
    int64_t from_ms[2], to_ms[2];
    struct query_result *q[2];   /* NULL: nothing was recorded there */
    struct compare_row *row;     /* what tells something first, of that what moved most */
    size_t n;
    const char *reason;          /* why there are no rows; NULL */
};

/*
 * Compares from..to of a query with with_from..with_to; without these, with the time as long before it.
 *
 *   points  means of equal steps that each range is summed up from; minutes or longer are read fast
 *
 * False: the reply says what is wrong. To be released with compare_done() in any case.
 */
bool compare_make(struct api *a, const struct http_request *r, int points, struct compare *c, struct http_reply *out);
void compare_done(struct compare *c);

#endif
