/*
 * session.c - a session of its own, and the weight of a session (sched(7), "The autogroup feature").
 *
 * With autogroup on, which it is on nearly every desktop, the processor is shared between sessions first, and nice
 * counts only within one. What is written for one task holds for its whole session: a task that shares its session with
 * others than its own descendants is refused.
 */
#include "os/os.h"
#include "policy/knobs/sysfile.h"
#include "policy/knobs/task.h"
#include "policy/tasks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- session ---- */

static int session_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    int rc = task_guard(p);
    if (rc < 0 && rc != -EPERM)
        return rc;
    pid_t session = getsid(p->pid);
    if (session < 0)
        return -errno;
    snprintf(value, KNOB_VALUE_MAX, "%s", session == (p->pid ? p->pid : getpid()) ? "own" : "shared");
    return 0;
}

static int session_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    if (strcmp(value, "own") == 0 || (strcmp(value, "shared") == 0 && !p->pid))
        return 0;
    snprintf(why, KNOB_WHY, "%s is own, or shared of a program that is about to start; this is \"%.40s\"", k->name,
             value);
    return -EINVAL;
}

static int session_write(const struct knob *k, const struct place *p, const char *value)
{
    (void)k;
    if (*p->root || strcmp(value, "own") != 0)
        return *p->root ? -ENODEV : -EINVAL;
    if (p->pid && p->pid != getpid())
        return -EPERM;
    return getsid(0) == getpid() ? 0 : setsid() < 0 ? -errno : 0;
}

/* ---- autogroup ---- */

static int autogroup_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    int64_t on;
    (void)k;
    if (os_read_i64(p->root, "/proc/sys/kernel/sched_autogroup_enabled", &on) < 0)
        snprintf(why, KNOB_WHY, "this kernel has no autogroups");
    else if (on == 0)
        snprintf(why, KNOB_WHY, "autogroups are switched off (kernel.sched_autogroup_enabled)");
    else
        return 0;
    return -ENODEV;
}

/* "/autogroup-118 nice -10" */
static int autogroup_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    char text[KNOB_VALUE_MAX];
    int nice, rc = sysfile_read(k, p, text);
    if (rc < 0)
        return rc;
    const char *number = strstr(text, "nice ");
    if (sscanf(number ? number + 5 : text, "%d", &nice) != 1)
        return p->pid ? -ENODEV : -ENODATA; /* in none its file is empty; a program gets one with its session */
    snprintf(value, KNOB_VALUE_MAX, "%d", nice);
    return 0;
}

struct autogroup_others {
    const char *root;
    int32_t session;
    int32_t pid; /* whose descendants may share it */
    int32_t found;
};

static void autogroup_other(void *self, const char *name)
{
    struct autogroup_others *o = self;
    int32_t pid = task_number(name);
    struct task t;
    if (!o->found && task_look(o->root, pid, &t) == 0 && t.session == o->session &&
        !task_is_below(o->root, pid, o->pid))
        o->found = pid;
}

/* Would it change tasks that are not the place's own? */
static bool autogroup_is_shared(const struct place *p)
{
    int32_t pid = p->pid ? p->pid : os_pid();
    struct task own;
    if (*p->root || task_look(p->root, pid, &own) < 0 || own.session == pid)
        return false;
    struct autogroup_others o = { .root = p->root, .session = own.session, .pid = pid };
    os_list(p->root, "/proc", autogroup_other, &o);
    return o.found != 0;
}

static int autogroup_writable(const struct knob *k, const struct place *p)
{
    int rc = p->pid && !*p->root ? task_guard(p) : 0;
    if (rc == 0)
        rc = sysfile_writable(k, p);
    return rc == 0 && p->pid && autogroup_is_shared(p) ? -EBUSY : rc;
}

static int autogroup_allowed(const struct knob *k, const struct place *p, const char *value)
{
    (void)k;
    int nice = atoi(value);
    return *p->root || nice >= 0 || task_may_lower_nice(nice) ? 0 : -EPERM;
}

/* Without CAP_SYS_ADMIN the kernel takes one write in 100 ms of all users together (kernel/sched/autogroup.c). */
static int autogroup_write(const struct knob *k, const struct place *p, const char *value)
{
    enum { TRIES = 10 };
    int rc = *p->root ? 0 : task_guard(p);
    if (rc == 0 && autogroup_is_shared(p))
        rc = -EBUSY;
    if (rc < 0)
        return rc;
    for (int i = 0; i < TRIES; i++) {
        rc = sysfile_write(k, p, value);
        if (rc != -EAGAIN)
            break;
        os_sleep_until(os_mono_ns() + 60000000);
    }
    return rc;
}

const struct knob knobs_session[] = {
    { .name = "session", .doc = "a session of its own: a share of the processor beside the others",
      .class = KNOB_PROCESS, .type = KNOB_CHOICE, .choices = "own shared", .risk = RISK_NONE, .self_only = true,
      .anew = "shared",
      .needs = "", .reverts = "ends with the program", .caution = "it has no controlling terminal",
      .read = session_read, .check = session_check, .write = session_write },
    { .name = "autogroup", .doc = "the weight of its session against others, as a nice value", .class = KNOB_PROCESS,
      .type = KNOB_WHOLE, .min = -15, .max = 19, .risk = RISK_OTHERS, .needs = "CAP_SYS_NICE below 0",
      .reverts = "ends with the session", .caution = "other sessions wait longer", .arg = "/proc/%d/autogroup",
      .owner = "sched", .anew = "0", .probe = autogroup_probe,
      .read = autogroup_read, .writable = autogroup_writable, .allowed = autogroup_allowed, .write = autogroup_write },
    { 0 },
};
