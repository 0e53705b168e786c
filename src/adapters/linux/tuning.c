/*
 * tuning.c - how the machine is set: governor and preference of its clocks, their cap, the platform's profile, the
 * power limit, swappiness; and which programs that turn such knobs run.
 *
 * A setting that is a word is a metric for each word, with the share of the cores that it holds for: so it is kept,
 * plotted and compared as any number. Sources: Documentation/admin-guide/pm/cpufreq.rst and amd-pstate.rst,
 * ABI/testing/sysfs-platform_profile, power/powercap/powercap.rst, admin-guide/sysctl/vm.rst of the kernel. Of programs
 * the control group of their service says that they run (cgroups(7)), which costs one look; TLP, which runs at events
 * only, leaves a file.
 */
#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CORES 64        /* whose settings are read; a machine with more has them alike, or in groups that repeat */
#define WORDS_MAX 48
#define WORD 32

static const struct { const char *name, *path; } tuning_programs[] = {
    { "tuned", "tuned.service" },
    { "power-profiles-daemon", "power-profiles-daemon.service" },
    { "auto-cpufreq", "auto-cpufreq.service" },
    { "thermald", "thermald.service" },
    { "system76-power", "com.system76.PowerDaemon.service" },
    { "system76-scheduler", "com.system76.Scheduler.service" },
    { "ananicy-cpp", "ananicy-cpp.service" },
    { "tlp", "/run/tlp/last_pwr" },
};

enum { PROGRAMS = sizeof tuning_programs / sizeof *tuning_programs };

static const char *const tuning_groups[] = { "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/systemd/system.slice",
                                             "/sys/fs/cgroup/unified/system.slice" };

/* A value of a setting that is a word. */
struct word {
    const char *family;
    char text[WORD];
    int slot, seen;     /* -1: it has none yet; cores that have it now */
};

struct tuning {
    const char *root;
    int core[CORES], n_cores;
    struct word word[WORDS_MAX];
    int n_words;
    bool news;          /* a word or a program without a slot */
    int cap, power, swappiness; /* slots; -1: there is no such thing */
    bool runs[PROGRAMS];
    int program[PROGRAMS];
};

/* ---- words ---- */

static void tuning_count(struct tuning *t, const char *family, const char *dir, const char *file)
{
    char text[WORD];
    if (sysfs_word(t->root, dir, file, text, sizeof text) <= 0)
        return;
    int i = 0;
    while (i < t->n_words && (t->word[i].family != family || strcmp(t->word[i].text, text) != 0))
        i++;
    if (i == WORDS_MAX)
        return;
    if (i == t->n_words) {
        t->word[t->n_words++] = (struct word){ .family = family, .slot = -1 };
        text_copy(t->word[i].text, sizeof t->word[i].text, text);
        t->news = true;
    }
    t->word[i].seen++;
}

static const char governor[] = "tuning.governor", epp[] = "tuning.epp", profile[] = "tuning.profile";

/* Returns the highest clock that is permitted. */
static double tuning_look_cores(struct tuning *t)
{
    double cap_hz = NAN;
    for (int i = 0; i < t->n_cores; i++) {
        char dir[64];
        snprintf(dir, sizeof dir, "/sys/devices/system/cpu/cpu%d/cpufreq", t->core[i]);
        tuning_count(t, governor, dir, "scaling_governor");
        tuning_count(t, epp, dir, "energy_performance_preference");
        cap_hz = fmax(cap_hz, sysfs_number(t->root, dir, "scaling_max_freq") * 1e3);
    }
    return cap_hz;
}

static double tuning_share(const struct tuning *t, const struct word *w)
{
    int all = 0;
    for (int i = 0; i < t->n_words; i++)
        all += t->word[i].family == w->family ? t->word[i].seen : 0;
    return all ? 100.0 * w->seen / all : (double)NAN;
}

/* ---- programs ---- */

static bool tuning_runs(const struct tuning *t, const char *path)
{
    char full[128];
    if (*path == '/')
        return os_exists(t->root, path);
    for (size_t i = 0; i < sizeof tuning_groups / sizeof *tuning_groups; i++) {
        snprintf(full, sizeof full, "%s/%s", tuning_groups[i], path);
        if (os_exists(t->root, full))
            return true;
    }
    return false;
}

/* ---- the adapter ---- */

static double tuning_power_w(const struct tuning *t)
{
    return sysfs_number(t->root, "/sys/class/powercap/intel-rapl:0", "constraint_0_power_limit_uw") * 1e-6;
}

static double tuning_swappiness(const struct tuning *t)
{
    return sysfs_number(t->root, "/proc/sys/vm", "swappiness");
}

static double tuning_look(struct tuning *t)
{
    for (int i = 0; i < t->n_words; i++)
        t->word[i].seen = 0;
    double cap_hz = tuning_look_cores(t);
    tuning_count(t, profile, "/sys/firmware/acpi", "platform_profile");
    for (int i = 0; i < PROGRAMS; i++) {
        t->runs[i] = tuning_runs(t, tuning_programs[i].path);
        t->news |= t->runs[i] && t->program[i] < 0;
    }
    return cap_hz;
}

static void tuning_sample(void *self, struct frame *f)
{
    struct tuning *t = self;
    double cap_hz = tuning_look(t);
    for (int i = 0; i < t->n_words; i++)
        if (t->word[i].slot >= 0)
            frame_set(f, t->word[i].slot, tuning_share(t, &t->word[i]));
    for (int i = 0; i < PROGRAMS; i++)
        if (t->program[i] >= 0)
            frame_set(f, t->program[i], t->runs[i]);
    if (t->cap >= 0)
        frame_set(f, t->cap, cap_hz);
    if (t->power >= 0)
        frame_set(f, t->power, tuning_power_w(t));
    if (t->swappiness >= 0)
        frame_set(f, t->swappiness, tuning_swappiness(t));
}

static int tuning_add(struct schema *s, const char *name, const char *inst, enum unit unit, double max,
                      const char *help)
{
    return schema_add(s, &(struct metric){ .name = name, .inst = inst, .unit = unit, .kind = KIND_GAUGE, .max = max,
                                           .help = help });
}

static int tuning_rescan(void *self, struct schema *s)
{
    struct tuning *t = self;
    if (!t->news)
        return 0;
    t->news = false;
    for (int i = 0; i < t->n_words; i++)
        if (t->word[i].slot < 0)
            t->word[i].slot = tuning_add(s, t->word[i].family, t->word[i].text, UNIT_PERCENT, 100,
                                         t->word[i].family == governor ? "share of the cores that this governor sets" :
                                         t->word[i].family == epp      ? "share of the cores with this preference"
                                                                       : "100 while the platform has this profile");
    for (int i = 0; i < PROGRAMS; i++)
        if (t->program[i] < 0 && t->runs[i])
            t->program[i] = tuning_add(s, "tuning.running", tuning_programs[i].name, UNIT_NONE, 1,
                                       "1 while this program runs, which turns knobs");
    return 0;
}

static void tuning_note_core(void *self, const char *name)
{
    struct tuning *t = self;
    char path[80];
    int number = text_cpu_number(name);
    snprintf(path, sizeof path, "/sys/devices/system/cpu/%.16s/cpufreq/scaling_governor", name);
    if (number >= 0 && t->n_cores < CORES && os_exists(t->root, path))
        t->core[t->n_cores++] = number;
}

static void tuning_close(void *self)
{
    mem_free(self);
}

static int tuning_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct tuning *t = mem_new(sizeof *t);
    *t = (struct tuning){ .root = env->root, .cap = -1, .power = -1, .swappiness = -1 };
    for (int i = 0; i < PROGRAMS; i++)
        t->program[i] = -1;
    os_list(env->root, "/sys/devices/system/cpu", tuning_note_core, t);
    bool cap = !isnan(tuning_look(t)), power = !isnan(tuning_power_w(t)), swaps = !isnan(tuning_swappiness(t));
    if (!t->n_words && !cap && !power && !swaps && !t->news) {
        tuning_close(t);
        return -ENODEV;
    }
    if (cap)
        t->cap = tuning_add(s, "tuning.freq.limit", NULL, UNIT_HERTZ, 0, "highest clock frequency that is permitted");
    if (power)
        t->power = tuning_add(s, "tuning.power.limit", NULL, UNIT_WATT, 0,
                              "power that the first processor package may take for long");
    if (swaps)
        t->swappiness = tuning_add(s, "tuning.swappiness", NULL, UNIT_NONE, 200,
                                   "how much rather memory of programs goes than that of files");
    tuning_rescan(t, s);
    *self = t;
    return 0;
}

const struct adapter adapter_tuning = {
    .name = "tuning", .doc = "how clocks, power and memory are set, and by whom",
    .provides = "tuning.*",
    .period_ms = 10000, /* three files a core */
    .open = tuning_open, .sample = tuning_sample, .rescan = tuning_rescan, .close = tuning_close,
};
