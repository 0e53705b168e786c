/*
 * process.c - the processes, from /proc/PID/stat and /proc/PID/io (proc_pid_stat(5),
 * proc_pid_io(5)).
 *
 * The walk is the dearest part of a sample, so each stat file is opened once and reread: half the
 * price of opening it anew. A descriptor belongs to one process, not to its number: once that is
 * dead the read fails with ESRCH, and whoever has the number now is opened afresh. io costs as much
 * as stat again and needs rights, so it is read only for who may have done some: a process that is
 * new, has run, changed its state, waits for a device, or moved bytes at the last reading. A file
 * read without 10 ms of CPU (one clock tick) can be noticed some ticks late by this.
 *
 * Threads of the kernel, half of the table on a small machine, are read like all others: to skip
 * the idle ones for some ticks would save a third of the walk, but put the work of all the skipped
 * ticks into the one in which it is noticed.
 *
 * Arguments, users and environment are never read.
 */
#include "adapters/linux/procstat.h"
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROCESS_FILES_MAX 2048 /* each holds a 4 KiB buffer in the kernel */
#define PID_AFTER_WRAP 300     /* RESERVED_PIDS of kernel/pid.c: numbers start again here */

struct task {
    int stat_fd;            /* -1: opened for each reading */
    bool no_io;             /* not permitted: not tried again */
    bool io_moved;          /* bytes at the last reading */
    struct proc p;
};

struct tasks {
    struct task *t;         /* in the order of the pid */
    size_t n, cap;
};

struct process {
    char root[OS_PATH_MAX];
    int proc_fd, load_fd;
    double ticks_per_s, page_bytes;
    int files, files_max;   /* descriptors in use, and how many may be */
    bool started;           /* false until the first walk: whoever is there then is not new */
    int32_t *pids;          /* the listing */
    size_t n_pids, cap_pids;
    struct tasks now, next; /* next: being built from now; they swap places */

    int64_t last_pid, pid_max;
    double created;         /* numbers given to tasks since the first walk */
    double seen;            /* tasks of them that a walk found */
    double appeared;        /* process.new */
    double short_lived;
    int count, threads, zombies, uninterruptible, appeared_slot, short_slot;
};

static void task_close(struct process *s, struct task *t)
{
    if (t->stat_fd >= 0)
        s->files--;
    os_close(t->stat_fd);
    t->stat_fd = -1;
}

static int task_open(const struct process *s, int32_t pid, const char *file)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    return os_open_read(s->root, path);
}

/* The line of one process; kept open where the budget allows. */
static int task_read_stat(struct process *s, struct task *t, char text[static PROCSTAT_MAX])
{
    if (t->stat_fd >= 0) {
        int rc = os_pread_text(t->stat_fd, text, PROCSTAT_MAX);
        if (rc > 0)
            return rc;
        task_close(s, t); /* it died; its number may be another's by now */
    }
    int fd = task_open(s, t->p.pid, "stat");
    if (fd < 0)
        return fd;
    int rc = os_pread_text(fd, text, PROCSTAT_MAX);
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

static void task_read_io(const struct process *s, struct task *t)
{
    double before = t->p.read_bytes + t->p.write_bytes;
    char text[512];
    int fd = task_open(s, t->p.pid, "io");
    int rc = fd < 0 ? fd : os_pread_text(fd, text, sizeof text);
    os_close(fd);
    t->no_io = rc == -EACCES || rc == -EPERM;
    t->p.read_bytes = rc < 0 ? NAN : task_field(text, "\nread_bytes: ");
    t->p.write_bytes = rc < 0 ? NAN : task_field(text, "\nwrite_bytes: ");
    t->io_moved = t->p.read_bytes + t->p.write_bytes > before;
}

/* Reads what a process did since `t` was filled; false when it is gone.
 * *appeared: it is another one. */
static bool task_read(struct process *s, struct task *t, bool *appeared)
{
    char text[PROCSTAT_MAX];
    struct procstat st;
    if (task_read_stat(s, t, text) <= 0 ||
        !procstat_parse(text, s->ticks_per_s, s->page_bytes, &st))
        return false;

    struct proc old = t->p;
    *appeared = old.state == 0 || old.start_s != st.p.start_s;
    if (*appeared) {
        t->no_io = t->io_moved = false;
        old.read_bytes = old.write_bytes = NAN;
        old.threads = 0;
    }
    s->seen += fmax(0, st.p.threads - old.threads);
    t->p = st.p;
    t->p.pid = old.pid;
    t->p.read_bytes = old.read_bytes;
    t->p.write_bytes = old.write_bytes;

    bool active = *appeared || t->io_moved || t->p.cpu_s != old.cpu_s || t->p.state != old.state ||
                  t->p.state == 'R' || t->p.state == 'D';
    if (active && !t->no_io && t->p.state != 'Z')
        task_read_io(s, t);
    return true;
}

static bool process_list(struct process *s)
{
    int n;
    while ((n = os_dir_numbers(s->proc_fd, s->pids, s->cap_pids)) > (int)s->cap_pids) {
        s->cap_pids = (size_t)n + 64;
        s->pids = mem_resize(s->pids, s->cap_pids * sizeof *s->pids);
    }
    s->n_pids = n > 0 ? (size_t)n : 0;
    return n > 0;
}

/* Takes over who lives on from the walk before, closes who died, opens who came. */
static void process_walk(struct process *s)
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
        bool appeared;
        if (!task_read(s, &t, &appeared)) {
            task_close(s, &t);
            continue;
        }
        s->appeared += appeared && s->started;
        new->t = mem_grow(new->t, new->n, &new->cap, sizeof *new->t);
        new->t[new->n++] = t;
    }
    while (o < old->n)
        task_close(s, &old->t[o++]);
    struct tasks swap = s->now;
    s->now = s->next;
    s->next = swap;
}

/*
 * Numbers given to processes and threads since the reading before, from the last one given (the
 * fifth field of /proc/loadavg, which counts in our own PID namespace; `processes` of /proc/stat
 * counts the forks of the whole host). Once they start again from the bottom, numbers in use are
 * jumped over and count as given.
 */
static void process_count_created(struct process *s)
{
    char text[128];
    long long last;
    if (os_pread_text(s->load_fd, text, sizeof text) < 0 ||
        sscanf(text, "%*s %*s %*s %*s %lld", &last) != 1) {
        s->last_pid = -1;
        return;
    }
    if (s->last_pid >= 0 && last >= s->last_pid)
        s->created += (double)(last - s->last_pid);
    else if (s->last_pid >= 0)
        s->created += (double)(s->pid_max - s->last_pid + last - PID_AFTER_WRAP);
    s->last_pid = last;
}

/*
 * What was created and never seen in a walk has died between two. The balance is that of the whole
 * run, so that a process born between the two readings counts for the next tick and not twice.
 */
static void process_set_short_lived(struct process *s, struct frame *f)
{
    if (!s->started)
        s->created = s->seen = 0;
    if (s->last_pid < 0 || !s->now.n || s->now.t[0].p.pid != 1)
        return; /* without pid 1 we are not shown everybody (hidepid of proc(5)) */
    s->short_lived = fmax(s->short_lived, s->created - s->seen);
    frame_set(f, s->short_slot, s->short_lived);
}

static void process_sample(void *self, struct frame *f)
{
    struct process *s = self;
    process_count_created(s); /* before the listing: who is born in between must not count as short-lived */
    if (!process_list(s))
        return;
    process_walk(s);

    double threads = 0, zombies = 0, waiting = 0;
    for (size_t i = 0; i < s->now.n; i++) {
        const struct proc *p = &s->now.t[i].p;
        threads += p->threads;
        zombies += p->state == 'Z';
        waiting += p->state == 'D';
    }
    frame_set(f, s->count, (double)s->now.n);
    frame_set(f, s->threads, threads);
    frame_set(f, s->zombies, zombies);
    frame_set(f, s->uninterruptible, waiting);
    frame_set(f, s->appeared_slot, s->appeared);
    process_set_short_lived(s, f);
    s->started = true;
}

static void process_procs(void *self, struct proctab *t)
{
    const struct process *s = self;
    for (size_t i = 0; i < s->now.n; i++)
        *proctab_add(t) = s->now.t[i].p;
}

static void process_close(void *self)
{
    struct process *s = self;
    if (!s)
        return;
    for (size_t i = 0; i < s->now.n; i++)
        os_close(s->now.t[i].stat_fd);
    os_close(s->proc_fd);
    os_close(s->load_fd);
    mem_free(s->pids);
    mem_free(s->now.t);
    mem_free(s->next.t);
    mem_free(s);
}

static void process_add_metrics(struct process *s, struct schema *schema)
{
    const struct {
        int *slot;
        enum kind kind;
        const char *name, *help;
    } metrics[] = {
        { &s->count, KIND_GAUGE, "process.count", "processes, those of the kernel included" },
        { &s->threads, KIND_GAUGE, "process.threads", "threads of all processes" },
        { &s->zombies, KIND_GAUGE, "process.zombies", "processes that ended and whose parent has not asked how" },
        { &s->uninterruptible, KIND_GAUGE, "process.uninterruptible", "processes that wait for a device" },
        { &s->appeared_slot, KIND_COUNTER, "process.new", "processes seen for the first time" },
        { &s->short_slot, KIND_COUNTER, "process.short_lived",
          "processes and threads that came and went between two readings" },
    };
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        *metrics[i].slot = schema_add(schema, &(struct metric){
            .name = metrics[i].name, .kind = metrics[i].kind, .unit = UNIT_NONE, .help = metrics[i].help });
}

static int process_open(const struct adapter_env *env, struct schema *schema, void **self)
{
    int fd = os_open_dir(env->root, "/proc");
    if (fd < 0)
        return fd == -ENOENT ? -ENODEV : fd;
    struct process *s = mem_new(sizeof *s);
    snprintf(s->root, sizeof s->root, "%s", env->root);
    s->proc_fd = fd;
    s->load_fd = os_open_read(env->root, "/proc/loadavg");
    s->last_pid = -1;
    if (!process_list(s)) {
        process_close(s);
        return -ENODEV;
    }
    if (os_read_i64(env->root, "/proc/sys/kernel/pid_max", &s->pid_max) < 0 ||
        s->pid_max <= PID_AFTER_WRAP)
        s->pid_max = 32768; /* the default of proc_sys_kernel(5) */
    s->ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    s->page_bytes = (double)sysconf(_SC_PAGESIZE);
    int limit = os_more_files() / 2; /* the other half is for everybody else */
    s->files_max = limit < PROCESS_FILES_MAX ? limit : PROCESS_FILES_MAX;
    process_add_metrics(s, schema);
    *self = s;
    return 0;
}

const struct adapter adapter_process = {
    .name = "process", .doc = "processes: how many, and what each one uses",
    .provides = "process.count,process.threads,process.zombies,process.uninterruptible,process.new,process.short_lived",
    .open = process_open, .sample = process_sample, .procs = process_procs, .close = process_close,
};
