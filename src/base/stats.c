/* stats.c - order statistics and moments that pass over NaN. */
#include "base/stats.h"

#include "base/mem.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

size_t stats_known(const double *x, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += !isnan(x[i]);
    return k;
}

bool stats_all_finite(const double *x, size_t n)
{
    const uint64_t exponent = UINT64_C(0x7ff) << 52; /* all set in NaN and infinities; many are compared at once */
    uint64_t odd = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        odd |= (bits & exponent) == exponent;
    }
    return !odd;
}

double stats_mean(const double *x, size_t n)
{
    double sum = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            sum += x[i];
            k++;
        }
    return k ? sum / (double)k : NAN;
}

double stats_sd(const double *x, size_t n)
{
    double mean = stats_mean(x, n), sum = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            sum += (x[i] - mean) * (x[i] - mean);
            k++;
        }
    return k == 0 ? NAN : k == 1 ? 0 : sqrt(sum / (double)(k - 1));
}

double stats_min(const double *x, size_t n)
{
    double best = NAN;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]) && !(best <= x[i]))
            best = x[i];
    return best;
}

double stats_max(const double *x, size_t n)
{
    double best = NAN;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]) && !(best >= x[i]))
            best = x[i];
    return best;
}

/* Hoare's selection. */
double stats_select(double *a, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        double pivot = a[lo + (hi - lo) / 2];
        size_t i = lo, j = hi;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i > j)
                break;
            double t = a[i];
            a[i++] = a[j];
            a[j] = t;
            if (j == 0)
                break;
            j--;
        }
        if (k <= j)
            hi = j;
        else if (k >= i)
            lo = i;
        else
            break;
    }
    return a[k];
}

double stats_quantile_of(double *a, size_t n, double q)
{
    if (n == 0)
        return NAN;
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    double out = stats_select(a, n, k);
    if (k + 1 < n && at > (double)k)
        out += (at - (double)k) * (stats_min(a + k + 1, n - k - 1) - out);
    return out;
}

double stats_quantile(const double *x, size_t n, double q)
{
    size_t m = 0;
    double *a = mem_new(n * sizeof *a);
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            a[m++] = x[i];
    double out = stats_quantile_of(a, m, q);
    mem_free(a);
    return out;
}

double stats_median(const double *x, size_t n)
{
    return stats_quantile(x, n, 0.5);
}

double stats_lag1(const double *x, size_t n)
{
    double mean = stats_mean(x, n), num = 0, den = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            den += (x[i] - mean) * (x[i] - mean);
            if (i && !isnan(x[i - 1]))
                num += (x[i] - mean) * (x[i - 1] - mean);
        }
    return den > 0 ? num / den : 0;
}

double stats_normal_cdf(double z)
{
    return 0.5 * erfc(-z / 1.4142135623730951);
}

/* Bisection on the distribution: 60 halvings of [-9, 9] leave less than 1e-16. */
double stats_normal_quantile(double p)
{
    double lo = -9, hi = 9;
    for (int i = 0; i < 60; i++) {
        double mid = (lo + hi) / 2;
        if (stats_normal_cdf(mid) < p)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}
