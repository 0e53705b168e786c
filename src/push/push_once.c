/* push_once.c - plays a range into batches, and tries each until it is done. */
#include "push/push_once.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "push/backoff.h"

#include <errno.h>

struct once {
    const struct push_once *o;
    struct delivery d;
    struct backoff backoff;
    int64_t fail_ns;          /* since when it takes nothing, 0: it does */
};

static bool once_stops(const struct once *s)
{
    return s->o->stop && s->o->stop(s->o->self);
}

/* Waits before the next try. */
static int once_wait(struct once *s)
{
    int64_t now = os_mono_ns();
    bool first = !s->fail_ns;
    if (s->d.said.lasting)
        return -EPERM;
    if (first)
        s->fail_ns = now;
    double wait_s = backoff_next(&s->backoff, s->d.said.retry_after_s);
    if ((double)(now - s->fail_ns) * 1e-9 + wait_s > s->o->patience_s)
        return -ETIMEDOUT;
    if (first && s->o->waits && !once_stops(s))
        s->o->waits(s->o->self, s->d.said.why);
    int64_t until = now + (int64_t)(wait_s * 1e9);
    while (os_mono_ns() < until) {
        if (once_stops(s))
            return -ECANCELED;
        int64_t soon = os_mono_ns() + 200000000;
        os_sleep_until(soon < until ? soon : until);
    }
    return 0;
}

static int once_send(struct once *s)
{
    struct delivery *d = &s->d;
    int rc = 0;
    while (d->from < d->n && rc == 0) {
        if (once_stops(s))
            return -ECANCELED;
        size_t from = d->from;
        if (!delivery_try(d))
            rc = once_wait(s);
        if (d->from > from) {
            s->fail_ns = 0;
            backoff_clear(&s->backoff);
        }
    }
    if (rc == 0 && d->n && s->o->progress)
        s->o->progress(s->o->self, d->counts.sent, d->behind[d->n - 1].wall_ms);
    if (rc == 0)
        delivery_clear(d);
    return rc;
}

static int once_take(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct once *s = self;
    struct place behind = { .wall_ms = m->frame.wall_ms };
    if (delivery_add(&s->d, schema, about, &m->frame, &behind))
        return 0;
    int rc = once_send(s);
    if (rc == 0)
        delivery_add(&s->d, schema, about, &m->frame, &behind);
    return rc;
}

int push_once(const struct push_once *o, struct push_said *out)
{
    struct once *s = mem_new(sizeof *s);
    uint64_t seed = 0;
    *out = (struct push_said){ 0 };
    s->o = o;
    os_random(&seed, sizeof seed);
    backoff_seed(&s->backoff, seed);
    delivery_begin(&s->d, o->target);
    int rc = sender_open(&s->d.sender, o->target, o->stop, o->self, out->why);
    if (rc == 0) {
        rc = archive_play(o->archive, o->session, o->from_ms, o->to_ms, once_take, s, &out->lost);
        rc = rc < 0 ? rc : once_send(s);
        const struct delivery_counts *c = &s->d.counts; /* what it waited for, and got, is no fault */
        if (rc < 0 || c->old || c->there || c->refused || s->d.said.verdict == VERDICT_TAKEN)
            text_copy(out->why, sizeof out->why, s->d.said.why);
    }
    out->counts = s->d.counts;
    out->bytes = s->d.bytes;
    delivery_done(&s->d);
    mem_free(s);
    return rc;
}
