/*
 * services.c - processor time and memory of services, containers, virtual machines and users, each
 * a control group (Documentation/admin-guide/cgroup-v2.rst; version 1: cgroup-v1/cpuacct.rst,
 * memory.rst).
 *
 * memory.current counts file cache with the rest. What memory.stat says beyond it is dear: the
 * kernel first gathers the counts of all processors for it (11 us against 5 for any other file on
 * 2 processors, more on many). So it is not read, and the name is the kernel's own.
 *
 * 60 groups of version 1, 5 of them at work, take 0.32 ms of CPU every 10 s (median of 60 readings
 * with cold caches, Linux 6.18, a virtual machine with 2 busy processors); what is slower is in
 * services_io.c. The names of services are as private as those of processes and obey the
 * same switch, privacy.collect_process_names.
 */
#include "adapters/linux/groups.h"

enum { CPU_TIME, MEMORY };

static const struct groups_field services_fields[] = {
    [CPU_TIME] = { "cgroup.cpu.time", "processor time used by the group", UNIT_SECOND, KIND_COUNTER, "", false,
        { { "cpuacct", "cpuacct.usage", groups_number, NULL, 1e-9 }, { "", "cpu.stat", groups_keyed, "usage_usec", 1e-6 } } },
    [MEMORY]   = { "cgroup.memory.current", "memory in use, file cache included", UNIT_BYTE, KIND_GAUGE, NULL, false,
        { { "memory", "memory.usage_in_bytes", groups_number, NULL, 1 }, { "", "memory.current", groups_number, NULL, 1 } } },
};

static const struct groups_ratio services_ratios[] = {
    { "cgroup.cpu.util", "processor time used, of that of all processors", UNIT_PERCENT, CPU_TIME, SCHEMA_TIME, 100, 100, true },
};

static const struct groups_layout services_layout = {
    services_fields, sizeof services_fields / sizeof *services_fields,
    services_ratios, sizeof services_ratios / sizeof *services_ratios,
};

const struct adapter adapter_services = {
    .name = "services", .doc = "processor time and memory of services, containers and users",
    .provides = "cgroup.cpu.util,cgroup.memory.current",
    .period_ms = 10000, .of = &services_layout,
    .open = groups_open, .sample = groups_sample, .rescan = groups_rescan, .close = groups_close,
};
