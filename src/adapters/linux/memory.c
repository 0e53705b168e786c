/*
 * memory.c - who has the memory, and swap space, from /proc/meminfo (proc_meminfo(5)).
 *
 * "used" is what programs could not have: total less available, the kernel's own estimate of what a
 * new program could get without swapping. "cached" is the page cache that can be dropped: Cached
 * and SReclaimable, less Shmem, which the kernel counts as cached although it has nowhere to go but
 * swap.
 */
#include "adapters/linux/table.h"
#include "base/mem.h"

#include <math.h>

enum { TOTAL, AVAILABLE, CACHED, SRECLAIMABLE, SHARED, HUGE_TOTAL, HUGE_FREE, HUGE_SIZE, SWAP_TOTAL, SWAP_FREE };

#define LEVEL(key, name, help) { key, name, NULL, KIB, KIND_GAUGE, help }

static const struct table_row memory_rows[] = {
    /* something is worked out from these */
    [TOTAL]        = LEVEL("MemTotal",     "memory.total",            "memory that the kernel can use"),
    [AVAILABLE] = LEVEL("MemAvailable", "memory.available", "memory that programs could get without swapping"),
    [CACHED]       = LEVEL("Cached",       "memory.page_cache",       "cache of files, shared memory included"),
    [SRECLAIMABLE] = LEVEL("SReclaimable", "memory.slab.reclaimable", "the part of them that it can give back"),
    [SHARED]       = LEVEL("Shmem",        "memory.shared",           "shared memory and tmpfs"),
    [HUGE_TOTAL]   = { "HugePages_Total", NULL, NULL, ONES, KIND_GAUGE, NULL },
    [HUGE_FREE]    = { "HugePages_Free",  NULL, NULL, ONES, KIND_GAUGE, NULL },
    [HUGE_SIZE]    = LEVEL("Hugepagesize", NULL,                      NULL),
    [SWAP_TOTAL]   = LEVEL("SwapTotal",    "swap.total",              "swap space; 0 where there is none"),
    [SWAP_FREE]    = LEVEL("SwapFree",     NULL,                      NULL),

    LEVEL("MemFree",         "memory.free",            "memory that holds nothing at all"),
    LEVEL("Buffers",         "memory.buffers",         "cache of raw block devices"),
    LEVEL("Active(anon)",    "memory.active.anon",     "memory of programs touched lately"),
    LEVEL("Inactive(anon)",  "memory.inactive.anon",   "memory of programs not touched lately"),
    LEVEL("Active(file)",    "memory.active.file",     "cache of files touched lately"),
    LEVEL("Inactive(file)",  "memory.inactive.file",   "cache of files not touched lately"),
    LEVEL("Dirty",           "memory.dirty",           "cache that waits to be written"),
    LEVEL("Writeback",       "memory.writeback",       "cache being written now"),
    LEVEL("Slab",            "memory.slab",            "the kernel's own structures"),
    LEVEL("SUnreclaim",      "memory.slab.unreclaimable", "the part of them that it needs"),
    LEVEL("KReclaimable",    "memory.kernel.reclaimable", "all memory of the kernel that it can give back"),
    LEVEL("AnonPages",       "memory.anon",            "memory of programs that no file backs"),
    LEVEL("Mapped",          "memory.mapped",          "files mapped into programs"),
    LEVEL("Committed_AS",    "memory.committed",       "memory promised to programs, touched or not"),
    LEVEL("CommitLimit",     "memory.commit_limit",    "promises allowed where overcommit is off"),
    LEVEL("KernelStack",     "memory.kernel_stack",    "stacks of tasks in the kernel"),
    LEVEL("PageTables",      "memory.page_tables",     "page tables of programs"),
    LEVEL("SecPageTables",   "memory.page_tables.guests", "page tables of virtual machines and devices"),
    LEVEL("Percpu",          "memory.percpu",          "memory that the kernel has once for each core"),
    LEVEL("VmallocUsed",     "memory.vmalloc",         "memory of the kernel in virtually contiguous pieces"),
    LEVEL("Unevictable",     "memory.unevictable",     "memory that cannot be reclaimed, such as locked"),
    LEVEL("Mlocked",         "memory.locked",          "memory that programs locked"),
    LEVEL("Bounce",          "memory.bounce",          "copies for devices that cannot reach all memory"),
    LEVEL("WritebackTmp",    "memory.writeback.fuse",  "copies that FUSE writes from"),
    LEVEL("AnonHugePages",   "memory.huge.anon",       "transparent huge pages of programs"),
    LEVEL("ShmemHugePages",  "memory.huge.shared",     "transparent huge pages of shared memory"),
    LEVEL("ShmemPmdMapped",  "memory.huge.shared.mapped", "those mapped whole into programs"),
    LEVEL("FileHugePages",   "memory.huge.file",       "huge pages of the page cache"),
    LEVEL("FilePmdMapped",   "memory.huge.file.mapped", "those mapped whole into programs"),
    LEVEL("Hugetlb",         "memory.hugetlb",         "pools of huge pages of all sizes"),
    LEVEL("CmaTotal",        "memory.cma",             "area set aside for devices"),
    LEVEL("CmaFree",         "memory.cma.free",        "the part of it that is free"),
    LEVEL("Balloon",         "memory.balloon",         "memory that the hypervisor has back"),
    LEVEL("Unaccepted",      "memory.unaccepted",      "memory of a confidential guest not taken over yet"),
    LEVEL("HardwareCorrupted", "memory.corrupted",     "memory put aside because it failed"),
    LEVEL("DirectMap4k",     "memory.map.4k",          "memory that the kernel maps in pages of 4 KiB"),
    LEVEL("DirectMap2M",     "memory.map.2m",          "memory that the kernel maps in pages of 2 MiB"),
    LEVEL("DirectMap1G",     "memory.map.1g",          "memory that the kernel maps in pages of 1 GiB"),
    LEVEL("Zswap",           "swap.zswap.used",        "memory that holds compressed memory"),
    LEVEL("Zswapped",        "swap.zswap.stored",      "how much it was before"),
    LEVEL("SwapCached",      "swap.cached",            "memory that is in swap space as well"),
};

static const struct table memory_table = {
    .file = &(const struct table_file){ "/proc/meminfo", KEYED_LINES, TABLE_ROWS(memory_rows), NULL }, .n = 1,
};

struct memory {
    struct table_reader *table;
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
    m->huge_total = memory_add(s, UNIT_BYTE, "memory.huge.total", "pool of huge pages set aside");
    m->huge_used = memory_add(s, UNIT_BYTE, "memory.huge.used", "part of that pool in use");
    m->swap_used = memory_add(s, UNIT_BYTE, "swap.used", "swap space in use");
    m->swap_util = memory_add(s, UNIT_PERCENT, "swap.util", "share of swap space in use");
}

static double memory_value(const struct memory *m, int row)
{
    return table_value(m->table, 0, row);
}

static void memory_sample(void *self, struct frame *f)
{
    struct memory *m = self;
    table_sample(m->table, f);
    double total = memory_value(m, TOTAL), used = total - memory_value(m, AVAILABLE);
    frame_set(f, m->used, used);
    frame_set(f, m->util, total > 0 ? 100 * used / total : NAN);
    frame_set(f, m->cached, memory_value(m, CACHED) + memory_value(m, SRECLAIMABLE) - memory_value(m, SHARED));
    double huge = memory_value(m, HUGE_TOTAL), huge_size = memory_value(m, HUGE_SIZE);
    frame_set(f, m->huge_total, huge * huge_size);
    frame_set(f, m->huge_used, (huge - memory_value(m, HUGE_FREE)) * huge_size);
    double swap = memory_value(m, SWAP_TOTAL), swapped = swap - memory_value(m, SWAP_FREE);
    if (swap > 0) {
        frame_set(f, m->swap_used, swapped);
        frame_set(f, m->swap_util, 100 * swapped / swap);
    }
}

static int memory_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct memory *m = mem_new(sizeof *m);
    int rc = table_open(env, &memory_table, s, &m->table);
    if (rc < 0) {
        mem_free(m);
        return rc;
    }
    memory_add_all(m, s);
    if (table_value(m->table, 0, SWAP_TOTAL) == 0)
        env->explain(env, "no swap: swap.used and swap.util are empty until swapon(8) adds some");
    *self = m;
    return 0;
}

static void memory_close(void *self)
{
    struct memory *m = self;
    if (m)
        table_close(m->table);
    mem_free(m);
}

const struct adapter adapter_memory = {
    .name = "memory", .doc = "memory by use, and swap space",
    .provides = "memory.total,memory.used,memory.available,memory.free,memory.util,memory.cached,swap.used,swap.util",
    .open = memory_open, .sample = memory_sample, .close = memory_close,
};
