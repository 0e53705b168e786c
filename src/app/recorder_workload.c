/*
 * recorder_workload.c - tells the kind of work while it is recorded.
 *
 * Another answer is an event of the next instant; what the session was most of the time so far is in the index within
 * a minute.
 */
#include "app/recorder_parts.h"

#include "app/categories.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/config.h"
#include "os/os.h"
#include "store/index.h"

#include <stdio.h>
#include <string.h>

struct classifier {
    struct recorder *r;
    struct workload_set *set;
    struct os_lock *lock;      /* guards what follows, down to `said`; held for work in memory only */
    struct workload_options o;
    struct workload *now;
    struct workload_tally *so_far;
    int said;                  /* the answer of the last event; WORKLOAD_UNKNOWN at the beginning, which is no news */
    int error;                 /* of the last time, which was said; of the thread that waits for disks */
};

/* ---- an instant ---- */

static void classifier_say(struct classifier *c, const struct workload_answer *a)
{
    struct event e = { .wall_ms = a->wall_ms, .end_ms = a->wall_ms, .kind = EVENT_WORKLOAD, .severity = SEVERITY_INFO,
                       .source = "learning" };
    const char *because = *a->why ? a->why : a->reason;
    snprintf(e.text, sizeof e.text, "now %s, %.0f %%%s%.160s", workload_name(c->set, a->category),
             100 * a->confidence, *because ? ": " : "", because);
    ring_put(c->r->said, &e);
}

static void classifier_take(void *self, const struct schema *s, const struct moment *m)
{
    struct classifier *c = self;
    const struct frame *f = &m->frame;
    os_lock(c->lock);
    if (workload_tick(c->now, s, f->wall_ms, f->mono_ns, f->v, f->n)) {
        const struct workload_answer *a = workload_now(c->now);
        workload_tally_add(c->so_far, a);
        if (a->category != c->said)
            classifier_say(c, a);
        c->said = a->category;
        c->r->kind = a->category >= 0 ? workload_name(c->set, a->category) : "";
    }
    os_unlock(c->lock);
}

/* From the thread of the socket. */
static void classifier_put(void *self, struct json *j)
{
    struct classifier *c = self;
    os_lock(c->lock);
    const struct workload_answer *a = workload_now(c->now);
    json_object(j, "workload");
    json_string(j, "category", workload_name(c->set, a->category));
    json_double(j, "confidence", a->confidence);
    json_string(j, "unknown_reason", *a->reason ? a->reason : NULL);
    json_end(j);
    os_unlock(c->lock);
}

/* ---- the minute ---- */

static int classifier_write(const struct classifier *c, const char *name)
{
    struct index *x;
    int rc = index_open(c->r->o.dir, &(struct index_options){ 0 }, &x);
    if (rc < 0)
        return rc;
    rc = index_set_workload(x, store_about(c->r->store)->session, name);
    index_close(x);
    return rc;
}

static void classifier_tidy(void *self)
{
    struct classifier *c = self;
    struct workload_summary sum;
    os_lock(c->lock);
    workload_tally_read(c->so_far, &sum);
    os_unlock(c->lock);
    const char *name = sum.n_shares ? workload_name(c->set, sum.category) : "";
    int rc = c->r->o.csv_only || !*name ? 0 : classifier_write(c, name); /* every time: the index may be a new one */
    if (rc < 0 && rc != c->error)
        log_warn(rc, "record: the index does not learn of the kind of work; trying on");
    c->error = rc;
    workload_summary_done(&sum);
}

/* ---- beginning and ending ---- */

/* Answers begin anew, the sum goes on. */
static void classifier_begin(struct classifier *c, const struct config *config)
{
    c->o = categories_options(config, c->r->o.interval_s);
    workload_free(c->now);
    c->now = workload_new(c->set, &c->o);
    if (!c->so_far)
        c->so_far = workload_tally_new(c->set, c->r->started_ms);
}

static int classifier_open(struct recorder *r, void **self)
{
    struct workload_set *set;
    if (!config_bool(r->config, "general.enable_session_classification"))
        return 0;
    int rc = categories_open(r->o.args, r->o.dir, &set);
    if (rc < 0)
        return rc;
    struct classifier *c = mem_new(sizeof *c);
    *c = (struct classifier){ .r = r, .set = set, .lock = os_lock_new(), .said = WORKLOAD_UNKNOWN };
    classifier_begin(c, r->config);
    r->kinds = set;
    *self = c;
    return 0;
}

static void classifier_reload(void *self, const struct config *config)
{
    struct classifier *c = self;
    struct workload_options o = categories_options(config, c->r->o.interval_s);
    if (o.threshold == c->o.threshold && o.update_s == c->o.update_s)
        return;
    os_lock(c->lock);
    classifier_begin(c, config);
    os_unlock(c->lock);
}

static void classifier_close(void *self)
{
    struct classifier *c = self;
    if (workload_end(c->now))
        workload_tally_add(c->so_far, workload_now(c->now));
    classifier_tidy(c);
    workload_free(c->now);
    workload_tally_free(c->so_far);
    c->r->kinds = NULL;
    c->r->kind = "";
    workload_set_free(c->set);
    os_lock_free(c->lock);
    mem_free(c);
}

const struct recorder_part recorder_workload = {
    .name = "workload", .open = classifier_open, .take = classifier_take, .tidy = classifier_tidy,
    .reload = classifier_reload, .put = classifier_put, .close = classifier_close,
};
