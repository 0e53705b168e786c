/*
 * launch.c - the child sets what is its own and becomes the program; this process waits and sends signals on.
 *
 * The child says through a pipe what became of each step, then why it could not be executed. The pipe closes when a
 * program was executed.
 */
#include "policy/launch.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a step became, as it goes through the pipe; the last one has step -1 and says why there is no program. */
struct became {
    int step, error;
    enum step_state state;
    int64_t at_ns;  /* of the last one: when it is about to become the program */
    char old[KNOB_VALUE_MAX], now[KNOB_VALUE_MAX], note[KNOB_WHY];
};

/* ---- the child ---- */

static void child_read(const struct step *s, char value[static KNOB_VALUE_MAX])
{
    *value = '\0';
    if (s->knob->read && s->knob->read(s->knob, &s->place, value) < 0)
        *value = '\0';
}

static int child_step(int fd, const struct step *s, int i)
{
    struct became b = { .step = i, .state = STEP_DONE };
    child_read(s, b.old);
    int rc = s->knob->write(s->knob, &s->place, s->value);
    child_read(s, b.now);
    if (rc < 0) {
        b.state = STEP_REFUSED;
        b.error = rc;
        snprintf(b.note, sizeof b.note, "the kernel refused it: %s", strerror(-rc));
    }
    return write(fd, &b, sizeof b) == (ssize_t)sizeof b ? rc : -EPIPE;
}

static bool launch_is_own(const struct step *s)
{
    return s->state == STEP_PLANNED && (s->knob->class == KNOB_ENV || s->knob->class == KNOB_PROCESS);
}

/* What of the signals the program has from us: this program ignores those of writes for itself (os_outlive_writes()),
 * and takes that of its children's ends. */
struct inherited {
    sigset_t mask;
    struct sigaction child;
};

static void child_run(int fd, const struct plan *p, const char *const *argv, bool strict, const struct inherited *from)
{
    struct became last = { .step = -1 };
    os_inherit_writes();
    sigaction(SIGCHLD, &from->child, NULL);
    sigprocmask(SIG_SETMASK, &from->mask, NULL);
    for (size_t i = 0; i < p->n && last.error == 0; i++)
        if (launch_is_own(&p->step[i]) && child_step(fd, &p->step[i], (int)i) < 0 && strict)
            last.error = -ECANCELED;
    if (last.error == 0) {
        last.at_ns = os_mono_ns();
        if (write(fd, &last, sizeof last) != (ssize_t)sizeof last)
            _exit(126);
        execvp(argv[0], (char *const *)(uintptr_t)argv); /* which it does not change */
        last.error = -errno;
    }
    ssize_t put = write(fd, &last, sizeof last);
    _exit(put < 0 ? 127 : 126);
}

/* ---- this process ---- */

static int became_read(int fd, struct became *b)
{
    size_t n = 0;
    while (n < sizeof *b) {
        ssize_t got = read(fd, (char *)b + n, sizeof *b - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return 0;
        n += (size_t)got;
    }
    return 1;
}

/* Until the pipe closes: the program runs, or there is none. */
static int launch_hear(int fd, struct plan *p, int64_t *at_ns)
{
    struct became b;
    int rc = 0;
    while (became_read(fd, &b)) {
        if (b.step < 0) {
            rc = b.error;
            *at_ns = b.at_ns ? b.at_ns : *at_ns;
            continue;
        }
        struct step *s = &p->step[b.step];
        s->state = b.state;
        s->lacks_right = b.error == -EPERM || b.error == -EACCES;
        memcpy(s->old, b.old, sizeof s->old);
        memcpy(s->now, b.now, sizeof s->now);
        memcpy(s->note, b.note, sizeof s->note);
    }
    return rc;
}

/* What ends or stops this process, or is meant for the program. */
static const int sent_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT,
                               SIGALRM };

static void launch_mask(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    for (size_t i = 0; i < sizeof sent_on / sizeof *sent_on; i++)
        sigaddset(set, sent_on[i]);
}

static void launch_ended(struct launch *l, int status, const struct rusage *ru)
{
    l->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    l->cpu_s = (double)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) +
               1e-6 * (double)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec);
    l->switches = ru->ru_nivcsw;
    l->faults = ru->ru_minflt + ru->ru_majflt;
    l->rss_bytes = 1024.0 * (double)ru->ru_maxrss;
    l->pid = 0;
}

int launch_start(struct plan *p, const char *const *argv, bool strict, struct launch *l)
{
    int fd[2], status;
    sigset_t set;
    struct inherited before;
    const struct sigaction heard = { .sa_handler = SIG_DFL }; /* ignored, it would hide how the program ends */
    struct rusage ru;
    *l = (struct launch){ .begun_ns = os_mono_ns(), .status = 126 };
    if (pipe2(fd, O_CLOEXEC) < 0)
        return -errno;
    launch_mask(&set);
    sigprocmask(SIG_BLOCK, &set, &before.mask);
    sigaction(SIGCHLD, &heard, &before.child);
    fflush(NULL);
    l->pid = fork();
    if (l->pid == 0) {
        close(fd[0]);
        child_run(fd[1], p, argv, strict, &before);
    }
    int64_t at_ns = l->begun_ns;
    int rc = l->pid < 0 ? -errno : 0;
    close(fd[1]);
    if (rc == 0)
        rc = launch_hear(fd[0], p, &at_ns);
    close(fd[0]);
    l->setup_s = 1e-9 * (double)(at_ns - l->begun_ns);
    if (rc < 0 && l->pid > 0 && wait4(l->pid, &status, 0, &ru) == l->pid)
        launch_ended(l, status, &ru);
    if (rc < 0) {
        l->status = rc == -ENOENT || rc == -ENOTDIR ? 127 : 126;
        sigprocmask(SIG_SETMASK, &before.mask, NULL);
    } else {
        l->own_session = getsid(l->pid) == l->pid;
    }
    return rc;
}

/*
 * In a session of its own the program hears nothing of the terminal, which sends to a whole group; what a process sent
 * was meant for the program alone. A stop of a group without a terminal's session has no effect (setpgid(2), orphaned),
 * so SIGSTOP stands in.
 */
static void launch_send(const struct launch *l, const siginfo_t *i)
{
    bool by_terminal = i->si_code == SI_KERNEL;
    if (by_terminal && !l->own_session) { /* the program got it, too */
        if (i->si_signo == SIGTSTP)
            raise(SIGSTOP); /* what continues the group continues both */
        return;
    }
    int32_t to = by_terminal ? -l->pid : l->pid;
    if (i->si_signo != SIGTSTP) {
        kill(to, i->si_signo);
        return;
    }
    kill(to, l->own_session ? SIGSTOP : SIGTSTP);
    raise(SIGSTOP);
    kill(to, SIGCONT);
}

void launch_wait(struct launch *l, void (*tick)(void *self), void *self)
{
    sigset_t set;
    siginfo_t info;
    struct rusage ru;
    int status;
    struct timespec period = { .tv_sec = l->tick_ms ? l->tick_ms / 1000 : 1, .tv_nsec = l->tick_ms % 1000 * 1000000L };
    launch_mask(&set);
    while (l->pid > 0) {
        int got = sigtimedwait(&set, &info, &period);
        l->told_to_end |= got == SIGINT || got == SIGTERM || got == SIGHUP || got == SIGQUIT;
        if (got > 0 && got != SIGCHLD)
            launch_send(l, &info);
        if (wait4(l->pid, &status, WNOHANG, &ru) == l->pid)
            launch_ended(l, status, &ru);
        else if (got < 0 && tick)
            tick(self);
    }
    l->wall_s = 1e-9 * (double)(os_mono_ns() - l->begun_ns) - l->setup_s;
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}
