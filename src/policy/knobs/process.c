/*
 * process.c - what else can be set of a process: order of storage, exactness of timers, huge pages, who is killed
 * first when memory runs out (ioprio_set(2), prctl(2), proc(5)).
 */
#include "os/os.h"
#include "policy/knobs/sysfile.h"
#include "policy/knobs/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- storage ---- */

enum { IO_NONE, IO_RT, IO_BE, IO_IDLE }; /* include/uapi/linux/ioprio.h */
enum { IO_PROCESS = 1, IO_CLASS_SHIFT = 13 };

static int ioprio_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    long v = syscall(SYS_ioprio_get, IO_PROCESS, tid);
    if (v < 0)
        return -errno;
    int class = (int)(v >> IO_CLASS_SHIFT) & 7, level = (int)(v & 7);
    if (class == IO_RT || class == IO_BE)
        snprintf(value, KNOB_VALUE_MAX, "%s/%d", class == IO_RT ? "rt" : "be", level);
    else
        snprintf(value, KNOB_VALUE_MAX, "%s", class == IO_IDLE ? "idle" : "none");
    return 0;
}

/* -1: it is none */
static int ioprio_parse(const char *value)
{
    if (strcmp(value, "none") == 0)
        return IO_NONE << IO_CLASS_SHIFT;
    if (strcmp(value, "idle") == 0)
        return IO_IDLE << IO_CLASS_SHIFT;
    bool rt = strncmp(value, "rt/", 3) == 0;
    if ((!rt && strncmp(value, "be/", 3) != 0) || value[3] < '0' || value[3] > '7' || value[4])
        return -1;
    return (rt ? IO_RT : IO_BE) << IO_CLASS_SHIFT | (value[3] - '0');
}

static int ioprio_set(const struct knob *k, int32_t tid, const char *value)
{
    (void)k;
    int v = ioprio_parse(value);
    return v < 0 ? -EINVAL : syscall(SYS_ioprio_set, IO_PROCESS, tid, v) < 0 ? -errno : 0;
}

static int ioprio_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    bool rt = strcmp(k->arg, "rt") == 0;
    int v = ioprio_parse(value);
    if (v >= 0 && rt == (v >> IO_CLASS_SHIFT == IO_RT))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes %s; this is \"%.40s\"", k->name,
             rt ? "rt/0 to rt/7" : "be/0 to be/7, idle or none", value);
    return -EINVAL;
}

static const struct task_attribute ioprio_attribute = { ioprio_get, ioprio_set };

static int ioprio_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    return task_read(&ioprio_attribute, k, p, value);
}

static int ioprio_write(const struct knob *k, const struct place *p, const char *value)
{
    return task_write(&ioprio_attribute, k, p, value);
}

/* One that is served first may give that up, and not have it back. */
static int ioprio_allowed(const struct knob *k, const struct place *p, const char *value)
{
    (void)k;
    return strncmp(value, "rt/", 3) != 0 || task_capable(p->root, TASK_SYS_ADMIN) ? 0 : -EPERM;
}

static int ioprio_rt_writable(const struct knob *k, const struct place *p)
{
    int rc = task_writable(k, p);
    return rc == 0 && !task_capable(p->root, TASK_SYS_ADMIN) ? -EPERM : rc;
}

/* ---- timers ---- */

static int slack_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    if (tid)
        return sysfile_read(k, &(struct place){ .root = "", .pid = tid }, value);
    int ns = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    snprintf(value, KNOB_VALUE_MAX, "%d", ns);
    return ns < 0 ? -errno : 0;
}

static int slack_set(const struct knob *k, int32_t tid, const char *value)
{
    if (tid)
        return sysfile_write(k, &(struct place){ .root = "", .pid = tid }, value);
    return prctl(PR_SET_TIMERSLACK, strtoul(value, NULL, 10), 0, 0, 0) < 0 ? -errno : 0;
}

static const struct task_attribute slack_attribute = { slack_get, slack_set };

static int slack_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    return *p->root ? sysfile_read(k, p, value) : task_read(&slack_attribute, k, p, value);
}

static int slack_write(const struct knob *k, const struct place *p, const char *value)
{
    return *p->root ? sysfile_write(k, p, value) : task_write(&slack_attribute, k, p, value);
}

static int slack_writable(const struct knob *k, const struct place *p)
{
    if (*p->root)
        return sysfile_writable(k, p);
    int rc = task_guard(p);
    return rc == 0 && p->pid && !task_capable(p->root, TASK_SYS_NICE) ? -EPERM : rc;
}

/* ---- huge pages ---- */

static int thp_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    char path[64], text[4096];
    int on;
    (void)k;
    snprintf(path, sizeof path, p->pid ? "/proc/%d/status" : "/proc/self/status", p->pid);
    int rc = os_read_text(p->root, path, text, sizeof text);
    if (rc < 0)
        return rc == -ENOENT && p->pid ? -ESRCH : rc;
    const char *line = strstr(text, "\nTHP_enabled:");
    if (!line || sscanf(line, "\nTHP_enabled: %d", &on) != 1)
        return -ENODEV;
    snprintf(value, KNOB_VALUE_MAX, "%s", on ? "allowed" : "disabled");
    return 0;
}

static int thp_write(const struct knob *k, const struct place *p, const char *value)
{
    (void)k;
    if (*p->root)
        return -ENODEV;
    if (p->pid && p->pid != os_pid())
        return -EPERM;
    return prctl(PR_SET_THP_DISABLE, strcmp(value, "disabled") == 0, 0, 0, 0) < 0 ? -errno : 0;
}

/* ---- memory ---- */

static int oom_write(const struct knob *k, const struct place *p, const char *value)
{
    int rc = *p->root ? 0 : task_guard(p);
    return rc < 0 ? rc : sysfile_write(k, p, value);
}

static int oom_allowed(const struct knob *k, const struct place *p, const char *value)
{
    char now[KNOB_VALUE_MAX];
    bool lower = sysfile_read(k, p, now) == 0 && atoi(value) < atoi(now);
    return *p->root || !lower || task_capable(p->root, TASK_SYS_RESOURCE) ? 0 : -EPERM;
}

static int oom_writable(const struct knob *k, const struct place *p)
{
    int rc = *p->root ? 0 : task_guard(p);
    return rc < 0 ? rc : sysfile_writable(k, p);
}

#define TASK .class = KNOB_PROCESS, .reverts = "ends with the process"

const struct knob knobs_process[] = {
    { TASK, .name = "ioprio", .doc = "when storage serves it: be/0 first, be/7 last, idle when nothing else asks",
      .type = KNOB_TEXT, .risk = RISK_SELF, .needs = "", .arg = "",
      .caution = "the schedulers bfq and mq-deadline heed it",
      .read = ioprio_read, .check = ioprio_check, .writable = task_writable, .allowed = ioprio_allowed,
      .write = ioprio_write },
    { TASK, .name = "ioprio.rt", .doc = "storage serves it before all others: rt/0 to rt/7", .type = KNOB_TEXT, .arg = "rt",
      .opt_in = true, .risk = RISK_OTHERS, .needs = "CAP_SYS_ADMIN", .caution = "others may wait without end",
      .read = ioprio_read, .check = ioprio_check, .writable = ioprio_rt_writable, .write = ioprio_write },
    { TASK, .name = "timer.slack", .doc = "how much later than asked its timers may end", .type = KNOB_WHOLE, .min = 1,
      .max = 100000000, .unit = "ns", .risk = RISK_SELF, .needs = "CAP_SYS_NICE while it runs",
      .arg = "/proc/%d/timerslack_ns", .caution = "more: a poller looks less often; less: more wake-ups",
      .read = slack_read, .writable = slack_writable, .write = slack_write },
    { TASK, .name = "thp", .doc = "may the kernel give it huge pages?", .type = KNOB_CHOICE, .choices = "allowed disabled",
      .risk = RISK_SELF, .needs = "", .self_only = true, .caution = "", .read = thp_read, .write = thp_write },
    { TASK, .name = "oom", .doc = "whether it is killed first when memory runs out: less is later", .type = KNOB_WHOLE,
      .min = -500, .max = 1000, .risk = RISK_OTHERS, .needs = "CAP_SYS_RESOURCE to lower it",
      .arg = "/proc/%d/oom_score_adj", .caution = "something else is killed instead",
      .read = sysfile_read, .writable = oom_writable, .allowed = oom_allowed, .write = oom_write },
    { 0 },
};
