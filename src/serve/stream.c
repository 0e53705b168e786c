/* stream.c - topics, their members, and a queue of texts between two threads. */
#include "serve/stream.h"

#include "base/mem.h"
#include "os/os.h"

#include <assert.h>
#include <string.h>

struct topic {
    struct hub_topic is;
    struct hub_member *members;
    size_t n;
    struct web_text *kept[HUB_TICK + 1];
};

struct hub_member {
    struct topic *topic;
    struct hub_member *before, *after;
    void *who;
};

struct post {
    uint32_t topic;
    enum hub_kind kind;
    struct web_text *text;
};

struct hub {
    void (*send)(void *who, struct web_text *t);
    void (*wake)(void *self);
    void *self;
    struct web_text *comment;
    int64_t said_ns;             /* when anything was sent last */

    struct os_lock *lock;        /* guards what follows; topics are changed by the thread of the sockets only */
    struct topic *topic[HUB_TOPICS];
    size_t n;
    uint32_t next_id;
    struct post *waiting;
    size_t n_waiting, cap_waiting;
};

struct hub *hub_new(void (*send)(void *who, struct web_text *t), void (*wake)(void *self), void *self)
{
    static const char comment[] = ": here\n\n";
    struct hub *h = mem_new(sizeof *h);
    *h = (struct hub){ .send = send, .wake = wake, .self = self, .lock = os_lock_new(), .next_id = 1 };
    h->comment = web_text_new(sizeof comment - 1);
    if (h->comment)
        memcpy(h->comment->bytes, comment, sizeof comment - 1);
    return h;
}

static void topic_free(struct topic *t)
{
    for (int k = 0; k <= HUB_TICK; k++)
        web_text_drop(t->kept[k]);
    mem_free(t);
}

void hub_free(struct hub *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->n; i++) {
        for (struct hub_member *m = h->topic[i]->members, *after; m; m = after) {
            after = m->after;
            mem_free(m);
        }
        topic_free(h->topic[i]);
    }
    for (size_t i = 0; i < h->n_waiting; i++)
        web_text_drop(h->waiting[i].text);
    web_text_drop(h->comment);
    mem_free(h->waiting);
    os_lock_free(h->lock);
    mem_free(h);
}

/* ---- members ---- */

static struct topic *hub_find(const struct hub *h, const char *globs)
{
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->topic[i]->is.globs, globs) == 0)
            return h->topic[i];
    return NULL;
}

bool hub_takes(const struct hub *h, const char *globs)
{
    return hub_find(h, globs) || (h->n < HUB_TOPICS && strlen(globs) < HUB_GLOBS_MAX);
}

static struct topic *hub_make(struct hub *h, const char *globs)
{
    assert(hub_takes(h, globs));
    struct topic *t = mem_new(sizeof *t);
    strcpy(t->is.globs, globs);
    os_lock(h->lock);
    t->is.id = h->next_id++;
    h->topic[h->n++] = t;
    os_unlock(h->lock);
    return t;
}

struct hub_member *hub_join(struct hub *h, const char *globs, void *who)
{
    struct topic *found = hub_find(h, globs), *t = found ? found : hub_make(h, globs);
    struct hub_member *m = mem_new(sizeof *m);
    *m = (struct hub_member){ .topic = t, .who = who, .after = t->members };
    if (t->members)
        t->members->before = m;
    t->members = m;
    t->n++;
    for (int k = 0; k <= HUB_TICK; k++)
        if (t->kept[k])
            h->send(who, t->kept[k]);
    return m;
}

static void hub_remove(struct hub *h, struct topic *t)
{
    os_lock(h->lock);
    size_t i = 0;
    while (h->topic[i] != t)
        i++;
    h->topic[i] = h->topic[--h->n];
    os_unlock(h->lock);
    topic_free(t);
}

void hub_leave(struct hub *h, struct hub_member *m)
{
    if (!m)
        return;
    struct topic *t = m->topic;
    if (m->after)
        m->after->before = m->before;
    *(m->before ? &m->before->after : &t->members) = m->after;
    mem_free(m);
    if (--t->n == 0)
        hub_remove(h, t);
}

/* ---- texts ---- */

size_t hub_topics(struct hub *h, struct hub_topic out[static HUB_TOPICS])
{
    os_lock(h->lock);
    size_t n = h->n;
    for (size_t i = 0; i < n; i++)
        out[i] = h->topic[i]->is;
    os_unlock(h->lock);
    return n;
}

void hub_post(struct hub *h, uint32_t topic, enum hub_kind kind, struct web_text *t)
{
    if (!t)
        return;
    os_lock(h->lock);
    bool room = h->n_waiting < HUB_WAITING;
    if (room) {
        h->waiting = mem_grow(h->waiting, h->n_waiting, &h->cap_waiting, sizeof *h->waiting);
        h->waiting[h->n_waiting++] = (struct post){ topic, kind, t };
    }
    os_unlock(h->lock);
    if (room)
        h->wake(h->self);
    else
        web_text_drop(t); /* nobody else knows of it */
}

static void topic_send(struct hub *h, struct topic *t, struct web_text *text)
{
    for (struct hub_member *m = t->members, *after; m; m = after) {
        after = m->after; /* who is dropped leaves later, but leaves */
        h->send(m->who, text);
    }
}

static void hub_give(struct hub *h, const struct post *p)
{
    struct topic *t = NULL;
    for (size_t i = 0; i < h->n && !t; i++)
        if (h->topic[i]->is.id == p->topic)
            t = h->topic[i];
    if (!t) {
        web_text_drop(p->text);
        return;
    }
    topic_send(h, t, p->text);
    struct web_text *gone = p->text;
    if (p->kind < HUB_EVENT) {
        gone = t->kept[p->kind];
        t->kept[p->kind] = p->text;
    }
    web_text_drop(gone);
}

void hub_deliver(struct hub *h, int64_t now_ns)
{
    struct post *posts;
    size_t n;
    os_lock(h->lock);
    posts = h->waiting;
    n = h->n_waiting;
    h->waiting = NULL;
    h->n_waiting = h->cap_waiting = 0;
    os_unlock(h->lock);
    for (size_t i = 0; i < n; i++)
        hub_give(h, &posts[i]);
    mem_free(posts);
    if (n)
        h->said_ns = now_ns;
    if (now_ns - h->said_ns < HUB_COMMENT_NS || !h->comment)
        return;
    for (size_t i = 0; i < h->n; i++)
        topic_send(h, h->topic[i], h->comment);
    h->said_ns = now_ns;
}
