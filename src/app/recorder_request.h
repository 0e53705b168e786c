/*
 * What may be asked of a running recorder on its socket: one line, answered by a tape (store/tape.h) or by one
 * JSON object, and that is the end of the connection.
 *
 *   live [MINUTES]          a tape: so many minutes back (default 10), then each instant as it comes
 *   tape SESSION FROM TO    a tape: what was recorded; SESSION "-" for all, times as wall clock ms
 *   state                   JSON: who records what since when, and how much
 *   sessions [N]            JSON: the newest N (default 100)
 *   mark [NOTE]             JSON: are the last minutes kept, with a note, in which folder, and how often is sampled
 *   alerts                  JSON, an object a line: {"server": "sonde", ...}, each alert that lasts and was told, an
 *                           empty object, then each as it is told (alert/message.h), and an empty object now and then
 *
 * Errors are JSON: {"error": "..."}.
 */
#ifndef APP_RECORDER_REQUEST_H
#define APP_RECORDER_REQUEST_H

#include "store/tape.h"

#include <stddef.h>
#include <stdint.h>

#define REQUEST_MAX 512 /* bytes of the line, its end included */
#define REQUEST_WHY 128
#define REQUEST_MINUTES 1440.0
#define REQUEST_SESSIONS_MAX 10000

enum request_kind { REQUEST_LIVE, REQUEST_TAPE, REQUEST_STATE, REQUEST_SESSIONS, REQUEST_MARK, REQUEST_ALERTS };

struct request {
    enum request_kind kind;
    double minutes;                  /* live */
    char session[TAPE_SESSION_MAX];  /* tape; "" for all */
    int64_t from_ms, to_ms;          /* tape */
    int limit;                       /* sessions */
    char text[REQUEST_MAX];          /* mark: the note, plain text */
};

/* A line of n bytes without its end. -EINVAL, and why, in one sentence for people. */
int request_parse(const char *line, size_t n, struct request *out, char why[static REQUEST_WHY]);

#endif
