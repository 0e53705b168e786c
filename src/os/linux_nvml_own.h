/* What the files about NVIDIA's library share. */
#ifndef OS_LINUX_NVML_OWN_H
#define OS_LINUX_NVML_OWN_H

#include "os/nvml.h"

struct nvml_recorded;

int nvml_error(int result); /* an errno value for an nvmlReturn_t */
void *nvml_symbol(const struct nvml *n, const char *name); /* NULL: the library has none */
void *nvml_handle(const struct nvml *n, int gpu);
struct nvml_recorded *nvml_recording(const struct nvml *n); /* NULL: it is the library itself */

#endif
