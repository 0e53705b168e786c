/* log_range.c - one walk over the sources for all anomalies; each is ranked when LATER others have been begun. */
#include "analyze/logs/log_range.h"

#include "analyze/logs/log_template.h"
#include "base/mem.h"

#define LATER 64 /* windows that are open together at most */

struct walk {
    struct log_reader *r;
    struct log_counts *counts;
    struct log_picks *open[LATER];
    size_t first, next;   /* anomalies [first, next) are open */
    int64_t from_ms, lines;
    bool jumped;
};

static struct log_picks **walk_at(struct walk *w, size_t i)
{
    return &w->open[i % LATER];
}

static void walk_end_first(struct walk *w, struct anomaly_logs *out)
{
    struct log_picks **p = walk_at(w, w->first);
    log_picks_rank(*p, w->counts, &out[w->first]);
    log_picks_free(*p);
    *p = NULL;
    w->first++;
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

/*
 * Reads on to the end of the windows that are open. Those of anomalies that begin within them are opened before, so that
 * no line is read twice.
 */
static void walk_on(struct walk *w, int64_t window_ms, int64_t until_ms)
{
    struct log_line l;
    while (w->lines < 4 * LOG_RANGE_LINES && log_reader_next(w->r, until_ms, &l)) {
        if (l.wall_ms < w->from_ms)
            continue;
        walk_line(w, &l);
        if (w->lines > LOG_RANGE_LINES && l.wall_ms < window_ms)
            walk_jump(w, window_ms);
    }
    if (!w->jumped)
        log_counts_until(w->counts, until_ms);
}

int64_t log_range(struct log_reader *r, const struct log_episode *of, size_t n, int64_t window_ms,
                  struct anomaly_logs *out)
{
    struct walk w = { .r = r, .counts = log_counts_new() };
    int64_t done_ms = INT64_MIN;
    while (w.next < n) {
        int64_t start_ms = of[w.next].start_ms, until_ms = INT64_MIN;
        int64_t from_ms = start_ms - (window_ms > LOG_HISTORY_MS || w.lines > LOG_RANGE_LINES ? window_ms : LOG_HISTORY_MS);
        while (w.next < n && (until_ms == INT64_MIN || of[w.next].start_ms - window_ms <= until_ms)) {
            if (w.next - w.first == LATER)
                walk_end_first(&w, out);
            *walk_at(&w, w.next) = log_picks_new(of[w.next].start_ms, of[w.next].end_ms, window_ms, LOG_AFTER_MS);
            int64_t end_ms = log_picks_until(*walk_at(&w, w.next));
            until_ms = end_ms > until_ms ? end_ms : until_ms;
            w.next++;
        }
        if (from_ms > done_ms)
            walk_jump(&w, from_ms);
        walk_on(&w, start_ms - window_ms, until_ms);
        done_ms = until_ms > done_ms ? until_ms : done_ms;
    }
    while (w.first < w.next)
        walk_end_first(&w, out);
    log_counts_free(w.counts);
    return w.lines;
}
