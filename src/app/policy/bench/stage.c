/* stage.c - see stage.h; fork(2), setsid(2), PR_SET_CHILD_SUBREAPER in prctl(2), pidfd_open(2). */
#include "app/policy/bench/stage.h"

#include "os/os.h"
#include "policy/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define RAMP_NS 300000000  /* until all processes of the noise run */
#define PATIENCE_MS 10000  /* for a program that puts things back at its end */
#define SECOND_NS INT64_C(1000000000)
#define SWEEP_TRIES 1000   /* of 5 ms */

/* ---- ending all of them ---- */

static uint64_t since; /* when this process asked for it: older children are somebody else's */

struct sweep {
    int32_t me;
    int found;
};

static void sweep_one(void *self, const char *name)
{
    struct sweep *s = self;
    int32_t pid = task_number(name);
    struct task t;
    if (pid <= 1 || task_look("", pid, &t) < 0 || t.parent != s->me || t.start < since)
        return;
    kill(pid, SIGKILL);
    s->found++;
}

/* Children of those that end become ours, and their turn comes in the next round. */
void stage_sweep(void)
{
    for (int i = 0; i < SWEEP_TRIES; i++) {
        struct sweep s = { .me = getpid() };
        pid_t ended;
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (ended < 0 || os_list("", "/proc", sweep_one, &s) < 0 || !s.found)
            return;
        usleep(5000);
    }
}

void stage_prepare(void)
{
    since = tasks_now();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* ---- within the process that opens the session ---- */

struct inside {
    const struct stage_about *about;
    int control, out, report;
    int64_t begin_ns;
};

static void inside_close_others(const struct inside *s)
{
    for (int fd = 3; fd < 1024; fd++) /* an end of another stage's pipe would keep that from closing */
        if (fd != s->control && fd != s->out && fd != s->report)
            close(fd);
}

static int inside_enter_group(const char *group)
{
    char path[OS_PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/cgroup.procs", group);
    return n < (int)sizeof path ? os_write_text("", path, "0") : -ENAMETOOLONG;
}

static int inside_become_nobody(void)
{
    if (geteuid() != 0)
        return 0;
    return setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0 ? -errno : 0;
}

/* What is set for this process is not what is measured. */
static void inside_set_environment(const char *dir)
{
    static const char *const gone[] = { "OMP_", "GOMP_", "OPENBLAS_", "MKL_", "BLIS_", "GLIBC_TUNABLES", "MALLOC_",
                                        "LD_PRELOAD" };
    for (char **e = environ; *e;) {
        char name[256];
        size_t i = 0;
        while (i < sizeof gone / sizeof *gone && strncmp(*e, gone[i], strlen(gone[i])) != 0)
            i++;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*e, "="), *e);
        bool goes = i < sizeof gone / sizeof *gone;
        e = goes ? environ : e + 1; /* what is behind it moves: from the start */
        if (goes)
            unsetenv(name);
    }
    setenv("HOME", dir, 1);
    setenv("TMPDIR", dir, 1);
    setenv("XDG_CONFIG_HOME", dir, 1);
    setenv("XDG_DATA_HOME", dir, 1);
    setenv("SONDE_SOCKET", "", 1);
}

static int inside_set(const struct inside *s)
{
    const struct stage_about *a = s->about;
    static const int usual[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ, SIGUSR1 };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        signal(usual[i], SIG_DFL);
    int null = open("/dev/null", O_RDWR), errors = open(a->errors, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (null < 0 || errors < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0)
        return -errno;
    inside_close_others(s);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int rc = setsid() < 0 ? -errno : 0;
    if (rc == 0 && a->group)
        rc = inside_enter_group(a->group);
    if (rc == 0 && a->ordinary)
        rc = inside_become_nobody();
    if (rc == 0 && chdir(a->dir) < 0)
        rc = -errno;
    inside_set_environment(a->dir);
    return rc;
}

static pid_t inside_execute(const struct inside *s, const char *const *words, int out, int nice)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    if (out >= 0)
        dup2(out, 1);
    if (nice)
        setpriority(PRIO_PROCESS, 0, nice);
    close(s->control);
    close(s->out);
    close(s->report);
    execvp(words[0], (char *const *)words); /* which it does not change */
    fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

static double inside_seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void inside_reap(const struct inside *s, pid_t pid)
{
    struct rusage u;
    struct stage_end end = { 0 };
    int status = 0;
    wait4(pid, &status, 0, &u);
    end.wall_s = (double)(os_mono_ns() - s->begin_ns) / 1e9;
    end.cpu_s = inside_seconds(u.ru_utime) + inside_seconds(u.ru_stime);
    end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ssize_t n = write(s->report, &end, sizeof end);
    (void)n; /* who would hear it is gone: then the other pipe closes, too */
}

/* Until the program has ended, then until it is told to end; in either order. */
static void inside_stand(const struct inside *s, pid_t program)
{
    int fd = program > 0 ? (int)syscall(SYS_pidfd_open, program, 0) : -1;
    struct pollfd p[2] = { { .fd = s->control, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
    while (!p[0].revents) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            break;
        if (p[1].fd >= 0 && p[1].revents) {
            inside_reap(s, program);
            p[1].fd = -1;
        }
    }
    if (p[1].fd < 0)
        return;
    kill(program, SIGTERM);
    if (poll(p + 1, 1, PATIENCE_MS) == 0)
        kill(program, SIGKILL);
    inside_reap(s, program);
}

static void inside_fail(const struct inside *s, int rc)
{
    struct stage_end end = { .status = rc };
    ssize_t n = write(s->report, &end, sizeof end);
    (void)n;
    stage_sweep();
    _exit(1);
}

__attribute__((noreturn)) static void inside_run(struct inside *s)
{
    const struct stage_about *a = s->about;
    pid_t program = 0;
    int rc = inside_set(s);
    if (rc < 0)
        inside_fail(s, rc);
    if (a->noise) {
        if (inside_execute(s, a->noise, -1, 0) < 0)
            inside_fail(s, -errno);
        os_sleep_until(os_mono_ns() + RAMP_NS);
    }
    s->begin_ns = os_mono_ns();
    if (a->program && (program = inside_execute(s, a->program, s->out, a->nice)) < 0)
        inside_fail(s, -errno);
    close(s->out);
    inside_stand(s, program);
    stage_sweep();
    _exit(0);
}

/* ---- outside ---- */

static void stage_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int stage_pipes(int pipes[3][2])
{
    for (int i = 0; i < 3; i++)
        pipes[i][0] = pipes[i][1] = -1;
    for (int i = 0; i < 3; i++)
        if (pipe2(pipes[i], O_CLOEXEC) < 0)
            return -errno;
    return 0;
}

int stage_start(const struct stage_about *a, struct stage *s)
{
    int pipes[3][2]; /* control, out, report */
    int rc = stage_pipes(pipes);
    pid_t pid = rc < 0 ? -1 : fork();
    if (pid == 0)
        inside_run(&(struct inside){ a, pipes[0][0], pipes[1][1], pipes[2][1], 0 });
    if (rc == 0 && pid < 0)
        rc = -errno;
    stage_close(&pipes[0][0]);
    stage_close(&pipes[1][1]);
    stage_close(&pipes[2][1]);
    *s = (struct stage){ pid, pipes[0][1], pipes[1][0], pipes[2][0] };
    if (rc < 0) {
        s->pid = 0;
        stage_close(&s->control);
        stage_close(&s->out);
        stage_close(&s->report);
    }
    return rc;
}

/* Until it can be read. By the second: a signal that comes between the look and the wait ends no wait. */
static int stage_await(int fd, int64_t until_ns)
{
    int rc = -ETIMEDOUT;
    for (int64_t now = os_mono_ns(); rc == -ETIMEDOUT || rc == -EINTR; now = os_mono_ns()) {
        if (os_stopping())
            return -EINTR;
        if (now >= until_ns)
            return -ETIMEDOUT;
        rc = os_wait_input(fd, until_ns - now > SECOND_NS ? now + SECOND_NS : until_ns);
    }
    return rc;
}

int stage_hear(struct stage *s, double seconds, struct buf *out)
{
    int64_t until = os_mono_ns() + (int64_t)(seconds * 1e9);
    for (;;) {
        char bytes[4096];
        int rc = stage_await(s->out, until);
        if (rc < 0)
            return rc;
        ssize_t n = read(s->out, bytes, sizeof bytes);
        if (n <= 0)
            return n < 0 ? -errno : 0;
        buf_put(out, bytes, (size_t)n);
    }
}

int stage_wait(struct stage *s, double seconds, struct stage_end *end)
{
    int rc = stage_await(s->report, os_mono_ns() + (int64_t)(seconds * 1e9));
    if (rc < 0)
        return rc;
    return read(s->report, end, sizeof *end) == (ssize_t)sizeof *end ? 0 : -EPIPE;
}

int stage_finish(struct stage *s, struct stage_end *end)
{
    ssize_t n;
    while ((n = read(s->report, end, sizeof *end)) < 0 && errno == EINTR)
        ;
    return n == (ssize_t)sizeof *end ? 0 : -EPIPE;
}

void stage_stop(struct stage *s)
{
    if (s->pid <= 0)
        return;
    stage_close(&s->control);
    int64_t until = os_mono_ns() + 2 * PATIENCE_MS * INT64_C(1000000);
    while (waitpid(s->pid, NULL, WNOHANG) == 0) {
        if (os_mono_ns() > until) {
            kill(s->pid, SIGKILL); /* what it leaves comes to us */
            until = INT64_MAX;
        }
        usleep(2000);
    }
    stage_close(&s->out);
    stage_close(&s->report);
    s->pid = 0;
}
