/* paired.c - pairs of trials: sign test, median of the ratios, the rule, and how much noise allows to be seen. */
#include "learn/paired.h"

#include "base/stats.h"

#include <math.h>

#define CONFIDENCE 0.95 /* of the interval */
#define HALF 0.5        /* of all cases: what is called visible */

/* P(at least k of n), each with probability q. */
static double paired_tail(int k, int n, double q)
{
    double term = pow(1 - q, n), below = 0;
    for (int i = 0; i < k; i++) {
        below += term;
        term *= (double)(n - i) / (i + 1) * q / (1 - q);
    }
    return below < 1 ? 1 - below : 0;
}

/* Summed from the rare end: nothing is lost by a difference from 1. */
double paired_sign(int won, int n)
{
    if (won <= 0)
        return 1;
    double term = ldexp(1, -n), sum = 0;
    for (int i = n; i >= won; i--) {
        sum += term;
        term *= (double)i / (n - i + 1);
    }
    return sum < 1 ? sum : 1;
}

static bool paired_is_value(double v)
{
    return isfinite(v) && v > 0;
}

/* The narrowest pair of order statistics, as far from both ends, that holds the median often enough: the k-th and the
 * k-th from the end do with 1 - 2 P(fewer than k of n). */
static void paired_interval(const double *sorted, int n, struct paired *out)
{
    int k = 1;
    while (2 * (k + 1) <= n && 1 - 2 * paired_sign(n - k, n) >= CONFIDENCE)
        k++;
    out->confidence = 1 - 2 * paired_sign(n - k + 1, n);
    out->lo = exp(sorted[k - 1]);
    out->hi = exp(sorted[n - k]);
}

static void paired_sort(double *a, int n)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && a[j] < a[j - 1]; j--) {
            double t = a[j];
            a[j] = a[j - 1];
            a[j - 1] = t;
        }
}

void paired_look(const double *standard, const double *arm, size_t n, struct paired *out)
{
    double gain[PAIRED_MAX];
    *out = (struct paired){ .p = 1, .ratio = NAN, .lo = NAN, .hi = NAN, .confidence = NAN, .worst = NAN,
                            .worst_standard = NAN };
    for (size_t i = 0; i < n && i < PAIRED_MAX; i++) {
        bool ended = isinf(arm[i]) && arm[i] > 0;
        if (!paired_is_value(standard[i]) || (!paired_is_value(arm[i]) && !ended))
            continue;
        gain[out->pairs++] = ended ? -INFINITY : log(standard[i] / arm[i]);
        out->won += arm[i] < standard[i];
        out->worst = fmax(out->worst, arm[i]); /* the other one where one is NaN */
        out->worst_standard = fmax(out->worst_standard, standard[i]);
    }
    if (!out->pairs)
        return;
    paired_sort(gain, out->pairs);
    int middle = out->pairs / 2;
    out->ratio = exp(out->pairs % 2 ? gain[middle] : (gain[middle - 1] + gain[middle]) / 2);
    out->p = paired_sign(out->won, out->pairs);
    paired_interval(gain, out->pairs, out);
}

int paired_won_of(int pairs)
{
    double most = pairs < 9 ? 0.07 : 0.011;
    int won = pairs;
    while (won > 1 && paired_sign(won - 1, pairs) < most)
        won--;
    return won;
}

enum paired_verdict paired_judge(const struct paired *p, const struct paired_rule *r)
{
    if (p->pairs < r->pairs)
        return PAIRED_FEW;
    if (p->won < r->won)
        return PAIRED_LOST;
    if (!(p->ratio > r->gain))
        return PAIRED_SMALL;
    return p->worst <= r->worst * p->worst_standard ? PAIRED_ACCEPTED : PAIRED_WORST;
}

bool paired_is_lost(const struct paired *p, const struct paired_rule *r)
{
    return p->pairs - p->won > r->pairs - r->won;
}

/* How likely a pair must be won for the rule to be met in half of all cases. */
static double paired_needed(const struct paired_rule *r)
{
    double lo = 0, hi = 1;
    for (int i = 0; i < 40; i++) {
        double q = (lo + hi) / 2;
        if (paired_tail(r->won, r->pairs, q) < HALF)
            lo = q;
        else
            hi = q;
    }
    return hi;
}

void paired_noise(const double *a, const double *b, size_t n, const struct paired_rule *r, struct paired_noise *out)
{
    double x[PAIRED_MAX], all[2 * PAIRED_MAX], middle[2];
    n = n < PAIRED_MAX ? n : PAIRED_MAX;
    for (int batch = 0; batch < 2; batch++) {
        for (size_t i = 0; i < n; i++)
            all[batch * n + i] = x[i] = log(batch ? b[i] : a[i]);
        middle[batch] = stats_quantile_of(x, n, 0.5);
    }
    out->differ = exp(fabs(middle[0] - middle[1]));
    double quartile = stats_quantile_of(all, 2 * n, 0.25);
    out->spread = (stats_quantile_of(all, 2 * n, 0.75) - quartile) / STATS_QUARTILES;
    /* The difference of two has the square root of two times the spread. */
    double visible = exp(stats_normal_quantile(paired_needed(r)) * M_SQRT2 * out->spread);
    out->visible = fmax(fmax(visible, out->differ), r->gain);
}
