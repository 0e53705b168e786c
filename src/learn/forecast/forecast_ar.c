/*
 * forecast_ar.c - a direct autoregression: for every step ahead, the change from the last value as a linear function
 * of how the values before it differ from it.
 *
 * All that least squares needs to know are mean squared differences of values so many rows apart (the variogram),
 * since (a - c) (b - c) = ((a - c)^2 + (b - c)^2 - (a - b)^2) / 2. One pass gives those of all lags, and every step
 * ahead costs a pair of triangular systems: a tenth of what the products of rows would cost. Without a mean that it
 * could be drawn to: only how values move counts. With a ridge (Hastie et al., "The elements of statistical
 * learning", 3.4.1).
 *
 * It is fitted at few rows of the past only, and asked at those that follow: it never saw what it is judged by.
 */
#include "learn/forecast/forecast_own.h"

#include <math.h>

#define AR_RIDGE 1e-2
#define AR_ROWS 2880
#define AR_MIN_ROWS 60
#define AR_BEYOND 0.1 /* of the range seen: how far beyond it a forecast may go */

/* Mean squares of differences of values 0 .. lags rows apart, of the last rows before `upto`. */
static void ar_variogram(const double *z, size_t upto, int lags, double *d)
{
    size_t from = upto > AR_ROWS ? upto - AR_ROWS : 0;
    for (int l = 0; l <= lags; l++) {
        double sum[4] = { 0 };
        size_t n = upto - from - (size_t)l, i = 0;
        const double *a = z + from, *b = a + l;
        for (; i + 4 <= n; i += 4)
            for (int k = 0; k < 4; k++)
                sum[k] += (b[i + (size_t)k] - a[i + (size_t)k]) * (b[i + (size_t)k] - a[i + (size_t)k]);
        for (; i < n; i++)
            sum[0] += (b[i] - a[i]) * (b[i] - a[i]);
        d[l] = (sum[0] + sum[1] + sum[2] + sum[3]) / (double)n;
    }
}

/* The lower triangle of a becomes its Cholesky factor. False: it is singular. */
static bool ar_factor(double a[FC_LAGS][FC_LAGS])
{
    for (int i = 0; i < FC_LAGS; i++)
        for (int j = 0; j <= i; j++) {
            double v = a[i][j];
            for (int k = 0; k < j; k++)
                v -= a[i][k] * a[j][k];
            if (i == j && !(v > 0))
                return false;
            a[i][j] = i == j ? sqrt(v) : v / a[j][j];
        }
    return true;
}

static void ar_solve(const double a[FC_LAGS][FC_LAGS], double *b)
{
    for (int i = 0; i < FC_LAGS; i++) {
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = FC_LAGS - 1; i >= 0; i--) {
        b[i] /= a[i][i];
        for (int k = 0; k < i; k++)
            b[k] -= a[i][k] * b[i];
    }
}

static void ar_learn(struct fc *f, size_t upto, struct fc_ar *ar)
{
    int steps = f->horizon < FC_STEPS ? f->horizon : FC_STEPS;
    double d[FC_LAGS + FC_STEPS + 1], a[FC_LAGS][FC_LAGS], trace = 0;
    ar->upto = upto;
    ar->steps = 0;
    if (upto < (size_t)(FC_LAGS + steps + AR_MIN_ROWS))
        return;
    ar_variogram(f->z, upto, FC_LAGS + steps, d);
    for (int i = 0; i < FC_LAGS; i++)
        for (int j = 0; j <= i; j++)
            a[i][j] = (d[i + 1] + d[j + 1] - d[i - j]) / 2;
    for (int i = 0; i < FC_LAGS; i++)
        trace += a[i][i];
    for (int i = 0; i < FC_LAGS; i++)
        a[i][i] += AR_RIDGE * trace / FC_LAGS;
    if (!ar_factor(a)) /* constant so far */
        return;
    ar->steps = steps;
    for (int k = 1; k <= steps; k++) {
        double *b = ar->coef[k - 1];
        for (int i = 0; i < FC_LAGS; i++)
            b[i] = (d[i + 1] + d[k] - d[i + 1 + k]) / 2;
        ar_solve((const double (*)[FC_LAGS])a, b);
    }
}

size_t fc_fit_due(const struct fc *f, size_t i)
{
    size_t due = 0;
    for (int r = 0; r < FC_FITS && f->refit[r] && f->refit[r] <= i + 1; r++)
        due = f->refit[r];
    return i < FC_LAGS ? 0 : due;
}

double fc_near_seen(const struct fc *f, size_t i, double v)
{
    double beyond = AR_BEYOND * (f->high[i] - f->low[i]);
    return fmin(fmax(v, f->low[i] - beyond), f->high[i] + beyond);
}

bool fc_ar_say(struct fc *f, size_t i, const int *step, int n, double *out)
{
    double x[FC_LAGS];
    size_t due = fc_fit_due(f, i);
    if (!due)
        return false;
    if (f->ar.upto != due)
        ar_learn(f, due, &f->ar);
    if (!f->ar.steps)
        return false;
    for (int j = 0; j < FC_LAGS; j++)
        x[j] = f->z[i - 1 - (size_t)j] - f->z[i];
    for (int k = 0; k < n; k++) {
        const double *b = f->ar.coef[(step[k] < f->ar.steps ? step[k] : f->ar.steps) - 1];
        double change = 0;
        for (int j = 0; j < FC_LAGS; j++)
            change += b[j] * x[j];
        out[k] = fc_near_seen(f, i, f->z[i] + change);
    }
    return true;
}
