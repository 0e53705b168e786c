/*
 * otlp_names.c - OpenTelemetry's semantic conventions for system and hardware metrics, as of version 1.44.0
 * (github.com/open-telemetry/semantic-conventions, model/system/, model/hardware/; what was renamed when stands in
 * schemas/1.44.0 there). All of them are "in development": names may change, in this file and OTLP_SCHEMA.
 *
 * Left out on purpose: cores beside the whole machine in system.cpu.* (both would count twice), and shares of a
 * package's energy beside the package.
 */
#include "output/exporters/otlp_names.h"

#include <string.h>

#define CPU_TIME(ours, theirs)                                                                                         \
    { "cpu.time", ours, "system.cpu.time", "s", OTLP_COUNTER, 1, NULL, "", "cpu.mode=" theirs }
#define CPU_SHARE(ours, theirs)                                                                                        \
    { ours, NULL, "system.cpu.utilization", "1", OTLP_GAUGE, 0.01, NULL, "", "cpu.mode=" theirs }
#define MEMORY(ours, theirs)                                                                                           \
    { ours, NULL, "system.memory.usage", "By", OTLP_LEVEL, 1, NULL, "", "system.memory.state=" theirs }
#define DISK(ours, name, unit, fixed)                                                                                  \
    { ours, NULL, "system.disk." name, unit, OTLP_COUNTER, 1, "system.device", "", fixed }
#define DIRECTION(to) "disk.io.direction=" to
#define FS(ours, name, unit, kind, scale, fixed)                                                                       \
    { ours, NULL, "system.filesystem." name, unit, kind, scale, "system.filesystem.mountpoint", "", fixed }
#define NET(ours, name, unit, inst, to)                                                                                \
    { ours, NULL, "system.network." name, unit, OTLP_COUNTER, 1, inst, "", "network.io.direction=" to }
#define INTERFACE "network.interface.name"
#define HW(ours, name, unit, kind, scale, before, fixed)                                                               \
    { ours, NULL, "hw." name, unit, kind, scale, "hw.id", before, fixed }

static const struct otlp_name names[] = {
    { "system.uptime", NULL, "system.uptime", "s", OTLP_GAUGE, 1, NULL, "", "" },

    CPU_TIME("user", "user"), CPU_TIME("nice", "nice"), CPU_TIME("system", "system"), CPU_TIME("idle", "idle"),
    CPU_TIME("iowait", "iowait"), CPU_TIME("interrupt", "interrupt"), CPU_TIME("steal", "steal"),
    CPU_SHARE("cpu.user", "user"), CPU_SHARE("cpu.nice", "nice"), CPU_SHARE("cpu.system", "system"),
    CPU_SHARE("cpu.iowait", "iowait"), CPU_SHARE("cpu.irq", "interrupt"), CPU_SHARE("cpu.steal", "steal"),
    { "cpu.core.freq", NULL, "system.cpu.frequency", "Hz", OTLP_GAUGE, 1, "cpu.logical_number", "", "" },

    MEMORY("memory.used", "used"), MEMORY("memory.free", "free"), MEMORY("memory.buffers", "buffers"),
    MEMORY("memory.cached", "cached"),
    { "memory.util", NULL, "system.memory.utilization", "1", OTLP_GAUGE, 0.01, NULL, "", "system.memory.state=used" },
    { "memory.total", NULL, "system.memory.limit", "By", OTLP_LEVEL, 1, NULL, "", "" },
    { "memory.available", NULL, "system.memory.linux.available", "By", OTLP_LEVEL, 1, NULL, "", "" },
    { "memory.shared", NULL, "system.memory.linux.shared", "By", OTLP_LEVEL, 1, NULL, "", "" },
    { "memory.slab.unreclaimable", NULL, "system.memory.linux.slab.usage", "By", OTLP_LEVEL, 1, NULL, "",
      "system.memory.linux.slab.state=unreclaimable" },
    { "swap.used", NULL, "system.paging.usage", "By", OTLP_LEVEL, 1, NULL, "", "system.paging.state=used" },
    { "swap.util", NULL, "system.paging.utilization", "1", OTLP_GAUGE, 0.01, NULL, "", "system.paging.state=used" },
    { "memory.faults.major", NULL, "system.paging.faults", "{fault}", OTLP_COUNTER, 1, NULL, "",
      "system.paging.fault.type=major" },

    DISK("disk.read", "io", "By", DIRECTION("read")), DISK("disk.write", "io", "By", DIRECTION("write")),
    DISK("disk.reads", "operations", "{operation}", DIRECTION("read")),
    DISK("disk.writes", "operations", "{operation}", DIRECTION("write")),
    DISK("disk.read.time", "operation_time", "s", DIRECTION("read")),
    DISK("disk.write.time", "operation_time", "s", DIRECTION("write")),
    DISK("disk.reads.merged", "merged", "{operation}", DIRECTION("read")),
    DISK("disk.writes.merged", "merged", "{operation}", DIRECTION("write")),
    DISK("disk.busy", "io_time", "s", ""),

    FS("fs.used", "usage", "By", OTLP_LEVEL, 1, "system.filesystem.state=used"),
    FS("fs.free", "usage", "By", OTLP_LEVEL, 1, "system.filesystem.state=free"),
    FS("fs.total", "limit", "By", OTLP_LEVEL, 1, ""),
    FS("fs.util", "utilization", "1", OTLP_GAUGE, 0.01, "system.filesystem.state=used"),

    NET("net.recv", "io", "By", INTERFACE, "receive"), NET("net.send", "io", "By", INTERFACE, "transmit"),
    NET("net.recv.packets", "packet.count", "{packet}", "system.device", "receive"),
    NET("net.send.packets", "packet.count", "{packet}", "system.device", "transmit"),
    NET("net.errors.recv", "errors", "{error}", INTERFACE, "receive"),
    NET("net.errors.send", "errors", "{error}", INTERFACE, "transmit"),
    NET("net.drops.recv", "packet.dropped", "{packet}", INTERFACE, "receive"),
    NET("net.drops.send", "packet.dropped", "{packet}", INTERFACE, "transmit"),
    { "net.connections", "established", "system.network.connection.count", "{connection}", OTLP_LEVEL, 1, NULL, "",
      "network.connection.state=established,network.transport=tcp" },
    { "net.connections", "time_wait", "system.network.connection.count", "{connection}", OTLP_LEVEL, 1, NULL, "",
      "network.connection.state=time_wait,network.transport=tcp" },

    { "process.count", NULL, "system.process.count", "{process}", OTLP_LEVEL, 1, NULL, "", "" },
    { "process.forks", NULL, "system.process.created", "{process}", OTLP_COUNTER, 1, NULL, "", "" },

    HW("sensor.temp", "temperature", "Cel", OTLP_GAUGE, 1, "", "hw.type=temperature"),
    HW("sensor.temp.critical", "temperature.limit", "Cel", OTLP_GAUGE, 1, "",
       "hw.limit_type=high.critical,hw.type=temperature"),
    HW("sensor.temp.max", "temperature.limit", "Cel", OTLP_GAUGE, 1, "",
       "hw.limit_type=high.degraded,hw.type=temperature"),
    HW("cpu.core.temp", "temperature", "Cel", OTLP_GAUGE, 1, "core/", "hw.type=temperature"),
    HW("disk.temp", "temperature", "Cel", OTLP_GAUGE, 1, "disk/", "hw.type=temperature"),
    HW("gpu.temp", "temperature", "Cel", OTLP_GAUGE, 1, "gpu/", "hw.type=temperature"),
    HW("gpu.temp.limit", "temperature.limit", "Cel", OTLP_GAUGE, 1, "gpu/", "hw.type=temperature"),
    HW("sensor.fan", "fan.speed", "rpm", OTLP_GAUGE, 1, "", "hw.type=fan"),
    HW("sensor.fan.min", "fan.speed.limit", "rpm", OTLP_GAUGE, 1, "", "hw.limit_type=low.critical,hw.type=fan"),
    HW("sensor.fan.max", "fan.speed.limit", "rpm", OTLP_GAUGE, 1, "", "hw.limit_type=max,hw.type=fan"),
    HW("gpu.fan.speed", "fan.speed", "rpm", OTLP_GAUGE, 1, "gpu/", "hw.type=fan"),
    HW("gpu.fan", "fan.speed_ratio", "1", OTLP_GAUGE, 0.01, "gpu/", "hw.type=fan"),
    HW("sensor.voltage", "voltage", "V", OTLP_GAUGE, 1, "", "hw.type=voltage"),
    HW("gpu.voltage", "voltage", "V", OTLP_GAUGE, 1, "gpu/", "hw.type=voltage"),
    HW("battery.voltage", "voltage", "V", OTLP_GAUGE, 1, "battery/", "hw.type=voltage"),

    HW("energy.package", "energy", "J", OTLP_COUNTER, 1, "cpu/", "hw.type=cpu"),
    HW("energy.dram", "energy", "J", OTLP_COUNTER, 1, "memory/", "hw.type=memory"),
    HW("gpu.energy", "energy", "J", OTLP_COUNTER, 1, "gpu/", "hw.type=gpu"),
    HW("gpu.power", "power", "W", OTLP_GAUGE, 1, "gpu/", "hw.type=gpu"),
    HW("gpu.ecc.corrected", "errors", "{error}", OTLP_COUNTER, 1, "gpu/", "error.type=corrected,hw.type=gpu"),
    HW("gpu.ecc.uncorrected", "errors", "{error}", OTLP_COUNTER, 1, "gpu/", "error.type=uncorrected,hw.type=gpu"),
    HW("memory.errors.corrected", "errors", "{error}", OTLP_COUNTER, 1, "", "error.type=corrected,hw.type=memory"),
    HW("memory.errors.uncorrected", "errors", "{error}", OTLP_COUNTER, 1, "", "error.type=uncorrected,hw.type=memory"),

    HW("gpu.util", "gpu.utilization", "1", OTLP_GAUGE, 0.01, "gpu/", "hw.gpu.task=general,hw.type=gpu"),
    HW("gpu.encoder.util", "gpu.utilization", "1", OTLP_GAUGE, 0.01, "gpu/", "hw.gpu.task=encoder,hw.type=gpu"),
    HW("gpu.decoder.util", "gpu.utilization", "1", OTLP_GAUGE, 0.01, "gpu/", "hw.gpu.task=decoder,hw.type=gpu"),
    HW("gpu.vram.total", "gpu.memory.limit", "By", OTLP_LEVEL, 1, "gpu/", "hw.type=gpu"),
    HW("gpu.vram.used", "gpu.memory.usage", "By", OTLP_LEVEL, 1, "gpu/", "hw.type=gpu"),
    HW("gpu.vram.util", "gpu.memory.utilization", "1", OTLP_GAUGE, 0.01, "gpu/", "hw.type=gpu"),

    HW("battery.charge", "battery.charge", "1", OTLP_GAUGE, 0.01, "battery/", "hw.type=battery"),
    HW("battery.time_left", "battery.time_left", "s", OTLP_GAUGE, 1, "battery/",
       "hw.state=discharging,hw.type=battery"),
};

const struct otlp_name *otlp_name_of(const struct metric *m)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct otlp_name *n = &names[i];
        bool inst = n->only ? m->inst && strcmp(m->inst, n->only) == 0
                            : n->inst ? m->inst && strcmp(m->inst, "total") != 0 : !m->inst;
        /* A counter read back from summaries is none any more: then it goes by our name. */
        bool kind = (n->kind == OTLP_COUNTER) == (m->kind == KIND_COUNTER);
        if (inst && kind && strcmp(n->family, m->name) == 0)
            return n;
    }
    return NULL;
}
