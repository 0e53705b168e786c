/*
 * redis.c - requests to a Redis server at a fixed rate, whether it answers or not (an open loop), and how
 * long each took.
 *
 * A latency counts from the time at which the request was due, so that a server which stands still for 50 ms is charged
 * for all that would have been asked in them (Tene's "coordinated omission"). The client must not be what is late: it
 * takes a real-time class where it may, and says how many requests left it late.
 */
#include "load.h"
#include "resp.h"
#include "server.h"

#include "base/mem.h"
#include "base/stats.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 64
#define KEYS 1000
#define GRACE_NS 2000000000 /* for what is still to be answered at the end */
#define FIFO_PRIORITY 90
#define SLICES 10           /* of the time, between which the middle differs more or less */

struct redis {
    struct pollfd fd[CONNECTIONS];
    struct resp reply[CONNECTIONS];
    struct buf unsent[CONNECTIONS]; /* what the socket did not take */
    int n;
    int64_t begin_ns;
    double period_ns;
    size_t due, requests, warm; /* asked so far, of how many, of which those at the start are not counted */
    double *latency_us;         /* of each; NaN: no answer */
    size_t late;                /* left more than a period after they were due */
};

static int64_t redis_due_ns(const struct redis *c, size_t i)
{
    return c->begin_ns + (int64_t)((double)i * c->period_ns);
}

/* ---- connections ---- */

static int redis_connect_unix(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof a.sun_path)
        return -ENAMETOOLONG;
    strcpy(a.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    int rc = -errno;
    os_close(fd);
    return rc;
}

static int redis_connect_tcp(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        return fd;
    }
    int rc = -errno;
    os_close(fd);
    return rc;
}

/* A server that is just starting gets five seconds. */
static int redis_connect(const char *path, int port)
{
    int64_t until = os_mono_ns() + 5000000000;
    int fd;
    while ((fd = path ? redis_connect_unix(path) : redis_connect_tcp(port)) < 0 && os_mono_ns() < until)
        usleep(10000);
    return fd;
}

static int redis_open(struct redis *c, const char *path, int port)
{
    for (int i = 0; i < c->n; i++) {
        int fd = redis_connect(path, port);
        if (fd < 0) {
            load_complain(fd, "no server at --socket or --port");
            return fd;
        }
        c->fd[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
    return 0;
}

/* ---- requests ---- */

/* Nine of ten read. */
static void redis_put_request(size_t i, struct buf *out)
{
    char key[16];
    int n = snprintf(key, sizeof key, "key:%zu", i * 7919 % KEYS);
    if (i % 10 == 0)
        buf_printf(out, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$64\r\n%064zu\r\n", n, key, i);
    else
        buf_printf(out, "*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", n, key);
}

static int redis_flush(struct redis *c, int i)
{
    struct buf *b = &c->unsent[i];
    ssize_t n = send(c->fd[i].fd, b->p, b->n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return -errno;
    size_t sent = n > 0 ? (size_t)n : 0;
    if (sent)
        memmove(b->p, b->p + sent, b->n - sent);
    b->n -= sent;
    c->fd[i].events = b->n ? POLLIN | POLLOUT : POLLIN;
    return 0;
}

static int redis_ask_due(struct redis *c)
{
    int rc = 0;
    for (int64_t now = os_mono_ns(); rc == 0 && c->due < c->requests && redis_due_ns(c, c->due) <= now; c->due++) {
        int i = (int)(c->due % (size_t)c->n);
        c->late += c->due >= c->warm && (double)(now - redis_due_ns(c, c->due)) > c->period_ns;
        redis_put_request(c->due, &c->unsent[i]);
        rc = redis_flush(c, i);
    }
    return rc;
}

/* The j-th reply on connection i is that to request j * n + i. */
static int redis_hear(struct redis *c, int i)
{
    char bytes[65536];
    ssize_t n = recv(c->fd[i].fd, bytes, sizeof bytes, MSG_DONTWAIT);
    int64_t now = os_mono_ns();
    if (n <= 0)
        return n == 0 ? -ECONNRESET : errno == EAGAIN || errno == EINTR ? 0 : -errno;
    size_t before = c->reply[i].replies;
    int rc = resp_take(&c->reply[i], bytes, (size_t)n);
    for (size_t j = before; j < c->reply[i].replies; j++) {
        size_t request = j * (size_t)c->n + (size_t)i;
        if (request >= c->due)
            return -EBADMSG; /* nobody asked that */
        c->latency_us[request] = (double)(now - redis_due_ns(c, request)) / 1e3;
    }
    return rc;
}

static int redis_wait(struct redis *c, int64_t until_ns)
{
    int64_t left = until_ns - os_mono_ns();
    struct timespec t = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
    if (left <= 0)
        t = (struct timespec){ 0 };
    int rc = ppoll(c->fd, (nfds_t)c->n, &t, NULL);
    if (rc < 0)
        return errno == EINTR ? 0 : -errno;
    rc = 0;
    for (int i = 0; i < c->n && rc == 0; i++) {
        if (c->fd[i].revents & (POLLIN | POLLHUP | POLLERR))
            rc = redis_hear(c, i);
        if (rc == 0 && (c->fd[i].revents & POLLOUT))
            rc = redis_flush(c, i);
    }
    return rc;
}

static bool redis_all_answered(const struct redis *c)
{
    size_t replies = 0;
    for (int i = 0; i < c->n; i++)
        replies += c->reply[i].replies;
    return replies == c->requests;
}

static int redis_talk(struct redis *c)
{
    int rc = 0;
    c->begin_ns = os_mono_ns();
    int64_t end = redis_due_ns(c, c->requests) + GRACE_NS;
    while (rc == 0 && !redis_all_answered(c) && os_mono_ns() < end) {
        rc = redis_ask_due(c);
        if (rc == 0)
            rc = redis_wait(c, c->due < c->requests ? redis_due_ns(c, c->due) : end);
    }
    return rc;
}

/* ---- the whole ---- */

/* What was not answered took at least until now. */
static size_t redis_charge_lost(struct redis *c)
{
    size_t lost = 0;
    int64_t now = os_mono_ns();
    for (size_t i = c->warm; i < c->requests; i++)
        if (isnan(c->latency_us[i])) {
            lost++;
            c->latency_us[i] = (double)(now - redis_due_ns(c, i)) / 1e3;
        }
    return lost;
}

/* Between the quartiles of the slices' medians, as a share of their median: 0 for one that is as fast all the time. */
static double redis_spread(const double *x, size_t n)
{
    double middle[SLICES];
    for (size_t i = 0; i < SLICES; i++)
        middle[i] = stats_median(x + i * n / SLICES, (i + 1) * n / SLICES - i * n / SLICES);
    return (stats_quantile(middle, SLICES, 0.75) - stats_quantile(middle, SLICES, 0.25)) / stats_median(middle, SLICES);
}

static void redis_tell(struct redis *c, bool fifo, struct load_result *r)
{
    size_t n = c->requests - c->warm, lost = redis_charge_lost(c), errors = 0;
    const double *x = c->latency_us + c->warm;
    for (int i = 0; i < c->n; i++)
        errors += c->reply[i].errors;
    load_put(r, "sent", (double)n);
    load_put(r, "late", (double)c->late);
    load_put(r, "lost", (double)lost);
    load_put(r, "errors", (double)errors);
    load_put(r, "fifo", fifo);
    load_put(r, "p50_us", stats_quantile(x, n, 0.5));
    load_put(r, "p99_us", stats_quantile(x, n, 0.99));
    load_put(r, "p999_us", stats_quantile(x, n, 0.999));
    load_put(r, "max_us", stats_max(x, n));
    load_put(r, "spread", redis_spread(x, n));
}

static bool redis_go_first(bool asked)
{
    prctl(PR_SET_TIMERSLACK, 1UL);
    struct sched_param p = { .sched_priority = FIFO_PRIORITY };
    bool fifo = asked && sched_setscheduler(0, SCHED_FIFO, &p) == 0;
    if (fifo)
        mlockall(MCL_CURRENT | MCL_FUTURE); /* where it may not, it goes on without */
    return fifo;
}

static void redis_init(struct redis *c, const struct load_args *a)
{
    double rate = load_number(a, "rate");
    c->n = (int)load_number(a, "connections");
    c->period_ns = 1e9 / rate;
    c->warm = (size_t)(rate * load_number(a, "warm"));
    c->requests = c->warm + (size_t)ceil(rate * load_number(a, "seconds"));
    c->latency_us = mem_new(c->requests * sizeof *c->latency_us);
    for (size_t i = 0; i < c->requests; i++)
        c->latency_us[i] = NAN;
}

static void redis_done(struct redis *c)
{
    for (int i = 0; i < c->n; i++) {
        if (c->fd[i].fd > 0)
            os_close(c->fd[i].fd);
        buf_done(&c->unsent[i]);
    }
    mem_free(c->latency_us);
    mem_free(c);
}

static int redis_run(const struct load_args *a, struct load_result *r)
{
    struct redis *c = mem_new(sizeof *c);
    struct server server = { 0 };
    redis_init(c, a);
    int rc = load_flag(a, "start") ? server_start(&server) : 0;
    if (rc == 0)
        rc = redis_open(c, server.pid ? server.socket : load_text(a, "socket"), (int)load_number(a, "port"));
    bool fifo = rc == 0 && redis_go_first(load_flag(a, "fifo"));
    if (rc == 0) {
        rc = redis_talk(c);
        if (rc < 0)
            load_complain(rc, "the server");
        else
            redis_tell(c, fifo, r);
    }
    redis_done(c);
    server_stop(&server);
    return rc;
}

static const struct load_option options[] = {
    { "start", LOAD_FLAG, .help = "a server of our own, which ends with us" },
    { "socket", LOAD_TEXT, .help = "of a server at this path" },
    { "port", LOAD_NUMBER, 6379, 1, 65535, "of a server at this port of 127.0.0.1" },
    { "rate", LOAD_NUMBER, 2000, 1, 1e6, "requests a second" },
    { "seconds", LOAD_NUMBER, 2, 0.01, 3600, "for how long" },
    { "warm", LOAD_NUMBER, 0.2, 0, 60, "seconds before, that are not counted" },
    { "connections", LOAD_NUMBER, 1, 1, CONNECTIONS, "connections, in turn" },
    { "fifo", LOAD_FLAG, .help = "in a real-time class, where that is permitted" },
    { 0 },
};

const struct load load_redis = {
    .name = "redis", .doc = "asks a Redis server at a fixed rate; latencies count from when a request was due",
    .options = options, .run = redis_run,
};
