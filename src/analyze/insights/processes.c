/* processes.c - rules about processes as a crowd: dead, stuck, born in swarms. */
#include "analyze/insights/rules.h"

#define ZOMBIES 20.0
#define STUCK 5.0
#define FORKS 500.0  /* 1/s */

void rule_zombies(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "process.zombies", NULL), ZOMBIES, &h))
        return;
    struct insight *i = insight_new(in, "zombies", NULL, SEVERITY_NOTICE, AREA_PROCESSES, h.since);
    insight_title(i, "Up to %.0f processes have ended and nobody has asked how", h.extreme);
    insight_held(in, i, "process.zombies above 20", &h);
    insight_advice(i, "Their parent forgets to wait for them: `ps -eo ppid,stat,comm | grep ' Z'` "
                      "shows it; restart it.");
}

void rule_stuck(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "process.uninterruptible", NULL), STUCK, &h))
        return;
    struct insight *i = insight_new(in, "stuck-processes", NULL, SEVERITY_NOTICE, AREA_DISK,
                                    h.since);
    insight_title(i, "%.0f processes wait for a device and cannot be interrupted", h.mean);
    insight_held(in, i, "process.uninterruptible above 5", &h);
    insight_advice(i, "A disk or a network file system does not answer: see the kernel's messages "
                      "(journalctl -k).");
}

void rule_fork_storm(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "process.forks.rate", NULL), FORKS, &h))
        return;
    struct insight *i = insight_new(in, "fork-storm", NULL, SEVERITY_WARNING, AREA_PROCESSES,
                                    h.since);
    insight_title(i, "%.0f processes and threads are started every second", h.mean);
    insight_held(in, i, "process.forks.rate above 500/s", &h);
    insight_culprit(in, i, AREA_PROCESSES, &h);
    insight_advice(
        i,
        "A script or service starts programs in a loop: let one process do the work, or stop it.");
}
