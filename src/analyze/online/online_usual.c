/* online_usual.c - the minutes before, and a mean of the last hour for what creeps. */
#include "analyze/online/online_usual.h"

#include "base/stats.h"

#define SLOW_S 3600.0       /* over which a level is remembered that creeps away */
#define USUAL_ROWS 30       /* fewer do not say what is usual */
#define STUCK_ROWS 30       /* at one value */

void online_usual_next(struct online_usual *u, double x, double step_s)
{
    if (!isfinite(x))
        return;
    u->rows = fmin(u->rows + 1, SLOW_S / step_s);
    u->slow = isnan(u->slow) ? x : u->slow + (x - u->slow) / u->rows;
}

void online_usual_before(struct online_usual *u, const double *x, size_t rows)
{
    if (u->known)
        return;
    u->middle = u->low = u->high = NAN;
    if (stats_known(x, rows) >= USUAL_ROWS) {
        u->middle = stats_median(x, rows);
        u->low = stats_quantile(x, rows, 0.05);
        u->high = stats_quantile(x, rows, 0.95);
    }
    u->known = true;
}

bool online_usual_departs(const struct online_usual *u, const struct area_rule *rule, struct detector_cause *c)
{
    bool crept = isnan(u->middle) || fabs(c->value - u->slow) > 2 * fabs(c->value - u->middle);
    if (!isnan(u->middle)) {
        c->expected = u->middle;
        c->low = u->low;
        c->high = u->high;
    }
    if (crept && u->rows > USUAL_ROWS) {
        double by = u->slow - c->expected;
        c->expected += by;
        c->low += by;
        c->high += by;
    }
    double by = fabs(c->value - c->expected);
    bool inside = c->value >= c->low && c->value <= c->high;
    return isfinite(by) && by > 0 && by >= rule->change && !inside;
}

bool online_usual_stuck(const struct online_usual *u, const struct area_rule *rule, const double *x, size_t rows,
                        struct detector_cause *c)
{
    double v = c->value, width = u->high - u->low;
    bool near = v >= u->low - width && v <= u->high + width; /* what is further off has gone there, above all */
    if (rows < STUCK_ROWS || v == 0 || !near || !(width > 0) || width < rule->change)
        return false;
    for (size_t i = rows - STUCK_ROWS; i < rows; i++)
        if (x[i] != v)
            return false;
    c->expected = u->middle;
    c->low = u->low;
    c->high = u->high;
    return true;
}
