/*
 * sampler.c - ticks at absolute deadlines: what was missed, what the adapters read (sources.h), what
 * is impossible, the rates, and what all this costs.
 */
#include "core/sampler.h"

#include "base/mem.h"
#include "core/frozen.h"
#include "core/rate.h"
#include "core/ring.h"
#include "core/sources.h"
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define SUSPEND_NS 500000000 /* boot time ahead of monotonic time by more than this: suspended */
#define STEP_MS 500          /* the wall clock moved against boot time by more: it was set */

/* What a tick needs of each slot, side by side: looked at for every slot of every frame. */
struct bound {
    int slot;
    double min, max;
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
    struct sources *sources;
    struct budget budget;
    struct bound *bound;    /* of the slots below n_known that have bounds; n_bounds of them */
    size_t n_bounds, cap_bounds;
    int n_known;
    struct frozen *frozen;
    int late_slot;          /* sonde.tick.lateness */
};

const char *source_state_name(enum source_state s)
{
    static const char *const name[] = { "ok", "absent", "denied", "failed", "off", "hung" };
    return name[s];
}

struct sampler *sampler_open(const struct adapter *const *list, const struct sampler_options *o)
{
    struct sampler *s = mem_new(sizeof *s);
    s->clock = o->clock ? o->clock : clock_system();
    sampler_pace(s, o->interval_s);
    s->schema = schema_new();
    s->ring = ring_new();
    s->frozen = frozen_new();
    s->budget.limits = o->budget;
    s->sources = sources_open(list, o, s->schema, s->ring);
    s->late_slot = schema_add(s->schema, &(struct metric){
        .name = "sonde.tick.lateness", .unit = UNIT_SECOND, .kind = KIND_GAUGE,
        .help = "how long after its deadline the tick began" });
    return s;
}

void sampler_close(struct sampler *s)
{
    if (!s)
        return;
    sources_close(s->sources);
    frame_done(&s->now);
    frame_done(&s->before);
    proctab_done(&s->procs);
    frozen_free(s->frozen);
    schema_free(s->schema);
    ring_free(s->ring);
    mem_free(s->bound);
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

static void sampler_learn_bounds(struct sampler *s)
{
    for (int n = schema_size(s->schema); s->n_known < n; s->n_known++) {
        const struct metric *m = schema_at(s->schema, s->n_known);
        if (m->kind == KIND_RATIO || m->min == m->max)
            continue; /* ratios are clamped where they are made */
        s->bound = mem_grow(s->bound, s->n_bounds, &s->cap_bounds, sizeof *s->bound);
        s->bound[s->n_bounds++] = (struct bound){ s->n_known, m->min, m->max };
    }
}

/* A reading beyond what is physically possible is a broken sensor, not a number. */
static void sampler_bound(struct sampler *s)
{
    sampler_learn_bounds(s);
    for (size_t i = 0; i < s->n_bounds; i++) {
        const struct bound *b = &s->bound[i];
        double *v = &s->now.v[b->slot];
        if (*v < b->min || *v > b->max)
            *v = NAN;
    }
}

static void sampler_say_frozen(struct sampler *s)
{
    int slot;
    double hours;
    while ((slot = frozen_look(s->frozen, s->schema, &s->now, &hours)) >= 0)
        sampler_say(s, EVENT_ADAPTER, s->last.wall_ms, s->last.wall_ms,
                    "%s stands at exactly %g for %.0f h; before that it moved: the sensor may hang",
                    schema_id(s->schema, slot), s->now.v[slot], hours);
}

static void sampler_say_slowed(struct sampler *s, const struct source *src, const char *why)
{
    if (src)
        sampler_say(s, EVENT_BUDGET, s->last.wall_ms, s->last.wall_ms,
                    "%.3g %% of a core used, %.3g %% allowed (performance.max_cpu_percent): %s is read every %g s%s",
                    s->budget.cpu_percent, s->budget.limits.cpu_percent, src->adapter->name,
                    source_period_s(src, s->interval_ns), why);
}

static void sampler_keep_budget(struct sampler *s)
{
    struct os_self self;
    if (!budget_is_due(&s->budget, s->last.mono_ns) || os_self(&self) < 0)
        return;
    bool was_fat = s->budget.fat, was_chatty = s->budget.chatty;
    switch (budget_judge(&s->budget, s->last.mono_ns, &(struct budget_use){
                self.cpu_s, self.rss_bytes, self.written_bytes })) {
    case BUDGET_OVER: sampler_say_slowed(s, sources_slow(s->sources, s->interval_ns), " now"); break;
    case BUDGET_ROOM: sampler_say_slowed(s, sources_hurry(s->sources), " again"); break;
    default: break;
    }
    if (s->budget.fat && !was_fat)
        sampler_say(s, EVENT_BUDGET, s->last.wall_ms, s->last.wall_ms,
                    "%.3g MB of memory used, %.3g MB allowed (performance.max_rss_mb): fewer samples are kept",
                    s->budget.rss_bytes / 1e6, s->budget.limits.rss_bytes / 1e6);
    if (s->budget.chatty && !was_chatty)
        sampler_say(s, EVENT_BUDGET, s->last.wall_ms, s->last.wall_ms,
                    "%.3g MB written in an hour, %.3g MB allowed (performance.max_write_mb_per_hour)",
                    s->budget.written_per_hour / 1e6, s->budget.limits.written_bytes_per_hour / 1e6);
}

int sampler_next(struct sampler *s, const struct frame **out)
{
    int rc = sampler_wait(s);
    if (rc < 0)
        return rc;
    struct tick tick = { .at = s->last, .deadline = s->deadline, .interval_ns = s->interval_ns,
                         .is_real = s->clock->is_real };
    frame_fit(&s->now, s->schema);
    frame_copy(&s->before, &s->now);
    s->now.wall_ms = s->last.wall_ms;
    s->now.mono_ns = s->last.mono_ns;
    frame_set(&s->now, s->late_slot, (double)(s->last.mono_ns - s->deadline) * 1e-9);
    sources_read(s->sources, &tick, &s->now, &s->procs);
    sampler_bound(s);
    rate_derive(s->schema, &s->before, &s->now);
    sampler_say_frozen(s);
    if (tick.is_real)
        sampler_keep_budget(s);
    *out = &s->now;
    return 0;
}

void sampler_pace(struct sampler *s, double interval_s)
{
    assert(interval_s >= SAMPLER_MIN_S && interval_s <= SAMPLER_MAX_S);
    s->interval_ns = (int64_t)(interval_s * 1e9 + 0.5);
}

double sampler_interval(const struct sampler *s)
{
    return (double)s->interval_ns * 1e-9;
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
    return sources_all(s->sources, n);
}

void sampler_limit(struct sampler *s, const struct budget_limits *limits)
{
    s->budget.limits = *limits;
}

bool sampler_is_fat(const struct sampler *s)
{
    return s->budget.fat;
}
