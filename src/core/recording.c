/* recording.c - columns of what was seen, their growth and their thinning. */
#include "core/recording.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/stats.h"
#include "core/rate.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

struct recording *recording_new(void)
{
    struct recording *r = mem_new(sizeof *r);
    r->schema = schema_new();
    r->stride = 1;
    return r;
}

void recording_free(struct recording *r)
{
    if (!r)
        return;
    for (int c = 0; c < r->n_cols; c++)
        mem_free(r->col[c]);
    mem_free(r->col);
    mem_free(r->wall_ms);
    mem_free(r->mono_ns);
    mem_free(r->proc_first);
    mem_free(r->proc);
    mem_free(r->use);
    proctab_done(&r->procs_before);
    mem_free(r->events);
    mem_free(r->sources);
    mem_free(r->origin);
    schema_free(r->schema);
    mem_free(r);
}

#define RECORDING_LEAST 64 /* ticks that are kept, whatever the limit */

/* The array resized; or as it is, and *ok false. */
static void *recording_resized(void *array, size_t bytes, bool *ok)
{
    void *p = mem_try_resize(array, bytes);
    *ok = *ok && p;
    return p ? p : array;
}

/* That some arrays grew and another could not does no harm: the room is that of the smallest. */
static bool recording_resize(struct recording *r, size_t cap)
{
    bool ok = true;
    r->wall_ms = recording_resized(r->wall_ms, cap * sizeof *r->wall_ms, &ok);
    r->mono_ns = recording_resized(r->mono_ns, cap * sizeof *r->mono_ns, &ok);
    r->proc_first = recording_resized(r->proc_first, (cap + 1) * sizeof *r->proc_first, &ok);
    for (int c = 0; c < r->n_cols; c++)
        r->col[c] = recording_resized(r->col[c], cap * sizeof *r->col[c], &ok);
    if (ok || cap < r->cap)
        r->cap = cap;
    return ok;
}

/* A column for every slot of the schema; new ones are NaN from the start. */
static bool recording_widen(struct recording *r)
{
    int want = schema_size(r->schema);
    if (want <= r->n_cols)
        return true;
    r->col = mem_resize(r->col, (size_t)want * sizeof *r->col);
    for (; r->n_cols < want; r->n_cols++) {
        double *col = mem_try(r->cap * sizeof *col);
        if (!col)
            return false;
        for (size_t i = 0; i < r->n; i++)
            col[i] = NAN;
        r->col[r->n_cols] = col;
    }
    return true;
}

/* Ticks that there may be room for, beside what processes and events take. */
static size_t recording_most(const struct recording *r)
{
    size_t row = (size_t)(r->n_cols + 3) * sizeof(double);
    size_t rest = r->cap_procs * sizeof *r->proc + r->cap_events * sizeof *r->events;
    size_t most = !r->max_bytes ? SIZE_MAX : r->max_bytes > rest ? (r->max_bytes - rest) / row : 0;
    return most > RECORDING_LEAST ? most : RECORDING_LEAST;
}

/* Room for one tick more: twice as much as before, as far as the limit allows. */
static bool recording_room(struct recording *r)
{
    if (r->n < r->cap)
        return true;
    size_t most = recording_most(r), cap = r->cap ? r->cap * 2 : RECORDING_LEAST;
    return recording_resize(r, cap <= most ? cap : most > r->n ? most : r->n + 1);
}

/* Drops every second tick, and from now on leaves every second one out. */
static void recording_thin(struct recording *r)
{
    size_t kept = 0, procs = 0;
    for (size_t i = 0; i < r->n; i += 2, kept++) {
        r->wall_ms[kept] = r->wall_ms[i];
        r->mono_ns[kept] = r->mono_ns[i];
        for (int c = 0; c < r->n_cols; c++)
            r->col[c][kept] = r->col[c][i];
        size_t first = r->proc_first[i], n = r->proc_first[i + 1] - first;
        r->proc_first[kept] = procs;
        if (n)
            memmove(r->proc + procs, r->proc + first, n * sizeof *r->proc);
        procs += n;
    }
    r->proc_first[kept] = procs;
    r->n_procs = r->cap_procs = procs;
    r->proc = mem_resize(r->proc, procs * sizeof *r->proc);
    r->n = kept;
    r->stride *= 2;
    log_info("the memory limit is reached: from now on one tick in %d is kept", r->stride);
}

/* Makes room by leaving ticks out where columns, processes or events have come to the limit. */
static void recording_limit(struct recording *r)
{
    while (r->n > RECORDING_LEAST && r->n >= recording_most(r))
        recording_thin(r);
    if (r->cap > recording_most(r))
        recording_resize(r, recording_most(r));
}

int recording_add(struct recording *r, int64_t wall_ms, int64_t mono_ns, const double *v, int n)
{
    r->kept = false;
    if (!recording_widen(r)) /* for a tick that is left out as well */
        return -ENOMEM;
    recording_limit(r);
    if (pace_is_early(&r->pace, r->interval_s, mono_ns) || r->offered++ % (size_t)r->stride)
        return 0;
    if (!recording_room(r))
        return -ENOMEM;
    r->kept = true;
    size_t i = r->n++;
    r->wall_ms[i] = wall_ms;
    r->mono_ns[i] = mono_ns;
    for (int c = 0; c < r->n_cols; c++)
        r->col[c][i] = c < n ? v[c] : NAN;
    r->proc_first[i] = r->proc_first[i + 1] = r->n_procs;
    return 0;
}

void recording_add_event(struct recording *r, const struct event *e)
{
    r->events = mem_grow(r->events, r->n_events, &r->cap_events, sizeof *r->events);
    r->events[r->n_events++] = *e;
}

void recording_add_source(struct recording *r, const char *name, const struct source *s)
{
    r->sources = mem_resize(r->sources, (size_t)(r->n_sources + 1) * sizeof *r->sources);
    struct recording_source *to = &r->sources[r->n_sources++];
    *to = (struct recording_source){ .state = s->state, .metrics = s->metrics, .slowed = s->slowed };
    strncpy(to->name, name, sizeof to->name - 1);
    memcpy(to->reason, s->reason, sizeof to->reason);
}

const double *recording_col(const struct recording *r, int slot)
{
    return slot >= 0 && slot < r->n_cols ? r->col[slot] : NULL;
}

const double *recording_find(const struct recording *r, const char *name, const char *inst)
{
    return recording_col(r, schema_find(r->schema, name, inst));
}

static void recording_load(const struct recording *r, size_t i, struct frame *f)
{
    frame_fit(f, r->schema);
    f->mono_ns = r->mono_ns[i];
    for (int c = 0; c < r->n_cols; c++)
        f->v[c] = r->col[c][i];
    for (int s = 0; s < f->n_sources; s++)
        f->read_ns[s] = r->mono_ns[i];
}

void recording_derive(struct recording *r)
{
    struct frame before = { 0 }, now = { 0 };
    frame_fit(&before, r->schema);
    for (size_t i = 0; i < r->n; i++) {
        recording_load(r, i, &now);
        rate_derive(r->schema, &before, &now);
        for (int c = 0; c < r->n_cols; c++)
            r->col[c][i] = now.v[c];
        frame_copy(&before, &now);
    }
    frame_done(&before);
    frame_done(&now);
}

static void recording_forget_events(struct recording *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n_events; i++)
        if (r->n && r->events[i].end_ms >= r->wall_ms[0])
            r->events[kept++] = r->events[i];
    r->n_events = kept;
}

void recording_forget(struct recording *r, size_t n)
{
    if (n > r->n)
        n = r->n;
    if (!n)
        return;
    size_t rest = r->n - n, first = r->proc_first[n];
    memmove(r->wall_ms, r->wall_ms + n, rest * sizeof *r->wall_ms);
    memmove(r->mono_ns, r->mono_ns + n, rest * sizeof *r->mono_ns);
    for (int c = 0; c < r->n_cols; c++)
        memmove(r->col[c], r->col[c] + n, rest * sizeof *r->col[c]);
    r->n_procs -= first;
    if (r->n_procs)
        memmove(r->proc, r->proc + first, r->n_procs * sizeof *r->proc);
    for (size_t i = 0; i <= rest; i++)
        r->proc_first[i] = r->proc_first[i + n] - first;
    r->n = rest;
    recording_forget_events(r);
}

double recording_interval(const struct recording *r)
{
    if (r->n < 2)
        return NAN;
    double *d = mem_new((r->n - 1) * sizeof *d);
    for (size_t i = 1; i < r->n; i++)
        d[i - 1] = (double)(r->mono_ns[i] - r->mono_ns[i - 1]) * 1e-9;
    double step = stats_median(d, r->n - 1);
    mem_free(d);
    return step;
}

double recording_passed(const struct recording *r, size_t i, double step_s)
{
    int64_t mono_ns = i ? r->mono_ns[i] - r->mono_ns[i - 1] : 0, wall_ms = i ? r->wall_ms[i] - r->wall_ms[i - 1] : 0;
    return mono_ns > 0 ? (double)mono_ns * 1e-9 : fmax(step_s, (double)wall_ms * 1e-3);
}

double *recording_times(const struct recording *r)
{
    double *t = mem_new((r->n + 1) * sizeof *t), step_s = recording_interval(r);
    step_s = step_s > 0 ? step_s : 1;
    for (size_t i = r->n; i-- > 1;)
        t[i - 1] = t[i] - recording_passed(r, i, step_s);
    return t;
}

/* From now on it takes no more room than it has. */
static void recording_hold(struct recording *r)
{
    size_t row = (size_t)(r->n_cols + 3) * sizeof(double);
    size_t now = r->cap * row + r->cap_procs * sizeof *r->proc + r->cap_events * sizeof *r->events;
    if (!r->max_bytes || now < r->max_bytes)
        r->max_bytes = now;
}

int recording_take(struct recording *r, const struct feed *f, const struct moment *m)
{
    schema_extend(r->schema, f->schema);
    int rc = recording_add(r, m->frame.wall_ms, m->frame.mono_ns, m->frame.v, m->frame.n);
    if (rc < 0)
        return rc;
    if (m->n_procs)
        recording_add_uses(r, m->procs, m->n_procs);
    else
        recording_add_procs(r, &m->table);
    for (size_t i = 0; i < m->n_events; i++)
        recording_add_event(r, &m->events[i]);
    if (f->fat)
        recording_hold(r);
    return 0;
}

int recording_run(struct recording *r, struct feed *f, double duration_s,
                  void (*progress)(void *self, double share, const struct frame *f), void *self)
{
    double ticks = floor(duration_s / r->interval_s + 1e-9);
    int rc = 0;
    for (double i = 0; i < fmax(ticks, 1) && rc == 0; i++) {
        const struct moment *m;
        rc = feed_next(f, &m);
        if (rc < 0)
            break;
        rc = recording_take(r, f, m);
        if (progress)
            progress(self, fmax((i + 1) / fmax(ticks, 1), f->share), &m->frame); /* whichever ends first */
    }
    for (int i = 0; i < f->n_sources; i++)
        recording_add_source(r, f->sources[i].adapter->name, &f->sources[i]);
    return rc == -ENODATA ? 0 : rc;
}
