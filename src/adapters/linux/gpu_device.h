/*
 * The graphics processors of one vendor that the kernel drives: which there are, which may be asked
 * now, and their values. What is asked differs by vendor: amdgpu.c, intel_gpu.c.
 *
 * A GPU is never woken. Its power/runtime_status is read before anything else of it; while it sleeps
 * nothing else is opened or read, not even what is open already. One that switches itself off when
 * idle is asked so seldom that it can (runtime_pm.h), but for as long as it works or drives a
 * screen: then it stays on in any case.
 */
#ifndef ADAPTERS_LINUX_GPU_DEVICE_H
#define ADAPTERS_LINUX_GPU_DEVICE_H

#include "adapters/linux/drm_clients.h"
#include "core/adapter.h"

#include <stdbool.h>
#include <stdint.h>

#define GPU_DIR_MAX 160
#define GPU_SCREENS 16 /* connectors of one GPU */

/* A file of one number that is one metric. Of several for the same metric the first there counts. */
struct gpu_file {
    enum gpu_metric metric;
    const char *name;
    double scale;         /* to the metric's unit */
};

struct gpu_device {
    char address[GPU_ADDRESS_MAX];
    char dir[64];         /* /sys/bus/pci/devices/ADDRESS */
    char driver[16];      /* "xe" */
    int number;
    const char *util_help;    /* in place of the usual help of gpu.util, or NULL */

    bool here;            /* on the bus, and one of our drivers has it */
    bool open;            /* its files are */
    bool lost;            /* said to be gone */
    int misses;           /* readings in a row without any answer */
    int64_t read_ns;      /* the reading before; 0 = none, or it slept since */
    double dt_s;          /* between this reading and the one before; NaN where there was none */
    int status_fd;
    int screen_fd[GPU_SCREENS], n_screens;
    int64_t rest_ns;      /* it can fall asleep when left alone for so long; 0 = it does not */
    int64_t next_ns;      /* not to be asked before */
    bool awaits;          /* the next reading will tell what this one could not: it shall be soon */

    int fd[GPU_METRICS];  /* or -1 */
    double scale[GPU_METRICS];
    int slot[GPU_METRICS]; /* -1 until a value was known, or will be */
    double v[GPU_METRICS]; /* of the last reading */
    bool has[GPU_METRICS]; /* gets a metric though its value is not known yet: it takes two readings */
};

struct gpus;

/* What is particular to a vendor. */
struct gpu_vendor {
    unsigned id;                 /* PCI */
    const char *const *drivers;  /* NULL-terminated */

    /* Opens the files of a GPU that is awake. May allocate. `i` is its place among the GPUs. */
    void (*open)(void *self, struct gpu_device *d, int i);

    /*
     * Adds to d->v what is more than a number in a file of its own. Does not allocate. True when
     * any of its own files answered.
     */
    bool (*read)(void *self, struct gpu_device *d, int i, int64_t now_ns);

    void (*close)(void *self, int i);
};

struct gpus {
    const struct adapter_env *env;
    const struct gpu_vendor *vendor;
    void *self;                  /* of the vendor's functions */
    struct gpu_device d[GPU_MAX];
    int n;
    uint64_t hash;               /* of what is on the bus */
    int64_t now_ns, look_ns, wall_ms;
};

/* g: zeroed. Looks for GPUs; opens and reads once those that are awake. Returns how many a driver has. */
int gpus_open(struct gpus *g, const struct adapter_env *env, const struct gpu_vendor *vendor, void *self,
              struct schema *s);
void gpus_close(struct gpus *g);

/* The functions of an adapter. */
void gpus_sample(struct gpus *g, struct frame *f);
void gpus_rescan(struct gpus *g, struct schema *s);

/* Is any awake, as far as the last sample() saw? */
bool gpus_any_awake(const struct gpus *g);

/* Opens what of a table there is in a directory. */
void gpu_open_files(const struct gpus *g, struct gpu_device *d, const char *dir, const struct gpu_file *file, int n);

/* What its clients used. */
void gpu_put_use(struct gpu_device *d, const struct drm_use *use);

/* Its sensor chip: the one that bears its driver's name. False when there is none. */
bool gpu_find_hwmon(const struct gpus *g, const struct gpu_device *d, char dir[static GPU_DIR_MAX]);

#endif
