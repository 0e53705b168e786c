/*
 * Where a sensor chip sits, in words that survive a reboot. "hwmon3" does not: chips are numbered
 * as their drivers happen to load.
 */
#ifndef ADAPTERS_LINUX_HWMON_ID_H
#define ADAPTERS_LINUX_HWMON_ID_H

#include <stddef.h>

#define HWMON_ID_MAX 80

/*
 * From the path of its device below /sys/devices, as the link in /sys/class/hwmon shows it:
 *
 *   ../../devices/platform/coretemp.0/hwmon/hwmon2                             platform-coretemp.0
 *   ../../devices/pci0000:00/0000:00:1d.0/0000:3d:00.0/nvme/nvme0/hwmon/hwmon1 pci-0000:3d:00.0
 *   ../../devices/pci0000:00/0000:00:17.0/ata2/host1/.../hwmon/hwmon4          pci-0000:00:17.0-ata2
 *   ../../devices/virtual/thermal/thermal_zone0/hwmon0                         virtual
 */
void hwmon_id_of_path(const char *path, char out[static HWMON_ID_MAX]);

/* Of the chip in a directory like /sys/class/hwmon/hwmon2.
 * Where there is no link: of its `device`, or "device". */
void hwmon_id(const char *root, const char *dir, char out[static HWMON_ID_MAX]);

#endif
