/* All rules. */
#ifndef ANALYZE_INSIGHTS_RULES_H
#define ANALYZE_INSIGHTS_RULES_H

#include "analyze/insights/rule.h"

rule rule_cpu_saturated, rule_run_queue, rule_steal, rule_one_core, rule_wake_ups,
     rule_cgroup_throttled;                                                                          /* cpu.c */
rule rule_memory_full, rule_swap_storm, rule_memory_pressure, rule_major_faults, rule_oom_kill,
     rule_cgroup_memory;                                                                             /* memory.c */
rule rule_process_grows;                                                                             /* leak.c */
rule rule_mount_silent, rule_disk_full, rule_inodes_full, rule_disk_saturated, rule_disk_slow, rule_iowait,
     rule_io_pressure;                                                                               /* disk.c */
rule rule_net_errors, rule_net_drops, rule_retransmits;                                              /* network.c */
rule rule_zombies, rule_stuck, rule_fork_storm;                                                      /* processes.c */
rule rule_temperature, rule_throttling, rule_battery_low, rule_battery_worn;                         /* power.c */
rule rule_two_tuners, rule_knob_conflict;                                                             /* tuning.c */
rule rule_gaps;                                                                                      /* self.c */

#endif
