/*
 * Knobs that are an attribute of a task: what they share.
 *
 * Most attributes belong to a thread, and those that a thread starts inherit them. A knob of a running process means
 * its first thread and those that stand as that does: a thread that was set apart (a real-time one of audio, say)
 * stays as it is, and so it does when the knob is set back.
 */
#ifndef POLICY_KNOBS_TASK_H
#define POLICY_KNOBS_TASK_H

#include "policy/knob.h"

enum task_capability { TASK_NET_ADMIN = 12, TASK_SYS_ADMIN = 21, TASK_SYS_NICE = 23, TASK_SYS_RESOURCE = 24 };

/* Does this process have it, by /proc/self/status below the root? */
bool task_capable(const char *root, enum task_capability c);

/*
 * May the task of a place be touched at all? -ESRCH: it is gone, or another has its number. -EPERM: it is process 1 or
 * a thread of the kernel, which are never touched. -ENODEV: it is one of a recorded machine, which cannot be asked.
 */
int task_guard(const struct place *p);

/* An attribute of one thread; tid 0 is the calling one. */
struct task_attribute {
    int (*read)(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX]);
    int (*write)(const struct knob *k, int32_t tid, const char *value);
};

int task_read(const struct task_attribute *a, const struct knob *k, const struct place *p,
              char value[static KNOB_VALUE_MAX]);

/* Of all threads of the process that stand as the first. After an error they are as they were. */
int task_write(const struct task_attribute *a, const struct knob *k, const struct place *p, const char *value);

/* For knob.writable: ourselves and our children may be set; others with CAP_SYS_NICE only. */
int task_writable(const struct knob *k, const struct place *p);

/* May this process lower a nice value to this one: by right, or by its limit (RLIMIT_NICE, getrlimit(2))? */
bool task_may_lower_nice(int to);

/* Is a task a descendant of another, or that task itself? */
bool task_is_below(const char *root, int32_t pid, int32_t ancestor);

#endif
