/*
 * sources.c - adapters by the tick: who is due, who hangs, who comes back.
 *
 * Those that cannot hang are read on the sampling thread, one after the other: a wake-up costs 20 to
 * 60 us by itself (measured on Linux 6.18). The others are asked first, work on the lane meanwhile,
 * and are waited for at the end, for a moment: what comes later counts for the next tick.
 */
#include "core/sources.h"

#include "base/mem.h"
#include "base/text.h"
#include "core/lane.h"
#include "os/os.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)
#define PATIENCE_NS 25000000        /* for one that is kept apart: a tick is longer by so much at most, each */
#define PATIENCE_REPLAY_NS (2 * NS_PER_S) /* a recorded machine has all the time */
#define HANG_NS (2 * NS_PER_S)      /* no driver that works takes so long */
#define RETRY_NS (60 * NS_PER_S)    /* between two looks for an adapter that is absent */
#define PAUSE_FIRST_NS (4 * NS_PER_S)
#define PAUSE_MOST_NS (300 * NS_PER_S)
#define GOOD_READINGS 10            /* in a row: it may hang again as if it never had */
#define SLOWED_MOST 64
#define COST_WEIGHT 0.2             /* of the newest reading in the mean of what one costs */

struct opened {
    struct adapter_env env; /* what the adapter keeps a pointer to; its sink is this struct */
    struct sources *sources;
    void *self;
    int source;             /* in the schema */
    int time_slot;          /* sonde.adapter.time{name} */
    bool due;               /* in this tick */
    int64_t read_at;        /* deadline of its last reading */
    int64_t try_at;         /* not before: of one that is absent, or that hung */
    double cost_s;          /* what a reading takes, a moving mean */

    struct guest *guest;    /* of one that is kept apart */
    bool out;               /* asked, and not taken back yet */
    bool opening;           /* to open, not to read */
    bool given_up;          /* it hangs, and this was said */
    int64_t asked_ns;       /* when, in real time */
    int64_t pause_ns;       /* after the last time that it hung */
    int good;
};

struct sources {
    struct schema *schema;
    struct ring *ring;
    struct lane *lane;      /* NULL when no adapter is kept apart */
    int64_t wall_ms;        /* of the tick */
    int own;                /* the source of what is told here: sonde.adapter.time */
    int n;
    struct opened *opened;  /* n of each */
    struct source *src;
    int *of;                /* the source of each slot, of n_of of them: looked at in every tick */
    int n_of;
    bool *due;              /* by source in the schema, its slots are not known until they are read; n + 1 */
};

static void sources_emit(const struct adapter_env *env, const struct event *e)
{
    const struct opened *p = env->sink;
    ring_put(p->sources->ring, e);
}

static void sources_explain(const struct adapter_env *env, const char *reason)
{
    const struct opened *p = env->sink;
    struct source *src = &p->sources->src[p - p->sources->opened];
    text_copy(src->reason, sizeof src->reason, reason);
}

__attribute__((format(printf, 4, 5)))
static void sources_say(struct sources *s, int i, enum severity severity, const char *fmt, ...)
{
    struct event e = { .wall_ms = s->wall_ms, .end_ms = s->wall_ms, .kind = EVENT_ADAPTER, .severity = severity };
    text_copy(e.source, sizeof e.source, s->src[i].adapter->name);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e.text, sizeof e.text, fmt, ap);
    va_end(ap);
    ring_put(s->ring, &e);
}

static enum source_state sources_state(int rc)
{
    switch (rc) {
    case 0: return SOURCE_OK;
    case -ENODEV: case -ENOENT: case -ENODATA: return SOURCE_ABSENT;
    case -EACCES: case -EPERM: return SOURCE_DENIED;
    default: return SOURCE_FAILED;
    }
}

/* Takes note of how opening ended. */
static void sources_note(struct sources *s, int i, int rc)
{
    struct source *src = &s->src[i];
    if (rc < 0 && os_out_of_files()) { /* what the adapter did not see need not be absent */
        rc = -EMFILE;
        snprintf(src->reason, sizeof src->reason, "too many open files; raise the limit (ulimit -n)");
    }
    src->state = sources_state(rc);
    if (rc < 0 && !src->reason[0])
        snprintf(src->reason, sizeof src->reason, "%s", strerror(-rc));
}

/* What it takes to read one is a metric like any other. */
static void sources_add_time(struct sources *s, int i)
{
    schema_set_source(s->schema, s->own);
    s->opened[i].time_slot = schema_add(s->schema, &(struct metric){
        .name = "sonde.adapter.time", .inst = s->src[i].adapter->name, .unit = UNIT_SECOND,
        .kind = KIND_GAUGE, .help = "time that the adapter's last reading took" });
}

static void sources_open_here(struct sources *s, int i)
{
    struct opened *p = &s->opened[i];
    int before = schema_size(s->schema);
    schema_set_source(s->schema, p->source);
    s->src[i].reason[0] = '\0';
    int rc = s->src[i].adapter->open(&p->env, s->schema, &p->self);
    s->src[i].metrics += schema_size(s->schema) - before;
    sources_note(s, i, rc);
}

static void sources_meet(struct sources *s, int i)
{
    int before = schema_size(s->schema);
    schema_set_source(s->schema, s->opened[i].source);
    guest_meet(s->opened[i].guest, s->schema);
    s->src[i].metrics += schema_size(s->schema) - before;
}

/* A guest is back from being opened. */
static void sources_welcome(struct sources *s, int i)
{
    struct opened *p = &s->opened[i];
    p->out = false;
    sources_meet(s, i);
    memcpy(s->src[i].reason, p->guest->reason, sizeof s->src[i].reason);
    sources_note(s, i, p->guest->rc);
}

static void sources_ask(struct sources *s, int i, const struct instant *at)
{
    struct opened *p = &s->opened[i];
    p->guest->at = *at;
    p->out = true;
    p->opening = !p->guest->open;
    p->asked_ns = os_mono_ns();
    lane_ask(s->lane, p->guest);
}

static void sources_prepare(struct sources *s, int i, const struct adapter *a, const struct sampler_options *o)
{
    struct opened *p = &s->opened[i];
    struct source *src = &s->src[i];
    *src = (struct source){ .adapter = a, .state = SOURCE_OFF, .slowed = 1 };
    *p = (struct opened){ .sources = s, .time_slot = -1 };
    p->source = schema_source(s->schema, a->name);
    p->env = (struct adapter_env){ .root = o->root, .interval_s = o->interval_s, .of = a->of,
                                   .emit = sources_emit, .explain = sources_explain, .sink = p };
    if (o->wanted && !o->wanted(o->self, a->name)) {
        snprintf(src->reason, sizeof src->reason, "switched off in the configuration");
        return;
    }
    src->state = SOURCE_HUNG;
    snprintf(src->reason, sizeof src->reason, "has not answered yet");
    if (!a->apart)
        return;
    if (!s->lane)
        s->lane = lane_new();
    p->guest = guest_new(a, o->root, o->interval_s);
    lane_add(s->lane, p->guest);
    sources_ask(s, i, &(struct instant){ 0 }); /* opening knows no time */
}

struct sources *sources_open(const struct adapter *const *list, const struct sampler_options *o,
                             struct schema *schema, struct ring *ring)
{
    struct sources *s = mem_new(sizeof *s);
    s->schema = schema;
    s->ring = ring;
    while (list[s->n])
        s->n++;
    s->opened = mem_new((size_t)s->n * sizeof *s->opened);
    s->src = mem_new((size_t)s->n * sizeof *s->src);
    s->due = mem_new((size_t)s->n + 1);
    for (int i = 0; i < s->n; i++)
        sources_prepare(s, i, list[i], o);
    s->own = schema_source(schema, "sampler");

    bool real = !o->clock || o->clock->is_real;
    int64_t patience = o->patience_s > 0 ? (int64_t)(o->patience_s * 1e9) : real ? PATIENCE_NS : PATIENCE_REPLAY_NS;
    for (int i = 0; i < s->n; i++) {
        if (s->src[i].state == SOURCE_OFF)
            continue;
        if (!s->opened[i].guest)
            sources_open_here(s, i);
        else if (lane_wait(s->lane, s->opened[i].guest, patience))
            sources_welcome(s, i);
    }
    for (int i = 0; i < s->n; i++)
        if (s->src[i].state == SOURCE_OK)
            sources_add_time(s, i);
    schema_set_source(schema, s->own);
    return s;
}

void sources_close(struct sources *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n; i++)
        if (s->opened[i].self && s->src[i].adapter->stop)
            s->src[i].adapter->stop(s->opened[i].self);
    lane_free(s->lane);
    for (int i = 0; i < s->n; i++)
        if (s->opened[i].self)
            s->src[i].adapter->close(s->opened[i].self);
    mem_free(s->opened);
    mem_free(s->src);
    mem_free(s->of);
    mem_free(s->due);
    mem_free(s);
}

double source_period_s(const struct source *src, int64_t interval_ns)
{
    double period = src->adapter->period_ms * 1e-3, interval = (double)interval_ns * 1e-9;
    return (period > interval ? period : interval) * src->slowed;
}

/* Half an interval of slack: a period that is not a multiple of the interval rounds to the nearest
 * tick. */
static bool sources_is_due(const struct sources *s, int i, const struct tick *t)
{
    const struct opened *p = &s->opened[i];
    int64_t period = (int64_t)(source_period_s(&s->src[i], t->interval_ns) * 1e9);
    return s->src[i].state == SOURCE_OK && !p->out && t->at.mono_ns >= p->try_at &&
           (p->read_at == 0 || t->deadline - p->read_at >= period - t->interval_ns / 2);
}

static void sources_forget(struct sources *s, struct frame *f)
{
    if (s->n_of < f->n)
        s->of = mem_resize(s->of, (size_t)f->n * sizeof *s->of);
    for (; s->n_of < f->n; s->n_of++)
        s->of[s->n_of] = schema_at(s->schema, s->n_of)->source;
    for (int slot = 0; slot < f->n; slot++)
        if (s->due[s->of[slot]])
            f->v[slot] = NAN;
}

static void sources_took(struct sources *s, int i, struct frame *f, double seconds)
{
    struct opened *p = &s->opened[i];
    s->src[i].time_s = seconds;
    p->cost_s += (seconds - p->cost_s) * (p->cost_s > 0 ? COST_WEIGHT : 1);
    frame_set(f, p->time_slot, seconds);
}

static void sources_read_here(struct sources *s, int i, const struct tick *t, struct frame *f,
                              struct proctab *procs)
{
    struct opened *p = &s->opened[i];
    const struct adapter *a = s->src[i].adapter;
    int64_t start = os_mono_ns(), read_ns = t->is_real ? start : t->at.mono_ns;
    f->read_ns[p->source] = read_ns;
    a->sample(p->self, f);
    if (a->procs) {
        proctab_clear(procs);
        procs->mono_ns = read_ns;
        a->procs(p->self, procs);
    }
    if (a->rescan) {
        int before = schema_size(s->schema);
        schema_set_source(s->schema, p->source);
        a->rescan(p->self, s->schema);
        s->src[i].metrics += schema_size(s->schema) - before;
        frame_fit(f, s->schema);
    }
    sources_took(s, i, f, (double)(os_mono_ns() - start) * 1e-9);
}

/* A guest is back in time: what it read is the host's. */
static void sources_accept(struct sources *s, int i, const struct tick *t, struct frame *f,
                           struct proctab *procs, bool fresh_procs)
{
    struct opened *p = &s->opened[i];
    sources_meet(s, i);
    memcpy(s->src[i].reason, p->guest->reason, sizeof s->src[i].reason);
    frame_fit(f, s->schema);
    f->read_ns[p->source] = t->is_real ? p->guest->began_ns : t->at.mono_ns;
    guest_give(p->guest, f);
    if (fresh_procs)
        guest_give_procs(p->guest, procs);
    sources_took(s, i, f, (double)p->guest->took_ns * 1e-9);
    if (++p->good == GOOD_READINGS)
        p->pause_ns = 0;
}

/* A guest is back after it was given up: what it read is old. It is left in peace for a while. */
static void sources_forgive(struct sources *s, int i, const struct tick *t)
{
    struct opened *p = &s->opened[i];
    double took_s = (double)p->guest->took_ns * 1e-9;
    p->pause_ns = p->pause_ns == 0 ? PAUSE_FIRST_NS : p->pause_ns * 2 < PAUSE_MOST_NS ? p->pause_ns * 2 : PAUSE_MOST_NS;
    p->try_at = t->at.mono_ns + p->pause_ns;
    p->good = 0;
    s->src[i].state = SOURCE_OK;
    memcpy(s->src[i].reason, p->guest->reason, sizeof s->src[i].reason);
    sources_say(s, i, SEVERITY_NOTICE, "%s answered after %.0f s; it is asked again in %.0f s",
                s->src[i].adapter->name, took_s, (double)p->pause_ns * 1e-9);
}

static void sources_arrived(struct sources *s, int i)
{
    if (s->src[i].state != SOURCE_OK)
        return;
    s->opened[i].try_at = 0;
    sources_add_time(s, i);
    sources_say(s, i, SEVERITY_INFO, "%s is here now: %d metrics", s->src[i].adapter->name, s->src[i].metrics);
}

static void sources_unknown(const struct sources *s, int i, struct frame *f)
{
    for (int slot = 0; slot < f->n; slot++)
        if (schema_at(s->schema, slot)->source == s->opened[i].source)
            f->v[slot] = NAN;
}

static void sources_give_up(struct sources *s, int i, struct frame *f)
{
    struct opened *p = &s->opened[i];
    double waited_s = (double)(os_mono_ns() - p->asked_ns) * 1e-9;
    p->given_up = true;
    s->src[i].state = SOURCE_HUNG;
    snprintf(s->src[i].reason, sizeof s->src[i].reason, "does not answer; it is left alone until it does");
    sources_unknown(s, i, f);
    sources_say(s, i, SEVERITY_WARNING, "%s does not answer for %.0f s; it is left alone until it does",
                s->src[i].adapter->name, waited_s);
}

/* Takes a guest back, if it is there: those that were asked in this tick are waited for. */
static void sources_collect(struct sources *s, int i, const struct tick *t, struct frame *f,
                            struct proctab *procs, bool fresh_procs)
{
    struct opened *p = &s->opened[i];
    bool back = p->due ? lane_wait(s->lane, p->guest, t->is_real ? PATIENCE_NS : PATIENCE_REPLAY_NS) :
                lane_is_back(s->lane, p->guest);
    if (!back) {
        if (!p->given_up && os_mono_ns() - p->asked_ns >= HANG_NS)
            sources_give_up(s, i, f);
        return;
    }
    struct event e;
    while (ring_take(p->guest->events, &e))
        ring_put(s->ring, &e);
    p->out = false;
    if (p->opening) {
        sources_welcome(s, i);
        sources_arrived(s, i);
    } else if (p->given_up) {
        sources_forgive(s, i, t);
    } else {
        sources_accept(s, i, t, f, procs, fresh_procs);
    }
    p->given_up = false;
}

/* One that is absent is looked for again, one of them per tick. */
static void sources_retry(struct sources *s, const struct tick *t)
{
    for (int i = 0; i < s->n; i++) {
        struct opened *p = &s->opened[i];
        enum source_state state = s->src[i].state;
        if (p->out || state == SOURCE_OK || state == SOURCE_OFF || t->at.mono_ns < p->try_at)
            continue;
        bool first = p->try_at == 0; /* it was looked for when all were opened */
        p->try_at = t->at.mono_ns + RETRY_NS;
        if (first)
            continue;
        if (p->guest) {
            sources_ask(s, i, &t->at);
        } else {
            sources_open_here(s, i);
            sources_arrived(s, i);
        }
        return;
    }
}

void sources_read(struct sources *s, const struct tick *t, struct frame *f, struct proctab *procs)
{
    s->wall_ms = t->at.wall_ms;
    sources_retry(s, t);
    frame_fit(f, s->schema);
    for (int i = 0; i < s->n; i++) {
        struct opened *p = &s->opened[i];
        p->due = sources_is_due(s, i, t);
        s->due[p->source] = p->due && !p->guest;
        if (p->due)
            p->read_at = t->deadline;
        if (p->due && p->guest)
            sources_ask(s, i, &t->at);
    }
    sources_forget(s, f);
    int64_t procs_ns = procs->mono_ns;
    for (int i = 0; i < s->n; i++)
        if (s->opened[i].due && !s->opened[i].guest)
            sources_read_here(s, i, t, f, procs);
    for (int i = 0; i < s->n; i++)
        if (s->opened[i].out)
            sources_collect(s, i, t, f, procs, procs->mono_ns != procs_ns);
    frame_fit(f, s->schema);
}

const struct source *sources_all(const struct sources *s, int *n)
{
    *n = s->n;
    return s->src;
}

const struct source *sources_slow(struct sources *s, int64_t interval_ns)
{
    int dearest = -1;
    double most = 0;
    for (int i = 0; i < s->n; i++) {
        double cost = s->opened[i].cost_s / source_period_s(&s->src[i], interval_ns);
        if (s->src[i].state != SOURCE_OK || s->src[i].slowed >= SLOWED_MOST || cost <= most)
            continue;
        most = cost;
        dearest = i;
    }
    if (dearest < 0)
        return NULL;
    s->src[dearest].slowed *= 2;
    return &s->src[dearest];
}

const struct source *sources_hurry(struct sources *s)
{
    int slowest = -1;
    for (int i = 0; i < s->n; i++)
        if (s->src[i].slowed > (slowest < 0 ? 1 : s->src[slowest].slowed))
            slowest = i;
    if (slowest < 0)
        return NULL;
    s->src[slowest].slowed /= 2;
    return &s->src[slowest];
}
