/*
 * sender_tcp.c - lines over TCP, as Graphite takes them (plaintext protocol of carbon).
 *
 * It has no answer. So each batch has a connection of its own, whose end we announce: the receiver closes its side when
 * it has read all, and with unread data a system resets a connection. That is the acknowledgement.
 */
#include "push/sender.h"

#include "os/socket.h"
#include "os/tcp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_NS 30000000000

static int tcp_open(struct sender *s, char why[static ANSWER_WHY])
{
    (void)s;
    (void)why;
    return 0;
}

static void tcp_close(struct sender *s)
{
    (void)s;
}

/* Waits until the receiver has closed; what it may say meanwhile is nothing to us. */
static int tcp_await_end(struct sender *s, int fd, int64_t until_ns)
{
    char bytes[512];
    for (;;) {
        int64_t now = os_mono_ns(), soon = now + 200000000;
        if (s->stop && s->stop(s->stop_self))
            return -ECANCELED;
        int rc = os_socket_receive(fd, bytes, sizeof bytes, soon < until_ns ? soon : until_ns);
        if (rc == 0 || (rc < 0 && rc != -ETIMEDOUT && rc != -EINTR))
            return rc;
        if (rc == -ETIMEDOUT && os_mono_ns() >= until_ns)
            return rc;
    }
}

static void tcp_send(struct sender *s, const char *bytes, size_t n, struct answer *a)
{
    const struct target *t = s->t;
    int64_t until = os_mono_ns() + TIMEOUT_NS;
    int fd = os_tcp_connect(t->host, t->port, t->local, s->stop, s->stop_self, until);
    int rc = fd < 0 ? fd : os_socket_send(fd, bytes, n, until);
    a->unknown = fd >= 0;
    a->parted = rc < 0;
    rc = rc < 0 ? rc : os_tcp_finish(fd);
    rc = rc < 0 ? rc : tcp_await_end(s, fd, until);
    os_close(fd);
    if (rc < 0)
        snprintf(a->why, sizeof a->why, "%.100s:%d: %s", t->host, t->port, strerror(-rc));
    else
        a->verdict = VERDICT_TAKEN;
}

const struct sender_way sender_tcp = { .open = tcp_open, .send = tcp_send, .close = tcp_close };
