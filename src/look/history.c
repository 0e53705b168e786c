/* history.c - the anomalies of the index, of sessions that somebody looked at. */
#include "look/history.h"

#include "base/mem.h"

#include <math.h>

#define LOOK_BACK_MS (INT64_C(90) * 86400000)

static void history_session(void *self, const struct index_session *s)
{
    struct history *h = self;
    if (*s->verdict || s->anomalies)
        h->of.from_s = fmin(h->of.from_s, (double)s->start_ms / 1000);
}

static void history_anomaly(void *self, const struct index_anomaly *a)
{
    struct history *h = self;
    h->start_s = mem_grow(h->start_s, h->n, &h->cap, sizeof *h->start_s);
    h->start_s[h->n++] = (double)a->time_ms / 1000;
}

const struct report_history *history_of(struct index *x, int64_t before_ms, struct history *h)
{
    int64_t from_ms = before_ms - LOOK_BACK_MS;
    struct index_filter since = INDEX_ALL;
    *h = (struct history){ .of.from_s = INFINITY };
    since.from_ms = from_ms;
    since.to_ms = before_ms;
    int rc = index_sessions(x, &since, history_session, h);
    rc = rc < 0 ? rc : index_anomalies(x, NULL, from_ms, before_ms, 0, history_anomaly, h);
    if (rc < 0 || isinf(h->of.from_s))
        return NULL;
    h->of.from_s = fmax(h->of.from_s, (double)from_ms / 1000);
    h->of.start_s = h->start_s;
    h->of.n = h->n;
    return &h->of;
}

void history_done(struct history *h)
{
    mem_free(h->start_s);
    *h = (struct history){ 0 };
}
