/* pace.c - which ticks are due. */
#include "core/pace.h"

#include <math.h>

#define OUTAGE_S 30.0
#define OUTAGE_STEPS 10

bool pace_is_early(struct pace *p, double step_s, int64_t mono_ns)
{
    int64_t step_ns = step_s > 0 ? (int64_t)(1e9 * step_s) : 0, ahead = p->due_ns - mono_ns;
    bool on_grid = p->due_ns && ahead <= 2 * step_ns && ahead > -step_ns; /* one may have come before it was due */
    if (!step_ns)
        return false;
    if (on_grid && ahead > step_ns / 4)
        return true;
    p->due_ns = on_grid ? p->due_ns + step_ns : mono_ns + step_ns;
    return false;
}

bool pace_is_outage(double gone_s, double step_s)
{
    return gone_s > fmax(OUTAGE_S, OUTAGE_STEPS * step_s);
}
