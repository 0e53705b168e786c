/* nvidia_card.c - readings of one NVIDIA GPU as metrics. */
#include "adapters/linux/nvidia_card.h"

#include <stdio.h>

_Static_assert(GPU_MAX <= NVML_GPUS && GPU_ADDRESS_MAX >= NVML_ADDRESS_MAX, "all GPUs fit");

/* What a metric is as a reading; those that are more than a copy stand in nvidia_card_put(). */
static const struct { enum gpu_metric metric; enum nvml_reading reading; } copies[] = {
    { GPU_UTIL, NVML_UTIL }, { GPU_MEMORY_UTIL, NVML_MEMORY_UTIL },
    { GPU_ENCODER_UTIL, NVML_ENCODER_UTIL }, { GPU_DECODER_UTIL, NVML_DECODER_UTIL },
    { GPU_JPEG_UTIL, NVML_JPEG_UTIL }, { GPU_OFA_UTIL, NVML_OFA_UTIL },
    { GPU_VRAM_TOTAL, NVML_VRAM_TOTAL }, { GPU_VRAM_USED, NVML_VRAM_USED },
    { GPU_TEMP, NVML_TEMP }, { GPU_TEMP_MEMORY, NVML_TEMP_MEMORY }, { GPU_TEMP_LIMIT, NVML_TEMP_LIMIT },
    { GPU_POWER, NVML_POWER }, { GPU_POWER_LIMIT, NVML_POWER_LIMIT }, { GPU_ENERGY, NVML_ENERGY },
    { GPU_CLOCK_CORE, NVML_CLOCK_CORE }, { GPU_CLOCK_MEMORY, NVML_CLOCK_MEMORY },
    { GPU_CLOCK_VIDEO, NVML_CLOCK_VIDEO }, { GPU_CLOCK_MAX, NVML_CLOCK_MAX },
    { GPU_FAN_SPEED, NVML_FAN_SPEED }, { GPU_PSTATE, NVML_PSTATE },
    { GPU_ECC_CORRECTED, NVML_ECC_CORRECTED }, { GPU_ECC_UNCORRECTED, NVML_ECC_UNCORRECTED },
    { GPU_PCIE_GENERATION, NVML_PCIE_GENERATION }, { GPU_PCIE_WIDTH, NVML_PCIE_WIDTH },
    { GPU_PCIE_REPLAYS, NVML_PCIE_REPLAYS }, { GPU_PCIE_RECV, NVML_PCIE_RECV }, { GPU_PCIE_SEND, NVML_PCIE_SEND },
};
enum { COPIES = sizeof copies / sizeof *copies };

void nvidia_card_init(struct nvidia_card *c, const char *address, int number)
{
    *c = (struct nvidia_card){ .number = number, .gpu = -1 };
    snprintf(c->address, sizeof c->address, "%s", address);
    for (int i = 0; i < GPU_METRICS; i++)
        c->slot[i] = -1;
    nvidia_card_forget(c);
}

static void nvidia_card_put_throttle(struct nvidia_card *c, double reasons)
{
    unsigned bits = reasons >= 0 && reasons < 65536 ? (unsigned)reasons : 0;
    unsigned thermal = NVML_THROTTLE_THERMAL | NVML_THROTTLE_HARDWARE_THERMAL,
             power = NVML_THROTTLE_POWER_CAP,
             hardware = NVML_THROTTLE_HARDWARE | NVML_THROTTLE_HARDWARE_POWER,
             idle = NVML_THROTTLE_IDLE;
    c->value[GPU_THROTTLE] = (bits & ~idle) != 0;
    c->value[GPU_THROTTLE_THERMAL] = (bits & thermal) != 0;
    c->value[GPU_THROTTLE_POWER] = (bits & power) != 0;
    c->value[GPU_THROTTLE_HARDWARE] = (bits & hardware) != 0;
    c->value[GPU_THROTTLE_OTHER] = (bits & ~(thermal | power | hardware | idle)) != 0;
}

/* Its readings as metrics. */
static void nvidia_card_put(struct nvidia_card *c)
{
    const double *r = c->reading;
    for (int i = 0; i < COPIES; i++)
        c->value[copies[i].metric] = r[copies[i].reading];
    if (r[NVML_VRAM_TOTAL] > 0)
        c->value[GPU_VRAM_UTIL] = 100 * r[NVML_VRAM_USED] / r[NVML_VRAM_TOTAL];
    if (!isnan(r[NVML_FAN])) /* of the speed that is still quiet enough for its maker */
        c->value[GPU_FAN] = r[NVML_FAN] > 100 ? 100 : r[NVML_FAN];
    if (!isnan(r[NVML_THROTTLE]))
        nvidia_card_put_throttle(c, r[NVML_THROTTLE]);
}

void nvidia_card_forget(struct nvidia_card *c)
{
    for (int i = 0; i < GPU_METRICS; i++)
        c->value[i] = NAN;
}

void nvidia_card_forget_counters(struct nvidia_card *c)
{
    c->value[GPU_ENERGY] = c->value[GPU_PCIE_REPLAYS] = NAN;
    c->value[GPU_ECC_CORRECTED] = c->value[GPU_ECC_UNCORRECTED] = NAN;
}

int nvidia_card_read(struct nvidia_card *c, struct nvml *nvml, uint64_t wanted)
{
    double now[NVML_READINGS];
    nvidia_card_forget(c);
    int rc = nvml_read(nvml, c->gpu, wanted, now);
    if (rc < 0)
        return rc;
    for (int i = 0; i < NVML_READINGS; i++)
        if (wanted & NVML_BIT(i))
            c->reading[i] = now[i];
    nvidia_card_put(c);
    return 0;
}

void nvidia_card_add_metrics(struct nvidia_card *c, struct schema *s)
{
    for (int i = 0; i < GPU_METRICS; i++)
        if (c->slot[i] < 0 && !isnan(c->value[i]))
            c->slot[i] = gpu_add(s, i, c->number);
}

void nvidia_card_set(const struct nvidia_card *c, struct frame *f)
{
    for (int i = 0; i < GPU_METRICS; i++)
        frame_set(f, c->slot[i], c->value[i]);
}
