/* ring.c - a bounded queue of events. */
#include "core/ring.h"

#include "base/mem.h"
#include "os/os.h"

struct ring {
    struct os_lock *lock;
    unsigned first, n; /* the oldest, and how many */
    struct event e[RING_EVENTS];
};

struct ring *ring_new(void)
{
    struct ring *r = mem_new(sizeof *r);
    r->lock = os_lock_new();
    return r;
}

void ring_free(struct ring *r)
{
    if (!r)
        return;
    os_lock_free(r->lock);
    mem_free(r);
}

void ring_put(struct ring *r, const struct event *e)
{
    os_lock(r->lock);
    if (r->n == RING_EVENTS) {
        r->first = (r->first + 1) % RING_EVENTS;
        r->n--;
    }
    r->e[(r->first + r->n++) % RING_EVENTS] = *e;
    os_unlock(r->lock);
}

bool ring_take(struct ring *r, struct event *out)
{
    os_lock(r->lock);
    bool any = r->n > 0;
    if (any) {
        *out = r->e[r->first];
        r->first = (r->first + 1) % RING_EVENTS;
        r->n--;
    }
    os_unlock(r->lock);
    return any;
}
