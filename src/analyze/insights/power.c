/* power.c - rules about heat and energy: too hot, slowed down, running out, worn. */
#include "analyze/insights/rules.h"

#include "core/amount.h"

#define MARGIN 5.0           /* degrees below the sensor's own critical mark */
#define HOT_CPU 95.0         /* degrees, where the sensor names no mark */
#define BUSY 80.0            /* % */
#define SLOWED 0.5           /* of the highest frequency: all-core boost is well above that */
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

void rule_throttling(struct inspection *in)
{
    struct held busy, slow;
    char mean[AMOUNT_MAX];
    const double *util = column(in, "cpu.util", NULL);
    double max = last_value(in, column(in, "cpu.freq.max", NULL));
    if (!(max > 0) || !held_above(in, util, BUSY, &busy) ||
        !held_below(in, column(in, "cpu.freq", NULL), SLOWED * max, &slow))
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
