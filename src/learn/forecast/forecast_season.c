/*
 * forecast_season.c - after how many rows does a series come back to itself?
 *
 * By the mean absolute difference of what lies a lag apart (Ross et al. 1974, AMDF): robust against spikes where the
 * autocorrelation is not. A period counts when it halves what other lags show; of its multiples the shortest that is
 * as good is taken. A period must have been seen three times.
 */
#include "learn/forecast/forecast_own.h"

#include <math.h>

#define SEASON_MIN 3
#define SEASON_POINTS 256 /* pairs per lag */
#define SEASON_MAX 1500   /* the longest lag looked at, rows */
#define SEASON_SHARE 0.6  /* of the usual difference that is left at a period */
#define SEASON_AS_GOOD 1.15

int fc_season(const double *z, size_t n, double *scratch)
{
    size_t longest = n / 3 < SEASON_MAX ? n / 3 : SEASON_MAX;
    if (longest <= SEASON_MIN)
        return 0;
    double *d = scratch, best = INFINITY;
    for (size_t lag = 1; lag <= longest; lag++) {
        size_t pairs = n - lag, step = pairs / SEASON_POINTS + 1;
        double sum = 0;
        size_t count = 0;
        for (size_t i = lag + (pairs - 1) % step; i < n; i += step, count++)
            sum += fabs(z[i] - z[i - lag]);
        d[lag - 1] = sum / (double)count;
    }
    for (size_t lag = SEASON_MIN; lag < longest; lag++)
        best = fmin(best, d[lag - 1]);
    double usual = fc_median(d, longest, d + longest);
    if (!(best < SEASON_SHARE * usual))
        return 0;
    for (size_t lag = SEASON_MIN; lag < longest; lag++)
        if (d[lag - 1] <= best * SEASON_AS_GOOD && d[lag - 1] <= d[lag - 2] && d[lag - 1] <= d[lag])
            return (int)lag;
    return 0;
}
