/*
 * linux_nvml_settings.c - what NVIDIA's library can set: limit of power, persistence, compute mode, clock.
 *
 * After NVIDIA's nvml.h, as linux_nvml.c. Asked seldom, so each function is looked up when it is called. No GPU was at
 * hand.
 */
#include "os/linux_nvml_own.h"
#include "os/linux_nvml_recorded.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

union nvml_setter {
    void *found;
    int (*get)(void *gpu, unsigned *out);
    int (*get_two)(void *gpu, unsigned *least, unsigned *most);
    int (*set)(void *gpu, unsigned value);
    int (*set_two)(void *gpu, unsigned least, unsigned most);
    int (*reset)(void *gpu);
};

const char *nvml_setting_name(enum nvml_setting s)
{
    static const char *const name[NVML_SETTINGS] = { "cap", "cap.least", "cap.most", "cap.usual", "persistence",
                                                    "compute.mode" };
    return name[s];
}

static int settings_one(const struct nvml *n, int gpu, const char *function, double by, double *out)
{
    unsigned v = 0;
    union nvml_setter f = { .found = nvml_symbol(n, function) };
    int rc = f.found ? nvml_error(f.get(nvml_handle(n, gpu), &v)) : -EOPNOTSUPP;
    if (rc == 0)
        *out = v / by;
    return rc;
}

static int settings_range(const struct nvml *n, int gpu, double v[static NVML_SETTINGS])
{
    unsigned least = 0, most = 0;
    union nvml_setter f = { .found = nvml_symbol(n, "nvmlDeviceGetPowerManagementLimitConstraints") };
    int rc = f.found ? nvml_error(f.get_two(nvml_handle(n, gpu), &least, &most)) : -EOPNOTSUPP;
    if (rc == 0) {
        v[NVML_CAP_LEAST] = least / 1000.0;
        v[NVML_CAP_MOST] = most / 1000.0;
    }
    return rc;
}

static int settings_recorded(const struct nvml *n, int gpu, double v[static NVML_SETTINGS])
{
    int rc = 0;
    for (int i = 0; i < NVML_SETTINGS && rc != -ENXIO && rc != -ESTALE; i++)
        rc = nvml_recorded_get(nvml_recording(n), gpu, nvml_setting_name((enum nvml_setting)i), &v[i]);
    return rc == -ENXIO || rc == -ESTALE ? rc : 0;
}

int nvml_settings(struct nvml *n, int gpu, double v[static NVML_SETTINGS])
{
    for (int i = 0; i < NVML_SETTINGS; i++)
        v[i] = NAN;
    if (nvml_recording(n))
        return settings_recorded(n, gpu, v);
    const int rc[] = {
        settings_one(n, gpu, "nvmlDeviceGetPowerManagementLimit", 1000, &v[NVML_CAP]),
        settings_one(n, gpu, "nvmlDeviceGetPowerManagementDefaultLimit", 1000, &v[NVML_CAP_USUAL]),
        settings_one(n, gpu, "nvmlDeviceGetPersistenceMode", 1, &v[NVML_PERSISTENCE]),
        settings_one(n, gpu, "nvmlDeviceGetComputeMode", 1, &v[NVML_COMPUTE_MODE]),
        settings_range(n, gpu, v),
    };
    for (size_t i = 0; i < sizeof rc / sizeof *rc; i++)
        if (rc[i] == -ENXIO || rc[i] == -ESTALE)
            return rc[i];
    return 0;
}

int nvml_set(struct nvml *n, int gpu, enum nvml_setting s, double value)
{
    static const char *const function[NVML_SETTINGS] = {
        [NVML_CAP] = "nvmlDeviceSetPowerManagementLimit", [NVML_PERSISTENCE] = "nvmlDeviceSetPersistenceMode",
        [NVML_COMPUTE_MODE] = "nvmlDeviceSetComputeMode",
    };
    if (!function[s] || !(value >= 0 && value < 1e6))
        return -EINVAL;
    if (nvml_recording(n))
        return nvml_recorded_put(nvml_recording(n), gpu, nvml_setting_name(s), value);
    union nvml_setter f = { .found = nvml_symbol(n, function[s]) };
    if (!f.found)
        return -EOPNOTSUPP;
    return nvml_error(f.set(nvml_handle(n, gpu), (unsigned)lround(value * (s == NVML_CAP ? 1000 : 1))));
}

int nvml_lock_clock(struct nvml *n, int gpu, double least, double most)
{
    bool reset = least == 0 && most == 0;
    if (nvml_recording(n))
        return nvml_recorded_put(nvml_recording(n), gpu, "clock.locked", most);
    union nvml_setter f = { .found = nvml_symbol(n, reset ? "nvmlDeviceResetGpuLockedClocks"
                                                          : "nvmlDeviceSetGpuLockedClocks") };
    if (!f.found)
        return -EOPNOTSUPP;
    void *handle = nvml_handle(n, gpu);
    return nvml_error(reset ? f.reset(handle)
                            : f.set_two(handle, (unsigned)lround(least / 1e6), (unsigned)lround(most / 1e6)));
}
