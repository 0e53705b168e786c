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

void rate_derive(const struct schema *s, const struct frame *before, struct frame *now)
{
    int n = schema_size(s);
    for (int slot = 0; slot < n; slot++) {
        const struct metric *m = schema_at(s, slot);
        if (m->kind != KIND_RATIO)
            continue;
        int source = schema_at(s, m->num)->source;
        int64_t t0 = source < before->n_sources ? before->read_ns[source] : 0;
        int64_t t1 = now->read_ns[source];
        if (t1 == t0) {
            now->v[slot] = frame_get(before, slot);
            continue;
        }
        double den = m->den == SCHEMA_TIME ? (double)(t1 - t0) * 1e-9
                                           : rate_slot(s, m->den, before, now);
        double v = t0 && den > 0 ? m->scale * rate_slot(s, m->num, before, now) / den : NAN;
        now->v[slot] = rate_clamp(m, v);
    }
}
