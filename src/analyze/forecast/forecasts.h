/*
 * Forecasts of the metrics of a recording: which ones, on which steps, and what each gave (learn/forecast/forecast.h).
 */
#ifndef ANALYZE_FORECASTS_H
#define ANALYZE_FORECASTS_H

#include "core/recording.h"
#include "learn/forecast/forecast.h"

#define FORECASTS_MAX 64      /* metrics at most, of those that nobody named */
#define FORECASTS_REASON 160

/* What is forecast where nothing is named: what fills, what is busy, what heats. */
extern const char forecasts_main[];

struct metric_forecast {
    int slot;                       /* in the recording */
    struct forecast f;              /* its arrays are NULL where there is a reason */
    char reason[FORECASTS_REASON];  /* why there is none; "" = there is one */
};

struct forecasts {
    char reason[FORECASTS_REASON];  /* why there are none at all: then n is 0 */
    int horizon;
    double step_s;
    int64_t last_ms;                /* of the last row: step k lies k * step_s later */
    struct metric_forecast *item;
    size_t n, made;                 /* and how many of them are forecasts */
};

struct forecasts_options {
    const char *globs;   /* NULL: the main metrics; where there are none of these, the first FORECASTS_MAX */
    const char *model;   /* NULL = "auto" */
    int horizon;         /* steps */
    double step_s;       /* rows are averaged to it; 0 = that of the recording */
    size_t most;         /* metrics; 0 = no limit for those that are named, else FORECASTS_MAX */
    uint64_t seed;
};

/* Always fills *out, to be released by forecasts_done(). */
void forecasts_make(const struct recording *r, const struct forecasts_options *o, struct forecasts *out);
void forecasts_done(struct forecasts *f);

/* "21 % closer than the median of the last hour in the past", "no skill: no closer than the last value in the past". */
char *forecasts_words(const struct forecast *f, char *out, size_t cap);

#endif
