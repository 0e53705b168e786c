/*
 * recorder_socket.c - answers other commands of this machine while it records.
 *
 * Each client has a thread, so that one who reads slowly delays nobody: the sampling thread only copies the instant
 * into a ring, and whoever falls behind the ring, or takes nothing for seconds, is dropped. What is older than the ring
 * comes from the archive's files, as any other reader would read them.
 */
#include "app/socket_path.h"
#include "app/recorder_alerts.h"
#include "app/recorder_parts.h"
#include "app/recorder_request.h"
#include "app/sessions/sessions.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "os/socket.h"
#include "store/archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CLIENTS 16
#define LISTENERS 2
#define RING 16
#define SECOND_NS 1000000000
#define ASK_NS (5 * (int64_t)SECOND_NS)   /* for the request */
#define TAKE_NS (10 * (int64_t)SECOND_NS) /* for what was sent */
#define BEAT_NS (30 * (int64_t)SECOND_NS)
#define PIECE 65536                       /* bytes sent at a time */

struct server {
    struct recorder *r;
    struct os_listener listener[LISTENERS];
    struct os_lock *lock;      /* guards what follows */
    struct schema *schema;
    struct moment ring[RING];  /* instant i lies in ring[i % RING] */
    uint64_t n;                /* instants so far */
    int fd[CLIENTS];           /* of the clients; -1: a free place */
    int threads;
    bool ending;
};

struct client {
    struct server *s;
    int place, fd;
    struct tape_writer tape;
    char session[TAPE_SESSION_MAX]; /* on the tape now; "" before it begins */
    struct schema *schema;     /* of the server, a copy */
    struct buf out;
    bool sent;                 /* some of the answer is on its way */
    struct moment now;
    uint64_t next;             /* the instant that it gets next */
    int64_t until_us;          /* from here on, monotonic as on tapes, it gets instants from the ring */
};

static bool server_ends(struct server *s)
{
    os_lock(s->lock);
    bool ending = s->ending;
    os_unlock(s->lock);
    return ending;
}

/* ---- sending ---- */

static int client_flush(struct client *c)
{
    c->sent |= c->out.n > 0;
    int rc = os_socket_send(c->fd, c->out.p, c->out.n, os_mono_ns() + TAKE_NS);
    buf_clear(&c->out);
    return rc;
}

static void client_json_end(struct client *c, struct json *j)
{
    json_end(j);
    buf_putc(&c->out, '\n');
    client_flush(c);
}

/* In place of an answer, not behind half a one: of that only the end is missing. */
static void client_refuse(struct client *c, const char *why)
{
    struct json j;
    if (c->sent)
        return;
    buf_clear(&c->out);
    json_init(&j, &c->out);
    json_object(&j, NULL);
    json_string(&j, "error", why);
    client_json_end(c, &j);
}

static int client_put(struct client *c, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    int rc = 0;
    if (strcmp(c->session, about->session) != 0) {
        tape_writer_done(&c->tape);
        c->tape = (struct tape_writer){ 0 };
        text_copy(c->session, sizeof c->session, about->session);
        rc = tape_begin(&c->tape, &c->out, about, s);
    }
    rc = rc < 0 ? rc : tape_put(&c->tape, &c->out, s, m);
    return rc < 0 ? rc : c->out.n >= PIECE ? client_flush(c) : 0;
}

/* For archive_play(). */
static int client_play(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct client *c = self;
    if (m->frame.mono_ns / 1000 >= c->until_us)
        return 0;
    return server_ends(c->s) ? -EPIPE : client_put(c, about, s, m);
}

/* What lies in the files; -ENOENT where nothing does. */
static int client_send_archive(struct client *c, const char *session, int64_t from_ms, int64_t to_ms)
{
    struct archive *a;
    int rc = archive_open(c->s->r->o.dir, &a);
    if (rc < 0)
        return rc;
    rc = archive_play(a, *session ? session : NULL, from_ms, to_ms, client_play, c, NULL);
    archive_free(a);
    return rc < 0 ? rc : client_flush(c);
}

/* ---- requests ---- */

/* Is the next instant for it gone from the ring already? Under the lock. */
static bool client_is_behind(const struct client *c)
{
    return c->s->n > RING && c->next < c->s->n - RING;
}

/* The next instant; waits. -EPIPE at the end, -ETIMEDOUT when it is too slow. */
static int client_next(struct client *c)
{
    struct server *s = c->s;
    os_lock(s->lock);
    while (!s->ending && c->next == s->n)
        os_wait(s->lock, INT64_MAX);
    int rc = s->ending ? -EPIPE : client_is_behind(c) ? -ETIMEDOUT : 0;
    if (rc == 0) {
        moment_copy(&c->now, &s->ring[c->next++ % RING]);
        schema_extend(c->schema, s->schema);
    }
    os_unlock(s->lock);
    return rc;
}

/*
 * It goes on with the newer half of the ring, which has whole tables of processes; the older half is the time that it
 * has to get there. Returns when that begins, by the wall clock; -1 where nothing came yet: all that comes will be in
 * the ring.
 */
static int64_t client_begin(struct client *c)
{
    struct server *s = c->s;
    os_lock(s->lock);
    c->next = s->n > RING / 2 ? s->n - RING / 2 : 0;
    const struct frame *first = s->n ? &s->ring[c->next % RING].frame : NULL;
    int64_t first_ms = first ? first->wall_ms : -1;
    c->until_us = first ? first->mono_ns / 1000 : INT64_MIN;
    os_unlock(s->lock);
    return first_ms;
}

/*
 * The minutes before, from the files; again where so much came meanwhile that the ring has not all of it. Where the
 * ring begins is known by the monotonic clock: the other may have been set back.
 */
static int client_history(struct client *c, double minutes)
{
    int64_t from_ms = os_wall_ms() - (int64_t)(minutes * 60e3);
    bool behind = true;
    int rc = 0;
    for (int i = 0; behind && rc == 0 && i < 5; i++) {
        int64_t first_ms = client_begin(c);
        if (first_ms >= 0)
            rc = client_send_archive(c, store_about(c->s->r->store)->session, from_ms, INT64_MAX);
        from_ms = first_ms > from_ms ? first_ms : from_ms;
        os_lock(c->s->lock);
        behind = client_is_behind(c);
        os_unlock(c->s->lock);
    }
    return rc == -ENOENT ? 0 : rc;
}

static void client_live(struct client *c, const struct request *q)
{
    const struct tape_about *about = store_about(c->s->r->store);
    int rc = client_history(c, q->minutes);
    while (rc == 0 && (rc = client_next(c)) == 0) {
        rc = client_put(c, about, c->schema, &c->now);
        rc = rc < 0 ? rc : client_flush(c);
    }
    if (rc < 0 && !server_ends(c->s))
        client_refuse(c, "what was recorded so far cannot be read");
    if (rc == -ETIMEDOUT)
        log_info("record: a client took what it asked for too slowly, and was dropped");
}

static void client_state(struct client *c)
{
    struct json j;
    json_init(&j, &c->out);
    json_object(&j, NULL);
    recorder_put_state(c->s->r, &j);
    os_lock(c->s->lock);
    json_int(&j, "metrics", schema_size(c->s->schema));
    os_unlock(c->s->lock);
    client_json_end(c, &j);
}

static void client_mark(struct client *c, const char *note)
{
    struct recorder *r = c->s->r;
    char dir[OS_PATH_MAX];
    struct json j;
    json_init(&j, &c->out);
    json_object(&j, NULL);
    json_bool(&j, "marked", recorder_mark(r, note));
    json_string(&j, "directory", os_real_path(r->o.dir, dir) == 0 ? dir : r->o.dir);
    json_double(&j, "interval_s", r->o.interval_s);
    client_json_end(c, &j);
}

/* ---- alerts, as they are told ---- */

static void client_put_alert(void *self, const struct message *m)
{
    struct client *c = self;
    message_put(m, &c->out);
    buf_putc(&c->out, '\n');
}

static void client_alerts_begin(struct client *c, struct alarms *alarms, uint64_t *next)
{
    struct json j;
    json_init(&j, &c->out);
    json_object(&j, NULL);
    json_string(&j, "server", "sonde");
    json_string(&j, "session", store_about(c->s->r->store)->session);
    json_end(&j);
    buf_putc(&c->out, '\n');
    alarms_lasting(alarms, client_put_alert, c, next);
    buf_puts(&c->out, "{}\n");
}

static void client_alerts(struct client *c)
{
    struct alarms *alarms = alarms_of(c->s->r);
    struct message m;
    uint64_t next;
    if (!alarms) {
        client_refuse(c, "this recorder holds no rules (alerts.enabled)");
        return;
    }
    client_alerts_begin(c, alarms, &next);
    int64_t beat_ns = os_mono_ns() + BEAT_NS;
    int rc = client_flush(c);
    while (rc >= 0 && !server_ends(c->s)) {
        rc = alarms_next(alarms, &next, &m, os_mono_ns() + SECOND_NS);
        if (rc == 0)
            client_put_alert(c, &m);
        else if (rc == -ETIMEDOUT && os_mono_ns() >= beat_ns)
            buf_puts(&c->out, "{}\n"); /* who went away is noticed */
        rc = rc == -ETIMEDOUT || rc == 0 ? c->out.n ? (beat_ns = os_mono_ns() + BEAT_NS, client_flush(c)) : 0 : rc;
    }
}

struct sessions {
    struct json json;
    struct index *index;
};

static void client_put_session(void *self, const struct index_session *s)
{
    struct sessions *l = self;
    json_object(&l->json, NULL);
    sessions_put_json(&l->json, l->index, s);
    json_end(&l->json);
}

static void client_sessions(struct client *c, int limit)
{
    struct sessions l;
    struct index_filter f = INDEX_ALL;
    f.newest_first = true;
    f.limit = limit;
    if (index_open_read(c->s->r->o.dir, &l.index) < 0) {
        client_refuse(c, "the recorder has no index");
        return;
    }
    json_init(&l.json, &c->out);
    json_object(&l.json, NULL);
    json_array(&l.json, "sessions");
    index_sessions(l.index, &f, client_put_session, &l);
    json_end(&l.json);
    client_json_end(c, &l.json);
    index_close(l.index);
}

static void client_answer(struct client *c, const struct request *q)
{
    int rc;
    switch (q->kind) {
    case REQUEST_LIVE: client_live(c, q); break;
    case REQUEST_STATE: client_state(c); break;
    case REQUEST_TAPE:
        rc = client_send_archive(c, q->session, q->from_ms, q->to_ms);
        if (rc == -ENOENT || (rc == 0 && !*c->session))
            client_refuse(c, "nothing was recorded in that time");
        else if (rc < 0)
            client_refuse(c, rc == -ENOMEM ? "there is no memory for what was asked for" :
                                             "what was recorded cannot be read");
        break;
    case REQUEST_SESSIONS: client_sessions(c, q->limit); break;
    case REQUEST_MARK: client_mark(c, q->text); break;
    case REQUEST_ALERTS: client_alerts(c); break;
    }
}

/* A line, read to its end; -EMSGSIZE when there is none. */
static int client_ask(struct client *c, char line[static REQUEST_MAX], size_t *n)
{
    int64_t until = os_mono_ns() + ASK_NS;
    *n = 0;
    while (*n < REQUEST_MAX) {
        int got = os_socket_receive(c->fd, line + *n, REQUEST_MAX - *n, until);
        if (got <= 0)
            return got < 0 ? got : -EPIPE;
        const char *end = memchr(line + *n, '\n', (size_t)got);
        *n += (size_t)got;
        if (end) {
            *n = (size_t)(end - line);
            return 0;
        }
    }
    return -EMSGSIZE;
}

static void client_serve(struct client *c)
{
    char line[REQUEST_MAX], why[REQUEST_WHY] = "a request is one line of less than 512 bytes";
    size_t n;
    struct request q;
    if (!os_socket_admits(c->fd, SOCKET_GROUP)) {
        client_refuse(c, "only root, the user who records and members of the group " SOCKET_GROUP " may ask");
        return;
    }
    int rc = client_ask(c, line, &n);
    if (rc == 0 && request_parse(line, n, &q, why) == 0)
        client_answer(c, &q);
    else if (rc == 0 || rc == -EMSGSIZE)
        client_refuse(c, why);
}

static void client_main(void *arg)
{
    struct client *c = arg;
    struct server *s = c->s;
    client_serve(c);
    tape_writer_done(&c->tape);
    moment_done(&c->now);
    schema_free(c->schema);
    buf_done(&c->out);
    os_lock(s->lock);
    os_close(c->fd);
    s->fd[c->place] = -1;
    s->threads--;
    os_wake(s->lock);
    os_unlock(s->lock);
    mem_free(c);
}

/* ---- listening ---- */

/* Takes a place for a client; -1 where all are taken, or it ends. */
static int server_place(struct server *s, int fd)
{
    int place = -1;
    os_lock(s->lock);
    for (int i = 0; i < CLIENTS && place < 0 && !s->ending; i++)
        if (s->fd[i] < 0)
            place = i;
    if (place >= 0) {
        s->fd[place] = fd;
        s->threads++;
    }
    os_unlock(s->lock);
    return place;
}

static void server_leave(struct server *s, int place)
{
    os_lock(s->lock);
    if (place >= 0)
        s->fd[place] = -1;
    s->threads--;
    os_wake(s->lock);
    os_unlock(s->lock);
}

static void server_meet(struct server *s, int fd)
{
    struct client *c = mem_new(sizeof *c);
    *c = (struct client){ .s = s, .fd = fd, .place = server_place(s, fd), .schema = schema_new(),
                          .until_us = INT64_MAX };
    if (c->place >= 0 && os_thread(client_main, c) == 0)
        return;
    if (c->place >= 0)
        server_leave(s, c->place);
    static const char busy[] = "{\"error\":\"the recorder has too many clients already\"}\n";
    os_socket_send(fd, busy, sizeof busy - 1, os_mono_ns());
    os_close(fd);
    schema_free(c->schema);
    mem_free(c);
}

struct door {
    struct server *s;
    int fd;
};

static void server_main(void *arg)
{
    struct door *d = arg;
    int fd;
    while ((fd = os_socket_accept(d->fd, INT64_MAX)) != -EINVAL && !server_ends(d->s)) {
        if (fd >= 0)
            server_meet(d->s, fd);
        else
            os_sleep_until(os_mono_ns() + SECOND_NS / 10); /* no descriptors, no memory: it passes */
    }
    os_close(fd);
    server_leave(d->s, -1);
    mem_free(d);
}

/* Also where it does not come to listen: recording is worth more. */
static bool server_listen(struct server *s, int i, const char *path, bool guarded)
{
    struct os_listener *l = &s->listener[i];
    int rc = os_socket_listen(path, SOCKET_GROUP, guarded, l);
    if (rc == -EBUSY)
        log_warn(0, "record: another recorder answers at %s already; other commands find this one with --data %s", path,
                 s->r->o.dir);
    else if (rc < 0)
        log_warn(rc, "record: other commands cannot attach at %s", path);
    if (rc < 0)
        return false;
    struct door *d = mem_new(sizeof *d);
    *d = (struct door){ s, l->fd };
    os_lock(s->lock);
    s->threads++;
    os_unlock(s->lock);
    rc = os_thread(server_main, d);
    if (rc < 0) {
        server_leave(s, -1);
        mem_free(d);
    }
    log_info("record: answers at %s%s", path, l->shared ? ", also members of the group " SOCKET_GROUP : "");
    return rc == 0;
}

static int server_open(struct recorder *r, void **self)
{
    struct server *s = mem_new(sizeof *s);
    auto_buf struct buf own = { 0 }, public = { 0 };
    *s = (struct server){ .r = r, .lock = os_lock_new(), .schema = schema_new() };
    for (int i = 0; i < CLIENTS; i++)
        s->fd[i] = -1;
    for (int i = 0; i < LISTENERS; i++)
        s->listener[i].fd = -1;
    socket_path_own(r->o.dir, &own);
    socket_path_public(os_is_root(), &public);
    server_listen(s, 0, own.p, true);
    if (public.n && r->of->is_real && !r->o.alone) /* a recorded machine is not this one */
        server_listen(s, 1, public.p, false);
    *self = s;
    return 0;
}

static void server_take(void *self, const struct schema *schema, const struct moment *m)
{
    struct server *s = self;
    os_lock(s->lock);
    schema_extend(s->schema, schema);
    moment_copy(&s->ring[s->n++ % RING], m);
    os_wake(s->lock);
    os_unlock(s->lock);
}

static void server_close(void *self)
{
    struct server *s = self;
    os_lock(s->lock);
    s->ending = true;
    for (int i = 0; i < LISTENERS; i++)
        if (s->listener[i].fd >= 0)
            os_socket_end(s->listener[i].fd);
    for (int i = 0; i < CLIENTS; i++)
        if (s->fd[i] >= 0)
            os_socket_end(s->fd[i]);
    os_wake(s->lock);
    while (s->threads)
        os_wait(s->lock, INT64_MAX);
    os_unlock(s->lock);
    for (int i = 0; i < LISTENERS; i++)
        os_socket_unlisten(&s->listener[i]);
    for (int i = 0; i < RING; i++)
        moment_done(&s->ring[i]);
    schema_free(s->schema);
    os_lock_free(s->lock);
    mem_free(s);
}

const struct recorder_part recorder_socket = {
    .name = "socket", .open = server_open, .take = server_take, .close = server_close,
};
