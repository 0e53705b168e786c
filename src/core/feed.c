/* feed.c - what a sampler gives, as a feed. */
#include "core/feed.h"

#include "base/mem.h"

#include <math.h>

struct sampler_feed {
    struct feed feed; /* first: a feed is turned back into its sampler */
    struct sampler *sampler;
    struct moment now; /* frame and table are the sampler's */
    size_t cap_events;
};

static void sampler_feed_events(struct sampler_feed *f)
{
    struct moment *m = &f->now;
    struct event e;
    m->n_events = 0;
    while (sampler_event(f->sampler, &e)) {
        m->events = mem_grow(m->events, m->n_events, &f->cap_events, sizeof *m->events);
        m->events[m->n_events++] = e;
    }
}

static int sampler_feed_next(struct feed *feed, const struct moment **out)
{
    struct sampler_feed *f = (struct sampler_feed *)feed;
    const struct frame *frame;
    int rc = sampler_next(f->sampler, &frame);
    if (rc < 0)
        return rc;
    f->now.frame = *frame;
    f->now.table = *sampler_procs(f->sampler);
    sampler_feed_events(f);
    feed->fat = sampler_is_fat(f->sampler);
    *out = &f->now;
    return 0;
}

static void sampler_feed_close(struct feed *feed)
{
    struct sampler_feed *f = (struct sampler_feed *)feed;
    sampler_close(f->sampler);
    mem_free(f->now.events);
    mem_free(f);
}

struct feed *feed_of_sampler(struct sampler *s, const char *origin, bool live)
{
    struct sampler_feed *f = mem_new(sizeof *f);
    f->sampler = s;
    f->feed = (struct feed){
        .next = sampler_feed_next, .close = sampler_feed_close, .schema = sampler_schema(s), .origin = origin,
        .interval_s = sampler_interval(s), .share = NAN, .live = live,
    };
    f->feed.sources = sampler_sources(s, &f->feed.n_sources);
    return &f->feed;
}

void feed_close(struct feed *f)
{
    if (f)
        f->close(f);
}
