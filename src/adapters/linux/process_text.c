/*
 * process_text.c - all processes from /proc/PID/stat and /proc/PID/io (proc_pid_stat(5), proc_pid_io(5)).
 *
 * Each stat file is opened once and reread: half the price of opening it anew. A descriptor belongs to
 * one process, not to its number: once that is dead the read fails with ESRCH, and whoever has the
 * number now is opened afresh. io costs as much as stat again and needs rights, so it is read only for
 * who may have done some: a process that is new, has run, changed its state, waits for a device, or
 * moved bytes at the last reading. A file read without 10 ms of CPU (one clock tick) can be noticed
 * some ticks late by this.
 *
 * Threads of the kernel, half of the table on a small machine, are read like all others: to skip
 * the idle ones for some ticks would save a third of the walk, but put the work of all the skipped
 * ticks into the one in which it is noticed.
 */
#include "adapters/linux/process_text.h"

#include "adapters/linux/procstat.h"
#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_FILES_MAX 2048 /* each holds a 4 KiB buffer in the kernel */
#define TEXT_READ_EVERY 10  /* readings, in turn: memory can be taken from a process that does not run */

struct task {
    int stat_fd;            /* -1: opened for each reading */
    bool no_io;             /* not permitted: not tried again */
    bool io_moved;          /* bytes at the last reading */
    uint64_t cpu_ns;        /* as asked for before the last reading */
    double text_cpu_s;      /* as its file had it: p has a better one where it was asked for */
    struct proc p;
};

struct tasks {
    struct task *t;         /* in the order of the pid */
    size_t n, cap;
};

struct text {
    char root[OS_PATH_MAX];
    int proc_fd;
    double ticks_per_s, page_bytes;
    int files, files_max;   /* descriptors in use, and how many may be */
    int32_t *pids;          /* the listing */
    uint64_t *cpu_ns;       /* what each has used, where it was asked for */
    size_t n_pids, cap_pids;
    unsigned readings;
    struct tasks now, next; /* next: being built from now; they swap places */
};

static void task_close(struct text *s, struct task *t)
{
    if (t->stat_fd >= 0)
        s->files--;
    os_close(t->stat_fd);
    t->stat_fd = -1;
}

static int task_open(const struct text *s, int32_t pid, const char *file)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    return os_open_read(s->root, path);
}

/* The line of one process; kept open where the budget allows. */
static int task_read_stat(struct text *s, struct task *t, char line[static PROCSTAT_MAX])
{
    if (t->stat_fd >= 0) {
        int rc = os_pread_piece(t->stat_fd, line, PROCSTAT_MAX);
        if (rc > 0)
            return rc;
        task_close(s, t); /* it died; its number may be another's by now */
    }
    int fd = task_open(s, t->p.pid, "stat");
    if (fd < 0)
        return fd;
    int rc = os_pread_piece(fd, line, PROCSTAT_MAX);
    if (rc > 0 && s->files < s->files_max) {
        t->stat_fd = fd;
        s->files++;
    } else {
        os_close(fd);
    }
    return rc;
}

static double task_field(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    unsigned long long v;
    return at && sscanf(at + strlen(key), "%llu", &v) == 1 ? (double)v : NAN;
}

static void task_read_io(const struct text *s, struct task *t)
{
    double before = t->p.read_bytes + t->p.write_bytes;
    char text[512];
    int fd = task_open(s, t->p.pid, "io");
    int rc = fd < 0 ? fd : os_pread_piece(fd, text, sizeof text);
    os_close(fd);
    t->no_io = rc == -EACCES || rc == -EPERM;
    t->p.read_bytes = rc < 0 ? NAN : task_field(text, "\nread_bytes: ");
    t->p.write_bytes = rc < 0 ? NAN : task_field(text, "\nwrite_bytes: ");
    t->io_moved = t->p.read_bytes + t->p.write_bytes > before;
}

/* Reads what a process did since `t` was filled; false when it is gone. */
static bool task_read(struct text *s, struct task *t)
{
    char line[PROCSTAT_MAX];
    struct procstat st;
    if (task_read_stat(s, t, line) <= 0 || !procstat_parse(line, s->ticks_per_s, s->page_bytes, &st))
        return false;

    struct proc old = t->p;
    bool appeared = old.state == 0 || old.start_s != st.p.start_s;
    if (appeared) {
        t->no_io = t->io_moved = false;
        old.read_bytes = old.write_bytes = NAN;
    }
    t->p = st.p;
    t->p.pid = old.pid;
    t->p.read_bytes = old.read_bytes;
    t->p.write_bytes = old.write_bytes;

    bool active = appeared || t->io_moved || t->p.cpu_s != t->text_cpu_s || t->p.state != old.state ||
                  t->p.state == 'R' || t->p.state == 'D';
    t->text_cpu_s = t->p.cpu_s;
    if (active && !t->no_io && t->p.state != 'Z')
        task_read_io(s, t);
    return true;
}

static bool text_list(struct text *s)
{
    int n;
    while ((n = os_dir_numbers(s->proc_fd, s->pids, s->cap_pids)) > (int)s->cap_pids) {
        s->cap_pids = (size_t)n + 64;
        s->pids = mem_resize(s->pids, s->cap_pids * sizeof *s->pids);
        s->cpu_ns = mem_resize(s->cpu_ns, s->cap_pids * sizeof *s->cpu_ns);
    }
    s->n_pids = n > 0 ? (size_t)n : 0;
    return n > 0;
}

/* Who has not run has changed nothing of itself; who waits for a processor or a device is read anyhow. */
static bool task_rests(const struct task *t, uint64_t cpu_ns)
{
    return cpu_ns != TEXT_UNKNOWN && t->p.state && cpu_ns == t->cpu_ns && t->p.state != 'R' && t->p.state != 'D';
}

/* Reads it, if need be; false when it is gone. */
static bool task_update(struct text *s, struct task *t, uint64_t cpu_ns)
{
    bool turn = (unsigned)t->p.pid % TEXT_READ_EVERY == s->readings % TEXT_READ_EVERY;
    if (!turn && task_rests(t, cpu_ns))
        return true;
    if (!task_read(s, t))
        return false;
    t->cpu_ns = cpu_ns;
    if (cpu_ns != TEXT_UNKNOWN && t->p.state != 'Z') /* of the dead, it is not told any more */
        t->p.cpu_s = (double)cpu_ns * 1e-9;
    return true;
}

/* Takes over who lives on from the walk before, closes who died, opens who came. */
static void text_walk(struct text *s)
{
    struct tasks *old = &s->now, *new = &s->next;
    size_t o = 0;
    new->n = 0;
    for (size_t i = 0; i < s->n_pids; i++) {
        while (o < old->n && old->t[o].p.pid < s->pids[i])
            task_close(s, &old->t[o++]);
        struct task t = { .stat_fd = -1, .p = { .pid = s->pids[i] } };
        if (o < old->n && old->t[o].p.pid == s->pids[i])
            t = old->t[o++];
        if (!task_update(s, &t, s->cpu_ns[i])) {
            task_close(s, &t);
            continue;
        }
        new->t = mem_grow(new->t, new->n, &new->cap, sizeof *new->t);
        new->t[new->n++] = t;
    }
    while (o < old->n)
        task_close(s, &old->t[o++]);
    struct tasks swap = s->now;
    s->now = s->next;
    s->next = swap;
}

int text_read(struct text *s, struct proctab *now,
              void (*ask)(void *self, const int32_t *pid, size_t n, uint64_t *cpu_ns), void *self)
{
    if (!text_list(s))
        return -ENODEV;
    for (size_t i = 0; i < s->n_pids; i++)
        s->cpu_ns[i] = TEXT_UNKNOWN;
    if (ask)
        ask(self, s->pids, s->n_pids, s->cpu_ns);
    text_walk(s);
    s->readings++;
    for (size_t i = 0; i < s->now.n; i++)
        *proctab_add(now) = s->now.t[i].p;
    return 0;
}

void text_close(struct text *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->now.n; i++)
        os_close(s->now.t[i].stat_fd);
    os_close(s->proc_fd);
    mem_free(s->pids);
    mem_free(s->cpu_ns);
    mem_free(s->now.t);
    mem_free(s->next.t);
    mem_free(s);
}

int text_open(const char *root, struct text **out)
{
    int fd = os_open_dir(root, "/proc");
    if (fd < 0)
        return fd == -ENOENT ? -ENODEV : fd;
    struct text *s = mem_new(sizeof *s);
    snprintf(s->root, sizeof s->root, "%s", root);
    s->proc_fd = fd;
    if (!text_list(s)) {
        text_close(s);
        return -ENODEV;
    }
    s->ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    s->page_bytes = (double)sysconf(_SC_PAGESIZE);
    int limit = os_more_files() / 2; /* the other half is for everybody else */
    s->files_max = limit < TEXT_FILES_MAX ? limit : TEXT_FILES_MAX;
    *out = s;
    return 0;
}

static int text_walk_open(const char *root, void **self, char why[static WALK_WHY])
{
    struct text *s;
    *why = '\0';
    int rc = text_open(root, &s);
    if (rc == 0)
        *self = s;
    return rc;
}

static int text_walk_read(void *self, struct proctab *now, struct walk_ends *ends)
{
    (void)ends;
    return text_read(self, now, NULL, NULL);
}

static void text_walk_close(void *self)
{
    text_close(self);
}

const struct walk walk_text = {
    .name = "text", .doc = "the text of /proc",
    .open = text_walk_open, .read = text_walk_read, .close = text_walk_close,
};
