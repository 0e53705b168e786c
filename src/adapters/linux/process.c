/*
 * process.c - the processes: how many, what each one uses, and what they use together.
 *
 * The walk over all of them is the dearest part of a sample, so there are several ways (process_walk.h)
 * and the cheapest that is permitted is taken. The first reading is by text in any case: it needs
 * nothing, and a better way takes its time to be ready. When it is, it takes over between two readings.
 *
 * The ways do not agree to the last digit: /proc rounds CPU time down to clock ticks, up to 20 ms for
 * a process. What they differ by at that moment is kept for each process and taken off for the rest of
 * its life, so that no number jumps because we look through another window.
 *
 * process.cpu is what processes have used together. What the processors were busy with beyond that
 * (cpu.time) no way could attribute to anybody: interrupts, and processes that were gone before they
 * were seen.
 *
 * Arguments, users and environment are never read.
 */
#include "adapters/linux/process_ended.h"
#include "adapters/linux/process_walk.h"
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PID_AFTER_WRAP 300     /* RESERVED_PIDS of kernel/pid.c: numbers start again here */
#define SEAM_LARGEST_S 0.5     /* two ways that differ by more do not speak of the same process */

/* What a way says of a process beyond what the way before it said. */
struct seam {
    int32_t pid;
    double start_s, cpu_s, children_cpu_s;
};

struct way {
    const struct walk *walk;   /* NULL for none */
    void *self;
};

struct process {
    struct adapter_env env;
    struct way way, better;    /* which reads, and which is being prepared to take over */
    bool broken;               /* the last reading failed */
    int load_fd;
    bool started;              /* false until the first walk: whoever is there then is not new */
    struct proctab now, before;
    struct walk_ends ends;
    struct seam *seam;         /* in the order of the pid; n_seam of them */
    size_t n_seam;
    struct proc_use *use;      /* scratch, room for cap_use */
    size_t cap_use;

    int64_t last_pid, pid_max;
    double created;            /* numbers given to tasks since the first walk */
    double seen;               /* tasks of them that a walk found */
    double appeared, short_lived, ended, cpu_s; /* as the metrics say it */
    double told_short;         /* short_lived that the way has told by the last reading */
    int count, threads, zombies, uninterruptible, appeared_slot, short_slot, ended_slot, lost_slot, cpu_slot;
};

static int seam_order(const void *a, const void *b)
{
    return ((const struct seam *)a)->pid - ((const struct seam *)b)->pid;
}

static void way_close(struct way *w)
{
    if (w->walk)
        w->walk->close(w->self);
    *w = (struct way){ 0 };
}

static int way_open(struct way *w, const struct walk *walk, const char *root, char why[static WALK_WHY])
{
    int rc = walk->open(root, &w->self, why);
    if (rc == 0)
        w->walk = walk;
    return rc;
}

/* ---- counting ---- */

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
    if (s->last_pid < 0 || !s->now.n || s->now.p[0].pid != 1)
        return; /* without pid 1 we are not shown everybody (hidepid of proc(5)) */
    s->short_lived = fmax(s->short_lived, s->created - s->seen);
    frame_set(f, s->short_slot, s->short_lived);
}

static void process_set_ends(struct process *s, struct frame *f)
{
    s->short_lived += s->ends.short_lived - s->told_short;
    s->told_short = s->ends.short_lived;
    frame_set(f, s->short_slot, s->short_lived);
    frame_set(f, s->ended_slot, s->ended + s->ends.lost);
    frame_set(f, s->lost_slot, s->ends.lost);
}

/* Takes off what the way before did not say. Seams of the dead stay: they match nobody else. */
static void process_take_seam(const struct process *s, struct proctab *t)
{
    for (size_t i = 0; i < t->n && s->n_seam; i++) {
        struct proc *p = &t->p[i];
        const struct seam like = { .pid = p->pid };
        const struct seam *m = bsearch(&like, s->seam, s->n_seam, sizeof like, seam_order);
        if (!m || !(isnan(p->start_s) || p->start_s == m->start_s))
            continue;
        p->cpu_s -= m->cpu_s;
        p->children_cpu_s -= m->children_cpu_s;
    }
}

/* Compares the rows with those before: who is new, how many threads have appeared. */
static void process_compare(struct process *s)
{
    size_t b = 0;
    for (size_t i = 0; i < s->now.n; i++) {
        const struct proc *p = &s->now.p[i];
        while (b < s->before.n && s->before.p[b].pid < p->pid)
            b++;
        const struct proc *old = b < s->before.n ? &s->before.p[b] : NULL;
        bool known = old && old->pid == p->pid && old->start_s == p->start_s;
        s->appeared += s->started && !known;
        s->seen += fmax(0, p->threads - (known ? old->threads : 0));
    }
}

/* What all did together since the table before; the difference of the times cancels out. */
static void process_add_cpu(struct process *s)
{
    size_t all = s->now.n + s->now.ended;
    if (!s->started)
        return;
    if (all > s->cap_use) {
        s->cap_use = all + 64;
        s->use = mem_resize(s->use, s->cap_use * sizeof *s->use);
    }
    proctab_settle(&s->before, &s->now, s->use);
    s->before.mono_ns = 0;
    s->now.mono_ns = 1000000000;
    proctab_use(&s->before, &s->now, s->use);
    for (size_t i = 0; i < all; i++)
        s->cpu_s += (s->use[i].cpu_percent + s->use[i].children_percent) / 100;
}

/* ---- the adapter ---- */

static bool process_read(struct process *s)
{
    struct proctab swap = s->before;
    s->before = s->now;
    s->now = swap;
    proctab_clear(&s->now);
    proctab_clear(&s->ends.gone);
    s->broken = s->way.walk->read(s->way.self, &s->now, &s->ends) < 0 || !s->now.n;
    if (s->broken) { /* the table before is still that of the last good reading */
        struct proctab failed = s->now; /* it may have grown: not what it was */
        s->now = s->before;
        s->now.ended = 0; /* told already */
        s->before = failed;
        proctab_clear(&s->before);
    }
    return !s->broken;
}

static void process_sample(void *self, struct frame *f)
{
    struct process *s = self;
    bool told = s->way.walk->tells_ends;
    if (!told)
        process_count_created(s); /* before the listing: who is born in between must not count as short-lived */
    if (!process_read(s))
        return;
    process_take_seam(s, &s->now);
    process_take_seam(s, &s->ends.gone);
    process_compare(s);
    if (told)
        s->ended += (double)ended_add(&s->ends.gone, &s->before, &s->now);
    process_add_cpu(s);

    double threads = 0, zombies = 0, waiting = 0;
    for (size_t i = 0; i < s->now.n; i++) {
        const struct proc *p = &s->now.p[i];
        threads += p->threads;
        zombies += p->state == 'Z';
        waiting += p->state == 'D';
    }
    frame_set(f, s->count, (double)s->now.n);
    frame_set(f, s->threads, threads);
    frame_set(f, s->zombies, zombies);
    frame_set(f, s->uninterruptible, waiting);
    frame_set(f, s->appeared_slot, s->appeared);
    frame_set(f, s->cpu_slot, s->cpu_s);
    if (told)
        process_set_ends(s, f);
    else
        process_set_short_lived(s, f);
    s->started = true;
}

static void process_procs(void *self, struct proctab *t)
{
    const struct process *s = self;
    proctab_clear(t);
    for (size_t i = 0; i < s->now.n; i++)
        *proctab_add(t) = s->now.p[i];
    for (size_t i = 0; i < s->now.ended; i++)
        *proctab_add_ended(t) = s->now.p[s->now.n + i];
}

/* ---- from one way to another ---- */

__attribute__((format(printf, 2, 3)))
static void process_say(const struct process *s, const char *fmt, ...)
{
    char text[2 * WALK_WHY];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    s->env.explain(&s->env, text);
}

/* How far the better way is ahead of the one so far, for each process that both know. False when they
 * do not agree on what cannot differ: ourselves. */
static bool process_make_seam(struct process *s, const struct proctab *ahead)
{
    size_t a = 0;
    bool ourselves = false;
    s->seam = mem_resize(s->seam, (s->now.n ? s->now.n : 1) * sizeof *s->seam);
    s->n_seam = 0;
    for (size_t i = 0; i < s->now.n; i++) {
        const struct proc *p = &s->now.p[i];
        while (a < ahead->n && ahead->p[a].pid < p->pid)
            a++;
        const struct proc *q = a < ahead->n ? &ahead->p[a] : NULL;
        if (!q || q->pid != p->pid || q->start_s != p->start_s)
            continue;
        struct seam m = { p->pid, p->start_s, q->cpu_s - p->cpu_s, q->children_cpu_s - p->children_cpu_s };
        ourselves |= p->pid == getpid() && fabs(m.cpu_s) < SEAM_LARGEST_S && q->ppid == p->ppid &&
                     strcmp(q->name, p->name) == 0;
        s->seam[s->n_seam++] = m;
    }
    return ourselves;
}

/* The better way reads for the first time, right after the other has. */
static int process_take_over(struct process *s, char why[static WALK_WHY])
{
    struct proctab ahead = { 0 };
    int rc = s->better.walk->read(s->better.self, &ahead, &s->ends);
    snprintf(why, WALK_WHY, "%s does not work here: %s", s->better.walk->doc, strerror(-rc));
    if (rc == 0 && !process_make_seam(s, &ahead)) {
        snprintf(why, WALK_WHY, "what is read from %s does not agree with /proc", s->better.walk->doc);
        rc = -EPROTO;
    }
    proctab_done(&ahead);
    if (rc < 0)
        return rc;
    s->told_short = s->ends.short_lived; /* what was told until now is of the time before */
    way_close(&s->way);
    s->way = s->better;
    s->better = (struct way){ 0 };
    process_say(s, "read from %s", s->way.walk->doc);
    return 0;
}

static int process_prepare(struct process *s)
{
    char why[WALK_WHY] = "";
    int rc = s->better.walk->ready ? s->better.walk->ready(s->better.self, why) : 0;
    if (rc == -EAGAIN)
        return 0;
    if (rc == 0)
        rc = process_take_over(s, why);
    if (rc < 0) {
        way_close(&s->better);
        process_say(s, "read from %s; %s", s->way.walk->doc, why);
    }
    return 0;
}

static int process_rescan(void *self, struct schema *schema)
{
    struct process *s = self;
    (void)schema;
    if (s->better.walk)
        return process_prepare(s);
    if (!s->broken || s->way.walk == &walk_text)
        return 0;
    struct way text = { 0 };
    char why[WALK_WHY];
    int rc = way_open(&text, &walk_text, s->env.root, why);
    if (rc < 0)
        return rc;
    process_say(s, "read from %s, as %s no longer works", walk_text.doc, s->way.walk->doc);
    way_close(&s->way);
    s->way = text;
    s->n_seam = 0;
    s->last_pid = -1; /* how many were created meanwhile was told by the other way */
    return 0;
}

/* Which way the configuration wants: "auto", or the name of one. The best of those that open is prepared. */
static void process_choose(struct process *s)
{
    static const struct walk *const ways[] = { &walk_bpf, &walk_taskstats };
    const char *wanted = s->env.of ? s->env.of : "auto";
    char why[WALK_WHY] = "";
    if (strcmp(wanted, walk_text.name) == 0) {
        process_say(s, "read from %s, as the configuration wants it", walk_text.doc);
        return;
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !s->better.walk; i++)
        if (strcmp(wanted, "auto") == 0 || strcmp(wanted, ways[i]->name) == 0)
            way_open(&s->better, ways[i], s->env.root, why);
    if (s->better.walk)
        process_say(s, "read from %s, while %s is being prepared", walk_text.doc, s->better.walk->doc);
    else if (*why)
        process_say(s, "read from %s; %s", walk_text.doc, why);
}

static void process_close(void *self)
{
    struct process *s = self;
    if (!s)
        return;
    way_close(&s->way);
    way_close(&s->better);
    os_close(s->load_fd);
    proctab_done(&s->now);
    proctab_done(&s->before);
    proctab_done(&s->ends.gone);
    mem_free(s->seam);
    mem_free(s->use);
    mem_free(s);
}

static void process_add_metrics(struct process *s, struct schema *schema)
{
    const struct {
        int *slot;
        enum kind kind;
        enum unit unit;
        const char *rate, *name, *help;
    } metrics[] = {
        { &s->count, KIND_GAUGE, UNIT_NONE, NULL, "process.count", "processes, those of the kernel included" },
        { &s->threads, KIND_GAUGE, UNIT_NONE, NULL, "process.threads", "threads of all processes" },
        { &s->zombies, KIND_GAUGE, UNIT_NONE, NULL, "process.zombies", "processes that ended and whose parent has not asked how" },
        { &s->uninterruptible, KIND_GAUGE, UNIT_NONE, NULL, "process.uninterruptible", "processes that wait for a device" },
        { &s->appeared_slot, KIND_COUNTER, UNIT_NONE, NULL, "process.new", "processes seen for the first time" },
        { &s->short_slot, KIND_COUNTER, UNIT_NONE, NULL, "process.short_lived",
          "processes and threads that came and went between two readings" },
        { &s->ended_slot, KIND_COUNTER, UNIT_NONE, NULL, "process.exited", "processes that ended; not told by the text of /proc" },
        { &s->lost_slot, KIND_COUNTER, UNIT_NONE, NULL, "process.exited.lost",
          "of those, how many ended too fast after one another to be told of" },
        { &s->cpu_slot, KIND_COUNTER, UNIT_SECOND, "", "process.cpu",
          "processor time of all processes together, with those that ended as far as they were seen" },
    };
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        *metrics[i].slot = schema_add(schema, &(struct metric){
            .name = metrics[i].name, .kind = metrics[i].kind, .unit = metrics[i].unit, .rate = metrics[i].rate,
            .help = metrics[i].help });
}

static int process_open(const struct adapter_env *env, struct schema *schema, void **self)
{
    struct way text = { 0 };
    char why[WALK_WHY];
    int rc = way_open(&text, &walk_text, env->root, why);
    if (rc < 0)
        return rc;
    struct process *s = mem_new(sizeof *s);
    s->env = *env;
    s->way = text;
    s->load_fd = os_open_read(env->root, "/proc/loadavg");
    s->last_pid = -1;
    if (os_read_i64(env->root, "/proc/sys/kernel/pid_max", &s->pid_max) < 0 ||
        s->pid_max <= PID_AFTER_WRAP)
        s->pid_max = 32768; /* the default of proc_sys_kernel(5) */
    process_add_metrics(s, schema);
    process_choose(s);
    *self = s;
    return 0;
}

const struct adapter adapter_process = {
    .name = "process", .doc = "processes: how many, and what each one uses",
    .provides = "process.count,process.threads,process.zombies,process.uninterruptible,process.new,"
                "process.short_lived,process.exited,process.exited.lost,process.cpu",
    .open = process_open, .sample = process_sample, .rescan = process_rescan, .procs = process_procs,
    .close = process_close,
};
