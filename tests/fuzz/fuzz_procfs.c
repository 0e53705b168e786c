/*
 * fuzz_procfs.c - readers of /proc and /sys: a machine with the input's files, twice.
 *
 * An input is a list of files: a line "@/proc/stat" and the content up to the next such line. The
 * files up to a line "@tick" are there when the adapters are opened, those behind it replace them
 * before the second reading. A frame may hold NaN, never an infinity or a rate below 0.
 */
#include "adapters/registry.h"
#include "base/mem.h"
#include "core/rate.h"
#include "os/host.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CPU0 "/sys/devices/system/cpu/cpu0"
#define GPU0 "/sys/bus/pci/devices/0000:01:00.0"
#define GROUP "/sys/fs/cgroup/a.service"

static const char *const files[] = {
    "/proc/stat", "/proc/meminfo", "/proc/vmstat", "/proc/cpuinfo", "/proc/loadavg", "/proc/pressure/cpu",
    "/proc/pressure/memory", "/proc/pressure/io", "/proc/pressure/irq", "/sys/devices/system/cpu/online",
    CPU0 "/cpufreq/scaling_cur_freq", CPU0 "/cpufreq/cpuinfo_max_freq", CPU0 "/topology/core_siblings_list",
    "/etc/os-release", "/sys/class/dmi/id/sys_vendor", GPU0 "/class", GPU0 "/vendor", GPU0 "/power/runtime_status",
    "/.sonde/nvml",
    CPU0 "/cpuidle/state0/name", CPU0 "/cpuidle/state0/time",
    CPU0 "/topology/physical_package_id", CPU0 "/topology/core_id",
    CPU0 "/thermal_throttle/core_throttle_count", CPU0 "/thermal_throttle/core_throttle_total_time_ms",
    "/sys/fs/cgroup/cgroup.controllers", "/sys/fs/cgroup/cgroup.stat", GROUP "/cpu.stat", GROUP "/cpu.max",
    GROUP "/memory.current", GROUP "/memory.events", GROUP "/io.stat", GROUP "/io.pressure",
    "/sys/block/zram0/mm_stat", "/sys/block/zram0/io_stat",
    "/sys/block/md0/md/degraded", "/sys/block/md0/md/sync_completed",
    "/sys/devices/system/edac/mc/mc0/ce_count", "/sys/devices/system/edac/mc/mc0/dimm0/dimm_label",
    "/sys/devices/system/edac/mc/mc0/dimm0/dimm_ce_count", "/sys/bus/pci/devices/0000:00:1c.0/aer_dev_correctable",
    "/proc/interrupts", "/proc/schedstat", "/proc/zoneinfo", "/proc/buddyinfo", "/proc/slabinfo", "/proc/uptime",
    "/proc/net/dev", "/proc/diskstats", "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/net/snmp", "/proc/net/snmp6",
    "/proc/net/netstat", "/proc/net/softnet_stat", "/proc/net/stat/nf_conntrack", "/proc/net/stat/arp_cache",
    "/proc/net/rpc/nfs", "/proc/net/rpc/nfsd", "/proc/sys/fs/file-nr", "/proc/sys/fs/dentry-state",
    "/proc/sys/net/netfilter/nf_conntrack_count", "/proc/sys/net/netfilter/nf_conntrack_max",
    "/sys/devices/system/node/node0/meminfo", "/sys/devices/system/node/node1/meminfo",
    "/sys/devices/system/node/node1/numastat", "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
    "/sys/class/net/eth0/mtu", "/sys/class/net/eth0/speed", "/sys/class/net/eth0/device",
};
enum { FILES = sizeof files / sizeof *files };

static const struct adapter *const readers[] = {
    &adapter_cpu, &adapter_freq, &adapter_cpuinfo, &adapter_load, &adapter_memory, &adapter_paging, &adapter_pressure,
    &adapter_nvidia,
    &adapter_cpuidle, &adapter_throttle, &adapter_services, &adapter_services_io, &adapter_zram, &adapter_md,
    &adapter_ras,
    &adapter_interrupts, &adapter_schedstat, &adapter_zones, &adapter_numa, &adapter_hugepages, &adapter_slab,
    &adapter_disk, &adapter_net, &adapter_sockets, &adapter_snmp, &adapter_netstat, &adapter_snmp6, &adapter_softnet,
    &adapter_conntrack, &adapter_link, &adapter_nfs, &adapter_kernel,
};
enum { READERS = sizeof readers / sizeof *readers };

static char root[] = "/tmp/sonde-fuzz-XXXXXX";

static void full_path(char out[static 256], const char *path)
{
    snprintf(out, 256, "%s%s", root, path);
}

static void remove_root(void)
{
    char path[256];
    for (int i = 0; i < FILES; i++) {
        full_path(path, files[i]);
        for (unlink(path); strlen(path) > sizeof root; rmdir(path))
            *strrchr(path, '/') = '\0';
    }
    rmdir(root);
}

static void make_root(void)
{
    char path[256];
    assert(mkdtemp(root));
    atexit(remove_root);
    for (int i = 0; i < FILES; i++) {
        full_path(path, files[i]);
        for (char *p = path + sizeof root; (p = strchr(p, '/')); *p++ = '/') {
            *p = '\0';
            mkdir(path, 0700);
        }
    }
}

static void put(int file, const char *text, size_t n)
{
    char path[256];
    full_path(path, files[file]);
    FILE *f = fopen(path, "w");
    assert(f && fwrite(text, 1, n, f) == n);
    fclose(f);
}

/* Which file a line "@path" names, or -1. */
static int which(const char *line, const char *end)
{
    for (int i = 0; i < FILES; i++)
        if ((size_t)(end - line) == strlen(files[i]) &&
            memcmp(line, files[i], strlen(files[i])) == 0)
            return i;
    return -1;
}

/* Writes files up to "@tick" or the end; returns what comes behind it. */
static const char *put_files(const char *p, const char *end)
{
    while (p < end && *p == '@') {
        const char *line = p + 1, *eol = memchr(line, '\n', (size_t)(end - line));
        if (!eol)
            return end;
        const char *next = memmem(eol, (size_t)(end - eol), "\n@", 2);
        next = next ? next + 1 : end;
        int file = which(line, eol);
        if (file >= 0)
            put(file, eol + 1, next > eol ? (size_t)(next - eol - 1) : 0);
        p = next;
        if (eol - line == 4 && memcmp(line, "tick", 4) == 0)
            break;
    }
    return p;
}

static void emit(const struct adapter_env *env, const struct event *e)
{
    (void)env;
    assert(e->text[0]);
}

static void explain(const struct adapter_env *env, const char *reason)
{
    (void)env;
    assert(reason[0]);
}

static void read_all(struct schema *s, void *self[static READERS], struct frame *before, struct frame *now)
{
    frame_fit(now, s);
    frame_copy(before, now);
    for (int i = 0; i < now->n; i++)
        now->v[i] = NAN;
    for (int i = 0; i < READERS; i++) {
        now->read_ns[i] += 1000000000;
        if (!self[i])
            continue;
        readers[i]->sample(self[i], now);
        schema_set_source(s, i);
        if (readers[i]->rescan)
            readers[i]->rescan(self[i], s);
    }
    frame_fit(now, s);
    rate_derive(s, before, now);
    for (int i = 0; i < now->n; i++)
        assert(!isinf(now->v[i]) && !(schema_at(s, i)->kind == KIND_RATIO && now->v[i] < 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static bool ready;
    if (memmem(data, n, "hang", 4))
        return 0; /* does what it says */
    if (!ready)
        make_root();
    ready = true;
    for (int i = 0; i < FILES; i++)
        put(i, "", 0);

    const char *p = (const char *)data, *end = p + n;
    p = put_files(p, end);
    struct schema *s = schema_new();
    struct adapter_env env[READERS];
    struct frame before = { 0 }, now = { 0 };
    void *self[READERS] = { NULL };
    for (int i = 0; i < READERS; i++) {
        env[i] = (struct adapter_env){ .root = root, .interval_s = 1, .of = readers[i]->of, .emit = emit,
                                       .explain = explain };
        schema_source(s, readers[i]->name);
        readers[i]->open(&env[i], s, &self[i]);
    }
    read_all(s, self, &before, &now);
    put_files(p, end);
    read_all(s, self, &before, &now);
    read_all(s, self, &before, &now);

    struct os_host h;
    os_host(root, &h);
    assert(h.cpus >= 0 && h.cores >= 0 && strlen(h.cpu) < sizeof h.cpu);

    for (int i = 0; i < READERS; i++)
        readers[i]->close(self[i]);
    frame_done(&before);
    frame_done(&now);
    schema_free(s);
    return 0;
}
