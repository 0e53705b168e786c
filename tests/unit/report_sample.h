/* A report made by hand: every part filled, hostile names included.
 * For the tests of its outputs. */
#ifndef TESTS_UNIT_REPORT_SAMPLE_H
#define TESTS_UNIT_REPORT_SAMPLE_H

#include "analyze/report.h"

/* 60 ticks of 1 s from 2026-11-22 10:30:00 UTC:
 * cpu, memory, disk, network, a sensor, power, pressure. */
struct recording *sample_recording(void);

/* Over such a recording: one anomaly, one warning, two states, one trend. For report_free(). */
struct report *sample_report(const struct recording *rec);

#endif
