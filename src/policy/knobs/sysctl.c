/*
 * sysctl.c - settings of the kernel in /proc/sys (Documentation/admin-guide/sysctl of the kernel).
 *
 * The settings of the scheduler that older advice names (kernel.sched_latency_ns and its like) went with Linux 6.6;
 * they are no knobs.
 */
#include "policy/knobs/sysfile.h"

#include <string.h>

/* Of a size there are two files, in bytes and in percent; a write to one makes the other 0, which stands for "the other
 * counts" and is never written: it would switch both off. */
static int sysctl_write_pair(const struct knob *k, const struct place *p, const char *value)
{
    return strcmp(value, "0") == 0 ? sysfile_writable(k, p) : sysfile_write(k, p, value);
}

#define SYSCTL                                                                                                         \
    .class = KNOB_SYSTEM, .type = KNOB_WHOLE, .risk = RISK_MACHINE, .needs = "root", .reverts = "written back",        \
    .owner = "sysctl", .list = sysfile_list, .read = sysfile_read, .writable = sysfile_writable
#define PLAIN SYSCTL, .write = sysfile_write
#define PAIR SYSCTL, .write = sysctl_write_pair

const struct knob knobs_sysctl[] = {
    { PLAIN, .name = "vm.swappiness", .doc = "how readily memory of programs is swapped out to keep cached files",
      .arg = "/proc/sys/vm/swappiness", .min = 0, .max = 200, .caution = "" },
    { PAIR, .name = "vm.dirty_ratio", .doc = "memory with unwritten data at which writers must write themselves",
      .arg = "/proc/sys/vm/dirty_ratio", .min = 1, .max = 60, .unit = "percent", .pair = "vm.dirty_bytes",
      .caution = "more is lost when the power fails" },
    { PAIR, .name = "vm.dirty_bytes", .doc = "the same in bytes", .arg = "/proc/sys/vm/dirty_bytes", .min = 1 << 24,
      .max = 17179869184.0, .unit = "bytes", .pair = "vm.dirty_ratio", .caution = "more is lost when the power fails" },
    { PAIR, .name = "vm.dirty_background_ratio", .doc = "memory with unwritten data at which writing starts",
      .arg = "/proc/sys/vm/dirty_background_ratio", .min = 1, .max = 50, .unit = "percent",
      .pair = "vm.dirty_background_bytes", .caution = "more is lost when the power fails" },
    { PAIR, .name = "vm.dirty_background_bytes", .doc = "the same in bytes", .arg = "/proc/sys/vm/dirty_background_bytes",
      .min = 1 << 20, .max = 8589934592.0, .unit = "bytes", .pair = "vm.dirty_background_ratio",
      .caution = "more is lost when the power fails" },
    { PLAIN, .name = "vm.dirty_writeback", .doc = "how often unwritten data is looked for", .unit = "cs",
      .arg = "/proc/sys/vm/dirty_writeback_centisecs", .min = 100, .max = 6000,
      .caution = "more is lost when the power fails" },
    { PLAIN, .name = "vm.stat_interval", .doc = "how often the kernel sums up its counts of memory", .unit = "s",
      .arg = "/proc/sys/vm/stat_interval", .min = 1, .max = 120, .caution = "figures of memory are older" },
    { PLAIN, .name = "net.busy_poll", .doc = "how long poll() looks for packets itself before it sleeps", .unit = "us",
      .arg = "/proc/sys/net/core/busy_poll", .min = 0, .max = 200, .caution = "it burns a processor while it looks" },
    { PLAIN, .name = "net.busy_read", .doc = "how long a read looks for packets itself before it sleeps", .unit = "us",
      .arg = "/proc/sys/net/core/busy_read", .min = 0, .max = 200, .caution = "it burns a processor while it looks" },
    { PLAIN, .name = "kernel.numa_balancing", .doc = "does the kernel move memory to the node that uses it?",
      .arg = "/proc/sys/kernel/numa_balancing", .min = 0, .max = 3, .caution = "faults while it learns who uses what" },
    { PLAIN, .name = "kernel.timer_migration", .doc = "do timers move to processors that are awake?",
      .arg = "/proc/sys/kernel/timer_migration", .min = 0, .max = 1, .caution = "without, more processors wake up" },
    { PLAIN, .name = "kernel.nmi_watchdog", .doc = "is a processor that hangs noticed?",
      .arg = "/proc/sys/kernel/nmi_watchdog", .min = 0, .max = 1, .caution = "without, a hang leaves no trace" },
    { PLAIN, .name = "kernel.split_lock_mitigate", .doc = "is a program slowed down that locks over two cache lines?",
      .arg = "/proc/sys/kernel/split_lock_mitigate", .min = 0, .max = 1, .caution = "without, it slows others down" },
    { 0 },
};
