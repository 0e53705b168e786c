/* rate.c - growth of counters per second, and of one counter per growth of another. */
#include "core/rate.h"

#include "core/frame.h"
#include "core/schema.h"

double rate_growth(double before, double now, double wrap)
{
    if (now >= before) /* false for NaN */
        return now - before;
    if (wrap > 0 && before <= wrap && now >= 0)
        return now - before + wrap;
    return NAN;
}

static double rate_clamp(const struct metric *m, double v)
{
    if (m->min == m->max)
        return v;
    return v < m->min ? m->min : v > m->max ? m->max : v;
}

double rate_between(const struct schema *s, int slot, double span_s, const double num[2], const double den[2])
{
    const struct metric *m = schema_at(s, slot);
    double by = m->den == SCHEMA_TIME ? span_s : rate_growth(den[0], den[1], schema_at(s, m->den)->wrap);
    double growth = rate_growth(num[0], num[1], schema_at(s, m->num)->wrap);
    return rate_clamp(m, by > 0 ? m->scale * growth / by : NAN);
}

/* Where a counter wraps or the ratio has bounds. `span` is the time between the readings, in seconds. */
static double rate_special(const struct schema *s, const struct schema_ratio *r, double span, const struct frame *a,
                           const struct frame *b)
{
    const double num[2] = { frame_get(a, r->num), frame_get(b, r->num) };
    const double den[2] = { frame_get(a, r->den), frame_get(b, r->den) };
    return rate_between(s, r->slot, span, num, den);
}

static double rate_plain(const struct schema_ratio *r, double span, const struct frame *a, const struct frame *b)
{
    double den = r->den == SCHEMA_TIME ? span : rate_growth(frame_get(a, r->den), frame_get(b, r->den), 0);
    return den > 0 ? r->scale * rate_growth(frame_get(a, r->num), frame_get(b, r->num), 0) / den : NAN;
}

void rate_derive(const struct schema *s, const struct frame *before, struct frame *now)
{
    int n;
    const struct schema_ratio *all = schema_ratios(s, &n);
    for (int i = 0; i < n; i++) {
        const struct schema_ratio *r = &all[i];
        int64_t t0 = r->source < before->n_sources ? before->read_ns[r->source] : 0;
        int64_t t1 = now->read_ns[r->source];
        double span = (double)(t1 - t0) * 1e-9;
        if (t1 == t0)
            now->v[r->slot] = frame_get(before, r->slot);
        else if (!t0)
            now->v[r->slot] = NAN;
        else
            now->v[r->slot] = r->special ? rate_special(s, r, span, before, now) : rate_plain(r, span, before, now);
    }
}
