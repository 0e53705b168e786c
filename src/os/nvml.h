/*
 * The NVIDIA Management Library, which the driver brings along: readings of its GPUs by number, the
 * processes on them, and nothing of its struct versions.
 *
 * The library is opened when nvml_open() is called, by its name libnvidia-ml.so.1 as the driver
 * installs it; the environment variable SONDE_NVML_LIBRARY names another one, for tests (not heeded
 * in a program that runs with more rights than its caller). Below a root nothing is opened: answers
 * come from root/.sonde/nvml (see core/replay.h), which is read again at every question.
 *
 * To get hold of a GPU wakes it, and to keep hold of it keeps it from going to sleep: callers look
 * at its power/runtime_status first, and close the library to let go. A question may take
 * milliseconds and, where a driver is stuck, never return. One question at a time.
 */
#ifndef OS_NVML_H
#define OS_NVML_H

#include <stdint.h>

#define NVML_GPUS 64        /* more are not seen */
#define NVML_ADDRESS_MAX 32 /* "0000:01:00.0" with its NUL, longer domains included */

/* What can be asked of a GPU, in the units of this program: percent, bytes, degrees, watts, joules,
 * hertz, bytes per second. The names in a recording are those of nvml_reading_name(). */
enum nvml_reading {
    NVML_UTIL, NVML_MEMORY_UTIL, NVML_ENCODER_UTIL, NVML_DECODER_UTIL, NVML_JPEG_UTIL, NVML_OFA_UTIL,
    NVML_VRAM_TOTAL, NVML_VRAM_USED,
    NVML_TEMP, NVML_TEMP_MEMORY,
    NVML_TEMP_LIMIT,     /* where it slows itself down */
    NVML_POWER, NVML_POWER_LIMIT,
    NVML_ENERGY,         /* since the driver was loaded */
    NVML_CLOCK_CORE, NVML_CLOCK_MEMORY, NVML_CLOCK_VIDEO, NVML_CLOCK_MAX,
    NVML_FAN,            /* percent of the fastest, of the first fan; some go beyond 100 */
    NVML_FAN_SPEED,      /* what the first fan is meant to turn, per minute */
    NVML_PSTATE,
    NVML_THROTTLE,       /* why the clocks are not higher: NVML_THROTTLE_... added up */
    NVML_ECC_CORRECTED, NVML_ECC_UNCORRECTED, /* since the driver was loaded */
    NVML_PCIE_GENERATION, NVML_PCIE_WIDTH, NVML_PCIE_REPLAYS,
    NVML_PCIE_RECV, NVML_PCIE_SEND, /* each counts for 20 ms, and the question takes as long */
    NVML_READINGS,
};

#define NVML_BIT(reading) ((uint64_t)1 << (reading))

enum { /* nvmlClocksEventReasons of nvml.h, before release 535 nvmlClocksThrottleReasons */
    NVML_THROTTLE_IDLE = 0x1,
    NVML_THROTTLE_SETTING = 0x2,
    NVML_THROTTLE_POWER_CAP = 0x4,
    NVML_THROTTLE_HARDWARE = 0x8,      /* comes with one of the two "hardware" below */
    NVML_THROTTLE_SYNC_BOOST = 0x10,
    NVML_THROTTLE_THERMAL = 0x20,
    NVML_THROTTLE_HARDWARE_THERMAL = 0x40,
    NVML_THROTTLE_HARDWARE_POWER = 0x80,
    NVML_THROTTLE_DISPLAY = 0x100,
};

enum nvml_use { NVML_COMPUTE, NVML_GRAPHICS, NVML_USES };

struct nvml_process {
    int32_t pid;  /* as the driver gives it */
    double bytes; /* of the GPU's memory; NaN where the driver does not know */
};

struct nvml;

/*
 * Opens the library and makes it ready; touches no GPU. On failure nothing is left to be closed.
 *
 *   -ENOENT   there is no such library
 *   -ENOSYS   what has its name is none
 *   -ENODEV   the kernel's part of the driver is not loaded
 *   -EACCES   not permitted
 *   -EPROTO   the kernel's part is of another release: it was updated and not loaded again
 *   -EIO      anything else
 */
int nvml_open(const char *root, struct nvml **out);
void nvml_close(struct nvml *n); /* lets go of all GPUs; NULL is fine */

int nvml_count(struct nvml *n);

/*
 * Gets hold of a GPU, by its place in the library's order or by its PCI address ("0000:01:00.0").
 * Returns the number by which to ask, valid until nvml_close(). -ENOENT: it is not there, -EACCES:
 * not permitted, -ENXIO: lost; others as above.
 */
int nvml_device(struct nvml *n, int index);
int nvml_device_at(struct nvml *n, const char *address);

/* Its PCI address, as the kernel writes it. */
int nvml_address(struct nvml *n, int gpu, char out[static NVML_ADDRESS_MAX]);

/*
 * Asks a GPU for some readings.
 *
 *   wanted  NVML_BIT(reading), added up
 *   v       v[reading]: the answer; NaN where not wanted, or not known by this GPU or this library
 *
 * Errors, and then all are NaN: -ENXIO the GPU is lost or must be reset, -ESTALE the library must be
 * opened again, -EACCES nothing was permitted.
 */
int nvml_read(struct nvml *n, int gpu, uint64_t wanted, double v[static NVML_READINGS]);

/*
 * The processes that compute or draw on a GPU, at most cap of them into out. Returns how many there
 * are; when that is more than cap, out is not filled. Errors as of nvml_read(); -EOPNOTSUPP where
 * the GPU does not tell.
 */
int nvml_processes(struct nvml *n, int gpu, enum nvml_use use, struct nvml_process *out, int cap);

/* ---- what can be set ---- */

/* Watts, but for the last two. The names in a recording are those of nvml_setting_name(). */
enum nvml_setting {
    NVML_CAP,         /* what it may draw; this and the last two can be set */
    NVML_CAP_LEAST, NVML_CAP_MOST, /* between which that may be */
    NVML_CAP_USUAL,   /* what the vendor meant */
    NVML_PERSISTENCE, /* does the driver keep it ready while nobody uses it? 0 or 1 */
    NVML_COMPUTE_MODE, /* who may compute on it: 0 all, 2 nobody, 3 one process at a time */
    NVML_SETTINGS,
};

/* All of them; NaN where this GPU or this library does not say. Errors as of nvml_read(). */
int nvml_settings(struct nvml *n, int gpu, double v[static NVML_SETTINGS]);

/*
 * Sets one, or keeps the clock of its cores within two limits (hertz; both 0: no longer), which cannot be asked for
 * afterwards. -EACCES: it takes root; -EOPNOTSUPP: this GPU or this library cannot; -EINVAL: it is out of range; others
 * as of nvml_read(). What is set lasts until the driver lets go of the GPU. Of a recording, its file is changed.
 */
int nvml_set(struct nvml *n, int gpu, enum nvml_setting s, double value);
int nvml_lock_clock(struct nvml *n, int gpu, double least, double most);

const char *nvml_reading_name(enum nvml_reading r); /* "power.limit" */
const char *nvml_setting_name(enum nvml_setting s); /* "cap.usual" */
const char *nvml_use_name(enum nvml_use u);         /* "compute", "graphics" */

#endif
