/*
 * The recorder: what `sonde record` runs. One thread samples, and hands every instant to the parts: the store first,
 * then those who index, log or serve it. No part may wait for a disk or a client in take().
 */
#ifndef APP_RECORDER_H
#define APP_RECORDER_H

#include "app/observer.h"
#include "core/moment.h"
#include "core/ring.h"
#include "store/store.h"

struct json;
struct recorder;
struct alarms;
struct workload_set;

/* One who wants every instant. Begins and ends with the recorder; calls come from its thread, where nothing else is
 * said. */
struct recorder_part {
    const char *name;
    int (*open)(struct recorder *r, void **self);   /* what is wrong was said; recording goes on without it */
    void (*take)(void *self, const struct schema *s, const struct moment *m); /* all processes; or NULL */
    void (*tidy)(void *self);                       /* about once a minute, on a thread that may wait for disks */
    void (*reload)(void *self, const struct config *c); /* NULL, as tidy and mark: there is nothing to do */
    bool (*mark)(void *self, const char *note);     /* keeps the last minutes; from any thread */
    void (*put)(void *self, struct json *j);        /* members of the state; from any thread, or NULL */
    void (*close)(void *self);
    bool late;                                      /* it closes when all segments are finished */
};

#define RECORDER_PARTS_MAX 16

struct recorder_options {
    const struct args *args;    /* of a command with RECORDER_OPTIONS */
    const char *dir;
    double interval_s;
    bool alone;                 /* not to be found by other commands, but by its directory */
    bool csv_only;              /* no archive: what is kept is up to the parts */
    double duration_s;          /* INFINITY: until it is stopped */
    const struct recorder_part *const *parts; /* NULL-terminated */
    void (*tell)(void *self, struct recorder *r, const char *state); /* "recording", each minute, and "ended" */
    void *self;
};

struct recorder {
    struct recorder_options o;
    const struct config *config;  /* as it was read last */
    struct config *reloaded;      /* the same, where it is not that of the start */
    struct observer observer;
    struct clock clock, *of;      /* what the sampler waits on, and what that waits on */
    struct store *store;
    struct ring *said;            /* what the store says, from its threads */
    struct {
        const struct recorder_part *part;
        void *self;
    } part[RECORDER_PARTS_MAX];
    int n_parts;
    struct alarms *alarms;        /* for the socket, NULL where no rules are held: app/recorder_alerts.h */
    const struct workload_set *kinds; /* of work that are told apart; NULL: they are not. Set before any thread */
    const char *kind;             /* of work now, "" not known; of the sampling thread, not freed before the end */
    struct os_lock *tidying;      /* held while a part is added, taken away or tidied */

    struct moment now;            /* of the last instant, as parts see it */
    size_t cap_events;
    struct proctab before;        /* processes of the instant before */
    size_t cap_procs;
    int64_t table_ns, minute_ns;  /* when the next whole table, and the next minute, are due */
    int64_t first_ns, end_ns;     /* of the instants; when it shall end */
    int64_t started_ms;           /* wall clock */
    int64_t last_ms;              /* of what this machine recorded here before, 0 = nothing */
    int64_t watchdog_ns, tell_watchdog_ns; /* how often, and when next */
    int zone_s;
    uint64_t ticks;
    uint64_t dropped;             /* of them not kept, when it has ended */
    int disk_error;               /* that the store had last, 0 = none yet */
    bool ready;
};

/*
 * Opens everything and samples until it is stopped; then flushes, packs and ends. What is wrong was said.
 * Returns 0, or the error that hindered or ended it. -EBUSY: somebody else records there.
 */
int recorder_run(struct recorder *r, const struct recorder_options *o);

/* Keeps the last minutes, where there is a part that can; from any thread. */
bool recorder_mark(struct recorder *r, const char *note);

/* What becomes part of the next instant; from its thread. */
void recorder_say(struct recorder *r, enum event_kind kind, enum severity severity, int64_t from_ms, const char *text);

#endif
