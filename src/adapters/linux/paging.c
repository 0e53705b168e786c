/*
 * paging.c - traffic between memory and storage, faults, reclaim and kills, from /proc/vmstat.
 *
 * The kernel counts pages; what is written here are bytes, with the page size of the running
 * machine. Only pgpgin and pgpgout are KiB already (all_vm_events() halves their sectors). Reclaim
 * is counted apart by who does it: kswapd beside the programs, or a program itself, which then
 * waits (direct); it is the second that people feel.
 */
#include "adapters/linux/keyed.h"
#include "base/mem.h"
#include "core/adapter.h"

#include <errno.h>
#include <unistd.h>

enum { PAGE_IN, PAGE_OUT, SWAP_IN, SWAP_OUT, FAULTS, MAJOR, SCAN_KSWAPD, SCAN_DIRECT, SCAN_KHUGEPAGED, SCAN_PROACTIVE,
       STEAL_KSWAPD, STEAL_DIRECT, STEAL_KHUGEPAGED, STEAL_PROACTIVE, REFAULT, REFAULT_ANON, REFAULT_FILE, OOM, KEYS };

static const char *const paging_keys[KEYS] = {
    [PAGE_IN] = "pgpgin", [PAGE_OUT] = "pgpgout", [SWAP_IN] = "pswpin", [SWAP_OUT] = "pswpout",
    [FAULTS] = "pgfault", [MAJOR] = "pgmajfault",
    [SCAN_KSWAPD] = "pgscan_kswapd", [SCAN_DIRECT] = "pgscan_direct", /* since 4.8 without the zone's name */
    [SCAN_KHUGEPAGED] = "pgscan_khugepaged", [SCAN_PROACTIVE] = "pgscan_proactive",
    [STEAL_KSWAPD] = "pgsteal_kswapd", [STEAL_DIRECT] = "pgsteal_direct",
    [STEAL_KHUGEPAGED] = "pgsteal_khugepaged", [STEAL_PROACTIVE] = "pgsteal_proactive",
    [REFAULT] = "workingset_refault", /* until 5.8; then split in two */
    [REFAULT_ANON] = "workingset_refault_anon", [REFAULT_FILE] = "workingset_refault_file",
    [OOM] = "oom_kill",
};

enum by { KIB, PAGES, ONES };

/* Each is the sum of the keys first .. last that the kernel has. */
static const struct { int first, last; enum by by; const char *name, *help; } paging_counters[] = {
    { PAGE_IN,      PAGE_IN,         KIB,   "memory.page_in",        "read from storage into memory" },
    { PAGE_OUT,     PAGE_OUT,        KIB,   "memory.page_out",       "written from memory to storage" },
    { SWAP_IN,      SWAP_IN,         PAGES, "swap.in",               "brought back from swap" },
    { SWAP_OUT,     SWAP_OUT,        PAGES, "swap.out",              "moved out to swap" },
    { FAULTS,       FAULTS,          ONES,  "memory.faults",         "page faults of all kinds" },
    { MAJOR,        MAJOR,           ONES,  "memory.faults.major",   "page faults that had to wait for storage" },
    { SCAN_KSWAPD,  SCAN_PROACTIVE,  PAGES, "memory.reclaim.scanned", "memory looked at in search of what can go" },
    { STEAL_KSWAPD, STEAL_PROACTIVE, PAGES, "memory.reclaim",        "memory taken back, by whomever" },
    { STEAL_DIRECT, STEAL_DIRECT,    PAGES, "memory.reclaim.direct", "memory taken back by programs, which waited" },
    { REFAULT,      REFAULT_FILE,    PAGES, "memory.refaults",       "memory needed again soon after it was taken back" },
    { OOM,          OOM,             ONES,  "memory.oom_kills",      "programs killed because memory ran out" },
};
enum { COUNTERS = sizeof paging_counters / sizeof *paging_counters };

struct paging {
    struct keyed file;
    double factor[ONES + 1];
    int slot[COUNTERS]; /* -1: not on this kernel */
};

static bool paging_has(const struct paging *p, int counter)
{
    for (int i = paging_counters[counter].first; i <= paging_counters[counter].last; i++)
        if (keyed_has(&p->file, i))
            return true;
    return false;
}

static int paging_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct paging *p = mem_new(sizeof *p);
    int rc = keyed_open(&p->file, env->root, "/proc/vmstat", paging_keys, KEYS);
    if (rc < 0) {
        mem_free(p);
        return rc == -ENOENT ? -ENODEV : rc;
    }
    p->factor[KIB] = 1024;
    p->factor[PAGES] = (double)sysconf(_SC_PAGESIZE);
    p->factor[ONES] = 1;
    for (int i = 0; i < COUNTERS; i++)
        p->slot[i] = !paging_has(p, i) ? -1 : schema_add(s, &(struct metric){
            .name = paging_counters[i].name, .help = paging_counters[i].help, .kind = KIND_COUNTER,
            .unit = paging_counters[i].by == ONES ? UNIT_NONE : UNIT_BYTE });
    *self = p;
    return 0;
}

static void paging_sample(void *self, struct frame *f)
{
    struct paging *p = self;
    double v[KEYS];
    keyed_read(&p->file, v);
    for (int i = 0; i < COUNTERS; i++) {
        double sum = NAN;
        for (int k = paging_counters[i].first; k <= paging_counters[i].last; k++)
            if (!isnan(v[k]))
                sum = isnan(sum) ? v[k] : sum + v[k];
        frame_set(f, p->slot[i], sum * p->factor[paging_counters[i].by]);
    }
}

static void paging_close(void *self)
{
    struct paging *p = self;
    if (p)
        keyed_close(&p->file);
    mem_free(p);
}

const struct adapter adapter_paging = {
    .name = "paging", .doc = "page faults, reclaim, swap traffic and kills for want of memory",
    .provides = "swap.in,swap.out,memory.faults,memory.faults.major,memory.reclaim*,memory.refaults,"
                "memory.page_in,memory.page_out,memory.oom_kills",
    .open = paging_open, .sample = paging_sample, .close = paging_close,
};
