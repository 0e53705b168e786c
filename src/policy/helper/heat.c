/*
 * heat.c - what makes a machine hotter: the known knobs of clocks, sleep and power, by name.
 *
 * Of a limit it is what it stands at that counts: where that is not known, every one is taken for hotter.
 */
#include "policy/helper/heat.h"

#include "base/text.h"
#include "policy/machine.h"

#include <math.h>
#include <stdio.h>

enum heat_way {
    HEAT_AT,     /* one of the values */
    HEAT_BEYOND, /* more than now */
    HEAT_BUT,    /* every value but those: whoever may sleep less burns more */
};

static const struct { const char *knob; enum heat_way way; const char *values; } heats[] = {
    { "cpufreq.governor", HEAT_AT, "performance" },
    { "cpufreq.epp", HEAT_AT, "performance balance_performance" },
    { "cpufreq.boost", HEAT_AT, "1" },
    { "cpufreq.min", HEAT_BEYOND, NULL },
    { "cpufreq.max", HEAT_BEYOND, NULL },
    { "platform.profile", HEAT_AT, "performance balanced-performance" },
    { "power.profile", HEAT_AT, "performance" },
    { "pm.qos", HEAT_BUT, "none" },
    { "pm.qos.cpu", HEAT_BUT, "0" },
    { "cpuidle.disable", HEAT_AT, "1" },
    { "smt", HEAT_AT, "on" },
    { "rapl.limit", HEAT_BEYOND, NULL },
    { "gpu.power", HEAT_BEYOND, NULL },
    { "gpu.clock", HEAT_BUT, "free" },
};

static bool heat_is_hotter(enum heat_way way, const char *values, const char *now, const char *value)
{
    double before, after;
    if (way != HEAT_BEYOND)
        return text_lists(values, " ", value) == (way == HEAT_AT);
    return !text_double(now, &before) || !text_double(value, &after) || after > before;
}

bool heat_raises(const struct knob *k, const char *now, const char *value)
{
    if (k->class != KNOB_SYSTEM && k->class != KNOB_GPU)
        return false;
    for (size_t i = 0; i < sizeof heats / sizeof *heats; i++)
        if (text_glob(heats[i].knob, k->name) && heat_is_hotter(heats[i].way, heats[i].values, now, value))
            return true;
    return false;
}

bool heat_forbids(const char *root, char why[static KNOB_WHY])
{
    struct machine m;
    machine_look(root, &m);
    if (isnan(m.hottest)) {
        snprintf(why, KNOB_WHY, "how hot this machine is cannot be seen, so nothing that makes it hotter is set");
        return true;
    }
    if (m.hottest < machine_hot_c(&m))
        return false;
    snprintf(why, KNOB_WHY, "it is hot: %.0f of at most %.0f degrees, so nothing that makes it hotter is set",
             m.hottest, machine_hot_c(&m));
    return true;
}
