/* deliveries.c - queues, threads and another try. */
#include "alert/deliveries.h"

#include "alert/template.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define PAUSE_MAX_S 300

struct delivery {
    struct deliveries *d;
    const struct receiver_type *type;
    void *self;
    struct message queue[DELIVERIES_QUEUE]; /* a ring; under the lock, as what follows */
    size_t first, n;
    bool busy;
    int failed;               /* that was said last; 0: it works */
};

struct deliveries {
    char who[16];
    char template[TEMPLATE_MAX];
    struct delivery *to[RECEIVERS]; /* NULL: it is not configured */
    struct os_lock *lock;
    int threads;
    bool ending;
    bool left;                /* nobody waits: the last thread frees it */
};

const struct receiver_type *const *receiver_types(void)
{
    static const struct receiver_type *const types[RECEIVERS] = {
        &receiver_desktop, &receiver_log, &receiver_webhook, &receiver_email, &receiver_command,
    };
    return types;
}

char *deliveries_body(const struct config *c, const struct message *m, char out[static DELIVERIES_BODY])
{
    return template_fill(config_string(c, "alerts.template"), m, out, DELIVERIES_BODY);
}

/* ---- on its way ---- */

/* Said once, and once more when it works again. A bus that is not there is no fault of anybody. */
static void delivery_say(struct delivery *t, int rc, const char *why, bool again)
{
    const char *name = receiver_name(t->type->which);
    if (rc == t->failed)
        return;
    if (rc == 0)
        log_warn(0, "%s: alerts reach %s again", t->d->who, name);
    else
        log_warn(0, "%s: alerts to %s: %s%s", t->d->who, name, why, again ? "; trying again" : "");
    t->failed = rc;
}

/* Waits before the next try; false: it ends. Under the lock. */
static bool delivery_pause(struct delivery *t, int attempt)
{
    int64_t pause_s = attempt < 9 ? INT64_C(1) << attempt : PAUSE_MAX_S;
    int64_t until = os_mono_ns() + pause_s * SECOND_NS;
    while (!t->d->ending && os_mono_ns() < until)
        os_wait(t->d->lock, until);
    return !t->d->ending;
}

/* One message, tried until it is told or given up. Under the lock, which is let go of meanwhile. */
static void delivery_tell(struct delivery *t, const struct message *m)
{
    char body[DELIVERIES_BODY], why[RECEIVER_WHY];
    template_fill(t->d->template, m, body, sizeof body);
    for (int attempt = 0;; attempt++) {
        os_unlock(t->d->lock);
        *why = '\0';
        int rc = t->type->send(t->self, m, body, why);
        os_lock(t->d->lock);
        bool again = rc == -EAGAIN && attempt + 1 < DELIVERIES_ATTEMPTS;
        delivery_say(t, rc, why, again);
        if (again && delivery_pause(t, attempt))
            continue;
        if (rc == -EAGAIN)
            log_warn(0, "%s: an alert was not told to %s: %s", t->d->who, receiver_name(t->type->which), why);
        return;
    }
}

static void deliveries_release(struct deliveries *d)
{
    for (int i = 0; i < RECEIVERS; i++)
        if (d->to[i]) {
            d->to[i]->type->close(d->to[i]->self);
            mem_free(d->to[i]);
        }
    os_lock_free(d->lock);
    mem_free(d);
}

static void delivery_main(void *arg)
{
    struct delivery *t = arg;
    struct deliveries *d = t->d;
    struct message m;
    os_lock(d->lock);
    while (t->n || !d->ending) {
        if (!t->n) {
            os_wait(d->lock, INT64_MAX);
            continue;
        }
        m = t->queue[t->first];
        t->first = (t->first + 1) % DELIVERIES_QUEUE;
        t->n--;
        t->busy = true;
        delivery_tell(t, &m);
        t->busy = false;
        os_wake(d->lock);
    }
    bool last = --d->threads == 0 && d->left;
    os_wake(d->lock);
    os_unlock(d->lock);
    if (last)
        deliveries_release(d);
}

/* ---- from outside ---- */

static void deliveries_add(struct deliveries *d, int i, const struct config *c, unsigned wanted)
{
    const struct receiver_type *type = receiver_types()[i];
    char why[RECEIVER_WHY] = "";
    void *self = NULL;
    int rc = type->open(c, wanted & type->which, &self, why);
    if (rc == -EINVAL)
        log_warn(0, "%s: %s; alerts are not told there", d->who, why);
    if (rc < 0)
        return;
    struct delivery *t = mem_new(sizeof *t);
    t->d = d;
    t->type = type;
    t->self = self;
    d->to[i] = t;
    os_lock(d->lock);
    d->threads++;
    os_unlock(d->lock);
    rc = os_thread(delivery_main, t);
    if (rc == 0)
        return;
    log_warn(rc, "%s: alerts to %s: there is no thread for them", d->who, receiver_name(type->which));
    type->close(self);
    mem_free(t);
    d->to[i] = NULL;
    os_lock(d->lock);
    d->threads--;
    os_unlock(d->lock);
}

struct deliveries *deliveries_new(const struct config *c, unsigned wanted, const char *who)
{
    struct deliveries *d = mem_new(sizeof *d);
    d->lock = os_lock_new();
    text_copy(d->who, sizeof d->who, who);
    text_copy(d->template, sizeof d->template, config_string(c, "alerts.template"));
    for (int i = 0; i < RECEIVERS; i++)
        deliveries_add(d, i, c, wanted);
    return d;
}

unsigned deliveries_to(const struct deliveries *d)
{
    unsigned to = 0;
    for (int i = 0; i < RECEIVERS; i++)
        to |= d->to[i] ? d->to[i]->type->which : 0u;
    return to;
}

void deliveries_post(struct deliveries *d, const struct message *m)
{
    os_lock(d->lock);
    for (int i = 0; i < RECEIVERS; i++) {
        struct delivery *t = d->to[i];
        if (!t || !(m->receivers & t->type->which))
            continue;
        if (t->n == DELIVERIES_QUEUE) {
            log_warn(0, "%s: alerts to %s wait for too long; the oldest is left out", d->who,
                     receiver_name(t->type->which));
            t->first = (t->first + 1) % DELIVERIES_QUEUE;
            t->n--;
        }
        t->queue[(t->first + t->n++) % DELIVERIES_QUEUE] = *m;
    }
    os_wake(d->lock);
    os_unlock(d->lock);
}

static void delivery_leave_out(struct delivery *t)
{
    if (t->n)
        log_warn(0, "%s: %zu alert%s not told to %s: there was no time left", t->d->who, t->n,
                 t->n == 1 ? " was" : "s were", receiver_name(t->type->which));
    t->n = 0;
}

static bool deliveries_wait_for(const struct deliveries *d)
{
    for (int i = 0; i < RECEIVERS; i++)
        if (d->to[i] && (d->to[i]->n || d->to[i]->busy))
            return true;
    return false;
}

void deliveries_free(struct deliveries *d, double wait_s)
{
    if (!d)
        return;
    int64_t until = os_mono_ns() + (int64_t)(wait_s * 1e9);
    os_lock(d->lock);
    while (deliveries_wait_for(d) && os_mono_ns() < until)
        os_wait(d->lock, until);
    for (int i = 0; i < RECEIVERS; i++)
        if (d->to[i])
            delivery_leave_out(d->to[i]);
    d->ending = true;
    os_wake(d->lock);
    while (!deliveries_wait_for(d) && d->threads) /* they only have to see that it ends */
        os_wait(d->lock, INT64_MAX);
    bool last = d->threads == 0;
    d->left = true;
    os_unlock(d->lock);
    if (last)
        deliveries_release(d);
}

static int deliveries_try(const struct receiver_type *type, const struct config *c, bool wanted,
                          const struct message *m,
                          char why[static RECEIVER_WHY])
{
    char body[DELIVERIES_BODY];
    void *self = NULL;
    *why = '\0';
    int rc = type->open(c, wanted, &self, why);
    if (rc < 0)
        return rc;
    rc = type->send(self, m, deliveries_body(c, m, body), why);
    type->close(self);
    return rc;
}

int deliveries_test(const struct config *c, unsigned wanted, unsigned to, const struct message *m,
                    void (*each)(void *self, enum receiver r, int rc, const char *why), void *self)
{
    int told = 0, failed = 0;
    for (int i = 0; i < RECEIVERS; i++) {
        const struct receiver_type *type = receiver_types()[i];
        char why[RECEIVER_WHY];
        if (!(to & type->which))
            continue;
        int rc = deliveries_try(type, c, wanted & type->which, m, why);
        each(self, type->which, rc, why);
        told += rc == 0;
        failed += rc < 0 && rc != -ENODATA;
    }
    return failed ? -EIO : told;
}
