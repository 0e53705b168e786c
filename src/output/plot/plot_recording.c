/* plot_recording.c - from the columns of a recording to the points of a plot. */
#include "output/plot/plot_recording.h"

#include "base/auto.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Clocks are set back now and then: the first instant need not be the earliest. */
static struct plot *recorded_range(const struct recording *rec, int points)
{
    int64_t from = rec->wall_ms[0], to = from;
    double interval_ms = recording_interval(rec) * 1000;
    for (size_t i = 1; i < rec->n; i++) {
        from = rec->wall_ms[i] < from ? rec->wall_ms[i] : from;
        to = rec->wall_ms[i] > to ? rec->wall_ms[i] : to;
    }
    interval_ms = isnan(interval_ms) ? rec->interval_s * 1000 : interval_ms;
    to += (int64_t)fmax(interval_ms, 1);
    struct plot *p = plot_new(from, to, (size_t)points < rec->n ? points : (int)rec->n);
    p->interval_ms = interval_ms;
    return p;
}

/* Counts hold how many values a point has; room for p->n. */
static void recorded_fill(const struct plot *p, const struct recording *rec, const double *col, struct plot_series *s,
                          int *counts)
{
    memset(counts, 0, (size_t)p->n * sizeof *counts);
    for (size_t i = 0; i < rec->n; i++) {
        int at = (int)((double)(rec->wall_ms[i] - p->from_ms) / p->step_ms);
        if (isnan(col[i]) || at < 0 || at >= p->n)
            continue;
        struct plot_point *to = &s->point[at];
        to->mean = counts[at]++ ? to->mean + col[i] : col[i];
        to->min = fmin(to->min, col[i]);
        to->max = fmax(to->max, col[i]);
        s->last = col[i];
    }
    for (int i = 0; i < p->n; i++)
        if (counts[i])
            s->point[i].mean /= counts[i];
}

static void recorded_lines(struct plot *p, const struct recording *rec, const char *globs)
{
    auto_free int *counts = mem_new((size_t)p->n * sizeof *counts);
    for (int slot = 0; slot < schema_size(rec->schema); slot++) {
        const double *col = schema_match(rec->schema, slot, globs) ? recording_col(rec, slot) : NULL;
        bool known = false;
        for (size_t i = 0; i < rec->n && col && !known; i++)
            known = !isnan(col[i]);
        struct plot_series *s = known ? plot_add(p, schema_id(rec->schema, slot), schema_at(rec->schema, slot)) : NULL;
        if (s)
            recorded_fill(p, rec, col, s, counts);
    }
}

static void recorded_episode(struct plot *p, const struct schema *s, const struct anomaly *a)
{
    struct plot_episode *e = plot_add_episode(p);
    *e = (struct plot_episode){ .start_ms = a->start_ms, .end_ms = a->end_ms, .peak_ms = a->peak_ms,
                                .severity = a->severity, .area = a->area, .n_causes = a->n_causes };
    text_copy(e->text, sizeof e->text, a->summary);
    for (int i = 0; i < a->n_causes; i++) {
        const struct cause *c = &a->causes[i];
        e->causes[i] = (struct plot_cause){ .low = c->low, .high = c->high };
        text_copy(e->causes[i].id, sizeof e->causes[i].id, schema_id(s, c->slot));
    }
}

void plot_add_forecasts(struct plot *p, const struct schema *schema, const struct forecasts *all)
{
    p->ahead_ms = all->last_ms;
    p->ahead_step_ms = all->step_s * 1000;
    for (size_t i = 0; i < all->n; i++) {
        const struct metric_forecast *m = &all->item[i];
        const char *id = schema_id(schema, m->slot);
        for (size_t k = 0; k < p->n_series && !*m->reason; k++) {
            struct plot_series *s = p->series[k];
            if (s->ahead || strcmp(s->id, id) != 0)
                continue;
            plot_look_ahead(s, m->f.horizon);
            memcpy(s->p10, m->f.p10, (size_t)m->f.horizon * sizeof *s->p10);
            memcpy(s->p50, m->f.p50, (size_t)m->f.horizon * sizeof *s->p50);
            memcpy(s->p90, m->f.p90, (size_t)m->f.horizon * sizeof *s->p90);
        }
    }
}

/* Up to the first part that says it: "no sensor of temperature, fan or voltage". */
static void recorded_why(void *self, const char *adapter, char *out, size_t cap)
{
    const struct recording *rec = self;
    for (int i = 0; i < rec->n_sources; i++) {
        const struct recording_source *s = &rec->sources[i];
        if (s->state != SOURCE_OK && *s->reason && strcmp(s->name, adapter) == 0)
            snprintf(out, cap, "%.*s", (int)strcspn(s->reason, ":;"), s->reason);
    }
}

struct plot *plot_of_recording(const struct recording *rec, const struct report *r, const char *globs, int points,
                               int zone_s)
{
    if (!rec->n)
        return NULL;
    struct plot *p = recorded_range(rec, points);
    p->zone_s = zone_s;
    recorded_lines(p, rec, globs ? globs : plot_main);
    for (size_t i = 0; r && i < r->n_anomalies; i++)
        recorded_episode(p, rec->schema, &r->anomalies[i]);
    if (r && !*r->forecast.reason)
        plot_add_forecasts(p, rec->schema, &r->forecast.all);
    plot_set_host(p, r ? &r->host : &(struct report_host){ 0 }, rec->origin ? rec->origin : "");
    plot_arrange(p, globs, recorded_why, (void *)rec);
    return p;
}
