/*
 * throttle.c - how often and how long processors were slowed down because they were too hot, from
 * thermal_throttle ("Intel thermal throttle events reporting" in the kernel's documentation, and
 * its drivers/thermal/intel/therm_throt.c). Of Intel's processors; others do not say.
 *
 * The counts of a core are shown by all its threads, those of a package by all its processors: each
 * is read once. The cores are shown together, their time as the mean of them, both kept from
 * growths: one that goes offline takes its counts with it. The time of a core is read only when its
 * count has changed: one file per core every 10 s.
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

enum { THROTTLE_MAX = 1024 };

struct part { /* a core or a package */
    bool is_package, there;
    int package, core;
    int events_fd, time_fd;
    double events, time_s;     /* as read last */
    int events_slot, time_slot; /* of a package */
};

struct throttle {
    const char *root;
    struct schema *schema;     /* while processors are looked at */
    struct part *part;
    size_t n, cap;
    int events_slot, time_slot; /* of all cores */
    double events, time_s;
    int online;
    char list[512];
    bool changed;
};

static int throttle_add(struct throttle *t, const char *what, const char *inst, const char *help, bool time)
{
    char name[48], counter[64];
    snprintf(name, sizeof name, "cpu.throttle.%s", what);
    snprintf(counter, sizeof counter, "%s.%s", name, time ? "time" : "events");
    int slot = schema_add(t->schema, &(struct metric){
        .name = counter, .inst = inst, .unit = time ? UNIT_SECOND : UNIT_NONE, .kind = KIND_COUNTER,
        .rate = time ? "" : NULL,
        .help = time ? "the time behind that share" : "times that it was slowed down for its heat" });
    if (time)
        schema_add(t->schema, &(struct metric){
            .name = name, .inst = inst, .unit = UNIT_PERCENT, .kind = KIND_RATIO, .num = slot, .den = SCHEMA_TIME,
            .scale = 100, .max = 100, .help = help });
    return slot;
}

/* NULL where there is no room for one more. */
static struct part *throttle_find(struct throttle *t, bool is_package, int package, int core)
{
    for (size_t i = 0; i < t->n; i++) {
        struct part *p = &t->part[i];
        if (p->is_package == is_package && p->package == package && p->core == core)
            return p;
    }
    if (t->n >= THROTTLE_MAX)
        return NULL;
    t->part = mem_grow(t->part, t->n, &t->cap, sizeof *t->part);
    struct part *p = &t->part[t->n++];
    *p = (struct part){ .is_package = is_package, .package = package, .core = core, .events_fd = -1, .time_fd = -1,
                        .events = NAN, .time_s = NAN, .events_slot = -1, .time_slot = -1 };
    return p;
}

static void throttle_add_slots(struct throttle *t, struct part *p)
{
    char inst[16];
    snprintf(inst, sizeof inst, "%d", p->package);
    if (p->is_package) {
        p->events_slot = throttle_add(t, "package", inst, NULL, false);
        if (p->time_fd >= 0)
            p->time_slot = throttle_add(t, "package", inst,
                                        "share of time that the package was slowed down for its heat", true);
        return;
    }
    if (t->events_slot < 0)
        t->events_slot = throttle_add(t, "core", NULL, NULL, false);
    if (p->time_fd >= 0 && t->time_slot < 0)
        t->time_slot = throttle_add(t, "core", NULL,
                                    "share of time that cores were slowed down for their heat, mean of all", true);
}

static void throttle_look_at(struct throttle *t, const char *dir, bool is_package, double package, double core)
{
    char file[48];
    const char *what = is_package ? "package" : "core";
    if (!(package >= 0 && package < 1e6 && core >= 0 && core < 1e6))
        return;
    struct part *p = throttle_find(t, is_package, (int)package, is_package ? 0 : (int)core);
    if (!p || p->there)
        return;
    snprintf(file, sizeof file, "thermal_throttle/%s_throttle_count", what);
    p->events_fd = sysfs_open(t->root, dir, file);
    snprintf(file, sizeof file, "thermal_throttle/%s_throttle_total_time_ms", what);
    p->time_fd = sysfs_open(t->root, dir, file);
    p->there = p->events_fd >= 0;
    if (p->there)
        throttle_add_slots(t, p);
}

static void throttle_look(void *self, const char *entry)
{
    struct throttle *t = self;
    char dir[64];
    if (text_cpu_number(entry) < 0)
        return;
    snprintf(dir, sizeof dir, "/sys/devices/system/cpu/%.16s", entry);
    double package = sysfs_number(t->root, dir, "topology/physical_package_id"),
           core = sysfs_number(t->root, dir, "topology/core_id");
    throttle_look_at(t, dir, false, package, core);
    throttle_look_at(t, dir, true, package, core);
}

static void throttle_shut(struct throttle *t)
{
    for (size_t i = 0; i < t->n; i++) {
        struct part *p = &t->part[i];
        os_close(p->events_fd);
        os_close(p->time_fd);
        p->events_fd = p->time_fd = -1;
        p->there = false;
        p->events = p->time_s = NAN;
    }
}

static void throttle_look_all(struct throttle *t, struct schema *s)
{
    t->schema = s;
    throttle_shut(t);
    os_list(t->root, "/sys/devices/system/cpu", throttle_look, t);
}

/* One of the cores, of which so many are there. */
static void throttle_read_core(struct throttle *t, struct part *p, int cores)
{
    double events = sysfs_pread(p->events_fd), grown = rate_growth(p->events, events, 0);
    bool first = isnan(p->events);
    p->events = events;
    if (!first && !(grown > 0))
        return;
    t->events += first ? 0 : grown;
    double time_s = sysfs_pread(p->time_fd) * 1e-3, longer = rate_growth(p->time_s, time_s, 0);
    t->time_s += isnan(longer) ? 0 : longer / cores;
    p->time_s = time_s;
}

static void throttle_sample(void *self, struct frame *f)
{
    struct throttle *t = self;
    int cores = 0;
    for (size_t i = 0; i < t->n; i++)
        cores += !t->part[i].is_package && t->part[i].there;
    for (size_t i = 0; i < t->n; i++) {
        struct part *p = &t->part[i];
        if (!p->there)
            continue;
        if (!p->is_package) {
            throttle_read_core(t, p, cores);
            continue;
        }
        frame_set(f, p->events_slot, sysfs_pread(p->events_fd));
        frame_set(f, p->time_slot, sysfs_pread(p->time_fd) * 1e-3);
    }
    if (cores) {
        frame_set(f, t->events_slot, t->events);
        frame_set(f, t->time_slot, t->time_s);
    }
    char list[sizeof t->list];
    if (t->online >= 0 && os_pread_once(t->online, list, sizeof list) >= 0 && strcmp(list, t->list) != 0) {
        memcpy(t->list, list, sizeof list);
        t->changed = true;
    }
}

static int throttle_rescan(void *self, struct schema *s)
{
    struct throttle *t = self;
    if (t->changed)
        throttle_look_all(t, s);
    t->changed = false;
    return 0;
}

static void throttle_close(void *self)
{
    struct throttle *t = self;
    if (!t)
        return;
    throttle_shut(t);
    os_close(t->online);
    mem_free(t->part);
    mem_free(t);
}

static bool throttle_any(const struct throttle *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->part[i].there)
            return true;
    return false;
}

static int throttle_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct throttle *t = mem_new(sizeof *t);
    t->root = env->root;
    t->events_slot = t->time_slot = -1;
    t->online = os_open_read(env->root, "/sys/devices/system/cpu/online");
    if (t->online >= 0 && os_pread_once(t->online, t->list, sizeof t->list) < 0)
        t->list[0] = '\0';
    throttle_look_all(t, s);
    if (!throttle_any(t)) {
        throttle_close(t);
        env->explain(env, "the kernel counts thermal throttling of Intel's processors only, "
                          "and not in virtual machines");
        return -ENODEV;
    }
    *self = t;
    return 0;
}

const struct adapter adapter_throttle = {
    .name = "throttle", .doc = "processors that were slowed down for their heat",
    .provides = "cpu.throttle.*",
    .period_ms = 10000,
    .open = throttle_open, .sample = throttle_sample, .rescan = throttle_rescan, .close = throttle_close,
};
