/* A made-up machine for the tests of `sonde top`: 90 ticks of every area, and some processes. */
#ifndef TESTS_UNIT_TOP_SAMPLE_H
#define TESTS_UNIT_TOP_SAMPLE_H

#include "app/top/top.h"

/*
 * Fills t, which the test releases with top_done(). Four cores; at tick 60 stress-ng-vm begins to fill
 * the memory; with `devices`, also two graphics processors, sensors and a battery.
 */
void sample_top(struct top *t, bool utf8, bool devices);

/* One more tick: the processes as they were, but what `change` does to them (NULL for nothing). */
void sample_tick(struct top *t, void (*change)(struct proctab *p));

struct proc *sample_proc(struct proctab *t, int pid); /* NULL where there is none */

#endif
