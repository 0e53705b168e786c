/* What a line of a log says that changed: a service, the link of a network, a disk that failed, memory that ran out. */
#ifndef ANALYZE_CHANGE_OF_LINE_H
#define ANALYZE_CHANGE_OF_LINE_H

#include "analyze/logs/log_line.h"
#include "core/event.h"

#include <stdbool.h>

/*
 * True, and *out is an event of kind EVENT_CHANGE with the line's time, for the recorder's stream. Pure.
 *
 * Only what the system itself says counts - its service manager and its kernel, daemons of the network and of the clock
 * - so that no program can make up a change by what it prints, nor by the name it takes (`claimed` of the line). Of
 * addresses, users and files nothing is taken over. With `names` false a process is told by its number alone.
 */
bool change_of_line(const struct log_line *line, bool names, struct event *out);

#endif
