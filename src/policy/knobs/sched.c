/*
 * sched.c - how the scheduler treats a task: nice, class, request slice, utilisation clamps, processors (sched(7),
 * sched_setattr(2), sched_setaffinity(2)).
 *
 * sched_setattr(2) sets everything at once, so the old attributes are read first and one field of them changed. The C
 * library got it with glibc 2.41; here the system call is made.
 */
#include "policy/cpus.h"
#include "policy/knobs/task.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OTHER = 0, FIFO = 1, RR = 2, BATCH = 3, IDLE = 5, DEADLINE = 6 };
enum { RESET_ON_FORK = 0x1, CLAMP_MIN = 0x20, CLAMP_MAX = 0x40 };

#define SCHED_RT_TIME_US 200000 /* what a real-time task may run without a pause */
#define SCHED_RT_PRIORITY 20    /* audio and the threads of the kernel stand above */

struct attributes { /* struct sched_attr of include/uapi/linux/sched/types.h */
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};

static int sched_get(int32_t tid, struct attributes *a)
{
    *a = (struct attributes){ 0 };
    return syscall(SYS_sched_getattr, tid, a, (unsigned)sizeof *a, 0u) < 0 ? -errno : 0;
}

static int sched_set(int32_t tid, struct attributes *a)
{
    a->size = sizeof *a;
    return syscall(SYS_sched_setattr, tid, a, 0u) < 0 ? -errno : 0;
}

static bool sched_is_fair(const struct attributes *a)
{
    return a->policy == OTHER || a->policy == BATCH;
}

/* ---- nice ---- */

static int nice_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, (id_t)tid);
    if (nice == -1 && errno)
        return -errno;
    snprintf(value, KNOB_VALUE_MAX, "%d", nice);
    return 0;
}

static int nice_set(const struct knob *k, int32_t tid, const char *value)
{
    (void)k;
    return setpriority(PRIO_PROCESS, (id_t)tid, atoi(value)) < 0 ? -errno : 0;
}

/* ---- class ---- */

static const struct { const char *name; uint32_t policy; } sched_classes[] = {
    { "other", OTHER }, { "batch", BATCH }, { "idle", IDLE },
};

static int class_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    struct attributes a;
    int rc = sched_get(tid, &a);
    for (size_t i = 0; rc == 0 && i < sizeof sched_classes / sizeof *sched_classes; i++)
        if (sched_classes[i].policy == a.policy) {
            snprintf(value, KNOB_VALUE_MAX, "%s", sched_classes[i].name);
            return 0;
        }
    return rc < 0 ? rc : -ENODEV; /* real-time ones are other knobs; 7 is that of an scx scheduler */
}

static int class_set(const struct knob *k, int32_t tid, const char *value)
{
    struct attributes a;
    char now[KNOB_VALUE_MAX];
    int rc = class_get(k, tid, now);
    if (rc == 0)
        rc = sched_get(tid, &a);
    if (rc < 0)
        return rc;
    a.policy = strcmp(value, "batch") == 0 ? BATCH : strcmp(value, "idle") == 0 ? IDLE : OTHER;
    a.priority = 0;
    return sched_set(tid, &a);
}

/* ---- real time ---- */

/* The attributes, to make a real-time task of it or an ordinary one again, with its nice value. -EBUSY: it is of a
 * class that could not be given back. */
static int sched_get_apart(int32_t tid, struct attributes *a)
{
    int rc = sched_get(tid, a);
    if (rc < 0)
        return rc;
    errno = 0;
    a->nice = getpriority(PRIO_PROCESS, (id_t)tid);
    return a->nice == -1 && errno ? -errno : a->policy == BATCH || a->policy == IDLE ? -EBUSY : 0;
}

static int rt_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    struct attributes a;
    int rc = sched_get(tid, &a);
    if (rc == 0 && (a.policy == RR || a.policy == FIFO))
        snprintf(value, KNOB_VALUE_MAX, "%s:%u", a.policy == RR ? "rr" : "fifo", a.priority);
    else if (rc == 0)
        snprintf(value, KNOB_VALUE_MAX, "none");
    return rc;
}

static bool rt_parse(const char *value, uint32_t *policy, uint32_t *priority)
{
    char end;
    *policy = strncmp(value, "rr:", 3) == 0 ? RR : FIFO;
    *priority = 0;
    return strcmp(value, "none") == 0 || (sscanf(value, "rr:%u%c", priority, &end) == 1 && *priority) ||
           (sscanf(value, "fifo:%u%c", priority, &end) == 1 && *priority);
}

static int rt_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    uint32_t policy, priority;
    if (rt_parse(value, &policy, &priority) && priority <= SCHED_RT_PRIORITY)
        return 0;
    snprintf(why, KNOB_WHY, "%s takes none, rr:1 to rr:%d or fifo:1 to fifo:%d; this is \"%.40s\"", k->name,
             SCHED_RT_PRIORITY, SCHED_RT_PRIORITY, value);
    return priority > SCHED_RT_PRIORITY ? -ERANGE : -EINVAL;
}

/* How long it may run without a pause; then SIGXCPU ends it, before the whole machine hangs. A limit that is shorter is
 * none of ours, and stays. */
static int rt_limit(int32_t tid, bool on)
{
    struct rlimit r;
    if (prlimit(tid, RLIMIT_RTTIME, NULL, &r) < 0)
        return -errno;
    if (on ? r.rlim_cur <= SCHED_RT_TIME_US : r.rlim_cur != SCHED_RT_TIME_US)
        return 0;
    r.rlim_cur = on ? SCHED_RT_TIME_US : r.rlim_max;
    return prlimit(tid, RLIMIT_RTTIME, &r, NULL) < 0 ? -errno : 0;
}

static int rt_set(const struct knob *k, int32_t tid, const char *value)
{
    (void)k;
    struct attributes a;
    uint32_t policy, priority;
    if (!rt_parse(value, &policy, &priority))
        return -EINVAL;
    int rc = sched_get_apart(tid, &a);
    if (rc == 0)
        rc = a.policy == DEADLINE ? -EBUSY : rt_limit(tid, priority > 0);
    if (rc < 0)
        return rc;
    a.policy = priority ? policy : OTHER;
    a.priority = priority;
    a.flags = priority ? RESET_ON_FORK : 0;
    rc = sched_set(tid, &a);
    if (rc < 0 && priority)
        rt_limit(tid, false);
    return rc;
}

/* ---- deadline ---- */

static int deadline_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    struct attributes a;
    int rc = sched_get(tid, &a);
    if (rc == 0 && a.policy == DEADLINE)
        snprintf(value, KNOB_VALUE_MAX, "%llu/%llu/%llu", (unsigned long long)a.runtime, (unsigned long long)a.deadline,
                 (unsigned long long)a.period);
    else if (rc == 0)
        snprintf(value, KNOB_VALUE_MAX, "none");
    return rc;
}

/* All 0 for "none". */
static bool deadline_parse(const char *value, unsigned long long v[static 3])
{
    char end;
    v[0] = v[1] = v[2] = 0;
    return strcmp(value, "none") == 0 || sscanf(value, "%llu/%llu/%llu%c", &v[0], &v[1], &v[2], &end) == 3;
}

static int deadline_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    unsigned long long v[3];
    if (!deadline_parse(value, v)) {
        snprintf(why, KNOB_WHY, "%s takes none, or runtime/deadline/period in ns; this is \"%.40s\"", k->name, value);
        return -EINVAL;
    }
    bool none = strcmp(value, "none") == 0;
    bool ordered = v[0] >= 10000 && v[0] <= v[1] && v[1] <= v[2];
    if (none || (ordered && v[2] >= 100000 && v[2] <= 1000000000 && v[0] <= v[2] / 2))
        return 0;
    snprintf(why, KNOB_WHY, "%s: 10 us <= runtime <= deadline <= period, which is 100 us to 1 s, and runtime is half "
             "of it at most, so that others run; this is \"%.60s\"", k->name, value);
    return -ERANGE;
}

static int deadline_set(const struct knob *k, int32_t tid, const char *value)
{
    (void)k;
    struct attributes a;
    unsigned long long v[3];
    if (!deadline_parse(value, v))
        return -EINVAL;
    int rc = sched_get_apart(tid, &a);
    if (rc == 0 && (a.policy == RR || a.policy == FIFO))
        rc = -EBUSY;
    if (rc < 0)
        return rc;
    a.policy = v[0] ? DEADLINE : OTHER;
    a.flags = v[0] ? RESET_ON_FORK : 0; /* it may not fork otherwise */
    a.priority = 0;
    a.runtime = v[0];
    a.deadline = v[1];
    a.period = v[2];
    return sched_set(tid, &a);
}

/* ---- slice ---- */

static int slice_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    struct attributes a;
    int rc = sched_get(tid, &a);
    if (rc < 0)
        return rc;
    if (!sched_is_fair(&a) || a.runtime == 0) /* 0: a kernel before 6.12 */
        return -ENODEV;
    snprintf(value, KNOB_VALUE_MAX, "%llu", (unsigned long long)a.runtime);
    return 0;
}

static int slice_set(const struct knob *k, int32_t tid, const char *value)
{
    (void)k;
    struct attributes a;
    int rc = sched_get(tid, &a);
    if (rc < 0)
        return rc;
    if (!sched_is_fair(&a) || a.runtime == 0)
        return -ENODEV;
    a.runtime = strtoull(value, NULL, 10);
    return sched_set(tid, &a);
}

static int slice_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    char value[KNOB_VALUE_MAX];
    int rc = task_guard(p);
    if (rc == 0)
        rc = slice_get(k, p->pid, value);
    if (rc == -ENODEV && !*p->root)
        snprintf(why, KNOB_WHY, "it needs Linux 6.12, and a task of the classes other and batch");
    return rc;
}

/* ---- clamps of utilisation ---- */

static int clamp_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    struct attributes a;
    int rc = sched_get(tid, &a);
    if (rc < 0)
        return rc;
    if (a.util_max == 0) /* as it is where the kernel has none; 1024 where nothing is clamped */
        return -ENODEV;
    snprintf(value, KNOB_VALUE_MAX, "%u", strcmp(k->arg, "min") == 0 ? a.util_min : a.util_max);
    return 0;
}

static int clamp_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    char value[KNOB_VALUE_MAX];
    int rc = task_guard(p);
    if (rc == 0)
        rc = clamp_get(k, p->pid, value);
    if (rc == -ENODEV && !*p->root)
        snprintf(why, KNOB_WHY, "this kernel has no clamps of utilisation");
    return rc;
}

static int clamp_set(const struct knob *k, int32_t tid, const char *value)
{
    struct attributes a;
    int rc = sched_get(tid, &a);
    if (rc < 0)
        return rc;
    bool is_min = strcmp(k->arg, "min") == 0;
    *(is_min ? &a.util_min : &a.util_max) = (uint32_t)strtoul(value, NULL, 10);
    a.flags |= is_min ? CLAMP_MIN : CLAMP_MAX;
    rc = sched_set(tid, &a);
    return rc == -EOPNOTSUPP ? -ENODEV : rc;
}

/* ---- processors ---- */

static int affinity_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    unsigned long mask[8192 / (8 * sizeof(unsigned long))] = { 0 }; /* the kernel's largest */
    struct cpus c = { 0 };
    if (syscall(SYS_sched_getaffinity, tid, sizeof mask, mask) < 0)
        return -errno;
    for (int i = 0; i < CPUS_MAX; i++)
        if (mask[(size_t)i / (8 * sizeof *mask)] >> (size_t)i % (8 * sizeof *mask) & 1)
            cpus_add(&c, i);
    return cpus_put(&c, value, KNOB_VALUE_MAX);
}

static int affinity_set(const struct knob *k, int32_t tid, const char *value)
{
    (void)k;
    struct cpus c;
    int rc = cpus_parse(value, &c);
    return rc < 0 ? rc : syscall(SYS_sched_setaffinity, tid, sizeof c.word, c.word) < 0 ? -errno : 0;
}

static int affinity_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    struct cpus wanted, online;
    char all[KNOB_VALUE_MAX];
    if (cpus_parse(value, &wanted) < 0 || cpus_read(p->root, "/sys/devices/system/cpu/online", &online) < 0 ||
        cpus_within(&wanted, &online))
        return 0;
    if (cpus_put(&online, all, sizeof all) < 0)
        snprintf(all, sizeof all, "others");
    snprintf(why, KNOB_WHY, "%s: the processors that are there are %.60s; this is %.60s", k->name, all, value);
    return -ERANGE;
}

#define ATTRIBUTE(name)                                                                                                \
    static const struct task_attribute name##_attribute = { name##_get, name##_set };                                  \
    static int name##_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])             \
    {                                                                                                                  \
        return task_read(&name##_attribute, k, p, value);                                                              \
    }                                                                                                                  \
    static int name##_write(const struct knob *k, const struct place *p, const char *value)                            \
    {                                                                                                                  \
        return task_write(&name##_attribute, k, p, value);                                                             \
    }

ATTRIBUTE(nice)
ATTRIBUTE(class)
ATTRIBUTE(rt)
ATTRIBUTE(deadline)
ATTRIBUTE(slice)
ATTRIBUTE(clamp)
ATTRIBUTE(affinity)

/* What is lowered without the right to raise it again could not be set back: of a running task it is refused. */
static int back_writable(const struct knob *k, const struct place *p)
{
    int rc = task_writable(k, p);
    return rc == 0 && p->pid && !task_capable(p->root, TASK_SYS_NICE) ? -EPERM : rc;
}

static int nice_allowed(const struct knob *k, const struct place *p, const char *value)
{
    char now[KNOB_VALUE_MAX];
    int nice = atoi(value);
    return nice_read(k, p, now) < 0 || nice >= atoi(now) || task_may_lower_nice(nice) ? 0 : -EPERM;
}

static int right_writable(const struct knob *k, const struct place *p)
{
    int rc = task_writable(k, p);
    return rc == 0 && !task_capable(p->root, TASK_SYS_NICE) ? -EPERM : rc;
}

#define TASK .class = KNOB_PROCESS, .reverts = "ends with the process"

const struct knob knobs_sched[] = {
    { TASK, .name = "nice", .doc = "its weight within its session or control group", .type = KNOB_WHOLE, .min = -15,
      .max = 19, .risk = RISK_OTHERS, .needs = "CAP_SYS_NICE below 0 or while it runs", .owner = "nice",
      .caution = "with autogroups it counts in its own session only", .read = nice_read, .writable = back_writable,
      .allowed = nice_allowed, .write = nice_write },
    { TASK, .name = "sched", .doc = "its class: batch is not woken at once, idle runs when nothing else does",
      .type = KNOB_CHOICE, .choices = "other batch idle", .risk = RISK_SELF,
      .needs = "CAP_SYS_NICE while it runs", .caution = "an idle task beside busy ones may not run at all",
      .read = class_read, .writable = back_writable, .write = class_write },
    { TASK, .name = "rt", .doc = "a real-time class: it runs before all others", .type = KNOB_TEXT, .opt_in = true,
      .risk = RISK_MACHINE, .needs = "CAP_SYS_NICE", .caution = "what does not pause is ended after 200 ms",
      .read = rt_read, .check = rt_check, .writable = right_writable, .write = rt_write },
    { TASK, .name = "deadline", .doc = "so much time in every period: runtime/deadline/period", .type = KNOB_TEXT,
      .unit = "ns", .opt_in = true, .risk = RISK_MACHINE, .needs = "CAP_SYS_NICE",
      .caution = "what needs longer is stopped",
      .read = deadline_read, .check = deadline_check, .writable = right_writable, .write = deadline_write },
    { TASK, .name = "slice", .doc = "how long it asks to run at a time: short is served sooner", .type = KNOB_WHOLE,
      .min = 100000, .max = 100000000, .unit = "ns", .risk = RISK_SELF, .needs = "", .caution = "",
      .owner = "sched", .probe = slice_probe, .read = slice_read, .writable = task_writable, .write = slice_write },
    { TASK, .name = "uclamp.min", .doc = "the use that schedutil takes it for, at least", .arg = "min", .type = KNOB_WHOLE,
      .max = 1024, .risk = RISK_SELF, .needs = "CAP_SYS_NICE while it runs", .caution = "more power",
      .probe = clamp_probe, .read = clamp_read, .writable = back_writable, .write = clamp_write },
    { TASK, .name = "uclamp.max", .doc = "the use that schedutil takes it for, at most", .arg = "max", .type = KNOB_WHOLE,
      .min = 1, .max = 1024, .risk = RISK_SELF, .needs = "CAP_SYS_NICE while it runs", .caution = "slower",
      .probe = clamp_probe, .read = clamp_read, .writable = back_writable, .write = clamp_write },
    { TASK, .name = "affinity", .doc = "the processors on which it may run", .type = KNOB_CPUS, .risk = RISK_SELF,
      .needs = "", .caution = "it waits for whatever else runs there", .read = affinity_read, .check = affinity_check,
      .writable = task_writable, .write = affinity_write },
    { 0 },
};
