/*
 * hugepages.c - pools of huge pages of each size, merging of equal pages (KSM), and khugepaged, from
 * /sys/kernel/mm (Documentation/admin-guide/mm/hugetlbpage.rst, ksm.rst, transhuge.rst).
 *
 * Which sizes there are is up to the processor. Every 30 s: some twenty small files of which few
 * ever change.
 */
#include "adapters/linux/table.h"
#include "base/mem.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

#define LEVEL(key, name, help) { key, name, NULL, ONES, KIND_GAUGE, help }
#define COUNT(key, name, help) { key, name, NULL, ONES, KIND_COUNTER, help }

static const struct table_row hugepages_pool[] = {
    LEVEL("nr_hugepages",            "memory.hugepages.total",     "huge pages set aside"),
    LEVEL("free_hugepages",          "memory.hugepages.free",      "those not in use"),
    LEVEL("resv_hugepages",          "memory.hugepages.reserved",  "those promised and not touched yet"),
    LEVEL("surplus_hugepages",       "memory.hugepages.surplus",   "those beyond the pool, given back after use"),
    LEVEL("nr_overcommit_hugepages", "memory.hugepages.overcommit", "how many of these there may be"),
};

static const struct table_row hugepages_ksm[] = {
    LEVEL("run",             "memory.ksm.run",           "is merging of equal pages on? 1: yes; 2: being undone"),
    { "pages_shared",   "memory.ksm.shared",   NULL, PAGES, KIND_GAUGE, "memory that stands for several equal pages" },
    { "pages_sharing",  "memory.ksm.saved",    NULL, PAGES, KIND_GAUGE, "memory saved by merging" },
    { "pages_unshared", "memory.ksm.unshared", NULL, PAGES, KIND_GAUGE, "memory looked at that has no equal" },
    { "pages_volatile", "memory.ksm.volatile", NULL, PAGES, KIND_GAUGE, "memory looked at that changes too often" },
    { "pages_scanned",  "memory.ksm.scanned",  NULL, PAGES, KIND_COUNTER, "memory looked at" },
    { "pages_skipped",  "memory.ksm.skipped",  NULL, PAGES, KIND_COUNTER, "memory passed over by experience" },
    { "ksm_zero_pages", "memory.ksm.zero",     NULL, PAGES, KIND_GAUGE, "memory of zeros that was merged" },
    COUNT("full_scans",      "memory.ksm.rounds",        "times that all of it was looked at"),
    LEVEL("stable_node_dups", "memory.ksm.copies.held",  "further copies of much shared pages"),
};

static const struct table_row hugepages_khugepaged[] = {
    COUNT("pages_collapsed", "memory.khugepaged.collapsed", "huge pages that khugepaged made of small ones"),
    COUNT("full_scans",      "memory.khugepaged.rounds",    "times that it looked at all memory of programs"),
};

enum { SIZES = 8, FILES = SIZES + 2, PATH = 96 };

struct hugepages {
    struct table table;
    struct table_file file[FILES];
    char path[SIZES][PATH], inst[SIZES][32]; /* of the sizes */
    struct table_reader *reader;
};

static void hugepages_note_size(void *self, const char *name)
{
    struct hugepages *h = self;
    int i = h->table.n;
    if (i == SIZES || strncmp(name, "hugepages-", 10) != 0)
        return;
    snprintf(h->path[i], sizeof h->path[i], "/sys/kernel/mm/hugepages/%.40s", name);
    snprintf(h->inst[i], sizeof h->inst[i], "%.31s", name + 10);
    h->file[h->table.n++] = (struct table_file){ h->path[i], KEYED_FILES, TABLE_ROWS(hugepages_pool), h->inst[i] };
}

static void hugepages_close(void *self)
{
    struct hugepages *h = self;
    if (h)
        table_close(h->reader);
    mem_free(h);
}

static int hugepages_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct hugepages *h = mem_new(sizeof *h);
    os_list(env->root, "/sys/kernel/mm/hugepages", hugepages_note_size, h);
    h->file[h->table.n++] = (struct table_file){ "/sys/kernel/mm/ksm", KEYED_FILES, TABLE_ROWS(hugepages_ksm), NULL };
    h->file[h->table.n++] = (struct table_file){
        "/sys/kernel/mm/transparent_hugepage/khugepaged", KEYED_FILES, TABLE_ROWS(hugepages_khugepaged), NULL };
    h->table.file = h->file;
    int rc = table_open(env, &h->table, s, &h->reader);
    if (rc == 0)
        *self = h;
    else
        hugepages_close(h);
    return rc;
}

static void hugepages_sample(void *self, struct frame *f)
{
    const struct hugepages *h = self;
    table_sample(h->reader, f);
}

const struct adapter adapter_hugepages = {
    .name = "hugepages", .doc = "pools of huge pages, merging of equal pages, khugepaged",
    .provides = "memory.hugepages.*,memory.ksm.*,memory.khugepaged.*",
    .period_ms = 30000,
    .open = hugepages_open, .sample = hugepages_sample, .close = hugepages_close,
};
