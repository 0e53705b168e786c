/*
 * recorder_push.c - the receivers that the configuration names, a thread each.
 *
 * They read what the store wrote, and so take nothing of an instant. They close last, when all of the recording is
 * packed, and are given a while then for what is left (push.finish_s); the rest waits for the next start.
 */
#include "app/recorder_parts.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"
#include "push/pusher.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#define LEAVE_NS 2000000000 /* for a thread that waits for a receiver, when it shall end */

struct pushing;

struct receiver {
    struct pushing *of;
    struct target target;
    struct pusher *pusher;
    char secret[ANSWER_WHY];  /* what is wrong with its secret, as was said at the start; "": nothing */
    bool warned;              /* that it fails was said */
    bool idle, ended;         /* guarded by the lock of pushing */
};

struct pushing {
    struct recorder *r;
    struct os_lock *lock;
    struct receiver receiver[TARGETS_MAX];
    int n;
    double share;             /* of a core that a backlog may cost; 0: no limit */
    bool finishing;           /* nothing more is recorded: who has sent all of it ends */
    atomic_bool ending;
    atomic_bool left;         /* nobody waits for the threads any longer: what is of the recorder is gone */
};

static bool push_stops(void *self)
{
    struct receiver *to = self;
    return atomic_load(&to->of->ending);
}

static void push_say(void *self, enum severity severity, int64_t from_ms, const char *text)
{
    struct receiver *to = self;
    if (atomic_load(&to->of->left))
        return;
    if (severity >= SEVERITY_NOTICE)
        log_warn(0, "record: %s", text);
    recorder_say(to->of->r, EVENT_ARCHIVE, severity, from_ms, text);
}

/* Waits; false when it shall end. */
static bool push_wait(struct receiver *to, int64_t ms)
{
    struct pushing *p = to->of;
    int64_t until = os_mono_ns() + ms * 1000000;
    os_lock(p->lock);
    to->idle = pusher_is_idle(to->pusher);
    bool finishing = p->finishing;
    while (!atomic_load(&p->ending) && p->finishing == finishing && os_mono_ns() < until) {
        int64_t outage = pusher_tell_outage(to->pusher);
        os_wait(p->lock, outage < until ? outage : until);
    }
    bool goes_on = !atomic_load(&p->ending) && !(p->finishing && finishing && to->idle);
    os_unlock(p->lock);
    return goes_on;
}

/* A step, and for how many ms there is nothing to do. What waited for long is sent at a pace that leaves the other half
 * of what the recorder may cost to sampling; not at the end, where somebody waits. */
static int64_t push_step(struct receiver *to)
{
    double before_s = os_cpu_s();
    int64_t wait_ms = pusher_step(to->pusher);
    os_lock(to->of->lock);
    double share = to->of->share;
    bool paced = !wait_ms && share > 0 && !to->of->finishing;
    os_unlock(to->of->lock);
    return paced ? (int64_t)((os_cpu_s() - before_s) / share * 1000) : wait_ms;
}

/* What never worked since the start is told soon, and not only where somebody asks: at the second try, because the
 * first may be a receiver that is being started; at once where no try will do. */
static void push_warn(struct receiver *to)
{
    struct pusher_state s;
    pusher_state(to->pusher, &s);
    bool said = to->warned || strcmp(s.error, to->secret) == 0;
    if (said || push_stops(to) || (s.failed < 2 && !s.lasting))
        return;
    to->warned = true;
    log_warn(0, "record: push.targets: %s takes nothing: %s; it waits in the archive, and is tried again and again",
             to->target.name, s.error);
}

static void push_main(void *arg)
{
    struct receiver *to = arg;
    struct pushing *p = to->of;
    int64_t wait_ms;
    do {
        wait_ms = push_step(to);
        push_warn(to);
    } while (push_wait(to, wait_ms));
    os_lock(p->lock);
    to->ended = true;
    os_wake(p->lock);
    os_unlock(p->lock);
}

/* ---- beginning ---- */

static bool push_knows(const struct pushing *p, const char *name)
{
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->receiver[i].target.name, name) == 0)
            return true;
    return false;
}

static void push_add(struct pushing *p, const char *line)
{
    struct receiver *to = &p->receiver[p->n];
    char why[TARGET_WHY];
    int length = (int)strcspn(line, " ");
    if (target_read(line, &to->target, why) < 0)
        log_error(0, "record: push.targets: %.*s %s; nothing is sent there", length, line, why);
    else if (push_knows(p, to->target.name))
        log_error(0, "record: push.targets: %s stands there twice; the first counts", to->target.name);
    else
        p->n++;
}

static void push_start(struct receiver *to)
{
    const struct pushing *p = to->of;
    const struct config *c = p->r->config;
    if (sender_check_secret(&to->target, to->secret) < 0)
        log_warn(0, "record: push.targets: %s: %s; until then it waits in the archive", to->target.name, to->secret);
    to->pusher = pusher_new(&(struct pusher_options){
        .dir = p->r->o.dir, .target = &to->target, .about = store_about(p->r->store), .space = store_space(p->r->store),
        .backlog_days = config_number(c, "push.backlog_days"), .backlog_mb = config_number(c, "push.backlog_mb"),
        .stop = push_stops, .say = push_say, .self = to });
    int e = os_thread(push_main, to);
    if (e < 0) {
        to->ended = true;
        log_error(e, "record: nothing is sent to %s, as there is no thread for it", to->target.name);
    }
}

static void push_reload(void *self, const struct config *c)
{
    struct pushing *p = self;
    os_lock(p->lock);
    p->share = config_number(c, "performance.max_cpu_percent") / 100 / 2;
    os_unlock(p->lock);
}

static int push_open(struct recorder *r, void **self)
{
    size_t n;
    const char *const *line = config_list(r->config, "push.targets", &n);
    if (!n)
        return 0;
    if (r->o.csv_only) {
        log_warn(0, "record: push.targets: without an archive (storage.archive) nothing is sent");
        return 0;
    }
    if (n > TARGETS_MAX) {
        log_error(0, "record: push.targets names %zu receivers; only the first %d count", n, TARGETS_MAX);
        n = TARGETS_MAX;
    }
    struct pushing *p = mem_new(sizeof *p);
    p->r = r;
    p->lock = os_lock_new();
    push_reload(p, r->config);
    for (size_t i = 0; i < n; i++)
        push_add(p, line[i]);
    for (int i = 0; i < p->n; i++) {
        p->receiver[i].of = p;
        push_start(&p->receiver[i]);
    }
    *self = p;
    return 0;
}

static void push_take(void *self, const struct schema *s, const struct moment *m)
{
    (void)self;
    (void)s;
    (void)m;
}

/* ---- what is told ---- */

static void push_put(void *self, struct json *j)
{
    struct pushing *p = self;
    json_array(j, "push");
    for (int i = 0; i < p->n; i++) {
        const struct target *t = &p->receiver[i].target;
        struct pusher_state s;
        pusher_state(p->receiver[i].pusher, &s);
        json_object(j, NULL);
        json_string(j, "name", t->name);
        json_string(j, "format", t->exporter->name);
        json_string(j, "url", t->shown);
        if (s.success_ms)
            json_time(j, "last_success", s.success_ms);
        else
            json_null(j, "last_success");
        if (s.sent_ms)
            json_time(j, "sent_until", s.sent_ms);
        else
            json_null(j, "sent_until");
        json_int(j, "instants", (int64_t)s.counts.sent);
        json_int(j, "bytes", (int64_t)s.bytes);
        json_int(j, "refused", (int64_t)(s.counts.refused + s.counts.old));
        json_int(j, "rejected_values", (int64_t)s.counts.rejected);
        json_int(j, "passed_over", (int64_t)s.passed_over);
        json_int(j, "backlog_bytes", s.backlog_bytes);
        json_said(j, "error", s.error);
        json_end(j);
    }
    json_end(j);
}

/* ---- ending ---- */

/* While the lock is held: waits until all have ended. */
static bool push_await(struct pushing *p, int64_t until_ns)
{
    for (int i = 0; i < p->n; i++)
        while (!p->receiver[i].ended) {
            if (os_mono_ns() >= until_ns)
                return false;
            os_wait(p->lock, until_ns);
        }
    return true;
}

/* What of this recording it lacks, and why. What it refused for good was told. */
static void push_tell_rest(const struct receiver *to)
{
    struct pusher_state s;
    struct store_state store;
    pusher_state(to->pusher, &s);
    store_state(to->of->r->store, &store);
    uint64_t all = store.ticks - store.dropped;
    uint64_t done = s.now + s.counts.there + s.counts.old + s.counts.refused + s.passed_over;
    if (done >= all)
        return;
    log_warn(0, "record: %llu of %llu sample%s sent to %s%s%s; the rest goes at the next start",
             (unsigned long long)s.now, (unsigned long long)all, all == 1 ? "" : "s", to->target.name,
             *s.error ? ": " : " in time (push.finish_s)", s.error);
}

static void push_close(void *self)
{
    struct pushing *p = self;
    int64_t now = os_mono_ns();
    os_lock(p->lock);
    p->finishing = true;
    os_wake(p->lock);
    push_await(p, now + (int64_t)(config_number(p->r->config, "push.finish_s") * 1e9));
    atomic_store(&p->ending, true);
    os_wake(p->lock);
    bool ended = push_await(p, os_mono_ns() + LEAVE_NS);
    os_unlock(p->lock);
    for (int i = 0; i < p->n; i++)
        push_tell_rest(&p->receiver[i]);
    if (!ended) { /* a name that is being looked up; it goes with the process */
        atomic_store(&p->left, true);
        log_warn(0, "record: a receiver is not waited for any longer; what it lacks is sent at the next start");
        return;
    }
    for (int i = 0; i < p->n; i++)
        pusher_free(p->receiver[i].pusher);
    os_lock_free(p->lock);
    mem_free(p);
}

const struct recorder_part recorder_push = {
    .name = "push", .open = push_open, .take = push_take, .reload = push_reload, .put = push_put,
    .close = push_close, .late = true,
};
