/*
 * gpu.c - limit of power, persistence, compute mode and clock of NVIDIA's GPUs, through NVML (os/nvml.h). Untested on
 * hardware.
 *
 * A limit of power is never set above the vendor's own, and not below half of it. That a clock is locked cannot be
 * asked of the library: what was set last stands in /run/sonde-policy, which goes with the boot as the lock does. It is
 * root's: /run/sonde is the recorder's own, who could put a link there, and goes whenever that ends.
 *
 * An instance is a PCI address. A GPU that sleeps is left alone: to ask it would wake it.
 */
#include "base/text.h"
#include "os/nvml.h"
#include "os/os.h"
#include "policy/knob.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GPU_DRIVER "/sys/bus/pci/drivers/nvidia"
#define GPU_KEPT "/run/sonde-policy"

/* ---- the library ---- */

static bool gpu_sleeps(const struct place *p)
{
    char path[KNOB_INST_MAX + 64], text[32];
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/power/runtime_status", p->inst);
    return os_read_text(p->root, path, text, sizeof text) >= 0 && strncmp(text, "suspended", 9) == 0;
}

/* The GPU of a place: nvml_close() lets go of it. */
static int gpu_open(const struct place *p, struct nvml **n, int *gpu)
{
    if (!*p->inst || strlen(p->inst) >= NVML_ADDRESS_MAX || strchr(p->inst, '/') || gpu_sleeps(p))
        return -ENODEV;
    int rc = nvml_open(p->root, n);
    if (rc < 0)
        return rc == -EACCES ? rc : -ENODEV;
    *gpu = nvml_device_at(*n, p->inst);
    if (*gpu >= 0)
        return 0;
    nvml_close(*n);
    return *gpu == -EACCES ? -EACCES : -ENODEV;
}

static int gpu_settings(const struct place *p, double v[static NVML_SETTINGS])
{
    struct nvml *n;
    int gpu, rc = gpu_open(p, &n, &gpu);
    if (rc < 0)
        return rc;
    rc = nvml_settings(n, gpu, v);
    nvml_close(n);
    return rc == -ENXIO ? -ENODEV : rc;
}

static int gpu_set(const struct place *p, enum nvml_setting s, double value)
{
    struct nvml *n;
    int gpu, rc = gpu_open(p, &n, &gpu);
    if (rc < 0)
        return rc;
    rc = nvml_set(n, gpu, s, value);
    nvml_close(n);
    return rc == -ENXIO ? -ENODEV : rc;
}

struct gpu_each {
    void (*each)(void *self, const char *inst);
    void *self;
};

static void gpu_address(void *self, const char *name)
{
    const struct gpu_each *e = self;
    if (strchr(name, ':') && strlen(name) < NVML_ADDRESS_MAX)
        e->each(e->self, name);
}

static void gpu_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self)
{
    (void)k;
    os_list(root, GPU_DRIVER, gpu_address, &(struct gpu_each){ each, self });
}

/* The library says who may set what when it is tried only; on Linux it is root. */
static int gpu_writable(const struct knob *k, const struct place *p)
{
    (void)k;
    return *p->root || os_is_root() ? 0 : -EPERM;
}

/* ---- limit of power, persistence, compute mode ---- */

static enum nvml_setting gpu_which(const struct knob *k)
{
    static const enum nvml_setting settable[] = { NVML_CAP, NVML_PERSISTENCE, NVML_COMPUTE_MODE };
    size_t i = 0;
    while (i + 1 < sizeof settable / sizeof *settable && strcmp(nvml_setting_name(settable[i]), k->arg) != 0)
        i++;
    return settable[i];
}

static int setting_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    double v[NVML_SETTINGS];
    int rc = gpu_settings(p, v);
    if (rc < 0 || isnan(v[gpu_which(k)]))
        return rc < 0 ? rc : -ENODEV;
    snprintf(value, KNOB_VALUE_MAX, "%.15g", v[gpu_which(k)]);
    return 0;
}

static int setting_write(const struct knob *k, const struct place *p, const char *value)
{
    double v;
    return text_double(value, &v) ? gpu_set(p, gpu_which(k), v) : -EINVAL;
}

static int cap_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    double v[NVML_SETTINGS], wanted;
    if (gpu_settings(p, v) < 0 || isnan(v[NVML_CAP_USUAL]))
        return 0;
    double least = fmax(v[NVML_CAP_USUAL] / 2, isnan(v[NVML_CAP_LEAST]) ? 0 : v[NVML_CAP_LEAST]);
    double most = fmin(v[NVML_CAP_USUAL], isnan(v[NVML_CAP_MOST]) ? INFINITY : v[NVML_CAP_MOST]);
    if (text_double(value, &wanted) && wanted >= least && wanted <= most)
        return 0;
    snprintf(why, KNOB_WHY, "%s of %.40s may be %.0f to %.0f W, and never more than its vendor meant; this is %.20s",
             k->name, p->inst, ceil(least), floor(most), value);
    return -ERANGE;
}

/* nvmlComputeMode_t; 1, one thread, is gone since CUDA 8. */
static const struct { const char *name; int mode; } compute_modes[] = {
    { "all", 0 }, { "nobody", 2 }, { "one", 3 },
};

static int compute_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    int rc = setting_read(k, p, value);
    for (size_t i = 0; rc == 0 && i < sizeof compute_modes / sizeof *compute_modes; i++)
        if (compute_modes[i].mode == atoi(value)) {
            text_copy(value, KNOB_VALUE_MAX, compute_modes[i].name);
            return 0;
        }
    return rc < 0 ? rc : -ENODEV;
}

static int compute_write(const struct knob *k, const struct place *p, const char *value)
{
    for (size_t i = 0; i < sizeof compute_modes / sizeof *compute_modes; i++)
        if (strcmp(compute_modes[i].name, value) == 0)
            return gpu_set(p, gpu_which(k), compute_modes[i].mode);
    return -EINVAL;
}

/* ---- clock ---- */

static int clock_path(const struct place *p, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%s" GPU_KEPT "/gpu-clock-%s", p->root, p->inst);
    return n < 0 || (size_t)n >= cap ? -ENAMETOOLONG : 0;
}

static bool clock_parse(const char *value, double *least, double *most)
{
    char end;
    *least = *most = 0;
    return strcmp(value, "free") == 0 ||
           (sscanf(value, "%lf-%lf%c", least, most, &end) == 2 && *least >= 1 && *least <= *most && *most < 1e5);
}

static int clock_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    char path[OS_PATH_MAX], text[64];
    double least, most;
    struct nvml *n;
    int gpu, rc = gpu_open(p, &n, &gpu);
    (void)k;
    if (rc < 0)
        return rc;
    nvml_close(n);
    rc = clock_path(p, path, sizeof path);
    if (rc == 0 && os_read_text("", path, text, sizeof text) > 0)
        text[strcspn(text, "\n")] = '\0';
    else
        *text = '\0';
    text_copy(value, KNOB_VALUE_MAX, clock_parse(text, &least, &most) ? text : "free");
    return rc;
}

static int clock_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    struct nvml *n;
    double least, most, v[NVML_READINGS];
    int gpu;
    if (!clock_parse(value, &least, &most)) {
        snprintf(why, KNOB_WHY, "%s takes free, or two clocks in MHz like 1200-1800; this is \"%.40s\"", k->name,
                 value);
        return -EINVAL;
    }
    if (gpu_open(p, &n, &gpu) < 0)
        return 0;
    int rc = nvml_read(n, gpu, NVML_BIT(NVML_CLOCK_MAX), v);
    nvml_close(n);
    if (rc < 0 || isnan(v[NVML_CLOCK_MAX]) || most <= v[NVML_CLOCK_MAX] / 1e6)
        return 0;
    snprintf(why, KNOB_WHY, "%s of %.40s may be up to %.0f MHz; this is \"%.40s\"", k->name, p->inst,
             v[NVML_CLOCK_MAX] / 1e6, value);
    return -ERANGE;
}

/* What is to be remembered is there before the lock is set, and away after it went. */
static int clock_remember(const struct place *p, const char *value)
{
    char path[OS_PATH_MAX], folder[OS_PATH_MAX];
    int rc = clock_path(p, path, sizeof path);
    if (rc < 0)
        return rc;
    if (strcmp(value, "free") == 0) {
        rc = os_remove(path);
        return rc == -ENOENT ? 0 : rc;
    }
    if (snprintf(folder, sizeof folder, "%s" GPU_KEPT, p->root) >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    rc = os_make_shared_dir(folder);
    return rc < 0 ? rc : os_write_public(path, value, strlen(value));
}

static int clock_write(const struct knob *k, const struct place *p, const char *value)
{
    struct nvml *n;
    double least, most;
    char before[KNOB_VALUE_MAX] = "free";
    int gpu, rc = clock_parse(value, &least, &most) ? gpu_open(p, &n, &gpu) : -EINVAL;
    if (rc < 0)
        return rc;
    clock_read(k, p, before);
    bool lock = most > 0;
    if (lock)
        rc = clock_remember(p, value);
    if (rc == 0)
        rc = nvml_lock_clock(n, gpu, least * 1e6, most * 1e6);
    if (rc == 0 && !lock)
        clock_remember(p, "free");
    else if (rc < 0 && lock)
        clock_remember(p, before);
    nvml_close(n);
    return rc == -ENXIO ? -ENODEV : rc;
}

#define GPU                                                                                                            \
    .class = KNOB_GPU, .risk = RISK_MACHINE, .needs = "root", .list = gpu_list, .writable = gpu_writable

const struct knob knobs_gpu[] = {
    { GPU, .name = "gpu.power", .doc = "what it may draw", .type = KNOB_WHOLE, .min = 1, .max = 5000, .unit = "W",
      .arg = "cap", .reverts = "set back; gone with the driver", .caution = "slower", .read = setting_read,
      .check = cap_check, .write = setting_write },
    { GPU, .name = "gpu.persistence", .doc = "does the driver keep it ready while nobody uses it?", .type = KNOB_WHOLE,
      .min = 0, .max = 1, .arg = "persistence", .reverts = "set back; gone with the driver",
      .caution = "it draws more at rest", .read = setting_read, .write = setting_write },
    { GPU, .name = "gpu.compute", .doc = "who may compute on it: one is one process at a time", .type = KNOB_CHOICE,
      .choices = "all one nobody", .arg = "compute.mode", .reverts = "set back; gone with the driver",
      .caution = "programs that come later are refused", .read = compute_read, .write = compute_write },
    { GPU, .name = "gpu.clock", .doc = "the limits of its clock, or free", .type = KNOB_TEXT, .unit = "MHz", .arg = "",
      .reverts = "set free", .caution = "heat and power where the lower one is high", .read = clock_read,
      .check = clock_check, .write = clock_write },
    { 0 },
};
