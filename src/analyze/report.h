/*
 * The report: what analysis found in a recording, as one object (docs/ARCHITECTURE.md section 5).
 *
 * It says what it could not compute: a part whose `reason` is set was not computed, and prints as
 * null with that reason. A report owns everything in it; texts are for people, names are metric
 * ids.
 */
#ifndef ANALYZE_REPORT_H
#define ANALYZE_REPORT_H

#include "analyze/changes/before.h"
#include "analyze/forecast/forecasts.h"
#include "core/event.h"
#include "core/recording.h"
#include "learn/forecast/pattern.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ageing;
struct workload_set;
struct anomaly_logs;

#define REPORT_TEXT 240
#define REPORT_CAUSES 5
#define GROUP_NAME_MAX 96

/* Where something happens. The order is from the narrow to the wide: see analyze/areas.h. */
enum area {
    AREA_MEMORY, AREA_DISK, AREA_NETWORK, AREA_PROCESSES, AREA_THERMAL, AREA_POWER, AREA_CPU,
    AREA_OTHER, AREAS
};

const char *area_name(enum area a); /* "memory", "disk", "network", "processes", "thermal", "power", "cpu", "other" */

struct report_host {
    char hardware_id[40];        /* "" where not known: see hardware_id_reason */
    char hardware_id_reason[REPORT_TEXT];
    char os[96], cpu[96];
    char board[200];             /* maker and product of the mainboard */
    int cores, threads;          /* 0 = not known; threads is what the system calls CPUs */
    double memory_bytes;         /* NaN = not known */
};

/* One metric's part in a finding. */
struct cause {
    int slot;
    double value, expected;      /* in the metric's unit */
    double low, high;            /* between which nine of ten usual values lie; NaN = not known */
    double contribution;         /* share of the score, 0..1; those of all metrics sum to 1 */
    bool stuck;                  /* what is unusual is that it no longer moves */
};

/* A process that moved with a finding. */
struct suspect {
    int32_t pid;
    char name[PROC_NAME_MAX];
    double amount;               /* how much, in `unit` */
    enum unit unit;              /* % of one core, By grown, By/s read and written */
};

/* A control group that moved with a finding: a service, a container, a user. */
struct moved_group {
    char name[GROUP_NAME_MAX];
    double amount;
    enum unit unit;
};

struct anomaly {
    int64_t start_ms, end_ms, peak_ms;
    size_t start, end;           /* ticks of the recording, both included */
    double score;                /* at its peak */
    double probability;          /* of so high a score without a cause, in the whole run; NaN = not known */
    enum severity severity;
    enum area area;
    struct cause causes[REPORT_CAUSES];
    int n_causes;
    struct suspect suspects[3];
    int n_suspects;
    struct moved_group groups[3];
    int n_groups;
    struct before_change changes[BEFORE_MOST]; /* of the machine, in the day before it: the likeliest to matter first */
    int n_changes;
    struct anomaly_logs *logs;   /* analyze/logs/log_picks.h; NULL: not looked for, see report.logs_reason */
    char summary[REPORT_TEXT];   /* "memory: used rose from 1.2 GB to 5.3 GB at 14:05:31, by stress-ng-vm (pid 812)" */
};

struct state {
    int id;                      /* its number here, or that in the state book: stable from run to run */
    char name[64];               /* "idle", "compiling: CPU busy, disk writes" */
    double share;                /* of the ticks, 0..1 */
    double dwell_s;              /* mean length of a stay */
    double *centroid;            /* states.n_features values, in the metrics' units */
};

struct states {
    char reason[REPORT_TEXT];
    int k;
    double silhouette;           /* NaN for k = 1 */
    int n_features;
    int *feature;                /* slots */
    struct state *items;         /* k, the largest share first */
    double *transitions;         /* k * k: transitions[i * k + j] = how often j followed i */
    int *of_tick;                /* rec->n: the item that each tick was in; -1 where that is not known */
};

enum direction { DIRECTION_STABLE, DIRECTION_RISING, DIRECTION_FALLING };

const char *direction_name(enum direction d); /* "stable", "rising", "falling" */

struct trend {
    int slot;
    enum direction direction;
    double slope_per_hour, p_value;
    double first, last;          /* measured, at the two ends of what is known */
    double limit;                /* the bound it moves to; NaN = none */
    double reaches_limit_s;      /* from the last tick; NaN = it does not */
    double interval_s[2];        /* 90 % interval of that; NaN = open */
};

struct insight {
    char id[48];                 /* "disk-nearly-full": stable, one per rule and instance */
    enum severity severity;
    enum area area;
    char title[REPORT_TEXT];     /* what, how much against what is usual */
    char evidence[3][REPORT_TEXT];
    int n_evidence;
    char advice[REPORT_TEXT];    /* one thing to do */
    int64_t since_ms, until_ms;  /* until_ms: 0 = it lasts */
};

/* Episodes that were found before the recording began: of the archive. */
struct report_history {
    const double *start_s;       /* n times, seconds since 1970 UTC, rising */
    size_t n;
    double from_s;               /* since when they were looked for */
};

struct report_forecast {
    char reason[REPORT_TEXT];    /* why there is none: then nothing below is known */
    struct forecasts all;
    double *risk;                /* all.horizon probabilities that an episode begins in the step; NULL: not known */
    char risk_reason[REPORT_TEXT];
    size_t risk_episodes;        /* that it was learned from, */
    double risk_days;            /* and of how long a time */
    int pattern_slot;            /* the metric that was looked at: the first with a pattern; -1: none */
    struct pattern pattern;
};

/* Which kind of work the machine did: analyze/workload/workload.h. */
struct workload_found {
    char reason[REPORT_TEXT];
    char category[32];           /* "video_editing", "mixed", "unknown" */
    double confidence;           /* 0..1 */
    char unknown_reason[REPORT_TEXT]; /* of "mixed", too; "" else */
    char why[REPORT_TEXT];       /* what speaks for it */
    int n;
    struct workload_score { char name[32]; double score; } *scores; /* the likeliest first */
};

struct report {
    const struct recording *rec; /* borrowed: must outlive the report */
    struct report_host host;
    char session[40];            /* session_YYYYMMDD_HHMMSS: that of the archive, else made of the first tick's time */
    size_t gaps;

    char anomalies_reason[REPORT_TEXT];
    char method[32];             /* "shift", "forest", "detector": what was used */
    double budget_per_day;       /* false alarms allowed a day */
    double budget_run;           /* expected in this run: at least 0.1, however short it is */
    double threshold;            /* NaN: of "detector", that has several, and of its own one that moves */
    struct anomaly *anomalies;   /* by start */
    size_t n_anomalies;
    char logs_reason[REPORT_TEXT]; /* why no log was looked at for any of them; "" where one was, or nobody asked */

    struct states states;

    char trends_reason[REPORT_TEXT];
    struct trend *trends;
    size_t n_trends;

    char insights_reason[REPORT_TEXT];
    struct insight *insights;    /* most severe first */
    size_t n_insights;

    struct workload_found workload;
    struct report_forecast forecast;

    double cpu_us_per_sample, rss_bytes, written_bytes; /* cost of collecting; NaN for a file */
};

struct analyze_options {
    const char *method;          /* "auto", "shift", "forest", "detector"; NULL = auto: see anomalies.h */
    double budget;               /* false alarms expected in this run; 0 = 0.1, or by the day if more */
    double budget_per_day;       /* 0 = 1 */
    uint64_t seed;
    int forecast_steps;          /* 0 = none is wanted */
    const struct event *changes; /* n_changes of the machine that are known beside those of the recording; NULL: none */
    size_t n_changes;
    const struct ageing *ageing; /* over the weeks of a long range; NULL: it was not looked for */
    const struct report_history *history; /* for the risk; NULL: what the recording holds is all */
    const struct workload_set *workloads; /* NULL: the kind of work is not told; else with: */
    double workload_threshold, workload_update_s;
};

/*
 * Analyses a recording. The host part is the caller's to fill.
 *
 * Returns the caller's report, to be freed with report_free(). Never fails: parts that could not be
 * computed carry their reason.
 */
struct report *analyze_run(const struct recording *r, const struct analyze_options *o);

/*
 * The same without states and trends: what the verdict needs, at a tenth of the price, for whoever
 * asks again and again. Anomalies and insights are the same in both.
 */
struct report *analyze_verdict(const struct recording *r, const struct analyze_options *o);

/* The states alone. */
struct report *analyze_states(const struct recording *r, const struct analyze_options *o);

/* The insights alone: what rules say of it. */
struct report *analyze_insights(const struct recording *r);

void report_free(struct report *r);

#endif
