/* Which control groups moved when something happened: services, containers, users. */
#ifndef ANALYZE_MOVED_GROUPS_H
#define ANALYZE_MOVED_GROUPS_H

#include "analyze/report.h"

/* The families of a group's metrics that moved_groups() compares; comma-separated, as schema_match() takes them. */
#define MOVED_GROUPS_FAMILIES \
    "cgroup.cpu.util,cgroup.memory.current,cgroup.io.read.rate,cgroup.io.write.rate,cgroup.pids"

/*
 * Fills a->groups from the rows around a->start, by the measure of a->area: memory, bytes read and written,
 * processes, CPU. None where no group has such a metric or none moved enough.
 */
void moved_groups(const struct recording *r, struct anomaly *a);

#endif
