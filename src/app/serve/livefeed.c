/* livefeed.c - from a recorder's socket to the hub. */
#include "app/serve/livefeed.h"

#include "app/attach.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS 1000000000
#define LOOK_NS 100000000                  /* how often the socket is looked at: nobody sees a tenth of a second */
#define WORK_NS (10 * (int64_t)SECOND_NS)  /* how often the kind of work is asked for */
#define STOP_NS (2 * (int64_t)SECOND_NS)

/* What is known of a topic of the hub. */
struct heard {
    struct hub_topic is;
    int *slot;             /* the metrics that it selects; n of them */
    size_t n;
    int seen;              /* so many metrics were looked at; -1: none, and the schema is not told yet */
};

struct livefeed {
    struct clock clock;    /* first: a clock is turned back into this */
    struct livefeed_options o;
    char *data;
    struct live live;
    struct heard heard[HUB_TOPICS];
    size_t n_heard;
    struct hub_topic topics[HUB_TOPICS]; /* room of livefeed_listen() */
    struct heard kept[HUB_TOPICS];
    struct buf out;
    struct buf events;     /* of instants that were not told, as text */
    int64_t due_ns;
    struct json_t *state;  /* of the recorder, when it was asked last */
    int64_t ask_ns;

    struct os_lock *lock;  /* guards what follows */
    bool ending, ended;
};

/* ---- waiting ---- */

/* False: it ends. */
static bool livefeed_wait(struct livefeed *f, int64_t until_ns)
{
    os_lock(f->lock);
    while (!f->ending && os_mono_ns() < until_ns)
        os_wait(f->lock, until_ns);
    bool ending = f->ending;
    os_unlock(f->lock);
    return !ending;
}

static struct instant livefeed_now(struct clock *c)
{
    (void)c;
    return clock_system()->now(clock_system());
}

static int livefeed_clock_wait(struct clock *c, int64_t mono_ns)
{
    int64_t least = os_mono_ns() + LOOK_NS;
    return livefeed_wait((struct livefeed *)c, mono_ns > least ? mono_ns : least) ? 0 : -EINTR;
}

/* ---- topics ---- */

static void heard_done(struct heard *h)
{
    mem_free(h->slot);
    *h = (struct heard){ 0 };
}

/* Those that are gone are forgotten, new ones known. */
static void livefeed_listen(struct livefeed *f)
{
    const struct hub_topic *now = f->topics;
    struct heard *kept = f->kept;
    size_t n = hub_topics(f->o.hub, f->topics);
    for (size_t i = 0; i < n; i++) {
        kept[i] = (struct heard){ .is = now[i], .seen = -1 };
        for (size_t k = 0; k < f->n_heard; k++)
            if (f->heard[k].is.id == now[i].id) {
                kept[i] = f->heard[k];
                f->heard[k].slot = NULL;
            }
    }
    for (size_t k = 0; k < f->n_heard; k++)
        heard_done(&f->heard[k]);
    memcpy(f->heard, kept, n * sizeof *kept);
    f->n_heard = n;
}

static void livefeed_post(struct livefeed *f, const struct heard *h, enum hub_kind kind, const struct buf *text)
{
    struct web_text *t = web_text_new(text->n);
    if (t)
        memcpy(t->bytes, text->p, text->n);
    hub_post(f->o.hub, h->is.id, kind, t);
}

/* Metrics come and never go, so only the new ones are looked at. */
static void livefeed_select(struct livefeed *f, struct heard *h, const struct feed *feed)
{
    int size = schema_size(feed->schema);
    size_t before = h->n;
    bool told = h->seen >= 0;
    if (!*h->is.globs || h->seen == size)
        return;
    for (int slot = told ? h->seen : 0; slot < size; slot++)
        if (schema_match(feed->schema, slot, h->is.globs)) {
            h->slot = mem_resize(h->slot, (h->n + 1) * sizeof *h->slot);
            h->slot[h->n++] = slot;
        }
    h->seen = size;
    if (told && h->n == before)
        return;
    buf_clear(&f->out);
    livefeed_put_schema(feed->schema, h->slot, h->n, feed->interval_s, &f->out);
    livefeed_post(f, h, HUB_SCHEMA, &f->out);
}

/* Another recorder, or the same one again: slots mean something else. */
static void livefeed_forget(struct livefeed *f)
{
    for (size_t i = 0; i < f->n_heard; i++)
        heard_done(&f->heard[i]);
    f->n_heard = 0;
}

/* ---- an instant ---- */

static void livefeed_ask(struct livefeed *f)
{
    int64_t now = os_mono_ns();
    if (now < f->ask_ns)
        return;
    json_decref(f->state);
    if (attach_json_of(f->data, "state", &f->state) < 0)
        f->state = NULL;
    f->ask_ns = now + WORK_NS;
}

static struct livefeed_work livefeed_work(const struct livefeed *f)
{
    const json_t *w = json_object_get(f->state, "workload");
    const char *category = json_string_value(json_object_get(w, "category"));
    bool known = category && strcmp(category, "unknown") != 0 && strlen(category) < 64;
    return (struct livefeed_work){ known ? category : NULL, json_number_value(json_object_get(w, "confidence")) };
}

/* Half an interval of lateness is no reason to leave one out. */
bool livefeed_is_due(int64_t *due_ns, int64_t mono_ns, double interval_s)
{
    int64_t interval_ns = interval_s > 0 ? (int64_t)(interval_s * SECOND_NS) : 0;
    if (interval_ns && *due_ns && mono_ns < *due_ns - interval_ns / 2)
        return false;
    *due_ns += interval_ns;
    if (*due_ns < mono_ns + interval_ns / 2)
        *due_ns = mono_ns + interval_ns;
    return true;
}

static void livefeed_tell(struct livefeed *f, const struct feed *feed, const struct moment *m)
{
    auto_buf struct buf rest = { 0 };
    struct livefeed_work work = livefeed_work(f);
    livefeed_put_now(&f->live, feed->schema, &m->frame, &work, &rest);
    livefeed_listen(f);
    for (size_t i = 0; i < f->n_heard; i++) {
        struct heard *h = &f->heard[i];
        livefeed_select(f, h, feed);
        buf_clear(&f->out);
        if (*h->is.globs)
            livefeed_put_tick(&m->frame, h->slot, h->n, &f->out);
        buf_put(&f->out, rest.p, rest.n);
        livefeed_post(f, h, HUB_TICK, &f->out);
        if (f->events.n)
            livefeed_post(f, h, HUB_EVENT, &f->events);
    }
    buf_clear(&f->events);
}

/* Until the feed ends. */
static void livefeed_follow(struct livefeed *f, struct feed *feed)
{
    const struct moment *m;
    live_init(&f->live);
    f->live.budget_per_day = f->o.budget_per_day;
    f->ask_ns = f->due_ns = 0;
    while (feed_next(feed, &m) == 0 && live_take(&f->live, feed, m) == 0) {
        if (feed->behind)
            continue;
        for (size_t i = 0; i < m->n_events; i++)
            livefeed_put_event(&m->events[i], &f->events);
        if (!livefeed_is_due(&f->due_ns, m->frame.mono_ns, feed->interval_s))
            continue;
        livefeed_ask(f);
        livefeed_tell(f, feed, m);
    }
    livefeed_forget(f);
    live_done(&f->live);
}

static void livefeed_main(void *arg)
{
    struct livefeed *f = arg;
    char request[32];
    struct feed *feed;
    snprintf(request, sizeof request, "live %d", LIVEFEED_MINUTES);
    do {
        if (attach_feed_of(f->data, request, &f->clock, true, &feed) < 0)
            continue;
        livefeed_follow(f, feed);
        feed_close(feed);
    } while (livefeed_wait(f, os_mono_ns() + SECOND_NS));
    os_lock(f->lock);
    f->ended = true;
    os_wake(f->lock);
    os_unlock(f->lock);
}

struct livefeed *livefeed_start(const struct livefeed_options *o)
{
    struct livefeed *f = mem_new(sizeof *f);
    *f = (struct livefeed){ .o = *o, .data = mem_dup(o->data), .lock = os_lock_new() };
    f->clock = (struct clock){ .now = livefeed_now, .wait = livefeed_clock_wait, .is_real = true };
    if (os_thread(livefeed_main, f) == 0)
        return f;
    os_lock_free(f->lock);
    mem_free(f->data);
    mem_free(f);
    return NULL;
}

bool livefeed_stop(struct livefeed *f)
{
    if (!f)
        return true;
    int64_t until = os_mono_ns() + STOP_NS;
    os_lock(f->lock);
    f->ending = true;
    os_wake(f->lock);
    while (!f->ended && os_wait(f->lock, until))
        ;
    bool ended = f->ended;
    os_unlock(f->lock);
    if (!ended)
        return false;
    json_decref(f->state);
    buf_done(&f->out);
    buf_done(&f->events);
    os_lock_free(f->lock);
    mem_free(f->data);
    mem_free(f);
    return true;
}
