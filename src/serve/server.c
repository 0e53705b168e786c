/*
 * server.c - what happens to a connection: bytes gather until they are a request, that is answered at once, by a
 * worker or by a stream, and when the reply is on its way the next one is looked at. So a client has at most one
 * request in work and one reply in memory.
 */
#include "serve/server.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "serve/worker.h"

#include <errno.h>
#include <string.h>

enum guest_state {
    GUEST_READS,    /* a request is awaited */
    GUEST_WAITS,    /* the worker has it */
    GUEST_TAKES,    /* the reply is on its way */
    GUEST_LISTENS,  /* to a stream */
    GUEST_LEAVES,   /* nothing more is read */
};

struct guest {
    struct server *server;
    struct guest *before, *after; /* of all that are there */
    struct web_conn *conn;
    enum guest_state state;
    char peer[WEB_PEER_MAX];
    struct buf in;
    struct wire_seen seen;  /* of `in` */
    struct task *task;      /* while it waits */
    struct hub_member *member;
    uint64_t session;       /* while it listens: it ends with that */
    size_t owed;            /* bytes of the reply that is on its way */
};

/* A request on its way through the worker, which owns it meanwhile. */
struct task {
    struct job job;         /* first: a job is turned back into its task */
    struct guest *guest;    /* NULL: it left */
    struct worker *at;      /* that has it */
    struct wire_request request;
    struct buf room;        /* of the request's parts */
    char peer[WEB_PEER_MAX];
    struct router_match match;
    struct http_reply reply;
};

struct server {
    struct server_options o;
    struct web_server *listener;
    struct front front;
    struct guest *guests;
    struct hub *hub;
    struct worker *worker, *waiter; /* reads the archive; waits for others */
    size_t owed;                    /* bytes of all replies that are on their way */
};

/* ---- replies ---- */

/* As bytes, the body copied once: it may be large. NULL where there is no memory. */
static struct web_text *guest_bytes(const struct http_reply *r, bool head, bool keep, bool stream)
{
    auto_buf struct buf out = { 0 };
    size_t n;
    wire_put_head(r, keep, stream, &out);
    const void *body = wire_body(r, &n);
    n = head || stream ? 0 : n;
    struct web_text *t = web_text_new(out.n + n);
    if (t) {
        memcpy(t->bytes, out.p, out.n);
        memcpy(t->bytes + out.n, n ? body : "", n);
    }
    return t;
}

/* The reply was taken, or nobody will take it. */
static void guest_is_paid(struct guest *g)
{
    g->server->owed -= g->owed;
    g->owed = 0;
}

/* Replies that nobody takes must not fill the memory: beyond so much they are refused, but for one. */
static struct web_text *guest_owe(struct guest *g, struct web_text *t, bool keep)
{
    struct server *s = g->server;
    if (t && s->owed && s->owed + t->n > SERVER_OWED_BYTES) {
        struct http_reply busy = { 0 };
        web_text_drop(t);
        http_fail(&busy, 503, "too much waits to be taken by others", "ask again in a few seconds, or for less");
        http_put(&busy, "Retry-After", "2");
        t = guest_bytes(&busy, false, keep, false);
        http_reply_done(&busy);
    }
    g->owed = t ? t->n : 0;
    s->owed += g->owed;
    return t;
}

static void guest_reply(struct guest *g, const struct http_reply *r, bool head, bool keep, bool stream)
{
    const struct web *web = g->server->o.web;
    struct web_text *t = guest_bytes(r, head, keep, stream);
    t = stream ? t : guest_owe(g, t, keep);
    if (!t) {
        web->drop(g->conn);
        return;
    }
    g->state = stream ? GUEST_LISTENS : keep ? GUEST_TAKES : GUEST_LEAVES;
    web->deadline(g->conn, 0);
    int rc = web->send(g->conn, t);
    web_text_drop(t);
    if (rc == 0 && g->state == GUEST_LEAVES)
        web->finish(g->conn);
}

static void guest_refuse(struct guest *g, int status, const char *why, const char *remedy)
{
    struct http_reply r = { 0 };
    http_fail(&r, status, why, remedy);
    guest_reply(g, &r, false, false, false);
    http_reply_done(&r);
}

/* The time that it has begins now, and not again with each of its bytes. */
static void guest_await(struct guest *g)
{
    guest_is_paid(g);
    g->state = GUEST_READS;
    g->server->o.web->deadline(g->conn, g->in.n ? SERVER_REQUEST_S : SERVER_IDLE_S);
}

/* ---- requests ---- */

static void task_free(struct task *t)
{
    wire_request_done(&t->request);
    http_reply_done(&t->reply);
    buf_done(&t->room);
    mem_free(t);
}

static void task_run(struct job *j)
{
    struct task *t = (struct task *)j;
    t->match.route->handle(t->match.self, &t->request.http, &t->reply);
}

static void task_finish(struct job *j)
{
    struct task *t = (struct task *)j;
    t->reply.later.finish(t->reply.later.self, &t->reply);
}

static void task_answer(struct task *t)
{
    struct guest *g = t->guest;
    g->task = NULL;
    guest_reply(g, &t->reply, t->request.http.method == HTTP_HEAD, t->request.keep, false);
    task_free(t);
}

/* Hands it to a worker, or refuses. */
static void task_put(struct task *t, struct worker *at)
{
    t->at = at;
    if (worker_put(at, &t->job) < 0) {
        http_fail(&t->reply, 503, "too many requests wait already", "ask again in a few seconds");
        http_put(&t->reply, "Retry-After", "2");
        task_answer(t);
    }
}

static void guest_ask_worker(struct guest *g, struct task *t)
{
    t->job.run = task_run;
    g->task = t;
    g->state = GUEST_WAITS;
    g->server->o.web->deadline(g->conn, 0);
    task_put(t, g->server->worker);
}

static void guest_listen(struct guest *g, struct task *t)
{
    const char *globs = http_query(&t->request.http, "metrics");
    struct hub *hub = g->server->hub;
    if (!hub_takes(hub, globs ? globs : "")) {
        http_fail(&t->reply, 503, "too many selections of metrics are listened to, or this one is too long",
                  "select by shorter globs: cpu.*,disk.*");
        task_answer(t);
        return;
    }
    http_put(&t->reply, "X-Accel-Buffering", "no"); /* a proxy before us shall pass on what comes */
    t->reply.type = "text/event-stream";
    guest_reply(g, &t->reply, false, false, true);
    g->session = t->request.http.session;
    g->member = hub_join(hub, globs ? globs : "", g);
    task_free(t);
}

static void guest_answer(struct guest *g, struct task *t)
{
    struct http_request *r = &t->request.http;
    r->peer = t->peer;
    if (!front_admit(&g->server->front, r, &t->room, &t->match, &t->reply)) {
        task_answer(t);
        return;
    }
    enum route_where where = t->match.route->where;
    if (where == ROUTE_WORKER) {
        guest_ask_worker(g, t);
        return;
    }
    task_run(&t->job);
    if (where == ROUTE_STREAM && t->reply.status == 0 && r->method == HTTP_GET)
        guest_listen(g, t);
    else
        task_answer(t);
}

/* The next request, where it is all there. False: it is not. */
static bool guest_next(struct guest *g)
{
    struct task *t = mem_new(sizeof *t);
    int n = wire_read(buf_text(&g->in), g->in.n, &g->seen, &t->request);
    if (n <= 0) {
        task_free(t);
        if (n < 0)
            guest_refuse(g, -n, wire_trouble(-n), NULL);
        return false;
    }
    memmove(g->in.p, g->in.p + n, g->in.n - (size_t)n);
    g->in.n -= (size_t)n;
    t->guest = g;
    memcpy(t->peer, g->peer, sizeof t->peer);
    guest_answer(g, t);
    return true;
}

/* Looks at what came, as long as replies leave at once. */
static void guest_go_on(struct guest *g)
{
    const struct web *web = g->server->o.web;
    while (g->state == GUEST_READS && g->in.n && guest_next(g))
        if (g->state == GUEST_TAKES && !web->busy(g->conn))
            guest_await(g);
    if (g->in.n == 0)
        buf_done(&g->in); /* most who are there are silent */
}

/* ---- what the module tells ---- */

/* Has it as many connections as one address may have? Of this machine it may have all: a proxy comes from there. */
static bool server_is_full_for(const struct server *s, const char *peer)
{
    int n = 0;
    if (access_is_local(peer))
        return false;
    for (const struct guest *g = s->guests; g; g = g->after)
        n += strcmp(g->peer, peer) == 0;
    return n >= SERVER_PEER_CONNECTIONS;
}

static void *server_opened(void *self, struct web_conn *c, const char *peer)
{
    static const char mapped[] = "::ffff:"; /* of IPv4, where it listens at :: */
    struct server *s = self;
    bool is_mapped = strncmp(peer, mapped, strlen(mapped)) == 0 && strchr(peer, '.');
    peer += is_mapped ? strlen(mapped) : 0;
    if (server_is_full_for(s, peer))
        return NULL;
    struct guest *g = mem_new(sizeof *g);
    *g = (struct guest){ .server = s, .conn = c, .after = s->guests };
    text_copy(g->peer, sizeof g->peer, peer);
    if (s->guests)
        s->guests->before = g;
    s->guests = g;
    s->o.web->deadline(c, SERVER_REQUEST_S);
    return g;
}

static void server_received(void *self, void *who, const char *bytes, size_t n)
{
    struct server *s = self;
    struct guest *g = who;
    if (g->state == GUEST_LISTENS || g->state == GUEST_LEAVES)
        return; /* it has nothing more to say */
    if (g->in.n + n > 2 * WIRE_REQUEST_MAX) {
        s->o.web->drop(g->conn); /* further requests, before it took the reply to this one */
        return;
    }
    bool first = g->in.n == 0;
    buf_put(&g->in, bytes, n);
    if (first && g->state == GUEST_READS)
        guest_await(g);
    guest_go_on(g);
}

static void server_drained(void *self, void *who)
{
    struct guest *g = who;
    (void)self;
    if (g->state != GUEST_TAKES)
        return;
    guest_await(g);
    guest_go_on(g);
}

static void server_closed(void *self, void *who)
{
    struct server *s = self;
    struct guest *g = who;
    guest_is_paid(g);
    hub_leave(s->hub, g->member);
    if (g->task && worker_cancel(g->task->at, &g->task->job))
        task_free(g->task);
    else if (g->task)
        g->task->guest = NULL; /* it comes out of the worker, and is thrown away then */
    if (g->after)
        g->after->before = g->before;
    *(g->before ? &g->before->after : &s->guests) = g->after;
    buf_done(&g->in);
    mem_free(g);
}

/* What came out of a worker: it goes to the guest, or to the second worker. */
static void server_took(struct server *s, struct task *t)
{
    struct guest *g = t->guest;
    if (!g) {
        task_free(t);
        return;
    }
    if (t->reply.later.finish && t->at == s->worker) {
        t->job.run = task_finish;
        task_put(t, s->waiter);
    } else {
        task_answer(t);
    }
    if (!s->o.web->busy(g->conn))
        server_drained(s, g);
}

static bool server_turn(void *self)
{
    struct server *s = self;
    for (struct job *j; (j = worker_take(s->worker)) || (j = worker_take(s->waiter)); )
        server_took(s, (struct task *)j);
    hub_deliver(s->hub, os_mono_ns());
    return s->o.turn(s->o.self);
}

static void server_send(void *who, struct web_text *t)
{
    struct guest *g = who;
    if (access_lasts(g->server->front.access, g->session))
        g->server->o.web->send(g->conn, t); /* whom it cannot be sent to leaves soon */
    else
        g->server->o.web->drop(g->conn);
}

static void server_said(const char *line)
{
    log_info("serve: %.*s", (int)strcspn(line, "\n"), line);
}

/* ---- the server ---- */

/* On any thread. */
static void server_wake(void *self)
{
    struct server *s = self;
    s->o.web->wake(s->listener);
}

int server_open(const struct server_options *o, struct server **out)
{
    int files = os_more_files() - SERVER_OTHER_FILES;
    if (files < SERVER_CONNECTIONS_LEAST)
        return -EMFILE;
    struct server *s = mem_new(sizeof *s);
    s->o = *o;
    int rc = o->web->listen(&(struct web_options){
        .address = o->address, .port = o->port, .cert = o->cert, .key = o->key,
        .connections = files < SERVER_CONNECTIONS ? files : SERVER_CONNECTIONS, .stall_s = SERVER_STALL_S,
        .self = s, .opened = server_opened, .received = server_received, .drained = server_drained,
        .closed = server_closed, .turn = server_turn, .said = server_said }, &s->listener);
    if (rc < 0) {
        mem_free(s);
        return rc;
    }
    s->hub = hub_new(server_send, server_wake, s);
    s->worker = worker_new(SERVER_QUEUE, server_wake, s);
    s->waiter = s->worker ? worker_new(SERVER_LATER, server_wake, s) : NULL;
    if (!s->waiter) {
        if (s->worker && worker_stop(s->worker))
            worker_free(s->worker);
        o->web->close(s->listener);
        hub_free(s->hub);
        mem_free(s);
        return -EAGAIN;
    }
    *out = s;
    return 0;
}

int server_port(const struct server *s)
{
    return s->o.web->port(s->listener);
}

void server_set_access(struct server *s, struct access *a)
{
    s->front.access = a;
    front_add_own(&s->front);
}

void server_add(struct server *s, const struct route *routes, void *self)
{
    front_add(&s->front, routes, self);
}

struct hub *server_hub(struct server *s)
{
    return s->hub;
}

void server_run(struct server *s)
{
    front_add_assets(&s->front);
    s->o.web->run(s->listener);
}

bool server_close(struct server *s)
{
    if (!s)
        return true;
    bool answers = worker_stop(s->worker), waits = worker_stop(s->waiter); /* both, whatever the first says */
    s->o.web->close(s->listener);
    if (!answers || !waits)
        return false;
    for (struct job *j; (j = worker_take(s->worker)) || (j = worker_take(s->waiter)); )
        task_free((struct task *)j);
    worker_free(s->worker);
    worker_free(s->waiter);
    hub_free(s->hub);
    mem_free(s);
    return true;
}
