/*
 * web.c - connections by libwebsockets 4.1 (lws-adopt.h, lws-service.h), in its raw role: it accepts into its poll
 * loop, does TLS and reads. A module, because it brings its own TLS and event libraries.
 *
 * Its own reading of HTTP is not used: while a reply is awaited 4.1.6 leaves what a client sends in the socket and
 * polls for it without end, unknown methods get no answer, and bodies in chunks are taken for the next request. What
 * is sent goes to the socket here, because lws_write() copies what the socket does not take at once, and then no
 * longer reads.
 */
#include "modules/web.h"

#include <errno.h>
#include <libwebsockets.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEND_BUFFER (64 << 10) /* of the kernel for each client: beyond it our queue begins, which is bounded */
#define LINGER_S 2.0           /* a client may read the end of a reply before the connection is gone */
#define SWEEP_US 1000000

struct web_conn {
    struct web_server *server;
    struct lws *wsi;
    struct web_conn *before, *after;
    void *who;                        /* NULL: nobody knows of it */
    bool dead, ending, ended;
    lws_usec_t deadline, moved;       /* 0: none; when it took something last */
    struct web_text *queue[WEB_QUEUE];
    unsigned first, n;
    size_t at, bytes;                 /* sent of the first; waiting in all */
};

struct web_server {
    lws_sorted_usec_list_t sweep; /* first: it is turned back into its server */
    struct web_options o;
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct lws_protocols protocols[2];
    struct web_conn *conns;
    int n, port;
};

static void (*web_says)(const char *line); /* the library has one log */

static void web_log(int level, const char *line)
{
    (void)level;
    if (web_says)
        web_says(line);
}

/* ---- a connection ---- */

/* What waits for somebody who does not take it is given up, in the kernel, too (SO_LINGER in socket(7)). */
static void conn_kill(struct web_conn *c)
{
    struct linger at_once = { .l_onoff = 1 };
    if (c->dead)
        return;
    if (c->n)
        setsockopt(lws_get_socket_fd(c->wsi), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    c->dead = true;
}

static ssize_t conn_put_tls(SSL *ssl, const char *bytes, size_t n)
{
    ERR_clear_error();
    int got = SSL_write(ssl, bytes, n > INT_MAX ? INT_MAX : (int)n);
    int why = got > 0 ? 0 : SSL_get_error(ssl, got);
    return got > 0 ? got : why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? -EAGAIN : -EPIPE;
}

/* How much the socket took, -EAGAIN or another error. */
static ssize_t conn_put(struct web_conn *c, const char *bytes, size_t n)
{
    SSL *ssl = lws_get_ssl(c->wsi);
    if (ssl)
        return conn_put_tls(ssl, bytes, n);
    ssize_t got = send(lws_get_socket_fd(c->wsi), bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    return got >= 0 ? got : errno == EINTR ? -EAGAIN : -errno;
}

/* To close at once, with bytes of the client unread, would tear the reply out of its hands. */
static void conn_end(struct web_conn *c)
{
    SSL *ssl = lws_get_ssl(c->wsi);
    if (ssl)
        SSL_shutdown(ssl);
    shutdown(lws_get_socket_fd(c->wsi), SHUT_WR);
    c->ended = true;
    c->deadline = lws_now_usecs() + (lws_usec_t)(LINGER_S * LWS_US_PER_SEC);
}

static void conn_pop(struct web_conn *c)
{
    c->bytes -= c->queue[c->first]->n;
    web_text_drop(c->queue[c->first]);
    c->first = (c->first + 1) % WEB_QUEUE;
    c->n--;
    c->at = 0;
}

/* Sends what the socket takes. 0, or -EPIPE. */
static int conn_write(struct web_conn *c)
{
    while (c->n) {
        struct web_text *t = c->queue[c->first];
        ssize_t got = conn_put(c, t->bytes + c->at, t->n - c->at);
        if (got == -EAGAIN) {
            lws_callback_on_writable(c->wsi);
            return 0;
        }
        if (got < 0)
            return -EPIPE;
        c->moved = lws_now_usecs();
        c->at += (size_t)got;
        if (c->at == t->n)
            conn_pop(c);
    }
    if (c->ending && !c->ended)
        conn_end(c);
    return 0;
}

static int web_send(struct web_conn *c, struct web_text *t)
{
    if (c->dead || c->ending)
        return -EPIPE;
    if (t->n == 0)
        return 0;
    if (c->n == WEB_QUEUE || (c->n && c->bytes + t->n > WEB_QUEUE_BYTES)) {
        conn_kill(c);
        return -ENOBUFS;
    }
    bool idle = c->n == 0;
    c->queue[(c->first + c->n++) % WEB_QUEUE] = t;
    t->refs++;
    c->bytes += t->n;
    if (!idle)
        return 0;
    c->moved = lws_now_usecs();
    int rc = conn_write(c);
    if (rc < 0)
        conn_kill(c);
    return rc;
}

static bool web_busy(const struct web_conn *c)
{
    return c->n > 0;
}

static void web_deadline(struct web_conn *c, double s)
{
    c->deadline = s > 0 ? lws_now_usecs() + (lws_usec_t)(s * LWS_US_PER_SEC) : 0;
}

static void web_finish(struct web_conn *c)
{
    c->ending = true;
    c->deadline = 0;
    if (c->n == 0 && !c->ended && !c->dead)
        conn_end(c);
}

static void conn_opened(struct web_server *s, struct web_conn *c, struct lws *wsi)
{
    int one = 1, room = SEND_BUFFER;
    char peer[WEB_PEER_MAX] = "";
    *c = (struct web_conn){ .server = s, .wsi = wsi, .after = s->conns };
    if (s->conns)
        s->conns->before = c;
    s->conns = c;
    s->n++;
    setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    SSL *ssl = lws_get_ssl(wsi);
    if (ssl)
        SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&a, &n) == 0)
        getnameinfo((struct sockaddr *)&a, n, peer, sizeof peer, NULL, 0, NI_NUMERICHOST);
    c->who = s->o.opened(s->o.self, c, peer);
    if (!c->who)
        conn_kill(c);
}

static void conn_closed(struct web_conn *c)
{
    struct web_server *s = c->server;
    if (!s)
        return; /* it was never opened */
    c->dead = true;
    if (c->who)
        s->o.closed(s->o.self, c->who);
    while (c->n)
        conn_pop(c);
    if (c->after)
        c->after->before = c->before;
    *(c->before ? &c->before->after : &s->conns) = c->after;
    s->n--;
    c->server = NULL;
}

static int conn_writable(struct web_conn *c)
{
    bool waited = c->n > 0;
    if (conn_write(c) < 0)
        return -1;
    if (waited && c->n == 0 && !c->ending)
        c->server->o.drained(c->server->o.self, c->who);
    return c->dead ? -1 : 0;
}

static int conn_received(struct web_conn *c, const char *bytes, size_t n)
{
    if (!c->ending && !c->dead)
        c->server->o.received(c->server->o.self, c->who, bytes, n);
    return c->dead ? -1 : 0;
}

/* ---- the server ---- */

static void server_sweep(lws_sorted_usec_list_t *sul)
{
    struct web_server *s = (struct web_server *)sul;
    lws_usec_t now = lws_now_usecs(), stall = (lws_usec_t)(s->o.stall_s * LWS_US_PER_SEC);
    for (struct web_conn *c = s->conns; c; c = c->after)
        if ((c->deadline && now >= c->deadline) || (c->n && now - c->moved >= stall))
            conn_kill(c);
    lws_sul_schedule(s->context, 0, sul, server_sweep, SWEEP_US);
}

/* As many as there are; each becomes a connection of lws, or is closed by it. */
static void server_accept(struct web_server *s, int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        if (s->n >= s->o.connections) {
            close(fd);
            continue;
        }
        lws_sock_file_fd_type f = { .sockfd = fd };
        lws_adopt_descriptor_vhost(s->vhost, LWS_ADOPT_SOCKET | LWS_ADOPT_ALLOW_SSL, f, NULL, NULL);
    }
}

static int web_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
    struct web_server *s = wsi ? lws_context_user(lws_get_context(wsi)) : NULL;
    switch ((int)reason) {
    case LWS_CALLBACK_RAW_RX_FILE: server_accept(s, lws_get_socket_fd(wsi)); return 0;
    case LWS_CALLBACK_RAW_ADOPT: conn_opened(s, user, wsi); return 0;
    case LWS_CALLBACK_RAW_CLOSE: conn_closed(user); return 0;
    case LWS_CALLBACK_RAW_RX: return conn_received(user, in, n);
    case LWS_CALLBACK_RAW_WRITEABLE: return conn_writable(user);
    default: return 0;
    }
}

static int server_bind(const struct addrinfo *a)
{
    int one = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 1024) == 0)
        return fd;
    int rc = -errno;
    close(fd);
    return rc;
}

/* A descriptor that listens, or an error. */
static int server_socket(const struct web_options *o)
{
    struct addrinfo want = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    struct addrinfo *found;
    char port[16];
    snprintf(port, sizeof port, "%d", o->port);
    if (getaddrinfo(o->address, port, &want, &found) != 0)
        return -EINVAL;
    int fd = server_bind(found);
    freeaddrinfo(found);
    return fd;
}

static int server_port(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    char port[16] = "0";
    if (getsockname(fd, (struct sockaddr *)&a, &n) == 0)
        getnameinfo((struct sockaddr *)&a, n, NULL, 0, port, sizeof port, NI_NUMERICSERV);
    return atoi(port);
}

static int server_start(struct web_server *s, int fd)
{
    s->protocols[0] = (struct lws_protocols){ .name = "sonde", .callback = web_callback,
                                              .per_session_data_size = sizeof(struct web_conn) };
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER, .protocols = s->protocols, .user = s,
        .fd_limit_per_thread = (unsigned)s->o.connections + 32, .timeout_secs = 10, .vhost_name = "sonde",
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME |
                   LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG,
        .ssl_cert_filepath = s->o.cert, .ssl_private_key_filepath = s->o.key, .alpn = "http/1.1" };
    if (s->o.cert)
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    s->context = lws_create_context(&info);
    s->vhost = s->context ? lws_create_vhost(s->context, &info) : NULL;
    lws_sock_file_fd_type f = { .filefd = fd };
    if (!s->vhost)
        return s->context && s->o.cert ? -EPROTO : -ENOMEM;
    if (!lws_adopt_descriptor_vhost(s->vhost, LWS_ADOPT_RAW_FILE_DESC, f, s->protocols[0].name, NULL))
        return -ENOMEM;
    lws_sul_schedule(s->context, 0, &s->sweep, server_sweep, SWEEP_US);
    return 0;
}

static void web_close(struct web_server *s)
{
    if (s && s->context)
        lws_context_destroy(s->context);
    free(s);
}

static int web_listen(const struct web_options *o, struct web_server **out)
{
    web_says = o->said;
    lws_set_log_level(LLL_ERR | LLL_WARN, web_log);
    int fd = server_socket(o);
    if (fd < 0)
        return fd;
    struct web_server *s = calloc(1, sizeof *s);
    if (!s) {
        close(fd);
        return -ENOMEM;
    }
    s->o = *o;
    s->port = server_port(fd);
    int rc = server_start(s, fd);
    if (rc < 0) {
        close(fd);
        web_close(s);
        return rc;
    }
    *out = s;
    return 0;
}

static int web_port(const struct web_server *s)
{
    return s->port;
}

static void web_run(struct web_server *s)
{
    while (s->o.turn(s->o.self) && lws_service(s->context, 0) >= 0)
        ;
}

static void web_wake(struct web_server *s)
{
    lws_cancel_service(s->context);
}

/* The one symbol of this module that others see. */
extern const struct web sonde_web __attribute__((visibility("default")));
const struct web sonde_web = {
    .listen = web_listen, .port = web_port, .run = web_run, .wake = web_wake, .close = web_close,
    .send = web_send, .busy = web_busy, .deadline = web_deadline, .finish = web_finish, .drop = conn_kill,
};
