/*
 * Sockets between processes of this machine. Nothing here can reach another one.
 *
 * Descriptors do not block; what waits says until when, as os_mono_ns(), INT64_MAX for no limit, and ends with
 * -ETIMEDOUT then. They are closed with os_close().
 */
#ifndef OS_SOCKET_H
#define OS_SOCKET_H

#include "os/os.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct os_listener {
    int fd;        /* -1: it does not listen */
    int lock_fd;
    bool shared;   /* with the group */
    char path[OS_PATH_MAX];
};

/*
 * Listens at a path, whose directory is made where there is none, with a socket that replaces one that was left
 * there. Where the group exists and we may give files to it its members may connect, else only the same user
 * and root. -EBUSY: another process listens there.
 *
 *   guarded  nobody else can be listening there: no lock file is needed beside it
 */
int os_socket_listen(const char *path, const char *group, bool guarded, struct os_listener *out);
void os_socket_unlisten(struct os_listener *l); /* removes the path */

/* The next who connects; -EINVAL after os_socket_end() of fd. */
int os_socket_accept(int fd, int64_t until_ns);

/* -ENOENT, -ECONNREFUSED: nobody listens; -EACCES. */
int os_socket_connect(const char *path);

/* Is at the other end root, the same user, or a member of the group? As the kernel says. */
bool os_socket_admits(int fd, const char *group);

/* Who is at the other end, as it was when it connected; pid 0: in a container, say, whose processes have other numbers.
 * -ENOTCONN. */
struct os_peer {
    int32_t pid;
    uint32_t uid;
};
int os_socket_peer(int fd, struct os_peer *out);

/* All n bytes, or an error: -EPIPE, -ETIMEDOUT. */
int os_socket_send(int fd, const void *bytes, size_t n, int64_t until_ns);

/* What is there, at least a byte; 0 when the other end will send no more. -EINTR when a signal came. */
int os_socket_receive(int fd, void *bytes, size_t cap, int64_t until_ns);

void os_socket_end(int fd); /* ends all waiting for it, in any thread */

#endif
