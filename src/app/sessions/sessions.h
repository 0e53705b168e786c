/* `sonde sessions`: its verbs, and what they share. A verb is a command of its own, in the table of
 * commands/sessions.c. */
#ifndef APP_SESSIONS_SESSIONS_H
#define APP_SESSIONS_SESSIONS_H

#include "app/archived.h"
#include "app/command.h"
#include "base/json.h"
#include "store/index.h"

extern const struct command sessions_list, sessions_show, sessions_label, sessions_unlabel, sessions_stats,
    sessions_verify, sessions_prune, sessions_export, sessions_flight;

/* Says that nothing was recorded yet, and what to do. */
void sessions_say_empty(const char *dir);

/*
 * Opens the archive to read, does the work on it, closes it. Where nothing is recorded it says so, or prints
 * `nothing` with --json. The exit status.
 */
int sessions_read(const struct args *a, const char *nothing, int (*work)(const struct args *a, struct look *v));

/*
 * The same, where the running recorder may be asked instead if we may not read its archive; asked() gives an exit
 * status, or -ENOENT where it does not answer.
 */
int sessions_read_or_ask(const struct args *a, const char *nothing,
                         int (*work)(const struct args *a, struct look *v), int (*asked)(const struct args *a));

/* An id without "session_", as tables show it; it is accepted everywhere. */
const char *sessions_short_id(const char *id);

/* Seconds from its first to its last tick. */
double sessions_length_s(const struct index_session *s);

/* Has an analysis looked at it? Else "no anomaly" would say too much. */
bool sessions_is_judged(const struct index_session *s);

/* One session as an object, with its labels. */
void sessions_put_json(struct json *j, struct index *x, const struct index_session *s);

#endif
