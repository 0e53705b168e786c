/*
 * linux_service.c - datagrams to systemd, by sd_notify(3) and sd_watchdog_enabled(3).
 *
 * The address is in the environment: a path, or "@name" for one of the abstract namespace (unix(7)).
 */
#include "os/service.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Returns the length of the address; 0 where the environment names none. */
static socklen_t os_service_address(struct sockaddr_un *out)
{
    const char *name = getenv("NOTIFY_SOCKET");
    size_t n = name ? strlen(name) : 0;
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (n < 2 || (*name != '/' && *name != '@') || n >= sizeof out->sun_path)
        return 0;
    memcpy(out->sun_path, name, n);
    if (*name == '@')
        out->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

int os_service_tell(const char *state)
{
    struct sockaddr_un to;
    socklen_t n = os_service_address(&to);
    if (!n)
        return 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const void *)&to, n);
    int rc = sent < 0 ? -errno : 1;
    close(fd);
    return rc;
}

int os_service_tell_reload(void)
{
    char state[64];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, os_mono_ns() / 1000);
    return os_service_tell(state);
}

int64_t os_service_watchdog_ns(void)
{
    const char *text = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
    char *end;
    if (!text || (whose && *whose && strtol(whose, NULL, 10) != getpid()))
        return 0;
    errno = 0;
    long long us = strtoll(text, &end, 10);
    return errno || *end || us <= 0 || us > INT64_MAX / 1000 ? 0 : us * 1000;
}

static bool os_service_listens(int fd)
{
    int on = 0, family = 0, type = 0;
    socklen_t n = sizeof on;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) == 0 && on &&
           getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &n) == 0 && family == AF_UNIX &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_STREAM;
}

int os_service_socket(void)
{
    enum { FIRST = 3 }; /* SD_LISTEN_FDS_START */
    const char *whose = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    if (!whose || !count || strtol(whose, NULL, 10) != getpid() || strtol(count, NULL, 10) < 1)
        return -ENOENT;
    if (!os_service_listens(FIRST))
        return -ENOTSOCK;
    return fcntl(FIRST, F_SETFD, FD_CLOEXEC) < 0 || fcntl(FIRST, F_SETFL, O_NONBLOCK) < 0 ? -errno : FIRST;
}
