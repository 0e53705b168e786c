/*
 * What one client of a graphics processor used, from /proc/PID/fdinfo/N of a descriptor on a device
 * in /dev/dri (Documentation/gpu/drm-usage-stats.rst of the kernel).
 */
#ifndef ADAPTERS_LINUX_DRM_FDINFO_H
#define ADAPTERS_LINUX_DRM_FDINFO_H

#include "adapters/linux/gpu.h"

#include <stdbool.h>
#include <stdint.h>

#define DRM_FDINFO_MAX 4096 /* bytes of one; amdgpu and xe write about 1500 */

enum drm_engine { DRM_RENDER, DRM_COMPUTE, DRM_COPY, DRM_DECODE, DRM_ENCODE, DRM_VIDEO, DRM_JPEG, DRM_ENGINES };

struct drm_fdinfo {
    char pdev[GPU_ADDRESS_MAX]; /* "0000:03:00.0", or "" */
    uint64_t id;                /* of the client, unique on its device */
    double busy_s[DRM_ENGINES]; /* time that engines of a kind worked for it; NaN: not said */
    double cycles[DRM_ENGINES], total_cycles[DRM_ENGINES]; /* the same as cycles, of so many */
    double capacity[DRM_ENGINES]; /* engines of a kind, 1 where not said */
    double local_bytes;         /* memory of the GPU that it holds; NaN: not said */
    double system_bytes;        /* memory of the machine that it holds for the GPU; NaN: not said */
};

/* False when the text is not that of a client: no driver or no client id in it. */
bool drm_fdinfo_parse(const char *text, struct drm_fdinfo *out);

#endif
