/* The answers of a recorded machine, from its .sonde/nvml; core/replay.h has the format. */
#ifndef OS_LINUX_NVML_RECORDED_H
#define OS_LINUX_NVML_RECORDED_H

#include "os/nvml.h"

struct nvml_recorded;

/* Each as the function of os/nvml.h without "recorded"; where the recording says that a question
 * hangs, it is answered when the recording says otherwise. */
int nvml_recorded_open(const char *root, struct nvml_recorded **out);
void nvml_recorded_close(struct nvml_recorded *r);
int nvml_recorded_count(struct nvml_recorded *r);
int nvml_recorded_device(struct nvml_recorded *r, int index);
int nvml_recorded_device_at(struct nvml_recorded *r, const char *address);
int nvml_recorded_address(struct nvml_recorded *r, int gpu, char out[static NVML_ADDRESS_MAX]);
int nvml_recorded_read(struct nvml_recorded *r, int gpu, uint64_t wanted,
                       double v[static NVML_READINGS]);
int nvml_recorded_processes(struct nvml_recorded *r, int gpu, enum nvml_use use,
                            struct nvml_process *out, int cap);

/* A number of a GPU by its name; NaN where it is not told. recorded_put() changes or adds its line in the file. */
int nvml_recorded_get(struct nvml_recorded *r, int gpu, const char *name, double *out);
int nvml_recorded_put(struct nvml_recorded *r, int gpu, const char *name, double value);

#endif
