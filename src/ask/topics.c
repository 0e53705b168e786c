/* topics.c - the table, and looking in it. */
#include "ask/topics.h"

#include <string.h>

#define NVIDIA "a graphics processor that Sonde can read"

static const struct topic table[] = {
    /* key, thing, side, label, metrics, of, alone, with, missing */
    { "cpu", "cpu", "|use|busy|load|idle|percent|work|speed", "processor", "cpu.util", OF_HIGHEST, false, "load cpu.temperature", "" },
    { "cpu.core", "core", "|use|busy|load|percent", "busiest core", "cpu.core.util", OF_HIGHEST, false, "cpu", "" },
    { "cpu.temperature", "cpu|core", "temperature|hottest", "processor temperature", "cpu.temp cpu.core.temp sensor.temp", OF_HIGHEST,
      false, "",
      "a temperature sensor" },
    { "cpu.frequency", "cpu|core", "frequency|ghz|mhz", "processor clock", "cpu.freq cpu.core.freq", OF_HIGHEST, true, "",
      "a processor that tells its clock; many virtual machines do not" },
    { "cpu.power", "cpu", "power|watt|energy", "processor power", "power.package", OF_SUM, false, "", "the processor's energy counter" },
    { "cpu.iowait", "cpu", "iowait", "time that processors waited for disks", "cpu.iowait", OF_HIGHEST, true, "", "" },
    { "cpu.steal", "cpu", "steal", "time taken away by the host", "cpu.steal", OF_HIGHEST, true, "", "" },
    { "cpu.pressure", "cpu", "pressure|wait", "waiting for a processor", "pressure.cpu.some", OF_HIGHEST, false, "",
      "a kernel with pressure stall information" },
    { "cpu.throttle", "cpu|core", "throttle", "processor throttling", "cpu.throttle.package.events.rate cpu.throttle.core.events.rate",
      OF_HIGHEST, false, "cpu.temperature", "a processor that counts its throttling" },
    { "load", "load|machine", "load|average", "load average", "cpu.load{1m}", OF_HIGHEST, true, "", "" },

    { "memory", "memory", "|use|busy|load|percent|full", "memory in use", "memory.util", OF_HIGHEST, false,
      "memory.used memory.free swap", "" },
    { "memory.used", "memory", "byte|gb|mb|kb|tb", "memory used", "memory.used", OF_HIGHEST, false, "memory.free", "" },
    { "memory.free", "memory", "free|enough|space", "available memory", "memory.available", OF_LOWEST, false, "memory", "" },
    { "memory.total", "memory", "total|capacity", "installed memory", "memory.total", OF_HIGHEST, false, "memory", "" },
    { "memory.cache", "memory|cache", "cache|", "memory that caches files", "memory.cached", OF_HIGHEST, true, "", "" },
    { "memory.pressure", "memory", "pressure|wait", "waiting for memory", "pressure.memory.some", OF_HIGHEST, false, "memory",
      "a kernel with pressure stall information" },
    { "swap", "swap", "|use|percent|full|memory|load|busy|free|total", "swap in use", "swap.util", OF_HIGHEST, false, "swap.used",
      "a swap file or partition" },
    { "swap.used", "swap", "byte|gb|mb|kb", "swap used", "swap.used", OF_HIGHEST, false, "", "a swap file or partition" },

    { "disk", "disk", "|busy|load|percent|activity|work", "disk busy", "disk.util", OF_HIGHEST, false,
      "disk.read disk.write space", "" },
    { "disk.speed", "disk", "speed|mb/s|kb/s|gb/s", "read from and written to disks", "disk.read.rate{total} disk.read.rate", OF_HIGHEST,
      false, "", "" }, /* both of the next two */
    { "disk.read", "disk", "read", "read from disks", "disk.read.rate{total} disk.read.rate", OF_HIGHEST, true, "", "" },
    { "disk.write", "disk", "write", "written to disks", "disk.write.rate{total} disk.write.rate", OF_HIGHEST, true, "", "" },
    { "disk.latency", "disk", "latency|slow", "time that a request to a disk takes", "disk.latency", OF_HIGHEST, true, "disk", "" },
    { "disk.temperature", "disk", "temperature|hottest", "disk temperature", "disk.temp", OF_HIGHEST, false, "",
      "a disk that tells its temperature" },
    { "disk.pressure", "disk", "pressure|wait", "waiting for disks", "pressure.io.some", OF_HIGHEST, false, "disk",
      "a kernel with pressure stall information" },
    { "space", "disk|filesystem|root|space", "full|use|", "fullest file system", "fs.util", OF_HIGHEST, true,
      "space.free space.used", "" },
    { "space.free", "disk|filesystem|root|space", "space|free|enough", "free space", "fs.available", OF_LOWEST, true, "space", "" },
    { "space.used", "disk|filesystem|root|space", "byte|gb|tb|mb", "space in use", "fs.used", OF_HIGHEST, false, "", "" },
    { "space.total", "disk|filesystem|root|space", "total|capacity", "size of the file system", "fs.total", OF_HIGHEST, false, "space",
      "" },

    { "network", "network|wifi", "|use|busy|load|speed|activity|percent|work", "received", "net.recv.rate{total} net.recv.rate", OF_HIGHEST,
      false, "upload network.errors", "a network" },
    { "download", "network|wifi|download", "download|", "received", "net.recv.rate{total} net.recv.rate", OF_HIGHEST, true, "upload",
      "a network" },
    { "upload", "network|wifi|upload", "upload|", "sent", "net.send.rate{total} net.send.rate", OF_HIGHEST, true, "download", "a network" },
    { "network.errors", "network|wifi", "error", "network errors", "net.errors.rate{total} net.errors.rate", OF_HIGHEST, false,
      "network.drops", "a network" },
    { "network.drops", "network|wifi", "drops", "packets dropped", "net.drops.rate{total} net.drops.rate", OF_HIGHEST, true,
      "network.errors", "a network" },
    { "connections", "network|connections", "connections|", "connections", "net.connections{established} net.connections", OF_SUM, true,
      "", "" },

    { "gpu", "gpu", "|use|busy|load|percent|work|activity", "graphics processor", "gpu.util", OF_HIGHEST, false,
      "gpu.memory gpu.temperature gpu.power", NVIDIA },
    { "gpu.memory", "gpu|vram", "memory|vram|", "graphics memory in use", "gpu.vram.util", OF_HIGHEST, true, "gpu.memory.used", NVIDIA },
    { "gpu.memory.used", "gpu|vram", "byte|gb|mb", "graphics memory used", "gpu.vram.used", OF_HIGHEST, false, "", NVIDIA },
    { "gpu.temperature", "gpu|vram", "temperature|hottest", "graphics processor temperature", "gpu.temp", OF_HIGHEST, false, "", NVIDIA },
    { "gpu.power", "gpu", "power|watt", "graphics processor power", "gpu.power", OF_SUM, false, "", NVIDIA },
    { "gpu.frequency", "gpu", "frequency|ghz|mhz|speed", "graphics processor clock", "gpu.clock.core", OF_HIGHEST, false, "", NVIDIA },
    { "gpu.fan", "gpu", "fan", "graphics processor fan", "gpu.fan.speed gpu.fan", OF_HIGHEST, false, "", NVIDIA },
    { "gpu.encoder", "gpu|encoder", "encoder|", "video encoder", "gpu.encoder.util", OF_HIGHEST, true, "", NVIDIA },
    { "gpu.decoder", "gpu|decoder", "decoder|", "video decoder", "gpu.decoder.util", OF_HIGHEST, true, "", NVIDIA },
    { "gpu.throttle", "gpu", "throttle", "graphics processor throttling", "gpu.throttle.thermal gpu.throttle.power gpu.throttle.hardware",
      OF_HIGHEST, false, "gpu.temperature gpu.power", NVIDIA },

    { "temperature", "temperature|hottest|machine", "temperature|hottest|", "hottest sensor",
      "cpu.temp,gpu.temp,disk.temp,sensor.temp,cpu.core.temp",
      OF_HIGHEST, true, "fan", "a temperature sensor; virtual machines have none" },
    { "fan", "fan|machine", "fan||speed", "fan", "sensor.fan gpu.fan.speed gpu.fan", OF_HIGHEST, true, "temperature",
      "a fan that tells its speed" },
    { "power", "power|machine", "power|watt|energy|", "power", "power.psys power.package,gpu.power battery.power", OF_SUM, true, "",
      "an energy counter; virtual machines have none" },
    { "battery", "battery", "|charge|percent|full|use|capacity|load|free", "battery charge", "battery.charge", OF_LOWEST, false,
      "battery.power", "a battery" },
    { "battery.power", "battery", "power|watt", "power from or to the battery", "battery.power", OF_HIGHEST, false, "battery",
      "a battery" },
    { "battery.time", "battery", "time|minute|hour|long", "time left on battery", "battery.time_left", OF_LOWEST, false, "battery",
      "a battery" },
    { "battery.wear", "battery", "wear", "battery wear", "battery.wear", OF_HIGHEST, true, "battery.cycles", "a battery" },
    { "battery.cycles", "battery", "cycles", "battery cycles", "battery.cycles", OF_HIGHEST, true, "battery.wear", "a battery" },
    { "voltage", "voltage", "voltage|", "voltage", "sensor.voltage", OF_HIGHEST, true, "", "a voltage sensor" },
    { "pressure", "pressure|machine", "pressure|", "time lost waiting", "pressure.cpu.some,pressure.memory.some,pressure.io.some",
      OF_HIGHEST, true, "", "a kernel with pressure stall information" },
    { "processes", "process", "many|total", "processes", "process.count", OF_HIGHEST, false, "threads", "" },
    { "threads", "threads", "|many|total", "threads", "process.threads", OF_HIGHEST, false, "", "" },
    { "zombies", "process|zombies", "zombies|", "zombie processes", "process.zombies", OF_HIGHEST, true, "", "" },
    { "uptime", "uptime|machine", "uptime|", "time since the boot", "system.uptime", OF_HIGHEST, true, "", "" },
    { "own.cpu", "you", "cpu|", "processor time of Sonde", "sonde.cpu", OF_HIGHEST, false, "own.memory", "" },
    { "own.memory", "you", "memory", "memory of Sonde", "sonde.rss", OF_HIGHEST, false, "own.cpu", "" },
};

enum { TOPICS = sizeof table / sizeof *table };

const struct topic *topics_find(const char *key)
{
    for (size_t i = 0; i < TOPICS; i++)
        if (strcmp(table[i].key, key) == 0)
            return &table[i];
    return NULL;
}

/* words_listed() knows no empty word; here "" is the main side, written as an empty place in the list. */
static bool topics_has(const char *list, const char *word)
{
    if (*word)
        return words_listed(list, word);
    return !*list || *list == '|' || strstr(list, "||") || list[strlen(list) - 1] == '|';
}

const struct topic *topics_of(const char *thing, const char *side)
{
    for (size_t i = 0; i < TOPICS; i++)
        if (words_listed(table[i].thing, thing) && topics_has(table[i].side, side))
            return &table[i];
    return NULL;
}

const struct topic *topics_alone(const char *side)
{
    for (size_t i = 0; i < TOPICS; i++)
        if (table[i].alone && words_listed(table[i].side, side))
            return &table[i];
    return NULL;
}

bool topics_is_thing(const char *word)
{
    for (size_t i = 0; i < TOPICS; i++)
        if (words_listed(table[i].thing, word))
            return true;
    return false;
}

bool topics_is_device(const char *word)
{
    return words_listed("cpu|core|memory|swap|disk|filesystem|network|wifi|gpu|vram|battery|process|threads|"
                        "connections|uptime|you", word);
}

static const char *topics_unit_word(enum unit unit)
{
    switch (unit) {
    case UNIT_BYTE: return "gb";
    case UNIT_PERCENT: return "percent";
    case UNIT_CELSIUS: return "temperature";
    case UNIT_WATT: return "watt";
    case UNIT_HERTZ: return "ghz";
    case UNIT_SECOND: return "hour";
    default: return "none";
    }
}

const struct topic *topics_in_unit(const struct topic *t, enum unit unit)
{
    char thing[32];
    size_t n = strcspn(t->thing, "|");
    memcpy(thing, t->thing, n < sizeof thing ? n : 0);
    thing[n < sizeof thing ? n : 0] = '\0';
    return topics_of(thing, topics_unit_word(unit));
}
