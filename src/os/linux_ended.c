/*
 * linux_ended.c - a pidfd for each process (pidfd_open(2)), all of them in one epoll(7). A pidfd stands for the process
 * itself, whatever becomes of its number.
 */
#include "os/ended.h"

#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

struct watched {
    int32_t pid;
    int fd;
};

struct os_ended {
    int epoll;
    struct watched *watched;
    size_t n, cap;
};

struct os_ended *os_ended_new(void)
{
    struct os_ended *e = mem_new(sizeof *e);
    e->epoll = epoll_create1(EPOLL_CLOEXEC);
    return e;
}

static void ended_remove_at(struct os_ended *e, size_t i)
{
    os_close(e->watched[i].fd); /* epoll forgets it, too */
    e->watched[i] = e->watched[--e->n];
}

void os_ended_free(struct os_ended *e)
{
    if (!e)
        return;
    while (e->n)
        ended_remove_at(e, e->n - 1);
    os_close(e->epoll);
    mem_free(e->watched);
    mem_free(e);
}

int os_ended_add(struct os_ended *e, int32_t pid)
{
    struct epoll_event when = { .events = EPOLLIN, .data.u64 = (uint64_t)pid };
    int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1; /* close-on-exec from the start */
    if (fd < 0)
        return pid > 0 ? -errno : -ESRCH;
    if (epoll_ctl(e->epoll, EPOLL_CTL_ADD, fd, &when) < 0) {
        int rc = -errno;
        os_close(fd);
        return rc;
    }
    e->watched = mem_grow(e->watched, e->n, &e->cap, sizeof *e->watched);
    e->watched[e->n++] = (struct watched){ .pid = pid, .fd = fd };
    return 0;
}

static size_t ended_find(const struct os_ended *e, int32_t pid)
{
    size_t i = 0;
    while (i < e->n && e->watched[i].pid != pid)
        i++;
    return i;
}

void os_ended_remove(struct os_ended *e, int32_t pid)
{
    size_t i = ended_find(e, pid);
    if (i < e->n)
        ended_remove_at(e, i);
}

int os_ended_fd(const struct os_ended *e)
{
    return e->epoll;
}

int32_t os_ended_take(struct os_ended *e)
{
    struct epoll_event when;
    if (epoll_wait(e->epoll, &when, 1, 0) != 1)
        return 0;
    int32_t pid = (int32_t)when.data.u64;
    os_ended_remove(e, pid);
    return pid;
}
