/*
 * cgroup.c - what the control groups around this process allow and what is used of it
 * (Documentation/admin-guide/cgroup-v2.rst of the kernel; where a controller is still on version 1,
 * cgroup-v1/memory.rst and scheduler/sched-bwc.rst).
 *
 * A limit may stand in any group from our own up to the top that can be seen; the tightest binds,
 * and use and pressure are those of the group that has it. Without a limit they are our own
 * group's. In a container this is the container. Processor and memory may be bound in different
 * groups.
 *
 * Memory in use leaves out file cache that was not touched lately (inactive_file): the kernel gives
 * it back before it kills anybody.
 */
#include "adapters/linux/cgroup_limit.h"
#include "adapters/linux/keyed.h"
#include "adapters/linux/psi.h"
#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CPU_TIME, CPU_CAPACITY, CPU_PERIODS, CPU_THROTTLED, CPU_LIMIT, MEMORY_USED, MEMORY_LIMIT,
    MEMORY_UTIL, OOM_KILLS, VALUES
};

static const struct { const char *name, *help; enum unit unit; enum kind kind; double max; } cgroup_metrics[VALUES] = {
    [CPU_TIME]      = { "cgroup.cpu.time",            "processor time used by the group",      UNIT_SECOND,  KIND_COUNTER, 0 },
    [CPU_CAPACITY]  = { "cgroup.cpu.capacity",        "processor time that its limit allowed", UNIT_SECOND,  KIND_COUNTER, 0 },
    [CPU_PERIODS]   = { "cgroup.cpu.periods",         "periods of its quota that passed",      UNIT_NONE,    KIND_COUNTER, 0 },
    [CPU_THROTTLED] = { "cgroup.cpu.periods.throttled", "periods in which it used its quota up", UNIT_NONE,    KIND_COUNTER, 0 },
    [CPU_LIMIT]     = { "cgroup.cpu.limit",           "processors that the group may use",     UNIT_NONE,    KIND_GAUGE,   0 },
    [MEMORY_USED]   = { "cgroup.memory.used",         "memory in use, idle file cache left out", UNIT_BYTE,  KIND_GAUGE,   0 },
    [MEMORY_LIMIT]  = { "cgroup.memory.limit",        "memory that the group may use",         UNIT_BYTE,    KIND_GAUGE,   0 },
    [MEMORY_UTIL]   = { "cgroup.memory.util",         "memory in use, of the limit",           UNIT_PERCENT, KIND_GAUGE, 100 },
    [OOM_KILLS]     = { "cgroup.memory.oom_kills",    "processes killed for want of memory",   UNIT_NONE,    KIND_COUNTER, 0 },
};

enum { CPU_PSI, MEMORY_PSI, IO_PSI };

static const struct { int file; const char *line, *name, *help; } cgroup_pressure[] = {
    { CPU_PSI,    "some", "cgroup.pressure.cpu.some",    "share of time in which a task of the group waited for a core" },
    { CPU_PSI,    "full", "cgroup.pressure.cpu.full",    "share of time in which all its tasks waited for a core" },
    { MEMORY_PSI, "some", "cgroup.pressure.memory.some", "share of time in which a task of the group waited for memory" },
    { MEMORY_PSI, "full", "cgroup.pressure.memory.full", "share of time in which all its tasks waited for memory" },
    { IO_PSI,     "some", "cgroup.pressure.io.some",     "share of time in which a task of the group waited for storage" },
    { IO_PSI,     "full", "cgroup.pressure.io.full",     "share of time in which all its tasks waited for storage" },
};
enum { PRESSURES = sizeof cgroup_pressure / sizeof *cgroup_pressure };

static const char *const cgroup_psi_files[] = { "cpu.pressure", "memory.pressure", "io.pressure" };
enum { PSI_FILES = sizeof cgroup_psi_files / sizeof *cgroup_psi_files };

/* Keys of both versions; a file has those of one. */
enum { USAGE, PERIODS, THROTTLED, CPU_KEYS };
static const char *const cgroup_cpu_keys[CPU_KEYS] = { "usage_usec", "nr_periods", "nr_throttled" };
enum { INACTIVE, INACTIVE_V1, MEMORY_KEYS };
static const char *const cgroup_memory_keys[MEMORY_KEYS] = { "inactive_file", "total_inactive_file" };
static const char *const cgroup_oom_keys[] = { "oom_kill" };

struct cgroup {
    const char *root;
    struct cgroup_group group[CGROUP_CONTROLLERS];
    double all_cpus;          /* without a quota */
    double capacity_s;
    int64_t before_ns;
    struct keyed cpu_stat, memory_stat, oom;
    int usage_fd;             /* version 1: cpuacct.usage, ns */
    int memory_fd;
    int psi_fd[PSI_FILES];
    int slot[VALUES], psi_slot[PRESSURES];
};

static double cgroup_cpus(const struct cgroup *c)
{
    double quota = cgroup_quota(&c->group[CGROUP_CPU]);
    return quota > c->all_cpus || isnan(quota) ? c->all_cpus : quota;
}

static void cgroup_add(struct cgroup *c, struct schema *s, int i)
{
    c->slot[i] = schema_add(s, &(struct metric){
        .name = cgroup_metrics[i].name, .help = cgroup_metrics[i].help, .unit = cgroup_metrics[i].unit,
        .kind = cgroup_metrics[i].kind, .max = cgroup_metrics[i].max, .rate = i == OOM_KILLS ? NULL : "" });
}

static void cgroup_add_share(struct cgroup *c, struct schema *s, const char *name, const char *help, int num, int den)
{
    cgroup_add(c, s, num);
    cgroup_add(c, s, den);
    schema_add(s, &(struct metric){
        .name = name, .help = help, .unit = UNIT_PERCENT, .kind = KIND_RATIO, .num = c->slot[num], .den = c->slot[den],
        .scale = 100, .max = 100 });
}

static int cgroup_open_keyed(const struct cgroup *c, const struct cgroup_group *g, const char *file,
                             struct keyed *k, const char *const *keys, int n)
{
    char path[CGROUP_DIR_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", g->dir, file);
    return keyed_open(k, c->root, path, keys, n);
}

/* Version 1 counts time in another hierarchy, in a group of the same path. */
static int cgroup_open_usage(const struct cgroup *c, const struct cgroup_group *g)
{
    char dir[CGROUP_DIR_MAX + 64];
    const char *rest = g->dir + strlen("/sys/fs/cgroup/cpu");
    snprintf(dir, sizeof dir, "/sys/fs/cgroup/cpuacct%s", rest);
    return sysfs_open(c->root, dir, "cpuacct.usage");
}

static bool cgroup_open_cpu(struct cgroup *c, struct schema *s)
{
    const struct cgroup_group *g = &c->group[CGROUP_CPU];
    if (!g->there)
        return false;
    bool stat = cgroup_open_keyed(c, g, "cpu.stat", &c->cpu_stat, cgroup_cpu_keys, CPU_KEYS) == 0;
    c->usage_fd = g->v2 ? -1 : cgroup_open_usage(c, g);
    c->all_cpus = cgroup_all_cpus(c->root, g);
    if (!(stat && keyed_has(&c->cpu_stat, USAGE)) && c->usage_fd < 0)
        return false;
    cgroup_add(c, s, CPU_LIMIT);
    cgroup_add_share(c, s, "cgroup.cpu.util", "processor time used, of what the limit allows",
                     CPU_TIME, CPU_CAPACITY);
    if (stat && keyed_has(&c->cpu_stat, PERIODS))
        cgroup_add_share(c, s, "cgroup.cpu.throttled",
                         "share of the quota's periods in which the group had to wait",
                         CPU_THROTTLED, CPU_PERIODS);
    return true;
}

static bool cgroup_open_memory(struct cgroup *c, struct schema *s)
{
    const struct cgroup_group *g = &c->group[CGROUP_MEMORY];
    c->memory_fd = g->there ? sysfs_open(c->root, g->dir,
                                         g->v2 ? "memory.current" : "memory.usage_in_bytes")
                            : -ENOENT;
    if (c->memory_fd < 0)
        return false;
    cgroup_add(c, s, MEMORY_USED);
    if (!isnan(cgroup_memory_limit(g))) {
        cgroup_add(c, s, MEMORY_LIMIT);
        cgroup_add(c, s, MEMORY_UTIL);
    }
    cgroup_open_keyed(c, g, "memory.stat", &c->memory_stat, cgroup_memory_keys, MEMORY_KEYS);
    if (cgroup_open_keyed(c, g, g->v2 ? "memory.events" : "memory.oom_control", &c->oom,
                          cgroup_oom_keys, 1) == 0)
        cgroup_add(c, s, OOM_KILLS);
    return true;
}

static void cgroup_open_pressure(struct cgroup *c, struct schema *s)
{
    for (int i = 0; i < PSI_FILES; i++) {
        const struct cgroup_group *g = &c->group[i == CPU_PSI ? CGROUP_CPU : CGROUP_MEMORY];
        c->psi_fd[i] = g->there && g->v2 ? sysfs_open(c->root, g->dir, cgroup_psi_files[i])
                                         : -ENOENT;
    }
    for (int i = 0; i < PRESSURES; i++) {
        char name[SCHEMA_MAX_NAME];
        if (c->psi_fd[cgroup_pressure[i].file] < 0)
            continue;
        snprintf(name, sizeof name, "%s.time", cgroup_pressure[i].name);
        c->psi_slot[i] = schema_add(s, &(struct metric){
            .name = name, .help = "the time behind that share", .unit = UNIT_SECOND,
        .kind = KIND_COUNTER, .rate = "" });
        schema_add(s, &(struct metric){
            .name = cgroup_pressure[i].name, .help = cgroup_pressure[i].help, .unit = UNIT_PERCENT, .kind = KIND_RATIO,
            .num = c->psi_slot[i], .den = SCHEMA_TIME, .scale = 100, .max = 100 });
    }
}

static void cgroup_close(void *self)
{
    struct cgroup *c = self;
    if (!c)
        return;
    keyed_close(&c->cpu_stat);
    keyed_close(&c->memory_stat);
    keyed_close(&c->oom);
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        cgroup_release(&c->group[i]);
    os_close(c->usage_fd);
    os_close(c->memory_fd);
    for (int i = 0; i < PSI_FILES; i++)
        os_close(c->psi_fd[i]);
    mem_free(c);
}

static struct cgroup *cgroup_new(const char *root)
{
    struct cgroup *c = mem_new(sizeof *c);
    c->root = root;
    c->cpu_stat.file.fd = c->memory_stat.file.fd = c->oom.file.fd = c->usage_fd = c->memory_fd = -1;
    for (int i = 0; i < PSI_FILES; i++)
        c->psi_fd[i] = -1;
    for (int i = 0; i < VALUES; i++)
        c->slot[i] = -1;
    for (int i = 0; i < PRESSURES; i++)
        c->psi_slot[i] = -1;
    return c;
}

static int cgroup_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct cgroup *c = cgroup_new(env->root);
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        cgroup_find(env->root, (enum cgroup_controller)i, &c->group[i]);
    bool cpu = cgroup_open_cpu(c, s), memory = cgroup_open_memory(c, s);
    if (!cpu && !memory) {
        cgroup_close(c);
        env->explain(
            env,
            "runs in the top control group, which has no limits: cpu.* and memory.* say it all; "
            "in a container, mount /sys/fs/cgroup to see its limits");
        return -ENODEV;
    }
    cgroup_open_pressure(c, s);
    *self = c;
    return 0;
}

static void cgroup_sample_cpu(struct cgroup *c, struct frame *f)
{
    double v[CPU_KEYS] = { NAN, NAN, NAN }, cpus = cgroup_cpus(c);
    if (c->cpu_stat.file.fd >= 0)
        keyed_read(&c->cpu_stat, v);
    if (c->before_ns && !isnan(cpus))
        c->capacity_s += cpus * (double)(f->mono_ns - c->before_ns) * 1e-9;
    c->before_ns = f->mono_ns;
    frame_set(f, c->slot[CPU_TIME],
              c->usage_fd >= 0 ? sysfs_pread(c->usage_fd) * 1e-9 : v[USAGE] * 1e-6);
    frame_set(f, c->slot[CPU_CAPACITY], isnan(cpus) ? (double)NAN : c->capacity_s);
    frame_set(f, c->slot[CPU_PERIODS], v[PERIODS]);
    frame_set(f, c->slot[CPU_THROTTLED], v[THROTTLED]);
    frame_set(f, c->slot[CPU_LIMIT], cpus);
}

static void cgroup_sample_memory(struct cgroup *c, struct frame *f)
{
    const struct cgroup_group *g = &c->group[CGROUP_MEMORY];
    double v[MEMORY_KEYS] = { NAN, NAN }, used = sysfs_pread(c->memory_fd), kills = NAN;
    if (c->memory_stat.file.fd >= 0)
        keyed_read(&c->memory_stat, v);
    /* Version 1 writes both, its "inactive_file" without the groups below. */
    double idle = g->v2 ? v[INACTIVE] : v[INACTIVE_V1];
    used -= isnan(idle) || idle > used ? 0 : idle;
    double limit = cgroup_memory_limit(g);
    frame_set(f, c->slot[MEMORY_USED], used);
    frame_set(f, c->slot[MEMORY_LIMIT], limit);
    if (limit > 0)
        frame_set(f, c->slot[MEMORY_UTIL], used < limit ? 100 * used / limit : 100);
    if (c->oom.file.fd >= 0)
        keyed_read(&c->oom, &kills);
    frame_set(f, c->slot[OOM_KILLS], kills);
}

static void cgroup_sample_pressure(struct cgroup *c, struct frame *f)
{
    char text[PSI_FILES][256];
    bool read[PSI_FILES];
    for (int i = 0; i < PSI_FILES; i++)
        read[i] = c->psi_fd[i] >= 0 && os_pread_text(c->psi_fd[i], text[i], sizeof text[i]) >= 0;
    for (int i = 0; i < PRESSURES; i++)
        if (read[cgroup_pressure[i].file])
            frame_set(f, c->psi_slot[i],
                      psi_total(text[cgroup_pressure[i].file], cgroup_pressure[i].line));
}

static void cgroup_sample(void *self, struct frame *f)
{
    struct cgroup *c = self;
    if (c->slot[CPU_TIME] >= 0)
        cgroup_sample_cpu(c, f);
    if (c->memory_fd >= 0)
        cgroup_sample_memory(c, f);
    cgroup_sample_pressure(c, f);
}

const struct adapter adapter_cgroup = {
    .name = "cgroup", .doc = "limits and use of the control group that this process lives in",
    .provides = "cgroup.*",
    .period_ms = 2000,
    .open = cgroup_open, .sample = cgroup_sample, .close = cgroup_close,
};
