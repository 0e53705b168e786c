/*
 * intel_gpu.c - graphics processors of Intel, from the drivers i915 and xe.
 *
 * Facts: Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon and -xe-hwmon, intel_gt_sysfs_pm.c
 * (drm/cardN/gt/gtM, since Linux 5.18), xe_gt_freq.c, xe_gt_idle.c and xe_gt_throttle.c (tileN/gtM) of
 * the kernel. Made without such a GPU at hand: tests follow these documents.
 *
 * Neither driver measures how busy the GPU is. Who may see all processes adds up what they used:
 * gpu.util is the share of the busiest kind of engine. Who may not would see a part only, and takes
 * the share of time in which the GPU was not in its state of sleep (RC6): an upper bound, because to
 * be awake is not to work. gpu.util's help says which. Decoding and encoding share engines:
 * gpu.video.util.
 *
 * A GPU has one or two GTs, for drawing and for media. Clocks are those of the faster one, idle time
 * that of the one that idled less.
 *
 * Power is the growth of the energy counter. What no card can use is not taken: such a jump comes
 * from a reset. The PCIe link is not told: that of a card's own bridge to its GPU says nothing.
 */
#include "adapters/linux/gpu_device.h"
#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/rate.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INTEL 0x8086
#define INTEL_MAX_W 1500      /* of one card; the largest of today takes 600 W */
#define RC6_WRAP_S 4294967.296 /* i915 counts 32 bits of milliseconds */

enum { GTS = 8, REASONS = 24 };

/* Of several for one metric the first there counts: xe tells of the card as 1 and of the package as 2. */
static const struct gpu_file hwmon_files[] = {
    { GPU_ENERGY, "energy1_input", 1e-6 },
    { GPU_ENERGY, "energy2_input", 1e-6 },
    { GPU_POWER_LIMIT, "power1_max", 1e-6 },
    { GPU_POWER_LIMIT, "power2_max", 1e-6 },
    { GPU_TEMP, "temp2_input", 1e-3 },
    { GPU_TEMP, "temp1_input", 1e-3 },
    { GPU_TEMP_MEMORY, "temp3_input", 1e-3 },
    { GPU_FAN_SPEED, "fan1_input", 1 },
    { GPU_VOLTAGE, "in1_input", 1e-3 },
    { GPU_VOLTAGE, "in0_input", 1e-3 },
};

/* Where a driver keeps what, below the directory of a GT. */
static const struct names {
    const char *clock, *clock_max, *idle_ms, *reasons, *status, *reason; /* reason: glob of the files in reasons */
} names_i915 = { "rps_act_freq_mhz", "rps_max_freq_mhz", "rc6_residency_ms", "", "throttle_reason_status",
                 "throttle_reason_*" },
  names_xe = { "freq0/act_freq", "freq0/max_freq", "gtidle/idle_residency_ms", "/freq0/throttle", "status",
               "reason_*" };

/* Reasons by what their file's name ends with; the first that matches counts. */
static const struct { const char *glob; enum gpu_metric metric; } reasons[] = {
    { "*therm*", GPU_THROTTLE_THERMAL },  { "*_ratl", GPU_THROTTLE_THERMAL }, /* running average of temperature */
    { "*_prochot", GPU_THROTTLE_HARDWARE },
    { "*_pl?", GPU_THROTTLE_POWER },      { "*_tdc", GPU_THROTTLE_POWER },  { "*_iccmax", GPU_THROTTLE_POWER },
    { "*_psys_*", GPU_THROTTLE_POWER },   { "*_fastvmode", GPU_THROTTLE_POWER },
    { "*", GPU_THROTTLE_OTHER },
};

struct gt {
    int clock_fd, max_fd, idle_fd, status_fd;
    double idle_s;         /* of the reading before */
    int n_reasons;
    int reason_fd[REASONS];
    enum gpu_metric reason[REASONS];
};

struct chip {
    struct gt gt[GTS];
    int n;
    double idle_s, energy_j; /* idle_s: what all GTs idled so far */
    double idle_percent;
};

struct intel {
    struct gpus gpus;
    struct drm_clients *clients;
    bool sees_all;
    struct chip chip[GPU_MAX];

    /* while the GTs of a GPU are opened */
    struct chip *opened;
    const struct names *names;
    char dir[GPU_DIR_MAX];
};

/* ---- opening ---- */

static void intel_note_reason(void *self, const char *name)
{
    struct intel *x = self;
    struct gt *t = &x->opened->gt[x->opened->n - 1];
    if (!text_glob(x->names->reason, name) || strcmp(name, x->names->status) == 0 || t->n_reasons == REASONS)
        return;
    char dir[GPU_DIR_MAX + 32];
    snprintf(dir, sizeof dir, "%s%s", x->dir, x->names->reasons);
    int fd = sysfs_open(x->gpus.env->root, dir, name);
    if (fd < 0)
        return;
    size_t i = 0;
    while (!text_glob(reasons[i].glob, name))
        i++;
    t->reason[t->n_reasons] = reasons[i].metric;
    t->reason_fd[t->n_reasons++] = fd;
}

/* The GT in x->dir. */
static void intel_open_gt(struct intel *x)
{
    const char *root = x->gpus.env->root;
    struct chip *c = x->opened;
    char dir[GPU_DIR_MAX + 32];
    snprintf(dir, sizeof dir, "%s%s", x->dir, x->names->reasons);
    if (c->n == GTS)
        return;
    c->gt[c->n++] = (struct gt){
        .clock_fd = sysfs_open(root, x->dir, x->names->clock), .max_fd = sysfs_open(root, x->dir, x->names->clock_max),
        .idle_fd = sysfs_open(root, x->dir, x->names->idle_ms), .status_fd = sysfs_open(root, dir, x->names->status),
        .idle_s = NAN };
    os_list(root, dir, intel_note_reason, x);
}

static void intel_note_gt(void *self, const char *name)
{
    struct intel *x = self;
    size_t n = strlen(x->dir);
    if (!text_glob("gt?", name) || n + strlen(name) + 2 > sizeof x->dir)
        return;
    snprintf(x->dir + n, sizeof x->dir - n, "/%s", name);
    intel_open_gt(x);
    x->dir[n] = '\0';
}

/* i915: drm/card0/gt/gt0. xe: tile0/gt0. */
static void intel_note_dir(void *self, const char *name)
{
    struct intel *x = self;
    size_t n = strlen(x->dir);
    bool xe = x->names == &names_xe;
    if (!text_glob(xe ? "tile?" : "card*", name))
        return;
    snprintf(x->dir + n, sizeof x->dir - n, "/%.20s%s", name, xe ? "" : "/gt");
    os_list(x->gpus.env->root, x->dir, intel_note_gt, x);
    x->dir[n] = '\0';
}

static void intel_open(void *self, struct gpu_device *d, int i)
{
    struct intel *x = self;
    bool xe = strcmp(d->driver, "xe") == 0;
    char hwmon[GPU_DIR_MAX];
    x->opened = &x->chip[i];
    x->names = xe ? &names_xe : &names_i915;
    *x->opened = (struct chip){ .idle_s = NAN, .energy_j = NAN, .idle_percent = NAN };
    snprintf(x->dir, sizeof x->dir, "%s%s", d->dir, xe ? "" : "/drm");
    os_list(x->gpus.env->root, x->dir, intel_note_dir, x);
    if (gpu_find_hwmon(&x->gpus, d, hwmon))
        gpu_open_files(&x->gpus, d, hwmon, hwmon_files, sizeof hwmon_files / sizeof *hwmon_files);
    d->util_help = x->sees_all ? "share of time that its busiest kind of engine worked, from what its clients used"
                               : "share of time that it was awake (not in RC6): only root sees what works on it";
    drm_clients_watch(x->clients, i, d->address, false);
}

static void intel_close_chip(void *self, int i)
{
    struct intel *x = self;
    struct chip *c = &x->chip[i];
    for (int k = 0; k < c->n; k++) {
        struct gt *t = &c->gt[k];
        os_close(t->clock_fd);
        os_close(t->max_fd);
        os_close(t->idle_fd);
        os_close(t->status_fd);
        for (int r = 0; r < t->n_reasons; r++)
            os_close(t->reason_fd[r]);
    }
    c->n = 0;
    drm_clients_unwatch(x->clients, i);
}

/* ---- reading ---- */

static void intel_read_clocks(const struct chip *c, struct gpu_device *d)
{
    for (int k = 0; k < c->n; k++) {
        d->v[GPU_CLOCK_CORE] = fmax(d->v[GPU_CLOCK_CORE], sysfs_pread(c->gt[k].clock_fd) * 1e6);
        d->v[GPU_CLOCK_MAX] = fmax(d->v[GPU_CLOCK_MAX], sysfs_pread(c->gt[k].max_fd) * 1e6);
    }
}

/* How long a GT idled since its reading before; NaN when it cannot have been so long. */
static double intel_idled(struct gt *t, double dt_s)
{
    double now_s = sysfs_pread(t->idle_fd) * 1e-3;
    double idled = rate_growth(t->idle_s, now_s, now_s <= RC6_WRAP_S && t->idle_s <= RC6_WRAP_S ? RC6_WRAP_S : 0);
    t->idle_s = now_s;
    /* The two times are not quite those of the two counts, which are whole milliseconds. */
    return idled <= dt_s * 1.1 + 0.01 ? fmin(idled, dt_s) : (double)NAN;
}

static void intel_read_idle(struct chip *c, struct gpu_device *d, double dt_s)
{
    double least = NAN, first = NAN;
    for (int k = 0; k < c->n; k++) {
        least = fmin(least, intel_idled(&c->gt[k], dt_s));
        first = fmin(first, c->gt[k].idle_s);
    }
    bool known = !isnan(c->idle_s);
    c->idle_s = known && !isnan(first) ? c->idle_s + (isnan(least) ? 0 : least) : first;
    c->idle_percent = 100 * least / dt_s;
    d->v[GPU_IDLE_TIME] = known && dt_s > 0 && isnan(least) ? (double)NAN : c->idle_s;
}

/* The reasons are asked only while there is one. */
static void intel_read_throttle(const struct chip *c, struct gpu_device *d)
{
    static const enum gpu_metric kinds[] = {
        GPU_THROTTLE_THERMAL, GPU_THROTTLE_POWER, GPU_THROTTLE_HARDWARE, GPU_THROTTLE_OTHER,
    };
    for (int k = 0; k < c->n; k++) {
        const struct gt *t = &c->gt[k];
        double status = sysfs_pread(t->status_fd);
        if (isnan(status))
            continue;
        d->v[GPU_THROTTLE] = fmax(d->v[GPU_THROTTLE], status > 0);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            d->v[kinds[i]] = fmax(d->v[kinds[i]], 0);
        for (int r = 0; status > 0 && r < t->n_reasons; r++)
            if (sysfs_pread(t->reason_fd[r]) > 0)
                d->v[t->reason[r]] = 1;
    }
}

static void intel_read_power(struct chip *c, struct gpu_device *d, double dt_s)
{
    double watts = rate_growth(c->energy_j, d->v[GPU_ENERGY], 0) / dt_s;
    bool known = !isnan(c->energy_j);
    c->energy_j = d->v[GPU_ENERGY];
    if (known && dt_s > 0 && !(watts <= INTEL_MAX_W))
        watts = d->v[GPU_ENERGY] = NAN;
    d->v[GPU_POWER] = watts;
    d->has[GPU_POWER] = !isnan(c->energy_j);
    if (d->v[GPU_POWER_LIMIT] == 0)
        d->v[GPU_POWER_LIMIT] = NAN; /* switched off */
}

static void intel_read_use(struct intel *x, struct gpu_device *d, int i)
{
    struct drm_use use;
    drm_clients_read(x->clients, i, d->dt_s, &use);
    double most = use.clients || isnan(d->dt_s) ? (double)NAN : 0;
    for (int e = 0; e < DRM_ENGINES; e++)
        most = fmax(most, use.percent[e]);
    d->v[GPU_UTIL] = x->sees_all ? most : 100 - x->chip[i].idle_percent;
    d->has[GPU_UTIL] = x->sees_all || !isnan(d->v[GPU_IDLE_TIME]);
    gpu_put_use(d, &use);
}

static bool intel_read(void *self, struct gpu_device *d, int i, int64_t now_ns)
{
    struct intel *x = self;
    struct chip *c = &x->chip[i];
    (void)now_ns;
    intel_read_clocks(c, d);
    intel_read_idle(c, d, d->dt_s);
    intel_read_throttle(c, d);
    intel_read_power(c, d, d->dt_s);
    intel_read_use(x, d, i);
    return !isnan(d->v[GPU_CLOCK_CORE]) || !isnan(d->v[GPU_IDLE_TIME]);
}

static const struct gpu_vendor intel_vendor = {
    .id = INTEL, .drivers = (const char *const[]){ "i915", "xe", NULL },
    .open = intel_open, .read = intel_read, .close = intel_close_chip,
};

/* ---- the adapter ---- */

static void intel_close(void *self)
{
    struct intel *x = self;
    if (!x)
        return;
    gpus_close(&x->gpus);
    drm_clients_free(x->clients);
    mem_free(x);
}

static int intel_start(const struct adapter_env *env, struct schema *s, void **self)
{
    struct intel *x = mem_new(sizeof *x);
    x->clients = drm_clients_new(env->root);
    x->sees_all = drm_clients_see_all(x->clients);
    if (gpus_open(&x->gpus, env, &intel_vendor, x, s) == 0) {
        bool any = x->gpus.n > 0;
        intel_close(x);
        env->explain(env, any ? "the GPU of Intel is driven neither by the kernel module i915 nor by xe"
                              : "no graphics processor of Intel");
        return -ENODEV;
    }
    drm_clients_look(x->clients, x->gpus.now_ns);
    if (!x->sees_all)
        env->explain(env, "only root sees what the processes of others use of the GPU");
    *self = x;
    return 0;
}

static void intel_sample(void *self, struct frame *f)
{
    struct intel *x = self;
    gpus_sample(&x->gpus, f);
}

static int intel_rescan(void *self, struct schema *s)
{
    struct intel *x = self;
    gpus_rescan(&x->gpus, s);
    if (gpus_any_awake(&x->gpus))
        drm_clients_look(x->clients, x->gpus.now_ns);
    return 0;
}

static void intel_procs(void *self, struct proctab *t)
{
    const struct intel *x = self;
    drm_clients_procs(x->clients, t);
}

const struct adapter adapter_intel_gpu = {
    .name = "intel_gpu", .doc = "graphics processors of Intel",
    .provides = "gpu.*",
    .apart = true,
    .open = intel_start, .sample = intel_sample, .rescan = intel_rescan, .procs = intel_procs, .close = intel_close,
};
