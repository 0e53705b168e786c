/*
 * online.c - feeds the detector, and keeps the last minutes.
 *
 * The detector raises none before it has seen what its news look like on this machine. For that long, the first hour
 * of all its lives and some minutes after a device came, anomaly/young.h stands in.
 */
#include "analyze/online/online_own.h"

#include "base/mem.h"

#include <errno.h>

#define RING_ROWS 240       /* are forgotten down to half of it, outside of episodes */
#define FRESH_ROWS 300      /* for so long another stands in where columns were not together before */

struct online *online_new(const struct online_options *o)
{
    struct online *n = mem_new(sizeof *n);
    *n = (struct online){ .o = *o, .ring = recording_new(), .grace = ONLINE_GRACE, .fresh = FRESH_ROWS };
    if (!(o->budget_per_day > 0))
        n->o.budget_per_day = DETECTOR_BUDGET;
    n->ring->interval_s = o->step_s;
    n->ring->origin = mem_dup("this machine");
    n->columns.ring = n->ring->schema;
    return n;
}

/* ---- columns ---- */

void online_forget_loaded(struct online *o)
{
    online_columns_forget_names(&o->columns);
    detector_free(o->loaded);
    o->loaded = NULL;
}

/* A detector of the columns as they are now, which knows what the one before it knew of them. */
static void online_detector(struct online *o, int before)
{
    struct detector_options options = { .step_s = o->o.step_s, .budget_per_day = o->o.budget_per_day };
    struct detector *d = NULL, *old = o->loaded ? o->loaded : o->detector;
    int n = o->columns.n_learned, known, rc = -ENODATA;
    int *from = mem_new((size_t)(n + 1) * sizeof *from);
    bool same = online_columns_from(&o->columns, before, from, &known);
    if (same) {
        d = o->loaded; /* it goes on as if it had never stopped; other columns have to be fitted together anew */
        o->loaded = NULL;
        rc = 0;
    } else if (old && known) {
        rc = detector_remap(old, n, from, &d);
    }
    if (!same)
        o->fresh = 0;
    if (rc < 0)
        rc = detector_new(n, &options, &d);
    if (rc == 0) {
        detector_free(o->detector);
        o->detector = d;
    }
    if (o->detector) /* the one that was kept had another, perhaps */
        detector_set_budget(o->detector, o->o.budget_per_day);
    online_forget_loaded(o);
    mem_free(from);
}

bool online_is_young(const struct online *o)
{
    double learned_s = (double)online_rows(o) * o->o.step_s;
    return !o->grown || learned_s < YOUNG_S || o->fresh < FRESH_ROWS;
}

static void online_dismiss(struct online *o)
{
    young_free(o->young);
    o->young = NULL;
}

static void online_room(struct online *o, int before)
{
    size_t n = (size_t)o->columns.n_learned + 1;
    o->v = mem_resize(o->v, (size_t)(o->columns.n + 1) * sizeof *o->v);
    o->x = mem_resize(o->x, n * sizeof *o->x);
    o->usual = mem_resize(o->usual, n * sizeof *o->usual);
    for (int j = before; j < o->columns.n_learned; j++)
        o->usual[j] = (struct online_usual){ .slow = NAN };
    mem_free(o->now.part);
    o->now = (struct episode){ .part = mem_new(n * sizeof *o->now.part) };
}

static void online_fit(struct online *o, const struct schema *s, int64_t now_ns)
{
    int before = o->columns.n_learned;
    if (!online_columns_fit(&o->columns, s, now_ns))
        return;
    online_room(o, before);
    online_dismiss(o);
    features_done(&o->features);
    if (o->columns.n_learned > before)
        online_detector(o, before);
}

/* Rules depend on values, as on how much memory there is: to be asked for when there are some. */
const struct features *online_features(struct online *o)
{
    struct features *f = &o->features;
    if (!f->f) {
        f->n = o->columns.n_learned;
        f->f = mem_new((size_t)(f->n + 1) * sizeof *f->f);
        for (int j = 0; j < f->n; j++)
            f->f[j] = (struct feature){ .slot = o->columns.of[j], .rule = area_of(o->ring, o->columns.of[j]) };
    }
    for (int j = 0; j < f->n; j++)
        f->f[j].x = recording_col(o->ring, f->f[j].slot);
    return f;
}

/* Is a row of the ring the first after an outage? */
static bool ring_gap(const struct recording *r, size_t i, double step_s)
{
    return i && pace_is_outage(recording_passed(r, i, step_s), step_s);
}

/* It has seen what the ring holds before row i: columns that joined do not make it forget the others. */
static void online_begin_young(struct online *o, const struct features *f, size_t i)
{
    o->young = young_new(f, o->o.step_s, o->o.young_budget > 0 ? o->o.young_budget : o->o.budget_per_day);
    for (size_t k = 0; k < i; k++) {
        if (ring_gap(o->ring, k, o->o.step_s))
            young_restart(o->young);
        young_row(o->young, k, &o->reading);
    }
    if (ring_gap(o->ring, i, o->o.step_s))
        young_restart(o->young);
}

/* What it says of row i, as the detector would. */
static struct detector_verdict online_young(struct online *o, size_t i)
{
    struct detector_verdict v = { .probability = NAN };
    const struct features *f = online_features(o);
    if (!o->young)
        online_begin_young(o, f, i);
    v.alarm = young_row(o->young, i, &o->reading);
    for (int j = 0; j < f->n; j++)
        v.score = o->reading[j].departs ? fmax(v.score, o->reading[j].score) : v.score;
    return v;
}

/* ---- instants ---- */

/* Seconds that do not go back, whatever the wall clock does, and are its own as long as it does not either. */
static double online_time(const struct online *o, const struct frame *f)
{
    double t = (double)f->wall_ms * 1e-3, passed = (double)(f->mono_ns - o->last_ns) * 1e-9;
    return !o->last_ns || t > o->t_s ? fmax(t, o->t_s) : o->t_s + passed;
}

static bool online_gap(const struct online *o, const struct frame *f)
{
    double passed = fmax((double)(f->mono_ns - o->last_ns) * 1e-9, (double)(f->wall_ms - o->last_ms) * 1e-3);
    return o->last_ns && pace_is_outage(passed, o->o.step_s);
}

/* Between episodes, so that rows keep their numbers while one is open. */
static void online_trim(struct online *o)
{
    if (o->open || o->ring->n < RING_ROWS)
        return;
    recording_forget(o->ring, o->ring->n - RING_ROWS / 2);
}

static void online_values(struct online *o, const struct frame *f)
{
    for (int i = 0; i < o->columns.n; i++) {
        const struct online_column *c = &o->columns.column[i];
        o->v[i] = frame_get(f, c->slot);
        if (c->learned < 0)
            continue;
        o->x[c->learned] = o->v[i];
        if (!o->open)
            online_usual_next(&o->usual[c->learned], o->v[i], o->o.step_s);
    }
}

/* Into the ring. False: there is no room. */
static bool online_keep_row(struct online *o, const struct moment *m)
{
    online_values(o, &m->frame);
    if (recording_add(o->ring, m->frame.wall_ms, m->frame.mono_ns, o->v, o->columns.n) < 0)
        return false;
    recording_add_uses(o->ring, m->procs, m->n_procs);
    return true;
}

/* What the detector says of the row kept last, or who stands in. */
static struct detector_verdict online_judge(struct online *o)
{
    struct detector_verdict v;
    detector_row(o->detector, o->t_s, o->x, &v);
    o->grown |= v.probability < 1;
    o->fresh += o->fresh < FRESH_ROWS;
    if (online_is_young(o) || (o->young && o->open)) /* who opened an episode closes it */
        return online_young(o, o->ring->n - 1);
    online_dismiss(o);
    return v;
}

enum online_news online_take(struct online *o, const struct schema *s, const struct moment *m, struct anomaly *out)
{
    const struct frame *f = &m->frame;
    enum online_news news = ONLINE_NOTHING;
    if (pace_is_early(&o->pace, o->o.step_s, f->mono_ns))
        return news;
    if (online_gap(o, f)) {
        news = online_close(o, false, out);
        o->grace = ONLINE_GRACE;
        if (o->young)
            young_restart(o->young);
    }
    if (!o->open)
        online_fit(o, s, f->mono_ns);
    online_trim(o);
    o->t_s = online_time(o, f);
    o->last_ns = f->mono_ns;
    o->last_ms = f->wall_ms;
    if (!o->detector)
        return news;
    if (!online_keep_row(o, m))
        return news;
    struct detector_verdict v = online_judge(o);
    o->grace -= o->grace > 0;
    return news ? news : online_row(o, o->ring->n - 1, &v, out);
}

enum online_news online_end(struct online *o, struct anomaly *out)
{
    return online_close(o, false, out);
}

void online_set_budget(struct online *o, double per_day)
{
    o->o.budget_per_day = per_day;
    if (o->detector)
        detector_set_budget(o->detector, per_day);
}

const struct recording *online_ring(const struct online *o)
{
    return o->ring;
}

int online_columns(const struct online *o)
{
    return o->columns.n_learned;
}

size_t online_bytes(const struct online *o)
{
    return o->detector ? detector_bytes(o->detector) : 0;
}

size_t online_rows(const struct online *o)
{
    return o->detector ? detector_rows(o->detector) : 0;
}

void online_free(struct online *o)
{
    if (!o)
        return;
    online_forget_loaded(o);
    online_columns_done(&o->columns);
    online_dismiss(o);
    detector_free(o->detector);
    features_done(&o->features);
    mem_free(o->now.part);
    mem_free(o->v);
    mem_free(o->x);
    mem_free(o->usual);
    recording_free(o->ring);
    mem_free(o);
}
