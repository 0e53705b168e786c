/* log_follow.c - each line goes to the counts, to the memory, and to the anomalies that are watched. */
#include "analyze/logs/log_follow.h"

#include "analyze/logs/log_memory.h"
#include "analyze/logs/log_range.h"
#include "analyze/logs/log_template.h"
#include "base/mem.h"

#include <string.h>

#define LONGEST_MS INT64_C(21600000) /* 6 h: what came after that explains no beginning */

struct watch {
    int64_t start_ms, end_ms;
    bool looked, over;
    struct log_picks *picks;
};

struct log_follow {
    struct log_reader *reader;
    struct log_counts *counts;
    struct log_memory *memory;
    int64_t window_ms, at_ms;
    struct watch watch[LOG_WATCHES];
    int n;
};

struct log_follow *log_follow_new(struct log_reader *r, int64_t window_ms)
{
    struct log_follow *f = mem_new(sizeof *f);
    *f = (struct log_follow){ .reader = r, .counts = log_counts_new(), .memory = log_memory_new(), .window_ms = window_ms };
    return f;
}

void log_follow_free(struct log_follow *f)
{
    for (int i = 0; f && i < f->n; i++)
        log_picks_free(f->watch[i].picks);
    if (f) {
        log_reader_free(f->reader);
        log_counts_free(f->counts);
        log_memory_free(f->memory);
    }
    mem_free(f);
}

struct log_reader *log_follow_reader(struct log_follow *f)
{
    return f->reader;
}

struct log_counts *log_follow_counts(struct log_follow *f)
{
    return f->counts;
}

int64_t log_follow_at(const struct log_follow *f)
{
    return f->at_ms;
}

/* ---- lines ---- */

static void follow_line(struct log_follow *f, const struct log_line *l)
{
    uint64_t template = log_template(l);
    f->at_ms = l->wall_ms > f->at_ms ? l->wall_ms : f->at_ms;
    log_counts_add(f->counts, template, l->wall_ms);
    log_memory_add(f->memory, l, template);
    for (int i = 0; i < f->n; i++)
        log_picks_offer(f->watch[i].picks, l, template);
}

int log_follow_read(struct log_follow *f, int64_t until_ms, int max, log_taker *take, void *self)
{
    struct log_line l;
    int n = 0;
    while (n < max && log_reader_next(f->reader, until_ms, &l)) {
        follow_line(f, &l);
        if (take)
            take(self, &l);
        n++;
    }
    return n;
}

void log_follow_skip(struct log_follow *f, int64_t wall_ms)
{
    log_reader_seek_time(f->reader, wall_ms);
    log_counts_skip(f->counts, wall_ms);
}

/* ---- anomalies ---- */

static struct watch *follow_find(struct log_follow *f, int64_t start_ms)
{
    for (int i = 0; i < f->n; i++)
        if (f->watch[i].start_ms == start_ms)
            return &f->watch[i];
    return NULL;
}

static void follow_remember(void *self, const struct log_line *l, uint64_t template)
{
    log_picks_offer(self, l, template);
}

void log_follow_watch(struct log_follow *f, int64_t start_ms)
{
    if (follow_find(f, start_ms) || f->n == LOG_WATCHES)
        return;
    struct watch *w = &f->watch[f->n++];
    /* Until it is over it lasts: what comes meanwhile is near it. */
    *w = (struct watch){ .start_ms = start_ms, .end_ms = start_ms + LONGEST_MS,
                         .picks = log_picks_new(start_ms, start_ms + LONGEST_MS, f->window_ms, LOG_AFTER_MS) };
    log_memory_each(f->memory, follow_remember, w->picks);
}

void log_follow_over(struct log_follow *f, int64_t start_ms, int64_t end_ms)
{
    struct watch *w = follow_find(f, start_ms);
    for (int i = f->n; i > 0 && !w; i--) /* its start may have been seen to lie earlier */
        w = f->watch[i - 1].over || f->watch[i - 1].start_ms > end_ms ? NULL : &f->watch[i - 1];
    if (!w)
        return;
    w->over = true;
    w->end_ms = end_ms;
    log_picks_end(w->picks, end_ms);
}

/* The start of the watched that is oldest: what stands in its window must not be forgotten before it was looked at. */
static void follow_forget(struct log_follow *f, int64_t now_ms)
{
    int64_t keep_ms = now_ms < f->at_ms || !f->at_ms ? now_ms : f->at_ms;
    log_memory_forget(f->memory, keep_ms - f->window_ms - LOG_AFTER_MS);
}

bool log_follow_find(struct log_follow *f, int64_t now_ms, bool end, struct log_finding *out)
{
    log_counts_until(f->counts, now_ms);
    for (int i = 0; i < f->n; i++) {
        struct watch *w = &f->watch[i];
        bool last = end || now_ms >= w->end_ms + LOG_AFTER_MS || (i == 0 && f->n == LOG_WATCHES);
        if (w->looked && !last)
            continue;
        w->looked = true;
        *out = (struct log_finding){ .start_ms = w->start_ms, .last = last };
        log_picks_rank(w->picks, f->counts, &out->logs);
        if (last) {
            log_picks_free(w->picks);
            memmove(w, w + 1, (size_t)(f->n - i - 1) * sizeof *w);
            f->n--;
        }
        return true;
    }
    follow_forget(f, now_ms);
    return false;
}
