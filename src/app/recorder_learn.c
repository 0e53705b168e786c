/*
 * recorder_learn.c - learns while it is recorded, and says what is unusual as it happens.
 *
 * What is found becomes an event of the next instant, and an anomaly of the index within a minute. What was learned
 * is in DIR/models every ten minutes and at the end, and the next recorder goes on from there.
 */
#include "app/recorder_parts.h"

#include "analyze/online/online.h"
#include "app/findings.h"
#include "app/models.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MODEL "detector"
#define SAVE_NS 600000000000
#define WAITING_MAX 64 /* anomalies that wait for the index; later ones are in the archive as events only */

/* As a row of the index, and its texts. */
struct finding {
    struct index_anomaly row;
    char *summary, *causes;
};

struct learner {
    struct recorder *r;
    struct os_lock *lock;       /* guards the two that follow; held for work in memory only */
    struct online *online;
    struct finding waiting[WAITING_MAX];
    size_t n_waiting;
    int64_t saved_ns;           /* of the thread that waits for disks, as what follows */
    int save_error, write_error;/* of the last time, which was said */
};

static void finding_done(struct finding *f)
{
    mem_free(f->summary);
    mem_free(f->causes);
}

/* ---- an instant ---- */

static void learner_say(struct learner *l, const struct anomaly *a, enum online_news news)
{
    struct event e = { .wall_ms = a->start_ms, .end_ms = a->end_ms, .kind = EVENT_ANOMALY, .source = "learning" };
    char span[32];
    if (e.end_ms < e.wall_ms) /* the clock was set back */
        e.end_ms = e.wall_ms;
    text_span((double)(e.end_ms - e.wall_ms) * 1e-3, span, sizeof span);
    e.severity = news == ONLINE_OPENED ? a->severity : SEVERITY_INFO;
    if (news == ONLINE_OPENED)
        text_copy(e.text, sizeof e.text, a->summary);
    else
        snprintf(e.text, sizeof e.text, EVENT_OVER "%s: %.170s", span, a->summary);
    ring_put(l->r->said, &e);
}

/* For the index: in place of the same one where that still waits. */
static void learner_keep(struct learner *l, const struct anomaly *a)
{
    struct finding f = { .row = findings_row(online_ring(l->online)->schema, a) };
    f.causes = (char *)f.row.causes;
    f.row.summary = f.summary = mem_dup(a->summary);
    size_t i = 0;
    while (i < l->n_waiting && l->waiting[i].row.time_ms != f.row.time_ms)
        i++;
    if (i == WAITING_MAX) {
        finding_done(&f);
        return;
    }
    if (i < l->n_waiting)
        finding_done(&l->waiting[i]);
    l->n_waiting += i == l->n_waiting;
    l->waiting[i] = f;
}

static void learner_take(void *self, const struct schema *s, const struct moment *m)
{
    struct learner *l = self;
    struct anomaly a;
    os_lock(l->lock);
    enum online_news news = online_take(l->online, s, m, &a);
    if (news) {
        learner_say(l, &a, news);
        learner_keep(l, &a);
    }
    os_unlock(l->lock);
}

/* ---- the minute ---- */

static int learner_put(struct learner *l, const struct index_anomaly *row, size_t n)
{
    struct index *x;
    int rc = index_open(l->r->o.dir, &(struct index_options){ 0 }, &x);
    if (rc < 0)
        return rc;
    rc = index_put_anomalies(x, store_about(l->r->store)->session, row, n);
    index_close(x);
    return rc;
}

/* What the index refuses is in the archive as events; the index is not there at all without an archive. */
static void learner_write(struct learner *l)
{
    struct finding batch[WAITING_MAX];
    struct index_anomaly row[WAITING_MAX];
    os_lock(l->lock);
    size_t n = l->n_waiting;
    memcpy(batch, l->waiting, n * sizeof *batch);
    l->n_waiting = 0;
    os_unlock(l->lock);
    for (size_t i = 0; i < n; i++)
        row[i] = batch[i].row;
    int rc = n && !l->r->o.csv_only ? learner_put(l, row, n) : 0;
    if (rc < 0 && rc != l->write_error)
        log_warn(rc, "record: the index does not learn of %zu anomal%s; see the events", n, n == 1 ? "y" : "ies");
    l->write_error = rc;
    for (size_t i = 0; i < n; i++)
        finding_done(&batch[i]);
}

static void learner_save(struct learner *l)
{
    auto_buf struct buf bytes = { 0 };
    os_lock(l->lock);
    online_save(l->online, &bytes);
    os_unlock(l->lock);
    int rc = bytes.n ? models_write(l->r->o.dir, store_space(l->r->store), MODEL, &bytes) : 0;
    if (rc < 0 && rc != l->save_error)
        log_warn(rc, "record: what was learned cannot be kept in %s/models/" MODEL "; trying on", l->r->o.dir);
    l->save_error = rc;
}

static void learner_tidy(void *self)
{
    struct learner *l = self;
    int64_t now_ns = os_mono_ns();
    learner_write(l);
    if (now_ns - l->saved_ns < SAVE_NS)
        return;
    l->saved_ns = now_ns;
    learner_save(l);
}

/* ---- beginning and ending ---- */

static void learner_load(struct learner *l)
{
    auto_buf struct buf bytes = { 0 };
    int rc = models_read(l->r->o.dir, MODEL, &bytes);
    rc = rc < 0 ? rc : online_load(l->online, bytes.p, bytes.n);
    if (rc == -ENODATA)
        log_warn(0, "record: what was learned here was learned at another interval; learning starts anew");
    else if (rc == -ELOOP)
        log_warn(0, "record: %s/models/" MODEL " is a link or no file; what is learned is not kept", l->r->o.dir);
    else if (rc < 0 && rc != -ENOENT)
        log_warn(rc == -EBADMSG || rc == -EINVAL ? 0 : rc,
                 "record: %s/models/" MODEL " is damaged or of another version; learning starts anew", l->r->o.dir);
}

static int learner_open(struct recorder *r, void **self)
{
    if (!config_bool(r->config, "learning.enabled"))
        return 0;
    struct learner *l = mem_new(sizeof *l);
    *l = (struct learner){ .r = r, .lock = os_lock_new(), .saved_ns = os_mono_ns() };
    l->online = online_new(&(struct online_options){
        .step_s = r->o.interval_s, .budget_per_day = config_number(r->config, "analysis.budget_per_day") });
    learner_load(l);
    *self = l;
    return 0;
}

static void learner_reload(void *self, const struct config *c)
{
    struct learner *l = self;
    os_lock(l->lock);
    online_set_budget(l->online, config_number(c, "analysis.budget_per_day"));
    os_unlock(l->lock);
}

static void learner_close(void *self)
{
    struct learner *l = self;
    struct anomaly a;
    if (online_end(l->online, &a))
        learner_keep(l, &a);
    learner_write(l);
    learner_save(l);
    online_free(l->online);
    os_lock_free(l->lock);
    mem_free(l);
}

const struct recorder_part recorder_learn = {
    .name = "learn", .open = learner_open, .take = learner_take, .tidy = learner_tidy, .reload = learner_reload,
    .close = learner_close,
};
