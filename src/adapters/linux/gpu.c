/* gpu.c - the metrics of graphics processors as one table, and their numbers, from
 * /sys/bus/pci/devices (Documentation/ABI/testing/sysfs-bus-pci of the kernel). */
#include "adapters/linux/gpu.h"

#include "adapters/linux/runtime_pm.h"
#include "adapters/linux/sysfs.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI_DISPLAY 0x03 /* base class of display controllers, PCI Code and ID Assignment */

#define SHARE .unit = UNIT_PERCENT, .max = 100
#define BYTES .unit = UNIT_BYTE, .max = 1e15
#define DEGREES .unit = UNIT_CELSIUS, .min = -55, .max = 150
#define WATTS .unit = UNIT_WATT, .max = 5000
#define HERTZ .unit = UNIT_HERTZ, .max = 20e9
#define YES_NO .unit = UNIT_NONE, .max = 1
#define COUNT(most) .unit = UNIT_NONE, .max = most
#define TOTAL(of) .unit = of, .kind = KIND_COUNTER

static const struct metric metrics[GPU_METRICS] = {
    [GPU_UTIL]               = { .name = "gpu.util", SHARE, .help = "share of time that the GPU computed or drew" },
    [GPU_MEMORY_UTIL]        = { .name = "gpu.memory.util", SHARE, .help = "share of time that its memory was read or written" },
    [GPU_ENCODER_UTIL]       = { .name = "gpu.encoder.util", SHARE, .help = "share of time that its video encoder worked" },
    [GPU_DECODER_UTIL]       = { .name = "gpu.decoder.util", SHARE, .help = "share of time that its video decoder worked" },
    [GPU_JPEG_UTIL]          = { .name = "gpu.jpeg.util", SHARE, .help = "share of time that its JPEG decoder worked" },
    [GPU_OFA_UTIL]           = { .name = "gpu.ofa.util", SHARE, .help = "share of time that its optical flow accelerator worked" },
    [GPU_RENDER_UTIL]        = { .name = "gpu.render.util", SHARE, .help = "share of time that it drew, by processes we may see" },
    [GPU_COMPUTE_UTIL]       = { .name = "gpu.compute.util", SHARE, .help = "share of time that it computed, by processes we may see" },
    [GPU_COPY_UTIL]          = { .name = "gpu.copy.util", SHARE, .help = "share of time that it copied, by processes we may see" },
    [GPU_VIDEO_UTIL]         = { .name = "gpu.video.util", SHARE, .help = "share of time that it encoded or decoded video" },
    [GPU_VRAM_TOTAL]         = { .name = "gpu.vram.total", BYTES, .help = "memory of its own" },
    [GPU_VRAM_USED]          = { .name = "gpu.vram.used", BYTES, .help = "memory of its own that is in use" },
    [GPU_VRAM_UTIL]          = { .name = "gpu.vram.util", SHARE, .help = "share of its own memory that is in use" },
    [GPU_SHARED_USED]        = { .name = "gpu.shared.used", BYTES, .help = "memory of the machine that it uses" },
    [GPU_TEMP]               = { .name = "gpu.temp", DEGREES, .help = "temperature of the chip" },
    [GPU_TEMP_HOTSPOT]       = { .name = "gpu.temp.hotspot", DEGREES, .help = "temperature at the hottest place of the chip" },
    [GPU_TEMP_MEMORY]        = { .name = "gpu.temp.memory", DEGREES, .help = "temperature of its memory" },
    [GPU_TEMP_LIMIT]         = { .name = "gpu.temp.limit", DEGREES, .help = "temperature at which it slows itself down" },
    [GPU_POWER]              = { .name = "gpu.power", WATTS, .help = "power that the card draws" },
    [GPU_POWER_LIMIT]        = { .name = "gpu.power.limit", WATTS, .help = "power that it may draw" },
    [GPU_ENERGY]             = { .name = "gpu.energy", TOTAL(UNIT_JOULE), .help = "energy that it used" },
    [GPU_CLOCK_CORE]         = { .name = "gpu.clock.core", HERTZ, .help = "frequency of its cores" },
    [GPU_CLOCK_MEMORY]       = { .name = "gpu.clock.memory", HERTZ, .help = "frequency of its memory" },
    [GPU_CLOCK_VIDEO]        = { .name = "gpu.clock.video", HERTZ, .help = "frequency of its video engines" },
    [GPU_CLOCK_MAX]          = { .name = "gpu.clock.max", HERTZ, .help = "highest frequency of its cores" },
    [GPU_FAN]                = { .name = "gpu.fan", SHARE, .help = "speed that its fan is told, of the highest" },
    [GPU_FAN_SPEED]          = { .name = "gpu.fan.speed", .unit = UNIT_RPM, .max = 30000, .help = "speed of its fan" },
    [GPU_VOLTAGE]            = { .name = "gpu.voltage", .unit = UNIT_VOLT, .max = 5, .help = "voltage of the chip" },
    [GPU_PSTATE]             = { .name = "gpu.pstate", COUNT(32), .help = "performance state, 0 is the fastest" },
    [GPU_PROCESSES_COMPUTE]  = { .name = "gpu.processes.compute", COUNT(1e6), .help = "processes that compute on it" },
    [GPU_PROCESSES_GRAPHICS] = { .name = "gpu.processes.graphics", COUNT(1e6), .help = "processes that draw on it" },
    [GPU_THROTTLE]           = { .name = "gpu.throttle", YES_NO, .help = "does anything but idleness hold its clocks down?" },
    [GPU_THROTTLE_THERMAL]   = { .name = "gpu.throttle.thermal", YES_NO, .help = "are its clocks held down because it is hot?" },
    [GPU_THROTTLE_POWER]     = { .name = "gpu.throttle.power", YES_NO, .help = "are its clocks held down to keep its power limit?" },
    [GPU_THROTTLE_HARDWARE]  = { .name = "gpu.throttle.hardware", YES_NO, .help = "are its clocks held down by a hardware brake?" },
    [GPU_THROTTLE_OTHER]     = { .name = "gpu.throttle.other", YES_NO, .help = "are its clocks held down by settings or others?" },
    [GPU_ECC_CORRECTED]      = { .name = "gpu.ecc.corrected", TOTAL(UNIT_NONE), .help = "memory errors corrected" },
    [GPU_ECC_UNCORRECTED]    = { .name = "gpu.ecc.uncorrected", TOTAL(UNIT_NONE), .help = "memory errors that could not be corrected" },
    [GPU_PCIE_RECV]          = { .name = "gpu.pcie.recv", .unit = UNIT_BYTE_PER_S, .max = 1e12, .help = "data from the machine to it" },
    [GPU_PCIE_SEND]          = { .name = "gpu.pcie.send", .unit = UNIT_BYTE_PER_S, .max = 1e12, .help = "data from it to the machine" },
    [GPU_PCIE_GENERATION]    = { .name = "gpu.pcie.generation", COUNT(16), .help = "PCIe generation that the link runs at" },
    [GPU_PCIE_WIDTH]         = { .name = "gpu.pcie.width", COUNT(64), .help = "PCIe lanes that the link uses" },
    [GPU_PCIE_REPLAYS]       = { .name = "gpu.pcie.replays", TOTAL(UNIT_NONE), .help = "PCIe packets sent again" },
    [GPU_IDLE_TIME]          = { .name = "gpu.idle.time", TOTAL(UNIT_SECOND), .rate = "", .help = "time in its deepest state of sleep" },
    [GPU_ASLEEP]             = { .name = "gpu.asleep", YES_NO, .help = "is it switched off to save power? It is not asked anything then" },
};

int gpu_add_as(struct schema *s, enum gpu_metric m, int number, const char *help)
{
    char inst[16];
    struct metric metric = metrics[m];
    snprintf(inst, sizeof inst, "%d", number);
    metric.inst = inst;
    if (help)
        metric.help = help;
    return schema_add(s, &metric);
}

int gpu_add(struct schema *s, enum gpu_metric m, int number)
{
    return gpu_add_as(s, m, number, NULL);
}

bool gpu_is_counter(enum gpu_metric m)
{
    return metrics[m].kind == KIND_COUNTER;
}

struct gpu_search {
    const char *root;
    struct gpu_found {
        char address[GPU_ADDRESS_MAX];
        unsigned vendor;
    } gpu[GPU_MAX];
    int n;
};

static unsigned gpu_hex(const char *root, const char *dir, const char *name)
{
    char word[32];
    return sysfs_word(root, dir, name, word, sizeof word) > 0 ? (unsigned)strtoul(word, NULL, 16) : 0;
}

static void gpu_look(void *self, const char *name)
{
    struct gpu_search *g = self;
    struct gpu_found *found = &g->gpu[g->n];
    char dir[256];
    snprintf(dir, sizeof dir, SYSFS_PCI "/%s", name);
    if (g->n == GPU_MAX || strlen(name) >= sizeof found->address || gpu_hex(g->root, dir, "class") >> 16 != PCI_DISPLAY)
        return;
    found->vendor = gpu_hex(g->root, dir, "vendor");
    if (found->vendor != 0x10de && found->vendor != 0x1002 && found->vendor != 0x8086)
        return; /* the console of a server board, a virtual screen */
    snprintf(found->address, sizeof found->address, "%s", name);
    g->n++;
}

static int gpu_compare(const void *a, const void *b)
{
    return strcmp(((const struct gpu_found *)a)->address, ((const struct gpu_found *)b)->address);
}

/* All of them, by address. Its numbers are hexadecimal, which is not how os_list() sorts. */
static void gpu_search(struct gpu_search *g, const char *root)
{
    *g = (struct gpu_search){ .root = root };
    os_list(root, SYSFS_PCI, gpu_look, g);
    qsort(g->gpu, (size_t)g->n, sizeof *g->gpu, gpu_compare);
}

int gpu_list(const char *root, unsigned vendor, char address[][GPU_ADDRESS_MAX], int *number)
{
    struct gpu_search g;
    int n = 0;
    gpu_search(&g, root);
    for (int i = 0; i < g.n; i++) {
        if (g.gpu[i].vendor != vendor)
            continue;
        memcpy(address[n], g.gpu[i].address, GPU_ADDRESS_MAX);
        number[n++] = i;
    }
    return n;
}

/* NVML writes "00000000:01:00.0", the kernel "0000:01:00.0". */
static bool gpu_same(const char *a, const char *b)
{
    const char *p = strchr(a, ':'), *q = strchr(b, ':');
    return p && q && strtoul(a, NULL, 16) == strtoul(b, NULL, 16) && strcasecmp(p, q) == 0;
}

int gpu_number(const char *root, const char *address)
{
    struct gpu_search g;
    gpu_search(&g, root);
    for (int i = 0; i < g.n; i++)
        if (gpu_same(g.gpu[i].address, address))
            return i;
    return -ENOENT;
}

static void gpu_dir(const char *address, char out[static 96])
{
    snprintf(out, 96, SYSFS_PCI "/%.*s", GPU_ADDRESS_MAX, address);
}

bool gpu_is_asleep(const char *root, const char *address)
{
    char dir[96];
    gpu_dir(address, dir);
    int fd = runtime_pm_open(root, dir);
    bool asleep = runtime_pm_is_asleep(fd);
    os_close(fd);
    return asleep;
}

/* NVIDIA's driver sets no delay, so that runtime_pm_rest_ns() would not know. */
bool gpu_may_sleep(const char *root, const char *address)
{
    char dir[96], control[16];
    gpu_dir(address, dir);
    return sysfs_word(root, dir, "power/control", control, sizeof control) > 0 && strcmp(control, "auto") == 0;
}
