/* ageing_insights.c - what aged in words: how much, against when, by what support, and one thing to do. */
#include "analyze/ageing/ageing.h"

#include "analyze/insights/insights.h"
#include "analyze/report.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

/* "2026-09-22" */
static const char *ageing_date(int64_t ms, char out[static TEXT_TIME_MAX])
{
    text_time(ms, out);
    out[10] = '\0';
    return out;
}

static void ageing_who(const struct ageing_item *i, char out[static 128])
{
    if (i->kind == AGEING_TEMPERATURE && i->is_cpu)
        snprintf(out, 128, "the processor");
    else if (i->kind == AGEING_TEMPERATURE)
        snprintf(out, 128, "GPU %.90s", i->inst);
    else if (i->kind == AGEING_FAN)
        snprintf(out, 128, "the fan %.90s", i->inst);
    else
        snprintf(out, 128, "battery %.90s", i->inst);
}

void ageing_say(const struct ageing_item *i, char *out, size_t cap)
{
    char who[128], date[TEXT_TIME_MAX];
    ageing_who(i, who);
    ageing_date(i->since_ms, date);
    if (i->kind == AGEING_TEMPERATURE)
        snprintf(out, cap, "%s is %.1f C %s at %.0f to %.0f %% load than around %s", who, fabs(i->change),
                 i->change > 0 ? "hotter" : "cooler", i->lo, i->hi, date);
    else if (i->kind == AGEING_FAN)
        snprintf(out, cap, "%s turns %.0f %% %s at %.0f to %.0f C than around %s", who,
                 fabs(i->change / i->first) * 100, i->change > 0 ? "faster" : "slower", i->lo, i->hi, date);
    else if (i->kind == AGEING_BATTERY)
        snprintf(out, cap, "%s lost %.1f %% of its capacity since around %s", who, i->change, date);
    else
        snprintf(out, cap, "the memory corrected %.0f errors in the last two weeks, before it were %.2g a week",
                 i->change, i->first);
}

static void ageing_evidence(const struct ageing_item *i, struct insight *out)
{
    static const char *const unit[] = { "C", "rpm", "%", "" };
    if (i->kind == AGEING_MEMORY)
        snprintf(out->evidence[0], REPORT_TEXT, "%.180s: %.3g a week now, chance of that %.1g", i->id, i->last, i->p);
    else
        snprintf(out->evidence[0], REPORT_TEXT, "%.120s by the days: %.4g to %.4g %s; 95 %% interval of the change "
                 "%+.3g to %+.3g, p %.1g, %zu days", i->id, i->first, i->last, unit[i->kind], i->change_lo, i->change_hi,
                 i->p, i->days);
    out->n_evidence = 1;
    if (!isnan(i->alone))
        snprintf(out->evidence[out->n_evidence++], REPORT_TEXT,
                 "what the surroundings did is taken off: alone it changed by %+.1f C", i->alone);
    if (i->kind == AGEING_BATTERY && i->change > 0 && i->last < 40) {
        double days = (40 - i->last) / (i->change / ((double)(i->until_ms - i->since_ms) / 86400e3));
        snprintf(out->evidence[out->n_evidence++], REPORT_TEXT, "at that pace 40 %% are lost in about %.0f weeks",
                 days / 7);
    }
}

static const char *ageing_advice(const struct ageing_item *i)
{
    if (i->kind == AGEING_TEMPERATURE)
        return i->change > 0 ? "Clean fans and cooler of dust; where that does not help, renew the thermal paste." :
                               "Nothing: it is cooled better than before.";
    if (i->kind == AGEING_FAN)
        return i->change < 0 ? "Clean the fan, listen to its bearing, and renew it before it stands." :
                               "See whether a curve of the fans was changed, or a sensor; dust makes them turn faster, too.";
    if (i->kind == AGEING_BATTERY)
        return "Keep it between 20 and 80 % where you can (a charge limit), and away from heat.";
    return "Test the memory (memtest86+), and plan to renew the module that is named.";
}

void ageing_insights(const struct ageing *a, struct report *out)
{
    for (int k = 0; k < a->n; k++) {
        const struct ageing_item *i = &a->item[k];
        bool better = i->kind == AGEING_TEMPERATURE && i->change < 0;
        if (i->verdict != AGEING_AGED)
            continue;
        struct insight in = { .severity = i->kind == AGEING_MEMORY ? SEVERITY_WARNING :
                                          better ? SEVERITY_INFO : SEVERITY_NOTICE,
                              .area = i->kind == AGEING_MEMORY ? AREA_MEMORY : i->kind == AGEING_BATTERY ? AREA_POWER :
                                      AREA_THERMAL,
                              .since_ms = i->since_ms };
        snprintf(in.id, sizeof in.id, "ageing:%.40s", i->id);
        ageing_say(i, in.title, sizeof in.title);
        if (in.title[0] >= 'a' && in.title[0] <= 'z')
            in.title[0] = (char)(in.title[0] - 'a' + 'A');
        ageing_evidence(i, &in);
        text_copy(in.advice, sizeof in.advice, ageing_advice(i));
        insights_add(out, &in);
    }
}
