/*
 * process_bpf.c - all processes by one iterator inside the kernel (Documentation/bpf/bpf_iterators.rst), and
 * those who ended by a ring buffer: binary records, no text, no file per process.
 *
 * A child process loads the programs (the module sonde-bpf) and hands over its descriptors; libbpf and
 * the kernel's description of its types, 20 MB, are gone with it. From then on a reading is bpf(2),
 * read(2) and close(2), and a look at shared memory.
 *
 * The iterator shows the pids of the initial PID namespace, whoever reads it, so in another one (a
 * container) it is not used. Kernels before Linux 5.8 have no such iterator.
 */
#include "adapters/linux/process_records.h"
#include "adapters/linux/process_walk.h"
#include "base/mem.h"
#include "modules/bpf.h"
#include "os/os.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define AT_ONCE 32768 /* what the kernel gathers for one read (kernel/bpf/bpf_iter.c) */

struct walker {
    struct os_helper *helper; /* NULL once it is done */
    int fd[BPF_FDS];
    size_t page;
    uint64_t *consumer;       /* the ring's page that we write */
    const char *producer;     /* its page that the kernel writes, and behind it the data */
    struct tasks_counts *counts;
    struct records_units units;
    struct records_threads threads;
    char buf[AT_ONCE];
};

static int walker_load(int *fd)
{
    const struct bpf *b = os_module("sonde-bpf", "sonde_bpf");
    return b ? b->open_tasks(fd) : -ENOPKG;
}

static void walker_close(void *self)
{
    struct walker *w = self;
    if (!w)
        return;
    os_helper_free(w->helper);
    if (w->consumer)
        munmap(w->consumer, w->page);
    if (w->producer)
        munmap((void *)w->producer, w->page + TASKS_RING);
    if (w->counts)
        munmap(w->counts, w->page);
    for (int i = 0; i < BPF_FDS; i++)
        os_close(w->fd[i]);
    mem_free(w->threads.t);
    mem_free(w);
}

static int walker_open(const char *root, void **self, char why[static WALK_WHY])
{
    *why = '\0';
    if (*root)
        return -ENODEV; /* a recorded machine has files only */
    int rc = 0;
    if (!walk_in_initial_namespace("")) {
        snprintf(why, WALK_WHY,
                 "the BPF iterator knows processes by the host's numbers, which are others in this container");
        rc = -ENOTSUP;
    } else if (!os_exists("", "/sys/kernel/btf/vmlinux")) {
        snprintf(why, WALK_WHY, "the BPF iterator needs a kernel with BTF (CONFIG_DEBUG_INFO_BTF)");
        rc = -ENOTSUP;
    } else if (!walk_may(CAP_SYS_ADMIN) && !(walk_may(CAP_BPF) && walk_may(CAP_PERFMON))) {
        snprintf(why, WALK_WHY, "the cheaper BPF iterator needs root, or CAP_BPF and CAP_PERFMON");
        rc = -EPERM;
    }
    if (rc < 0)
        return rc;
    struct walker *w = mem_new(sizeof *w);
    w->page = (size_t)sysconf(_SC_PAGESIZE);
    w->units = (struct records_units){ (double)w->page, 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK) };
    for (int i = 0; i < BPF_FDS; i++)
        w->fd[i] = -1;
    *self = w;
    return 0;
}

/* NULL where it cannot be mapped; errno says why. */
static void *walker_map_one(const struct walker *w, int which, size_t bytes, int may, size_t from)
{
    void *p = mmap(NULL, bytes, may, MAP_SHARED, w->fd[which], (off_t)from);
    if (p == MAP_FAILED)
        p = NULL;
    return p;
}

/* The data twice in a row, as libbpf maps it, would cost twice the memory: records_take() turns round. */
static int walker_map(struct walker *w)
{
    w->consumer = walker_map_one(w, BPF_FD_RING, w->page, PROT_READ | PROT_WRITE, 0);
    w->producer = walker_map_one(w, BPF_FD_RING, w->page + TASKS_RING, PROT_READ, w->page);
    w->counts = walker_map_one(w, BPF_FD_COUNTS, w->page, PROT_READ | PROT_WRITE, 0);
    return w->consumer && w->producer && w->counts ? 0 : -errno;
}

static void walker_why_not(int rc, char why[static WALK_WHY])
{
    const char *reason = rc == -ENOPKG ? "the module sonde-bpf, or libbpf, is not installed"
                       : rc == -EPERM || rc == -EACCES ? "the kernel refuses it (lockdown, or a security module)"
                       : rc == -EPIPE ? "loading it took too long or failed"
                       : strerror(-rc);
    snprintf(why, WALK_WHY, "without the BPF iterator: %s", reason);
}

static int walker_ready(void *self, char why[static WALK_WHY])
{
    struct walker *w = self;
    int rc = w->helper ? os_helper_take(w->helper, w->fd, BPF_FDS)
                       : os_helper_start(walker_load, BPF_FDS, &w->helper);
    if (rc == -EAGAIN || (rc == 0 && w->fd[0] < 0)) /* it has just begun, or no process can be made now */
        return -EAGAIN;
    os_helper_free(w->helper);
    w->helper = NULL;
    if (rc == 0)
        rc = walker_map(w);
    if (rc < 0)
        walker_why_not(rc, why);
    return rc;
}

static int walker_iterator(const struct walker *w)
{
    union bpf_attr attr = { .iter_create = { .link_fd = (uint32_t)w->fd[BPF_FD_WALK] } };
    long fd = syscall(SYS_bpf, BPF_ITER_CREATE, &attr, sizeof attr);
    return fd < 0 ? -errno : (int)fd;
}

static int walker_living(struct walker *w, struct proctab *now)
{
    int fd = walker_iterator(w);
    if (fd < 0)
        return fd;
    size_t kept = 0; /* bytes of a record whose rest is still to come */
    ssize_t got;
    long whole = 0;
    while ((got = read(fd, w->buf + kept, sizeof w->buf - kept)) > 0) {
        size_t there = kept + (size_t)got;
        whole = records_parse(w->buf, there, &w->units, now, &w->threads);
        if (whole < 0)
            break;
        kept = there - (size_t)whole;
        memmove(w->buf, w->buf + whole, kept);
    }
    int rc = got < 0 ? -errno : whole < 0 ? (int)whole : 0;
    os_close(fd);
    records_add_threads(now, &w->threads);
    return rc;
}

static void walker_ended(struct walker *w, struct proctab *gone)
{
    uint64_t at = *w->consumer, end = __atomic_load_n((const uint64_t *)(const void *)w->producer, __ATOMIC_ACQUIRE);
    struct tasks_process r;
    struct proc p;
    long n;
    while ((n = records_take(w->producer + w->page, TASKS_RING, &at, end, &r, sizeof r)) >= 0)
        if (n == sizeof r && records_process(&r, &w->units, &p))
            *proctab_add(gone) = p;
    __atomic_store_n(w->consumer, n == -EINVAL ? end : at, __ATOMIC_RELEASE);
}

static int walker_read(void *self, struct proctab *now, struct walk_ends *ends)
{
    struct walker *w = self;
    w->counts->read_ns = (uint64_t)os_boot_ns();
    int rc = walker_living(w, now);
    walker_ended(w, &ends->gone); /* after the walk: who ends in between is in one of the two or in both */
    ends->short_lived = (double)w->counts->short_lived;
    ends->lost = (double)w->counts->lost;
    return rc;
}

const struct walk walk_bpf = {
    .name = "bpf", .doc = "a BPF iterator", .tells_ends = true,
    .open = walker_open, .ready = walker_ready, .read = walker_read, .close = walker_close,
};
