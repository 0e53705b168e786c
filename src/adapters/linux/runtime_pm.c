/* runtime_pm.c - does a device sleep, and how long must it be left alone to fall asleep? */
#include "adapters/linux/runtime_pm.h"

#include "adapters/linux/sysfs.h"

#include <string.h>

int runtime_pm_open(const char *root, const char *device)
{
    return sysfs_open(root, device, "power/runtime_status");
}

bool runtime_pm_is_asleep(int status_fd)
{
    char status[32];
    return status_fd >= 0 && sysfs_pread_word(status_fd, status, sizeof status) >= 0 &&
           strncmp(status, "suspend", 7) == 0; /* "suspended", "suspending" */
}

int64_t runtime_pm_rest_ns(const char *root, const char *device)
{
    char control[16];
    double delay_ms = sysfs_number(root, device, "power/autosuspend_delay_ms");
    if (!(delay_ms >= 0 && delay_ms < 3.6e6) ||
        sysfs_word(root, device, "power/control", control, sizeof control) < 0 ||
        strcmp(control, "auto") != 0)
        return 0;
    return (int64_t)(2 * delay_ms + 1000) * 1000000;
}
