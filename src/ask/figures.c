/*
 * figures.c - picks how finely a period is read, and makes of points what is told of them.
 *
 * Up to an hour every instant is read; up to four days rows of a minute; beyond, rows of ten: the tiers of the archive,
 * at the cost of reading some hundred to some thousand rows.
 */
#include "ask/figures.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/stats.h"
#include "store/query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTANTS_S 3600
#define MINUTES_S (4 * 86400)
#define USUAL_MS (INT64_C(7) * 86400000)
#define USUAL_LEAST_S 3600
#define USUAL_POINTS 6

static double figures_step_s(const struct asked *q, double span_s)
{
    double step = fmax(q->interval_s, 1);
    return span_s > MINUTES_S ? 600 : span_s > INSTANTS_S && step < 60 ? 60 : step;
}

/* Steps are whole ones, from a round time on: a point then begins with the instant that it is made of. What is beyond
 * the last whole step counts only where nothing comes after it. */
static int64_t figures_round(const struct asked *q, int64_t *from, int64_t *to)
{
    int64_t from_ms = *from, to_ms = *to;
    int64_t step = (int64_t)(figures_step_s(q, (double)(to_ms - from_ms + 1) / 1000) * 1000);
    int64_t most = QUERY_POINTS / 8; /* of years, steps are longer */
    step *= (to_ms - from_ms + step * most) / (step * most);
    int64_t fine = (int64_t)(fmax(q->interval_s, 1) * 1000);
    from_ms += (fine - from_ms % fine) % fine;
    if (from_ms > to_ms)
        from_ms -= fine;
    int64_t n = (to_ms - from_ms + 1 + (to_ms >= q->last_ms ? step - 1 : 0)) / step;
    n = n < 1 ? 1 : n > most ? most : n;
    if (n > 1 || step < to_ms - from_ms + 1)
        to_ms = from_ms + n * step - 1;
    *from = from_ms;
    *to = to_ms;
    return n;
}

/* Are all of these sets among those that were gathered? They are there as they stand in the table. */
static bool figures_has(const struct gathered *g, const char *globs)
{
    size_t n = strlen(globs);
    for (const char *p = g->globs; (p = strstr(p, globs)); p++)
        if ((p == g->globs || p[-1] == ';') && (p[n] == ';' || !p[n]))
            return true;
    return false;
}

/* What was gathered, less what the globs do not name: the list is the caller's, all in it borrowed. */
static struct query_result *figures_view(const struct asked *q, const struct gathered *g, const char *globs)
{
    struct query_result *r = mem_new(sizeof *r);
    *r = *g->r;
    r->n = 0;
    r->series = mem_new((g->r->n + 1) * sizeof *r->series);
    for (int slot = -1; (slot = scope_match(&q->scope, globs, slot)) >= 0;)
        for (size_t i = 0; i < g->r->n; i++)
            if (strcmp(g->r->series[i].id, scope_id(&q->scope, slot)) == 0)
                r->series[r->n++] = g->r->series[i];
    return r;
}

struct reading {
    struct query_result *r; /* NULL: nothing is there */
    bool borrowed;
};

static struct reading figures_query(const struct asked *q, const char *globs, int64_t from_ms, int64_t to_ms)
{
    struct reading read = { NULL, false };
    int64_t n = figures_round(q, &from_ms, &to_ms);
    for (int i = 0; i < 2; i++) {
        const struct gathered *g = &q->gathered[i];
        if (g->r && g->r->from_ms == from_ms && g->r->to_ms == to_ms && g->r->points == n && figures_has(g, globs))
            return (struct reading){ figures_view(q, g, globs), true };
    }
    if (from_ms > to_ms || store_query(q->look->files, NULL, from_ms, to_ms, globs, (int)n, &read.r) < 0)
        read.r = NULL;
    return read;
}

static void reading_done(struct reading *read)
{
    if (read->r && read->borrowed) {
        mem_free(read->r->series);
        mem_free(read->r);
    } else {
        query_free(read->r);
    }
}

void figures_gather(struct asked *q, const char *const *keys, const struct span *s)
{
    struct gathered *g = &q->gathered[q->n_gathered++ % 2];
    int64_t from_ms = s->from_ms, to_ms = s->to_ms, n = figures_round(q, &from_ms, &to_ms);
    char globs[sizeof g->globs] = "";
    size_t used = 0, kept = 0;
    query_free(g->r);
    *g = (struct gathered){ 0 };
    for (; *keys; keys++) {
        char sets[SUBJECT_GLOBS];
        snprintf(sets, sizeof sets, "%s", topics_find(*keys)->globs);
        for (char *rest, *set = strtok_r(sets, " ", &rest); set; set = strtok_r(NULL, " ", &rest)) {
            if (scope_match(&q->scope, set, -1) < 0 || figures_has(g, set) || used + strlen(set) + 2 > sizeof globs)
                continue;
            used += (size_t)snprintf(globs + used, sizeof globs - used, "%s%s", used ? "," : "", set);
            kept += (size_t)snprintf(g->globs + kept, sizeof g->globs - kept, "%s%s", kept ? ";" : "", set);
            break; /* the first that is there answers */
        }
    }
    if (!used || from_ms > to_ms || store_query(q->look->files, NULL, from_ms, to_ms, globs, (int)n, &g->r) < 0)
        g->r = NULL;
}

void figures_drop(struct asked *q)
{
    for (int i = 0; i < 2; i++)
        query_free(q->gathered[i].r);
}

static int64_t figures_step(const struct query_result *r)
{
    return (r->to_ms - r->from_ms + 1) / r->points;
}

/* ---- which device ---- */

static bool figures_loopback(const struct metric *m)
{
    return strncmp(m->name, "net.", 4) == 0 && m->inst && strcmp(m->inst, "lo") == 0;
}

static void figures_which(const struct metric *m, bool kinds, bool families, char *out, size_t cap)
{
    const char *inst = m->inst && strcmp(m->inst, "total") != 0 ? m->inst : "";
    const char *slash = strncmp(m->name, "sensor.", 7) == 0 ? strrchr(inst, '/') : NULL;
    while (slash && slash > inst && slash[-1] != '/')
        slash--;
    if (slash)
        snprintf(out, cap, "%s", slash);
    else if (strncmp(m->name, "cpu.core.", 9) == 0)
        snprintf(out, cap, "core %s", inst);
    else if (kinds)
        snprintf(out, cap, "%.*s%s%s", (int)strcspn(m->name, "."), m->name, *inst ? " " : "", inst);
    else if (families && strncmp(m->name, "pressure.", 9) == 0)
        snprintf(out, cap, "%.*s", (int)strcspn(m->name + 9, "."), m->name + 9);
    else
        snprintf(out, cap, "%s", inst);
}

/* ---- one figure ---- */

static void figures_take(struct figure *f, const struct query_point *p, int64_t step_ms)
{
    if (!(p->count > 0) || isnan(p->mean))
        return;
    if (!f->known_s)
        f->first_ms = p->start_ms;
    f->last = p->last;
    f->last_ms = p->start_ms;
    f->mean += p->mean;
    if (!f->known_s || p->min < f->min) {
        f->min = p->min;
        f->min_ms = p->start_ms;
    }
    if (!f->known_s || p->max > f->max) {
        f->max = p->max;
        f->max_ms = p->start_ms;
    }
    f->known_s += (double)step_ms / 1000;
}

static void figures_chart(struct figure *f, const struct query_point *p, int n)
{
    f->n_chart = (size_t)(n < FIGURES_CHART ? n : FIGURES_CHART);
    for (size_t k = 0; k < f->n_chart; k++) {
        double sum = 0;
        int known = 0, from = (int)((int64_t)k * n / (int64_t)f->n_chart),
            to = (int)((int64_t)(k + 1) * n / (int64_t)f->n_chart);
        for (int i = from; i < to; i++)
            if (p[i].count > 0 && !isnan(p[i].mean)) {
                sum += p[i].mean;
                known++;
            }
        f->chart[k] = known ? sum / known : (double)NAN;
    }
}

/* False where nothing of it is known. */
static bool figures_make(const struct query_result *r, const struct query_series *s, const struct query_point *p,
                         bool kinds, bool families, struct figure *f)
{
    *f = (struct figure){ .unit = s->metric.unit, .step_ms = figures_step(r), .from_ms = r->from_ms,
                          .to_ms = r->to_ms };
    int known = 0;
    for (int i = 0; i < r->points; i++) {
        figures_take(f, &p[i], f->step_ms);
        known += p[i].count > 0 && !isnan(p[i].mean);
    }
    if (!known)
        return false;
    f->mean /= known;
    snprintf(f->id, sizeof f->id, "%s", s->id);
    figures_which(&s->metric, kinds, families, f->which, sizeof f->which);
    figures_chart(f, p, r->points);
    return true;
}

/* ---- several devices ---- */

static bool figures_above(const struct figure *a, const struct figure *b, enum topic_of of, bool whole)
{
    double x = whole ? a->mean : a->last, y = whole ? b->mean : b->last;
    return of == OF_LOWEST ? x < y : x > y;
}

/* The first stays the highest; beyond FIGURES_MAX the others go. */
static int figures_insert(struct figure *list, int n, const struct figure *f, enum topic_of of, bool whole)
{
    int at = n < FIGURES_MAX ? n : FIGURES_MAX - 1;
    if (n == FIGURES_MAX && !figures_above(f, &list[at], of, whole))
        return n;
    for (; at > 0 && figures_above(f, &list[at - 1], of, whole); at--)
        list[at] = list[at - 1];
    list[at] = *f;
    return n < FIGURES_MAX ? n + 1 : n;
}

static int figures_sum(const struct query_result *r, struct figure *out)
{
    auto_free struct query_point *sum = mem_new((size_t)r->points * sizeof *sum);
    for (int i = 0; i < r->points; i++) {
        sum[i] = r->series[0].point[i];
        for (size_t k = 1; k < r->n; k++) {
            const struct query_point *p = &r->series[k].point[i];
            if (!(p->count > 0) || isnan(p->mean) || !(sum[i].count > 0) || isnan(sum[i].mean))
                continue;
            sum[i].mean += p->mean;
            sum[i].last += p->last;
            sum[i].min += p->min;
            sum[i].max += p->max;
        }
    }
    bool made = figures_make(r, &r->series[0], sum, false, false, out);
    out->which[0] = '\0';
    return made;
}

static int figures_of(const struct query_result *r, const struct subject *u, bool whole, struct figure *out)
{
    int n = 0;
    size_t several = 0;
    bool kinds = false, families = false;
    for (size_t i = 0; i < r->n; i++) {
        families = families || strcmp(r->series[i].metric.name, r->series[0].metric.name) != 0;
        several += r->series[i].metric.inst && strcmp(r->series[i].metric.inst, "total") != 0;
        kinds = kinds || strcspn(r->series[i].metric.name, ".") != strcspn(r->series[0].metric.name, ".") ||
                strncmp(r->series[i].metric.name, r->series[0].metric.name,
                        strcspn(r->series[0].metric.name, ".")) != 0;
    }
    if (u->of == OF_SUM)
        return figures_sum(r, out);
    for (size_t i = 0; i < r->n; i++) {
        const struct query_series *s = &r->series[i];
        struct figure f;
        bool total = s->metric.inst && strcmp(s->metric.inst, "total") == 0;
        if ((total && several > 0) || (figures_loopback(&s->metric) && !*u->inst && several > 1) ||
            s->metric.kind == KIND_COUNTER || !figures_make(r, s, s->point, kinds, families, &f))
            continue;
        n = figures_insert(out, n, &f, u->of, whole);
    }
    if (n == 1 && (!out->which[strspn(out->which, "0123456789")] || strcmp(out->which, "1m") == 0))
        out->which[0] = '\0'; /* a number of which there is one */
    return n;
}

int figures_read(const struct asked *q, const struct subject *u, const struct span *s, bool whole,
                 struct figure out[static FIGURES_MAX])
{
    char sets[SUBJECT_GLOBS];
    int n = 0;
    snprintf(sets, sizeof sets, "%s", u->globs);
    for (char *rest, *set = strtok_r(sets, " ", &rest); set && !n; set = strtok_r(NULL, " ", &rest)) {
        if (scope_match(&q->scope, set, -1) < 0)
            continue;
        struct reading read = figures_query(q, set, s->from_ms, s->to_ms);
        if (read.r && read.r->n)
            n = figures_of(read.r, u, whole, out);
        reading_done(&read);
    }
    return n;
}

bool figures_usual(const struct asked *q, const char *id, int64_t before_ms, double usual[static 2])
{
    int64_t from_ms = before_ms - USUAL_MS > q->first_ms ? before_ms - USUAL_MS : q->first_ms;
    double span_s = (double)(before_ms - from_ms) / 1000;
    struct query_result *r;
    int n = (int)(span_s / (span_s > 6 * 3600 ? 600 : 60)), known = 0;
    if (span_s < USUAL_LEAST_S || store_query(q->look->files, NULL, from_ms, before_ms - 1, id, n, &r) < 0)
        return false;
    auto_free double *v = mem_new((size_t)n * sizeof *v);
    for (int i = 0; i < n; i++)
        if (r->series[0].point[i].count > 0 && !isnan(r->series[0].point[i].mean))
            v[known++] = r->series[0].point[i].mean;
    query_free(r);
    if (known < USUAL_POINTS)
        return false;
    usual[0] = stats_quantile(v, (size_t)known, 0.05);
    usual[1] = stats_quantile(v, (size_t)known, 0.95);
    return true;
}

void figures_refine(const struct asked *q, struct figure *f, bool highest)
{
    struct query_result *r;
    int64_t at = highest ? f->max_ms : f->min_ms, to = at + f->step_ms + 59999;
    at = at - 60000 > f->from_ms ? at - 60000 : f->from_ms;
    to = to < f->to_ms ? to : f->to_ms;
    double want = highest ? f->max : f->min;
    int n = (int)((double)(to - at + 1) / 1000 / (q->interval_s > 0.5 ? q->interval_s : 1));
    if (f->step_ms <= 1000 || n < 1 || store_query(q->look->files, NULL, at, to, f->id, n, &r) < 0)
        return;
    const struct query_point *best = NULL;
    for (int i = 0; r->tier_s == 0 && i < r->points; i++) {
        const struct query_point *p = &r->series[0].point[i];
        double v = highest ? p->max : p->min;
        bool near = p->count > 0 && fabs(v - want) <= 1e-3 * fabs(want) + 1e-9; /* rows of summaries are rounded */
        if (near && (!best || (highest ? v > best->max : v < best->min)))
            best = p;
    }
    if (best) {
        *(highest ? &f->max : &f->min) = highest ? best->max : best->min;
        *(highest ? &f->max_ms : &f->min_ms) = best->start_ms;
    }
    query_free(r);
}

/* ---- beyond an amount ---- */

static bool figures_is_beyond(const struct query_point *p, double amount, bool below)
{
    return p->count > 0 && !isnan(p->mean) && (below ? p->min < amount : p->max > amount);
}

/* The stretches beyond those that are kept are counted and added up. */
static void beyond_add(struct beyond *b, int64_t from_ms, int64_t to_ms, double extreme, bool below, int64_t join_ms)
{
    struct stretch_beyond *last = &b->stretch[b->n <= FIGURES_STRETCHES ? b->n - (b->n > 0) : FIGURES_STRETCHES];
    bool joins = b->n && from_ms - last->to_ms <= join_ms;
    if (joins) {
        last->to_ms = to_ms;
        last->extreme = below ? fmin(last->extreme, extreme) : fmax(last->extreme, extreme);
        return;
    }
    if (b->n > FIGURES_STRETCHES)
        b->seconds += (double)(last->to_ms - last->from_ms) / 1000;
    int at = b->n < FIGURES_STRETCHES ? b->n : FIGURES_STRETCHES;
    b->stretch[at] = (struct stretch_beyond){ from_ms, to_ms, extreme };
    b->n++;
}

/* Where it began or ended, to the instant, within the step at `at_ms`. */
static void beyond_refine(const struct asked *q, const char *id, double amount, bool below, int64_t at_ms,
                          int64_t step_ms, bool end,
                          int64_t *out)
{
    struct query_result *r;
    double step_s = q->interval_s > 0.5 ? q->interval_s : 1;
    int n = (int)((double)(step_ms + 60000) / 1000 / step_s);
    if (step_ms <= step_s * 1000 || n < 1 || store_query(q->look->files, NULL, at_ms - 30000, at_ms + step_ms + 29999,
                                                         id, n, &r) < 0)
        return;
    for (int i = 0; r->tier_s == 0 && i < r->points; i++) {
        const struct query_point *p = &r->series[0].point[end ? r->points - 1 - i : i];
        if (figures_is_beyond(p, amount, below)) {
            *out = p->start_ms + (end ? (int64_t)(step_s * 1000) : 0);
            break;
        }
    }
    query_free(r);
}

void figures_beyond(const struct asked *q, const char *id, const struct span *s, double amount, bool below,
                    struct beyond *out)
{
    *out = (struct beyond){ 0 };
    struct reading read = figures_query(q, id, s->from_ms, s->to_ms);
    const struct query_result *r = read.r;
    if (!r)
        return;
    int64_t step_ms = figures_step(r);
    for (int i = 0; i < r->points; i++) {
        const struct query_point *p = &r->series[0].point[i];
        if (figures_is_beyond(p, amount, below))
            beyond_add(out, p->start_ms, p->start_ms + step_ms, below ? p->min : p->max, below, 2 * step_ms);
    }
    reading_done(&read);
    const struct stretch_beyond *over = &out->stretch[FIGURES_STRETCHES];
    if (out->n > FIGURES_STRETCHES)
        out->seconds += (double)(over->to_ms - over->from_ms) / 1000;
    for (int i = 0; i < out->n && i < FIGURES_STRETCHES; i++) {
        struct stretch_beyond *b = &out->stretch[i];
        int64_t last = b->to_ms - step_ms;
        beyond_refine(q, id, amount, below, b->from_ms, step_ms, false, &b->from_ms);
        beyond_refine(q, id, amount, below, last, step_ms, true, &b->to_ms);
        out->seconds += (double)(b->to_ms - b->from_ms) / 1000;
    }
}
