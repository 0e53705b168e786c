/*
 * The file gpu_metrics of amdgpu: a table of the firmware in one of several layouts, told by its
 * header (kgd_pp_interface.h of the kernel).
 */
#ifndef ADAPTERS_LINUX_AMDGPU_METRICS_H
#define ADAPTERS_LINUX_AMDGPU_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#define AMDGPU_METRICS_MAX 4096 /* bytes of the file: a page */

struct amdgpu_metrics {
    bool integrated;     /* the layout is one of processors with graphics */
    double video_percent; /* work of the video engines, the busiest counts; NaN: not said */
    double energy_j;     /* used so far; NaN: not said, or in a unit that differs by chip */
    double thermal, power, hardware, other; /* why it is slowed down: 1 or 0; NaN: not said */
};

/* bytes: n of them. False for a layout that is not known, or one that is cut short. */
bool amdgpu_metrics_parse(const void *bytes, size_t n, struct amdgpu_metrics *out);

#endif
