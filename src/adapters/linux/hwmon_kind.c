/*
 * hwmon_kind.c - the files of sensor chips.
 *
 * An input to which nothing is connected shows a number all the same: all ones or all zeroes of its
 * register (temperatures of -128, 0, 127, 127.5, 127.9, 255 degrees, fans of 65535 rpm), or what a
 * division by such a count gives (1 350 000 rpm). The fastest fans of servers turn 40 000 times a
 * minute; no sensor of a board survives 150 degrees.
 */
#include "adapters/linux/hwmon_kind.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define GAUGE(prefix, suffix, name, help, unit, scale, min, max) \
    { prefix, suffix, name, help, unit, KIND_GAUGE, scale, min, max }

const struct hwmon_about hwmon_kinds[HWMON_KINDS] = {
    [HWMON_TEMP]          = GAUGE("temp",  "_input",   "sensor.temp",       "temperature", UNIT_CELSIUS, 1e-3, -50, 150),
    [HWMON_FAN]           = GAUGE("fan",   "_input",   "sensor.fan",        "speed of a fan", UNIT_RPM, 1, 0, 60000),
    [HWMON_FAN_TARGET]    = GAUGE("fan",   "_target",  "sensor.fan.target", "speed that a fan is told", UNIT_RPM, 1, 0, 60000),
    [HWMON_PWM]           = GAUGE("pwm",   "",         "sensor.pwm",        "how far a fan is on", UNIT_PERCENT, 100.0 / 255, 0, 100),
    [HWMON_VOLTAGE]       = GAUGE("in",    "_input",   "sensor.voltage",    "voltage", UNIT_VOLT, 1e-3, -1000, 1000),
    [HWMON_CURRENT]       = GAUGE("curr",  "_input",   "sensor.current",    "current", UNIT_AMPERE, 1e-3, -10000, 10000),
    [HWMON_POWER]         = GAUGE("power", "_input",   "sensor.power",      "electrical power", UNIT_WATT, 1e-6, 0, 100000),
    [HWMON_POWER_AVERAGE] = GAUGE("power", "_average", "sensor.power",      "electrical power", UNIT_WATT, 1e-6, 0, 100000),
    [HWMON_HUMIDITY]      = GAUGE("humidity",  "_input", "sensor.humidity",  "relative humidity", UNIT_PERCENT, 1e-3, 0, 100),
    [HWMON_INTRUSION]     = GAUGE("intrusion", "_alarm", "sensor.intrusion", "1 when the case was opened", UNIT_NONE, 1, 0, 1),
    [HWMON_ENERGY]        = { "energy", "_input", "sensor.energy", "energy used so far", UNIT_JOULE, KIND_COUNTER, 1e-6, 0, 1e15 },
};

const struct hwmon_limit hwmon_limits[HWMON_LIMITS] = {
    { HWMON_TEMP, "_crit",      "sensor.temp.critical",  "temperature at which the hardware protects itself" },
    { HWMON_TEMP, "_max",       "sensor.temp.max",       "highest temperature to work at" },
    { HWMON_TEMP, "_emergency", "sensor.temp.emergency", "temperature at which the hardware switches itself off" },
    { HWMON_FAN,  "_min",       "sensor.fan.min",        "speed below which the fan is taken to fail" },
    { HWMON_FAN,  "_max",       "sensor.fan.max",        "highest speed of the fan" },
};

int hwmon_number(const char *file, enum hwmon_kind kind)
{
    size_t n = strlen(hwmon_kinds[kind].prefix);
    const char *p = file + n;
    uint64_t number;
    if (strncmp(file, hwmon_kinds[kind].prefix, n) != 0 || !text_u64(&p, &number) || number > 9999 ||
        strcmp(p, hwmon_kinds[kind].suffix) != 0)
        return -1;
    return (int)number;
}

bool hwmon_is_alarm(const char *file)
{
    const char *last = strrchr(file, '_');
    return last && (strcmp(last, "_alarm") == 0 || strcmp(last, "_fault") == 0) &&
           hwmon_number(file, HWMON_INTRUSION) < 0;
}

double hwmon_value(enum hwmon_kind kind, double raw)
{
    if (kind == HWMON_ALARM)
        return raw == 0 || raw == 1 ? raw : (double)NAN;
    double v = raw * hwmon_kinds[kind].scale;
    if (v < hwmon_kinds[kind].min || v > hwmon_kinds[kind].max)
        return NAN;
    return kind == HWMON_TEMP && (v == 0 || (v >= 127 && v < 128)) ? (double)NAN : v;
}
