/*
 * group.c - control groups themselves, and who is in them. Sonde makes and removes groups of its own name only.
 */
#include "base/text.h"
#include "os/os.h"
#include "policy/hierarchy.h"
#include "policy/knobs/group_file.h"
#include "policy/knobs/task.h"
#include "policy/tasks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
    static const char *const others[] = { "+memory", "+io", "+cpuset" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
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

const struct knob knobs_group[] = {
    { .name = "group", .doc = "a control group of its own: present or absent", .class = KNOB_GROUP, .type = KNOB_CHOICE,
      .choices = "present absent", .back = "absent", .risk = RISK_SELF, .needs = "a group that is ours, or root",
      .reverts = "its tasks go up, it is removed", .caution = "a controller that was switched on above it stays on",
      .list = present_list, .read = present_read, .check = group_check, .writable = present_writable,
      .write = present_write },
    { .name = "group.member", .doc = "the control group of a task and of what it started", .class = KNOB_PROCESS,
      .type = KNOB_TEXT, .risk = RISK_SELF, .needs = "a group that is ours, or root",
      .reverts = "the group it was in before", .caution = "real-time tasks need a budget in groups of version 1",
      .read = member_read, .check = member_check, .writable = member_writable, .write = member_write },
    { 0 },
};
