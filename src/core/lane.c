/* lane.c - a queue of guests and the thread that serves them; see lane.h for what happens when one hangs. */
#include "core/lane.h"

#include "base/mem.h"
#include "os/os.h"

#define CLOSE_PATIENCE_NS 500000000

enum state { BACK, QUEUED, SERVED, ALONE }; /* ALONE: served by a thread that was left behind */

struct seat {
    struct guest *guest;
    enum state state;
};

/* Shared by all threads of the lane and its owner; the last one to let go frees it. */
struct lane {
    struct os_lock *lock; /* guards everything below; a guest is its server's while SERVED or ALONE */
    int holders;
    unsigned turn;        /* which thread serves; one with another number was left behind */
    bool served_by;       /* is there such a thread? */
    bool closing;
    struct seat *seat;    /* n of them */
    size_t n, cap;
};

struct lane *lane_new(void)
{
    struct lane *l = mem_new(sizeof *l);
    l->lock = os_lock_new();
    l->holders = 1;
    return l;
}

/* Lets go of the lane, whose lock is held. */
static void lane_release(struct lane *l)
{
    bool last = --l->holders == 0;
    os_wake(l->lock);
    os_unlock(l->lock);
    if (!last)
        return;
    for (size_t i = 0; i < l->n; i++)
        guest_free(l->seat[i].guest);
    mem_free(l->seat);
    os_lock_free(l->lock);
    mem_free(l);
}

static size_t lane_next(const struct lane *l, enum state state)
{
    size_t i = 0;
    while (i < l->n && l->seat[i].state != state)
        i++;
    return i;
}

static size_t lane_find(const struct lane *l, const struct guest *g)
{
    size_t i = 0;
    while (i < l->n && l->seat[i].guest != g)
        i++;
    return i;
}

/* The seats may move while the lock is not held. */
static void lane_serve(struct lane *l, struct guest *g)
{
    l->seat[lane_find(l, g)].state = SERVED;
    os_unlock(l->lock);
    guest_work(g);
    os_lock(l->lock);
    l->seat[lane_find(l, g)].state = BACK;
    os_wake(l->lock);
}

static void lane_run(void *arg)
{
    struct lane *l = arg;
    os_lock(l->lock);
    unsigned mine = l->turn;
    while (l->turn == mine && !l->closing) {
        size_t i = lane_next(l, QUEUED);
        if (i < l->n)
            lane_serve(l, l->seat[i].guest);
        else
            os_wait(l->lock, INT64_MAX);
    }
    lane_release(l);
}

/* Without a thread to be had the queue waits; whoever asks, waits or looks tries again. */
static void lane_start(struct lane *l)
{
    if (l->served_by)
        return;
    l->holders++;
    l->served_by = os_thread(lane_run, l) == 0;
    l->holders -= !l->served_by;
}

static void lane_leave_behind(struct lane *l)
{
    size_t i = lane_next(l, SERVED);
    if (i == l->n)
        return;
    l->seat[i].state = ALONE;
    l->turn++;
    l->served_by = false;
    lane_start(l);
}

void lane_add(struct lane *l, struct guest *g)
{
    os_lock(l->lock);
    l->seat = mem_grow(l->seat, l->n, &l->cap, sizeof *l->seat);
    l->seat[l->n++] = (struct seat){ g, BACK };
    os_unlock(l->lock);
}

bool lane_ask(struct lane *l, struct guest *g)
{
    os_lock(l->lock);
    struct seat *s = &l->seat[lane_find(l, g)];
    bool free = s->state == BACK;
    if (free) {
        s->state = QUEUED;
        lane_start(l);
        os_wake(l->lock);
    }
    os_unlock(l->lock);
    return free;
}

bool lane_wait(struct lane *l, struct guest *g, int64_t patience_ns)
{
    os_lock(l->lock);
    lane_start(l);
    int64_t until = os_mono_ns() + patience_ns;
    enum state state;
    while ((state = l->seat[lane_find(l, g)].state) != BACK && state != ALONE) {
        if (os_wait(l->lock, until) || os_mono_ns() < until)
            continue;
        lane_leave_behind(l);
        until = os_mono_ns() + patience_ns;
        if (!l->served_by)
            break;
    }
    os_unlock(l->lock);
    return state == BACK;
}

bool lane_is_back(struct lane *l, const struct guest *g)
{
    os_lock(l->lock);
    lane_start(l);
    bool back = l->seat[lane_find(l, g)].state == BACK;
    os_unlock(l->lock);
    return back;
}

/* Whoever lets go last frees: us, if nobody hangs, else the last thread that comes back. */
void lane_free(struct lane *l)
{
    if (!l)
        return;
    os_lock(l->lock);
    int64_t until = os_mono_ns() + CLOSE_PATIENCE_NS;
    l->closing = true;
    os_wake(l->lock);
    while (l->holders > 1 && os_mono_ns() < until)
        os_wait(l->lock, until);
    lane_release(l);
}
