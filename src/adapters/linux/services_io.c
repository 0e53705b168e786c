/*
 * services_io.c - storage, pressure, processes and limits of services, containers, virtual machines
 * and users (Documentation/admin-guide/cgroup-v2.rst, accounting/psi.rst; version 1:
 * cgroup-v1/blkio-controller.rst, memory.rst, pids.rst, scheduler/sched-bwc.rst).
 *
 * Nine files a group, of 3.5 to 6 us each where nothing is in the caches; so they are read every
 * 15 s, and of a quiet group only one (groups.h): of 60, 5 at work, 0.6 ms (measured as in services.c).
 * Pressure is with version 2 only, which may be mounted beside version 1. blkio.throttle counts
 * what reaches a disk directly; what the kernel writes back later is nobody's in version 1. What
 * never happened to a group has no metric.
 */
#include "adapters/linux/groups.h"

enum {
    PULSE, PERIODS, THROTTLED, CPU_LIMIT, MEMORY_LIMIT, OOM_KILLS, PIDS, READ, WRITE, READS, WRITES, CPU_SOME,
    MEMORY_SOME, MEMORY_FULL, IO_SOME, IO_FULL
};

#define BLKIO_BYTES "blkio.throttle.io_service_bytes_recursive"
#define BLKIO_COUNT "blkio.throttle.io_serviced_recursive"
#define PSI(name, help, file, line) { name, help, UNIT_SECOND, KIND_COUNTER, "", true, \
        { { "unified", file, groups_psi, line, 1 }, { "", file, groups_psi, line, 1 } } }

static const struct groups_field services_fields[] = {
    [PULSE]        = { NULL, NULL, UNIT_SECOND, KIND_COUNTER, "", false,
        { { "cpuacct", "cpuacct.usage", groups_number, NULL, 1e-9 }, { "", "cpu.stat", groups_keyed, "usage_usec", 1e-6 } } },
    [PERIODS]      = { "cgroup.cpu.periods", "periods of its quota that passed", UNIT_NONE, KIND_COUNTER, "", true,
        { { "cpu", "cpu.stat", groups_keyed, "nr_periods", 1 }, { "", "cpu.stat", groups_keyed, "nr_periods", 1 } } },
    [THROTTLED]    = { "cgroup.cpu.periods.throttled", "periods in which it used its quota up", UNIT_NONE, KIND_COUNTER, "", true,
        { { "cpu", "cpu.stat", groups_keyed, "nr_throttled", 1 }, { "", "cpu.stat", groups_keyed, "nr_throttled", 1 } } },
    [CPU_LIMIT]    = { "cgroup.cpu.limit", "processors that the group may use", UNIT_NONE, KIND_GAUGE, NULL, true,
        { { 0 }, { "", "cpu.max", groups_cpu_max, NULL, 1 } } },
    [MEMORY_LIMIT] = { "cgroup.memory.limit", "memory that the group may use", UNIT_BYTE, KIND_GAUGE, NULL, true,
        { { "memory", "memory.limit_in_bytes", groups_number, NULL, 1 }, { "", "memory.max", groups_number, NULL, 1 } } },
    [OOM_KILLS]    = { "cgroup.memory.oom_kills", "processes killed for want of memory", UNIT_NONE, KIND_COUNTER, NULL, false,
        { { "memory", "memory.oom_control", groups_keyed, "oom_kill", 1 }, { "", "memory.events", groups_keyed, "oom_kill", 1 } } },
    [PIDS]         = { "cgroup.pids", "processes and threads in the group", UNIT_NONE, KIND_GAUGE, NULL, false,
        { { "pids", "pids.current", groups_number, NULL, 1 }, { "", "pids.current", groups_number, NULL, 1 } } },
    [READ]         = { "cgroup.io.read", "bytes read from storage", UNIT_BYTE, KIND_COUNTER, NULL, true,
        { { "blkio", BLKIO_BYTES, groups_blkio, "Read", 1 }, { "", "io.stat", groups_io, "rbytes=", 1 } } },
    [WRITE]        = { "cgroup.io.write", "bytes written to storage", UNIT_BYTE, KIND_COUNTER, NULL, true,
        { { "blkio", BLKIO_BYTES, groups_blkio, "Write", 1 }, { "", "io.stat", groups_io, "wbytes=", 1 } } },
    [READS]        = { "cgroup.io.reads", "reads from storage", UNIT_NONE, KIND_COUNTER, NULL, true,
        { { "blkio", BLKIO_COUNT, groups_blkio, "Read", 1 }, { "", "io.stat", groups_io, "rios=", 1 } } },
    [WRITES]       = { "cgroup.io.writes", "writes to storage", UNIT_NONE, KIND_COUNTER, NULL, true,
        { { "blkio", BLKIO_COUNT, groups_blkio, "Write", 1 }, { "", "io.stat", groups_io, "wios=", 1 } } },
    [CPU_SOME]     = PSI("cgroup.pressure.cpu.some.time", "the time behind that share", "cpu.pressure", "some"),
    [MEMORY_SOME]  = PSI("cgroup.pressure.memory.some.time", "the time behind that share", "memory.pressure", "some"),
    [MEMORY_FULL]  = PSI("cgroup.pressure.memory.full.time", "the time behind that share", "memory.pressure", "full"),
    [IO_SOME]      = PSI("cgroup.pressure.io.some.time", "the time behind that share", "io.pressure", "some"),
    [IO_FULL]      = PSI("cgroup.pressure.io.full.time", "the time behind that share", "io.pressure", "full"),
};

#define SHARE(name, help, num, den) { name, help, UNIT_PERCENT, num, den, 100, 100, false }

static const struct groups_ratio services_ratios[] = {
    SHARE("cgroup.cpu.throttled",
          "share of the quota's periods in which the group had to wait", THROTTLED, PERIODS),
    SHARE("cgroup.pressure.cpu.some",
          "share of time in which a task of the group waited for a core", CPU_SOME, SCHEMA_TIME),
    SHARE("cgroup.pressure.memory.some",
          "share of time in which a task of the group waited for memory", MEMORY_SOME, SCHEMA_TIME),
    SHARE("cgroup.pressure.memory.full",
          "share of time in which all its tasks waited for memory", MEMORY_FULL, SCHEMA_TIME),
    SHARE("cgroup.pressure.io.some",
          "share of time in which a task of the group waited for storage", IO_SOME, SCHEMA_TIME),
    SHARE("cgroup.pressure.io.full",
          "share of time in which all its tasks waited for storage", IO_FULL, SCHEMA_TIME),
};

static const struct groups_layout services_layout = {
    services_fields, sizeof services_fields / sizeof *services_fields,
    services_ratios, sizeof services_ratios / sizeof *services_ratios,
};

const struct adapter adapter_services_io = {
    .name = "services_io", .doc = "storage, pressure, processes and limits of services, containers and users",
    .provides = "cgroup.io.*,cgroup.pids,cgroup.pressure.*",
    .period_ms = 15000, .of = &services_layout,
    .open = groups_open, .sample = groups_sample, .rescan = groups_rescan, .close = groups_close,
};
