/*
 * One NVIDIA GPU: what the driver's library says of it, as metrics.
 *
 * Used by nvidia.c only, which decides when it may be asked.
 */
#ifndef ADAPTERS_LINUX_NVIDIA_CARD_H
#define ADAPTERS_LINUX_NVIDIA_CARD_H

#include "adapters/linux/gpu.h"
#include "core/frame.h"
#include "os/nvml.h"

#include <stdint.h>

/*
 * What is read seldom. The driver counts traffic on the link for 20 ms in each direction while the
 * question waits; limits are what somebody sets once.
 */
#define NVIDIA_SLOW (NVML_BIT(NVML_PCIE_RECV) | NVML_BIT(NVML_PCIE_SEND) | NVML_BIT(NVML_POWER_LIMIT) | \
                   NVML_BIT(NVML_TEMP_LIMIT) | NVML_BIT(NVML_CLOCK_MAX))
#define NVIDIA_ALL (NVML_BIT(NVML_READINGS) - 1)

struct nvidia_card {
    char address[GPU_ADDRESS_MAX];
    int number;                 /* its instance */
    bool in_sys;                /* /sys lists it: it can be asked whether it sleeps */
    bool present, asleep;
    bool arrived;               /* after the start: news when it is read first */
    bool known, lost;           /* gave values once; and was reported to give none any more */
    int gpu;                    /* of the library; negative while not held */
    int error;                  /* why not */
    int pause_s;                /* between the last two tries to get hold of it */
    int64_t retry_ns;           /* not before */
    int64_t slow_ns;            /* NVIDIA_SLOW was read last */
    int64_t busy_ns, rest_ns;   /* last seen at work; left alone until */
    int slot[GPU_METRICS];      /* negative: not known so far */
    double reading[NVML_READINGS];
    double value[GPU_METRICS];  /* of the readings */
};

void nvidia_card_init(struct nvidia_card *c, const char *address, int number);

/* Asks it for the readings wanted, NVIDIA_ALL or without NVIDIA_SLOW: these keep their last values then.
 * All values are NaN where it fails, as nvml_read() does. */
int nvidia_card_read(struct nvidia_card *c, struct nvml *nvml, uint64_t wanted);

void nvidia_card_forget(struct nvidia_card *c);         /* all values become NaN */
void nvidia_card_forget_counters(struct nvidia_card *c);

/* Adds the metrics that it turned out to have; a GPU tells by its answers only. */
void nvidia_card_add_metrics(struct nvidia_card *c, struct schema *s);

void nvidia_card_set(const struct nvidia_card *c, struct frame *f);

#endif
