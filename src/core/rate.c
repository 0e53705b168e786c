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

static double rate_slot(const struct schema *s, int slot, const struct frame *a,
                        const struct frame *b)
{
    return rate_growth(frame_get(a, slot), frame_get(b, slot), schema_at(s, slot)->wrap);
}

static double rate_clamp(const struct metric *m, double v)
{
    if (m->min == m->max)
        return v;
    return v < m->min ? m->min : v > m->max ? m->max : v;
}

/* Where a counter wraps or the ratio has bounds. `span` is the time between the readings, in seconds. */
static double rate_special(const struct schema *s, const struct schema_ratio *r, double span, const struct frame *a,
                           const struct frame *b)
{
    double den = r->den == SCHEMA_TIME ? span : rate_slot(s, r->den, a, b);
    return rate_clamp(schema_at(s, r->slot), den > 0 ? r->scale * rate_slot(s, r->num, a, b) / den : NAN);
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
