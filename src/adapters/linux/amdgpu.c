/*
 * amdgpu.c - graphics processors of AMD, from the driver amdgpu.
 *
 * Facts: Documentation/gpu/amdgpu/driver-misc.rst and thermal.rst, ras.rst, and amdgpu_pm.c of the
 * kernel; gpu_metrics by amdgpu_metrics.h; use of the engines and memory of processes by
 * drm_clients.h. Made without such a GPU at hand: tests follow these documents.
 *
 * gpu.util is what the firmware measured (gpu_busy_percent). The link is that of the card to the
 * machine: newer cards have a switch of their own, whose inner link always runs at full width.
 * Counting errors of memory asks every channel of it, so that is done once a minute.
 *
 * The encoder's share is that of the queue "enc", through which VCN 4 (RX 7000) decodes as well.
 * ROCm's own interface (/dev/kfd) does not count in the use of engines.
 */
#include "adapters/linux/amdgpu_metrics.h"
#include "adapters/linux/gpu_device.h"
#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AMD 0x1002
#define LINK_HOPS 3             /* levels of bridges on a card */
#define ECC_NS 60000000000

static const struct gpu_file device_files[] = {
    { GPU_UTIL, "gpu_busy_percent", 1 },
    { GPU_MEMORY_UTIL, "mem_busy_percent", 1 },
    { GPU_VRAM_TOTAL, "mem_info_vram_total", 1 },
    { GPU_VRAM_USED, "mem_info_vram_used", 1 },
    { GPU_SHARED_USED, "mem_info_gtt_used", 1 },
    { GPU_PCIE_REPLAYS, "pcie_replay_count", 1 },
};

static const struct gpu_file hwmon_files[] = {
    { GPU_POWER, "power1_average", 1e-6 },
    { GPU_POWER, "power1_input", 1e-6 },
    { GPU_POWER_LIMIT, "power1_cap", 1e-6 },
    { GPU_FAN_SPEED, "fan1_input", 1 },
    { GPU_VOLTAGE, "in0_input", 1e-3 },
    { GPU_CLOCK_CORE, "freq1_input", 1 },
    { GPU_CLOCK_MEMORY, "freq2_input", 1 },
};

static const struct { const char *label; enum gpu_metric metric, limit; } temperatures[] = {
    { "edge", GPU_TEMP, GPU_TEMP_LIMIT },
    { "junction", GPU_TEMP_HOTSPOT, GPU_METRICS },
    { "mem", GPU_TEMP_MEMORY, GPU_METRICS },
};

struct card {
    int metrics_fd, speed_fd, ecc_fd;
    double clock_max_hz;   /* does not change */
    double ecc_corrected, ecc_uncorrected;
    int64_t ecc_ns;        /* next reading */
};

struct amdgpu {
    struct gpus gpus;
    struct drm_clients *clients;
    struct card card[GPU_MAX];
    char text[AMDGPU_METRICS_MAX + 1];
};

/* pp_dpm_sclk: "0: 500Mhz", "1: 2124Mhz *"; the highest. */
static double amdgpu_highest_hz(const char *text)
{
    double most = NAN;
    for (const char *p = text; (p = strchr(p, ':')); p++) {
        const char *at = p + 1;
        uint64_t mhz;
        if (text_u64(&at, &mhz) && strncasecmp(at, "mhz", 3) == 0)
            most = fmax(most, (double)mhz * 1e6);
    }
    return most;
}

static void amdgpu_open_temperatures(const struct gpus *g, struct gpu_device *d, const char *hwmon)
{
    for (int number = 1; number <= 3; number++) {
        char name[3][24], label[16];
        snprintf(name[0], sizeof name[0], "temp%d_label", number);
        snprintf(name[1], sizeof name[1], "temp%d_input", number);
        snprintf(name[2], sizeof name[2], "temp%d_crit", number);
        if (sysfs_word(g->env->root, hwmon, name[0], label, sizeof label) <= 0)
            continue;
        for (size_t i = 0; i < sizeof temperatures / sizeof *temperatures; i++) {
            if (strcmp(label, temperatures[i].label) != 0)
                continue;
            const struct gpu_file files[] = { { temperatures[i].metric, name[1], 1e-3 },
                                              { temperatures[i].limit, name[2], 1e-3 } };
            gpu_open_files(g, d, hwmon, files, temperatures[i].limit < GPU_METRICS ? 2 : 1);
        }
    }
}

static void amdgpu_open_hwmon(const struct gpus *g, struct gpu_device *d)
{
    char hwmon[GPU_DIR_MAX];
    if (!gpu_find_hwmon(g, d, hwmon))
        return;
    gpu_open_files(g, d, hwmon, hwmon_files, sizeof hwmon_files / sizeof *hwmon_files);
    amdgpu_open_temperatures(g, d, hwmon);
    double full = sysfs_number(g->env->root, hwmon, "pwm1_max");
    if (full > 0)
        gpu_open_files(g, d, hwmon, &(struct gpu_file){ GPU_FAN, "pwm1", 100 / full }, 1);
}

/* The outermost bridge of the card: as long as who is above is AMD's graphics, too. */
static void amdgpu_link_dir(const struct gpus *g, const struct gpu_device *d, char out[static GPU_DIR_MAX])
{
    char above[GPU_DIR_MAX];
    snprintf(out, GPU_DIR_MAX, "%s", d->dir);
    snprintf(above, sizeof above, "%s", d->dir);
    for (int hop = 0; hop < LINK_HOPS; hop++) {
        char vendor[16];
        strcat(above, "/..");
        if (sysfs_word(g->env->root, above, "vendor", vendor, sizeof vendor) <= 0 ||
            strtoul(vendor, NULL, 16) != AMD)
            return;
        snprintf(out, GPU_DIR_MAX, "%s", above);
    }
}

static void amdgpu_open(void *self, struct gpu_device *d, int i)
{
    struct amdgpu *a = self;
    const struct gpus *g = &a->gpus;
    struct card *c = &a->card[i];
    char link[GPU_DIR_MAX];
    gpu_open_files(g, d, d->dir, device_files, sizeof device_files / sizeof *device_files);
    amdgpu_open_hwmon(g, d);
    amdgpu_link_dir(g, d, link);
    gpu_open_files(g, d, link, &(struct gpu_file){ GPU_PCIE_WIDTH, "current_link_width", 1 }, 1);
    *c = (struct card){ .clock_max_hz = NAN, .ecc_corrected = NAN, .ecc_uncorrected = NAN };
    c->speed_fd = sysfs_open(g->env->root, link, "current_link_speed");
    c->metrics_fd = sysfs_open(g->env->root, d->dir, "gpu_metrics");
    c->ecc_fd = sysfs_open(g->env->root, d->dir, "ras/umc_err_count");
    int fd = sysfs_open(g->env->root, d->dir, "pp_dpm_sclk");
    if (fd >= 0 && os_pread_text(fd, a->text, sizeof a->text) > 0)
        c->clock_max_hz = amdgpu_highest_hz(a->text);
    os_close(fd);
    struct amdgpu_metrics m;
    int n = c->metrics_fd < 0 ? -1 : os_pread_text(c->metrics_fd, a->text, sizeof a->text);
    bool integrated = n > 0 && amdgpu_metrics_parse(a->text, (size_t)n, &m) && m.integrated;
    drm_clients_watch(a->clients, i, d->address, integrated);
}

static void amdgpu_close_card(void *self, int i)
{
    struct amdgpu *a = self;
    os_close(a->card[i].metrics_fd);
    os_close(a->card[i].speed_fd);
    os_close(a->card[i].ecc_fd);
    drm_clients_unwatch(a->clients, i);
}

static bool amdgpu_read_metrics(struct amdgpu *a, struct gpu_device *d, const struct card *c)
{
    struct amdgpu_metrics m;
    int n = c->metrics_fd < 0 ? -1 : os_pread_text(c->metrics_fd, a->text, sizeof a->text);
    if (n <= 0 || !amdgpu_metrics_parse(a->text, (size_t)n, &m))
        return false;
    d->v[GPU_VIDEO_UTIL] = m.video_percent;
    d->v[GPU_ENERGY] = m.energy_j;
    d->v[GPU_THROTTLE_THERMAL] = m.thermal;
    d->v[GPU_THROTTLE_POWER] = m.power;
    d->v[GPU_THROTTLE_HARDWARE] = m.hardware;
    d->v[GPU_THROTTLE_OTHER] = m.other;
    d->v[GPU_THROTTLE] = isnan(m.power) ? (double)NAN : m.thermal || m.power || m.hardware || m.other;
    return true;
}

/* umc_err_count: "ue: 0", "ce: 3". */
static double amdgpu_errors(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    uint64_t v;
    if (!at)
        return NAN;
    at += strlen(key);
    return text_u64(&at, &v) ? (double)v : (double)NAN;
}

static void amdgpu_read_ecc(struct amdgpu *a, struct gpu_device *d, struct card *c, int64_t now_ns)
{
    if (c->ecc_fd >= 0 && now_ns >= c->ecc_ns) {
        c->ecc_ns = now_ns + ECC_NS;
        bool read = os_pread_text(c->ecc_fd, a->text, sizeof a->text) > 0;
        c->ecc_corrected = read ? amdgpu_errors(a->text, "ce:") : (double)NAN;
        c->ecc_uncorrected = read ? amdgpu_errors(a->text, "ue:") : (double)NAN;
    }
    d->v[GPU_ECC_CORRECTED] = c->ecc_corrected;
    d->v[GPU_ECC_UNCORRECTED] = c->ecc_uncorrected;
}

/* "16.0 GT/s PCIe" is generation 4. */
static double amdgpu_generation(int fd)
{
    static const double speeds[] = { 2.5, 5, 8, 16, 32, 64 };
    char word[32];
    if (fd < 0 || sysfs_pread_word(fd, word, sizeof word) <= 0)
        return NAN;
    double speed = strtod(word, NULL);
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speed == speeds[i])
            return (double)i + 1;
    return NAN;
}

static bool amdgpu_read(void *self, struct gpu_device *d, int i, int64_t now_ns)
{
    struct amdgpu *a = self;
    struct card *c = &a->card[i];
    struct drm_use use;
    d->v[GPU_CLOCK_MAX] = c->clock_max_hz;
    d->v[GPU_VRAM_UTIL] = d->v[GPU_VRAM_TOTAL] > 0 ? 100 * d->v[GPU_VRAM_USED] / d->v[GPU_VRAM_TOTAL] : (double)NAN;
    d->v[GPU_PCIE_GENERATION] = amdgpu_generation(c->speed_fd);
    amdgpu_read_ecc(a, d, c, now_ns);
    drm_clients_read(a->clients, i, d->dt_s, &use);
    gpu_put_use(d, &use);
    return amdgpu_read_metrics(a, d, c);
}

static const struct gpu_vendor amdgpu_vendor = {
    .id = AMD, .drivers = (const char *const[]){ "amdgpu", NULL },
    .open = amdgpu_open, .read = amdgpu_read, .close = amdgpu_close_card,
};

static void amdgpu_close(void *self)
{
    struct amdgpu *a = self;
    if (!a)
        return;
    gpus_close(&a->gpus);
    drm_clients_free(a->clients);
    mem_free(a);
}

static int amdgpu_start(const struct adapter_env *env, struct schema *s, void **self)
{
    struct amdgpu *a = mem_new(sizeof *a);
    a->clients = drm_clients_new(env->root);
    if (gpus_open(&a->gpus, env, &amdgpu_vendor, a, s) == 0) {
        bool any = a->gpus.n > 0;
        amdgpu_close(a);
        env->explain(env, any ? "the GPU of AMD is not driven by the kernel module amdgpu"
                              : "no graphics processor of AMD");
        return -ENODEV;
    }
    drm_clients_look(a->clients, a->gpus.now_ns);
    if (!drm_clients_see_all(a->clients))
        env->explain(env, "only root sees what the processes of others use of the GPU");
    *self = a;
    return 0;
}

static void amdgpu_sample(void *self, struct frame *f)
{
    struct amdgpu *a = self;
    gpus_sample(&a->gpus, f);
}

static int amdgpu_rescan(void *self, struct schema *s)
{
    struct amdgpu *a = self;
    gpus_rescan(&a->gpus, s);
    if (gpus_any_awake(&a->gpus))
        drm_clients_look(a->clients, a->gpus.now_ns);
    return 0;
}

static void amdgpu_procs(void *self, struct proctab *t)
{
    const struct amdgpu *a = self;
    drm_clients_procs(a->clients, t);
}

const struct adapter adapter_amdgpu = {
    .name = "amdgpu", .doc = "graphics processors of AMD",
    .provides = "gpu.*",
    .apart = true,
    .open = amdgpu_start, .sample = amdgpu_sample, .rescan = amdgpu_rescan, .procs = amdgpu_procs,
    .close = amdgpu_close,
};
