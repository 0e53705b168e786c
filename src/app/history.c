/* history.c - the anomalies of the index, of sessions that somebody looked at. */
#include "app/history.h"

#include "app/archived.h"
#include "base/auto.h"

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

const struct report_history *history_learn(const struct args *a, const struct recording *rec, struct history *h)
{
    auto_buf struct buf dir = { 0 };
    struct index *x;
    *h = (struct history){ .of.from_s = INFINITY };
    if (!args_has(a, "data") || !rec->n || archived_put_dir(a, &dir) < 0 || index_open_read(dir.p, &x) < 0)
        return NULL;
    int64_t to_ms = rec->wall_ms[0], from_ms = to_ms - LOOK_BACK_MS;
    struct index_filter since = INDEX_ALL;
    since.from_ms = from_ms;
    since.to_ms = to_ms;
    int rc = index_sessions(x, &since, history_session, h);
    rc = rc < 0 ? rc : index_anomalies(x, NULL, from_ms, to_ms, 0, history_anomaly, h);
    index_close(x);
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
