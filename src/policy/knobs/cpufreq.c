/*
 * cpufreq.c - how fast processors run (Documentation/admin-guide/pm/cpufreq.rst, intel_pstate.rst, amd-pstate.rst).
 *
 * An instance is a policy, "policy0": the processors that share a clock. Frequencies are in kHz, as the files have
 * them. While a driver runs its governor "performance", it refuses another preference (-EBUSY).
 */
#include "base/text.h"
#include "os/os.h"
#include "policy/knobs/sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CPUFREQ "/sys/devices/system/cpu/cpufreq"

static int cpufreq_file(const struct place *p, const char *file, char *text, size_t cap)
{
    char path[KNOB_INST_MAX + 96];
    snprintf(path, sizeof path, CPUFREQ "/%s/%s", p->inst, file);
    return os_read_text(p->root, path, text, cap);
}

/* One of those that the driver names. */
static int cpufreq_among(const struct knob *k, const struct place *p, const char *file, const char *value,
                         char why[static KNOB_WHY])
{
    char all[512];
    if (cpufreq_file(p, file, all, sizeof all) < 0)
        return 0; /* whether there is one is another question */
    all[strcspn(all, "\n")] = '\0';
    if (text_lists(all, " ", value))
        return 0;
    snprintf(why, KNOB_WHY, "%s of %.40s is one of %.80s; this is \"%.40s\"", k->name, p->inst, all, value);
    return -EINVAL;
}

static int governor_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    return cpufreq_among(k, p, "scaling_available_governors", value, why);
}

static int preference_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    return cpufreq_among(k, p, "energy_performance_available_preferences", value, why);
}

/* What the hardware has; the kernel would clamp it silently. */
static int limit_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    char text[32];
    double v, least, most;
    if (cpufreq_file(p, "cpuinfo_min_freq", text, sizeof text) < 0 || !text_double(text, &least) ||
        cpufreq_file(p, "cpuinfo_max_freq", text, sizeof text) < 0 || !text_double(text, &most))
        return 0;
    if (text_double(value, &v) && v >= least && v <= most)
        return 0;
    snprintf(why, KNOB_WHY, "%s of %.40s may be %.0f to %.0f kHz; this is %.20s", k->name, p->inst, least, most, value);
    return -ERANGE;
}

/* ---- boost ---- */

#define NO_TURBO "/sys/devices/system/cpu/intel_pstate/no_turbo"

/* Where intel_pstate is the driver, it is the other way round. */
static bool boost_is_inverse(const struct knob *k, const char *root)
{
    return !os_exists(root, k->arg) && os_exists(root, NO_TURBO);
}

static int boost_missing(int rc)
{
    return rc == -ENOENT ? -ENODEV : rc;
}

static int boost_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    int64_t v;
    bool inverse = boost_is_inverse(k, p->root);
    int rc = os_read_i64(p->root, inverse ? NO_TURBO : k->arg, &v);
    if (rc == 0)
        snprintf(value, KNOB_VALUE_MAX, "%d", inverse ? v == 0 : v != 0);
    return boost_missing(rc);
}

static int boost_write(const struct knob *k, const struct place *p, const char *value)
{
    bool inverse = boost_is_inverse(k, p->root);
    bool on = (strcmp(value, "1") == 0) != inverse;
    return boost_missing(os_write_text(p->root, inverse ? NO_TURBO : k->arg, on ? "1" : "0"));
}

static int boost_writable(const struct knob *k, const struct place *p)
{
    return boost_missing(os_may_write(p->root, boost_is_inverse(k, p->root) ? NO_TURBO : k->arg));
}

static void boost_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self)
{
    if (os_exists(root, k->arg) || os_exists(root, NO_TURBO))
        each(self, "");
}

#define CLOCK                                                                                                          \
    .class = KNOB_SYSTEM, .risk = RISK_MACHINE, .needs = "root", .reverts = "written back", .owner = "cpufreq"
#define POLICY CLOCK, .list = sysfile_list, .read = sysfile_read, .writable = sysfile_writable, .write = sysfile_write

const struct knob knobs_cpufreq[] = {
    { POLICY, .name = "cpufreq.governor", .doc = "how the clock follows the load", .type = KNOB_TEXT,
      .arg = CPUFREQ "/%s/scaling_governor", .check = governor_check, .caution = "performance: more power and heat" },
    { POLICY, .name = "cpufreq.epp", .doc = "what the processor prefers, speed or energy", .type = KNOB_TEXT,
      .arg = CPUFREQ "/%s/energy_performance_preference", .check = preference_check,
      .caution = "the governor performance refuses it" },
    { POLICY, .name = "cpufreq.min", .doc = "the lowest clock", .type = KNOB_WHOLE, .min = 1, .max = 2e7, .unit = "kHz",
      .arg = CPUFREQ "/%s/scaling_min_freq", .check = limit_check, .caution = "more power at rest" },
    { POLICY, .name = "cpufreq.max", .doc = "the highest clock", .type = KNOB_WHOLE, .min = 1, .max = 2e7, .unit = "kHz",
      .arg = CPUFREQ "/%s/scaling_max_freq", .check = limit_check, .caution = "slower" },
    { CLOCK, .name = "cpufreq.boost", .doc = "may the clock go beyond its nominal one?", .type = KNOB_WHOLE, .min = 0,
      .max = 1, .arg = CPUFREQ "/boost", .caution = "off: slower; on: hotter", .list = boost_list, .read = boost_read,
      .writable = boost_writable, .write = boost_write },
    { 0 },
};
