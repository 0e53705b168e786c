/* An entry in the log of the system, of alerts and of what `sonde check` found. */
#ifndef ALERT_TO_LOG_H
#define ALERT_TO_LOG_H

#include "alert/receiver.h"
#include "os/syslog.h"

struct log_paths {
    const char *journal, *dev_log;
};

#define LOG_PATHS ((struct log_paths){ OS_JOURNAL, OS_DEV_LOG })

struct log_words {
    const char *text;       /* one line */
    int priority;           /* 0..7 */
    const char *kind;       /* "alert", "finding" */
    const char *severity;
    const char *state, *rule, *metric, *value, *unit, *id; /* NULL or "": not said */
};

int log_priority(enum severity s, enum news n);

/* Writes an entry to the first that takes it. Returns its name for people, "the journal"; NULL, and *rc, when none
 * did. */
const char *log_entry(const struct log_paths *at, const struct log_words *w, int *rc);

#endif
