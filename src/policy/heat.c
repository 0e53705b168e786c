/*
 * heat.c - what makes a machine hotter: the known knobs of clocks, sleep and power, by name.
 *
 * Of a number it is what it stands at that counts: more of a limit of power, or less of the time that the processor may
 * take to wake up. Where that is not known, every number is taken for hotter.
 */
#include "policy/heat.h"

#include "base/text.h"
#include "policy/machine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEAT_LIMIT 90.0  /* celsius, where a sensor does not say what is critical */
#define HEAT_MARGIN 10.0 /* below what is */

enum heat_way { HEAT_VALUES, HEAT_MORE, HEAT_LESS };

static const struct { const char *knob; enum heat_way way; const char *values; } heats[] = {
    { "cpufreq.governor", HEAT_VALUES, "performance" },
    { "cpufreq.epp", HEAT_VALUES, "performance balance_performance" },
    { "cpufreq.boost", HEAT_VALUES, "1" },
    { "cpufreq.min*", HEAT_MORE, NULL },
    { "cpufreq.max*", HEAT_MORE, NULL },
    { "platform*", HEAT_VALUES, "performance balanced-performance" },
    { "power.profile", HEAT_VALUES, "performance" },
    { "pm.qos*", HEAT_LESS, NULL },
    { "rapl*", HEAT_MORE, NULL },
    { "gpu.power*", HEAT_MORE, NULL },
    { "gpu.clock*", HEAT_MORE, NULL },
};

static bool heat_has(const char *values, const char *value)
{
    size_t n = strlen(value);
    for (const char *v = values; n && (v = strstr(v, value)) != NULL; v += n)
        if ((v == values || v[-1] == ' ') && (v[n] == ' ' || !v[n]))
            return true;
    return false;
}

static bool heat_is_hotter(enum heat_way way, const char *values, const char *now, const char *value)
{
    double before, after;
    if (way == HEAT_VALUES)
        return heat_has(values, value);
    if (!text_double(now, &before) || !text_double(value, &after))
        return true;
    return way == HEAT_MORE ? after > before : after < before;
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
    double limit = isnan(m.critical) ? HEAT_LIMIT : m.critical - HEAT_MARGIN;
    if (m.hottest < limit)
        return false;
    snprintf(why, KNOB_WHY, "it is hot: %.0f of at most %.0f degrees, so nothing that makes it hotter is set",
             m.hottest, limit);
    return true;
}
