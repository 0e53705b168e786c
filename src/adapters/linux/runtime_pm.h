/*
 * Devices that switch themselves off when nobody needs them
 * (Documentation/power/runtime_pm.rst of the kernel, ABI/testing/sysfs-devices-power).
 *
 * Most drivers wake a device to answer about it, and start its timer of idleness again. So one that
 * sleeps is not asked, and one that may fall asleep is asked seldom enough that it can. What stands
 * in `power/` below a device never wakes it.
 */
#ifndef ADAPTERS_LINUX_RUNTIME_PM_H
#define ADAPTERS_LINUX_RUNTIME_PM_H

#include <stdbool.h>
#include <stdint.h>

/* Opens power/runtime_status of a device; its descriptor, or a negative errno value. */
int runtime_pm_open(const char *root, const char *device);

/* By an open power/runtime_status: is it asleep, or about to be? False where that is not known. */
bool runtime_pm_is_asleep(int status_fd);

/* How long it must be left alone so that it can fall asleep; 0 where it does not do so by itself. */
int64_t runtime_pm_rest_ns(const char *root, const char *device);

#endif
