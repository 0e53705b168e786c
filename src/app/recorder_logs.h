/* Lines of logs while it is recorded, for other parts of the recorder. */
#ifndef APP_RECORDER_LOGS_H
#define APP_RECORDER_LOGS_H

#include "analyze/logs/log_line.h"
#include "app/recorder.h"

/*
 * From now on take() gets every line that is read, on the thread that follows the logs, where it may wait for the disk but
 * not for long. To be called while parts are opened, by one that stands behind recorder_logs; leave: by its close(), after
 * which no call comes any more. Lines of the hour before the start come too, where nobody followed them.
 *
 * False: no log is read here, or too many listen.
 */
bool recorder_logs_listen(struct recorder *r, log_taker *take, void *self);
void recorder_logs_leave(struct recorder *r, void *self);

#endif
