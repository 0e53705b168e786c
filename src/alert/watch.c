/* watch.c - the metrics and events of an instant, held against the rules. */
#include "alert/state_own.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>

/* The schema only grows, and a slot stays what it is: what a rule is about is looked up once. */
static void watch_extend(struct alerts *a, const struct schema *s)
{
    for (int n = schema_size(s); a->n_slots < n; a->n_slots++)
        for (size_t i = 0; i < a->n_rules; i++) {
            const struct rule *r = &a->rules[i];
            if (r->kind != RULE_METRIC || !schema_match(s, a->n_slots, r->metric))
                continue;
            struct live *l = alerts_find(a, r, schema_id(s, a->n_slots)); /* of an earlier process */
            a->watch = mem_grow(a->watch, a->n_watch, &a->cap_watch, sizeof *a->watch);
            a->watch[a->n_watch++] = (struct watch){ r, a->n_slots, l };
            if (l) {
                l->watched = true;
                l->row.unit = schema_at(s, a->n_slots)->unit;
            }
        }
}

static void watch_metrics(struct alerts *a, const struct schema *s, const struct frame *f,
                          const struct alert_clock *now)
{
    for (size_t i = 0; i < a->n_watch; i++) {
        struct watch *w = &a->watch[i];
        double v = frame_get(f, w->slot);
        enum rule_verdict verdict = rule_judge(w->rule, v);
        if (!w->live && verdict == RULE_HOLDS && !alerts_is_full(a)) {
            w->live = alerts_live(a, w->rule, schema_id(s, w->slot), schema_at(s, w->slot)->unit);
            if (w->live)
                w->live->watched = true;
        }
        if (w->live)
            alert_judge(a, w->live, verdict, v, now);
    }
}

static void watch_event(struct alerts *a, const struct rule *r, const struct event *e, const struct alert_clock *now)
{
    struct live *l = alerts_find(a, r, "");
    if (r->kind == RULE_ANOMALY && event_is_over(e)) {
        if (l)
            l->well_ns = now->mono_ns;
        return;
    }
    if (e->severity < r->at_least || !(l = alerts_live(a, r, "", UNIT_NONE)))
        return;
    if (!l->raised) {
        text_copy(l->row.text, sizeof l->row.text, e->text);
        text_clean(l->row.text);
        l->row.severity = r->severity ? r->severity : e->severity;
    }
    alert_judge(a, l, RULE_HOLDS, NAN, now);
    if (r->kind == RULE_EVENT)
        l->well_ns = now->mono_ns; /* it lasts no time: it is over when it does not come again */
}

static void watch_events(struct alerts *a, const struct moment *m, const struct alert_clock *now)
{
    for (size_t i = 0; i < m->n_events; i++)
        for (size_t k = 0; k < a->n_rules; k++) {
            const struct rule *r = &a->rules[k];
            bool is_event = r->kind == RULE_EVENT || r->kind == RULE_ANOMALY;
            if (is_event && r->event == m->events[i].kind)
                watch_event(a, r, &m->events[i], now);
        }
}

/* What nobody says anything of in this instant: time passes for it all the same. */
static void watch_rest(struct alerts *a, const struct alert_clock *now)
{
    for (size_t i = 0; i < a->n_live; i++) {
        struct live *l = a->live[i];
        if (l->watched)
            continue;
        bool is_event = l->rule->kind == RULE_EVENT || l->rule->kind == RULE_ANOMALY;
        int64_t well_ns = l->well_ns;
        bool waits = is_event && !l->raised && l->holds_ns != ALERT_NEVER; /* for the end of the grace */
        alert_judge(a, l, !is_event ? RULE_UNKNOWN : waits ? RULE_HOLDS : well_ns != ALERT_NEVER ? RULE_WELL :
                   RULE_BETWEEN, NAN, now);
        if (waits)
            l->well_ns = well_ns;
    }
}

void alerts_watch(struct alerts *a, const struct schema *s, const struct moment *m, const struct alert_clock *now)
{
    watch_extend(a, s);
    watch_metrics(a, s, &m->frame, now);
    watch_events(a, m, now);
    watch_rest(a, now);
}
