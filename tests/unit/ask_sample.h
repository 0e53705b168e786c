/*
 * Machines that are made up, whose every number follows from the time: for questions whose answers are known.
 *
 * All begin on Monday, 2026-11-23 00:00 UTC and end on Wednesday, 2026-11-25 12:00 UTC, an instant every 10 s. Working
 * hours are 8 to 18. What there is of each machine:
 *
 *   day      an ordinary one: processor 8 % at night, 25 % while working, 12 % in the evening; memory 4 GB of 16, 8
 *            while working; on the 24th 14:05:00 to 14:07:00 `render` takes 96 %; booted on the 25th 07:00;
 *            two sessions
 *   night    the same with a disk job on the 25th 02:10 to 02:40: `backup` writes 180 MB/s to sda; an anomaly is known
 *   leak     a laptop: on the 25th `leaky` grows from 00:00 on by 500 MB an hour; its battery loses 10 % an hour from
 *            08:00 on
 *   gpu      a graphics processor, busy (90 %) on the 25th 08:00 to 12:00, throttled by heat 10:00 to 10:30;
 *            its driver was upgraded at 07:50
 *   filling  /data fills: 70 % at the beginning, 5 % more a day
 *   bare     a virtual machine: no sensors, no graphics, no battery, no energy counters
 *   empty    nothing was recorded
 */
#ifndef TESTS_UNIT_ASK_SAMPLE_H
#define TESTS_UNIT_ASK_SAMPLE_H

#include "look/look.h"

#define ASK_SAMPLE_BEGIN INT64_C(1795392000000) /* 2026-11-23 00:00 UTC */
#define ASK_SAMPLE_END (ASK_SAMPLE_BEGIN + INT64_C(60) * 3600000)
#define ASK_SAMPLE_STEP_MS 10000

/* Makes a data directory of a machine; its path into dir. To be removed by os_remove_dir(). */
void ask_sample_make(const char *machine, char dir[static 64]);

extern const char *const ask_sample_machines[]; /* to a NULL */

#endif
