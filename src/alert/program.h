/* A program that is told of an alert on its input, without a shell: the command of a person, and sendmail. */
#ifndef ALERT_PROGRAM_H
#define ALERT_PROGRAM_H

#include "alert/receiver.h"

struct program {
    const char *const *argv, *const *env; /* NULL-terminated */
    const char *name;         /* as it is called in messages: "the command" */
    const char *limit;        /* the key of its time: "alerts.command_timeout"; NULL: it has none */
    double timeout_s;         /* then it is ended, with all that it started */
};

/*
 * Runs it and waits for its end. 0; its exit status, above 0; -ETIMEDOUT; or why it cannot be run, never -EAGAIN. Why
 * in words, with the first line that it said on stderr.
 */
int program_tell(const struct program *p, const struct buf *input, char why[static RECEIVER_WHY]);

#endif
