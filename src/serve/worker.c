/* worker.c - a queue and a thread. */
#include "serve/worker.h"

#include "base/mem.h"
#include "os/os.h"

#include <errno.h>

#define PATIENCE_NS 1000000000 /* with the job that runs when it all ends */
#define REST_NS 1000000000     /* without a job, after which the memory that the last ones needed goes back */

struct queue {
    struct job *first, **end;
    size_t n;
};

struct worker {
    struct os_lock *lock; /* guards what follows */
    struct queue waiting, done;
    size_t cap;
    bool ending, ended;
    void (*tell)(void *self);
    void *self;
};

static void queue_put(struct queue *q, struct job *j)
{
    j->next = NULL;
    *(q->first ? q->end : &q->first) = j;
    q->end = &j->next;
    q->n++;
}

static struct job *queue_take(struct queue *q)
{
    struct job *j = q->first;
    if (j) {
        q->first = j->next;
        q->n--;
    }
    return j;
}

static bool queue_remove(struct queue *q, const struct job *j)
{
    struct queue kept = { 0 };
    size_t n = q->n;
    for (struct job *i; (i = queue_take(q)); )
        if (i != j)
            queue_put(&kept, i);
    *q = kept;
    return q->n < n;
}

static void worker_main(void *arg)
{
    struct worker *w = arg;
    int64_t rest_ns = INT64_MAX;
    os_lock(w->lock);
    while (!w->ending) {
        struct job *j = queue_take(&w->waiting);
        if (!j) {
            os_wait(w->lock, rest_ns);
            if (os_mono_ns() < rest_ns)
                continue;
            rest_ns = INT64_MAX;
            os_unlock(w->lock);
            os_give_memory_back();
            os_lock(w->lock);
            continue;
        }
        os_unlock(w->lock);
        j->run(j);
        os_lock(w->lock);
        rest_ns = os_mono_ns() + REST_NS;
        queue_put(&w->done, j);
        if (!w->ending)
            w->tell(w->self); /* only wakes another thread */
    }
    w->ended = true;
    os_wake(w->lock);
    os_unlock(w->lock);
}

struct worker *worker_new(size_t cap, void (*done)(void *self), void *self)
{
    struct worker *w = mem_new(sizeof *w);
    *w = (struct worker){ .lock = os_lock_new(), .cap = cap, .tell = done, .self = self };
    if (os_thread(worker_main, w) == 0)
        return w;
    os_lock_free(w->lock);
    mem_free(w);
    return NULL;
}

bool worker_stop(struct worker *w)
{
    int64_t until = os_mono_ns() + PATIENCE_NS;
    os_lock(w->lock);
    w->ending = true;
    os_wake(w->lock);
    while (!w->ended && os_wait(w->lock, until))
        ;
    bool ended = w->ended;
    os_unlock(w->lock);
    return ended;
}

void worker_free(struct worker *w)
{
    os_lock_free(w->lock);
    mem_free(w);
}

int worker_put(struct worker *w, struct job *j)
{
    os_lock(w->lock);
    bool full = w->waiting.n >= w->cap;
    if (!full)
        queue_put(&w->waiting, j);
    os_wake(w->lock);
    os_unlock(w->lock);
    return full ? -EBUSY : 0;
}

bool worker_cancel(struct worker *w, struct job *j)
{
    os_lock(w->lock);
    bool waited = queue_remove(&w->waiting, j);
    os_unlock(w->lock);
    return waited;
}

struct job *worker_take(struct worker *w)
{
    os_lock(w->lock);
    struct job *j = queue_take(&w->done);
    os_unlock(w->lock);
    return j;
}
