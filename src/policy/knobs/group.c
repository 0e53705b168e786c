/*
 * group.c - control groups, version 1 and 2 under one name each (cgroups(7); Documentation/admin-guide/cgroup-v2.rst
 * and scheduler/sched-design-CFS.rst of the kernel).
 *
 * A weight is counted as version 2 does it: 100 is what a group has that nobody changed. Version 1 has shares, of which
 * that is 1024: one that is no whole weight keeps its fraction, so that it can be set back to the same.
 *
 * The limit on memory at which version 2 slows a group down has no like in version 1, nor has its protection: there
 * soft_limit_in_bytes only says who is asked first. So these are absent there.
 *
 * Sonde makes and removes groups of its own name only. One that went away meanwhile is -ENODEV everywhere.
 */
#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/hierarchy.h"
#include "policy/knobs/sysfile.h"
#include "policy/knobs/task.h"
#include "policy/tasks.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- files of a group ---- */

/* Where what is: controller, files of version 2, files of version 1; the first that is there counts. */
struct group_file {
    char controller[16], v2[64], v1[64];
};

static int group_missing(int rc)
{
    return rc == -ENOENT || rc == -ENOTDIR || rc == -ENXIO ? -ENODEV : rc;
}

/* The path of the file of a knob in a group; h is filled. */
static int group_find(const struct knob *k, const struct place *p, struct hierarchy *h, char path[static OS_PATH_MAX])
{
    struct group_file f;
    if (sscanf(k->arg, "%15s %63s %63s", f.controller, f.v2, f.v1) != 3)
        return -EINVAL;
    int rc = hierarchy_find(p->root, f.controller, h);
    if (rc < 0)
        return rc;
    char *save = NULL;
    for (char *name = strtok_r(h->version == 2 ? f.v2 : f.v1, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        rc = hierarchy_path(h, p->inst, name, path, OS_PATH_MAX);
        if (rc < 0 || os_exists(p->root, path))
            return rc == -EINVAL ? -ENODEV : rc;
    }
    return -ENODEV;
}

static int group_text(const struct knob *k, const struct place *p, struct hierarchy *h, char text[static 256])
{
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, h, path);
    if (rc == 0)
        rc = os_read_text(p->root, path, text, 256);
    if (rc >= 0)
        text[strcspn(text, "\n")] = '\0';
    return rc < 0 ? group_missing(rc) : 0;
}

static int group_put(const struct knob *k, const struct place *p, const char *text)
{
    struct hierarchy h;
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, &h, path);
    return group_missing(rc < 0 ? rc : os_write_text(p->root, path, text));
}

static int group_writable(const struct knob *k, const struct place *p)
{
    struct hierarchy h;
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, &h, path);
    return group_missing(rc < 0 ? rc : os_may_write(p->root, path));
}

/* Our own group stands for all of them: a machine may have thousands. */
static void group_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self)
{
    struct hierarchy h;
    char controller[16];
    if (sscanf(k->arg, "%15s", controller) == 1 && hierarchy_find(root, controller, &h) == 0)
        each(self, h.own);
}

/* Why there is none. */
static int group_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    struct hierarchy h;
    struct group_file f;
    char path[OS_PATH_MAX];
    int rc = group_find(k, p, &h, path);
    if (rc == 0 || sscanf(k->arg, "%15s %63s %63s", f.controller, f.v2, f.v1) != 3)
        return rc;
    if (hierarchy_find(p->root, f.controller, &h) < 0)
        snprintf(why, KNOB_WHY, "no control groups have the controller %s here", f.controller);
    else if (h.version == 1 && strcmp(f.v1, "-") == 0)
        snprintf(why, KNOB_WHY, "it needs control groups of version 2; the controller %s is on version 1",
                 f.controller);
    else
        snprintf(why, KNOB_WHY, "the group %.60s has no %.60s", p->inst, h.version == 2 ? f.v2 : f.v1);
    return rc;
}

/* ---- weights ---- */

#define GROUP_SHARES 1024 /* of version 1, for a weight of 100 */

static int weight_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char text[256];
    double v;
    int rc = group_text(k, p, &h, text);
    if (rc < 0)
        return rc;
    if (!text_double(text, &v))
        return -EIO;
    snprintf(value, KNOB_VALUE_MAX, "%.15g", h.version == 1 ? v * 100 / GROUP_SHARES : v);
    return 0;
}

static int weight_write(const struct knob *k, const struct place *p, const char *value)
{
    struct hierarchy h;
    char path[OS_PATH_MAX], text[32];
    double v;
    int rc = group_find(k, p, &h, path);
    if (rc < 0)
        return rc;
    if (!text_double(value, &v))
        return -EINVAL;
    snprintf(text, sizeof text, "%.0f", h.version == 1 ? v * GROUP_SHARES / 100 : v);
    return group_missing(os_write_text(p->root, path, text));
}

/* "default 100\n8:0 50", "100" */
static int io_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char text[256];
    int v, rc = group_text(k, p, &h, text);
    if (rc < 0)
        return rc;
    if (sscanf(text, "default %d", &v) != 1 && sscanf(text, "%d", &v) != 1)
        return -EIO;
    snprintf(value, KNOB_VALUE_MAX, "%d", v);
    return 0;
}

/* ---- plain ones ---- */

static int plain_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char text[256];
    int rc = group_text(k, p, &h, text);
    if (rc == 0)
        text_copy(value, KNOB_VALUE_MAX, text);
    return rc;
}

/* Percent with two decimals, or max. */
static int clamp_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    double v;
    int rc = plain_read(k, p, value);
    if (rc == 0 && text_double(value, &v))
        snprintf(value, KNOB_VALUE_MAX, "%.15g", v);
    return rc;
}

static int clamp_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    double v;
    bool number = text_double(value, &v);
    if (strcmp(value, "max") == 0 || (number && v >= 0 && v <= 100))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes max, or 0 to 100 percent; this is \"%.40s\"", k->name, value);
    return number ? -ERANGE : -EINVAL;
}

/* ---- quota ---- */

static int quota_period(const struct hierarchy *h, const char *group, double *quota, double *period)
{
    char path[OS_PATH_MAX];
    int64_t q, p;
    int rc = hierarchy_path(h, group, "cpu.cfs_quota_us", path, sizeof path);
    rc = rc < 0 ? rc : os_read_i64(h->root, path, &q);
    rc = rc < 0 ? rc : hierarchy_path(h, group, "cpu.cfs_period_us", path, sizeof path);
    rc = rc < 0 ? rc : os_read_i64(h->root, path, &p);
    if (rc < 0)
        return group_missing(rc);
    *quota = q < 0 ? INFINITY : (double)q;
    *period = (double)p;
    return 0;
}

/* In microseconds; INFINITY without a quota. */
static int quota_get(const struct knob *k, const struct place *p, struct hierarchy *h, double *quota, double *period)
{
    char text[256], first[32];
    int rc = group_text(k, p, h, text);
    if (rc < 0 || h->version == 1)
        return rc < 0 ? rc : quota_period(h, p->inst, quota, period);
    if (sscanf(text, "%31s %lf", first, period) != 2)
        return -EIO;
    *quota = INFINITY;
    return strcmp(first, "max") == 0 || text_double(first, quota) ? 0 : -EIO;
}

static int quota_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    double quota, period;
    int rc = quota_get(k, p, &h, &quota, &period);
    if (rc < 0 || !(period > 0))
        return rc < 0 ? rc : -EIO;
    if (isinf(quota))
        snprintf(value, KNOB_VALUE_MAX, "max");
    else
        snprintf(value, KNOB_VALUE_MAX, "%.15g", quota * 100 / period);
    return 0;
}

/* The period stays. */
static int quota_write(const struct knob *k, const struct place *p, const char *value)
{
    struct hierarchy h;
    char text[64];
    double quota, period, percent;
    int rc = quota_get(k, p, &h, &quota, &period);
    if (rc < 0)
        return rc;
    if (strcmp(value, "max") == 0)
        snprintf(text, sizeof text, h.version == 2 ? "max" : "-1");
    else if (text_double(value, &percent))
        snprintf(text, sizeof text, "%.0f", percent * period / 100);
    else
        return -EINVAL;
    if (h.version == 2)
        snprintf(text + strlen(text), sizeof text - strlen(text), " %.0f", period);
    return group_put(k, p, text);
}

static int quota_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    double v;
    bool number = text_double(value, &v);
    if (strcmp(value, "max") == 0 || (number && v >= 1 && v <= 102400))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes max, or 1 to 102400 percent of one processor; this is \"%.40s\"", k->name, value);
    return number ? -ERANGE : -EINVAL;
}

/* ---- memory ---- */

static int memory_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    double v, least = strcmp(k->name, "memory.high") == 0 ? 16 << 20 : 0; /* less would stop what is in it */
    bool number = text_double(value, &v) && v == trunc(v);
    if (strcmp(value, "max") == 0 || (number && v >= least && v <= 1e15))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes max, or %.0f to 1e15 bytes; this is \"%.40s\"", k->name, least, value);
    return number ? -ERANGE : -EINVAL;
}

/* ---- groups themselves ---- */

#define GROUP_OWN "sonde"

/* "/sonde", "/sonde/x", "/a/sonde-x" */
static bool group_is_ours(const char *group)
{
    const char *last = strrchr(group, '/');
    size_t n = strlen(GROUP_OWN);
    if (!last)
        return false;
    return strstr(group, "/" GROUP_OWN "/") || strcmp(last + 1, GROUP_OWN) == 0 ||
           (strncmp(last + 1, GROUP_OWN, n) == 0 && last[n + 1] == '-');
}

static int group_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)value;
    struct hierarchy h = { .root = p->root };
    char path[OS_PATH_MAX];
    if (group_is_ours(p->inst) && hierarchy_path(&h, p->inst, "", path, sizeof path) == 0)
        return 0;
    snprintf(why, KNOB_WHY, "%s: only groups of Sonde's own name are made and removed, /%s/NAME or /PATH/%s-NAME; this "
             "is \"%.60s\"", k->name, GROUP_OWN, GROUP_OWN, p->inst);
    return -EINVAL;
}

static int present_path(const struct place *p, struct hierarchy *h, char path[static OS_PATH_MAX])
{
    int rc = hierarchy_find(p->root, "cpu", h);
    if (rc == 0)
        rc = hierarchy_path(h, p->inst, "", path, OS_PATH_MAX);
    return rc == -EINVAL ? -ENODEV : rc;
}

static int present_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    struct hierarchy h;
    char path[OS_PATH_MAX];
    int rc = present_path(p, &h, path);
    if (rc == 0)
        snprintf(value, KNOB_VALUE_MAX, "%s", os_exists(p->root, path) ? "present" : "absent");
    return rc;
}

static void present_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self)
{
    struct hierarchy h;
    char inst[KNOB_INST_MAX];
    (void)k;
    if (hierarchy_find(root, "cpu", &h) == 0 &&
        snprintf(inst, sizeof inst, "%s/" GROUP_OWN, strcmp(h.own, "/") == 0 ? "" : h.own) < KNOB_INST_MAX)
        each(self, inst);
}

/* In version 2 a group gives its controllers on by name; what it has not, it cannot. Only the processor is a must. */
static int present_give(const struct hierarchy *h, const char *group)
{
    char path[OS_PATH_MAX];
    int rc = hierarchy_path(h, group, "cgroup.subtree_control", path, sizeof path);
    if (rc < 0)
        return rc;
    static const char *const others[] = { "+memory", "+io" };
    for (size_t i = 0; i < 2; i++)
        if (!hierarchy_gives(h, group, others[i] + 1))
            os_write_text(h->root, path, others[i]);
    return hierarchy_gives(h, group, "cpu") ? 0 : os_write_text(h->root, path, "+cpu");
}

static int present_make(const struct hierarchy *h, const char *group)
{
    char path[OS_PATH_MAX], full[OS_PATH_MAX], above[HIERARCHY_PATH];
    int rc = hierarchy_path(h, group, "", path, sizeof path);
    if (rc < 0 || os_exists(h->root, path))
        return rc;
    hierarchy_above(group, above);
    if (strcmp(above, "/") != 0)
        rc = present_make(h, above);
    if (rc == 0 && h->version == 2)
        rc = present_give(h, above);
    if (rc < 0)
        return rc;
    int n = snprintf(full, sizeof full, "%s%s", h->root, path);
    return n >= OS_PATH_MAX ? -ENAMETOOLONG : os_make_shared_dir(full);
}

/* Puts every task of a group into the nearest one above that takes tasks: one of version 2 that gives controllers on
 * takes none, but for the top. */
static int present_empty(const struct hierarchy *h, const char *group)
{
    char path[OS_PATH_MAX], up[OS_PATH_MAX], above[HIERARCHY_PATH], next[HIERARCHY_PATH], text[4096];
    int rc = hierarchy_path(h, group, "cgroup.procs", path, sizeof path);
    hierarchy_above(group, above);
    for (int pass = 0; rc >= 0 && pass < 100000; pass++) { /* what forks meanwhile comes in the next one */
        rc = os_read_text(h->root, path, text, sizeof text);
        if (rc <= 0)
            return rc;
        text[strcspn(text, "\n")] = '\0';
        rc = hierarchy_path(h, above, "cgroup.procs", up, sizeof up);
        if (rc == 0)
            rc = os_write_text(h->root, up, text);
        if (rc == -ESRCH)
            rc = 0;
        if (rc < 0 && strcmp(above, "/") != 0) {
            hierarchy_above(above, next);
            memcpy(above, next, sizeof above);
            rc = 0;
        }
    }
    return rc < 0 ? rc : -EBUSY;
}

static int present_remove(const struct hierarchy *h, const char *group)
{
    char path[OS_PATH_MAX], full[OS_PATH_MAX], above[HIERARCHY_PATH];
    int rc = hierarchy_path(h, group, "", path, sizeof path);
    if (rc < 0 || !os_exists(h->root, path))
        return rc;
    rc = present_empty(h, group);
    if (rc < 0 && rc != -ENOENT && rc != -ENODEV)
        return rc;
    if (snprintf(full, sizeof full, "%s%s", h->root, path) >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    rc = os_remove(full);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    hierarchy_above(group, above); /* those above that were made for it go with the last of them */
    if (group_is_ours(above) && hierarchy_path(h, above, "", path, sizeof path) == 0 &&
        snprintf(full, sizeof full, "%s%s", h->root, path) < OS_PATH_MAX)
        os_remove(full);
    return 0;
}

static int present_write(const struct knob *k, const struct place *p, const char *value)
{
    struct hierarchy h;
    char path[OS_PATH_MAX];
    (void)k;
    if (!group_is_ours(p->inst))
        return -EPERM;
    int rc = present_path(p, &h, path);
    if (rc < 0)
        return rc;
    return strcmp(value, "present") == 0 ? present_make(&h, p->inst) : present_remove(&h, p->inst);
}

/* The nearest group above that is there must let us. */
static int present_writable(const struct knob *k, const struct place *p)
{
    struct hierarchy h;
    char path[OS_PATH_MAX], group[HIERARCHY_PATH], above[HIERARCHY_PATH];
    (void)k;
    int rc = present_path(p, &h, path);
    if (rc < 0)
        return rc;
    text_copy(group, sizeof group, p->inst);
    do {
        hierarchy_above(group, above);
        memcpy(group, above, sizeof group);
        rc = hierarchy_path(&h, group, "", path, sizeof path);
    } while (rc == 0 && strcmp(group, "/") != 0 && !os_exists(p->root, path));
    return rc < 0 ? rc : group_missing(os_may_write(p->root, path));
}

/* ---- membership ---- */

static int member_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char group[HIERARCHY_PATH];
    (void)k;
    int rc = hierarchy_find(p->root, "cpu", &h);
    if (rc == 0)
        rc = hierarchy_of_task(&h, p->pid, group);
    if (rc == 0 && strlen(group) >= KNOB_VALUE_MAX)
        return -ENAMETOOLONG; /* it could not be set back */
    if (rc == 0)
        text_copy(value, KNOB_VALUE_MAX, group);
    return rc;
}

struct member_move {
    const struct hierarchy *h;
    const char *from, *procs;
    int32_t pid;
};

/* A descendant that is in the same group goes along. */
static void member_descendant(void *self, const char *name)
{
    const struct member_move *m = self;
    int32_t pid = task_number(name);
    char group[HIERARCHY_PATH];
    if (pid > 0 && pid != m->pid && task_is_below(m->h->root, pid, m->pid) &&
        hierarchy_of_task(m->h, pid, group) == 0 && strcmp(group, m->from) == 0)
        os_write_text(m->h->root, m->procs, name);
}

static int member_write(const struct knob *k, const struct place *p, const char *value)
{
    struct hierarchy h;
    char procs[OS_PATH_MAX], from[KNOB_VALUE_MAX], pid[16];
    int rc = task_guard(p);
    if (rc == 0)
        rc = member_read(k, p, from);
    if (rc == 0)
        rc = hierarchy_find(p->root, "cpu", &h);
    if (rc == 0)
        rc = hierarchy_path(&h, value, "cgroup.procs", procs, sizeof procs);
    if (rc < 0)
        return rc;
    snprintf(pid, sizeof pid, "%d", p->pid); /* 0 is who writes it */
    rc = group_missing(os_write_text(p->root, procs, pid));
    if (rc == 0 && p->pid)
        os_list(p->root, "/proc", member_descendant,
                &(struct member_move){ .h = &h, .from = from, .procs = procs, .pid = p->pid });
    return rc;
}

static int member_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    struct hierarchy h = { .root = p->root };
    char path[OS_PATH_MAX];
    if (hierarchy_path(&h, value, "", path, sizeof path) == 0)
        return 0;
    snprintf(why, KNOB_WHY, "%s takes the path of a control group, like /sonde/jobs; this is \"%.60s\"", k->name,
             value);
    return -EINVAL;
}

static int member_writable(const struct knob *k, const struct place *p)
{
    struct hierarchy h;
    char path[OS_PATH_MAX];
    (void)k;
    int rc = task_guard(p);
    if (rc == 0)
        rc = hierarchy_find(p->root, "cpu", &h);
    if (rc == 0)
        rc = hierarchy_path(&h, h.own, "cgroup.procs", path, sizeof path);
    return rc < 0 ? rc : group_missing(os_may_write(p->root, path));
}

#define GROUP                                                                                                          \
    .class = KNOB_GROUP, .risk = RISK_OTHERS, .needs = "a group that is ours, or root", .reverts = "written back",     \
    .list = group_list, .probe = group_probe, .writable = group_writable

const struct knob knobs_group[] = {
    { .name = "group", .doc = "a control group of its own: present or absent", .class = KNOB_GROUP, .type = KNOB_CHOICE,
      .choices = "present absent", .risk = RISK_SELF, .needs = "a group that is ours, or root",
      .reverts = "its tasks go up, it is removed", .caution = "a controller that was switched on above it stays on",
      .list = present_list, .read = present_read, .check = group_check, .writable = present_writable,
      .write = present_write },
    { .name = "group.member", .doc = "the control group of a task and of what it started", .class = KNOB_PROCESS,
      .type = KNOB_TEXT, .risk = RISK_SELF, .needs = "a group that is ours, or root",
      .reverts = "the group it was in before", .caution = "real-time tasks need a budget in groups of version 1",
      .read = member_read, .check = member_check, .writable = member_writable, .write = member_write },
    { GROUP, .name = "cpu.weight", .doc = "its share of the processor beside other groups; 100 is the usual",
      .arg = "cpu cpu.weight cpu.shares", .type = KNOB_WHOLE, .min = 1, .max = 1000,
      .caution = "other groups wait longer", .read = weight_read, .write = weight_write },
    { GROUP, .name = "cpu.idle", .doc = "does it run only when no other group does?", .arg = "cpu cpu.idle cpu.idle",
      .type = KNOB_WHOLE, .min = 0, .max = 1, .caution = "it may not run at all",
      .read = plain_read, .write = group_put },
    { GROUP, .name = "cpu.max", .doc = "how much of one processor it may use, in percent, or max",
      .arg = "cpu cpu.max cpu.cfs_quota_us", .type = KNOB_TEXT,
      .caution = "it stands still for the rest of each period", .read = quota_read, .check = quota_check,
      .write = quota_write },
    { GROUP, .name = "cpu.uclamp.min", .doc = "the use that schedutil takes it for, at least", .type = KNOB_TEXT,
      .arg = "cpu cpu.uclamp.min cpu.uclamp.min", .unit = "percent", .caution = "more power", .read = clamp_read,
      .check = clamp_check, .write = group_put },
    { GROUP, .name = "cpu.uclamp.max", .doc = "the use that schedutil takes it for, at most", .type = KNOB_TEXT,
      .arg = "cpu cpu.uclamp.max cpu.uclamp.max", .unit = "percent", .caution = "slower", .read = clamp_read,
      .check = clamp_check, .write = group_put },
    { GROUP, .name = "memory.min", .doc = "memory that is left to it whatever happens", .arg = "memory memory.min -",
      .type = KNOB_TEXT, .unit = "bytes", .caution = "others may be killed for want of it",
      .read = plain_read, .check = memory_check, .write = group_put },
    { GROUP, .name = "memory.high", .doc = "memory above which it is slowed down, or max", .arg = "memory memory.high -",
      .type = KNOB_TEXT, .unit = "bytes", .caution = "it may nearly stand still",
      .read = plain_read, .check = memory_check, .write = group_put },
    { GROUP, .name = "memory.low", .doc = "memory that is left to it while others have any", .arg = "memory memory.low -",
      .type = KNOB_TEXT, .unit = "bytes", .caution = "others lose theirs sooner",
      .read = plain_read, .check = memory_check, .write = group_put },
    { GROUP, .name = "io.weight", .doc = "its share of storage beside other groups; 100 is the usual",
      .arg = "io io.weight,io.bfq.weight blkio.bfq.weight,blkio.weight", .type = KNOB_WHOLE, .min = 1, .max = 1000,
      .caution = "the scheduler of the disk must be bfq, or io.cost be on",
      .read = io_read, .write = group_put },
    { 0 },
};
