/*
 * machine.c - what a plan must know of the machine, from sysfs and proc (sysfs-devices-system-cpu of the kernel's ABI
 * documents, cgroups(7), proc(5)).
 */
#include "policy/machine.h"

#include "base/text.h"
#include "os/host.h"
#include "os/os.h"
#include "policy/cpus.h"
#include "policy/hierarchy.h"
#include "policy/knobs/task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE_CPU "/sys/devices/system/cpu"

_Static_assert(MACHINE_PATH >= HIERARCHY_PATH, "a group fits");

/* ---- processors ---- */

static bool machine_allowed(const char *root, struct cpus *out)
{
    char text[16384];
    struct cpus online = { 0 };
    bool known = cpus_read(root, MACHINE_CPU "/online", &online) == 0;
    const char *line = NULL;
    if (os_read_text(root, "/proc/self/status", text, sizeof text) >= 0)
        line = strstr(text, "\nCpus_allowed_list:");
    if (line) {
        char list[4096];
        snprintf(list, sizeof list, "%.*s", (int)strcspn(line + 19, "\n"), line + 19);
        if (cpus_parse(list, out) == 0) {
            if (known)
                cpus_keep(out, &online);
            return true;
        }
    }
    *out = online;
    return known;
}

/* What a list of a processor names; 0 where it has none. */
static int machine_list(const char *root, int cpu, const char *file, struct cpus *out)
{
    char path[192];
    snprintf(path, sizeof path, MACHINE_CPU "/cpu%d/%s", cpu, file);
    return cpus_read(root, path, out) == 0 ? cpus_count(out) : 0;
}

/* Those with which it shares its largest cache; itself where nothing is known. */
static void machine_cache(const char *root, int cpu, struct cpus *out)
{
    char path[128];
    int64_t level, best = 0;
    *out = (struct cpus){ 0 };
    cpus_add(out, cpu);
    for (int i = 0; i < 8; i++) {
        struct cpus shared;
        snprintf(path, sizeof path, MACHINE_CPU "/cpu%d/cache/index%d/level", cpu, i);
        if (os_read_i64(root, path, &level) < 0)
            return;
        snprintf(path, sizeof path, "cache/index%d/shared_cpu_list", i);
        if (level > best && machine_list(root, cpu, path, &shared)) {
            best = level;
            *out = shared;
        }
    }
}

/* 1024 where the kernel does not say; cores of Intel's hybrids are told apart by the two PMUs. */
static int64_t machine_capacity(const char *root, int cpu)
{
    char path[128];
    int64_t v;
    struct cpus atoms;
    snprintf(path, sizeof path, MACHINE_CPU "/cpu%d/cpu_capacity", cpu);
    if (os_read_i64(root, path, &v) == 0)
        return v;
    return cpus_read(root, "/sys/devices/cpu_atom/cpus", &atoms) == 0 && cpus_has(&atoms, cpu) ? 512 : 1024;
}

static void machine_node(void *self, const char *name)
{
    int *n = self;
    *n += strncmp(name, "node", 4) == 0 && name[4] >= '0' && name[4] <= '9';
}

static void machine_topology(struct machine *m, const struct cpus *online)
{
    struct cpus seen = { 0 }, shared;
    int64_t first = 0;
    m->smt = 1;
    for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
        if (!cpus_has(online, cpu))
            continue;
        int threads = machine_list(m->root, cpu, "topology/thread_siblings_list", &shared);
        m->smt = threads > m->smt ? threads : m->smt;
        int64_t capacity = machine_capacity(m->root, cpu);
        m->hybrid |= first && capacity != first;
        first = capacity;
        if (cpus_has(&seen, cpu))
            continue;
        machine_cache(m->root, cpu, &shared);
        m->llcs++;
        for (int i = 0; i < CPUS_MAX / 64; i++)
            seen.word[i] |= shared.word[i];
    }
    os_list(m->root, "/sys/devices/system/node", machine_node, &m->nodes);
    m->nodes += m->nodes == 0;
}

/* ---- groups ---- */

/* Processors that a group may use; NAN where it has no limit. */
static double machine_quota_of(const struct hierarchy *h, const char *group)
{
    double quota, period;
    return hierarchy_quota(h, group, &quota, &period) ? quota / period : NAN;
}

/* The tightest of our own group and those above. */
static double machine_quota(const struct hierarchy *h)
{
    char group[HIERARCHY_PATH];
    double least = NAN;
    text_copy(group, sizeof group, h->own);
    for (;;) {
        double q = machine_quota_of(h, group);
        least = isnan(least) || q < least ? q : least;
        if (strcmp(group, "/") == 0)
            return least;
        char above[HIERARCHY_PATH];
        hierarchy_above(group, above);
        memcpy(group, above, sizeof group);
    }
}

/* In v2 a group below gets a weight only where the controller is given on, and a group that has tasks of its own cannot
 * give it on, but for the top. */
static bool machine_group_writable(const struct hierarchy *h)
{
    char path[OS_PATH_MAX];
    if (hierarchy_path(h, h->own, "", path, sizeof path) < 0 || os_may_write(h->root, path) < 0)
        return false;
    if (hierarchy_gives(h, h->own, "cpu"))
        return true;
    return strcmp(h->own, "/") == 0 && hierarchy_is_top(h) &&
           hierarchy_path(h, "/", "cgroup.subtree_control", path, sizeof path) == 0 && os_may_write(h->root, path) == 0;
}

static void machine_groups(struct machine *m)
{
    struct hierarchy h;
    int64_t on = 0;
    bool top = true;
    if (hierarchy_find(m->root, "cpu", &h) == 0) {
        m->groups = h.version;
        text_copy(m->group, sizeof m->group, h.own);
        m->cpus_quota = machine_quota(&h);
        m->group_writable = machine_group_writable(&h);
        top = strcmp(h.own, "/") == 0 && hierarchy_is_top(&h);
    }
    os_read_i64(m->root, "/proc/sys/kernel/sched_autogroup_enabled", &on);
    m->autogroup = on == 1 && top;
}

/* ---- power and heat ---- */

static bool machine_word(const char *root, const char *folder, const char *file, char *out, size_t cap)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (os_read_text(root, path, out, cap) < 0)
        return false;
    out[strcspn(out, "\n")] = '\0';
    return true;
}

struct machine_power {
    struct machine *m;
    bool mains, discharging;
};

static void machine_supply(void *self, const char *name)
{
    struct machine_power *p = self;
    char folder[320], type[32], text[32];
    double v;
    snprintf(folder, sizeof folder, "/sys/class/power_supply/%s", name);
    if (!machine_word(p->m->root, folder, "type", type, sizeof type))
        return;
    if (strcmp(type, "Battery") != 0) {
        p->mains |= machine_word(p->m->root, folder, "online", text, sizeof text) && strcmp(text, "1") == 0;
        return;
    }
    if (machine_word(p->m->root, folder, "scope", text, sizeof text) && strcmp(text, "Device") == 0)
        return; /* of a mouse */
    p->discharging |= machine_word(p->m->root, folder, "status", text, sizeof text) && strcmp(text, "Discharging") == 0;
    if (machine_word(p->m->root, folder, "capacity", text, sizeof text) && text_double(text, &v))
        p->m->battery = isnan(p->m->battery) || v < p->m->battery ? v : p->m->battery;
}

/* The sensor that is nearest to where its device is in danger; one that does not say is taken for 105 degrees. */
static void machine_heat(struct machine *m, double t, double critical)
{
    if (!(t > -40 && t < 150))
        return;
    critical = critical > 40 && critical < 150 ? critical : NAN; /* 0, 65261 and the like stand for "not known" */
    double room = (isnan(critical) ? 105 : critical) - t;
    double least = (isnan(m->critical) ? 105 : m->critical) - m->hottest;
    if (isnan(m->hottest) || room < least) {
        m->hottest = t;
        m->critical = critical;
    }
}

static double machine_degrees(const char *root, const char *folder, const char *file)
{
    char path[512];
    int64_t v;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return os_read_i64(root, path, &v) < 0 ? NAN : (double)v / 1000;
}

static void machine_hwmon(void *self, const char *name)
{
    struct machine *m = self;
    char folder[320], file[32];
    snprintf(folder, sizeof folder, "/sys/class/hwmon/%s", name);
    for (int i = 1; i <= 32; i++) {
        snprintf(file, sizeof file, "temp%d_input", i);
        double t = machine_degrees(m->root, folder, file);
        if (isnan(t))
            continue;
        snprintf(file, sizeof file, "temp%d_crit", i);
        machine_heat(m, t, machine_degrees(m->root, folder, file));
    }
}

static void machine_zone(void *self, const char *name)
{
    struct machine *m = self;
    char folder[320], file[64], type[32];
    double critical = NAN;
    if (strncmp(name, "thermal_zone", 12) != 0)
        return;
    snprintf(folder, sizeof folder, "/sys/class/thermal/%s", name);
    for (int i = 0; i < 16; i++) {
        snprintf(file, sizeof file, "trip_point_%d_type", i);
        if (!machine_word(m->root, folder, file, type, sizeof type))
            break;
        snprintf(file, sizeof file, "trip_point_%d_temp", i);
        if (strcmp(type, "critical") == 0)
            critical = machine_degrees(m->root, folder, file);
    }
    machine_heat(m, machine_degrees(m->root, folder, "temp"), critical);
}

/* ---- now ---- */

static void machine_busy(struct machine *m)
{
    char text[256];
    double avg;
    int running;
    if (os_read_text(m->root, "/proc/pressure/cpu", text, sizeof text) >= 0 &&
        sscanf(text, "some avg10=%lf", &avg) == 1)
        m->contention = avg / 100;
    if (os_read_text(m->root, "/proc/loadavg", text, sizeof text) >= 0 &&
        sscanf(text, "%*s %*s %*s %d/", &running) == 1)
        m->load = running > 1 ? (running - 1) / (double)m->cpus_online : 0; /* one is the reader */
}

static int machine_useful(const struct machine *m)
{
    int n = m->cpus_allowed;
    if (m->cpus_quota < n)
        n = (int)m->cpus_quota; /* a thread more would be stopped in each period */
    return n > 1 ? n : 1;
}

/* A container may be in a virtual machine, too: the processor says so. */
static bool machine_is_virtual(const char *root, const struct os_host *host)
{
    char text[8192];
    bool guest = os_read_text(root, "/proc/cpuinfo", text, sizeof text) > 0 && strstr(text, " hypervisor");
    return guest || (*host->virtualisation && strncmp(host->virtualisation, "container", 9) != 0);
}

void machine_look(const char *root, struct machine *out)
{
    *out = (struct machine){ .root = root, .cpus_quota = NAN, .battery = NAN, .hottest = NAN, .critical = NAN,
                             .contention = NAN };
    struct os_host host;
    struct cpus online = { 0 }, allowed = { 0 };
    struct machine_power power = { .m = out };
    os_host(root, &host);
    out->in_vm = machine_is_virtual(root, &host);
    if (cpus_read(root, MACHINE_CPU "/online", &online) < 0)
        cpus_add(&online, 0);
    out->cpus_online = cpus_count(&online);
    out->cpus_allowed = machine_allowed(root, &allowed) ? cpus_count(&allowed) : out->cpus_online;
    machine_topology(out, &online);
    machine_groups(out);
    out->threads_useful = machine_useful(out);
    os_list(root, "/sys/class/power_supply", machine_supply, &power);
    out->on_battery = power.discharging && !power.mains;
    os_list(root, "/sys/class/hwmon", machine_hwmon, out);
    os_list(root, "/sys/class/thermal", machine_zone, out);
    out->root_user = os_is_root();
    out->can_nice = task_capable(root, TASK_SYS_NICE);
    machine_busy(out);
}

/* "full avg10=0.00 avg60=0.00 avg300=0.00 total=4711", in microseconds. */
double machine_pressure_s(const char *root, const char *what, const char *who)
{
    char path[64], text[512];
    double us;
    snprintf(path, sizeof path, "/proc/pressure/%s", what);
    if (os_read_text(root, path, text, sizeof text) < 0)
        return NAN;
    const char *line = strstr(text, who), *total = line ? strstr(line, "total=") : NULL;
    return total && sscanf(total, "total=%lf", &us) == 1 ? us * 1e-6 : NAN;
}

/* ---- places ---- */

/* Is `c`, which has room for n, a better place than `best`? The smallest that is large enough. */
static void machine_better(const struct cpus *c, int n, struct cpus *best, int *best_n)
{
    int have = cpus_count(c);
    if (have >= n && (*best_n == 0 || have < *best_n)) {
        *best = *c;
        *best_n = have;
    }
}

/* The cores of the largest capacity, where there are enough of them. */
static void machine_fast_cores(const struct machine *m, int n, struct cpus *c)
{
    struct cpus fast = { 0 };
    int64_t most = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
            int64_t capacity = cpus_has(c, cpu) ? machine_capacity(m->root, cpu) : 0;
            most = capacity > most ? capacity : most;
            if (pass == 1 && capacity == most && capacity)
                cpus_add(&fast, cpu);
        }
    if (cpus_count(&fast) >= n)
        *c = fast;
}

double machine_hot_c(const struct machine *m)
{
    return isnan(m->critical) ? 90 : m->critical - 10;
}

void machine_place(const struct machine *m, int n, char out[static MACHINE_PATH])
{
    struct cpus all, c, part, best = { 0 };
    int best_n = 0;
    *out = '\0';
    if (!machine_allowed(m->root, &all) || cpus_count(&all) <= 2 || n < 1 || n >= cpus_count(&all))
        return;
    c = all;
    if (m->hybrid)
        machine_fast_cores(m, n, &c);
    for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
        if (!cpus_has(&c, cpu))
            continue;
        machine_cache(m->root, cpu, &part);
        cpus_keep(&part, &c);
        machine_better(&part, n, &best, &best_n);
    }
    for (int node = 0; best_n == 0 && node < m->nodes; node++) {
        char path[64];
        snprintf(path, sizeof path, "/sys/devices/system/node/node%d/cpulist", node);
        if (cpus_read(m->root, path, &part) < 0)
            continue;
        cpus_keep(&part, &c);
        machine_better(&part, n, &best, &best_n);
    }
    machine_better(&c, n, &best, &best_n);
    if (best_n < cpus_count(&all) && cpus_put(&best, out, MACHINE_PATH) < 0)
        *out = '\0';
}
