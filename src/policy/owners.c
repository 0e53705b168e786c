/*
 * owners.c - who else turns knobs, by the name of its process or by a file that it leaves.
 *
 * What each of them sets was read in their sources: the plugins of tuned, the drivers of power-profiles-daemon, the
 * core.py of auto-cpufreq, thermald, ananicy-cpp, GameMode's daemon, TLP's settings, and sched_ext of the kernel.
 */
#include "policy/owners.h"

#include "base/text.h"
#include "os/os.h"
#include "policy/tasks.h"

#include <stdio.h>
#include <string.h>

#define OWNERS (sizeof owners / sizeof *owners)

static const struct owner owners[] = {
    { "power-profiles-daemon", "power-profiles-", "cpufreq platform", "a hold of its profile is taken instead", true },
    { "tuned-ppd", "tuned-ppd", "cpufreq platform sysctl disk", "a hold of its profile is taken instead", true },
    { "tlp-pd", "tlp-pd", "cpufreq platform", "a hold of its profile is taken instead", true },
    { "tuned", "tuned", "cpufreq platform sysctl disk", "choose its profile with tuned-adm", false },
    { "auto-cpufreq", "auto-cpufreq", "cpufreq platform", "set it in auto-cpufreq.conf", false },
    { "TLP", NULL, "cpufreq platform disk", "set it in tlp.conf", false },
    { "thermald", "thermald", "power", "it needs the power limits to itself, to keep the machine cool", false },
    { "GameMode", "gamemoded", "cpufreq platform", "it sets them while a game runs", false },
    { "ananicy-cpp", "ananicy-cpp", "nice", "give the program a rule of its own there", false },
    { "system76-scheduler", "system76-schedu", "nice", "give the program a rule of its own there", false },
    { "irqbalance", "irqbalance", "irq", "it would move the interrupt again; ban it there", false },
    { "a sched_ext scheduler", NULL, "sched", "it has its own idea of sessions and slices", false },
};

/* Of those without a process of their own. */
static const struct { const char *name, *file; } owner_files[] = {
    { "TLP", "/run/tlp/last_pwr" }, { "a sched_ext scheduler", "/sys/kernel/sched_ext" "/root" "/ops" },
};

const struct owner *owner_all(size_t *n)
{
    *n = OWNERS;
    return owners;
}

struct owner_walk {
    const char *root;
    int32_t pid[OWNERS]; /* -1: it does not run */
};

static void owner_process(void *self, const char *name)
{
    struct owner_walk *w = self;
    char path[64], comm[32];
    int32_t pid = task_number(name);
    if (!pid)
        return;
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    if (os_read_text(w->root, path, comm, sizeof comm) < 0)
        return;
    comm[strcspn(comm, "\n")] = '\0';
    for (size_t i = 0; i < OWNERS; i++)
        if (w->pid[i] < 0 && owners[i].process && strcmp(owners[i].process, comm) == 0)
            w->pid[i] = pid;
}

static void owner_look(const char *root, bool processes, struct owner_walk *w)
{
    w->root = root;
    for (size_t i = 0; i < OWNERS; i++)
        w->pid[i] = -1;
    if (processes)
        os_list(root, "/proc", owner_process, w);
    for (size_t i = 0; i < OWNERS; i++)
        for (size_t f = 0; f < sizeof owner_files / sizeof *owner_files; f++)
            if (strcmp(owner_files[f].name, owners[i].name) == 0 && os_exists(root, owner_files[f].file))
                w->pid[i] = 0;
}

int owner_running(const char *root, void (*each)(void *self, const struct owner *o, int32_t pid), void *self)
{
    struct owner_walk w;
    int n = 0;
    owner_look(root, true, &w);
    for (size_t i = 0; i < OWNERS; i++)
        if (w.pid[i] >= 0) {
            each(self, &owners[i], w.pid[i]);
            n++;
        }
    return n;
}

/* To read the names of all processes takes milliseconds: is there one among them that could hold it? */
static bool owner_needs_walk(const char *held)
{
    for (size_t i = 0; i < OWNERS; i++)
        if (owners[i].process && text_lists(owners[i].holds, " ", held))
            return true;
    return false;
}

const struct owner *owner_of(const char *root, const char *held)
{
    struct owner_walk w;
    owner_look(root, owner_needs_walk(held), &w);
    for (size_t i = 0; i < OWNERS; i++)
        if (w.pid[i] >= 0 && text_lists(owners[i].holds, " ", held))
            return &owners[i];
    return NULL;
}
