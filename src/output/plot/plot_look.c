/* plot_look.c - from an archive to the points of a plot. */
#include "output/plot/plot_look.h"

#include "analyze/forecast/forecasts.h"
#include "base/auto.h"
#include "base/text.h"
#include "look/judged.h"
#include "look/minutes.h"
#include "output/plot/plot_recording.h"
#include "store/query.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#define LOOKED_EPISODES 400     /* the last ones: more are no marks but a wall */
#define LOOKED_ROWS 4000        /* that a forecast is made from, at most */
#define LOOKED_FORECASTS 48

/* ---- lines ---- */

static void looked_fill(const struct query_series *q, struct plot_series *s, int n)
{
    for (int i = 0; i < n; i++) {
        const struct query_point *from = &q->point[i];
        if (!(from->count > 0))
            continue;
        s->point[i] = (struct plot_point){ from->mean, from->min, from->max };
        s->last = isnan(from->last) ? s->last : from->last;
    }
}

static bool looked_known(const struct query_series *q, int n)
{
    for (int i = 0; i < n; i++)
        if (q->point[i].count > 0 && !isnan(q->point[i].mean))
            return true;
    return false;
}

static void looked_interval(void *self, const struct index_session *s)
{
    double *interval_s = self;
    *interval_s = fmax(*interval_s, s->interval_s);
}

/* The longest of all sessions in the range: what is no gap in one is none in the picture. */
static double looked_interval_s(struct look *l, const struct plot_wish *w)
{
    struct index_session one;
    struct index_filter f = INDEX_ALL;
    double interval_s = 0;
    if (w->session)
        return index_session(l->index, w->session, &one) == 0 ? one.interval_s : 0;
    f.from_ms = w->from_ms;
    f.to_ms = w->to_ms;
    index_sessions(l->index, &f, looked_interval, &interval_s);
    return interval_s;
}

static int looked_lines(struct look *l, const struct plot_wish *w, struct plot **out)
{
    struct query_result *q;
    int rc = store_query(l->files, w->session, w->from_ms, w->to_ms, w->globs ? w->globs : plot_main, w->points, &q);
    if (rc < 0)
        return rc;
    struct plot *p = plot_new(q->from_ms, q->to_ms, q->points);
    p->interval_ms = fmax(looked_interval_s(l, w), q->tier_s) * 1000;
    for (size_t i = 0; i < q->n; i++) {
        bool known = looked_known(&q->series[i], p->n);
        struct plot_series *s = known ? plot_add(p, q->series[i].id, &q->series[i].metric) : NULL;
        if (s)
            looked_fill(&q->series[i], s, p->n);
    }
    query_free(q);
    if (!p->n_series) {
        plot_free(p);
        return -ENODATA;
    }
    *out = p;
    return 0;
}

/* ---- episodes ---- */

static void looked_cause(struct plot_episode *e, const json_t *j)
{
    const char *id = json_string_value(json_object_get(j, "metric"));
    const json_t *usual = json_object_get(j, "usual");
    if (!id || e->n_causes == REPORT_CAUSES)
        return;
    struct plot_cause *c = &e->causes[e->n_causes++];
    *c = (struct plot_cause){ .low = NAN, .high = NAN };
    text_copy(c->id, sizeof c->id, id);
    if (json_is_number(json_array_get(usual, 0)) && json_is_number(json_array_get(usual, 1))) {
        c->low = json_number_value(json_array_get(usual, 0));
        c->high = json_number_value(json_array_get(usual, 1));
    }
}

static enum area looked_area(const char *name)
{
    int a = 0;
    while (a < AREAS && strcmp(area_name((enum area)a), name) != 0)
        a++;
    return (enum area)a;
}

static void looked_episode(void *self, const struct index_anomaly *a)
{
    struct plot *p = self;
    json_t *causes = json_loads(a->causes, 0, NULL);
    if (p->n_episodes == LOOKED_EPISODES)
        memmove(p->episodes, p->episodes + 1, --p->n_episodes * sizeof *p->episodes);
    struct plot_episode *e = plot_add_episode(p);
    *e = (struct plot_episode){ .start_ms = a->time_ms, .end_ms = a->end_ms, .peak_ms = a->peak_ms,
                                .severity = a->severity, .area = looked_area(a->area) };
    text_copy(e->text, sizeof e->text, a->summary);
    for (size_t i = 0; i < json_array_size(causes); i++)
        looked_cause(e, json_array_get(causes, i));
    json_decref(causes);
}

/* ---- forecasts ---- */

/* A sixtieth of the range, as an even time. */
static double looked_step(const struct plot_wish *w)
{
    static const double steps[] = { 3600, 1800, 1200, 600, 300, 120, 60, 30, 20, 10, 5, 2, 1 };
    double wanted = (double)(w->to_ms - w->from_ms) / 1000 / 60;
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps && steps[i] > wanted)
        i++;
    return steps[i];
}

/* Where none can be made there is none: the picture is of what was. */
static void looked_ahead(struct look *l, const struct plot_wish *w, struct plot *p)
{
    struct recording *rec;
    struct forecasts all;
    int64_t first_ms, end_ms;
    double step_s = fmax(looked_step(w), ceil(p->interval_ms / 1000));
    const char *globs = w->globs ? w->globs : plot_main;
    if (!minutes_span(l->files, w->session, step_s, w->to_ms, &first_ms, &end_ms) || end_ms <= first_ms)
        return;
    double rows = fmin(ceil((double)(end_ms - first_ms) / (step_s * 1000)), LOOKED_ROWS);
    if (minutes_read(l->files, w->session, end_ms, step_s, (int)rows, globs, &rec) < 0)
        return;
    forecasts_make(rec, &(struct forecasts_options){
        .globs = globs, .horizon = w->steps, .step_s = step_s, .most = LOOKED_FORECASTS, .seed = 1 }, &all);
    plot_add_forecasts(p, rec->schema, &all);
    forecasts_done(&all);
    recording_free(rec);
}

static int looked_draw(struct look *l, const struct plot_wish *w, struct plot **out)
{
    struct plot *p;
    struct report_host host = { 0 };
    int rc = looked_lines(l, w, &p);
    if (rc < 0)
        return rc;
    p->zone_s = w->zone_s;
    index_anomalies(l->index, w->session, w->from_ms, w->to_ms, 0, looked_episode, p);
    if (w->steps > 0)
        looked_ahead(l, w, p);
    judged_host(l, w->session, &host);
    plot_set_host(p, &host, w->title ? w->title : "");
    plot_arrange(p, w->globs, NULL, NULL);
    *out = p;
    return 0;
}

int plot_of_look(struct look *l, const struct plot_wish *w, struct plot **out)
{
    int rc = looked_draw(l, w, out);
    if (rc != -ENODATA || w->globs)
        return rc;
    struct plot_wish any = *w; /* a file with names of its own: whatever is in it */
    any.globs = "*";
    return looked_draw(l, &any, out);
}
