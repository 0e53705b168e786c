/*
 * What one series will do: direct forecasts of the next steps with a band, and whether to believe them.
 *
 * Simple models compete on the series' own past: at up to FORECAST_ORIGINS earlier rows each says what comes next and
 * is held against what came. The forecast is the median of what they say now, each weighted by how small its errors
 * were that far ahead; the band is made of the errors that this very mixture would have made, with the weights it would
 * have had at the time. Without skill over the naive forecasts the best of those is given, and `has_skill` says so.
 * docs/LEARNING.md tells how well it works.
 *
 * Deterministic, one pass, bounded: the last FORECAST_ROWS rows count.
 */
#ifndef LEARN_FORECAST_H
#define LEARN_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORECAST_ROWS 20160      /* two weeks of minutes; what is older is not looked at */
#define FORECAST_MIN 3           /* values that must be known */
#define FORECAST_MAX_HORIZON 10080
#define FORECAST_ORIGINS 120
#define FORECAST_BASELINES 3
#define FORECAST_SKILL_MIN 0.03  /* a longer median gains 1 % on white noise: that is not worth a word */

struct forecast_options {
    double step_s;     /* between two rows, seconds; 0 = 60. It says how many rows an hour and a day have */
    int horizon;       /* steps ahead, 1 .. FORECAST_MAX_HORIZON */
    const char *model; /* "auto", "blend", or one of forecast_model_name(); NULL = "auto" */
    double low, high;  /* what the values cannot pass (0 and 100 of a percentage); NaN = not known */
    uint64_t seed;     /* of the random forest */
};

/* One naive forecast, and how the one that is given compares. */
struct forecast_baseline {
    const char *name;  /* "last", "hour", "seasonal" */
    double error;      /* mean absolute error in the backtest; NaN = the past is too short for it */
    double skill;      /* 1 - error of the models / error of this one; NaN = not known */
};

struct forecast {
    int horizon;
    double *p10, *p50, *p90; /* horizon values each, p10 <= p50 <= p90, all finite */
    double *naive;           /* what `baseline` says, the last value where that is not known: to be held against */
    const char *model;       /* that is given: "blend", or the name of one */
    const char *baseline;    /* the best naive one; NULL = the past is too short to tell */
    double skill;            /* of the mixture (or of the model asked for) against it, NaN = not known */
    bool has_skill;          /* beyond FORECAST_SKILL_MIN and a standard error; else `model` is the baseline, if auto */
    struct forecast_baseline against[FORECAST_BASELINES];
    double error;            /* mean absolute error of what is given, in the backtest; NaN = not known */
    double coverage;         /* share of the backtest's values in a band drawn before them; NaN = not known */
    int origins;             /* of the backtest */
};

/*
 * Forecasts a series.
 *
 *   x  n values, oldest first, evenly spaced; what is not finite is not known
 *
 * On success *out is to be released by forecast_done(). Errors: -ENODATA fewer than FORECAST_MIN values are known;
 * -EINVAL an option is out of range, or the model is not one, or cannot be used on so short a past; -ENOMEM. Sources:
 * Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd edition, 5.8 and 5.10 (baselines, rolling
 * origins); Bates and Granger 1969 (weights by error); the weighted median is ours, measured in docs/LEARNING.md.
 */
int forecast_make(const double *x, size_t n, const struct forecast_options *o, struct forecast *out);
void forecast_done(struct forecast *f);

/* The names that `model` may have, beside "auto" and "blend"; NULL past the end. */
const char *forecast_model_name(int i);
const char *forecast_model_words(const char *name); /* "the median of the last hour": for a sentence */

#endif
