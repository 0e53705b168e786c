/*
 * frequency.c - the processors are held below what they can: a maximum that was left low, a governor or a preference of
 * the power profile (Documentation/admin-guide/pm/cpufreq.rst). What the hardware itself holds back for heat or power
 * is no affair of this: nothing is set beyond what the vendor allows, nor where it is hot.
 */
#include "policy/remedies/aim.h"

#include "base/text.h"
#include "os/os.h"
#include "policy/owners.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIR "/sys/devices/system/cpu/cpufreq"
#define LOW_BATTERY 20.0   /* % */
#define ENOUGH 0.9         /* of the highest: nothing is stuck */

static bool frequency_text(const char *root, const char *policy, const char *file, char *out, size_t cap)
{
    char path[192];
    snprintf(path, sizeof path, DIR "/%s/%s", policy, file);
    if (os_read_text(root, path, out, cap) < 0)
        return false;
    out[strcspn(out, "\n")] = '\0';
    return true;
}

static double frequency_number(const char *root, const char *policy, const char *file)
{
    char text[64];
    double v;
    return frequency_text(root, policy, file, text, sizeof text) && text_double(text, &v) ? v : NAN;
}

struct mean {
    const char *root, *file;
    double sum;
    int n;
};

static void frequency_add(void *self, const char *policy)
{
    struct mean *m = self;
    double v = strncmp(policy, "policy", 6) == 0 ? frequency_number(m->root, policy, m->file) : NAN;
    m->sum += isnan(v) ? 0 : v;
    m->n += !isnan(v);
}

/* Of all policies, in Hz. */
static double frequency_mean(const char *root, const char *file)
{
    struct mean m = { root, file, 0, 0 };
    os_list(root, DIR, frequency_add, &m);
    return m.n ? m.sum / m.n * 1e3 : NAN;
}

static void frequency_read(const char *root, struct remedy_point *p)
{
    p->number = frequency_mean(root, "scaling_cur_freq");
}

static double frequency_value(const struct remedy_target *t, const struct remedy_point *a, const struct remedy_point *b)
{
    (void)t;
    return (a->number + b->number) / 2;
}

struct unstick {
    const struct remedy_scene *s;
    struct plan *p;
};

/* The first of some governors that there is. */
static const char *frequency_governor(const char *root, const char *policy)
{
    char text[256];
    static const char *const want[] = { "schedutil", "ondemand", "performance" };
    if (!frequency_text(root, policy, "scaling_available_governors", text, sizeof text))
        return NULL;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        if (text_lists(text, " ", want[i]))
            return want[i];
    return NULL;
}

static void frequency_policy(void *self, const char *policy)
{
    char text[64], value[32];
    const struct unstick *u = self;
    const char *root = u->s->root, *better;
    if (strncmp(policy, "policy", 6) != 0)
        return;
    double most = frequency_number(root, policy, "cpuinfo_max_freq"),
           limit = frequency_number(root, policy, "scaling_max_freq");
    if (limit < most) {
        snprintf(value, sizeof value, "%.0f", most);
        aim_step(u->s, u->p, "cpufreq.max", policy, 0, value, "its limit is below what the hardware allows");
    }
    /* With a preference the driver chooses the frequency by itself, and powersave is its ordinary governor. */
    bool prefers = frequency_text(root, policy, "energy_performance_preference", text, sizeof text);
    if (prefers && (strcmp(text, "power") == 0 || strcmp(text, "balance_power") == 0))
        aim_step(u->s, u->p, "cpufreq.epp", policy, 0, "balance_performance", "its preference is to save power");
    if (!prefers && frequency_text(root, policy, "scaling_governor", text, sizeof text) &&
        strcmp(text, "powersave") == 0 && (better = frequency_governor(root, policy)) != NULL)
        aim_step(u->s, u->p, "cpufreq.governor", policy, 0, better, "powersave stays at the lowest frequency");
}

/* Where who holds the frequencies takes requests for a profile, he is asked. */
static void frequency_hold(const struct remedy_scene *s, struct plan *p)
{
    const struct owner *owner = owner_of(s->root, "cpufreq");
    bool left = false;
    for (size_t i = 0; i < p->n; i++)
        left = left || p->step[i].state == STEP_LEFT;
    if (left && owner && owner->holdable)
        aim_step(s, p, "power.profile", "", 0, "performance", "who holds the frequencies is asked for that profile");
}

/* What speaks against it, beside what is set. */
static bool frequency_is_barred(const struct machine *m, char why[static KNOB_WHY])
{
    if (m->on_battery && m->battery < LOW_BATTERY)
        snprintf(why, KNOB_WHY, "the battery is at %.0f %%: it is better to save power now", m->battery);
    else if (m->hottest >= machine_hot_c(m))
        snprintf(why, KNOB_WHY, "it is too hot for a higher frequency: %.0f C, at most %.0f C would do", m->hottest,
                 machine_hot_c(m));
    else
        return false;
    return true;
}

static int frequency_aim(const struct remedy_scene *s, struct remedy_target *t, struct plan *p,
                         char why[static KNOB_WHY])
{
    char now[AMOUNT_MAX], most[AMOUNT_MAX];
    double is = frequency_value(NULL, &s->before, &s->after), can = frequency_mean(s->root, "cpuinfo_max_freq");
    struct unstick u = { s, p };
    *t = (struct remedy_target){ .name = "the processors of this machine" };
    if (isnan(is) || isnan(can)) {
        snprintf(why, KNOB_WHY,
                 "the frequency cannot be set here (there is no cpufreq; a virtual machine leaves that to its host)");
        return -ENODATA;
    }
    if (frequency_is_barred(s->machine, why))
        return -EPERM;
    if (is < ENOUGH * can)
        os_list(s->root, DIR, frequency_policy, &u);
    frequency_hold(s, p);
    snprintf(t->does, sizeof t->does, "run at %s, and can %s", amount_text(is, UNIT_HERTZ, now),
             amount_text(can, UNIT_HERTZ, most));
    if (p->n || p->notes.n)
        return 0;
    snprintf(why, KNOB_WHY, "the processors %.100s; no limit, governor or preference that could be set holds them back",
             t->does);
    return -ENODATA;
}

const struct remedy remedy_frequency = {
    .name = "frequency",
    .how = "limits and preferences that hold the processors back are lifted, up to what the hardware allows",
    .risk = "it takes more power, and gets warmer", .measure = "mean frequency of the processors", .unit = UNIT_HERTZ,
    .higher = true, .weighs = -1, .read = frequency_read, .value = frequency_value, .aim = frequency_aim,
};
