/*
 * power.c - power and sleep of the machine: platform profile, limit of RAPL, idle states, SMT
 * (Documentation/ABI/testing/sysfs-platform_profile, power/powercap/powercap.rst, admin-guide/pm/cpuidle.rst).
 *
 * A limit of power is never raised above the maker's own, or, where that is not told, above the one that stands.
 */
#include "base/text.h"
#include "os/os.h"
#include "policy/knobs/sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int profile_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    char all[256];
    if (os_read_text(p->root, "/sys/firmware/acpi/platform_profile_choices", all, sizeof all) < 0)
        return 0;
    all[strcspn(all, "\n")] = '\0';
    if (text_lists(all, " ", value))
        return 0;
    snprintf(why, KNOB_WHY, "%s is one of %.80s; this is \"%.40s\"", k->name, all, value);
    return -EINVAL;
}

/* The maker's limit, where it is told and no less than what stands; else what stands. 0: not known. */
static double rapl_most(const struct knob *k, const struct place *p)
{
    const struct knob makers = { .arg = "/sys/class/powercap/%s/constraint_0_max_power_uw" };
    char text[KNOB_VALUE_MAX];
    double now = 0, most = 0;
    if (sysfile_read(k, p, text) < 0 || !text_double(text, &now))
        return 0;
    if (sysfile_read(&makers, p, text) < 0 || !text_double(text, &most))
        most = 0;
    return most > now ? most : now;
}

/* Between a quarter of that and that. */
static int rapl_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    double v, most = rapl_most(k, p);
    if (!(most > 0) || (text_double(value, &v) && v >= most / 4 && v <= most))
        return 0;
    snprintf(why, KNOB_WHY, "%s of %.40s may be %.0f to %.0f uW; this is %.20s", k->name, p->inst, most / 4, most,
             value);
    return -ERANGE;
}

static int smt_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    char now[KNOB_VALUE_MAX];
    int rc = sysfile_read(k, p, now);
    if (rc < 0 || strcmp(now, "on") == 0 || strcmp(now, "off") == 0)
        return rc;
    snprintf(why, KNOB_WHY, "the kernel says \"%.60s\"", now);
    return -ENODEV;
}

#define MACHINE                                                                                                        \
    .class = KNOB_SYSTEM, .risk = RISK_MACHINE, .needs = "root", .reverts = "written back", .list = sysfile_list,      \
    .read = sysfile_read, .writable = sysfile_writable, .write = sysfile_write

const struct knob knobs_power[] = {
    { MACHINE, .name = "platform.profile", .doc = "what the firmware aims at: cool, quiet, fast", .type = KNOB_TEXT,
      .arg = "/sys/firmware/acpi/platform_profile", .check = profile_check, .owner = "platform",
      .caution = "noise and heat" },
    { MACHINE, .name = "rapl.limit", .doc = "what a part of the processor may draw over a longer time", .type = KNOB_WHOLE,
      .min = 1e6, .max = 2e9, .unit = "uW", .arg = "/sys/class/powercap/%s/constraint_0_power_limit_uw",
      .check = rapl_check, .owner = "power", .caution = "slower" },
    { MACHINE, .name = "cpuidle.disable", .doc = "is an idle state kept out of use?", .type = KNOB_WHOLE, .min = 0, .max = 1,
      .arg = "/sys/devices/system/cpu/%s/cpuidle/%s/disable", .caution = "more power, and less boost for the others" },
    { MACHINE, .name = "smt", .doc = "do cores run two threads?", .type = KNOB_CHOICE, .choices = "on off",
      .arg = "/sys/devices/system/cpu/smt/control", .probe = smt_probe, .caution = "half of the processors go away" },
    { MACHINE, .name = "pm.qos.cpu", .doc = "how long one processor may take to wake; 0 for any time", .type = KNOB_WHOLE,
      .min = 0, .max = 1000000, .unit = "us", .arg = "/sys/devices/system/cpu/%s/power/pm_qos_resume_latency_us",
      .caution = "more power, and less boost for the others" },
    { 0 },
};
