/*
 * linux_helper.c - a child process that opens something for us and is gone (fork(2), unix(7): SCM_RIGHTS).
 *
 * What a library needs only while it opens things, memory first of all, goes with the child; what it
 * breaks is broken there. The child is a copy of a process that may have threads, so its other threads'
 * locks may be held for ever: glibc renews those of malloc and of the dynamic loader, and an alarm ends
 * a child that waits for another.
 */
#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELPER_LONGEST_S 20

struct os_helper {
    int socket;
    pid_t pid;
};

union helper_rights {
    struct cmsghdr head;
    char room[CMSG_SPACE(OS_HELPER_FDS * sizeof(int))];
};

/* The result and, where it is 0, the descriptors. */
static void helper_tell(int socket, int rc, const int *fd, int n)
{
    union helper_rights rights = { 0 };
    struct iovec body = { &rc, sizeof rc };
    struct msghdr m = { .msg_iov = &body, .msg_iovlen = 1 };
    if (rc == 0) {
        m.msg_control = &rights;
        m.msg_controllen = CMSG_SPACE((size_t)n * sizeof *fd);
        rights.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN((size_t)n * sizeof *fd),
                                        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(&rights.head), fd, (size_t)n * sizeof *fd);
    }
    sendmsg(socket, &m, MSG_NOSIGNAL);
}

__attribute__((noreturn)) static void helper_main(int socket, int (*open_all)(int *fd), int n)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGALRM, SIG_DFL);
    alarm(HELPER_LONGEST_S);
    int fd[OS_HELPER_FDS];
    helper_tell(socket, open_all(fd), fd, n);
    _exit(0); /* nothing of the parent's is flushed or run */
}

int os_helper_start(int (*open_all)(int *fd), int n, struct os_helper **out)
{
    int pair[2];
    if (n > OS_HELPER_FDS)
        return -EINVAL;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0)
        helper_main(pair[1], open_all, n);
    int rc = pid < 0 ? -errno : 0;
    close(pair[1]);
    if (rc < 0) {
        close(pair[0]);
        return rc;
    }
    struct os_helper *h = mem_new(sizeof *h);
    *h = (struct os_helper){ .socket = pair[0], .pid = pid };
    *out = h;
    return 0;
}

/* The descriptors that came with a message; how many. */
static int helper_received(struct msghdr *m, int fd[static OS_HELPER_FDS])
{
    const struct cmsghdr *c = CMSG_FIRSTHDR(m);
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len < CMSG_LEN(0))
        return 0;
    size_t bytes = c->cmsg_len - CMSG_LEN(0);
    bytes = bytes < OS_HELPER_FDS * sizeof *fd ? bytes : OS_HELPER_FDS * sizeof *fd;
    memcpy(fd, CMSG_DATA(c), bytes);
    return (int)(bytes / sizeof *fd);
}

int os_helper_take(struct os_helper *h, int *fd, int n)
{
    int result = 0;
    union helper_rights rights;
    struct iovec body = { &result, sizeof result };
    struct msghdr m = { .msg_iov = &body, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights };
    ssize_t got = recvmsg(h->socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0)
        return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
    if (got != sizeof result)
        return -EPIPE; /* it died */
    int here[OS_HELPER_FDS], count = helper_received(&m, here);
    if (result == 0 && count == n) {
        memcpy(fd, here, (size_t)n * sizeof *fd);
        return 0;
    }
    for (int i = 0; i < count; i++)
        close(here[i]);
    return result < 0 ? result : -EMFILE; /* the kernel gives what fits */
}

void os_helper_free(struct os_helper *h)
{
    if (!h)
        return;
    close(h->socket);
    kill(h->pid, SIGKILL);
    while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    mem_free(h);
}
