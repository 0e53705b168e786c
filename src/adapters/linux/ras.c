/*
 * ras.c - errors of memory and of PCI Express that the hardware found, from EDAC
 * (Documentation/driver-api/edac.rst of the kernel, Documentation/ABI/testing/sysfs-devices-edac)
 * and from advanced error reporting (Documentation/ABI/testing/sysfs-bus-pci-devices-aer_stats).
 *
 * The kernel counts these itself: reading asks no hardware. Memory is shown by controller and by
 * module, PCI Express for all devices together, kept from growths, because devices come and go.
 * /sys/devices/system/machinecheck has settings, not counts; the counts are in /proc/interrupts.
 */
#include "adapters/linux/sysfs.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "core/rate.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RAS_EDAC "/sys/devices/system/edac/mc"
#define RAS_LIST_NS 120000000000

enum { RAS_MEMORY_MAX = 512, RAS_PCI_MAX = 512 };

enum { CORRECTED, NONFATAL, FATAL, PCI_KINDS };
static const struct { const char *file, *line, *name, *help; } ras_pci[PCI_KINDS] = {
    [CORRECTED] = { "aer_dev_correctable", "TOTAL_ERR_COR ",      "pci.errors.corrected", "PCI Express errors that were put right" },
    [NONFATAL]  = { "aer_dev_nonfatal",    "TOTAL_ERR_NONFATAL ", "pci.errors.nonfatal",  "PCI Express errors that lost a transfer" },
    [FATAL]     = { "aer_dev_fatal",       "TOTAL_ERR_FATAL ",    "pci.errors.fatal",     "PCI Express errors that lost a link" },
};

struct counter { int fd, slot; };
struct device { int fd[PCI_KINDS]; double before[PCI_KINDS]; };

struct ras {
    const char *root;
    struct schema *schema; /* while they are listed */
    struct counter *memory;
    size_t n_memory, cap_memory;
    struct device *pci;
    size_t n_pci, cap_pci;
    int pci_slot[PCI_KINDS];
    double errors[PCI_KINDS];
    uint64_t names;        /* a hash of those in the folders when they were listed */
    char dir[128];         /* that is being looked at */
    int64_t now_ns, list_ns;
};

static void ras_add_memory(struct ras *r, const char *dir, const char *file, bool corrected, const char *inst)
{
    int fd = sysfs_open(r->root, dir, file);
    if (fd < 0 || r->n_memory == RAS_MEMORY_MAX) {
        os_close(fd);
        return;
    }
    r->memory = mem_grow(r->memory, r->n_memory, &r->cap_memory, sizeof *r->memory);
    int slot = schema_add(r->schema, &(struct metric){
        .name = corrected ? "memory.errors.corrected" : "memory.errors.uncorrected", .inst = inst,
        .help = corrected ? "memory errors that were put right" : "memory errors that lost data",
        .kind = KIND_COUNTER });
    r->memory[r->n_memory++] = (struct counter){ fd, slot };
}

/* "dimm3", older kernels "rank3": by the label of the board where it has one. */
static void ras_note_module(void *self, const char *entry)
{
    struct ras *r = self;
    char dir[192], label[48], inst[96];
    if (strncmp(entry, "dimm", 4) != 0 && strncmp(entry, "rank", 4) != 0)
        return;
    snprintf(dir, sizeof dir, "%s/%.32s", r->dir, entry);
    if (sysfs_word(r->root, dir, "dimm_label", label, sizeof label) <= 0)
        snprintf(label, sizeof label, "%.32s", entry);
    snprintf(inst, sizeof inst, "%.32s/%s", strrchr(r->dir, '/') + 1, label);
    ras_add_memory(r, dir, "dimm_ce_count", true, inst);
    ras_add_memory(r, dir, "dimm_ue_count", false, inst);
}

static void ras_note_controller(void *self, const char *entry)
{
    struct ras *r = self;
    if (strncmp(entry, "mc", 2) != 0 || entry[2] < '0' || entry[2] > '9')
        return;
    snprintf(r->dir, sizeof r->dir, RAS_EDAC "/%.32s", entry);
    ras_add_memory(r, r->dir, "ce_count", true, entry);
    ras_add_memory(r, r->dir, "ue_count", false, entry);
    os_list(r->root, r->dir, ras_note_module, r);
}

static void ras_note_pci(void *self, const char *entry)
{
    struct ras *r = self;
    struct device d;
    bool any = false;
    snprintf(r->dir, sizeof r->dir, SYSFS_PCI "/%.32s", entry);
    for (int k = 0; k < PCI_KINDS; k++) {
        d.fd[k] = r->n_pci < RAS_PCI_MAX ? sysfs_open(r->root, r->dir, ras_pci[k].file) : -1;
        d.before[k] = NAN;
        any = any || d.fd[k] >= 0;
        if (d.fd[k] >= 0 && r->pci_slot[k] < 0)
            r->pci_slot[k] = schema_add(r->schema, &(struct metric){
                .name = ras_pci[k].name, .help = ras_pci[k].help, .kind = KIND_COUNTER });
    }
    if (!any)
        return;
    r->pci = mem_grow(r->pci, r->n_pci, &r->cap_pci, sizeof *r->pci);
    r->pci[r->n_pci++] = d;
}

static void ras_shut(struct ras *r)
{
    for (size_t i = 0; i < r->n_memory; i++)
        os_close(r->memory[i].fd);
    for (size_t i = 0; i < r->n_pci; i++)
        for (int k = 0; k < PCI_KINDS; k++)
            os_close(r->pci[i].fd[k]);
    r->n_memory = r->n_pci = 0;
}

static uint64_t ras_names(const struct ras *r)
{
    return sysfs_hash_names(r->root, SYSFS_PCI, sysfs_hash_names(r->root, RAS_EDAC, HASH_START));
}

static void ras_list(struct ras *r, struct schema *s)
{
    r->schema = s;
    r->names = ras_names(r);
    ras_shut(r);
    os_list(r->root, RAS_EDAC, ras_note_controller, r);
    os_list(r->root, SYSFS_PCI, ras_note_pci, r);
}

static int ras_rescan(void *self, struct schema *s)
{
    struct ras *r = self;
    if (r->now_ns - r->list_ns < RAS_LIST_NS)
        return 0;
    r->list_ns = r->now_ns;
    if (ras_names(r) != r->names)
        ras_list(r, s);
    return 0;
}

/* The number behind the line "TOTAL_ERR_COR 3", the last of the file. */
static double ras_total(int fd, const char *line)
{
    char text[1024];
    uint64_t n;
    if (fd < 0 || os_pread_once(fd, text, sizeof text) < 0)
        return NAN;
    const char *p = strstr(text, line);
    return p && (p += strlen(line), text_u64(&p, &n)) ? (double)n : (double)NAN;
}

static void ras_sample(void *self, struct frame *f)
{
    struct ras *r = self;
    bool known[PCI_KINDS] = { false };
    r->now_ns = f->mono_ns;
    for (size_t i = 0; i < r->n_memory; i++)
        frame_set(f, r->memory[i].slot, sysfs_pread(r->memory[i].fd));
    for (size_t i = 0; i < r->n_pci; i++)
        for (int k = 0; k < PCI_KINDS; k++) {
            struct device *d = &r->pci[i];
            double now = ras_total(d->fd[k], ras_pci[k].line), grown = rate_growth(d->before[k], now, 0);
            r->errors[k] += isnan(grown) ? 0 : grown;
            known[k] = known[k] || !isnan(now);
            d->before[k] = now;
        }
    for (int k = 0; k < PCI_KINDS; k++)
        frame_set(f, r->pci_slot[k], known[k] ? r->errors[k] : (double)NAN);
}

static void ras_close(void *self)
{
    struct ras *r = self;
    if (!r)
        return;
    ras_shut(r);
    mem_free(r->memory);
    mem_free(r->pci);
    mem_free(r);
}

static int ras_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct ras *r = mem_new(sizeof *r);
    r->root = env->root;
    for (int k = 0; k < PCI_KINDS; k++)
        r->pci_slot[k] = -1;
    ras_list(r, s);
    if (r->n_memory == 0 && r->n_pci == 0) {
        ras_close(r);
        env->explain(env, "no counts of errors: memory without ECC or no EDAC driver for it, "
                          "and no PCI Express that reports errors to the kernel");
        return -ENODEV;
    }
    *self = r;
    return 0;
}

const struct adapter adapter_ras = {
    .name = "ras", .doc = "errors of memory and PCI Express that the hardware found",
    .provides = "memory.errors.*,pci.errors.*",
    .period_ms = 30000,
    .open = ras_open, .sample = ras_sample, .rescan = ras_rescan, .close = ras_close,
};
