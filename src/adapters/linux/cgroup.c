/*
 * cgroup.c - what the control groups around this process allow and what is used of it
 * (Documentation/admin-guide/cgroup-v2.rst of the kernel; where a controller is still on version 1,
 * cgroup-v1/memory.rst and scheduler/sched-bwc.rst).
 *
 * A limit may stand in any group from our own up to the top that can be seen; the tightest binds,
 * and use and pressure are those of the group that has it. Without a limit they are our own group's.
 * In a container this is the container. Processor and memory may be bound in different groups.
 *
 * Memory in use leaves out file cache that was not touched lately (inactive_file): the kernel gives
 * it back before it kills anybody.
 */
#include "adapters/linux/keyed.h"
#include "adapters/linux/lines.h"
#include "adapters/linux/psi.h"
#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CGROUP_DIR_MAX 1024

enum { CPU, MEMORY, CONTROLLERS };

enum { CPU_TIME, CPU_CAPACITY, CPU_PERIODS, CPU_THROTTLED, CPU_LIMIT, MEMORY_USED, MEMORY_LIMIT, MEMORY_UTIL, OOM_KILLS, VALUES };

static const struct { const char *name, *help; enum unit unit; enum kind kind; double max; } cgroup_metrics[VALUES] = {
    [CPU_TIME]      = { "cgroup.cpu.time",            "processor time used by the group",      UNIT_SECOND,  KIND_COUNTER, 0 },
    [CPU_CAPACITY]  = { "cgroup.cpu.capacity",        "processor time that its limit allowed", UNIT_SECOND,  KIND_COUNTER, 0 },
    [CPU_PERIODS]   = { "cgroup.cpu.periods",         "periods of its quota that passed",      UNIT_NONE,    KIND_COUNTER, 0 },
    [CPU_THROTTLED] = { "cgroup.cpu.periods.throttled", "periods in which it used its quota up and waited",
                                                                                               UNIT_NONE,    KIND_COUNTER, 0 },
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

struct group {
    bool v2;
    char dir[CGROUP_DIR_MAX]; /* of the group that binds */
    bool there;               /* there is something to tell about it */
};

struct cgroup {
    const char *root;
    struct group group[CONTROLLERS];
    double all_cpus;          /* without a quota */
    double capacity_s;
    int64_t before_ns;
    struct keyed cpu_stat, memory_stat, oom;
    int usage_fd;             /* version 1: cpuacct.usage, ns */
    int memory_fd;
    int psi_fd[PSI_FILES];
    int slot[VALUES], psi_slot[PRESSURES];
};

/* Is the word one of a list with commas? */
static bool cgroup_lists(const char *list, size_t n, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = list, *end = list + n; p < end; p += strcspn(p, ",:") + 1)
        if (strncmp(p, word, len) == 0 && (p[len] == ',' || p[len] == ':'))
            return true;
    return false;
}

/* Our own group for a controller below the top of its hierarchy, from lines like "4:cpu,cpuacct:/a/b" and "0::/a/b". */
static void cgroup_own(const char *root, const char *controller, bool *v2, char out[static CGROUP_DIR_MAX])
{
    struct lines l;
    char *line;
    *v2 = true;
    out[0] = '\0';
    bool open = lines_open(&l, root, "/proc/self/cgroup") == 0 && lines_read_all(&l) >= 0;
    while (open && *v2 && (line = lines_next(&l))) {
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        list++;
        *v2 = !cgroup_lists(list, (size_t)(path - list), controller);
        if (path == list || !*v2)
            snprintf(out, CGROUP_DIR_MAX, "%s", path + 1);
    }
    lines_close(&l);
    /* "/" is the top; "/../a" is outside of what this namespace shows. */
    if (strcmp(out, "/") == 0 || strstr(out, "/.."))
        out[0] = '\0';
}

static const char *cgroup_top(const char *root, bool v2, const char *controller, char out[static 64])
{
    if (!v2)
        snprintf(out, 64, "/sys/fs/cgroup/%s", controller);
    else
        snprintf(out, 64, "%s", os_exists(root, "/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" :
                                                                                          "/sys/fs/cgroup/unified");
    return out;
}

/* Processors that a group's quota allows; NaN for no quota. */
static double cgroup_quota(const char *root, const struct group *g, const char *dir)
{
    double quota = NAN, period = NAN;
    char text[64];
    if (!g->v2) {
        quota = sysfs_number(root, dir, "cpu.cfs_quota_us");
        period = sysfs_number(root, dir, "cpu.cfs_period_us");
    } else if (sysfs_word(root, dir, "cpu.max", text, sizeof text) > 0 && sscanf(text, "%lf %lf", &quota, &period) != 2) {
        return NAN; /* "max 100000" */
    }
    return quota > 0 && period > 0 ? quota / period : (double)NAN;
}

/* Bytes that a group may use; NaN for no limit, which version 1 writes as the largest number of pages. */
static double cgroup_memory_limit(const char *root, const struct group *g, const char *dir)
{
    double limit = sysfs_number(root, dir, g->v2 ? "memory.max" : "memory.limit_in_bytes");
    return limit >= 0 && limit < 0x1p62 ? limit : (double)NAN;
}

static double cgroup_limit(const char *root, int controller, const struct group *g, const char *dir)
{
    return controller == CPU ? cgroup_quota(root, g, dir) : cgroup_memory_limit(root, g, dir);
}

static bool cgroup_has(const char *root, const char *dir, const char *file)
{
    char path[CGROUP_DIR_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    return os_exists(root, path);
}

/* Goes from our own group up to the top; the tightest limit decides which group g is. */
static void cgroup_find(const char *root, int controller, struct group *g)
{
    static const char *const names[CONTROLLERS] = { "cpu", "memory" };
    char own[CGROUP_DIR_MAX], top[64], dir[CGROUP_DIR_MAX + 64];
    double tightest = NAN;
    cgroup_own(root, names[controller], &g->v2, own);
    cgroup_top(root, g->v2, names[controller], top);
    snprintf(dir, sizeof dir, "%s%s", top, own);
    if (!os_exists(root, dir)) /* a container that is not told where it stands sees itself as the top */
        snprintf(dir, sizeof dir, "%s", top);
    snprintf(g->dir, sizeof g->dir, "%.*s", CGROUP_DIR_MAX - 1, dir);
    bool below_top = strlen(dir) > strlen(top);
    for (;;) {
        double limit = cgroup_limit(root, controller, g, dir);
        if (!isnan(limit) && !(limit >= tightest)) {
            tightest = limit;
            snprintf(g->dir, sizeof g->dir, "%.*s", CGROUP_DIR_MAX - 1, dir);
        }
        if (strlen(dir) <= strlen(top))
            break;
        *strrchr(dir, '/') = '\0';
    }
    /* The top of the machine has no limits and no files for them: its use is the machine's, shown elsewhere. */
    g->there = below_top || !isnan(tightest) || (g->v2 && cgroup_has(root, g->dir, controller == CPU ? "cpu.max" : "memory.max"));
}

/* How many processors "0-3,8" are; NaN for nonsense. */
static double cgroup_count(const char *list)
{
    double n = 0;
    uint64_t first, last;
    for (const char *p = list; ; p++) {
        if (!text_u64(&p, &first))
            return NAN;
        last = first;
        if (*p == '-') {
            p++;
            if (!text_u64(&p, &last))
                return NAN;
        }
        n += last >= first ? (double)(last - first) + 1 : 0;
        if (*p != ',')
            return n;
    }
}

static double cgroup_all_cpus(const char *root, const struct group *g)
{
    char list[256];
    if (g->v2 && sysfs_word(root, g->dir, "cpuset.cpus.effective", list, sizeof list) > 0)
        return cgroup_count(list);
    return sysfs_word(root, "/sys/devices/system/cpu", "online", list, sizeof list) > 0 ? cgroup_count(list) : (double)NAN;
}

static double cgroup_cpus(const struct cgroup *c)
{
    double quota = cgroup_quota(c->root, &c->group[CPU], c->group[CPU].dir);
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

static int cgroup_open_keyed(const struct cgroup *c, const struct group *g, const char *file, struct keyed *k,
                             const char *const *keys, int n)
{
    char path[CGROUP_DIR_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", g->dir, file);
    return keyed_open(k, c->root, path, keys, n);
}

/* Version 1 counts time in another hierarchy, in a group of the same path. */
static int cgroup_open_usage(const struct cgroup *c, const struct group *g)
{
    char dir[CGROUP_DIR_MAX + 64];
    const char *rest = g->dir + strlen("/sys/fs/cgroup/cpu");
    snprintf(dir, sizeof dir, "/sys/fs/cgroup/cpuacct%s", rest);
    return sysfs_open(c->root, dir, "cpuacct.usage");
}

static bool cgroup_open_cpu(struct cgroup *c, struct schema *s)
{
    const struct group *g = &c->group[CPU];
    if (!g->there)
        return false;
    bool stat = cgroup_open_keyed(c, g, "cpu.stat", &c->cpu_stat, cgroup_cpu_keys, CPU_KEYS) == 0;
    c->usage_fd = g->v2 ? -1 : cgroup_open_usage(c, g);
    c->all_cpus = cgroup_all_cpus(c->root, g);
    if (!(stat && keyed_has(&c->cpu_stat, USAGE)) && c->usage_fd < 0)
        return false;
    cgroup_add(c, s, CPU_LIMIT);
    cgroup_add_share(c, s, "cgroup.cpu.util", "processor time used, of what the limit allows", CPU_TIME, CPU_CAPACITY);
    if (stat && keyed_has(&c->cpu_stat, PERIODS))
        cgroup_add_share(c, s, "cgroup.cpu.throttled", "share of the quota's periods in which the group had to wait",
                         CPU_THROTTLED, CPU_PERIODS);
    return true;
}

static bool cgroup_open_memory(struct cgroup *c, struct schema *s)
{
    const struct group *g = &c->group[MEMORY];
    c->memory_fd = g->there ? sysfs_open(c->root, g->dir, g->v2 ? "memory.current" : "memory.usage_in_bytes") : -ENOENT;
    if (c->memory_fd < 0)
        return false;
    cgroup_add(c, s, MEMORY_USED);
    if (!isnan(cgroup_memory_limit(c->root, g, g->dir))) {
        cgroup_add(c, s, MEMORY_LIMIT);
        cgroup_add(c, s, MEMORY_UTIL);
    }
    cgroup_open_keyed(c, g, "memory.stat", &c->memory_stat, cgroup_memory_keys, MEMORY_KEYS);
    if (cgroup_open_keyed(c, g, g->v2 ? "memory.events" : "memory.oom_control", &c->oom, cgroup_oom_keys, 1) == 0)
        cgroup_add(c, s, OOM_KILLS);
    return true;
}

static void cgroup_open_pressure(struct cgroup *c, struct schema *s)
{
    for (int i = 0; i < PSI_FILES; i++) {
        const struct group *g = &c->group[i == 0 ? CPU : MEMORY];
        c->psi_fd[i] = g->there && g->v2 ? sysfs_open(c->root, g->dir, cgroup_psi_files[i]) : -ENOENT;
    }
    for (int i = 0; i < PRESSURES; i++) {
        char name[SCHEMA_MAX_NAME];
        if (c->psi_fd[cgroup_pressure[i].file] < 0)
            continue;
        snprintf(name, sizeof name, "%s.time", cgroup_pressure[i].name);
        c->psi_slot[i] = schema_add(s, &(struct metric){
            .name = name, .help = "the time behind that share", .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "" });
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
    for (int i = 0; i < CONTROLLERS; i++)
        cgroup_find(env->root, i, &c->group[i]);
    bool cpu = cgroup_open_cpu(c, s), memory = cgroup_open_memory(c, s);
    if (!cpu && !memory) {
        cgroup_close(c);
        env->explain(env, "runs in the top control group, which has no limits: cpu.* and memory.* say it all; "
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
    frame_set(f, c->slot[CPU_TIME], c->usage_fd >= 0 ? sysfs_pread(c->usage_fd) * 1e-9 : v[USAGE] * 1e-6);
    frame_set(f, c->slot[CPU_CAPACITY], isnan(cpus) ? (double)NAN : c->capacity_s);
    frame_set(f, c->slot[CPU_PERIODS], v[PERIODS]);
    frame_set(f, c->slot[CPU_THROTTLED], v[THROTTLED]);
    frame_set(f, c->slot[CPU_LIMIT], cpus);
}

static void cgroup_sample_memory(struct cgroup *c, struct frame *f)
{
    const struct group *g = &c->group[MEMORY];
    double v[MEMORY_KEYS] = { NAN, NAN }, used = sysfs_pread(c->memory_fd), kills = NAN;
    if (c->memory_stat.file.fd >= 0)
        keyed_read(&c->memory_stat, v);
    double idle = g->v2 ? v[INACTIVE] : v[INACTIVE_V1]; /* version 1 writes both, its "inactive_file" without groups below */
    used -= isnan(idle) || idle > used ? 0 : idle;
    double limit = cgroup_memory_limit(c->root, g, g->dir);
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
            frame_set(f, c->psi_slot[i], psi_total(text[cgroup_pressure[i].file], cgroup_pressure[i].line));
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
