/*
 * tasks.bpf.c - inside the kernel: what every task has used, and what those had used who ended.
 *
 * Built by clang for the BPF machine and embedded into the module sonde-bpf. Types of the kernel are
 * declared here with the fields that are used and nothing else; libbpf finds where they lie in the
 * running kernel from its BTF (preserve_access_index). A suffix behind ___ is not part of a type's
 * name: it is how an older kernel had it.
 *
 * The end of a process is told of twice. The tracepoint of its last thread comes for each, but since
 * Linux 6.16 before its memory is taken down, which is half of the cost of a short command. The signal
 * to its parent comes after that, but not where the parent ignores it. The reader keeps the fuller one. To
 * trace release_task() instead would miss nothing, but functions cannot be traced everywhere (fentry:
 * not on arm64 before Linux 6.0, nor where that is refused).
 */
#include "modules/tasks.h"

#include <stdbool.h>

#define SEC(name) __attribute__((section(name), used))
#define KERNEL __attribute__((preserve_access_index))
#define INLINE static inline __attribute__((always_inline))
#define exists(field) __builtin_preserve_field_info(field, 2 /* BPF_FIELD_EXISTS */)

#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000
#define SIGCHLD 17 /* but for MIPS, Alpha and SPARC */
#define BPF_MAP_TYPE_RINGBUF 27

struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; } KERNEL;
struct percpu_counter { int64_t count; } KERNEL;
struct mm_struct { struct percpu_counter rss_stat[4]; } KERNEL; /* file, anonymous, swapped, shared */
typedef struct { int64_t counter; } KERNEL atomic_long_t;
struct mm_rss_stat { atomic_long_t count[4]; } KERNEL;
struct mm_struct___before_6_2 { struct mm_rss_stat rss_stat; } KERNEL;
struct sched_entity { uint64_t sum_exec_runtime; } KERNEL;
struct task_io_accounting { uint64_t read_bytes, write_bytes; } KERNEL;
typedef struct { int counter; } KERNEL atomic_t;
struct signal_struct {
    atomic_t live;
    int nr_threads;
    uint64_t cutime, cstime;
    unsigned long long sum_sched_runtime;
    struct task_io_accounting ioac;
} KERNEL;
struct task_struct {
    unsigned int flags, __state;
    int exit_state;
    int32_t pid, tgid;
    uint64_t start_boottime;
    struct sched_entity se;
    struct task_io_accounting ioac;
    struct mm_struct *mm;
    struct task_struct *real_parent, *group_leader;
    struct signal_struct *signal;
    char comm[16];
} KERNEL;
struct task_struct___before_5_14 { long state; } KERNEL;
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } KERNEL;

static long (*const bpf_seq_write)(struct seq_file *m, const void *data, uint32_t len) = (void *)127;
static long (*const bpf_ringbuf_output)(void *map, const void *data, uint64_t n, uint64_t flags) = (void *)130;

static struct task_struct *(*const bpf_get_current_task_btf)(void) = (void *)158; /* Linux 5.11 */

/* The declaration of a map, as libbpf reads it from the types of this object. */
struct {
    int (*type)[BPF_MAP_TYPE_RINGBUF];
    int (*max_entries)[TASKS_RING];
} ends SEC(".maps");

struct tasks_counts counts;

INLINE uint32_t task_state(struct task_struct *t)
{
    return exists(t->__state) ? t->__state : (uint32_t)((struct task_struct___before_5_14 *)t)->state;
}

INLINE int64_t task_rss(struct task_struct *t)
{
    struct mm_struct *mm = t->mm;
    if (!mm || t->flags & PF_KTHREAD)
        return 0;
    struct mm_rss_stat *before_6_2 = 0;
    if (!exists(before_6_2->count))
        return mm->rss_stat[0].count + mm->rss_stat[1].count + mm->rss_stat[3].count;
    struct mm_struct___before_6_2 *old = (void *)mm;
    return old->rss_stat.count[0].counter + old->rss_stat.count[1].counter + old->rss_stat.count[3].counter;
}

INLINE void task_thread(struct task_struct *t, struct tasks_thread *r)
{
    r->pid = t->pid;
    r->tgid = t->tgid;
    r->cpu_ns = t->se.sum_exec_runtime;
    if (exists(t->ioac.read_bytes)) {
        r->read_bytes = t->ioac.read_bytes;
        r->write_bytes = t->ioac.write_bytes;
    }
}

INLINE void task_process(struct task_struct *t, struct tasks_process *r)
{
    struct signal_struct *s = t->signal;
    task_thread(t, &r->t);
    r->t.cpu_ns += s->sum_sched_runtime;
    if (exists(t->ioac.read_bytes)) {
        r->t.read_bytes += s->ioac.read_bytes;
        r->t.write_bytes += s->ioac.write_bytes;
    }
    r->has_io = exists(t->ioac.read_bytes);
    r->ppid = t->real_parent->tgid;
    r->threads = s->nr_threads;
    r->start_ns = t->start_boottime;
    r->children_ns = s->cutime + s->cstime;
    r->rss_pages = task_rss(t);
    r->state = task_state(t);
    r->exit_state = t->exit_state;
    __builtin_memcpy(r->comm, t->comm, sizeof r->comm);
}

SEC("iter/task")
int walk(struct bpf_iter__task *ctx)
{
    struct task_struct *t = ctx->task;
    if (!t)
        return 0;
    if (t->pid == t->tgid) {
        struct tasks_process r = { 0 };
        task_process(t, &r);
        bpf_seq_write(ctx->meta->seq, &r, sizeof r);
    } else {
        struct tasks_thread r = { 0 };
        task_thread(t, &r);
        bpf_seq_write(ctx->meta->seq, &r, sizeof r);
    }
    return 0;
}

INLINE int process_ended(struct task_struct *t)
{
    struct task_struct *leader = t->group_leader;
    if (t->signal->live.counter != 0)
        return 0;
    struct tasks_process r = { 0 };
    task_process(leader, &r);
    if (t != leader) {
        struct tasks_thread last = { 0 };
        task_thread(t, &last);
        r.t.cpu_ns += last.cpu_ns;
        r.t.read_bytes += last.read_bytes;
        r.t.write_bytes += last.write_bytes;
    }
    if (bpf_ringbuf_output(&ends, &r, sizeof r, 0) != 0)
        __sync_fetch_and_add(&counts.lost, 1);
    return 0;
}

/* Threads that end at the same time may both be the last of their process. */
SEC("tp_btf/sched_process_exit")
int ended(struct task_struct **args)
{
    struct task_struct *t = args[0];
    if (t->start_boottime > counts.read_ns)
        __sync_fetch_and_add(&counts.short_lived, 1);
    return process_ended(t);
}

/* Whoever ends and sends this signal tells of itself, or of a dead child that it leaves behind: told once more. */
SEC("tp_btf/signal_generate")
int parent_told(uint64_t *args)
{
    struct task_struct *t = bpf_get_current_task_btf();
    return (int)args[0] == SIGCHLD && t->flags & PF_EXITING ? process_ended(t) : 0;
}

const char terms[] SEC("license") = "GPL";
