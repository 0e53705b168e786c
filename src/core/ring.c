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

static struct event *ring_at(struct ring *r, unsigned i)
{
    return &r->e[(r->first + i) % RING_EVENTS];
}

/* Makes room for one of a severity. False: all that are there are graver. */
static bool ring_drop(struct ring *r, enum severity severity)
{
    unsigned least = 0;
    for (unsigned i = 1; i < r->n; i++)
        if (ring_at(r, i)->severity < ring_at(r, least)->severity)
            least = i;
    if (ring_at(r, least)->severity > severity)
        return false;
    for (unsigned i = least; i > 0; i--)
        *ring_at(r, i) = *ring_at(r, i - 1);
    r->first = (r->first + 1) % RING_EVENTS;
    r->n--;
    return true;
}

void ring_put(struct ring *r, const struct event *e)
{
    os_lock(r->lock);
    if (r->n < RING_EVENTS || ring_drop(r, e->severity))
        *ring_at(r, r->n++) = *e;
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
