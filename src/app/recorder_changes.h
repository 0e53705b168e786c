/* What changed on the machine, as events of the recorder: for whoever hands it lines of logs. */
#ifndef APP_RECORDER_CHANGES_H
#define APP_RECORDER_CHANGES_H

#include "analyze/logs/log_line.h"

/*
 * Takes a line of a log of the system: what it says that changed becomes an event. From any thread; does not wait.
 *
 *   changes  the part's self; NULL: there is none, and nothing is done
 */
void recorder_changes_line(void *changes, const struct log_line *line);

#endif
