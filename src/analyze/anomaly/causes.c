/*
 * causes.c - names an episode: which area, which metrics by how much, which processes.
 *
 * The area is the first in the order of `enum area` of which a deciding metric departed often
 * enough. Causes of that area stand before the others; shares are of all that departed.
 */
#include "analyze/anomaly/causes.h"

#include "analyze/anomaly/moved_groups.h"
#include "analyze/anomaly/suspects.h"
#include "base/text.h"
#include "core/amount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A metric that departed in every fifth row of an episode at least may name it: blips may not. */
#define ENOUGH 5

/* How far before its first departure the way to it may have begun. */
#define LOOK_BACK 5

/* So much more written by processes makes it a matter of the disk, even before a disk is busy. */
#define WRITING 20e6

static size_t causes_enough(const struct episode *e)
{
    size_t rows = e->end - e->start + 1;
    if (rows <= EPISODE_HOLD * ENOUGH)
        return rows < EPISODE_HOLD ? rows : EPISODE_HOLD;
    return rows / ENOUGH;
}

static enum area causes_area(const struct recording *r, const struct features *f,
                             const struct episode *e)
{
    size_t enough = causes_enough(e), most = 0;
    enum area area = AREAS - 1, often = area;
    bool named = false;
    for (int j = 0; j < f->n; j++) {
        const struct area_rule *rule = &f->f[j].rule;
        size_t rows = e->part[j].rows;
        if (rule->use != AREA_DECIDES || !rows)
            continue;
        if (rows >= enough && rule->area <= area) {
            area = rule->area;
            named = true;
        }
        if (rows > most || (rows == most && rule->area < often)) {
            often = rule->area;
            most = rows;
        }
    }
    area = named ? area : often; /* blips of several metrics in turn: that of the most frequent one */
    if (area > AREA_PROCESSES && suspects_writing(r, e->start, e->end) > WRITING)
        area = AREA_DISK;
    return area;
}

struct ranked {
    int j;
    bool own; /* of the episode's area, and often enough to have named it */
    bool decides;
    double weight;
};

static int ranked_order(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->own != y->own)
        return x->own ? -1 : 1;
    if (x->decides != y->decides)
        return x->decides ? -1 : 1;
    return x->weight < y->weight ? 1 : x->weight > y->weight ? -1 : x->j - y->j;
}

/* The heaviest few, and their shares of all. */
static void causes_rank(const struct schema *s, const struct features *f, const struct episode *e, struct anomaly *out)
{
    struct ranked top[REPORT_CAUSES + 1];
    int n = 0;
    double sum = 0;
    for (int j = 0; j < f->n; j++) {
        const struct episode_part *p = &e->part[j];
        sum += p->weight;
        if (!p->rows)
            continue;
        const struct area_rule *rule = &f->f[j].rule;
        bool own = rule->area == out->area && p->rows >= causes_enough(e);
        top[n++] = (struct ranked){ j, own, rule->use == AREA_DECIDES, p->weight };
        qsort(top, (size_t)n, sizeof *top, ranked_order);
        n = n > REPORT_CAUSES ? REPORT_CAUSES : n;
    }
    for (int k = 0; k < n; k++) {
        const struct episode_part *p = &e->part[top[k].j];
        const struct metric *m = schema_at(s, f->f[top[k].j].slot);
        bool never = p->value >= 0 && p->expected >= 0 && p->low < 0 && m->unit != UNIT_CELSIUS; /* below zero */
        out->causes[k] = (struct cause){ f->f[top[k].j].slot, p->value, p->expected, never ? 0 : p->low,
                                         m->max > m->min ? fmin(p->high, m->max) : p->high,
                                         sum > 0 ? p->weight / sum : 0, p->stuck };
    }
    out->n_causes = n;
}

/* A notice is worth a look; a warning is three times what a person would care about. */
static enum severity causes_severity(const struct features *f, const struct episode *e)
{
    for (int j = 0; j < f->n; j++) {
        const struct episode_part *p = &e->part[j];
        double change = f->f[j].rule.change;
        if (p->rows && f->f[j].rule.use == AREA_DECIDES && change > 0 &&
            fabs(p->value - p->expected) >= 3 * change)
            return SEVERITY_WARNING;
    }
    return SEVERITY_NOTICE;
}

/* "used" for memory.used in an episode of memory, the whole id elsewhere;
 * the total is meant anyway. */
static const char *causes_label(const struct schema *s, int slot, enum area area)
{
    const struct metric *m = schema_at(s, slot);
    const char *id = m->inst && !strcmp(m->inst, "total") ? m->name : schema_id(s, slot);
    const char *prefix = area == AREA_PROCESSES ? "process" : area_name(area);
    size_t n = strlen(prefix);
    return !strncmp(id, prefix, n) && id[n] == '.' ? id + n + 1 : id;
}

static void causes_sentence(const struct recording *r, struct anomaly *a, bool stays)
{
    char from[AMOUNT_MAX], to[AMOUNT_MAX], when[TEXT_TIME_MAX], by[64] = "", pid[24] = "";
    const struct cause *c = &a->causes[0];
    const struct metric *m = schema_at(r->schema, c->slot);
    if (a->n_suspects) {
        snprintf(pid, sizeof pid, " (pid %d)", (int)a->suspects[0].pid);
        snprintf(by, sizeof by, ", by %s%s", a->suspects[0].name, pid);
    }
    if (c->stuck) {
        snprintf(a->summary, sizeof a->summary, "%s: %.100s stands still at %s since %s UTC", area_name(a->area),
                 causes_label(r->schema, c->slot, a->area), amount_text(c->value, m->unit, to),
                 text_clock(a->start_ms, when));
        return;
    }
    snprintf(a->summary, sizeof a->summary, "%s: %.100s %s from %s to %s at %s UTC%s%s",
             area_name(a->area), causes_label(r->schema, c->slot, a->area),
             c->value > c->expected ? "rose" : "fell", amount_text(c->expected, m->unit, from),
             amount_text(c->value, m->unit, to), text_clock(a->start_ms, when),
             stays ? " and stayed there" : "", by);
}

/*
 * Something that grows departs late: the episode begins where the way to its first departure began,
 * the row that first left the usual value by a fifth of that.
 */
static size_t causes_start(const struct features *f, const struct episode *e)
{
    size_t start = e->start;
    for (int j = 0; j < f->n; j++) {
        const struct episode_part *p = &e->part[j];
        const double *x = f->f[j].x;
        if (!p->rows || f->f[j].rule.use != AREA_DECIDES)
            continue;
        double way = (x[p->first] - p->usual) / 5;
        size_t i = p->first;
        while (i > 0 && p->first - i < LOOK_BACK && (x[i - 1] - p->usual) / way >= 1)
            i--;
        start = i < start ? i : start;
    }
    return start;
}

void causes_explain(const struct recording *r, const struct features *f, const struct episode *e,
                    struct anomaly *out)
{
    size_t start = causes_start(f, e);
    *out = (struct anomaly){
        .start_ms = r->wall_ms[start], .end_ms = r->wall_ms[e->end], .peak_ms = r->wall_ms[e->peak],
        .start = start, .end = e->end, .score = e->score, .probability = NAN,
    };
    out->area = causes_area(r, f, e);
    out->severity = causes_severity(f, e);
    causes_rank(r->schema, f, e, out);
    suspects_find(r, out);
    moved_groups(r, out);
    causes_sentence(r, out, e->stays);
}
