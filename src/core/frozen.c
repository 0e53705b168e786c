/* frozen.c - when each sensor moved last. */
#include "core/frozen.h"

#include "base/mem.h"

#define LOOK_NS INT64_C(60000000000)
#define HOUR_NS 3600e9

struct sensor {
    int slot;
    double last;
    int64_t since_ns; /* stands at `last` since */
    int moved;        /* how often it changed, counted up to FROZEN_MOVED */
    bool told;
};

struct frozen {
    struct sensor *sensor; /* of the slots below n_known; n of them */
    size_t n, cap, next;   /* next: to be looked at; n = this look is over */
    int n_known;
    int64_t looked_ns;
};

struct frozen *frozen_new(void)
{
    return mem_new(sizeof(struct frozen));
}

void frozen_free(struct frozen *z)
{
    if (z)
        mem_free(z->sensor);
    mem_free(z);
}

static bool frozen_concerns(const struct metric *m)
{
    return m->kind == KIND_GAUGE && (m->unit == UNIT_CELSIUS || m->unit == UNIT_WATT || m->unit == UNIT_RPM);
}

static void frozen_learn(struct frozen *z, const struct schema *s)
{
    for (; z->n_known < schema_size(s); z->n_known++) {
        if (!frozen_concerns(schema_at(s, z->n_known)))
            continue;
        z->sensor = mem_grow(z->sensor, z->n, &z->cap, sizeof *z->sensor);
        z->sensor[z->n++] = (struct sensor){ .slot = z->n_known, .last = NAN };
    }
}

/* Is it news that this one is frozen? A fan at rest and a meter at 0 W are not. */
static bool frozen_is_news(struct sensor *e, double v, int64_t mono_ns)
{
    if (isnan(v))
        return false;
    if (v != e->last) {
        e->moved += !isnan(e->last) && e->moved < FROZEN_MOVED;
        e->last = v;
        e->since_ns = mono_ns;
        e->told = false;
    }
    if (e->told || v == 0 || e->moved < FROZEN_MOVED || (double)(mono_ns - e->since_ns) < FROZEN_AFTER_H * HOUR_NS)
        return false;
    return e->told = true;
}

int frozen_look(struct frozen *z, const struct schema *s, const struct frame *f, double *hours)
{
    if (f->mono_ns != z->looked_ns && z->looked_ns && f->mono_ns - z->looked_ns < LOOK_NS)
        return -1;
    if (f->mono_ns != z->looked_ns) {
        frozen_learn(z, s);
        z->looked_ns = f->mono_ns;
        z->next = 0;
    }
    while (z->next < z->n) {
        struct sensor *e = &z->sensor[z->next++];
        if (!frozen_is_news(e, frame_get(f, e->slot), f->mono_ns))
            continue;
        *hours = (double)(f->mono_ns - e->since_ns) / HOUR_NS;
        return e->slot;
    }
    return -1;
}
