/*
 * sampler.c - one pass over the adapters per tick, at absolute deadlines.
 *
 * One thread, one wake-up: every wake-up costs 20 to 60 us of CPU by itself, and caches that went
 * cold between ticks are paid for once instead of once per adapter (both measured on Linux 6.18).
 */
#include "core/sampler.h"

#include "base/mem.h"
#include "core/rate.h"
#include "core/ring.h"
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SUSPEND_NS 500000000 /* boot time ahead of monotonic time by more than this: suspended */
#define STEP_MS 500          /* the wall clock moved against boot time by more: it was set */

struct opened {
    struct adapter_env env; /* what the adapter keeps a pointer to; its sink is this struct */
    struct sampler *sampler;
    void *self;
    int source;             /* in the schema */
    int time_slot;          /* sonde.adapter.time{name} */
    int64_t read_at;        /* deadline of its last reading */
};

struct sampler {
    struct clock *clock;
    int64_t interval_ns;
    int64_t deadline;       /* of the tick read last */
    struct instant last;
    bool started;
    struct schema *schema;
    struct frame now, before;
    struct proctab procs;
    struct ring *ring;
    int n;
    struct opened *opened;  /* n of each */
    struct source *sources;
    int late_slot;          /* sonde.tick.lateness */
    bool *due;              /* n + 1, by source: will it be read in this tick? The last is the sampler's own: never */
};

const char *source_state_name(enum source_state s)
{
    static const char *const name[] = { "ok", "absent", "denied", "failed", "off" };
    return name[s];
}

static void sampler_emit(const struct adapter_env *env, const struct event *e)
{
    const struct opened *o = env->sink;
    ring_put(o->sampler->ring, e);
}

static void sampler_explain(const struct adapter_env *env, const char *reason)
{
    const struct opened *o = env->sink;
    struct source *s = &o->sampler->sources[o - o->sampler->opened];
    snprintf(s->reason, sizeof s->reason, "%s", reason);
}

static enum source_state sampler_state(int rc)
{
    switch (rc) {
    case 0: return SOURCE_OK;
    case -ENODEV: case -ENOENT: case -ENODATA: return SOURCE_ABSENT;
    case -EACCES: case -EPERM: return SOURCE_DENIED;
    default: return SOURCE_FAILED;
    }
}

static void sampler_open_one(struct sampler *s, int i, const struct adapter *a, const struct sampler_options *o)
{
    struct opened *p = &s->opened[i];
    struct source *src = &s->sources[i];
    *src = (struct source){ .adapter = a, .state = SOURCE_OFF };
    *p = (struct opened){ .sampler = s, .time_slot = -1 };
    p->source = schema_source(s->schema, a->name);
    p->env = (struct adapter_env){ .root = o->root, .interval_s = o->interval_s, .of = a->of,
                                   .emit = sampler_emit, .explain = sampler_explain, .sink = p };
    if (o->wanted && !o->wanted(o->self, a->name)) {
        snprintf(src->reason, sizeof src->reason, "switched off in the configuration");
        return;
    }
    int before = schema_size(s->schema);
    int rc = a->open(&p->env, s->schema, &p->self);
    if (rc < 0 && os_out_of_files()) { /* what the adapter did not see need not be absent */
        rc = -EMFILE;
        snprintf(src->reason, sizeof src->reason, "too many open files; raise the limit (ulimit -n)");
    }
    src->state = sampler_state(rc);
    src->metrics = schema_size(s->schema) - before;
    if (rc < 0 && !src->reason[0])
        snprintf(src->reason, sizeof src->reason, "%s", strerror(-rc));
}

/* What the sampler itself does is a metric like any other. */
static void sampler_add_own(struct sampler *s)
{
    schema_source(s->schema, "sampler");
    s->late_slot = schema_add(s->schema, &(struct metric){
        .name = "sonde.tick.lateness", .unit = UNIT_SECOND, .kind = KIND_GAUGE,
        .help = "how long after its deadline the tick began" });
    for (int i = 0; i < s->n; i++)
        if (s->sources[i].state == SOURCE_OK)
            s->opened[i].time_slot = schema_add(s->schema, &(struct metric){
                .name = "sonde.adapter.time", .inst = s->sources[i].adapter->name, .unit = UNIT_SECOND,
                .kind = KIND_GAUGE, .help = "time that the adapter's last reading took" });
}

struct sampler *sampler_open(const struct adapter *const *list, const struct sampler_options *o)
{
    assert(o->interval_s >= SAMPLER_MIN_S && o->interval_s <= SAMPLER_MAX_S);
    struct sampler *s = mem_new(sizeof *s);
    while (list[s->n])
        s->n++;
    s->clock = o->clock ? o->clock : clock_system();
    s->interval_ns = (int64_t)(o->interval_s * 1e9 + 0.5);
    s->schema = schema_new();
    s->ring = ring_new();
    s->opened = mem_new((size_t)s->n * sizeof *s->opened);
    s->sources = mem_new((size_t)s->n * sizeof *s->sources);
    s->due = mem_new((size_t)s->n + 1);
    for (int i = 0; i < s->n; i++)
        sampler_open_one(s, i, list[i], o);
    sampler_add_own(s);
    return s;
}

void sampler_close(struct sampler *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n; i++)
        if (s->opened[i].self)
            s->sources[i].adapter->close(s->opened[i].self);
    frame_done(&s->now);
    frame_done(&s->before);
    proctab_done(&s->procs);
    schema_free(s->schema);
    ring_free(s->ring);
    mem_free(s->opened);
    mem_free(s->sources);
    mem_free(s->due);
    mem_free(s);
}

__attribute__((format(printf, 5, 6)))
static void sampler_say(struct sampler *s, enum event_kind kind, int64_t from_ms, int64_t to_ms, const char *fmt, ...)
{
    struct event e = { .wall_ms = from_ms, .end_ms = to_ms, .kind = kind,
                       .severity = SEVERITY_NOTICE, .source = "sampler" };
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e.text, sizeof e.text, fmt, ap);
    va_end(ap);
    ring_put(s->ring, &e);
}

/* Says what went wrong with time since the tick before; `late` ticks were missed. */
static void sampler_check_time(struct sampler *s, const struct instant *t, int64_t late)
{
    int64_t asleep = (t->boot_ns - t->mono_ns) - (s->last.boot_ns - s->last.mono_ns);
    int64_t step = (t->wall_ms - s->last.wall_ms) - (t->boot_ns - s->last.boot_ns) / 1000000;
    if (asleep > SUSPEND_NS)
        sampler_say(s, EVENT_GAP, s->last.wall_ms, t->wall_ms,
                    "the machine was suspended for %.0f s", (double)asleep * 1e-9);
    if (late > 0)
        sampler_say(s, EVENT_GAP, s->last.wall_ms, t->wall_ms,
                    "%lld tick%s missed: the machine or the sampler was held up", (long long)late,
                    late == 1 ? "" : "s");
    if (step > STEP_MS || step < -STEP_MS)
        sampler_say(s, EVENT_CLOCK, t->wall_ms, t->wall_ms, "the clock was set %s by %.1f s",
                    step > 0 ? "forward" : "back", (double)(step > 0 ? step : -step) * 1e-3);
}

/* Waits for the next deadline that is still to come and notes what was missed. */
static int sampler_wait(struct sampler *s)
{
    if (!s->started) {
        s->started = true;
        s->last = s->clock->now(s->clock);
        s->deadline = s->last.mono_ns;
        return 0;
    }
    int64_t deadline = s->deadline + s->interval_ns;
    int rc = s->clock->wait(s->clock, deadline);
    if (rc < 0)
        return rc;
    struct instant t = s->clock->now(s->clock);
    int64_t late = (t.mono_ns - deadline) / s->interval_ns;
    sampler_check_time(s, &t, late);
    s->deadline = t.mono_ns < deadline ? t.mono_ns : deadline + late * s->interval_ns; /* early: a replay */
    s->last = t;
    return 0;
}

/* Half an interval of slack: a period that is not a multiple of the interval rounds to the nearest
 * tick. */
static bool sampler_is_due(const struct sampler *s, int i)
{
    const struct opened *p = &s->opened[i];
    int64_t period = (int64_t)s->sources[i].adapter->period_ms * 1000000;
    return s->sources[i].state == SOURCE_OK &&
           (p->read_at == 0 || s->deadline - p->read_at >= period - s->interval_ns / 2);
}

/* Slots of sources that will be read are not known until they are. */
static void sampler_forget(struct sampler *s)
{
    for (int i = 0; i < s->n; i++)
        s->due[i] = sampler_is_due(s, i);
    for (int slot = 0; slot < s->now.n; slot++)
        if (s->due[schema_at(s->schema, slot)->source])
            s->now.v[slot] = NAN;
}

static void sampler_read(struct sampler *s, int i)
{
    struct opened *p = &s->opened[i];
    const struct adapter *a = s->sources[i].adapter;
    int64_t start = os_mono_ns(), read_ns = s->clock->now(s->clock).mono_ns;
    s->now.read_ns[p->source] = read_ns;
    p->read_at = s->deadline;
    a->sample(p->self, &s->now);
    if (a->procs) {
        s->procs.n = 0;
        s->procs.mono_ns = read_ns;
        a->procs(p->self, &s->procs);
    }
    if (a->rescan) {
        int before = schema_size(s->schema);
        schema_set_source(s->schema, p->source);
        a->rescan(p->self, s->schema);
        s->sources[i].metrics += schema_size(s->schema) - before;
        frame_fit(&s->now, s->schema);
    }
    s->sources[i].time_s = (double)(os_mono_ns() - start) * 1e-9;
    frame_set(&s->now, p->time_slot, s->sources[i].time_s);
}

/* A reading beyond what is physically possible is a broken sensor, not a number. */
static void sampler_bound(struct sampler *s)
{
    for (int slot = 0; slot < s->now.n; slot++) {
        const struct metric *m = schema_at(s->schema, slot);
        double v = s->now.v[slot];
        if (m->kind != KIND_RATIO && m->min != m->max && (v < m->min || v > m->max))
            s->now.v[slot] = NAN;
    }
}

int sampler_next(struct sampler *s, const struct frame **out)
{
    int rc = sampler_wait(s);
    if (rc < 0)
        return rc;
    frame_fit(&s->now, s->schema);
    frame_copy(&s->before, &s->now);
    s->now.wall_ms = s->last.wall_ms;
    s->now.mono_ns = s->last.mono_ns;
    frame_set(&s->now, s->late_slot, (double)(s->last.mono_ns - s->deadline) * 1e-9);
    sampler_forget(s);
    for (int i = 0; i < s->n; i++)
        if (s->due[i])
            sampler_read(s, i);
    sampler_bound(s);
    rate_derive(s->schema, &s->before, &s->now);
    *out = &s->now;
    return 0;
}

const struct schema *sampler_schema(const struct sampler *s)
{
    return s->schema;
}

const struct proctab *sampler_procs(const struct sampler *s)
{
    return &s->procs;
}

bool sampler_event(struct sampler *s, struct event *out)
{
    return ring_take(s->ring, out);
}

const struct source *sampler_sources(const struct sampler *s, int *n)
{
    *n = s->n;
    return s->sources;
}
