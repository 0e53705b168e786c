/*
 * linux_watch.c - /proc/self/mountinfo, which can be polled for changes (proc_pid_mountinfo(5)), and the messages of
 * the kernel about devices (NETLINK_KOBJECT_UEVENT, netlink(7)), of which only counts that one came: /sys is asked
 * then.
 *
 * In a container or under a strict service manager the socket may be refused, or stay silent.
 */
#include "os/watch.h"

#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct os_watch {
    int mounts, devices, wake; /* -1: not there */
};

static int watch_devices(void)
{
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = 1 };
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&kernel, sizeof kernel) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

struct os_watch *os_watch_new(void)
{
    struct os_watch *w = mem_new(sizeof *w);
    w->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    w->devices = watch_devices();
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return w;
}

void os_watch_free(struct os_watch *w)
{
    if (!w)
        return;
    os_close(w->mounts);
    os_close(w->devices);
    os_close(w->wake);
    mem_free(w);
}

int os_watch_can(const struct os_watch *w)
{
    return (w->mounts >= 0 ? OS_WATCH_MOUNTS : 0) | (w->devices >= 0 ? OS_WATCH_DEVICES : 0);
}

/* Whatever lies there is thrown away: that something came is all that counts. */
static void watch_drain(int fd)
{
    char bytes[8192];
    for (int i = 0; i < 1024 && (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0 || errno == ENOBUFS); i++)
        continue;
}

int os_watch_wait(struct os_watch *w, int64_t until_ns)
{
    struct pollfd p[] = { { .fd = w->mounts, .events = POLLPRI }, { .fd = w->devices, .events = POLLIN },
                          { .fd = w->wake, .events = POLLIN } };
    int64_t left_ms = (until_ns - os_mono_ns()) / 1000000 + 1;
    uint64_t count;
    int changed = 0;
    if (left_ms <= 0)
        return 0;
    if (poll(p, 3, left_ms > 3600000 ? 3600000 : (int)left_ms) <= 0)
        return 0;
    if (p[0].revents) {
        char byte;
        if (pread(w->mounts, &byte, 1, 0) < 0) { /* it cannot be asked any more: not to be called at once again */
            os_close(w->mounts);
            w->mounts = -1;
        }
        changed |= OS_WATCH_MOUNTS;
    }
    if (p[1].revents) {
        watch_drain(w->devices);
        changed |= OS_WATCH_DEVICES;
    }
    if (p[2].revents && read(w->wake, &count, sizeof count) < 0)
        return changed;
    return changed;
}

void os_watch_wake(struct os_watch *w)
{
    uint64_t one = 1;
    if (write(w->wake, &one, sizeof one) < 0)
        return; /* it is full: who waits will wake */
}

/* ---- files ---- */

int os_look(const char *root, const char *path, struct os_seen *out)
{
    char full[OS_PATH_MAX];
    struct stat s;
    int n = snprintf(full, sizeof full, "%s%s", root, path);
    if (n < 0 || n >= (int)sizeof full)
        return -ENAMETOOLONG;
    if (stat(full, &s) < 0)
        return -errno;
    *out = (struct os_seen){ .inode = (uint64_t)s.st_ino ^ (uint64_t)s.st_dev << 40, .bytes = s.st_size,
                             .written_ms = s.st_mtim.tv_sec * INT64_C(1000) + s.st_mtim.tv_nsec / 1000000 };
    return 0;
}

int64_t os_read_from(const char *root, const char *path, int64_t offset, char *bytes, size_t cap)
{
    struct stat s;
    size_t n = 0;
    int fd = os_open_read(root, path);
    if (fd < 0)
        return fd;
    int64_t rc = fstat(fd, &s) < 0 ? -errno : S_ISREG(s.st_mode) ? 0 : -EINVAL;
    while (rc == 0 && n < cap) {
        ssize_t got = pread(fd, bytes + n, cap - n, (off_t)(offset + (int64_t)n));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            rc = got < 0 ? -errno : 0;
            break;
        }
        n += (size_t)got;
    }
    close(fd);
    return rc < 0 ? rc : (int64_t)n;
}
