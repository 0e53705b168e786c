/*
 * linux_spawn.c - programs of other people: may one be run, start it, hear it, end it.
 *
 * Between Sonde and the program stands a guard, a fork of Sonde that only waits. It is there because
 * a program is seldom one process: a shell waits for `sleep`, a pipeline has two ends. The guard
 * ends the whole group, when it is told to, when the program has ended, and when Sonde is gone
 * however that came about: the kernel tells it of that (PR_SET_PDEATHSIG in prctl(2)), which it does
 * for a child only and not for a grandchild. A group is signalled while its leader is not reaped yet,
 * so that its number cannot be somebody else's.
 *
 * After fork() in a process with threads only functions of signal-safety(7) may be called.
 */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_NS 200000000 /* between asking a program to end and ending it */

/* ---- may it be run? ---- */

/* Whoever may replace the file, or a directory on the way to it, decides what is run. */
static bool trust_one(const char *path, bool above, char *why, size_t cap)
{
    struct stat st;
    if (stat(path, &st) < 0) {
        snprintf(why, cap, "%s", strerror(errno));
        return false;
    }
    if (st.st_uid != 0 && st.st_uid != geteuid()) {
        snprintf(why, cap, "%s belongs to neither root nor the user who runs sonde", path);
        return false;
    }
    bool sticky = above && (st.st_mode & S_ISVTX); /* as /tmp: what is in it is its owner's alone */
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !sticky) {
        snprintf(why, cap, "others may write to %s: chmod go-w it", path);
        return false;
    }
    return true;
}

bool os_is_trusted(const char *path, char *why, size_t cap)
{
    char real[PATH_MAX];
    if (!realpath(path, real)) {
        snprintf(why, cap, "%s", strerror(errno));
        return false;
    }
    bool trusted = trust_one(real, false, why, cap);
    while (trusted && strcmp(real, "/") != 0) {
        char *slash = strrchr(real, '/');
        slash[slash == real] = '\0';
        trusted = trust_one(real, true, why, cap);
    }
    return trusted;
}

int os_real_path(const char *path, char *out)
{
    return realpath(path, out) ? 0 : -errno; /* OS_PATH_MAX is at least PATH_MAX */
}

int os_self_path(char *out)
{
    return os_real_path("/proc/self/exe", out);
}

bool os_is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

int os_find_program(const char *name, char *out)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/')) {
        snprintf(out, OS_PATH_MAX, "%s", name);
        return os_is_file(out) ? 0 : -ENOENT;
    }
    for (const char *p = path ? path : "/usr/bin:/bin"; *name;) {
        size_t n = strcspn(p, ":");
        snprintf(out, OS_PATH_MAX, "%.*s/%s", n ? (int)n : 1, n ? p : ".", name);
        if (os_is_file(out) && os_is_program(out))
            return 0;
        if (!p[n])
            break;
        p += n + 1;
    }
    return -ENOENT;
}

/* ---- start ---- */

struct start {
    const char *const *argv, *const *env;
    int in;        /* what it reads; -1: nothing */
    int out, err;  /* what the program writes to */
    int failed;    /* takes the errno of what went wrong before the program ran */
    pid_t sonde;
};

static _Noreturn void spawn_give_up(int failed)
{
    int error = errno;
    ssize_t put = write(failed, &error, sizeof error);
    _exit(put < 0 ? 126 : 127);
}

/* Sonde's own descriptors go with exec by themselves; those that it was started with do not. */
static void spawn_close_others(void)
{
    if (close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    for (int fd = STDERR_FILENO + 1; fd < 65536; fd++) /* before Linux 5.11 */
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void spawn_default_signals(void)
{
    /* Not by sigaction(3), which refuses 32 and 33, and programs under make(1) are started with those ignored. All
     * zeros is SIG_DFL (struct kernel_sigaction). Fails for SIGKILL and SIGSTOP, which are so already. */
    static const unsigned long usual[8];
    for (int sig = 1; sig < NSIG; sig++)
        syscall(SYS_rt_sigaction, sig, usual, NULL, 8L);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void spawn_program(const struct start *s)
{
    /* Out of the way of 0, 1 and 2, which Sonde may have been started without. */
    int failed = fcntl(s->failed, F_DUPFD_CLOEXEC, 3), out = fcntl(s->out, F_DUPFD_CLOEXEC, 3),
        err = fcntl(s->err, F_DUPFD_CLOEXEC, 3),
        in = s->in < 0 ? open("/dev/null", O_RDONLY) : fcntl(s->in, F_DUPFD_CLOEXEC, 3);
    if (failed < 0)
        spawn_give_up(s->failed);
    if (out < 0 || err < 0 || in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(err, STDERR_FILENO) < 0 || chdir("/") < 0 || setsid() < 0)
        spawn_give_up(failed);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* of the guard */
    spawn_close_others();
    spawn_default_signals();
    execve(s->argv[0], (char *const *)s->argv, (char *const *)s->env);
    spawn_give_up(failed);
}

/* ---- the guard ---- */

/* Has the program ended? It stays unreaped; what it left behind and has ended too does not. */
static bool guard_has_ended(pid_t pid)
{
    for (;;) {
        siginfo_t info = { 0 };
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
            return false;
        if (info.si_pid == pid)
            return true;
        waitpid(info.si_pid, NULL, WNOHANG);
    }
}

/* Waits until the program has ended, then true; false when told to end it, or after ns if >= 0. */
static bool guard_wait(pid_t pid, long ns)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (ns < 0)
        sigaddset(&set, SIGTERM);
    struct timespec limit = { .tv_nsec = ns };
    while (!guard_has_ended(pid)) {
        int sig = ns < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &limit);
        if (sig == SIGTERM || (sig < 0 && errno == EAGAIN))
            return false;
    }
    return true;
}

/* Takes leave of all children; what hangs in the kernel is left to init after GRACE_NS. The exit
 * status of the program as a shell gives it. */
static int guard_reap(pid_t pid)
{
    const struct timespec pause = { .tv_nsec = GRACE_NS / 100 };
    int status, result = 128 + SIGKILL;
    for (int i = 0; i < 100; i++) {
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended < 0)
            break;
        if (ended == pid)
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (ended == 0)
            nanosleep(&pause, NULL);
    }
    return result;
}

static _Noreturn void guard_run(const struct start *s)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_NAME, "sonde-guard");
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what the program leaves behind is reaped here */
    setsid();
    pid_t pid = getppid() == s->sonde ? fork() : -1;
    if (pid == 0)
        spawn_program(s);
    if (pid < 0)
        spawn_give_up(s->failed);
    if (close_range(0, UINT_MAX, 0) < 0)
        for (int fd = 0; fd < 65536; fd++)
            close(fd);
    if (!guard_wait(pid, -1)) {
        kill(-pid, SIGTERM);
        guard_wait(pid, GRACE_NS);
    }
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL); /* should it not have a group of its own yet */
    _exit(guard_reap(pid));
}

/* ---- for Sonde ---- */

/* Both ends close with exec; the one to read from does not block. */
static int spawn_pipe(int end[static 2])
{
    if (pipe2(end, O_CLOEXEC) < 0)
        return -errno;
    fcntl(end[0], F_SETFL, O_NONBLOCK);
    return 0;
}

static void spawn_close(int end[static 2])
{
    os_close(end[0]);
    os_close(end[1]);
}

/* Forks with all signals blocked, so that the guard misses none. */
static pid_t spawn_fork(const struct start *s)
{
    sigset_t all, old;
    signal(SIGCHLD, SIG_DFL); /* ignored, as some start their children, it would hide how one ends */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pid_t pid = fork();
    if (pid == 0)
        guard_run(s);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return pid;
}

/* 0 when the program runs, or why it does not; then its guard is gone. */
static int spawn_outcome(pid_t guard, int failed)
{
    int error = 0;
    struct pollfd p = { .fd = failed, .events = POLLIN };
    while (poll(&p, 1, -1) < 0 && errno == EINTR)
        ;
    if (read(failed, &error, sizeof error) <= 0)
        return 0;
    while (waitpid(guard, NULL, 0) < 0 && errno == EINTR)
        ;
    return -error;
}

static int spawn_start(const char *const *argv, const char *const *env, int in, struct os_child *c)
{
    int out[2] = { -1, -1 }, err[2] = { -1, -1 }, failed[2] = { -1, -1 };
    int rc = spawn_pipe(out);
    rc = rc < 0 ? rc : spawn_pipe(err);
    rc = rc < 0 ? rc : spawn_pipe(failed);
    struct start s = { argv, env, in, out[1], err[1], failed[1], getpid() };
    pid_t guard = rc < 0 ? -1 : spawn_fork(&s);
    if (rc == 0 && guard < 0)
        rc = -errno;
    os_close(failed[1]);
    failed[1] = -1;
    if (rc == 0)
        rc = spawn_outcome(guard, failed[0]);
    spawn_close(failed);
    if (rc < 0) {
        spawn_close(out);
        spawn_close(err);
        return rc;
    }
    os_close(out[1]);
    os_close(err[1]);
    *c = (struct os_child){ .pid = guard, .out = out[0], .err = err[0] };
    return 0;
}

int os_child_start(const char *const *argv, const char *const *env, struct os_child *c)
{
    return spawn_start(argv, env, -1, c);
}

/* In memory, so that a program which reads nothing holds nobody up. */
static int spawn_file_of(const void *bytes, size_t n)
{
    int fd = memfd_create("sonde-input", MFD_CLOEXEC);
    for (size_t at = 0; fd >= 0 && at < n;) {
        ssize_t put = write(fd, (const char *)bytes + at, n - at);
        if (put < 0) {
            int error = errno;
            close(fd);
            return -error;
        }
        at += (size_t)put;
    }
    return fd < 0 ? -errno : lseek(fd, 0, SEEK_SET) < 0 ? (close(fd), -EIO) : fd;
}

int os_child_start_with(const char *const *argv, const char *const *env, const void *bytes, size_t n,
                        struct os_child *c)
{
    int fd = spawn_file_of(bytes, n);
    if (fd < 0)
        return fd;
    int rc = spawn_start(argv, env, fd, c);
    close(fd);
    return rc;
}

int os_child_read(int fd, void *bytes, size_t cap, int wait_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    if (wait_ms > 0)
        poll(&p, 1, wait_ms);
    ssize_t n = read(fd, bytes, cap);
    return n < 0 ? -errno : (int)n;
}

bool os_child_is(const struct os_child *c, int32_t pid)
{
    char path[32], text[512];
    int parent;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (!c->pid || pid <= 0 || os_read_text("", path, text, sizeof text) <= 0)
        return false;
    const char *name_end = strrchr(text, ')'); /* proc_pid_stat(5): pid (name) state ppid */
    return name_end && sscanf(name_end, ") %*c %d", &parent) == 1 && parent == c->pid;
}

void os_child_end(const struct os_child *c)
{
    if (c->pid)
        kill(c->pid, SIGTERM);
}

bool os_child_has_ended(struct os_child *c, int wait_ms, int *status)
{
    int how;
    pid_t ended;
    int64_t until = os_mono_ns() + (int64_t)wait_ms * 1000000;
    while ((ended = waitpid(c->pid, &how, WNOHANG)) == 0 && os_mono_ns() < until)
        os_sleep_until(os_mono_ns() + 1000000);
    if (ended == 0)
        return false;
    *status = ended == c->pid && WIFEXITED(how) ? WEXITSTATUS(how) : 128 + SIGKILL;
    c->pid = 0;
    return true;
}

void os_child_close(struct os_child *c)
{
    os_close(c->out);
    os_close(c->err);
    c->out = c->err = -1;
}

/* ---- shown to the person ---- */

/* It outlives us: nobody waits for it, and its session is another. */
int os_show_file(const char *path)
{
    const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    char real[PATH_MAX];
    char *argv[] = { (char *)"xdg-open", real, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    pid_t pid;
    if (!(x && *x) && !(wayland && *wayland))
        return -ENODEV;
    if (!realpath(path, real))
        return -errno;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID);
    int rc = posix_spawnp(&pid, argv[0], &files, &how, argv, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return -rc;
}
