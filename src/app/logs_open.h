/* Opens the logs of this machine, or those that a person names, as one stream of lines. */
#ifndef APP_LOGS_OPEN_H
#define APP_LOGS_OPEN_H

#include "analyze/logs/log_picks.h"
#include "analyze/logs/log_reader.h"
#include "core/config.h"

/* For the table of a command that looks at anomalies. */
#define LOGS_OPTION \
    { "logs", 0, OPTION_FILE, "PATH", \
      .help = "where the logs of that machine lie: a directory of journal or syslog files, or one such file" }

#define LOGS_PRIVATE "log lines are not read here: privacy.collect_log_lines is off"

#define LOGS_ELSEWHERE "the logs of the machine that was recorded are not here; --logs PATH says where they are"

/* May lines of logs be read at all? Else why not, borrowed for ever. */
bool logs_allowed(const struct config *c, const char **why);

/*
 * The journal, and where it cannot be read files of syslog and the ring of the kernel, as the section logs of the
 * configuration says; files that it names in any case. At their ends. *out is the caller's. -ENODATA: there is none that
 * can be read, and why.
 *
 *   named  only what the configuration names: of a recorded machine, whose logs are not those of this one
 */
int logs_open_machine(const struct config *c, bool named, struct log_reader **out, char why[static LOG_REASON]);

/* The same of a path; relative ones are fine. What is wrong was said. */
int logs_open_path(const char *path, struct log_reader **out);

int64_t logs_window_ms(const struct config *c);

#endif
