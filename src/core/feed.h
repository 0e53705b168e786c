/*
 * A feed: whatever yields instants, one after the other. A sampler is one, and so is a tape
 * (store/tape_feed.h), from a file or from another process; whoever gathers or shows need not know which.
 */
#ifndef CORE_FEED_H
#define CORE_FEED_H

#include "core/moment.h"
#include "core/sampler.h"

struct feed {
    /* Waits for the next instant, which is borrowed until the next call. Errors: -EINTR when told to
     * stop, -ENODATA at the end, which a live one does not have; others where it cannot go on. */
    int (*next)(struct feed *f, const struct moment **out);
    void (*close)(struct feed *f);

    const struct schema *schema;  /* grows at most in next() */
    const struct source *sources; /* how adapters fare, n_sources of them; none where that is not known */
    int n_sources;
    const char *origin;           /* "this machine", a file */
    double interval_s;            /* between two instants, as far as it is known beforehand; else NaN */
    double share;                 /* how much of it was given so far, 0..1; NaN: it has no known end */
    bool behind;                  /* what it gave last is of the past, and more is there already */
    bool live;                    /* it is of this machine, now */
    bool fat;                     /* memory is short: who gathers should keep no more than it has */
};

static inline int feed_next(struct feed *f, const struct moment **out)
{
    return f->next(f, out);
}

void feed_close(struct feed *f); /* NULL: nothing to do */

/*
 * The feed of a sampler, which it closes. Its instants have the whole table of processes and not the
 * busiest.
 *
 *   origin  borrowed
 */
struct feed *feed_of_sampler(struct sampler *s, const char *origin, bool live);

#endif
