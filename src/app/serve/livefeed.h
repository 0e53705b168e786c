/*
 * What the page shows as it happens: a thread that hears a running recorder, and posts each instant to the hub as
 * server-sent events (HTML Living Standard, section 9.2).
 *
 *     event: schema   {"ids":[...],"units":[...],"interval_s":1}    of the metrics that a client chose, when it changes
 *     event: tick     {"t":ms,"v":[...]}                            their values, null where not known
 *     event: now      the verdict and the main numbers, at most LIVEFEED_NOW_MAX bytes
 *     event: event    what happened at this instant
 *
 * tick and now of an instant are one text, its events another; all clients of one selection share them. Where the
 * recorder ends nothing comes any more; it is looked for again every second, and what it says then goes on in the same
 * streams.
 */
#ifndef APP_SERVE_LIVEFEED_H
#define APP_SERVE_LIVEFEED_H

#include "app/top/live.h"
#include "core/feed.h"
#include "serve/stream.h"

#define LIVEFEED_NOW_MAX 1024
#define LIVEFEED_MINUTES 10  /* of the past that the verdict begins with */

struct livefeed_options {
    const char *data;        /* the recorder's directory; NULL: that of this user or the system, as attach.h finds it */
    struct hub *hub;
    double budget_per_day;   /* of false alarms, for the verdict */
};

struct livefeed;

struct livefeed *livefeed_start(const struct livefeed_options *o); /* NULL where there can be no thread */
bool livefeed_stop(struct livefeed *f); /* false: it hangs, and goes on to use the hub; NULL: nothing to do */

/* Is an instant to be told, or is it closer to one that was than the interval? due_ns: in and out, 0 to begin. */
bool livefeed_is_due(int64_t *due_ns, int64_t mono_ns, double interval_s);

/* The texts, for tests. */
struct livefeed_work {
    const char *category;    /* NULL: not known */
    double confidence;
};
void livefeed_put_schema(const struct schema *s, const int *slot, size_t n, double interval_s, struct buf *out);
void livefeed_put_tick(const struct frame *f, const int *slot, size_t n, struct buf *out);
void livefeed_put_now(const struct live *l, const struct schema *s, const struct frame *f,
                      const struct livefeed_work *work, struct buf *out);
void livefeed_put_event(const struct event *e, struct buf *out);

#endif
