/*
 * scope.c - a control group that systemd makes for a program about to start, with a weight of its own.
 *
 * Where systemd manages control groups of version 2 nobody may make groups outside what was delegated to them, and
 * autogroup does not count inside them; a transient scope is the way that is left, also for an ordinary user.
 */
#include "os/os.h"
#include "policy/bus/scope.h"
#include "policy/hierarchy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NONE "none"

static int scope_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    char path[KNOB_INST_MAX];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    bool root = os_is_root();
    (void)k;
    snprintf(path, sizeof path, "%.200s/systemd/private", runtime && !root ? runtime : "/run");
    if (*p->root || !os_exists("", "/run/systemd/system") || !os_exists("", path)) {
        snprintf(why, KNOB_WHY, root ? "systemd is not the manager here" : "this user has no manager of systemd here");
        return -ENODEV;
    }
    if (os_module("sonde-bus", "sonde_manager"))
        return 0;
    snprintf(why, KNOB_WHY, "the module sonde-bus is not installed");
    return -ENODEV;
}

/* The scope that we are in is told by its group; the weight by the file in it. */
static int scope_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char path[OS_PATH_MAX], text[32] = "";
    (void)k;
    snprintf(value, KNOB_VALUE_MAX, NONE);
    if (hierarchy_find(p->root, "cpu", &h) < 0)
        return 0;
    const char *leaf = strrchr(h.own, '/');
    if (!leaf || strncmp(leaf, "/sonde-", 7) != 0 || !strstr(leaf, ".scope"))
        return 0;
    if (hierarchy_path(&h, h.own, "cpu.weight", path, sizeof path) == 0 &&
        os_read_text(p->root, path, text, sizeof text) > 0)
        snprintf(value, KNOB_VALUE_MAX, "%.*s", (int)strcspn(text, "\n"), text);
    return 0;
}

static int scope_write(const struct knob *k, const struct place *p, const char *value)
{
    char why[KNOB_WHY];
    struct scope s;
    struct scope_wish w = { .pid = os_pid(), .what = "a program under a policy", .cpu_weight = atoi(value) };
    (void)k;
    return p->pid && p->pid != w.pid ? -EPERM : scope_start(&w, &s, why);
}

const struct knob knobs_scope[] = {
    { .name = "scope.weight", .doc = "a scope of systemd for the program, with this weight", .class = KNOB_PROCESS,
      .type = KNOB_WHOLE, .risk = RISK_OTHERS, .min = 1, .max = SCOPE_WEIGHT_MAX, .needs = "",
      .reverts = "the scope goes with its processes", .caution = "other programs wait longer",
      .self_only = true, .probe = scope_probe, .read = scope_read, .write = scope_write },
    { 0 },
};
