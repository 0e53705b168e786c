/*
 * recorder_logs.c - follows the logs of the system, and finds the lines around what is unusual as it happens.
 *
 * A thread of its own reads every two seconds what was written since, in one go, and at once when an anomaly begins.
 * What it finds is in the index within a moment, and the best line is an event. Where it reads, and how often each
 * kind of line came, is in DIR/models, so that the next recorder goes on from there.
 */
#include "app/recorder_logs.h"

#include "analyze/logs/log_follow.h"
#include "analyze/logs/log_weight.h"
#include "app/logs_open.h"
#include "app/models.h"
#include "app/recorder_parts.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "look/logs.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define POLL_NS INT64_C(2000000000)
#define SAVE_NS INT64_C(60000000000)
#define COUNTS_NS INT64_C(1800000000000)
#define ROUND_LINES 4000    /* of a poll; of the first, what was written while nobody followed */
#define FIRST_LINES 20000
#define BEHIND_MS 60000     /* further behind than that after a poll, lines are passed over */
#define BEFORE_MS 3600000   /* where nobody followed them yet: what is usual in an hour */
#define NEWS 32
#define PLACE "logs_at"     /* in DIR/models: where it reads, */
#define COUNTS "logs_seen"  /* and what was seen how often */
#define GOOD 0.3            /* a line of such a score is told when the anomaly begins, another when it is over */

struct news {
    int64_t start_ms, end_ms; /* end_ms 0: it began */
};

/* Of an anomaly, by its start, the line that was told, by its time. */
struct told {
    int64_t start_ms, line_ms;
};

struct listener {
    log_taker *take;
    void *self;
};

struct recorder_logs {
    struct recorder *r;
    struct os_lock *lock;       /* guards what follows, down to lines */
    struct news news[NEWS];
    int n_news;
    int64_t now_ms;             /* of the last instant */
    bool started, ending, ended;
    const char *off;            /* why nothing is read by now; NULL: nothing forbids it */
    int64_t lines;

    struct os_lock *telling;    /* guards the listeners; held while they are called; before `lock` */
    struct listener listener[4];
    int n_listeners;

    char reason[LOG_REASON];    /* why nothing can be read, from the start on; "" */
    struct log_follow *follow;  /* of the thread, as what follows; NULL: nothing is read */
    bool is_first, is_real;
    int64_t saved_ns, counts_ns, saved_lines;
    struct told told[LOG_WATCHES];
    int next_told;
    struct log_finding waiting[LOG_WATCHES]; /* for the index */
    int n_waiting;
    int write_error;
};

/* ---- an instant ---- */

static void logs_main(void *self);

/* With the first instant all who listen are there. */
static void logs_start(struct recorder_logs *l)
{
    int rc = os_thread(logs_main, l);
    l->started = true;
    l->ended = rc < 0;
    if (rc < 0)
        log_warn(rc, "record: there is no thread for the logs; they are not followed");
}

static void logs_take(void *self, const struct schema *s, const struct moment *m)
{
    struct recorder_logs *l = self;
    (void)s;
    os_lock(l->lock);
    if (!l->started)
        logs_start(l);
    l->now_ms = m->frame.wall_ms;
    bool wake = false;
    for (size_t i = 0; i < m->n_events && l->n_news < NEWS; i++) {
        const struct event *e = &m->events[i];
        if (e->kind != EVENT_ANOMALY)
            continue;
        l->news[l->n_news++] = (struct news){ e->wall_ms, event_is_over(e) ? (e->end_ms > 1 ? e->end_ms : 1) : 0 };
        wake = true;
    }
    if (wake)
        os_wake(l->lock);
    os_unlock(l->lock);
}

/* ---- findings ---- */

static int64_t *logs_told(struct recorder_logs *l, int64_t start_ms)
{
    for (int i = 0; i < LOG_WATCHES; i++)
        if (l->told[i].start_ms == start_ms)
            return &l->told[i].line_ms;
    return NULL;
}

/* The best line, once for each anomaly; at its end another, where that is better. */
static void logs_tell(struct recorder_logs *l, const struct log_finding *f)
{
    const struct log_match *best = &f->logs.match[0];
    auto_buf struct buf text = { 0 };
    int64_t *told = logs_told(l, f->start_ms);
    if (!f->logs.n || (told && *told == best->line.wall_ms) || (best->score < GOOD && !f->last))
        return;
    struct event e = { .wall_ms = best->line.wall_ms, .end_ms = best->line.wall_ms, .kind = EVENT_LOG,
                       .severity = log_severity(&best->line), .source = "logs" };
    buf_printf(&text, "%s%s%s", best->line.ident, best->line.claimed ? " (so it says)" : "",
               *best->line.ident ? ": " : "");
    if (best->count > 1)
        buf_printf(&text, "%lld times: ", (long long)best->count);
    buf_puts(&text, best->line.text);
    log_line_take(e.text, sizeof e.text, text.p, text.n);
    ring_put(l->r->said, &e);
    if (!told)
        l->told[l->next_told++ % LOG_WATCHES] = (struct told){ f->start_ms, best->line.wall_ms };
}

static void logs_wait(struct recorder_logs *l, const struct log_finding *f)
{
    int i = 0;
    while (i < l->n_waiting && l->waiting[i].start_ms != f->start_ms)
        i++;
    if (i == LOG_WATCHES) { /* the index is away for long: the oldest goes */
        memmove(l->waiting, l->waiting + 1, (LOG_WATCHES - 1) * sizeof *l->waiting);
        i = --l->n_waiting;
    }
    l->n_waiting += i == l->n_waiting;
    l->waiting[i] = *f;
}

static int logs_write_all(struct recorder_logs *l)
{
    struct index *x;
    int rc = index_open(l->r->o.dir, &(struct index_options){ 0 }, &x), done = 0;
    if (rc < 0)
        return rc;
    for (; done < l->n_waiting && rc == 0; done += rc == 0)
        rc = look_logs_keep(x, store_about(l->r->store)->session, l->waiting[done].start_ms, &l->waiting[done].logs);
    index_close(x);
    l->n_waiting -= done;
    memmove(l->waiting, l->waiting + done, (size_t)l->n_waiting * sizeof *l->waiting);
    return rc;
}

static void logs_write(struct recorder_logs *l)
{
    if (!l->n_waiting || l->r->o.csv_only) {
        l->n_waiting = 0;
        return;
    }
    int rc = logs_write_all(l);
    if (rc < 0 && rc != l->write_error && rc != -ENOENT)
        log_warn(rc, "record: the index does not learn of lines of logs that were found; trying on");
    l->write_error = rc;
}

/* ---- what is kept ---- */

static void logs_keep(struct recorder_logs *l, const char *name, struct buf *bytes)
{
    int rc = bytes->n ? models_write(l->r->o.dir, store_space(l->r->store), name, bytes) : 0;
    if (rc < 0)
        log_info("record: where the logs are read cannot be kept in %s/models/%s (%d)", l->r->o.dir, name, -rc);
}

static void logs_save(struct recorder_logs *l, bool end)
{
    auto_buf struct buf place = { 0 }, counts = { 0 };
    int64_t now_ns = os_mono_ns();
    if (end || (now_ns - l->saved_ns >= SAVE_NS && l->lines != l->saved_lines)) {
        log_reader_save(log_follow_reader(l->follow), &place);
        logs_keep(l, PLACE, &place);
        l->saved_ns = now_ns;
        l->saved_lines = l->lines;
    }
    if (end || now_ns - l->counts_ns >= COUNTS_NS) {
        log_counts_save(log_follow_counts(l->follow), &counts);
        logs_keep(l, COUNTS, &counts);
        l->counts_ns = now_ns;
    }
}

static void logs_load(struct recorder_logs *l)
{
    auto_buf struct buf place = { 0 }, counts = { 0 };
    int64_t before_ms = l->r->started_ms - BEFORE_MS;
    bool counted = models_read(l->r->o.dir, COUNTS, &counts) == 0 &&
        log_counts_load(log_follow_counts(l->follow), buf_text(&counts));
    bool placed = models_read(l->r->o.dir, PLACE, &place) == 0;
    int known = log_reader_load(log_follow_reader(l->follow), placed ? buf_text(&place) : "", before_ms);
    if (counted && !known)
        log_counts_skip(log_follow_counts(l->follow), before_ms); /* nobody reads what was logged since */
}

/* ---- the thread ---- */

static void logs_line(void *self, const struct log_line *line)
{
    struct recorder_logs *l = self;
    for (int i = 0; i < l->n_listeners; i++)
        l->listener[i].take(l->listener[i].self, line);
}

static void logs_read(struct recorder_logs *l, int64_t now_ms, bool end)
{
    int max = l->is_first ? FIRST_LINES : ROUND_LINES;
    if (end && !l->is_real)
        max = INT32_MAX; /* a recorded machine was played fast: all that was written in its time */
    os_lock(l->telling);
    int n = log_follow_read(l->follow, l->is_real ? INT64_MAX : now_ms, max, l->n_listeners ? logs_line : NULL, l);
    os_unlock(l->telling);
    l->is_first = false;
    bool behind = n == max && l->is_real && log_follow_at(l->follow) < now_ms - BEHIND_MS;
    if (behind) {
        log_info("record: the logs grow faster than they are read; going on from now");
        log_follow_skip(l->follow, now_ms);
    }
    os_lock(l->lock);
    l->lines += n;
    os_unlock(l->lock);
}

static void logs_find(struct recorder_logs *l, int64_t now_ms, bool end)
{
    struct log_finding f;
    while (log_follow_find(l->follow, now_ms, end, &f)) {
        logs_tell(l, &f);
        logs_wait(l, &f);
    }
}

/* Nothing is read: of each anomaly is kept why. */
static void logs_excuse(struct recorder_logs *l, const struct news *news, int n, const char *why)
{
    for (int i = 0; i < n; i++) {
        struct log_finding f = { .start_ms = news[i].start_ms };
        text_copy(f.logs.reason, sizeof f.logs.reason, why);
        if (!news[i].end_ms)
            logs_wait(l, &f);
    }
}

static void logs_round(struct recorder_logs *l, bool end)
{
    struct news news[NEWS];
    os_lock(l->lock);
    int n = l->n_news;
    memcpy(news, l->news, sizeof news);
    l->n_news = 0;
    int64_t now_ms = l->now_ms;
    const char *off = l->off;
    os_unlock(l->lock);
    if (!l->follow || off) {
        logs_excuse(l, news, n, off ? off : l->reason);
    } else {
        for (int i = 0; i < n; i++)
            news[i].end_ms ? log_follow_over(l->follow, news[i].start_ms, news[i].end_ms) :
                             log_follow_watch(l->follow, news[i].start_ms);
        logs_read(l, now_ms, end);
        logs_find(l, now_ms, end);
        logs_save(l, end);
    }
    logs_write(l);
}

static void logs_main(void *self)
{
    struct recorder_logs *l = self;
    bool ending = false;
    while (!ending) {
        logs_round(l, false);
        int64_t until_ns = l->follow || l->n_waiting ? os_mono_ns() + POLL_NS : INT64_MAX;
        os_lock(l->lock);
        while (!l->ending && !l->n_news && os_mono_ns() < until_ns)
            os_wait(l->lock, until_ns);
        ending = l->ending;
        os_unlock(l->lock);
    }
    logs_round(l, true);
    os_lock(l->lock);
    l->ended = true;
    os_wake(l->lock);
    os_unlock(l->lock);
}

/* ---- others who want lines ---- */

static struct recorder_logs *logs_of(struct recorder *r)
{
    for (int i = 0; i < r->n_parts; i++)
        if (r->part[i].part == &recorder_logs)
            return r->part[i].self;
    return NULL;
}

bool recorder_logs_listen(struct recorder *r, log_taker *take, void *self)
{
    struct recorder_logs *l = logs_of(r);
    if (!l || !l->follow)
        return false;
    os_lock(l->telling);
    bool room = l->n_listeners < (int)(sizeof l->listener / sizeof *l->listener);
    if (room)
        l->listener[l->n_listeners++] = (struct listener){ take, self };
    os_unlock(l->telling);
    return room;
}

void recorder_logs_leave(struct recorder *r, void *self)
{
    struct recorder_logs *l = logs_of(r);
    if (!l)
        return;
    os_lock(l->telling);
    for (int i = 0; i < l->n_listeners; i++)
        if (l->listener[i].self == self)
            l->listener[i--] = l->listener[--l->n_listeners];
    os_unlock(l->telling);
}

/* ---- beginning and ending ---- */

static void logs_open_sources(struct recorder_logs *l)
{
    const struct config *c = l->r->config;
    struct log_reader *reader;
    const char *why;
    if (!logs_allowed(c, &why))
        text_copy(l->reason, sizeof l->reason, why);
    else if (logs_open_machine(c, *l->r->observer.root.path != '\0', &reader, l->reason) == 0)
        l->follow = log_follow_new(reader, logs_window_ms(c));
    if (l->follow)
        logs_load(l);
    else
        log_info("record: %s", l->reason);
}

static int logs_open(struct recorder *r, void **self)
{
    struct recorder_logs *l = mem_new(sizeof *l);
    *l = (struct recorder_logs){ .r = r, .lock = os_lock_new(), .telling = os_lock_new(), .is_first = true,
                                 .is_real = r->of->is_real, .now_ms = r->started_ms, .saved_ns = os_mono_ns(),
                                 .counts_ns = os_mono_ns() };
    logs_open_sources(l);
    *self = l;
    return 0;
}

static void logs_put(void *self, struct json *j)
{
    struct recorder_logs *l = self;
    os_lock(l->lock);
    json_object(j, "logs");
    json_array(j, "sources");
    for (int i = 0; l->follow && i < log_reader_count(log_follow_reader(l->follow)); i++)
        json_string(j, NULL, log_reader_name(log_follow_reader(l->follow), i));
    json_end(j);
    json_int(j, "lines", l->lines);
    json_said(j, "reason", l->off ? l->off : l->reason);
    json_end(j);
    os_unlock(l->lock);
}

static void logs_reload(void *self, const struct config *c)
{
    struct recorder_logs *l = self;
    const char *why;
    logs_allowed(c, &why);
    os_lock(l->lock);
    l->off = why;
    os_unlock(l->lock);
}

static void logs_close(void *self)
{
    struct recorder_logs *l = self;
    os_lock(l->lock);
    l->ending = true;
    os_wake(l->lock);
    while (l->started && !l->ended)
        os_wait(l->lock, INT64_MAX);
    os_unlock(l->lock);
    log_follow_free(l->follow);
    os_lock_free(l->lock);
    os_lock_free(l->telling);
    mem_free(l);
}

const struct recorder_part recorder_logs = {
    .name = "logs", .open = logs_open, .take = logs_take, .reload = logs_reload, .put = logs_put, .close = logs_close,
};
