/*
 * The client's side of a running recorder: which one there is, and what it answers (app/recorder_request.h).
 *
 * With --data it is the one that records there. Else it is that of $SONDE_SOCKET, or of this user, or of the
 * system, whichever there is first and lets us in.
 */
#ifndef APP_ATTACH_H
#define APP_ATTACH_H

#include "app/command.h"
#include "app/datadir.h"
#include "core/clock.h"
#include "core/feed.h"
#include "os/os.h"

/* For the table of a command that looks at this machine. */
#define ATTACH_OPTIONS \
    DATADIR_OPTION, \
    { "fresh", 0, OPTION_FLAG, .help = "take samples itself, though a recorder is running" }

struct attach_state {
    char session[40], dir[OS_PATH_MAX]; /* dir: the data directory, absolute; "" where it does not say */
    int64_t since_ms;
    double interval_s;
    int32_t pid;
};

/* -ENOENT: no recorder runs, or none that lets us in. */
int attach_state(const struct args *a, struct attach_state *out);

/* What it answers to "sessions 100" and the like; of the caller, to be freed. -ENOENT as above, or it
 * refuses; -EACCES: it does not let us in. */
struct json_t;
int attach_json(const struct args *a, const char *request, struct json_t **out);

/* The same of the recorder of a data directory; NULL: of this user's or the system's, as without --data. */
int attach_json_of(const char *data, const char *request, struct json_t **out);

/* Asks, and leaves the line open: a descriptor to read what comes from, by os_socket_receive(), and to close. -ENOENT,
 * -EACCES as above. */
int attach_open(const struct args *a, const char *request);

struct attach_marked {
    char dir[OS_PATH_MAX];    /* of the recorder */
    double interval_s;        /* it begins with the next sample */
};

/* Asks a recorder to keep the last minutes. -ENOENT: none runs; -EACCES: it does not let us in; -ENODEV: it keeps no
 * flight recordings. */
int attach_mark(const struct args *a, const char *note, struct attach_marked *out);

/*
 * Asks for a tape: "live 10", "tape - 0 5". The feed is the caller's. -ENOENT as above; -ENODATA: there is nothing;
 * others from tape_feed_of().
 *
 *   clock   waited on for bytes; NULL = clock_system()
 *   live    it goes on as it happens
 */
int attach_feed(const struct args *a, const char *request, struct clock *clock, bool live, struct feed **out);
int attach_feed_of(const char *data, const char *request, struct clock *clock, bool live, struct feed **out);

#endif
