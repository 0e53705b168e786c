/*
 * csv_band.c - the band around a cell, and numbers with no more digits than the band is worth.
 *
 * A number is m * 10^e with m below 2^53 and |e| up to 22: one rounded operation on exact doubles, so
 * what a reader will get is known without reading it (Clinger, "How to read floating point numbers
 * accurately", 1990).
 */
#include "store/csv_band.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>

#define LARGEST 9007199254740992.0 /* 2^53 */
#define MOST 22
#define ROUNDING 0.25 /* of the bound; see the header */

static const double ten[MOST + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* Where a unit is also that of something much finer, its family has a row of its own. */
static const struct { const char *families; double floor; } finer[] = {
    { "cpu.load", 0.05 },
    { "sonde.*", 0 }, /* its own cost is small and of interest */
};

static const double floors[] = {
    [UNIT_NONE] = 0.5,        /* of a count: any change is told that the share does not swallow */
    [UNIT_PERCENT] = 0.5,     /* at 1 Hz a share of time has steps of 1, from clock ticks of 10 ms */
    [UNIT_BYTE] = 1048576,    /* what a person reads of a memory size */
    [UNIT_BYTE_PER_S] = 10000,
    [UNIT_PER_S] = 2,         /* a count over one second is off by one at either end */
    [UNIT_SECOND] = 0.0001,   /* latencies: of a disk's request */
    [UNIT_CELSIUS] = 0.5,     /* sensors have steps of 0.5 or 1 */
    [UNIT_HERTZ] = 10e6,
    [UNIT_WATT] = 0.1,
    [UNIT_JOULE] = 1,
    [UNIT_VOLT] = 0.01,
    [UNIT_AMPERE] = 0.01,
    [UNIT_RPM] = 20,
};

double csv_band_floor(const struct metric *m)
{
    for (size_t i = 0; i < sizeof finer / sizeof *finer; i++)
        if (text_glob(finer[i].families, m->name))
            return finer[i].floor;
    return floors[m->unit];
}

static double times_ten(double m, int e)
{
    return e >= 0 ? m * ten[e] : m / ten[-e];
}

/* m * 10^e, in the shorter of its two forms. */
static void put_decimal(struct buf *out, int64_t m, int e)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)(m < 0 ? -m : m));
    if (m < 0)
        buf_putc(out, '-');
    if (e >= 0 && e < 3) {
        buf_put(out, digits, (size_t)n);
        buf_put(out, "00", (size_t)e);
    } else if (e >= 3 || -e > n + 3) {
        buf_printf(out, "%se%d", digits, e);
    } else if (-e < n) {
        buf_put(out, digits, (size_t)(n + e));
        buf_putc(out, '.');
        buf_put(out, digits + n + e, (size_t)-e);
    } else {
        buf_puts(out, "0.");
        buf_put(out, "000", (size_t)(-e - n));
        buf_put(out, digits, (size_t)n);
    }
}

double csv_band_number(struct buf *out, double v, double tolerance)
{
    int e = tolerance > 1e-15 && tolerance < 1e20 ? (int)floor(log10(tolerance)) + 1 : MOST + 1;
    for (int tries = 0; tries < 2 && e <= MOST && e >= -MOST; tries++, e--) {
        double r = rint(times_ten(v, -e));
        if (!(fabs(r) < LARGEST) || fabs(times_ten(r, e) - v) > tolerance)
            continue;
        int64_t m = (int64_t)r;
        if (m == 0) {
            buf_putc(out, '0');
            return 0;
        }
        for (; m % 10 == 0 && e < MOST; e++)
            m /= 10;
        put_decimal(out, m, e);
        return times_ten((double)m, e);
    }
    buf_double(out, v);
    return v;
}

static bool put_unknown(struct csv_cell *c, bool full, struct buf *out)
{
    if (c->said && isnan(c->last) && !full)
        return false;
    *c = (struct csv_cell){ .said = true, .last = (double)NAN, .base = (double)NAN };
    buf_puts(out, "NaN");
    return true;
}

static double bound(const struct csv_rule *r, double value, double base)
{
    return fmax(r->share * fabs(r->total ? value - base : value), r->floor);
}

bool csv_band_put(struct csv_cell *c, const struct csv_rule *r, double v, bool full, struct buf *out)
{
    if (!isfinite(v))
        return put_unknown(c, full, out);
    bool known = c->said && !isnan(c->last);
    if (known && !full && fabs(v - c->last) <= (r->exact ? 0 : bound(r, c->last, c->base)))
        return false;
    bool again = full || !known || v < c->last; /* a total begins anew, exactly */
    double base = again ? v : c->base;
    double tolerance = r->exact || (r->total && again) ? 0 : ROUNDING * bound(r, v, base);
    *c = (struct csv_cell){ .said = true, .last = csv_band_number(out, v, tolerance), .base = base };
    return true;
}
