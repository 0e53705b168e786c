/* tuning.c - rules about how the machine is set: two that set the same thing, a setting that goes to and fro. */
#include "analyze/insights/rules.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FLIPS 4        /* changes between the same two values in the window; a person is calmer */
#define SAME 1e-6

/* Settings, as people call them, and by whom each may be turned. */
static const struct { const char *family, *words, *tuners; bool number; } settings[] = {
    { "tuning.governor", "governor of the processor", "tuned power-profiles-daemon auto-cpufreq system76-power tlp", false },
    { "tuning.epp", "energy preference of the processor", "tuned power-profiles-daemon auto-cpufreq system76-power tlp", false },
    { "tuning.freq.limit", "highest permitted clock frequency", "tuned auto-cpufreq system76-power tlp", true },
    { "tuning.profile", "profile of the platform", "tuned power-profiles-daemon auto-cpufreq system76-power tlp", false },
    { "tuning.power.limit", "power limit of the processor", "thermald system76-power", true },
    { "tuning.swappiness", "readiness to swap (vm.swappiness)", "tuned", true },
    { NULL, "priorities of programs", "ananicy-cpp system76-scheduler", false }, /* no metric has them */
};

enum { SETTINGS = sizeof settings / sizeof *settings };

/* ---- who runs ---- */

static bool tuner_runs(struct inspection *in, const char *name)
{
    return last_value(in, column(in, "tuning.running", name)) > 0;
}

static bool words_have(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; (p = strstr(p, word)) != NULL; p += n)
        if ((p == words || p[-1] == ' ') && (!p[n] || p[n] == ' '))
            return true;
    return false;
}

/* The programs that run now and may turn this setting: "tuned and tlp". Returns how many; the last one in *last. */
static int tuners_of(struct inspection *in, int setting, char *out, size_t cap, const char **last)
{
    int n = 0;
    size_t at = 0;
    *out = '\0';
    for (int slot = -1; (slot = next_instance(in, "tuning.running", slot)) >= 0;) {
        const char *name = instance_of(in, slot);
        if (!tuner_runs(in, name) || !words_have(settings[setting].tuners, name))
            continue;
        if (at < cap)
            at += (size_t)snprintf(out + at, cap - at, "%s%.40s", n ? " and " : "", name);
        n++;
        *last = name;
    }
    return n;
}

void rule_two_tuners(struct inspection *in)
{
    char who[160];
    const char *last;
    for (int i = 0; i < SETTINGS; i++) {
        if (tuners_of(in, i, who, sizeof who, &last) < 2)
            continue;
        struct insight *n = insight_new(in, "two-tuners", NULL, SEVERITY_NOTICE, AREA_CPU, in->n - 1);
        insight_title(n, "%.120s run at the same time, and both set the %s", who, settings[i].words);
        insight_evidence(n, "tuning.running is 1 for each of them; what one sets, the other may set back");
        insight_advice(n, "Keep the one that you want, and stop the other: systemctl disable --now %.40s.", last);
        return; /* what else they share is the same trouble */
    }
}

/* ---- to and fro ---- */

struct flips {
    size_t first, last; /* rows of the first and the last change */
    int n;
    double a, b;        /* the two values */
};

/* Does it change between two values only, and again and again? */
static bool flips_of(const struct inspection *in, const double *x, struct flips *out)
{
    struct flips f = { .a = NAN, .b = NAN };
    double before = NAN;
    for (size_t i = in->from; i < in->n; i++) {
        if (isnan(x[i]) || fabs(x[i] - before) <= SAME * fabs(before))
            continue;
        bool first = isnan(before);
        if (isnan(f.a))
            f.a = x[i];
        else if (isnan(f.b))
            f.b = x[i];
        else if (x[i] != f.a && x[i] != f.b)
            return false; /* a control loop that looks for the right value */
        before = x[i];
        if (first)
            continue;
        f.first = f.n++ ? f.first : i;
        f.last = i;
    }
    *out = f;
    return f.n >= FLIPS;
}

/* Of a setting that is a word, the words that took turns: "powersave and performance". */
static void flips_words(struct inspection *in, const char *family, char *out, size_t cap)
{
    size_t at = 0;
    struct flips f;
    *out = '\0';
    for (int slot = -1; (slot = next_instance(in, family, slot)) >= 0;)
        if (flips_of(in, recording_col(in->r, slot), &f) && at < cap)
            at += (size_t)snprintf(out + at, cap - at, "%s%.30s", at ? " and " : "", instance_of(in, slot));
}

static void conflict(struct inspection *in, int k, const struct flips *f)
{
    char between[96], who[160], span[32], first[TEXT_TIME_MAX], last[TEXT_TIME_MAX];
    const char *one = "", *family = settings[k].family;
    int tuners = tuners_of(in, k, who, sizeof who, &one);
    flips_words(in, family, between, sizeof between);
    if (settings[k].number)
        snprintf(between, sizeof between, "%.4g and %.4g%s", strstr(family, "freq") ? f->a * 1e-9 : f->a,
                 strstr(family, "freq") ? f->b * 1e-9 : f->b,
                 strstr(family, "freq") ? " GHz" : strstr(family, "power") ? " W" : "");
    text_span((double)(in->n - in->from) * in->step, span, sizeof span);
    struct insight *n = insight_new(in, "knob-conflict", family, SEVERITY_NOTICE, AREA_CPU, f->first);
    insight_title(n, "The %s changed %d times in %s, between %.90s", settings[k].words, f->n, span, between);
    insight_evidence(n, "%s went to and fro, first at %s, last at %s UTC", family,
                     text_clock(in->r->wall_ms[f->first], first), text_clock(in->r->wall_ms[f->last], last));
    if (tuners)
        insight_evidence(n, "%.120s run%s, and may set it", who, tuners == 1 ? "s" : "");
    if (tuners > 1)
        insight_advice(n, "Keep one of them, and stop the other: systemctl disable --now %.40s.", one);
    else
        insight_advice(n, "Find what sets it: a power tool, a script, the firmware; two of them undo each other.");
}

void rule_knob_conflict(struct inspection *in)
{
    for (int k = 0; k < SETTINGS && settings[k].family; k++)
        for (int slot = -1; (slot = next_instance(in, settings[k].family, slot)) >= 0;) {
            struct flips f;
            if (!flips_of(in, recording_col(in->r, slot), &f))
                continue;
            conflict(in, k, &f);
            break; /* its other words say the same */
        }
}
