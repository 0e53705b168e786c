/*
 * The index of an archive: what is relational in it. Sessions with their labels, events and anomalies; forecasts and
 * how they turned out; what retention must keep. Which files there are, and what is in them, only the files say:
 * store/archive.h.
 *
 * The numbers and events are in segments; losing the index loses labels, what analyses found, and what is known of
 * the host and of imported files, never a sample. One recorder
 * owns it and mends it; other processes read it at any time, and may write (labels). Texts are bounded on
 * the way in, so that no row is larger than a few KiB, and every write is a short transaction.
 *
 * Bytes: the database never passes the allowance given at opening, its write-ahead log never INDEX_WAL_MAX;
 * index_worst_bytes() is the sum that space_reserve() is to be called with. When the allowance is used up, the oldest
 * make room: first forecasts, then lines of logs, trials of policies, events, then anomalies, of sessions that nobody
 * labelled, then such sessions themselves, then events of the others, and policies last.
 *
 * Times are wall clock milliseconds since 1970 UTC. A struct index belongs to one thread at a time.
 *
 * Errors of every function: -EBUSY another process writes for longer than a second; -EAGAIN a reader keeps
 * the write-ahead log from being emptied and it is full; -ENOSPC, -EIO the disk; -EDQUOT the allowance is used
 * up by what may not go; -EBADMSG the file is damaged; -EROFS it was opened to read. After an error
 * nothing of the call was stored, but for the batches of events or anomalies that came before, and the same call may
 * be tried again.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_ID_MAX 40         /* bytes of "session_20261122_102616_12" and its NUL, with room */
#define INDEX_LABEL_MAX 64      /* bytes of a label, NUL included */
#define INDEX_NOTE_MAX 512
#define INDEX_VERDICT_MAX 160
#define INDEX_WORKLOAD_MAX 32
#define INDEX_CAUSES_MAX 4096   /* bytes of the causes of an anomaly as JSON */

#define INDEX_ALLOWANCE_MIN (1024 * 1024)
#define INDEX_ALLOWANCE_DEFAULT (16 * 1024 * 1024) /* about 80,000 events */
#define INDEX_WAL_MAX (4 * 1024 * 1024)

struct index;

struct index_options {
    int64_t allowance; /* bytes of the database, at least INDEX_ALLOWANCE_MIN; 0 = the default */
    struct space *space; /* counts what is moved aside; NULL for none */

    /*
     * Given by whoever holds the lock of the data directory, and by nobody else: makes the file where there is
     * none and brings an older one up to date; sessions that are still marked as running have crashed; a file
     * that is damaged or not ours is moved aside to index.db.damaged-STAMP (the two last ones are kept).
     * A new file is then filled by this from the segments, through index_put_session() and
     * index_add_events(); one whose filling was interrupted is filled again. Labels
     * are taken over from damaged files as far as they can be read. Its error is that of index_open().
     */
    int (*rebuild)(void *self, struct index *x);
    void *self;
};

/*
 * Opens dir/index.db to write, mode 0600. *out is to be closed by index_close(). Further errors: -ENOENT no such
 * directory, or no such file and no rebuild; -ENOTSUP of another version, or a file system without
 * shared memory (it is left alone); -EROFS, -EACCES; -ELOOP a symbolic link.
 */
int index_open(const char *dir, const struct index_options *o, struct index **out);

/* Opens it to read, also while it is written, also on a disk that cannot be written. -ENOENT: there is none. */
int index_open_read(const char *dir, struct index **out);

/*
 * One in memory, filled and then read only: what can be known where there is no index.db, or a damaged one. Its
 * error is that of fill().
 */
int index_open_memory(int (*fill)(void *self, struct index *x), void *self, struct index **out);

void index_close(struct index *x);

/* The most that index.db, index.db-wal and index.db-shm take together, in whole blocks of a file system. */
int64_t index_worst_bytes(int64_t allowance);

/* Looks at every page. 0, or -EBADMSG. */
int index_check(struct index *x);

/* ---- sessions ---- */

enum index_state { INDEX_RUNNING, INDEX_ENDED, INDEX_CRASHED };

const char *index_state_name(enum index_state s); /* "running", "ended", "crashed" */

struct index_session {
    char id[INDEX_ID_MAX];
    char hardware_id[40], os[96], cpu[96]; /* "" where not known */
    int cores;
    int64_t memory_bytes;
    int64_t start_ms, end_ms;       /* end_ms: of the last tick so far */
    double interval_s;              /* between two ticks; 0 where not known */
    int64_t samples, metrics;       /* ticks, and metrics in each */
    int64_t gaps, anomalies, events;/* counted by the index; ignored on the way in */
    enum index_state state;
    char origin[128];               /* "recorded", "imported FILE" without its directory, "check" */
    char workload[INDEX_WORKLOAD_MAX]; /* "" = not known */
    char verdict[INDEX_VERDICT_MAX];/* "" = not analysed yet */
    char labels[192];               /* read only: "a, b", cut where they do not fit; index_labels() has all */
};

/* How far it is. -ENOENT, as of all functions with an id: there is no such session. */
int index_progress(struct index *x, const char *id, int64_t end_ms, int64_t samples, int64_t metrics);

/* What kind of work it is so far. */
int index_set_workload(struct index *x, const char *id, const char *workload);

/* It is over, well or not. */
int index_end(struct index *x, const char *id, enum index_state state);

/* Writes all of a session but its counts, new or in place of the one with its id. */
int index_put_session(struct index *x, const struct index_session *s);

struct index_filter {
    int64_t from_ms, to_ms;     /* sessions that touch this range; 0 = open */
    const char *label, *workload; /* globs; NULL = any */
    int64_t min_anomalies;
    int64_t max_anomalies;      /* -1 = any */
    int64_t limit;              /* 0 = all */
    bool newest_first;
};

#define INDEX_ALL ((struct index_filter){ .max_anomalies = -1 })

/* Calls each() for those that pass, in the order of their start. Returns the count. */
int index_sessions(struct index *x, const struct index_filter *f,
                   void (*each)(void *self, const struct index_session *s), void *self);

int index_session(struct index *x, const char *id, struct index_session *out);

/*
 * The session that a person means: an id, "last" for the one that began last, or how an id begins, with or
 * without "session_", where only one does. -ENOENT none, -ENOTUNIQ several.
 */
int index_resolve(struct index *x, const char *text, char id[static INDEX_ID_MAX]);

/* ---- labels ---- */

struct index_label {
    const char *session, *name, *note; /* borrowed, in the call only */
    int64_t at_ms;
};

/* Sets a label, or its note anew; "" for no note. -EINVAL: empty, too long, or not plain text. */
int index_label(struct index *x, const char *id, const char *name, const char *note);
int index_unlabel(struct index *x, const char *id, const char *name); /* -ENODATA: it has no such label */

/* Of one session, or with NULL of all. Returns the count. */
int index_labels(struct index *x, const char *id, void (*each)(void *self, const struct index_label *l), void *self);

/* ---- events and anomalies ---- */

/* Adds events to a session and counts them, INDEX_BATCH in a transaction. Returns n. */
#define INDEX_BATCH 128
int index_add_events(struct index *x, const char *id, const struct event *e, size_t n);

struct index_event {
    const char *session, *kind, *source, *text; /* borrowed, in the call only */
    int64_t time_ms, end_ms;
    enum severity severity;
};

struct index_anomaly {
    const char *session;  /* read only; all texts are borrowed, in the call only */
    int64_t time_ms, end_ms, peak_ms;
    double score, probability;
    enum severity severity;
    const char *area, *summary;
    const char *causes;   /* a JSON array */
};

/* -EINVAL: a text is too long or not plain. Returns n. */
int index_add_anomalies(struct index *x, const char *id, const struct index_anomaly *a, size_t n);

/* The same, in place of what began at the same time, if there is such: of one that was put while it went on. */
int index_put_anomalies(struct index *x, const char *id, const struct index_anomaly *a, size_t n);

/* What an analysis found of a session, in place of what the one before did: its verdict, the kind of work (""
 * leaves that as it is) and all its anomalies. After an error what was found before is there still, perhaps beside
 * some of the new. */
int index_set_findings(struct index *x, const char *id, const char *verdict, const char *workload,
                       const struct index_anomaly *a, size_t n);

/* Those of a session, or with NULL of all, that touch a range (0 = open), by time, at most limit (0 = all).
 * Returns the count. */
int index_events(struct index *x, const char *id, int64_t from_ms, int64_t to_ms, int64_t limit,
                 void (*each)(void *self, const struct index_event *e), void *self);
int index_anomalies(struct index *x, const char *id, int64_t from_ms, int64_t to_ms, int64_t limit,
                    void (*each)(void *self, const struct index_anomaly *a), void *self);

/* ---- lines of logs that were found for anomalies ---- */

#define INDEX_LOG_LINES 5

struct index_log {
    const char *log, *ident, *unit, *message_id, *text; /* borrowed, in the call only; "" = not known */
    int64_t time_ms, count; /* count: how often it stood there */
    int priority;           /* 0 emergency .. 7 debug; -1 = not known */
    double score;           /* 0..1 */
};

struct index_logs {
    int64_t anomaly_ms;     /* when the anomaly began */
    int64_t read;           /* lines that were looked at */
    const char *reason;     /* why there is none; "" */
    const struct index_log *log; /* n, the best first, at most INDEX_LOG_LINES */
    int n;
};

/* In place of what was found for the anomaly of that time before. -EINVAL: a text is too long or not plain. */
int index_put_logs(struct index *x, const char *id, const struct index_logs *l);

/*
 * What was found for the anomaly of a session, or with NULL of any, that began nearest to a time and within some
 * milliseconds of it: tells what was looked at, then the lines, the best first. Returns their count; -ENODATA: nobody
 * looked.
 */
int index_logs(struct index *x, const char *id, int64_t anomaly_ms, int64_t within_ms,
               void (*looked)(void *self, int64_t read, const char *reason),
               void (*each)(void *self, const struct index_log *l), void *self);

/* ---- forecasts ---- */

#define INDEX_FORECAST_STEPS 240   /* of a forecast at most */
#define INDEX_FORECAST_QUANTITIES 4
#define INDEX_FORECAST_KEPT_MS (INT64_C(30) * 86400000)

struct index_forecast {
    int64_t n;              /* read only: its number */
    const char *metric, *model, *baseline; /* borrowed, in the call only; baseline "" = not known */
    int64_t made_ms;        /* where its first step begins */
    double step_s, skill;   /* skill: NaN = not known */
    int horizon;
    const float *points;    /* INDEX_FORECAST_QUANTITIES * horizon: p10 of all steps, p50, p90, the naive forecast */
};

/* How it turned out. */
struct index_score {
    int64_t steps;          /* that are known; 0: none ever will be */
    double error, naive_error; /* mean absolute */
    double covered;         /* share of the steps within the band */
};

/* The grades of a metric: of all its forecasts that were scored. Errors are means over them. */
struct index_grade {
    const char *metric;     /* borrowed, in the call only */
    int64_t count, steps, since_ms;
    double error, naive_error, covered;
};

/* Adds forecasts, and removes those that are older than INDEX_FORECAST_KEPT_MS. -EINVAL: one is too long. Returns n. */
int index_add_forecasts(struct index *x, const struct index_forecast *f, size_t n);

/* Those that are over by then and not scored, oldest first, at most limit. Returns the count. */
int index_forecasts_due(struct index *x, int64_t now_ms, int64_t limit,
                        void (*each)(void *self, const struct index_forecast *f), void *self);

/* Scores one; its points are forgotten. -ENODATA: there is no such forecast. */
int index_score_forecast(struct index *x, int64_t n, int64_t now_ms, const struct index_score *s);

/* By name, of one metric or with NULL of all. Returns the count. */
int index_grades(struct index *x, const char *metric, void (*each)(void *self, const struct index_grade *g),
                 void *self);

/* ---- alerts ---- */

#define INDEX_ALERT_KEPT_MS (INT64_C(90) * 86400000) /* after their end */
#define INDEX_ALERT_RULE_MAX 64

struct index_alert {
    const char *rule, *metric, *unit, *text; /* borrowed, in the call only; metric "": of none */
    int64_t since_ms, end_ms;   /* end_ms 0: it holds */
    int64_t told_ms;            /* when receivers were told last; 0: never */
    enum severity severity;
    double value;               /* NaN: not known */
};

/* Writes one, new or in place of what its rule said of its metric since the same time. Those that ended long ago go.
 * -EINVAL: a text is too long or not plain. */
int index_put_alert(struct index *x, const struct index_alert *a);

enum index_alerts {
    INDEX_ALERTS_RAISED,        /* those that hold; from_ms does not count */
    INDEX_ALERTS_PAST,          /* those that ended, and began at or after from_ms */
    INDEX_ALERTS_UNTOLD,        /* those whose raise was told and whose end, at or after from_ms, was not */
};

/* The newest first, at most limit (0 = all). Returns the count. */
int index_alerts(struct index *x, enum index_alerts which, int64_t from_ms, int64_t limit,
                 void (*each)(void *self, const struct index_alert *a), void *self);

/* Nothing is told of a rule ("all": of all) until then. -EINVAL: the name is too long or not plain. */
int index_silence(struct index *x, const char *rule, int64_t until_ms);
int index_unsilence(struct index *x, const char *rule); /* -ENODATA: it was not silenced */
int index_silences(struct index *x, int64_t now_ms, void (*each)(void *self, const char *rule, int64_t until_ms),
                   void *self); /* those in force */

/* ---- policies that were learned, and their trials ---- */

#define INDEX_POLICIES_KEPT 128       /* of all; of one key INDEX_POLICIES_OF_ONE */
#define INDEX_POLICIES_OF_ONE 3
#define INDEX_POLICY_TRIALS_KEPT 32   /* the policies, the newest, that keep their trials */
#define INDEX_POLICY_TRIALS_MAX 256   /* of one policy */
#define INDEX_ARM_MAX 512             /* bytes of an arm, NUL included */

enum index_policy_state {
    INDEX_POLICY_STANDARD, /* nothing was better than default, or it could not be shown */
    INDEX_POLICY_LEARNED,  /* the arm was accepted */
    INDEX_POLICY_STOPPED,  /* it was ended before that was known: what was measured is kept, nothing is used */
};

const char *index_policy_state_name(enum index_policy_state s); /* "default", "learned", "stopped" */

struct index_policy {
    int64_t n;              /* read only: its number */
    /* The key: where, what, for what, beside what, measured how. */
    const char *machine, *workload, *goal, *contention, *metric; /* borrowed, in the call only, as all texts */
    const char *class;      /* of the workload: of a fixed list */
    const char *name;       /* of the program, as a person knows it; "" not known */
    enum index_policy_state state;
    const char *arm;        /* accepted, or the one that came nearest; "" none */
    const char *reason;     /* a sentence */
    double ratio, lo, hi;   /* of default's median over the arm's, with its interval; NaN = not known */
    double p;               /* of the sign test; NaN = not known */
    int pairs, won;
    int64_t at_ms;
    const char *version;    /* of Sonde */
};

struct index_trial {
    const char *phase;      /* "same" (default against itself), "search", "pairs" */
    const char *arm;        /* "" is default */
    double value;           /* smaller is better; INFINITY: it was ended at the bound; NaN: it failed */
    double wall_s;
    int64_t at_ms;
};

/*
 * Adds a policy with its trials, in their order. What is beyond the limits goes: the oldest of its key, of all
 * policies, of trials. Returns its number. -EINVAL: a text is too long or not plain; more than INDEX_POLICY_TRIALS_MAX.
 */
int64_t index_add_policy(struct index *x, const struct index_policy *p, const struct index_trial *t, size_t n);

/*
 * The newest of a key that is not STOPPED. metric NULL: of any, and the newest of those that are LEARNED comes first.
 * Calls each() once. -ENODATA: there is none.
 */
int index_find_policy(struct index *x, const struct index_policy *key,
                      void (*each)(void *self, const struct index_policy *p), void *self);

/* The newest first, at most limit (0 = all). Returns the count. */
int index_policies(struct index *x, int64_t limit, void (*each)(void *self, const struct index_policy *p), void *self);

/* Of a policy, in their order. Returns the count; 0 where they are no longer kept. */
int index_trials(struct index *x, int64_t policy, void (*each)(void *self, const struct index_trial *t), void *self);

/* With its trials. -ENODATA: there is none of that number. */
int index_forget_policy(struct index *x, int64_t n);

/* ---- removing, and what there is ---- */

/* With all that hangs on it. Its files are another matter: archive_drop(). */
int index_remove(struct index *x, const char *id);

struct index_stats {
    int64_t sessions, running, crashed, labelled, events, anomalies;
    int64_t samples;              /* ticks of all sessions */
    int64_t first_ms, last_ms;    /* of all sessions; 0 where there are none */
    int64_t database_bytes, free_bytes; /* index.db, and what of it is free */
};

int index_stats(struct index *x, struct index_stats *out);

#endif
