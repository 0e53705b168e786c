/* log_range.c - one walk over the sources for all anomalies; each is ranked when LATER others have been begun. */
#include "analyze/logs/log_range.h"

#include "analyze/logs/log_template.h"
#include "base/mem.h"
#include "base/text.h"

#define LATER 64 /* windows that are open together at most: of more, what comes to the first now explains it hardly */

struct walk {
    struct log_reader *r;
    struct log_counts *counts;
    const struct log_episode *of;
    int64_t window_ms;
    struct anomaly_logs *out;
    struct log_picks *open[LATER];
    size_t first, next;   /* anomalies [first, next) are open */
    int64_t from_ms, lines;
    bool jumped;
};

static struct log_picks **walk_at(struct walk *w, size_t i)
{
    return &w->open[i % LATER];
}

static bool walk_is_full(const struct walk *w)
{
    return w->lines >= LOG_RANGE_MOST;
}

static void walk_end_first(struct walk *w)
{
    struct log_picks **p = walk_at(w, w->first);
    struct anomaly_logs *out = &w->out[w->first];
    log_picks_rank(*p, w->counts, out);
    if (!out->read && walk_is_full(w))
        text_copy(out->reason, sizeof out->reason, "there are too many lines before it: they were not all read");
    log_picks_free(*p);
    *p = NULL;
    w->first++;
}

/* The windows of anomalies before `end` that begin by a time: as late as that, so that few are open together. */
static void walk_open(struct walk *w, size_t end, int64_t wall_ms)
{
    for (; w->next < end && w->of[w->next].start_ms - w->window_ms <= wall_ms; w->next++) {
        if (w->next - w->first == LATER)
            walk_end_first(w);
        const struct log_episode *e = &w->of[w->next];
        *walk_at(w, w->next) = log_picks_new(e->start_ms, e->end_ms, w->window_ms, LOG_AFTER_MS);
    }
}

static void walk_line(struct walk *w, const struct log_line *l)
{
    uint64_t template = log_template(l);
    if (w->jumped) /* where a log begins later, what is before was not looked at */
        log_counts_skip(w->counts, l->wall_ms);
    w->jumped = false;
    w->lines++;
    log_counts_add(w->counts, template, l->wall_ms);
    for (size_t i = w->first; i < w->next; i++)
        log_picks_offer(*walk_at(w, i), l, template);
}

static void walk_jump(struct walk *w, int64_t to_ms)
{
    log_reader_seek_time(w->r, to_ms);
    w->jumped = true;
    w->from_ms = to_ms;
}

/* Reads on to a time, which is the end of the windows of all anomalies before `end`; the first begins at begin_ms. */
static void walk_on(struct walk *w, size_t end, int64_t begin_ms, int64_t until_ms)
{
    struct log_line l;
    while (!walk_is_full(w) && log_reader_next(w->r, until_ms, &l)) {
        if (l.wall_ms < w->from_ms)
            continue;
        walk_open(w, end, l.wall_ms);
        walk_line(w, &l);
        if (w->lines > LOG_RANGE_LINES && l.wall_ms < begin_ms)
            walk_jump(w, begin_ms);
    }
    walk_open(w, end, INT64_MAX);
    if (!w->jumped)
        log_counts_until(w->counts, until_ms);
}

/* Those whose windows hang together are read in one go, so that no line is read twice: the first behind them. */
static size_t walk_together(const struct walk *w, size_t n, int64_t *until_ms)
{
    size_t end = w->next;
    *until_ms = INT64_MIN;
    do {
        int64_t over_ms = w->of[end].end_ms + LOG_AFTER_MS;
        *until_ms = over_ms > *until_ms ? over_ms : *until_ms;
        end++;
    } while (end < n && w->of[end].start_ms - w->window_ms <= *until_ms);
    return end;
}

int64_t log_range(struct log_reader *r, const struct log_episode *of, size_t n, int64_t window_ms,
                  struct anomaly_logs *out)
{
    struct walk w = { .r = r, .counts = log_counts_new(), .of = of, .window_ms = window_ms, .out = out };
    int64_t done_ms = INT64_MIN, until_ms;
    while (w.next < n) {
        int64_t start_ms = of[w.next].start_ms;
        size_t end = walk_together(&w, n, &until_ms);
        bool long_ago = w.lines <= LOG_RANGE_LINES && window_ms < LOG_HISTORY_MS;
        int64_t from_ms = start_ms - (long_ago ? LOG_HISTORY_MS : window_ms);
        if (from_ms > done_ms)
            walk_jump(&w, from_ms);
        walk_on(&w, end, start_ms - window_ms, until_ms);
        done_ms = until_ms > done_ms ? until_ms : done_ms;
    }
    while (w.first < w.next)
        walk_end_first(&w);
    log_counts_free(w.counts);
    return w.lines;
}
