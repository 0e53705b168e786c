/*
 * What the files of a sensor chip mean (Documentation/hwmon/sysfs-interface.rst of the kernel), and
 * which numbers in them are none.
 */
#ifndef ADAPTERS_LINUX_HWMON_KIND_H
#define ADAPTERS_LINUX_HWMON_KIND_H

#include "core/schema.h"

/* An alarm has no metric of its own: those of a chip are counted. */
enum hwmon_kind {
    HWMON_TEMP, HWMON_FAN, HWMON_FAN_TARGET, HWMON_PWM, HWMON_VOLTAGE, HWMON_CURRENT, HWMON_POWER, HWMON_POWER_AVERAGE,
    HWMON_ENERGY, HWMON_HUMIDITY, HWMON_INTRUSION, HWMON_KINDS, HWMON_ALARM = HWMON_KINDS
};

struct hwmon_about {
    const char *prefix, *suffix; /* of the file: "temp", "_input" */
    const char *name, *help;
    enum unit unit;
    enum kind kind;
    double scale, min, max;
};
extern const struct hwmon_about hwmon_kinds[HWMON_KINDS];

/* What stands beside a sensor and does not change: "temp1_crit". */
struct hwmon_limit {
    enum hwmon_kind of;
    const char *suffix, *name, *help;
};
enum { HWMON_LIMITS = 5 };
extern const struct hwmon_limit hwmon_limits[HWMON_LIMITS];

/* "temp12_input" is number 12 of HWMON_TEMP; -1 when the file is none of these. */
int hwmon_number(const char *file, enum hwmon_kind kind);

/* "temp1_crit_alarm", "fan2_fault": but for that of an opened case, which is a sensor. */
bool hwmon_is_alarm(const char *file);

/* The value of a file in the unit of its kind; NaN for what a dead input shows. */
double hwmon_value(enum hwmon_kind kind, double raw);

#endif
