/*
 * Which kind of work does the machine do? Told by hardware metrics only, never by names of processes.
 *
 * Two things know: the evidence of each category (category.h) and prototypes of programs whose runs were seen
 * (learn/classes.h), those that the program brings and those of a person's own labelled sessions. Every update interval
 * the last minute is judged: a category that was learnt is as likely as it has prototypes near, held against "none of
 * them", and its evidence speaks for or against; one without prototypes has its evidence alone. What is less certain
 * than the threshold is "unknown", with a reason; where two share what is certain, it is "mixed".
 *
 * So that it does not flap, an answer stands until what speaks for another since then, or for none, has outweighed it
 * by as much as kinds of work seldom change: a cumulative sum of log odds (Page, "Continuous Inspection Schemes",
 * Biometrika 1954), of which an update adds as much as of its window is new. Where the difference is clear that takes
 * a window or two, whether updates are frequent or not. Probabilities are smoothed over a window, and confidence and
 * reason of an answer are those of when they agreed with it the last time.
 *
 * Online and bounded: a set may be shared, a workload is a few hundred kB.
 */
#ifndef ANALYZE_WORKLOAD_H
#define ANALYZE_WORKLOAD_H

#include "analyze/workload/category.h"
#include "core/recording.h"

#define WORKLOAD_MIXED (-1)
#define WORKLOAD_UNKNOWN (-2)
#define WORKLOAD_REASON 200
#define WORKLOAD_CATEGORIES 64 /* of a set, at most */

/* ---- the categories, and what was learnt of them ---- */

struct workload_set;

/* Those of the program, with what it learnt. */
struct workload_set *workload_set_new(void);
void workload_set_free(struct workload_set *s);

/* The names of those categories of the program, and how many. Borrowed. */
int workload_builtin(int i, const char **name); /* -ENOENT past the end */

/* Adds a category file, in place of the one of its name. `from`: a number for each folder, above 0; -EEXIST where that
 * has the name already. 0; -EINVAL, -E2BIG; each with a complaint of one line. */
int workload_set_add(struct workload_set *s, int from, const char *path, const char *text, size_t n,
                     struct buf *complaint);

/* Leaves out the categories of the program that are not among these names; those that were added stay. */
void workload_set_keep(struct workload_set *s, const char *const *name, size_t n);

/* Adds prototypes (workload_model.h); those of categories that are not there are passed over. 0, -EINVAL. */
int workload_set_learnt(struct workload_set *s, const char *path, const char *text, size_t n, struct buf *complaint);

/* Forgets what was learnt of one program or session: who is judged shall not have been seen before. */
void workload_set_hold_out(struct workload_set *s, const char *of);

int workload_set_size(const struct workload_set *s);
const struct category *workload_set_at(const struct workload_set *s, int k);
int workload_set_find(const struct workload_set *s, const char *name); /* -ENOENT */
bool workload_set_is_learnt(const struct workload_set *s, int k);      /* else it has its evidence alone */

/* ---- one machine over time ---- */

struct workload;

struct workload_options {
    double threshold; /* 0..1: session_classification.confidence_threshold */
    double update_s;  /* session_classification.update_interval */
    double step_s;    /* between ticks; NaN where that is not known */
};

struct workload_answer {
    int64_t wall_ms;
    int category;           /* of the set, or WORKLOAD_MIXED, WORKLOAD_UNKNOWN */
    double confidence;      /* 0..1; of "unknown": that it is not the likeliest of them */
    const double *scores;   /* 0..1 for each category; their sum is 1 at most, the rest is "none of them" */
    double update_s;        /* how long it may speak for, twice that at most */
    char reason[WORKLOAD_REASON]; /* why unknown or mixed; "" else */
    char why[WORKLOAD_REASON];    /* what speaks for it, in words */
};

/* The set is borrowed. */
struct workload *workload_new(const struct workload_set *s, const struct workload_options *o);
void workload_free(struct workload *w);

/* Takes in a tick of one schema that grows at most. True: an update was due, and there is an answer. */
bool workload_tick(struct workload *w, const struct schema *s, int64_t wall_ms, int64_t mono_ns, const double *v,
                   int n);

/* The last one; before the first, "unknown" with its reason. Borrowed until the next call. */
const struct workload_answer *workload_now(const struct workload *w);

/* It is over: an answer for what came since the last update, true where that is half of an interval at least, or where
 * there was none before. */
bool workload_end(struct workload *w);

/* What the learnt part sees of the window now, workload_features() numbers: to learn from. False before there is
 * enough. */
bool workload_seen(const struct workload *w, double *features);

/* "video_editing", "mixed", "unknown" */
const char *workload_name(const struct workload_set *s, int category);

/* ---- what it was most of the time ---- */

struct workload_share {
    int category;
    double share, seconds;  /* of the time that was judged */
};

struct workload_summary {
    int category;           /* the one of most of the time; WORKLOAD_MIXED or _UNKNOWN where there is none */
    double confidence;      /* mean of its answers */
    int n_scores;
    double *scores;         /* mean of all answers; one for each category of the set */
    char reason[WORKLOAD_REASON], why[WORKLOAD_REASON];
    int n_shares;
    struct workload_share *shares; /* the largest first */
    int changes;            /* of the answer */
};

/* Answers, summed up as they come. The set is borrowed. */
struct workload_tally;

struct workload_tally *workload_tally_new(const struct workload_set *s, int64_t start_ms);
void workload_tally_free(struct workload_tally *t);
void workload_tally_add(struct workload_tally *t, const struct workload_answer *a);

/* So far; before the first answer "unknown", without a reason. To be released by workload_summary_done(). */
void workload_tally_read(const struct workload_tally *t, struct workload_summary *out);

/* Judges a recording. each() is told every answer; NULL for nobody. To be released by workload_summary_done(). */
void workload_judge(const struct recording *r, const struct workload_set *s, const struct workload_options *o,
                    void (*each)(void *self, const struct workload_answer *a, const struct workload *w), void *self,
                    struct workload_summary *out);
void workload_summary_done(struct workload_summary *s);

#endif
