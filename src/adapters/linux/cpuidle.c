/*
 * cpuidle.c - how deep the processors sleep, from cpuidle
 * (Documentation/admin-guide/pm/cpuidle.rst of the kernel).
 *
 * A state's share of all processors' time, by its name ("C6", "WFI"), and each processor's share in
 * its deepest state. "POLL" is no sleep: the processor waits in a loop.
 *
 * One file per processor and state, which at 2 us each, as other files of sysfs, are 0.8 ms every
 * 10 s for 128 processors with three states (no machine that has them was at hand to measure). How
 * often a state was entered is a second file of each and is left out. The kernel adds a sleep to
 * the sum when it ends, so a longer one than the period shows late.
 *
 * What the states sum up to is the mean of the processors that are online, and is kept from
 * growths: one that goes offline takes its sums with it.
 */
#include "adapters/linux/sysfs.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "core/rate.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STATES = 10 /* CPUIDLE_STATE_MAX of the kernel */, KINDS = 24 /* names: a machine may have two kinds of core */,
       FILES = 4096 };

struct idle_state {
    char name[24];
    int slot;
    double time_s; /* mean of the processors */
};

struct idle_core {
    int number, slot;
    int n;                /* states; 0 while offline */
    int fd[STATES], kind[STATES];
    double before[STATES];
};

struct cpuidle {
    const char *root;
    struct schema *schema; /* while processors are looked at */
    struct idle_core *core;
    size_t n, cap;
    struct idle_state kind[KINDS];
    int n_kinds;
    int files;
    int online;            /* descriptor of the list of processors */
    char list[512];        /* its text when they were looked at */
    bool changed;
};

/* The states of a name, made where it is new; -1 when there are too many. */
static int cpuidle_kind(struct cpuidle *c, const char *name)
{
    for (int i = 0; i < c->n_kinds; i++)
        if (strcmp(c->kind[i].name, name) == 0)
            return i;
    if (c->n_kinds == KINDS)
        return -1;
    struct idle_state *k = &c->kind[c->n_kinds];
    snprintf(k->name, sizeof k->name, "%s", name);
    k->slot = schema_add(c->schema, &(struct metric){
        .name = "cpu.idle_residency.time", .inst = k->name, .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "",
        .help = "the time behind that share" });
    schema_add(c->schema, &(struct metric){
        .name = "cpu.idle_residency", .inst = k->name, .unit = UNIT_PERCENT, .kind = KIND_RATIO, .num = k->slot,
        .den = SCHEMA_TIME, .scale = 100, .max = 100, .help = "share of time that processors slept in this state" });
    return c->n_kinds++;
}

static struct idle_core *cpuidle_core(struct cpuidle *c, int number)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->core[i].number == number)
            return &c->core[i];
    char inst[16];
    snprintf(inst, sizeof inst, "%d", number);
    c->core = mem_grow(c->core, c->n, &c->cap, sizeof *c->core);
    struct idle_core *core = &c->core[c->n++];
    *core = (struct idle_core){ .number = number };
    core->slot = schema_add(c->schema, &(struct metric){
        .name = "cpu.core.idle_residency.time", .inst = inst, .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "",
        .help = "the time behind that share" });
    schema_add(c->schema, &(struct metric){
        .name = "cpu.core.idle_residency", .inst = inst, .unit = UNIT_PERCENT, .kind = KIND_RATIO, .num = core->slot,
        .den = SCHEMA_TIME, .scale = 100, .max = 100,
        .help = "share of time that the core slept in its deepest state" });
    return core;
}

static void cpuidle_shut(struct cpuidle *c)
{
    for (size_t i = 0; i < c->n; i++) {
        for (int k = 0; k < c->core[i].n; k++)
            os_close(c->core[i].fd[k]);
        c->core[i].n = 0;
    }
    c->files = 0;
}

static void cpuidle_look(void *self, const char *entry)
{
    struct cpuidle *c = self;
    char dir[96], name[24];
    int number = text_cpu_number(entry);
    snprintf(dir, sizeof dir, "/sys/devices/system/cpu/%.16s", entry);
    /* Some drivers leave the files of one that is offline. */
    if (number < 0 || sysfs_number(c->root, dir, "online") == 0)
        return;
    struct idle_core *core = NULL;
    for (int state = 0; state < STATES && c->files < FILES; state++) {
        snprintf(dir, sizeof dir, "/sys/devices/system/cpu/cpu%d/cpuidle/state%d", number, state);
        if (sysfs_word(c->root, dir, "name", name, sizeof name) <= 0)
            return;
        if (strcmp(name, "POLL") == 0)
            continue;
        int fd = sysfs_open(c->root, dir, "time"), kind = fd < 0 ? -1 : cpuidle_kind(c, name);
        if (kind < 0) {
            os_close(fd);
            continue;
        }
        core = core ? core : cpuidle_core(c, number);
        core->fd[core->n] = fd;
        core->kind[core->n] = kind;
        core->before[core->n++] = NAN;
        c->files++;
    }
}

static void cpuidle_look_all(struct cpuidle *c, struct schema *s)
{
    c->schema = s;
    cpuidle_shut(c);
    os_list(c->root, "/sys/devices/system/cpu", cpuidle_look, c);
}

static void cpuidle_sample(void *self, struct frame *f)
{
    struct cpuidle *c = self;
    double grown[KINDS] = { 0 };
    int online = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct idle_core *core = &c->core[i];
        for (int k = 0; k < core->n; k++) {
            double now = sysfs_pread(core->fd[k]) * 1e-6, growth = rate_growth(core->before[k], now, 0);
            grown[core->kind[k]] += isnan(growth) ? 0 : growth;
            core->before[k] = now;
        }
        online += core->n > 0;
        frame_set(f, core->slot, core->n ? core->before[core->n - 1] : (double)NAN);
    }
    for (int k = 0; k < c->n_kinds && online; k++) {
        c->kind[k].time_s += grown[k] / online;
        frame_set(f, c->kind[k].slot, c->kind[k].time_s);
    }
    char list[sizeof c->list];
    if (c->online >= 0 && os_pread_once(c->online, list, sizeof list) >= 0 && strcmp(list, c->list) != 0) {
        memcpy(c->list, list, sizeof list);
        c->changed = true;
    }
}

static int cpuidle_rescan(void *self, struct schema *s)
{
    struct cpuidle *c = self;
    if (c->changed)
        cpuidle_look_all(c, s);
    c->changed = false;
    return 0;
}

static void cpuidle_close(void *self)
{
    struct cpuidle *c = self;
    if (!c)
        return;
    cpuidle_shut(c);
    os_close(c->online);
    mem_free(c->core);
    mem_free(c);
}

static int cpuidle_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct cpuidle *c = mem_new(sizeof *c);
    c->root = env->root;
    c->online = os_open_read(env->root, "/sys/devices/system/cpu/online");
    if (c->online >= 0 && os_pread_once(c->online, c->list, sizeof c->list) < 0)
        c->list[0] = '\0';
    cpuidle_look_all(c, s);
    if (c->n == 0) {
        cpuidle_close(c);
        env->explain(env, "no idle states, as in most virtual machines: the host decides how its processors sleep");
        return -ENODEV;
    }
    *self = c;
    return 0;
}

const struct adapter adapter_cpuidle = {
    .name = "cpuidle", .doc = "how deep the processors sleep",
    .provides = "cpu.idle_residency,cpu.core.idle_residency",
    .period_ms = 10000,
    .open = cpuidle_open, .sample = cpuidle_sample, .rescan = cpuidle_rescan, .close = cpuidle_close,
};
