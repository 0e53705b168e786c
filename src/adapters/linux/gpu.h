/*
 * What all graphics processors have in common: their metrics, and their numbers.
 *
 * The number of a GPU, its instance, is its place among the display controllers of NVIDIA, AMD and
 * Intel in the order of their PCI addresses: the order of NVML, whichever drivers are loaded, and
 * the same after a reboot. The vendor is the metric's source.
 */
#ifndef ADAPTERS_LINUX_GPU_H
#define ADAPTERS_LINUX_GPU_H

#include "core/schema.h"

#include <stdbool.h>
#include <stddef.h>

#define GPU_MAX 64        /* that get metrics */
#define GPU_ADDRESS_MAX 32 /* "0000:01:00.0" with its NUL, longer domains included */

enum gpu_metric {
    GPU_UTIL, GPU_MEMORY_UTIL, GPU_ENCODER_UTIL, GPU_DECODER_UTIL, GPU_JPEG_UTIL, GPU_OFA_UTIL,
    GPU_RENDER_UTIL, GPU_COMPUTE_UTIL, GPU_COPY_UTIL, GPU_VIDEO_UTIL,
    GPU_VRAM_TOTAL, GPU_VRAM_USED, GPU_VRAM_UTIL, GPU_SHARED_USED,
    GPU_TEMP, GPU_TEMP_HOTSPOT, GPU_TEMP_MEMORY, GPU_TEMP_LIMIT,
    GPU_POWER, GPU_POWER_LIMIT, GPU_ENERGY,
    GPU_CLOCK_CORE, GPU_CLOCK_MEMORY, GPU_CLOCK_VIDEO, GPU_CLOCK_MAX,
    GPU_FAN, GPU_FAN_SPEED, GPU_VOLTAGE, GPU_PSTATE,
    GPU_PROCESSES_COMPUTE, GPU_PROCESSES_GRAPHICS,
    GPU_THROTTLE, GPU_THROTTLE_THERMAL, GPU_THROTTLE_POWER, GPU_THROTTLE_HARDWARE, GPU_THROTTLE_OTHER,
    GPU_ECC_CORRECTED, GPU_ECC_UNCORRECTED,
    GPU_PCIE_RECV, GPU_PCIE_SEND, GPU_PCIE_GENERATION, GPU_PCIE_WIDTH, GPU_PCIE_REPLAYS,
    GPU_IDLE_TIME, GPU_ASLEEP,
    GPU_METRICS,
};

/* Adds one of them for the GPU of that number; the slot. */
int gpu_add(struct schema *s, enum gpu_metric m, int number);

/* The same, with its help in place of the usual one where it is not NULL. */
int gpu_add_as(struct schema *s, enum gpu_metric m, int number, const char *help);

bool gpu_is_counter(enum gpu_metric m);

/*
 * The number of the GPU at a PCI address ("0000:01:00.0", any case, any width of the domain), or
 * -ENOENT where /sys has no such display controller.
 */
int gpu_number(const char *root, const char *address);

/*
 * The PCI addresses of all GPUs of a vendor (0x10de, 0x1002, 0x8086), in the order of their
 * numbers. Returns how many, at most GPU_MAX.
 */
int gpu_list(const char *root, unsigned vendor, char address[][GPU_ADDRESS_MAX], int *number);

/*
 * Is the GPU at a PCI address switched off to save power, or about to be? It must be left alone
 * then: any question to its driver wakes it. This one is answered by the kernel without the device
 * (Documentation/ABI/testing/sysfs-devices-power).
 */
bool gpu_is_asleep(const char *root, const char *address);

/* May the kernel switch it off when nobody uses it? */
bool gpu_may_sleep(const char *root, const char *address);

#endif
