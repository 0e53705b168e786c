/* online_episode.c - makes episodes of alarms, and tells what they are about. */
#include "analyze/online/online_own.h"

#include "analyze/anomaly/causes.h"

#include <string.h>

#define EPISODE_ROWS 240    /* then it is the usual */
#define PARTS 24            /* columns of one row that are looked at: those that contributed most */

/* A metric departed in a row. */
static void part_add(struct episode_part *p, size_t i, const struct detector_cause *c, double score)
{
    if (p->rows++ == 0) {
        p->first = i;
        p->usual = c->expected;
    }
    p->last = i;
    if (score >= p->score) {
        p->score = score;
        p->value = c->value;
        p->expected = c->expected;
        p->low = c->low;
        p->high = c->high;
        p->stuck = c->calm;
    }
}

static bool online_departs(struct online *o, const struct feature *f, size_t i, struct detector_cause *c)
{
    struct online_usual *u = &o->usual[c->column];
    online_usual_before(u, f->x, o->open ? o->now.start : i); /* as far as the ring goes back */
    c->calm = c->calm && online_usual_stuck(u, &f->rule, f->x, i + 1, c);
    return c->calm || online_usual_departs(u, &f->rule, c);
}

/* Counts what contributed to a row. Is a metric that decides among it? */
static bool online_parts(struct online *o, size_t i, double score)
{
    const struct features *f = online_features(o);
    struct detector_cause c[PARTS];
    bool decides = false;
    int n = detector_causes(o->detector, c, PARTS);
    for (int k = 0; k < n; k++) {
        struct episode_part *part = &o->now.part[c[k].column];
        part->weight += c[k].share * score;
        if (!online_departs(o, &f->f[c[k].column], i, &c[k]))
            continue;
        part_add(part, i, &c[k], c[k].share * score);
        decides |= f->f[c[k].column].rule.use == AREA_DECIDES;
    }
    return decides;
}

/* The same of who stands in. */
static bool online_young_parts(struct online *o, size_t i)
{
    bool any = false;
    for (int j = 0; j < o->features.n; j++) {
        const struct reading *r = &o->reading[j];
        if (!r->departs)
            continue;
        part_add(&o->now.part[j], i, &(struct detector_cause){
            .value = o->features.f[j].x[i], .expected = r->expected, .low = r->low, .high = r->high }, r->score);
        o->now.part[j].weight += r->weight;
        any = true;
    }
    return any;
}

static void online_clear(struct online *o)
{
    struct episode_part *part = o->now.part;
    memset(part, 0, (size_t)o->columns.n_learned * sizeof *part);
    for (int j = 0; j < o->columns.n_learned; j++)
        o->usual[j].known = false;
    o->now = (struct episode){ .part = part };
    o->open = o->told = false;
}

static void online_explain(struct online *o, struct anomaly *out)
{
    o->now.end = o->alarm;
    causes_explain(o->ring, online_features(o), &o->now, out);
    if (!o->told)
        o->start_ms = out->start_ms;
    out->start_ms = o->start_ms; /* the ring may have forgotten it */
    out->probability = o->probability;
    o->told = true;
}

enum online_news online_close(struct online *o, bool stays, struct anomaly *out)
{
    enum online_news news = o->open ? ONLINE_CLOSED : ONLINE_NOTHING;
    if (!o->open)
        return news;
    o->now.stays = stays;
    online_explain(o, out);
    online_clear(o);
    return news;
}

enum online_news online_row(struct online *o, size_t i, const struct detector_verdict *v, struct anomaly *out)
{
    o->muted = v->alarm && o->muted ? EPISODE_QUIET : o->muted - (o->muted > 0);
    if (!o->open && (!v->alarm || o->muted || o->grace))
        return ONLINE_NOTHING;
    bool decides = o->young ? online_young_parts(o, i) : online_parts(o, i, v->score);
    if (!o->open && !decides) {
        online_clear(o);
        return ONLINE_NOTHING;
    }
    if (!o->open)
        o->now.start = o->now.peak = i;
    o->open = true;
    if (v->alarm)
        o->alarm = i;
    if (v->score > o->now.score) {
        o->now.score = v->score;
        o->now.peak = i;
        o->probability = v->probability;
    }
    if (i - o->now.start >= EPISODE_ROWS) {
        o->muted = EPISODE_QUIET;
        return online_close(o, true, out);
    }
    if (i - o->alarm >= EPISODE_QUIET)
        return online_close(o, false, out);
    if (o->told || (!o->young && i - o->now.start + 1 < EPISODE_HOLD))
        return ONLINE_NOTHING;
    online_explain(o, out);
    return ONLINE_OPENED;
}
