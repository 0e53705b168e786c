/* draw.c - rows at random: one pass, in order, and so kind to the cache. */
#include "learn/draw.h"

#include <string.h>

void draw_rows(struct rng *r, const double *x, size_t n, int d, size_t m, double *out, size_t *row)
{
    size_t width = (size_t)d, taken = 0;
    for (size_t i = 0; i < n && taken < m; i++) {
        if ((double)(n - i) * rng_unit(r) >= (double)(m - taken))
            continue;
        memcpy(out + taken * width, x + i * width, width * sizeof *x);
        if (row)
            row[taken] = i;
        taken++;
    }
}
