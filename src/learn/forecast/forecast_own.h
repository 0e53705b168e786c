/*
 * What the files of the forecast share: the series as the models see it, and the models.
 *
 * Models see z: the values less the last one, over the largest, so that no sum can overflow. What is not known is
 * filled with the value before it; `known` says where.
 */
#ifndef LEARN_FORECAST_OWN_H
#define LEARN_FORECAST_OWN_H

#include "learn/forecast/forecast.h"
#include "learn/trees.h"

#define FC_KNOTS 40      /* steps at which errors are measured */
#define FC_MODELS 16
#define FC_WINDOWS 5     /* lengths of medians */
#define FC_LAGS 32       /* rows that what learns looks back */
#define FC_STEPS 60      /* and ahead */
#define FC_FITS 4

/* A direct autoregression, fitted to what came before a row: see forecast_ar.c. */
struct fc_ar {
    size_t upto;             /* rows it may have seen; 0 = not fitted */
    int steps;               /* that it can say; 0 = the past was too short */
    double coef[FC_STEPS][FC_LAGS];
};

struct fc_forest {
    size_t upto;
    int n, step[FC_KNOTS];
    struct trees *trees;     /* owned */
};

struct fc {
    size_t n;
    double *z;               /* n values */
    bool *known;
    double *sum;             /* n + 1: sum[i] of the first i values */
    double *ses;             /* n: exponential smoothing */
    double *low, *high;      /* n each: of z, up to that row */
    int horizon;
    int hour, day, season;   /* rows of an hour, of a day, of what else was found; 0 = none */

    int knots, knot[FC_KNOTS];

    size_t refit[FC_FITS];   /* rows at which what learns is fitted anew, rising */
    struct fc_ar ar;
    struct fc_forest forest;
    uint64_t seed;
    double *scratch;         /* of medians: as many as the longest window */
};

struct fc_model {
    const char *name, *words;
    double voice;            /* how much it counts beside the others: see fc_models */
    int baseline;            /* 1, 2, 3: is one of the naive ones */
    bool asked;              /* is no candidate unless it is asked for */
    /* What row i, the last that is seen, says of i + step[k]. Steps rise. False: it cannot say. */
    bool (*at)(struct fc *f, size_t i, const int *step, int n, double *out);
};

extern const struct fc_model fc_models[];
extern const int fc_n_models;

double fc_median(const double *x, size_t n, double *scratch);

/* The fit that counts at row i: the rows that it may have seen. 0: none yet. */
size_t fc_fit_due(const struct fc *f, size_t i);

/* v, but no more than a little beyond what was seen up to row i. */
double fc_near_seen(const struct fc *f, size_t i, double v);

/* Models that learn: see struct fc_model. */
bool fc_ar_say(struct fc *f, size_t i, const int *step, int n, double *out);
bool fc_forest_say(struct fc *f, size_t i, const int *step, int n, double *out);

/* The period, in rows, after which the series comes back best; 0 = none. See forecast_season.c. */
int fc_season(const double *z, size_t n, double *scratch);

/*
 * The backtest of some models, and the mixture that comes out of it.
 */
struct fc_test {
    int models, model[FC_MODELS];       /* those that compete: indices of fc_models */
    int origins, warm;                  /* from `warm` on they are scored */
    size_t origin[FORECAST_ORIGINS];    /* rows, rising */
    double *said;                       /* [model][origin][knot] */
    bool *spoke;                        /* [model][origin]: else it repeated the last value */
    double *came;                       /* [origin][knot]; NaN = not known (yet) */
    double *mixed;                      /* [origin][knot], with the weights of that time */
    double weight[FC_MODELS][FC_KNOTS]; /* now */
};

/* `only`: the index of the one model that counts; -1 = all that compete. 0, -ENOMEM. */
int fc_test_run(struct fc *f, int only, struct fc_test *t);
void fc_test_done(struct fc_test *t);

/* The median of n values by weight; both are reordered. */
double fc_weighted_median(double *v, double *w, int n);

/* The 10 % and 90 % quantiles of the errors of `said` ([origin][knot]) by knot; false: there are too few. */
bool fc_test_band(const struct fc *f, const struct fc_test *t, const double *said, double lo[FC_KNOTS],
                  double hi[FC_KNOTS]);

/* Mean absolute errors of each origin over the horizon, NaN where nothing came; and the mean of them all. */
double fc_test_loss(const struct fc *f, const struct fc_test *t, const double *said, double loss[FORECAST_ORIGINS]);

#endif
