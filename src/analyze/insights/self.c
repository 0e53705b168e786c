/* self.c - the rule about our own recording: is there something it could not see? */
#include "analyze/insights/rules.h"

#define GAPS_SHARE 0.02 /* of the ticks */
#define GAPS_LEAST 3

void rule_gaps(struct inspection *in)
{
    size_t gaps = 0, first = 0;
    for (size_t k = 0; k < in->r->n_events; k++) {
        const struct event *e = &in->r->events[k];
        if (e->kind != EVENT_GAP)
            continue;
        if (gaps++ == 0)
            while (first + 1 < in->n && in->r->wall_ms[first] < e->wall_ms)
                first++;
    }
    if (gaps < GAPS_LEAST || (double)gaps < GAPS_SHARE * (double)in->n)
        return;
    struct insight *i = insight_new(in, "gaps", NULL, SEVERITY_NOTICE, AREA_OTHER, first);
    insight_title(i, "The recording has %zu gaps: the machine was too busy or asleep", gaps);
    insight_evidence(i, "%zu events of the kind \"gap\" in %zu samples", gaps, in->n);
    insight_advice(
        i, "What happened in them is not known; a longer --interval misses less under load.");
}
