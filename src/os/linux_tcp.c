/* linux_tcp.c - tcp(7) by getaddrinfo(3): all addresses of a name are tried in their order. */
#include "os/tcp.h"

#include "os/os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLL_MS 200

static bool address_is_local(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static int tcp_await(int fd, bool (*stop)(void *), void *stop_self, int64_t until_ns)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    int error = 0;
    socklen_t n = sizeof error;
    for (;;) {
        int rc = poll(&p, 1, POLL_MS);
        if (rc < 0 && errno != EINTR)
            return -errno;
        if (rc > 0)
            break;
        if (stop && stop(stop_self))
            return -ECANCELED;
        if (os_mono_ns() >= until_ns)
            return -ETIMEDOUT;
    }
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0 ? -errno : -error;
}

static int tcp_try(const struct addrinfo *a, bool (*stop)(void *), void *stop_self, int64_t until_ns)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int rc = connect(fd, a->ai_addr, a->ai_addrlen) < 0 ? -errno : 0;
    if (rc == -EINPROGRESS)
        rc = tcp_await(fd, stop, stop_self, until_ns);
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

int os_tcp_connect(const char *host, int port, bool local, bool (*stop)(void *), void *stop_self, int64_t until_ns)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
    struct addrinfo *list;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    int rc = -EHOSTUNREACH;
    if (getaddrinfo(host, service, &hints, &list) != 0)
        return rc;
    for (const struct addrinfo *a = list; a && rc < 0 && rc != -ECANCELED; a = a->ai_next)
        if (!local || address_is_local(a->ai_addr))
            rc = tcp_try(a, stop, stop_self, until_ns);
    freeaddrinfo(list);
    return rc;
}

int os_tcp_finish(int fd)
{
    return shutdown(fd, SHUT_WR) < 0 ? -errno : 0;
}
