/* power.c - rules about heat and energy: too hot, slowed down, running out, worn. */
#include "analyze/insights/rules.h"

#include "base/mem.h"
#include "base/stats.h"
#include "core/amount.h"

#include <math.h>

#define MARGIN 5.0           /* degrees below the sensor's own critical mark */
#define HOT_CPU 95.0         /* degrees, where the sensor names no mark */
#define BUSY 80.0            /* % */
#define SLOWED 0.5           /* of the highest frequency: all-core boost is well above that */
#define SLOWER 0.7           /* of what it held before when it was as busy */
#define COOL 20.0            /* degrees below the mark: heat is no reason there */
#define THROTTLED 1.0        /* % of the time that it says itself that heat slowed it down */
#define CAPPED 0.95          /* of a limit, or a limit of what is possible */
#define HALF 50.0            /* % of the cores */
#define LOW 20.0             /* % */
#define VERY_LOW 10.0
#define WORN 30.0            /* % of the capacity when new */

#define HOT_ADVICE "Let air in: dust, covered vents, a fan that does not turn (sensor.fan)."

/* At its mark now: one reading is enough. */
static void hot_now(struct inspection *in, const char *inst, const struct held *h, double now, double mark)
{
    struct insight *i = insight_new(in, "hot", inst, SEVERITY_CRITICAL, AREA_THERMAL, h->since);
    insight_title(i, "%.80s is at %.0f C, its mark is %.0f C", inst, now, mark);
    insight_stands(in, i, "at its mark or above", h);
    insight_culprit(in, i, AREA_CPU, h);
    insight_advice(i, HOT_ADVICE);
}

static void hot(struct inspection *in, const char *inst, const struct held *h, double mark)
{
    enum severity severity = h->extreme >= mark ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    struct insight *i = insight_new(in, "hot", inst, severity, AREA_THERMAL, h->since);
    insight_title(i, "%.80s reached %.0f C, its mark is %.0f C", inst, h->extreme, mark);
    insight_held(in, i, "within 5 C of it", h);
    insight_culprit(in, i, AREA_CPU, h);
    insight_advice(i, HOT_ADVICE);
}

static void hot_unmarked(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "cpu.temp", NULL), HOT_CPU, &h))
        return;
    struct insight *i = insight_new(in, "hot", "cpu", SEVERITY_WARNING, AREA_THERMAL, h.since);
    insight_title(i, "The processor reached %.0f C", h.extreme);
    insight_held(in, i, "cpu.temp above 95 C", &h);
    insight_culprit(in, i, AREA_CPU, &h);
    insight_advice(i, HOT_ADVICE);
}

void rule_temperature(struct inspection *in)
{
    struct held h;
    int marks = 0;
    for (int slot = -1; (slot = next_instance(in, "sensor.temp", slot)) >= 0;) {
        const char *inst = instance_of(in, slot);
        const double *x = recording_col(in->r, slot);
        double mark = last_value(in, column(in, "sensor.temp.critical", inst));
        if (!(mark > 0))
            continue;
        marks++;
        if (stands_above(in, x, mark, &h))
            hot_now(in, inst, &h, last_value(in, x), mark);
        else if (held_above(in, x, mark - MARGIN, &h))
            hot(in, inst, &h, mark);
    }
    if (marks == 0)
        hot_unmarked(in);
}

/* ---- slower than it should be ---- */

/* The clock that it holds when it is busy, as this recording has seen it; NaN where it never was for long. */
static double reached(struct inspection *in, const double *util, const double *freq)
{
    double *busy = mem_new((in->n + 1) * sizeof *busy);
    size_t n = 0;
    for (size_t i = 0; util && freq && i < in->n; i++)
        if (util[i] >= BUSY && !isnan(freq[i]))
            busy[n++] = freq[i];
    double high = rule_lasts(n, in->step) ? stats_quantile(busy, n, 0.9) : NAN;
    mem_free(busy);
    return high;
}

/* Degrees to the nearest mark of a processor's sensor; NaN not known. Without a mark it is held against HOT_CPU. */
static double degrees_left(struct inspection *in, const struct held *h)
{
    double left = NAN;
    for (int slot = -1; (slot = next_instance(in, "sensor.temp", slot)) >= 0;) {
        double mark = last_value(in, column(in, "sensor.temp.critical", instance_of(in, slot)));
        if (mark > 0)
            left = fmin(left, mark - mean_during(recording_col(in->r, slot), h));
    }
    return fmin(left, HOT_CPU - mean_during(column(in, "cpu.temp", NULL), h));
}

static bool was_throttled(struct inspection *in, const struct held *h)
{
    return mean_during(column(in, "cpu.throttle.core", NULL), h) > THROTTLED ||
           mean_during(column(in, "cpu.throttle.package", "0"), h) > THROTTLED;
}

static double mean_of(struct inspection *in, const char *name, const char *inst, const struct held *h)
{
    return mean_during(column(in, name, inst), h);
}

/* On battery: one gives power, and no adapter does. */
static bool on_battery(struct inspection *in, const struct held *h)
{
    bool gives = false;
    for (int slot = -1; (slot = next_instance(in, "battery.power", slot)) >= 0;)
        gives |= mean_during(recording_col(in->r, slot), h) > 0;
    for (int slot = -1; (slot = next_instance(in, "ac.online", slot)) >= 0;)
        gives &= !(last_value(in, recording_col(in->r, slot)) > 0);
    return gives;
}

/* What of the settings keeps it slow, the surest first: evidence, and what to do. False: none of them does. */
static bool slow_because(struct inspection *in, struct insight *i, const struct held *h, double max)
{
    double cap = mean_of(in, "tuning.freq.limit", NULL, h), limit = mean_of(in, "tuning.power.limit", NULL, h);
    bool chooses = next_instance(in, "tuning.epp", -1) >= 0; /* the processor itself: its "powersave" is no cap */
    if (cap < CAPPED * max) {
        insight_evidence(i, "no more than %.2f GHz is permitted (tuning.freq.limit)", cap * 1e-9);
        insight_advice(i, "Raise scaling_max_freq, or find what lowered it: a power profile, the firmware, a tuner.");
    } else if (!chooses && mean_of(in, "tuning.governor", "powersave", h) > HALF) {
        insight_evidence(i, "the governor is powersave, which keeps to the lowest clock here");
        insight_advice(i, "Set another governor: cpupower frequency-set -g schedutil (powerprofilesctl set balanced).");
    } else if (mean_of(in, "tuning.governor", "userspace", h) > HALF) {
        insight_evidence(i, "the governor is userspace: the clock stays where somebody set it");
        insight_advice(i, "Set another governor: cpupower frequency-set -g schedutil.");
    } else if (mean_of(in, "tuning.epp", "power", h) > HALF) {
        insight_evidence(i, "the processor is told to save power above all (tuning.epp is power)");
        insight_advice(i, "Choose another profile: powerprofilesctl set balanced.");
    } else if (mean_of(in, "tuning.profile", "low-power", h) > HALF ||
               mean_of(in, "tuning.profile", "quiet", h) > HALF) {
        insight_evidence(i, "the platform's profile is %s",
                         mean_of(in, "tuning.profile", "quiet", h) > HALF ? "quiet" : "low-power");
        insight_advice(i, "Choose another profile: powerprofilesctl set balanced.");
    } else if (mean_of(in, "cpu.power", NULL, h) > CAPPED * limit) {
        insight_evidence(i, "it takes all of the %.0f W that it may (tuning.power.limit)", limit);
        insight_advice(i, "Raise the power limit in the firmware, or with the maker's tool, if the cooling allows it.");
    } else if (on_battery(in, h)) {
        insight_evidence(i, "it runs on battery");
        insight_advice(i, "Plug it in, or choose another profile: powerprofilesctl set balanced.");
    } else {
        return false;
    }
    return true;
}

static void slow_though_cool(struct inspection *in, const struct held *slow, double max, double left)
{
    struct insight *i = insight_new(in, "slow-though-cool", NULL, SEVERITY_WARNING, AREA_POWER, slow->since);
    insight_title(i, "The processor is busy, %.0f C below its mark, and works at %.2f of %.2f GHz", left,
                  slow->mean * 1e-9, max * 1e-9);
    insight_held(in, i, "cpu.freq far below what it can do", slow);
    if (!slow_because(in, i, slow, max)) {
        insight_evidence(i, "none of the settings that are known says why: heat, governor, profile, power limit");
        insight_advice(i, "Look at the power supply and the firmware: a weak or unknown adapter keeps a laptop slow.");
    }
}

void rule_throttling(struct inspection *in)
{
    struct held busy, slow;
    char mean[AMOUNT_MAX];
    const double *util = column(in, "cpu.util", NULL), *freq = column(in, "cpu.freq", NULL);
    double max = last_value(in, column(in, "cpu.freq.max", NULL));
    double can = fmax(SLOWED * max, SLOWER * reached(in, util, freq)); /* fmax: what is not known does not count */
    if (!(max > 0) || !held_above(in, util, BUSY, &busy) || !held_below(in, freq, can, &slow))
        return;
    double left = degrees_left(in, &slow);
    if (left >= COOL && !was_throttled(in, &slow)) {
        slow_though_cool(in, &slow, max, left);
        return;
    }
    if (!held_below(in, freq, SLOWED * max, &slow))
        return;
    struct insight *i = insight_new(in, "throttling", NULL, SEVERITY_WARNING, AREA_THERMAL,
                                    slow.since);
    insight_title(i, "The processor works at %.2f of %.2f GHz though it is busy", slow.mean * 1e-9,
                  max * 1e-9);
    insight_held(in, i, "cpu.freq below half of its highest", &slow);
    insight_evidence(i, "cpu.util %s at the same time",
                     amount_text(mean_during(util, &slow), UNIT_PERCENT, mean));
    insight_advice(
        i, "Check temperatures, the power supply and the power profile (powerprofilesctl get).");
}

void rule_battery_low(struct inspection *in)
{
    for (int slot = -1; (slot = next_instance(in, "battery.charge", slot)) >= 0;) {
        struct held h;
        const double *x = recording_col(in->r, slot);
        const char *inst = instance_of(in, slot);
        double now = last_value(in, x), mean = mean_value(in, x);
        bool charges = now > mean || last_value(in, column(in, "battery.power", inst)) < 0;
        if (charges || !stands_below(in, x, LOW, &h))
            continue;
        struct insight *i = insight_new(in, "battery-low", inst,
                                        now <= VERY_LOW ? SEVERITY_CRITICAL : SEVERITY_WARNING,
                                        AREA_POWER, h.since);
        insight_title(i, "The battery is at %.0f %%", now);
        insight_stands(in, i, "battery.charge below 20 %", &h);
        insight_advice(i, "Plug it in, or save your work.");
    }
}

void rule_battery_worn(struct inspection *in)
{
    for (int slot = -1; (slot = next_instance(in, "battery.wear", slot)) >= 0;) {
        struct held h;
        char wear[AMOUNT_MAX];
        if (!stands_above(in, recording_col(in->r, slot), WORN, &h))
            continue;
        struct insight *i = insight_new(in, "battery-worn", instance_of(in, slot), SEVERITY_NOTICE,
                                        AREA_POWER, in->from);
        insight_title(i, "The battery has lost %.0f %% of its capacity", h.mean);
        insight_evidence(i, "battery.wear is %s of the capacity when new",
                         amount_text(h.mean, UNIT_PERCENT, wear));
        insight_advice(i, "Plan a new battery; a charge limit of 80 %% makes it last longer.");
    }
}
