/*
 * hwmon_cpu.c - sensors of the processor, by chip and label (Documentation/hwmon/coretemp.rst,
 * k10temp.rst of the kernel).
 *
 * coretemp labels cores by the number that the processor gives them, which starts again in every
 * package and has gaps; sysfs says which logical processors that is.
 */
#include "adapters/linux/hwmon_cpu.h"

#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CORES_MAX = 4096 };

struct hwmon_topology {
    struct { int cpu, package, core; } *at;
    size_t n, cap;
    const char *root;
};

static int cpu_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

enum hwmon_role hwmon_cpu_role(const char *chip, const char *label)
{
    if (strcmp(chip, "coretemp") == 0)
        return cpu_starts(label, "Package id") || cpu_starts(label, "Physical id") ? HWMON_PACKAGE :
               cpu_starts(label, "Core ") ? HWMON_CORE : HWMON_OTHER;
    if (strcmp(chip, "k10temp") == 0 || strcmp(chip, "zenpower") == 0)
        return strcmp(label, "Tdie") == 0                                  ? HWMON_PACKAGE
               : strcmp(label, "Tctl") == 0 || strcmp(label, "temp1") == 0 ? HWMON_PACKAGE_OFFSET
                                                                           : HWMON_OTHER;
    static const char *const single[] = {
        "cpu_thermal", "cpu-thermal", "soc_thermal", "soc-thermal", "x86_pkg_temp", "via_cputemp", NULL };
    for (const char *const *s = single; *s; s++)
        if (strcmp(chip, *s) == 0)
            return HWMON_PACKAGE;
    return HWMON_OTHER;
}

static void topology_note(void *self, const char *name)
{
    struct hwmon_topology *t = self;
    char dir[96];
    int cpu = text_cpu_number(name);
    if (cpu < 0 || cpu >= CORES_MAX)
        return;
    snprintf(dir, sizeof dir, "/sys/devices/system/cpu/cpu%d/topology", cpu);
    double package = sysfs_number(t->root, dir, "physical_package_id"),
           core = sysfs_number(t->root, dir, "core_id");
    if (!(package >= 0 && package < 1e6 && core >= 0 && core < 1e6))
        return;
    t->at = mem_grow(t->at, t->n, &t->cap, sizeof *t->at);
    t->at[t->n].cpu = cpu;
    t->at[t->n].package = (int)package;
    t->at[t->n++].core = (int)core;
}

struct hwmon_topology *hwmon_topology_new(const char *root)
{
    struct hwmon_topology *t = mem_new(sizeof *t);
    t->root = root;
    os_list(root, "/sys/devices/system/cpu", topology_note, t);
    return t;
}

void hwmon_topology_free(struct hwmon_topology *t)
{
    if (t)
        mem_free(t->at);
    mem_free(t);
}

int hwmon_cpu_core(const struct hwmon_topology *t, const char *place, const char *label)
{
    const char *dot = strrchr(place, '.');
    int package = dot ? atoi(dot + 1) : 0, core;
    if (sscanf(label, "Core %d", &core) != 1 || core < 0 || core >= CORES_MAX)
        return -1;
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].package == package && t->at[i].core == core)
            return t->at[i].cpu;
    return t->n == 0 && package == 0 ? core : -1;
}
