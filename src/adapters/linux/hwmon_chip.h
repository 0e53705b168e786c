/*
 * When a sensor chip may be asked, so that reading does not disturb the machine:
 *
 * - a suspended device is not asked, and one that suspends itself when idle is asked so seldom that
 *   it can (runtime_pm.h): a reading counts as use;
 * - an NVMe disk is asked every 10 s while it works, every 60 s while it does not: each file of its
 *   is a command to it (nvme_hwmon_read() of the kernel), which it may leave a saving state for, and
 *   which starts the time until it enters one again (APST, of some 0.1 to 10 s);
 * - a disk behind drivetemp is asked within a minute after it worked, because the question may spin
 *   it up or start its timer again (Documentation/hwmon/drivetemp.rst of the kernel);
 * - a chip whose registers are slow (some embedded controllers hold a bus for a tenth of a second)
 *   gets at most 0.5 % of the time.
 */
#ifndef ADAPTERS_LINUX_HWMON_CHIP_H
#define ADAPTERS_LINUX_HWMON_CHIP_H

#include "adapters/linux/hwmon_id.h"

#include <stdbool.h>
#include <stdint.h>

struct hwmon_chip {
    char name[32], place[HWMON_ID_MAX];
    int first, n;          /* its sensors, in the list of whoever has it */
    int status_fd[2];      /* power/runtime_status of the device, and of the one that it is part of; or negative */
    int alarm_slot;        /* sensor.alarms, or -1 */
    char disk[32];         /* the disk that it is in, or "" */
    int disk_fd;           /* its counters, or negative */
    char disk_text[192];   /* these, as read last */
    int64_t worked_ns;     /* when they changed last */
    bool worked;           /* have they been seen to change? */
    int64_t pause_ns;      /* at least so long between readings */
    int64_t next_ns;       /* not before */
    int64_t idle_ns;       /* nor before this, unless the disk works */
    int64_t took_ns;       /* the last reading */
};

/* dir: of the chip, like /sys/class/hwmon/hwmon2. */
void hwmon_chip_open(struct hwmon_chip *c, const char *root, const char *dir, const char *name);
void hwmon_chip_close(struct hwmon_chip *c);

bool hwmon_chip_is(const struct hwmon_chip *c, const char *name);
bool hwmon_chip_is_asleep(const struct hwmon_chip *c);

/* Is it awake and its turn to be asked; does it rest, and its last values stand;
 * or must it be left alone? */
enum hwmon_turn { HWMON_ASK, HWMON_RESTS, HWMON_ALONE } hwmon_chip_turn(struct hwmon_chip *c, int64_t now_ns);

/* It was asked, and that took so long. */
void hwmon_chip_took(struct hwmon_chip *c, int64_t now_ns, int64_t took_ns);

#endif
