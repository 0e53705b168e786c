/* loop.c - ticks and keys, in one thread. */
#include "app/top/loop.h"

#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KEYS_FD 0        /* standard input: the module reads there */
#define FOREVER_S 3600.0

static void loop_draw(struct loop *o)
{
    int rows, columns;
    o->terminal->size(&rows, &columns);
    top_draw(o->top, rows, columns);
    o->terminal->draw(o->top->grid.cell, rows, columns);
}

/* The process may have ended since the question was put, and its number be another's. */
static void loop_end_process(struct top *t)
{
    struct view *v = &t->view;
    int rc = -ESRCH;
    for (size_t i = 0; i < t->live.n_procs; i++) {
        const struct proc *p = &t->live.procs[i].p;
        if (p->pid == v->ask.pid && p->start_s == v->ask.start_s)
            rc = os_end_process(p->pid);
    }
    if (rc < 0)
        snprintf(v->message, sizeof v->message, "%s (pid %d) was not ended: %s", v->ask_name,
                 (int)v->ask.pid, strerror(-rc));
    else
        snprintf(v->message, sizeof v->message, "%s (pid %d) was asked to end", v->ask_name,
                 (int)v->ask.pid);
    v->ask.pid = 0;
}

static void loop_apply_pace(struct top *t)
{
    double s = view_interval_s(&t->view);
    t->live.gap_ms = t->view.pace > 0 ? (int64_t)(1500 * s) : 0;
    snprintf(t->view.message, sizeof t->view.message, "every %g s", s);
}

/* All keys that wait. True where the screen is to be drawn anew. */
static bool loop_keys(struct loop *o)
{
    bool changed = false;
    for (int32_t key; (key = o->terminal->key()) >= 0;) {
        enum view_act act = top_key(o->top, key);
        if (act == VIEW_QUIT)
            o->quit = true;
        else if (act == VIEW_END)
            loop_end_process(o->top);
        else if (act == VIEW_PACE)
            loop_apply_pace(o->top);
        changed |= act != VIEW_NOTHING;
    }
    return changed;
}

/* Until `from_ns` and an interval, which may change meanwhile. 0, or -EINTR. */
static int loop_wait(struct loop *o, int64_t from_ns, double interval_s)
{
    for (;;) {
        if (loop_keys(o) && !o->quit)
            loop_draw(o);
        if (o->quit || os_stopping() || os_reader_left(KEYS_FD))
            return -EINTR;
        double s = interval_s > 0 ? interval_s : view_interval_s(&o->top->view);
        int rc = os_wait_input(KEYS_FD, from_ns + (int64_t)(s * 1e9));
        if (rc == -ETIMEDOUT)
            return 0;
        if (rc < 0 && rc != -EINTR)
            return rc;
    }
}

static struct instant loop_now(struct clock *c)
{
    struct loop *o = (struct loop *)c;
    return o->of->now(o->of);
}

/* The sampler asks for its own interval after the last tick; a person may have asked for another.
 * What is read early is in order (see sampler.h); of what is read late, see live.gap_ms. */
static int loop_clock_wait(struct clock *c, int64_t mono_ns)
{
    struct loop *o = (struct loop *)c;
    bool here = o->of->is_real;
    int64_t from = here ? mono_ns - (int64_t)(o->top->view.interval_s * 1e9) : o->last_ns;
    int rc = loop_wait(o, from, 0);
    if (rc == 0 && !here)
        rc = o->of->wait(o->of, mono_ns);
    o->last_ns = os_mono_ns();
    return rc;
}

struct clock *loop_pace(void *self, struct clock *of)
{
    struct loop *o = self;
    o->clock = (struct clock){ .now = loop_now, .wait = loop_clock_wait, .is_real = of->is_real };
    o->of = of;
    o->last_ns = os_mono_ns();
    return &o->clock;
}

int loop_run(struct loop *o, struct feed *feed)
{
    const struct moment *m;
    int rc = 0;
    while (rc == 0 && (rc = feed_next(feed, &m)) == 0) {
        rc = live_take(&o->top->live, feed, m);
        top_tick(o->top);
        if (!feed->behind)
            loop_draw(o);
    }
    o->top->ended = rc == -ENODATA;
    if (o->top->ended)
        loop_draw(o);
    while (rc == -ENODATA && loop_wait(o, os_mono_ns(), FOREVER_S) == 0)
        continue;
    return rc == -EINTR || rc == -ENODATA ? 0 : rc;
}
