/*
 * forecast_ar.c - a direct autoregression of few numbers: for each of some steps ahead, the change from the last value
 * as a linear function of means over longer and longer stretches of the past, less that value.
 *
 * Fitted for the absolute error, by two rounds of reweighted least squares with a ridge (Hastie et al., "The elements
 * of statistical learning", 3.4.1; Schlossmacher 1973). It is fitted at few rows of the past only, and asked at those that
 * follow: it never saw what it is judged by.
 */
#include "learn/forecast_own.h"

#include <math.h>
#include <string.h>

#define AR_RIDGE 1e-2
#define AR_ROUNDS 2
#define AR_MIN_ROWS 60
#define AR_BEYOND 0.1 /* of the range seen: how far beyond it a forecast may go */
#define AR_FLAT 0.3 /* of the median error: below it all errors weigh the same */

/* The stretches, in rows back from the last one: 31 in all. */
static const int width[FC_LAGS] = { 1, 1, 1, 2, 2, 4, 4, 8, 16 };

void fc_features(const struct fc *f, size_t i, double *out)
{
    size_t end = i; /* the rows before i */
    for (int j = 0; j < FC_LAGS; j++) {
        out[j] = (f->sum[end] - f->sum[end - (size_t)width[j]]) / width[j] - f->z[i];
        end -= (size_t)width[j];
    }
}

/* Solves a x = b, a symmetric and positive; both are overwritten. False: it is singular. */
static bool ar_solve(double a[FC_LAGS + 1][FC_LAGS + 1], double *b, int d)
{
    for (int j = 0; j < d; j++) {
        for (int k = 0; k < j; k++)
            a[j][j] -= a[j][k] * a[j][k];
        if (!(a[j][j] > 0))
            return false;
        a[j][j] = sqrt(a[j][j]);
        for (int i = j + 1; i < d; i++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
    }
    for (int j = 0; j < d; j++) {
        for (int k = 0; k < j; k++)
            b[j] -= a[j][k] * b[k];
        b[j] /= a[j][j];
    }
    for (int j = d - 1; j >= 0; j--) {
        for (int k = j + 1; k < d; k++)
            b[j] -= a[k][j] * b[k];
        b[j] /= a[j][j];
    }
    return true;
}

/* One weighted fit of rows m of FC_LAGS + 1 features, the last of which is 1. */
static bool ar_fit(const double (*x)[FC_LAGS + 1], const double *y, const double *w, int m, double *coef)
{
    enum { D = FC_LAGS + 1 };
    double a[D][D] = { { 0 } }, b[D] = { 0 }, trace = 0;
    for (int r = 0; r < m; r++) {
        double wy = w[r] * y[r];
        for (int k = 0; k < D; k++)
            b[k] += wy * x[r][k];
        for (int j = 0; j < D; j++) { /* above the diagonal, too: so it goes by two and two */
            double v = w[r] * x[r][j];
            for (int k = 0; k < D; k++)
                a[j][k] += v * x[r][k];
        }
    }
    for (int j = 0; j < FC_LAGS; j++)
        trace += a[j][j];
    for (int j = 0; j < FC_LAGS; j++)
        a[j][j] += AR_RIDGE * trace / FC_LAGS + 1e-300;
    if (!ar_solve(a, b, D))
        return false;
    memcpy(coef, b, sizeof b);
    return true;
}

static double ar_value(const double *x, const double *coef)
{
    double v = 0;
    for (int j = 0; j <= FC_LAGS; j++)
        v += x[j] * coef[j];
    return v;
}

/* Fits to rows whose future came before row `upto`. */
static void ar_learn(struct fc *f, size_t upto, struct fc_ar *ar)
{
    int steps[FC_AR_KNOTS], n_steps = fc_ar_steps(f, steps);
    double (*x)[FC_LAGS + 1] = (double (*)[FC_LAGS + 1])f->fit;
    double *y = f->fit + FC_AR_ROWS * (FC_LAGS + 1), *w = y + FC_AR_ROWS, *error = w + FC_AR_ROWS,
           *scratch = error + FC_AR_ROWS;
    *ar = (struct fc_ar){ .upto = upto };
    for (int s = 0; s < n_steps; s++) {
        size_t step = (size_t)steps[s], first = FC_REACH, last = upto - step; /* one past */
        if (upto < step + first + AR_MIN_ROWS)
            break;
        size_t from = last - first > 1440 ? last - 1440 : first, every = (last - from) / FC_AR_ROWS + 1;
        int m = 0;
        for (size_t i = from + (last - 1 - from) % every; i < last; i += every) {
            if (!f->known[i] || !f->known[i + step])
                continue;
            fc_features(f, i, x[m]);
            x[m][FC_LAGS] = 1;
            w[m] = 1;
            y[m++] = f->z[i + step] - f->z[i];
        }
        if (m < AR_MIN_ROWS / 2 || !ar_fit(x, y, w, m, ar->coef[s]))
            break;
        for (int round = 0; round < AR_ROUNDS; round++) {
            double sum = 0, keep[FC_LAGS + 1];
            memcpy(keep, ar->coef[s], sizeof keep);
            for (int r = 0; r < m; r++)
                error[r] = fabs(y[r] - ar_value(x[r], keep));
            double flat = AR_FLAT * fc_median(error, (size_t)m, scratch);
            if (!(flat > 0))
                break;
            for (int r = 0; r < m; r++)
                sum += w[r] = 1 / fmax(error[r], flat);
            for (int r = 0; r < m; r++)
                w[r] *= m / sum;
            if (!ar_fit(x, y, w, m, ar->coef[s])) {
                memcpy(ar->coef[s], keep, sizeof keep);
                break;
            }
        }
        ar->step[ar->n++] = steps[s];
    }
}

int fc_ar_steps(const struct fc *f, int steps[FC_AR_KNOTS])
{
    static const int all[FC_AR_KNOTS] = { 1, 3, 8, 18, 36, 60 };
    int n = 0;
    while (n < FC_AR_KNOTS && (n == 0 || all[n] <= f->horizon)) {
        steps[n] = all[n];
        n++;
    }
    return n;
}

size_t fc_fit_due(const struct fc *f, size_t i)
{
    size_t due = 0;
    for (int r = 0; r < FC_FITS && f->refit[r] && f->refit[r] <= i + 1; r++)
        due = f->refit[r];
    return i < FC_REACH ? 0 : due;
}

void fc_between_steps(const struct fc *f, size_t i, const int *at, const double *change, int n_at, const int *step, int n,
                      double *out)
{
    double beyond = AR_BEYOND * (f->high[i] - f->low[i]);
    for (int k = 0, s = 0; k < n; k++) {
        while (s < n_at && at[s] < step[k])
            s++;
        double from = s ? change[s - 1] : 0, left = s ? at[s - 1] : 0;
        double v = s < n_at ? from + (change[s] - from) * (step[k] - left) / (at[s] - left) : from;
        out[k] = fmin(fmax(f->z[i] + v, f->low[i] - beyond), f->high[i] + beyond);
    }
}

bool fc_ar_say(struct fc *f, size_t i, const int *step, int n, double *out)
{
    double x[FC_LAGS + 1], change[FC_AR_KNOTS];
    size_t due = fc_fit_due(f, i);
    if (!due)
        return false;
    if (f->ar.upto != due)
        ar_learn(f, due, &f->ar);
    if (!f->ar.n)
        return false;
    fc_features(f, i, x);
    x[FC_LAGS] = 1;
    for (int s = 0; s < f->ar.n; s++)
        change[s] = ar_value(x, f->ar.coef[s]);
    fc_between_steps(f, i, f->ar.step, change, f->ar.n, step, n, out);
    return true;
}
