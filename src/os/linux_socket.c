/*
 * linux_socket.c - local sockets: unix(7), with SO_PEERCRED and SO_PEERGROUPS of socket(7).
 *
 * An address holds 107 bytes and a path may have more, so directories are opened and named by descriptor.
 * Groups are read from /etc/group, without the name services, which may ask the network.
 */
#include "os/socket.h"

#include "base/auto.h"
#include "os/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 8
#define GROUPS_FILE_MAX (1 << 20)

/* group(5): name:password:number:members. -1 where there is none. */
static int64_t os_group(const char *name)
{
    auto_free char *text = NULL;
    size_t n, length = strlen(name);
    if (os_read_file("/etc/group", GROUPS_FILE_MAX, &text, &n) < 0)
        return -1;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *password = strncmp(line, name, length) == 0 && line[length] == ':' ? line + length + 1 : NULL;
        const char *number = password ? strchr(password, ':') : NULL;
        if (number && number[1] >= '0' && number[1] <= '9')
            return strtoll(number + 1, NULL, 10);
    }
    return -1;
}

/* Returns the descriptor of the directory, by which the address goes, or an error. */
static int os_socket_address(const char *path, struct sockaddr_un *out)
{
    char dir[OS_PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int n = slash == path ? snprintf(dir, sizeof dir, "/") :
            slash ? snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path) : snprintf(dir, sizeof dir, ".");
    if (n >= (int)sizeof dir)
        return -ENAMETOOLONG;
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    n = snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/%s", fd, name);
    if (n < (int)sizeof out->sun_path)
        return fd;
    close(fd);
    return -ENAMETOOLONG;
}

/* mkdir(2) of all that lies above the path, open to everybody: who may connect is up to the socket. */
static int os_socket_make_dir(const char *path)
{
    char dir[OS_PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    if (snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path) >= (int)sizeof dir)
        return -ENAMETOOLONG;
    struct stat st;
    if (stat(dir, &st) == 0)
        return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
    int rc = os_make_dir(dir);
    return rc == 0 && chmod(dir, 0755) < 0 ? -errno : rc;
}

/* By a descriptor: what a link at this path names is not ours to share. chmod(2) of one that is only a path (O_PATH)
 * goes by /proc. */
static bool os_socket_share(const char *path, const char *group)
{
    int64_t gid = os_group(group);
    char self[32];
    struct stat st;
    int fd = gid >= 0 ? open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    bool shared = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) &&
                  fchownat(fd, "", (uid_t)-1, (gid_t)gid, AT_EMPTY_PATH) == 0 && chmod(self, 0660) == 0;
    close(fd);
    return shared;
}

/* The mode that a socket has before it is bound is the most that its path gets. */
static int os_socket_bind(int fd, const struct sockaddr_un *to)
{
    struct stat st;
    if (lstat(to->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) && unlink(to->sun_path) < 0)
        return -errno;
    bool ok = fchmod(fd, 0600) == 0 && bind(fd, (const void *)to, sizeof *to) == 0 && listen(fd, BACKLOG) == 0;
    return ok ? 0 : -errno;
}

static int os_socket_lock(struct os_listener *l)
{
    char path[OS_PATH_MAX];
    int32_t owner;
    if (snprintf(path, sizeof path, "%s.lock", l->path) >= (int)sizeof path)
        return -ENAMETOOLONG;
    l->lock_fd = os_disk_lock(path, &owner);
    return l->lock_fd < 0 ? l->lock_fd : 0;
}

static int os_socket_begin(struct os_listener *l, const char *group)
{
    struct sockaddr_un to;
    int dir = os_socket_address(l->path, &to);
    if (dir < 0)
        return dir;
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = l->fd < 0 ? -errno : os_socket_bind(l->fd, &to);
    l->shared = rc == 0 && os_socket_share(to.sun_path, group);
    close(dir);
    return rc;
}

int os_socket_listen(const char *path, const char *group, bool guarded, struct os_listener *out)
{
    struct os_listener l = { .fd = -1, .lock_fd = -1 };
    if (snprintf(l.path, sizeof l.path, "%s", path) >= (int)sizeof l.path)
        return -ENAMETOOLONG;
    int rc = os_socket_make_dir(path);
    rc = rc == 0 && !guarded ? os_socket_lock(&l) : rc;
    rc = rc == 0 ? os_socket_begin(&l, group) : rc;
    if (rc < 0) {
        os_close(l.fd);
        os_close(l.lock_fd);
        return rc;
    }
    *out = l;
    return 0;
}

void os_socket_unlisten(struct os_listener *l)
{
    if (l->fd < 0)
        return;
    unlink(l->path);
    close(l->fd);
    os_close(l->lock_fd);
    l->fd = l->lock_fd = -1;
}

static int os_socket_wait(int fd, short events, int64_t until_ns)
{
    int64_t left = until_ns == INT64_MAX ? INT64_MAX : until_ns - os_mono_ns();
    if (left <= 0)
        return -ETIMEDOUT;
    struct timespec t = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
    struct pollfd p = { .fd = fd, .events = events };
    int rc = ppoll(&p, 1, until_ns == INT64_MAX ? NULL : &t, NULL);
    return rc < 0 ? -errno : rc ? 0 : -ETIMEDOUT;
}

int os_socket_accept(int fd, int64_t until_ns)
{
    for (;;) {
        int got = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (got >= 0)
            return got;
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            return -errno;
        int rc = os_reader_left(fd) ? -EINVAL : os_socket_wait(fd, POLLIN, until_ns); /* it never says EINVAL itself */
        if (rc < 0 && rc != -EINTR)
            return rc;
    }
}

int os_socket_connect(const char *path)
{
    struct sockaddr_un to;
    int dir = os_socket_address(path, &to);
    if (dir < 0)
        return dir;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = fd < 0 || connect(fd, (const void *)&to, sizeof to) < 0 ? -errno : 0;
    close(dir);
    if (rc == 0)
        return fd;
    os_close(fd);
    return rc;
}

static bool os_socket_of_group(int fd, const struct ucred *who, const char *group)
{
    int64_t gid = os_group(group);
    gid_t all[1024];
    socklen_t n = sizeof all;
    if (gid < 0 || who->gid == (gid_t)gid)
        return gid >= 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, all, &n) < 0)
        return false;
    for (size_t i = 0; i < n / sizeof *all; i++)
        if (all[i] == (gid_t)gid)
            return true;
    return false;
}

static int os_socket_who(int fd, struct ucred *who)
{
    socklen_t n = sizeof *who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, who, &n) < 0)
        return -errno;
    return n == sizeof *who ? 0 : -ENOTCONN;
}

int os_socket_peer(int fd, struct os_peer *out)
{
    struct ucred who;
    int rc = os_socket_who(fd, &who);
    if (rc == 0)
        *out = (struct os_peer){ .pid = who.pid, .uid = who.uid };
    return rc;
}

bool os_socket_admits(int fd, const char *group)
{
    struct ucred who;
    if (os_socket_who(fd, &who) < 0)
        return false;
    return who.uid == 0 || who.uid == geteuid() || os_socket_of_group(fd, &who, group);
}

int os_socket_send(int fd, const void *bytes, size_t n, int64_t until_ns)
{
    const char *p = bytes;
    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent >= 0) {
            p += sent;
            n -= (size_t)sent;
            continue;
        }
        int rc = errno == EAGAIN ? os_socket_wait(fd, POLLOUT, until_ns) : -errno;
        if (rc < 0 && rc != -EINTR)
            return rc;
    }
    return 0;
}

int os_socket_receive(int fd, void *bytes, size_t cap, int64_t until_ns)
{
    for (;;) {
        ssize_t got = recv(fd, bytes, cap, 0);
        if (got >= 0)
            return (int)got;
        int rc = errno == EAGAIN ? os_socket_wait(fd, POLLIN, until_ns) : -errno;
        if (rc < 0)
            return rc;
    }
}

void os_socket_end(int fd)
{
    shutdown(fd, SHUT_RDWR);
}
