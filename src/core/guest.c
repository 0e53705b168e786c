/* guest.c - an adapter in a world of its own, and what the host takes over from it. */
#include "core/guest.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <math.h>

static void guest_emit(const struct adapter_env *env, const struct event *e)
{
    const struct guest *g = env->sink;
    ring_put(g->events, e);
}

static void guest_explain(const struct adapter_env *env, const char *reason)
{
    struct guest *g = env->sink;
    text_copy(g->reason, sizeof g->reason, reason);
}

struct guest *guest_new(const struct adapter *a, const char *root, double interval_s)
{
    struct guest *g = mem_new(sizeof *g);
    g->adapter = *a;
    g->root = mem_dup(root);
    g->schema = schema_new();
    g->events = ring_new();
    schema_source(g->schema, a->name);
    g->env = (struct adapter_env){ .root = g->root, .interval_s = interval_s, .of = a->of,
                                   .emit = guest_emit, .explain = guest_explain, .sink = g };
    return g;
}

void guest_free(struct guest *g)
{
    if (!g)
        return;
    if (g->open)
        g->adapter.close(g->self);
    frame_done(&g->now);
    proctab_done(&g->procs);
    schema_free(g->schema);
    ring_free(g->events);
    mem_free(g->map);
    mem_free(g->root);
    mem_free(g);
}

static void guest_open(struct guest *g)
{
    g->reason[0] = '\0';
    g->rc = g->adapter.open(&g->env, g->schema, &g->self);
    g->open = g->rc == 0;
}

static void guest_read(struct guest *g)
{
    frame_fit(&g->now, g->schema);
    for (int i = 0; i < g->now.n; i++)
        g->now.v[i] = NAN;
    g->now.wall_ms = g->at.wall_ms;
    g->now.mono_ns = g->now.read_ns[0] = g->at.mono_ns;
    g->adapter.sample(g->self, &g->now);
    if (g->adapter.procs) {
        proctab_clear(&g->procs);
        g->adapter.procs(g->self, &g->procs);
    }
    if (g->adapter.rescan)
        g->adapter.rescan(g->self, g->schema);
}

void guest_work(struct guest *g)
{
    g->began_ns = os_mono_ns();
    if (g->open)
        guest_read(g);
    else
        guest_open(g);
    g->took_ns = os_mono_ns() - g->began_ns;
}

static int guest_map(const struct guest *g, int slot)
{
    return slot >= 0 ? g->map[slot] : slot; /* SCHEMA_TIME is the same everywhere */
}

void guest_meet(struct guest *g, struct schema *host)
{
    int n = schema_size(g->schema);
    if (n == g->n_map)
        return;
    g->map = mem_resize(g->map, (size_t)n * sizeof *g->map);
    for (; g->n_map < n; g->n_map++) {
        struct metric m = *schema_at(g->schema, g->n_map);
        if (m.kind == KIND_RATIO) {
            m.num = guest_map(g, m.num);
            m.den = guest_map(g, m.den);
        }
        g->map[g->n_map] = schema_add(host, &m); /* the rate of a counter is there by now: found, not added */
    }
}

void guest_give(const struct guest *g, struct frame *host)
{
    for (int i = 0; i < g->n_map; i++)
        if (schema_at(g->schema, i)->kind != KIND_RATIO)
            frame_set(host, g->map[i], frame_get(&g->now, i));
}

void guest_give_procs(const struct guest *g, struct proctab *host)
{
    for (size_t i = 0; i < g->procs.n; i++) {
        struct proc *p = proctab_at(host, g->procs.p[i].pid);
        if (p)
            p->gpu_bytes = isnan(p->gpu_bytes) ? g->procs.p[i].gpu_bytes :
                           p->gpu_bytes + g->procs.p[i].gpu_bytes;
    }
}
