/* grid.c - even steps, counted back from the last time: that is where a forecast begins. */
#include "learn/forecast/grid.h"

#include "base/mem.h"

#include <math.h>
#include <stdint.h>

double *grid_make(const double *t, const double *x, size_t n, double step, size_t max, size_t *rows)
{
    if (!n || !(step > 0))
        return NULL;
    double end = t[n - 1], span = floor((end - t[0]) / step + 0.5) + 1;
    if (!(span >= 1))
        return NULL;
    size_t m = span < (double)max ? (size_t)span : max;
    double *sum = mem_try(m * sizeof *sum);
    uint32_t *count = mem_try(m * sizeof *count);
    if (!sum || !count) {
        mem_free(sum);
        mem_free(count);
        return NULL;
    }
    for (size_t i = n; i > 0; i--) {
        double back = floor((end - t[i - 1]) / step + 0.5);
        if (!(back < (double)m))
            break;
        if (back < 0 || !isfinite(x[i - 1]))
            continue;
        size_t at = m - 1 - (size_t)back;
        count[at]++;
        sum[at] += (x[i - 1] - sum[at]) / count[at]; /* a mean that overflows only between opposite giants */
    }
    for (size_t i = 0; i < m; i++)
        if (!count[i] || !isfinite(sum[i]))
            sum[i] = NAN;
    mem_free(count);
    *rows = m;
    return sum;
}
