/*
 * memory.c - who has the memory, and swap space, from /proc/meminfo (proc_meminfo(5)).
 *
 * "used" is what programs could not have: total less available, the kernel's own estimate of what a
 * new program could get without swapping. "cached" is the page cache that can be dropped: Cached
 * and SReclaimable, less Shmem, which the kernel counts as cached although it has nowhere to go but
 * swap.
 */
#include "adapters/linux/keyed.h"
#include "base/mem.h"
#include "core/adapter.h"

#include <errno.h>

enum { TOTAL, FREE, AVAILABLE, BUFFERS, CACHED, DIRTY, WRITEBACK, SLAB, SRECLAIMABLE, ANON, SHARED, MAPPED,
       COMMITTED, COMMIT_LIMIT, KERNEL_STACK, PAGE_TABLES, UNEVICTABLE, ANON_HUGE, HUGE_TOTAL, HUGE_FREE, HUGE_SIZE,
       SWAP_TOTAL, SWAP_FREE, KEYS };

static const char *const memory_keys[KEYS] = {
    [TOTAL] = "MemTotal", [FREE] = "MemFree", [AVAILABLE] = "MemAvailable", [BUFFERS] = "Buffers",
    [CACHED] = "Cached", [DIRTY] = "Dirty", [WRITEBACK] = "Writeback", [SLAB] = "Slab",
    [SRECLAIMABLE] = "SReclaimable", [ANON] = "AnonPages", [SHARED] = "Shmem", [MAPPED] = "Mapped",
    [COMMITTED] = "Committed_AS", [COMMIT_LIMIT] = "CommitLimit", [KERNEL_STACK] = "KernelStack",
    [PAGE_TABLES] = "PageTables", [UNEVICTABLE] = "Unevictable", [ANON_HUGE] = "AnonHugePages",
    [HUGE_TOTAL] = "HugePages_Total", [HUGE_FREE] = "HugePages_Free", [HUGE_SIZE] = "Hugepagesize",
    [SWAP_TOTAL] = "SwapTotal", [SWAP_FREE] = "SwapFree",
};

/* Taken over as they are, from KiB. */
static const struct { int key; const char *name, *help; } memory_plain[] = {
    { TOTAL,        "memory.total",           "memory that the kernel can use" },
    { FREE,         "memory.free",            "memory that holds nothing at all" },
    { AVAILABLE,    "memory.available",       "memory that programs could get without swapping" },
    { BUFFERS,      "memory.buffers",         "cache of raw block devices" },
    { DIRTY,        "memory.dirty",           "cache that waits to be written" },
    { WRITEBACK,    "memory.writeback",       "cache being written now" },
    { SLAB,         "memory.slab",            "the kernel's own structures" },
    { SRECLAIMABLE, "memory.slab.reclaimable", "the kernel's own structures that it can give back" },
    { ANON,         "memory.anon",            "memory of programs that no file backs" },
    { SHARED,       "memory.shared",          "shared memory and tmpfs" },
    { MAPPED,       "memory.mapped",          "files mapped into programs" },
    { COMMITTED,    "memory.committed",       "memory promised to programs, touched or not" },
    { COMMIT_LIMIT, "memory.commit_limit",    "promises allowed where overcommit is off" },
    { KERNEL_STACK, "memory.kernel_stack",    "stacks of tasks in the kernel" },
    { PAGE_TABLES,  "memory.page_tables",     "page tables of programs" },
    { UNEVICTABLE,  "memory.unevictable",     "memory that cannot be reclaimed, such as locked" },
    { ANON_HUGE,    "memory.huge.anon",       "transparent huge pages of programs" },
    { SWAP_TOTAL,   "swap.total",             "swap space; 0 where there is none" },
};
enum { PLAIN = sizeof memory_plain / sizeof *memory_plain };

struct memory {
    struct keyed file;
    int plain[PLAIN];
    int used, util, cached, huge_total, huge_used, swap_used, swap_util;
};

static int memory_add(struct schema *s, enum unit unit, const char *name, const char *help)
{
    return schema_add(s, &(struct metric){
        .name = name, .help = help, .unit = unit, .kind = KIND_GAUGE, .max = unit == UNIT_PERCENT ? 100 : 0 });
}

static void memory_add_all(struct memory *m, struct schema *s)
{
    m->used = memory_add(s, UNIT_BYTE, "memory.used", "total less available");
    m->util = memory_add(s, UNIT_PERCENT, "memory.util", "share of memory used");
    m->cached = memory_add(s, UNIT_BYTE, "memory.cached", "cache of files that can be dropped");
    for (int i = 0; i < PLAIN; i++)
        m->plain[i] = keyed_has(&m->file, memory_plain[i].key) ?
            memory_add(s, UNIT_BYTE, memory_plain[i].name, memory_plain[i].help) : -1;
    m->huge_total = memory_add(s, UNIT_BYTE, "memory.huge.total", "pool of huge pages set aside");
    m->huge_used = memory_add(s, UNIT_BYTE, "memory.huge.used", "part of that pool in use");
    m->swap_used = memory_add(s, UNIT_BYTE, "swap.used", "swap space in use");
    m->swap_util = memory_add(s, UNIT_PERCENT, "swap.util", "share of swap space in use");
}

static int memory_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct memory *m = mem_new(sizeof *m);
    int rc = keyed_open(&m->file, env->root, "/proc/meminfo", memory_keys, KEYS);
    if (rc < 0) {
        mem_free(m);
        return rc == -ENOENT ? -ENODEV : rc;
    }
    memory_add_all(m, s);
    double v[KEYS];
    keyed_read(&m->file, v);
    if (v[SWAP_TOTAL] == 0)
        env->explain(env, "no swap: swap.used and swap.util are empty until swapon(8) adds some");
    *self = m;
    return 0;
}

static void memory_sample(void *self, struct frame *f)
{
    struct memory *m = self;
    double v[KEYS];
    keyed_read(&m->file, v);
    for (int i = 0; i < KEYS; i++)
        v[i] *= i == HUGE_TOTAL || i == HUGE_FREE ? 1 : 1024; /* these two count pages */
    for (int i = 0; i < PLAIN; i++)
        frame_set(f, m->plain[i], v[memory_plain[i].key]);

    double used = v[TOTAL] - v[AVAILABLE];
    frame_set(f, m->used, used);
    frame_set(f, m->util, v[TOTAL] > 0 ? 100 * used / v[TOTAL] : NAN);
    frame_set(f, m->cached, v[CACHED] + v[SRECLAIMABLE] - v[SHARED]);
    frame_set(f, m->huge_total, v[HUGE_TOTAL] * v[HUGE_SIZE]);
    frame_set(f, m->huge_used, (v[HUGE_TOTAL] - v[HUGE_FREE]) * v[HUGE_SIZE]);
    if (v[SWAP_TOTAL] > 0) {
        double swapped = v[SWAP_TOTAL] - v[SWAP_FREE];
        frame_set(f, m->swap_used, swapped);
        frame_set(f, m->swap_util, 100 * swapped / v[SWAP_TOTAL]);
    }
}

static void memory_close(void *self)
{
    struct memory *m = self;
    if (m)
        keyed_close(&m->file);
    mem_free(m);
}

const struct adapter adapter_memory = {
    .name = "memory", .doc = "memory by use, and swap space",
    .provides = "memory.total,memory.used,memory.available,memory.free,memory.util,memory.cached,swap.used,swap.util",
    .open = memory_open, .sample = memory_sample, .close = memory_close,
};
