/*
 * rapl.c - electrical power of the processor, from the energy counters that it keeps itself
 * (Documentation/power/powercap/powercap.rst of the kernel; AMD's are shown under Intel's name).
 *
 * The counters are joules and their rate is watts. They start again from 0 at max_energy_range_uj,
 * under load every few minutes. They may also be reset by a suspend: a fall is taken as a wrap only
 * where it gives a power that a processor can have.
 *
 * Since CVE-2020-8694 only root may read them. The same counters, shown a second time through
 * memory-mapped registers (intel-rapl-mmio), are left out.
 */
#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "core/rate.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RAPL_DIR "/sys/class/powercap"
#define RAPL_MAX_W 1000 /* of one domain; the largest processors of today take 500 W */

enum { RAPL_DOMAINS = 128 };

static const struct { const char *name, *counter, *rate, *help; } rapl_kinds[] = {
    { "package", "energy.package", "power.package", "power of a whole processor package" },
    { "core",    "energy.core",    "power.core",    "power of the cores of a package" },
    { "uncore",  "energy.uncore",  "power.uncore",  "power of the graphics unit in a package" },
    { "dram",    "energy.dram",    "power.dram",    "power of the memory of a package" },
    { "psys",    "energy.psys",    "power.psys",    "power of the whole platform, as its maker wired it" },
};
enum { PACKAGE, KINDS = sizeof rapl_kinds / sizeof *rapl_kinds };

struct domain {
    int fd, slot;
    bool is_package;
    double wrap_j;
    double before_j;   /* of the reading before */
};

struct rapl {
    const char *root;
    struct schema *schema;
    int n;
    struct domain d[RAPL_DOMAINS];
    int cpu_slot;      /* energy.cpu: all packages */
    double cpu_j;
    int64_t before_ns;
    int denied;        /* domains that may not be read */
};

/* "package-0" is the package "0", "package-1-die-0" "1-die-0";
 * a part of a package has the package's. */
static int rapl_kind(const char *name)
{
    if (strncmp(name, "package-", 8) == 0)
        return PACKAGE;
    for (int i = PACKAGE + 1; i < KINDS; i++)
        if (strcmp(name, rapl_kinds[i].name) == 0)
            return i;
    return -1;
}

/* Name of the package that a zone like "intel-rapl:0:1" belongs to. */
static void rapl_package(const char *root, const char *zone, char out[static 32])
{
    char dir[96], name[48];
    size_t n = strlen("intel-rapl:");
    n += strcspn(zone + n, ":");
    snprintf(dir, sizeof dir, RAPL_DIR "/%.*s", (int)(n < 40 ? n : 40), zone);
    out[0] = '\0';
    if (sysfs_word(root, dir, "name", name, sizeof name) > 0 && strncmp(name, "package-", 8) == 0)
        snprintf(out, 32, "%.31s", name + 8);
}

static void rapl_note(void *self, const char *zone)
{
    struct rapl *r = self;
    char dir[96], name[48], package[32];
    int64_t now;
    if (strncmp(zone, "intel-rapl:", 11) != 0 || r->n == RAPL_DOMAINS)
        return;
    snprintf(dir, sizeof dir, RAPL_DIR "/%.40s", zone);
    int kind = sysfs_word(r->root, dir, "name", name, sizeof name) > 0 ? rapl_kind(name) : -1;
    if (kind < 0)
        return;
    struct domain d = { .fd = sysfs_open(r->root, dir, "energy_uj"), .is_package = kind == PACKAGE, .before_j = NAN };
    int rc = d.fd < 0 ? d.fd : os_pread_i64(d.fd, &now);
    if (rc < 0) {
        r->denied += rc == -EACCES || rc == -EPERM;
        os_close(d.fd);
        return;
    }
    double range = sysfs_number(r->root, dir, "max_energy_range_uj") * 1e-6;
    d.wrap_j = range > 0 ? range : 0;
    rapl_package(r->root, zone, package);
    d.slot = schema_add(r->schema, &(struct metric){
        .name = rapl_kinds[kind].counter, .inst = package, .help = rapl_kinds[kind].help, .unit = UNIT_JOULE,
        .kind = KIND_COUNTER, .wrap = d.wrap_j, .rate = rapl_kinds[kind].rate });
    r->d[r->n++] = d;
}

static int rapl_refuse(const struct adapter_env *env, int denied)
{
    if (denied) {
        env->explain(
            env,
            "only root may read the processor's energy since CVE-2020-8694, and a service of `sonde service install`; "
            "to permit the group sonde: sonde service print --tmpfiles");
        return -EACCES;
    }
    env->explain(env,
                 "no energy counters of the processor: usual in a virtual machine; elsewhere try "
                 "'modprobe intel_rapl_msr' (Intel since Sandy Bridge, AMD since Zen)");
    return -ENODEV;
}

static void rapl_close(void *self)
{
    struct rapl *r = self;
    for (int i = 0; r && i < r->n; i++)
        os_close(r->d[i].fd);
    mem_free(r);
}

static int rapl_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct rapl *r = mem_new(sizeof *r);
    r->root = env->root;
    r->schema = s;
    os_list(env->root, RAPL_DIR, rapl_note, r);
    if (r->n == 0) {
        int rc = rapl_refuse(env, r->denied);
        rapl_close(r);
        return rc;
    }
    r->cpu_slot = -1;
    for (int i = 0; i < r->n && r->cpu_slot < 0; i++)
        if (r->d[i].is_package)
            r->cpu_slot = schema_add(s, &(struct metric){
                .name = "energy.cpu", .unit = UNIT_JOULE, .kind = KIND_COUNTER, .rate = "cpu.power",
                .help = "power of all processor packages" });
    *self = r;
    return 0;
}

/*
 * What the domain used since the reading before. NaN at the first, after a reset, and where so much
 * time has passed that the counter may have started again more than once.
 */
static double rapl_used(struct domain *d, double now_j, double dt_s)
{
    double used = rate_growth(d->before_j, now_j, d->wrap_j);
    d->before_j = now_j;
    double most = RAPL_MAX_W * dt_s;
    return used <= most && (d->wrap_j == 0 || most <= d->wrap_j) ? used : (double)NAN;
}

static void rapl_sample(void *self, struct frame *f)
{
    struct rapl *r = self;
    double dt_s = (double)(f->mono_ns - r->before_ns) * 1e-9, all = 0;
    bool first = r->before_ns == 0;
    for (int i = 0; i < r->n; i++) {
        struct domain *d = &r->d[i];
        double now_j = sysfs_pread(d->fd) * 1e-6, used = rapl_used(d, now_j, dt_s);
        if (first || !isnan(used))
            frame_set(f, d->slot, now_j);
        if (d->is_package)
            all += used;
    }
    r->before_ns = f->mono_ns;
    if (!first && !isnan(all))
        r->cpu_j += all;
    if (first || !isnan(all))
        frame_set(f, r->cpu_slot, r->cpu_j);
}

const struct adapter adapter_rapl = {
    .name = "rapl", .doc = "electrical power of the processor",
    .provides = "power.*,energy.*,cpu.power",
    .apart = true,
    .open = rapl_open, .sample = rapl_sample, .close = rapl_close,
};
