/* What every instant of a recorder goes to, beside the store, in this order. */
#ifndef APP_RECORDER_PARTS_H
#define APP_RECORDER_PARTS_H

#include "app/recorder.h"
#include "base/json.h"

const struct recorder_part *const *recorder_parts(void); /* NULL-terminated */

/* Puts the members of an open object: session, directory, since when, how much. From any thread. */
void recorder_put_state(struct recorder *r, struct json *j);

extern const struct recorder_part recorder_index, recorder_csv, recorder_flight, recorder_learn, recorder_workload,
    recorder_logs, recorder_changes, recorder_policy, recorder_deeds, recorder_alerts, recorder_push,
    recorder_textfile, recorder_socket;

#endif
