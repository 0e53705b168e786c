/*
 * Who uses the graphics processors: the descriptors of all processes on devices in /dev/dri, and what
 * each of these clients used (drm_fdinfo.h).
 *
 * Which descriptors these are is told by the links in /proc/PID/fd alone: nothing is opened to find
 * out, and a client of a GPU that sleeps is not read. To look for new ones is dear, so that is done
 * seldom; those that are known are reread.
 */
#ifndef ADAPTERS_LINUX_DRM_CLIENTS_H
#define ADAPTERS_LINUX_DRM_CLIENTS_H

#include "adapters/linux/drm_fdinfo.h"
#include "core/proctab.h"

struct drm_clients;

/* root: borrowed. */
struct drm_clients *drm_clients_new(const char *root);
void drm_clients_free(struct drm_clients *c);

/*
 * From now on clients of the GPU at this PCI address are gathered.
 *
 *   device      a number of the caller's for it, below GPU_MAX
 *   integrated  it has no memory of its own: what its clients hold of the machine's counts as gpu_bytes
 */
void drm_clients_watch(struct drm_clients *c, int device, const char *address, bool integrated);

/* From now on no longer: it is gone. Its clients are forgotten. */
void drm_clients_unwatch(struct drm_clients *c, int device);

/* Looks for new clients when it is time to, a part of the processes at a time. Allocates. */
void drm_clients_look(struct drm_clients *c, int64_t now_ns);

/* May we see the descriptors of all processes? Who is not root, or in a container, may not. */
bool drm_clients_see_all(const struct drm_clients *c);

struct drm_use {
    bool has[DRM_ENGINES];       /* a client named such an engine, now or before */
    double percent[DRM_ENGINES]; /* of the time since the reading before; NaN where there was none, and without `has` */
    int graphics, compute;       /* processes that draw, and that compute */
    int clients, fresh;          /* all, and those that were read for the first time */
};

/*
 * Reads the clients of a device, which must be awake.
 *
 *   dt_s  since its reading before; NaN where there was none
 *
 * What a client did before it was found, or after its last reading, is not in it: it is a lower
 * bound where clients come and go.
 */
void drm_clients_read(struct drm_clients *c, int device, double dt_s, struct drm_use *out);

/* Adds every process that holds memory of a device, in the order of the pid. */
void drm_clients_procs(const struct drm_clients *c, struct proctab *t);

#endif
