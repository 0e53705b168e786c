/*
 * floor_tasks.bpf.c - one record of every thread: what a monitor needs of it, without any text.
 *
 * The kernel's types are declared with the fields that are used; the loader moves their offsets to
 * those of the running kernel (CO-RE). Until Linux 6.1 the counters of resident pages lie elsewhere;
 * the branch for that was tried on no such kernel.
 */
typedef int __s32;
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

/* The helpers' header names types that only others of its functions use. */
enum bpf_map_type { BPF_MAP_TYPE_UNSPEC };

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define KERNEL __attribute__((preserve_access_index))

struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; } KERNEL;
struct percpu_counter { __s64 count; } KERNEL;
struct mm_struct { struct percpu_counter rss_stat[4]; } KERNEL;
struct mm_rss_stat { struct { __s64 counter; } count[4]; } KERNEL;
struct mm_struct___6_1 { struct mm_rss_stat rss_stat; } KERNEL;
struct sched_entity { __u64 sum_exec_runtime; } KERNEL;
struct task_io_accounting { __u64 read_bytes, write_bytes; } KERNEL;
struct task_struct {
    __s32 pid, tgid;
    __u32 __state;
    __u64 utime, stime, start_time;
    struct sched_entity se;
    struct task_io_accounting ioac;
    struct mm_struct *mm;
    char comm[16];
} KERNEL;
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } KERNEL;

struct record {
    __s32 pid, tgid;
    __u32 state, unused;
    __u64 runtime_ns, user_ns, system_ns, start_ns, read_bytes, write_bytes;
    __s64 resident_pages;
    char name[16];
};

/* File pages, anonymous pages, and those shared by memory; the third counts what is swapped out. */
static __s64 resident_pages(struct mm_struct *mm)
{
    if (bpf_core_type_exists(struct mm_rss_stat)) {
        struct mm_struct___6_1 *old = (void *)mm;
        return old->rss_stat.count[0].counter + old->rss_stat.count[1].counter + old->rss_stat.count[3].counter;
    }
    return mm->rss_stat[0].count + mm->rss_stat[1].count + mm->rss_stat[3].count;
}

SEC("iter/task")
int floor_task(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    if (!task)
        return 0;
    struct record r = {
        .pid = task->pid, .tgid = task->tgid, .state = task->__state,
        .runtime_ns = task->se.sum_exec_runtime, .user_ns = task->utime, .system_ns = task->stime,
        .start_ns = task->start_time, .read_bytes = task->ioac.read_bytes, .write_bytes = task->ioac.write_bytes,
    };
    if (task->mm)
        r.resident_pages = resident_pages(task->mm);
    __builtin_memcpy(r.name, task->comm, sizeof r.name);
    bpf_seq_write(context->meta->seq, &r, sizeof r);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
