/* watcher.c - fork(2), setsid(2); the terminal that started it may close. */
#include "app/policy/watcher.h"

#include "os/ended.h"
#include "os/os.h"
#include "policy/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 5000 /* was it reverted, is the time over? */

/* ---- in the background ---- */

/* Nobody waits for what this process has open any more. */
static void watcher_let_go(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    fflush(NULL);
    for (int fd = 0; fd < 3 && null >= 0; fd++)
        dup2(null, fd);
    os_close(null);
    if (chdir("/") < 0)
        return; /* it holds a directory then, no more */
}

static void watcher_live(int told, int (*set)(void *self, bool *stays), void (*watch)(void *self), void *self)
{
    bool stays = false;
    close_range(3, (unsigned)told - 1, 0); /* somebody may wait for the end of what we were started with */
    close_range((unsigned)told + 1, ~0U, 0);
    setsid();
    os_stop_on_signal();
    unsigned char status = (unsigned char)set(self, &stays);
    watcher_let_go();
    if (write(told, &status, 1) < 0)
        stays = stays && errno == EPIPE; /* who started it was killed; what was asked for stands */
    os_close(told);
    if (stays)
        watch(self);
    _exit(0);
}

int watcher_start(int (*set)(void *self, bool *stays), void (*watch)(void *self), void *self)
{
    int ends[2];
    unsigned char status = 1;
    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t child = fork();
    if (child == 0) {
        os_close(ends[0]);
        watcher_live(ends[1], set, watch, self);
    }
    int rc = child < 0 ? -errno : 0;
    os_close(ends[1]);
    ssize_t n = 0;
    while (rc == 0 && (n = read(ends[0], &status, 1)) < 0 && errno == EINTR)
        ;
    os_close(ends[0]);
    return rc < 0 ? rc : n == 1 ? status : -ECHILD;
}

/* ---- watching ---- */

static bool watcher_any_lives(const struct watched *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (task_lives("", w[i].pid, w[i].start))
            return true;
    return false;
}

static int watcher_pause(int64_t until_ms)
{
    int64_t left = until_ms ? until_ms - os_wall_ms() : LOOK_MS;
    return left < 0 ? 0 : left < LOOK_MS ? (int)left : LOOK_MS;
}

void watcher_wait(const struct watched *w, size_t n, int64_t until_ms, struct transaction *t)
{
    struct os_ended *ended = os_ended_new();
    for (size_t i = 0; i < n; i++)
        os_ended_add(ended, w[i].pid); /* those that it cannot watch are looked at now and then */
    struct pollfd end = { .fd = os_ended_fd(ended), .events = POLLIN };
    while (!os_stopping() && watcher_any_lives(w, n) && (!until_ms || os_wall_ms() < until_ms) &&
           (!t || transaction_stands(t))) {
        poll(&end, 1, watcher_pause(until_ms));
        while (os_ended_take(ended) > 0)
            ;
    }
    os_ended_free(ended);
}
