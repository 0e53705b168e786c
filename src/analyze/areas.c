/*
 * areas.c - the table of families: area, use, and the smallest change that matters.
 *
 * The changes are what a person would notice or act on, not what is rare: rarity is measured in the
 * recording itself (shift.c), and both have to be there. Each row gives its reason. Families that
 * are not listed, as the columns of any CSV file, are judged by the data alone.
 */
#include "analyze/areas.h"

#include "base/stats.h"
#include "base/text.h"

#include <string.h>

struct row {
    const char *families; /* comma-separated globs */
    enum area area;
    enum area_use use;
    double change;        /* in the metric's unit; or, where `of` is given, this share of `of` ... */
    const char *of;       /* ... whose median is taken */
    double least;         /* and at least this */
    const char *same_as;  /* silent where this family exists: it says the same */
    const char *why;
};

#define MB 1e6

/* The first row that matches counts. */
static const struct row rows[] = {
    { "sonde.*", AREA_OTHER, AREA_SILENT, 0, NULL, 0, NULL, "our own cost is no finding about the machine" },
    { "cgroup.cpu.throttled", AREA_CPU, AREA_DECIDES, 20, NULL, 0, NULL, "a fifth of its turns end in waiting for its quota" },
    { "cgroup.*", AREA_OTHER, AREA_SILENT, 0, NULL, 0, NULL, "the same work again, seen from our group" },
    { "*.total,*.limit,*.max,*.min", AREA_OTHER, AREA_SILENT, 0, NULL, 0, NULL, "limits, not activity" },

    { "sensor.temp.critical,sensor.temp.emergency", AREA_OTHER, AREA_SILENT, 0, NULL, 0, NULL, "limits, too" },
    { "memory.errors.*,pci.errors.*", AREA_OTHER, AREA_FOLLOWS, 0.001, NULL, 0, NULL, "any error counts" },
    { "zram.*", AREA_MEMORY, AREA_SILENT, 0, NULL, 0, NULL, "where the pages went that swap.used counts" },
    { "raid.syncing", AREA_DISK, AREA_FOLLOWS, 1, NULL, 0, NULL, "a rebuild or a check: why the disks are busy" },
    { "raid.*", AREA_DISK, AREA_SILENT, 0, NULL, 0, NULL, "states, not activity" },
    { "cpu.idle_residency", AREA_CPU, AREA_SILENT, 0, NULL, 0, NULL, "cpu.util turned round, by the depth of the sleep" },

    { "memory.used", AREA_MEMORY, AREA_DECIDES, 0.04, "memory.total", 100 * MB, NULL,
      "a twenty-fifth of the memory: a browser with many tabs on a laptop" },
    { "memory.available", AREA_MEMORY, AREA_DECIDES, 0.04, "memory.total", 100 * MB, "memory.used",
      "memory.used turned round" },
    { "memory.util", AREA_MEMORY, AREA_DECIDES, 4, NULL, 0, "memory.used", "memory.used in other words" },
    { "memory.available.*,memory.free", AREA_MEMORY, AREA_SILENT, 0, NULL, 0, NULL, "free memory is cache that is not there yet" },
    { "memory.zone.*,memory.node.*,memory.map*,memory.page_cache,memory.vmalloc,memory.percpu,memory.zsmalloc,"
      "memory.isolated*,memory.dirty.limit,memory.dirty.background,memory.hugepages.*,memory.ksm.*,"
      "memory.workingset.nodes,"
      "swap.zswap.used,swap.zswap.stored,swap.cached",
      AREA_MEMORY, AREA_SILENT, 0, NULL, 0, NULL, "where memory lies and how it is kept, not who needs it" },
    { "memory.alloc.stalls.rate,memory.compact.stalls.rate,memory.reclaim.throttled.rate",
      AREA_MEMORY, AREA_FOLLOWS, 20, NULL, 0, NULL,
      "programs that wait for memory, twenty times a second" },
    { "memory.alloc*,memory.lru.*,memory.dirtied*,memory.written*,memory.numa.*,memory.thp.*,memory.pins*,"
      "memory.compact.*,memory.migrated*,memory.unevictable.*,memory.workingset.*,"
      "memory.kswapd.*,memory.drops.*,memory.khugepaged.*",
      AREA_MEMORY, AREA_SILENT, 0, NULL, 0, NULL, "how the kernel goes about it: any program that starts shows there" },
    { "memory.dirty,memory.writeback", AREA_DISK, AREA_DECIDES, 150 * MB, NULL, 0, NULL,
      "one to two seconds of writing on an ordinary disk wait in memory" },
    { "memory.cached,memory.buffers,memory.active*,memory.inactive*,memory.slab*,memory.mapped,"
      "memory.committed,memory.shmem,memory.huge*",
      AREA_MEMORY, AREA_SILENT, 0, NULL, 0, NULL,
      "grow with every file that is read, until something else needs the room" },
    { "memory.faults.major.rate,memory.major_faults.rate", AREA_MEMORY, AREA_FOLLOWS, 200, NULL, 0, NULL,
      "200 waits for a disk in a second" },
    { "memory.faults*", AREA_MEMORY, AREA_FOLLOWS, 20000, NULL, 0, NULL, "every new process and buffer faults; 80 MB/s of new pages" },
    { "memory.oom_kills.rate", AREA_MEMORY, AREA_SILENT, 0, NULL, 0, NULL, "one is news: a rule tells it" },
    { "memory.page_in.rate,memory.page_out.rate", AREA_MEMORY, AREA_SILENT, 0, NULL, 0, NULL, "disk traffic, once more" },
    { "memory.*.rate", AREA_MEMORY, AREA_FOLLOWS, 20 * MB, NULL, 0, NULL, "reclaim: memory is being looked for" },
    { "memory.*", AREA_MEMORY, AREA_FOLLOWS, 0.05, "memory.total", 0, NULL, "details of memory.used" },
    { "swap.used", AREA_MEMORY, AREA_DECIDES, 0.05, "swap.total", 64 * MB, NULL, "swapping in earnest" },
    { "swap.util,swap.free", AREA_MEMORY, AREA_SILENT, 0, NULL, 0, "swap.used", "swap.used in other words" },
    { "swap.in.zero.rate,swap.out.zero.rate,swap.readahead*,swap.zswap.*", AREA_MEMORY, AREA_FOLLOWS, 2 * MB, NULL, 0, NULL,
      "details of it" },
    { "swap.in.rate,swap.out.rate", AREA_MEMORY, AREA_DECIDES, 2 * MB, NULL, 0, NULL, "500 pages a second" },
    { "pressure.*.average", AREA_OTHER, AREA_SILENT, 0, NULL, 0, NULL, "repeats the shares beside it, late" },
    { "pressure.memory.*", AREA_MEMORY, AREA_DECIDES, 10, NULL, 0, NULL, "a tenth of the time lost waiting for memory" },

    { "disk.read.rate,disk.write.rate", AREA_DISK, AREA_DECIDES, 20 * MB, NULL, 0, NULL, "copying a file, not a log line" },
    { "disk.util", AREA_DISK, AREA_DECIDES, 40, NULL, 0, NULL, "a disk that begins to be shared" },
    { "disk.discard.rate", AREA_DISK, AREA_FOLLOWS, 100 * MB, NULL, 0, NULL, "files that were removed" },
    { "disk.*rate", AREA_DISK, AREA_FOLLOWS, 500, NULL, 0, NULL, "requests a second" },
    { "disk.read.latency,disk.write.latency", AREA_DISK, AREA_SILENT, 0, NULL, 0, "disk.latency", "its parts" },
    { "disk.latency", AREA_DISK, AREA_FOLLOWS, 0.05, NULL, 0, NULL, "50 ms more for each request can be felt" },
    { "disk.queue", AREA_DISK, AREA_FOLLOWS, 4, NULL, 0, NULL, "four more requests waiting" },
    { "pressure.io.*", AREA_DISK, AREA_DECIDES, 15, NULL, 0, NULL, "a seventh of the time lost waiting for a disk" },
    { "cpu.iowait", AREA_DISK, AREA_DECIDES, 15, NULL, 0, NULL, "the same, seen from the processors" },
    { "fs.util,fs.inodes.util", AREA_DISK, AREA_FOLLOWS, 5, NULL, 0, NULL, "a twentieth of the file system" },
    { "fs.*", AREA_DISK, AREA_SILENT, 0, NULL, 0, "fs.util", "fs.util in other units" },

    { "net.recv.rate{lo}", AREA_NETWORK, AREA_DECIDES, 100 * MB, NULL, 0, NULL,
      "programs of this machine that hand each other more than a database does" },
    { "net.*{lo}", AREA_NETWORK, AREA_SILENT, 0, NULL, 0, NULL, "the same traffic: what is sent there is received there" },
    { "net.recv.rate,net.send.rate", AREA_NETWORK, AREA_DECIDES, 10 * MB, NULL, 0, NULL, "80 Mbit/s: a download, not a page" },
    { "net.tcp.recv.rate,net.tcp.send.rate", AREA_NETWORK, AREA_FOLLOWS, 10000, NULL, 0, NULL,
      "segments of a busy link" },
    { "net.*.share", AREA_NETWORK, AREA_FOLLOWS, 5, NULL, 0, NULL, "of the segments" },
    { "net.*packets.rate", AREA_NETWORK, AREA_FOLLOWS, 10000, NULL, 0, NULL, "packets of a busy link" },
    { "net.link.up", AREA_NETWORK, AREA_FOLLOWS, 1, NULL, 0, NULL, "plugged in or out" },
    { "net.link.*,net.memory,net.neighbours*,net.routes*,net.conntrack.used,net.ip*.bytes.rate,net.softnet.processed.rate",
      AREA_NETWORK, AREA_SILENT, 0, NULL, 0, NULL, "traffic and its caches, once more" },
    { "net.conntrack.util", AREA_NETWORK, AREA_FOLLOWS, 20, NULL, 0, NULL, "a fifth of what the firewall can remember" },
    { "net.errors.rate,net.drops.rate", AREA_NETWORK, AREA_DECIDES, 50, NULL, 0, NULL, "enough to slow connections" },
    { "net.connections*", AREA_NETWORK, AREA_DECIDES, 200, NULL, 0, NULL, "more than one program opens by itself" },
    { "net.*rate", AREA_NETWORK, AREA_FOLLOWS, 200, NULL, 0, NULL, "events of the protocol" },
    { "net.*", AREA_NETWORK, AREA_FOLLOWS, 200, NULL, 0, NULL, "sockets" },

    { "process.forks.rate", AREA_PROCESSES, AREA_DECIDES, 200, NULL, 0, NULL, "scripts start tens a second, a storm thousands" },
    { "process.*.rate", AREA_PROCESSES, AREA_FOLLOWS, 100, NULL, 0, NULL, "forks, seen in the process table" },
    { "process.count", AREA_PROCESSES, AREA_DECIDES, 100, NULL, 0, NULL, "a hundred more processes stay" },
    { "process.threads", AREA_PROCESSES, AREA_FOLLOWS, 500, NULL, 0, NULL, "thread pools come in hundreds" },
    { "process.*", AREA_PROCESSES, AREA_FOLLOWS, 20, NULL, 0, NULL, "processes in some state" },

    { "*.temp,sensor.temp", AREA_THERMAL, AREA_DECIDES, 10, NULL, 0, NULL, "ten degrees: something works or a fan does not" },
    { "*.fan", AREA_THERMAL, AREA_FOLLOWS, 1000, NULL, 0, NULL, "can be heard" },
    { "*throttle*", AREA_THERMAL, AREA_FOLLOWS, 1, NULL, 0, NULL, "any throttling counts" },
    { "battery.power", AREA_POWER, AREA_DECIDES, 10, NULL, 0, NULL, "halves the time on battery of a light laptop" },
    { "battery.*", AREA_POWER, AREA_SILENT, 0, NULL, 0, NULL, "falls and rises by its nature; rules and trends look at it" },
    { "ac.online", AREA_POWER, AREA_FOLLOWS, 1, NULL, 0, NULL, "plugged in or out: why the power changes" },
    { "*.power,power.*", AREA_POWER, AREA_DECIDES, 15, NULL, 0, NULL, "watts of one busy processor core or more" },
    { "sensor.voltage", AREA_POWER, AREA_FOLLOWS, 0.5, NULL, 0, NULL, "half a volt" },

    { "cpu.util", AREA_CPU, AREA_DECIDES, 20, NULL, 0, NULL, "a fifth of the machine" },
    { "cpu.user", AREA_CPU, AREA_DECIDES, 25, NULL, 0, NULL,
      "a quarter of the machine, taken from work of low priority where cpu.util is at its end already" },
    { "cpu.steal", AREA_CPU, AREA_DECIDES, 15, NULL, 0, NULL, "the host takes a seventh away" },
    { "cpu.idle", AREA_CPU, AREA_SILENT, 0, NULL, 0, "cpu.util", "cpu.util turned round" },
    { "cpu.load", AREA_CPU, AREA_SILENT, 0, NULL, 0, NULL, "an average over minutes repeats cpu.util, late" },
    { "cpu.core.*", AREA_CPU, AREA_SILENT, 0, NULL, 0, NULL, "work wanders between cores; the total shows it" },
    { "cpu.interrupts.kind.rate,cpu.interrupts.device.rate", AREA_CPU, AREA_SILENT, 0, NULL, 0, NULL, "parts of cpu.interrupts" },
    { "cpu.runqueue.latency", AREA_CPU, AREA_FOLLOWS, 0.02, NULL, 0, NULL, "20 ms of waiting for each turn can be felt" },
    { "cpu.runqueue.*", AREA_CPU, AREA_SILENT, 0, NULL, 0, NULL, "of single cores: work wanders" },
    { "cpu.context_switches.rate,cpu.interrupts.rate,cpu.softirqs.rate", AREA_CPU, AREA_FOLLOWS, 20000, NULL, 0, NULL,
      "a busy server's rate" },
    { "tuning.*", AREA_CPU, AREA_SILENT, 0, NULL, 0, NULL, "settings and no load; rules look at them" },
    { "cpu.freq", AREA_CPU, AREA_FOLLOWS, 1e9, NULL, 0, NULL, "from saving power to working" },
    { "cpu.*", AREA_CPU, AREA_FOLLOWS, 15, NULL, 0, NULL, "shares of cpu.util" },
    { "pressure.cpu.*", AREA_CPU, AREA_FOLLOWS, 20, NULL, 0, NULL, "a fifth of the time somebody waited for a processor" },

    { "gpu.util,gpu.vram.util", AREA_OTHER, AREA_DECIDES, 25, NULL, 0, NULL, "a quarter of the GPU" },
    { "kernel.*,system.uptime", AREA_OTHER, AREA_SILENT, 0, NULL, 0, NULL, "stocks and limits of the kernel" },
    { "nfs.*", AREA_NETWORK, AREA_FOLLOWS, 500, NULL, 0, NULL, "calls a second" },
    { "gpu.*,disk.*,sensor.*,system.*,file.*", AREA_OTHER, AREA_FOLLOWS, 0, NULL, 0, NULL,
      "details that come with something above" },
};

static const struct row *row_of(const struct schema *s, int slot)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (schema_match(s, slot, rows[i].families))
            return &rows[i];
    return NULL;
}

static bool family_exists(const struct schema *s, const char *family)
{
    for (int slot = 0; slot < schema_size(s); slot++)
        if (!strcmp(schema_at(s, slot)->name, family))
            return true;
    return false;
}

static double row_change(const struct recording *r, const struct row *row)
{
    if (!row->of)
        return row->change;
    const double *of = recording_find(r, row->of, NULL);
    double whole = of ? stats_median(of, r->n) : NAN;
    return isnan(whole) ? row->least : fmax(row->change * whole, row->least);
}

static enum area_use row_use(const struct row *row, const struct schema *s)
{
    return row->same_as && family_exists(s, row->same_as) ? AREA_SILENT : row->use;
}

enum area_use area_use_of(const struct schema *s, int slot)
{
    const struct row *row = row_of(s, slot);
    return row ? row_use(row, s) : AREA_DECIDES;
}

enum area area_in(const struct schema *s, int slot)
{
    const struct row *row = row_of(s, slot);
    return row ? row->area : AREA_OTHER;
}

struct area_rule area_of(const struct recording *r, int slot)
{
    const struct row *row = row_of(r->schema, slot);
    if (!row) /* a column of somebody else's file */
        return (struct area_rule){ AREA_OTHER, AREA_DECIDES, 0 };
    return (struct area_rule){ row->area, row_use(row, r->schema), row_change(r, row) };
}

const char *area_name(enum area a)
{
    static const char *const name[] = { "memory", "disk", "network", "processes", "thermal", "power", "cpu", "other" };
    return name[a];
}
