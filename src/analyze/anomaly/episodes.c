/* episodes.c - from rows that depart to findings with a start, an end and a peak. */
#include "analyze/anomaly/episodes.h"

#include "base/mem.h"

#include <string.h>

/* What departed up to so many rows before the episode opened began with it. */
#define LOOK_BACK (2 * EPISODE_HOLD)

#define WEIGHT_MAX 50

double reading_weight(const struct feature *f, double difference, double thresholds)
{
    return fmin(f->rule.change > 0 ? fabs(difference) / f->rule.change : thresholds, WEIGHT_MAX);
}

void episodes_init(struct episodes *e, const struct features *f,
                   void (*found)(void *self, const struct episode *e), void *self)
{
    *e = (struct episodes){ .f = f, .found = found, .self = self };
    e->run = mem_new((size_t)(f->n + 1) * sizeof *e->run);
    e->now.part = mem_new((size_t)(f->n + 1) * sizeof *e->now.part);
}

void episodes_done(struct episodes *e)
{
    mem_free(e->run);
    mem_free(e->now.part);
    *e = (struct episodes){ 0 };
}

static void episode_add(struct episodes *e, int j, size_t i, const struct reading *r)
{
    struct episode_part *p = &e->now.part[j];
    const struct feature *f = &e->f->f[j];
    if (p->rows++ == 0) {
        p->first = i;
        p->usual = r->expected;
    }
    p->last = i;
    p->weight += r->weight;
    if (r->score >= p->score) {
        p->score = r->score;
        p->value = f->x[i];
        p->expected = r->expected;
        p->low = r->low;
        p->high = r->high;
    }
    if (f->rule.use == AREA_DECIDES && r->score > e->now.score) {
        e->now.score = r->score;
        e->now.peak = i;
    }
}

static void episode_close(struct episodes *e, bool stays)
{
    size_t last = e->now.start;
    for (int j = 0; j < e->f->n; j++)
        if (e->f->f[j].rule.use == AREA_DECIDES && e->now.part[j].rows &&
            e->now.part[j].last > last)
            last = e->now.part[j].last;
    e->now.end = last;
    e->now.stays = stays;
    e->found(e->self, &e->now);
    e->open = false;
}

static void episode_forget(struct episodes *e)
{
    struct episode_part *part = e->now.part;
    memset(part, 0, (size_t)e->f->n * sizeof *part);
    e->now = (struct episode){ .part = part };
}

static void episode_open(struct episodes *e, size_t i)
{
    e->open = true;
    e->now.start = i;
    for (int j = 0; j < e->f->n; j++) {
        struct episode_part *p = &e->now.part[j];
        if (p->rows && p->first + LOOK_BACK < i)
            *p = (struct episode_part){ 0 };
        if (p->rows && p->first < e->now.start)
            e->now.start = p->first;
    }
    if (e->now.peak < e->now.start)
        e->now.peak = i;
}

/* Is there reason to open an episode at this row? */
static bool episode_due(const struct episodes *e, const struct reading *of)
{
    for (int j = 0; j < e->f->n; j++)
        if (e->f->f[j].rule.use == AREA_DECIDES && of[j].departs &&
            (e->run[j] >= EPISODE_HOLD || of[j].huge))
            return true;
    return false;
}

/* Has every deciding feature that departed come to rest? *stays:
 * because its new level is the usual one now. */
static bool episode_over(const struct episodes *e, size_t i, const struct reading *of, bool *stays)
{
    bool rest = true, settled = false;
    for (int j = 0; j < e->f->n; j++) {
        const struct episode_part *p = &e->now.part[j];
        if (e->f->f[j].rule.use != AREA_DECIDES || !p->rows)
            continue;
        settled |= of[j].settled;
        rest &= i - p->last >= EPISODE_QUIET;
    }
    *stays = settled;
    return rest || settled;
}

void episodes_row(struct episodes *e, size_t i, const struct reading *of)
{
    for (int j = 0; j < e->f->n; j++) {
        if (!e->open && !of[j].departs && e->run[j]) /* a run that came to nothing */
            e->now.part[j] = (struct episode_part){ 0 };
        e->run[j] = of[j].departs ? e->run[j] + 1 : 0;
        if (of[j].departs)
            episode_add(e, j, i, &of[j]);
    }
    if (!e->open && episode_due(e, of))
        episode_open(e, i);
    bool stays;
    if (e->open && episode_over(e, i, of, &stays)) {
        episode_close(e, stays);
        episode_forget(e);
    }
}

void episodes_break(struct episodes *e)
{
    if (e->open)
        episode_close(e, false);
    episode_forget(e);
    memset(e->run, 0, (size_t)e->f->n * sizeof *e->run);
}
