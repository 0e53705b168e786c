/*
 * Questions to the archive: some metrics over a range of time, in so many points.
 *
 * The coarsest of the three tiers (every instant, 60 s, 600 s) is read that still has a row for every point;
 * where it does not reach (yet, or any more), the next finer one, or coarser one, that does. An instant
 * counts for the point that its time lies in, a row of a tier for the one that the middle of its window lies in.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/archive.h"

struct query_point {
    int64_t start_ms;    /* of the interval that it stands for */
    double min, max, mean, last; /* of counters only the last is told: their rates are metrics of their own */
    double count;        /* instants behind it; 0 = a gap, and the others are NaN */
};

struct query_series {
    const char *id;      /* "disk.read.rate{sda}" */
    struct metric metric;/* name, unit, kind ... as the newest segment says; its num and den are slots there */
    struct query_point *point; /* as many as were asked for */
};

struct query_result {
    int64_t from_ms, to_ms;
    int points;
    struct query_series *series; /* in the order in which they came to be */
    size_t n;
    int tier_s;          /* the coarsest tier that was used: 0 = instants, 60, 600 */
    uint64_t rows;       /* that were read: instants or rows of summaries, once for all metrics */
    uint64_t lost;       /* damaged places */
};

/*
 *   session  its id; NULL = all
 *   from_ms, to_ms  wall clock, both in
 *   globs   as schema_match(), over all metrics, derived ones too; NULL = all
 *   points  1 .. 100000, of equal length between from_ms and to_ms
 *
 * -EINVAL, -ENODATA: no such metric or nothing in the range; -ENOMEM, -E2BIG: over QUERY_MAX numbers.
 */
#define QUERY_MAX 50000000
#define QUERY_POINTS 100000
#define QUERY_LATEST_MS (INT64_MAX / 4) /* and earliest: far beyond any clock */
int store_query(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, const char *globs, int points,
                struct query_result **out);
void query_free(struct query_result *r);

#endif
