/* replayed.c - makes instants of a recording's ticks, and brings back what is told of them. */
#include "analyze/online/replayed.h"

#include "analyze/anomaly/young.h"
#include "analyze/online/online.h"
#include "analyze/online/online_columns.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>

#define DAY_S 86400.0

struct replayed {
    const struct recording *rec;
    struct schema *schema; /* of the columns that are shown ... */
    int *slot;             /* ... and which of the recording's they are */
    double *v;
    double days;
    struct anomaly *found;
    size_t n_found, cap;
};

/* What never changes says nothing, and would take the room of what does. */
static void replayed_columns(struct replayed *p, const struct features *f)
{
    const struct schema *s = p->rec->schema;
    size_t room = (size_t)p->rec->n_cols + 1;
    p->schema = schema_new();
    p->slot = mem_new(room * sizeof *p->slot);
    p->v = mem_new(room * sizeof *p->v);
    schema_source(p->schema, "recording");
    for (int slot = 0, j = 0; slot < p->rec->n_cols; slot++) {
        while (j < f->n && f->f[j].slot < slot)
            j++;
        if ((j == f->n || f->f[j].slot != slot) && !online_columns_context(s, slot))
            continue;
        struct metric m = *schema_at(s, slot);
        m.kind = m.kind == KIND_RATIO ? KIND_GAUGE : m.kind; /* it is here as it was; what it is made of is not */
        p->slot[schema_size(p->schema)] = slot;
        schema_add(p->schema, &m);
    }
}

/* Of the ticks up to i the last of this time; an episode is never far back. */
static size_t replayed_tick(const struct recording *r, size_t i, int64_t wall_ms)
{
    while (i > 0 && r->wall_ms[i] != wall_ms)
        i--;
    return i;
}

/* Tick i brought it. */
static void replayed_keep(struct replayed *p, const struct schema *ring, size_t i, struct anomaly *a)
{
    a->end = replayed_tick(p->rec, i, a->end_ms);
    a->start = replayed_tick(p->rec, a->end, a->start_ms);
    for (int k = 0; k < a->n_causes; k++) {
        const struct metric *m = schema_at(ring, a->causes[k].slot);
        a->causes[k].slot = schema_find(p->rec->schema, m->name, m->inst);
    }
    a->probability = -expm1(p->days * log1p(-a->probability)); /* of a day: of the run */
    p->found = mem_grow(p->found, p->n_found, &p->cap, sizeof *p->found);
    p->found[p->n_found++] = *a;
}

static void replayed_ticks(struct replayed *p, struct online *o, double step_s)
{
    const struct recording *r = p->rec;
    int n = schema_size(p->schema);
    int64_t now_ns = 0;
    struct anomaly a;
    for (size_t i = 0; i < r->n; i++) {
        now_ns += (int64_t)(1e9 * recording_passed(r, i, step_s));
        struct moment m = { .frame = { .wall_ms = r->wall_ms[i], .mono_ns = now_ns, .n = n, .v = p->v } };
        for (int k = 0; k < n; k++)
            p->v[k] = r->col[p->slot[k]][i];
        m.procs = (struct proc_use *)recording_procs(r, i, &m.n_procs);
        if (online_take(o, p->schema, &m, &a) == ONLINE_CLOSED)
            replayed_keep(p, online_ring(o)->schema, i, &a);
    }
    if (online_end(o, &a) == ONLINE_CLOSED)
        replayed_keep(p, online_ring(o)->schema, r->n - 1, &a);
}

static void replayed_run(struct replayed *p, const struct features *f, double step_s, double budget_per_day)
{
    struct online *o = online_new(&(struct online_options){
        .step_s = step_s, .budget_per_day = budget_per_day, .young_budget = budget_per_day * YOUNG_S / DAY_S });
    replayed_columns(p, f);
    replayed_ticks(p, o, step_s);
    online_free(o);
    schema_free(p->schema);
    mem_free(p->slot);
    mem_free(p->v);
}

static int replayed_short(const struct recording *r, double length_s, char *reason)
{
    char has[32], needs[32];
    text_span(length_s, has, sizeof has);
    text_span(REPLAYED_MIN_S, needs, sizeof needs);
    snprintf(reason, REPORT_TEXT,
             "the detector has to learn what is usual: it needs at least %s and %d samples, has %s and %zu",
             needs, REPLAYED_MIN_ROWS, has, r->n);
    return -ENODATA;
}

int replayed_find(const struct recording *r, const struct features *f, double budget_per_day,
                  struct anomaly **out, size_t *n, char *reason)
{
    double step_s = recording_interval(r), length_s = (double)r->n * step_s;
    *out = NULL;
    *n = 0;
    if (!(length_s >= REPLAYED_MIN_S) || r->n < REPLAYED_MIN_ROWS)
        return replayed_short(r, length_s, reason);
    if (f->n > ONLINE_COLUMNS_MAX) {
        snprintf(reason, REPORT_TEXT, "the detector learns %d columns at most, %d change here", ONLINE_COLUMNS_MAX,
                 f->n);
        return -E2BIG;
    }
    struct replayed p = { .rec = r, .days = length_s / DAY_S };
    replayed_run(&p, f, step_s, budget_per_day);
    *out = p.found;
    *n = p.n_found;
    return 0;
}
