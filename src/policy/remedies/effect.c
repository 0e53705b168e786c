/* effect.c - two samples, and how far one is shifted from the other. */
#include "policy/remedies/effect.h"

#include "base/stats.h"

#include <math.h>

#define PAIRS (16 * 16)

void effect_of(const double *before, const double *after, size_t n, bool higher, struct effect *out)
{
    double pair[PAIRS], good = higher ? 1 : -1;
    size_t pairs = 0;
    *out = (struct effect){ .before = stats_median(before, n), .after = stats_median(after, n), .change = NAN,
                            .low = NAN, .high = NAN };
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n && pairs < PAIRS; k++)
            if (!isnan(before[i]) && !isnan(after[k]))
                pair[pairs++] = (after[k] - before[i]) / fabs(out->before);
    if (!pairs || !(fabs(out->before) > 0)) /* of nothing there is no share */
        return;
    out->change = stats_median(pair, pairs);
    out->low = fmax(stats_min(pair, pairs), -1); /* no measure is negative: more than all cannot go */
    out->high = stats_max(pair, pairs);
    if (stats_known(before, n) < n || stats_known(after, n) < n)
        return; /* too little was seen to say more */
    out->better = good * out->change >= EFFECT_LEAST && good * out->low > 0 && good * out->high > 0;
    out->worse = -good * out->change >= EFFECT_LEAST && good * out->low < 0 && good * out->high < 0;
}
