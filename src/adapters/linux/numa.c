/*
 * numa.c - memory of each node of a machine that has several, from /sys/devices/system/node
 * (Documentation/admin-guide/numastat.rst, drivers/base/node.c of the kernel).
 *
 * One node can be full while another is nearly empty. With a single node /proc/meminfo says it all.
 */
#include "adapters/linux/table.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LEVEL(key, name, help) { key, name, NULL, KIB,  KIND_GAUGE,   help }
#define COUNT(key, name, help) { key, name, NULL, ONES, KIND_COUNTER, help }

static const struct table_row numa_memory[] = {
    LEVEL("MemTotal",      "memory.node.total",       "memory of the node"),
    LEVEL("MemFree",       "memory.node.free",        "memory that holds nothing at all"),
    LEVEL("MemUsed",       "memory.node.used",        "memory that holds something, caches included"),
    LEVEL("FilePages",     "memory.node.page_cache",  "cache of files, shared memory included"),
    LEVEL("AnonPages",     "memory.node.anon",        "memory of programs that no file backs"),
    LEVEL("Mapped",        "memory.node.mapped",      "files mapped into programs"),
    LEVEL("Shmem",         "memory.node.shared",      "shared memory and tmpfs"),
    LEVEL("Dirty",         "memory.node.dirty",       "cache that waits to be written"),
    LEVEL("Active",        "memory.node.active",      "memory touched lately"),
    LEVEL("Inactive",      "memory.node.inactive",    "memory not touched lately"),
    LEVEL("Slab",          "memory.node.slab",        "the kernel's own structures"),
    LEVEL("PageTables",    "memory.node.page_tables", "page tables of programs"),
    LEVEL("AnonHugePages", "memory.node.huge.anon",   "transparent huge pages of programs"),
    { "HugePages_Total", "memory.node.hugepages.total", NULL, ONES, KIND_GAUGE, "huge pages set aside" },
    { "HugePages_Free",  "memory.node.hugepages.free",  NULL, ONES, KIND_GAUGE, "those not in use" },
};

static const struct table_row numa_places[] = {
    COUNT("numa_hit",        "memory.node.hit",        "allocations here, as meant"),
    COUNT("numa_miss",       "memory.node.miss",       "allocations here because another node was full"),
    COUNT("numa_foreign",    "memory.node.foreign",    "allocations meant for here: the node was full"),
    COUNT("interleave_hit",  "memory.node.interleave", "allocations spread over nodes, as meant"),
    COUNT("local_node",      "memory.node.local",      "allocations here by tasks that ran here"),
    COUNT("other_node",      "memory.node.other",      "allocations here by tasks that ran elsewhere"),
};

enum { NODES = 64, PER_NODE = 2, PATH = 64 };

struct numa {
    struct table table;
    struct table_file file[NODES * PER_NODE];
    char path[NODES * PER_NODE][PATH], inst[NODES][8];
    int nodes;
    struct table_reader *reader;
};

static void numa_note_file(struct numa *m, unsigned node, const char *name, const struct table_row *row, int n)
{
    int i = m->table.n++;
    snprintf(m->path[i], PATH, "/sys/devices/system/node/node%u/%s", node, name);
    m->file[i] = (struct table_file){ m->path[i], KEYED_LINES, row, n, m->inst[m->nodes] };
}

static void numa_note_node(void *self, const char *name)
{
    struct numa *m = self;
    uint64_t number;
    const char *p = name + strlen("node");
    if (m->nodes == NODES || strncmp(name, "node", 4) != 0 || !text_u64(&p, &number) || *p || number > 9999)
        return;
    snprintf(m->inst[m->nodes], sizeof *m->inst, "%u", (unsigned)number);
    numa_note_file(m, (unsigned)number, "meminfo", TABLE_ROWS(numa_memory));
    numa_note_file(m, (unsigned)number, "numastat", TABLE_ROWS(numa_places));
    m->nodes++;
}

static void numa_close(void *self)
{
    struct numa *m = self;
    if (m)
        table_close(m->reader);
    mem_free(m);
}

static int numa_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct numa *m = mem_new(sizeof *m);
    os_list(env->root, "/sys/devices/system/node", numa_note_node, m);
    m->table.file = m->file;
    int rc = -ENODEV;
    if (m->nodes > 1)
        rc = table_open(env, &m->table, s, &m->reader);
    else
        env->explain(env, "all memory is on one node: memory.* says it all");
    if (rc == 0)
        *self = m;
    else
        numa_close(m);
    return rc;
}

static void numa_sample(void *self, struct frame *f)
{
    const struct numa *m = self;
    table_sample(m->reader, f);
}

const struct adapter adapter_numa = {
    .name = "numa", .doc = "memory of each node of a machine that has several",
    .provides = "memory.node.*",
    .period_ms = 10000,
    .open = numa_open, .sample = numa_sample, .close = numa_close,
};
