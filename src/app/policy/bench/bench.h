/*
 * What `sonde policy bench` is made of: scenarios, their trials, and what came of them.
 *
 * A scenario is a workload, what runs beside it, and arms: ways to start it. Its trials go in rounds, one of each arm
 * in random order, so that what comes and goes on the machine meets all arms alike; values of one round are a pair.
 * Smaller is better, everywhere.
 */
#ifndef APP_POLICY_BENCH_H
#define APP_POLICY_BENCH_H

#include "base/rng.h"
#include "learn/paired.h"
#include "os/os.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_ARMS 12
#define BENCH_METRICS 6
#define BENCH_BARS 6
#define BENCH_WHY 160
#define BENCH_ARM_WORDS 512 /* of what was learned */
#define BENCH_PAIRS 7 /* fewer decide nothing */
#define BENCH_COST 1.1 /* how much slower an intent may make work on a machine at rest, where it does not announce it */
#define BENCH_COST_RIGHT 1.3 /* and how far off what it announces may be */

/* ---- what is to be measured ---- */

struct bench_metric {
    const char *name, *unit;
    const char *key; /* what the load calls it; "command_s" and "command_cpu_s" are of the whole command, as a shell
                      * times it */
};

struct bench_workload {
    const char *name;
    const char *words, *quick; /* of the load, without the program's name; of a server those of who asks it */
    bool openmp;               /* a load of sonde-load-openmp */
    bool server;               /* it is asked until the trial is over; else it ends itself */
    bool redis;                /* it needs redis-server */
    struct bench_metric metric[BENCH_METRICS]; /* to a NULL name */
};

enum bench_arm_kind { ARM_DEFAULT, ARM_NICE, ARM_INTENT, ARM_KNOBS, ARM_LEARNED, ARM_WORDS };

struct bench_arm {
    const char *name;
    enum bench_arm_kind kind;
    const char *words; /* of ARM_INTENT the goal, of ARM_KNOBS and ARM_LEARNED knobs as of --set, of ARM_WORDS what
                        * stands before the command */
};

enum bench_bar_kind {
    BAR_GAIN,   /* median of the ratios of pairs, at least */
    BAR_SPREAD, /* ratio of the spreads, at least */
    BAR_BITS,   /* different results, at most */
    BAR_COST,   /* slower by at most BENCH_COST, or as announced */
};

struct bench_bar {
    enum bench_bar_kind kind;
    const char *arm, *against, *metric;
    double wanted;
};

struct bench_scenario {
    const char *name, *doc;
    const struct bench_workload *workload;
    int neighbours;     /* busy programs beside it, each of bench.busy processes; 0: none */
    bool one_session;   /* they are of its session */
    bool grouped;       /* all in a control group of their own, else in the one at the top */
    bool ordinary_user; /* all of it without rights */
    int rounds;         /* at least; 0: as many as pairs are asked for */
    const char *goal, *measure; /* what `policy learn` is to find, before trials that are new to it; NULL: nothing */
    bool named;         /* only where a person names it: it takes long */
    struct bench_arm arm[BENCH_ARMS]; /* to a NULL name */
    struct bench_bar bar[BENCH_BARS]; /* to a NULL arm */
};

/* The i-th; NULL past the end. */
const struct bench_scenario *bench_scenario(size_t i);

/* ---- what was measured ---- */

struct bench_trial {
    int round, arm;
    bool ok;
    char why[BENCH_WHY];     /* of one that failed */
    double value[BENCH_METRICS]; /* NAN: not said */
    char bits[32];           /* of its result; "" none */
};

struct bench_result {
    const struct bench_scenario *scenario;
    struct bench_arm arm[BENCH_ARMS]; /* those of the scenario, and those that a person named */
    int arms, metrics, rounds;        /* rounds that were begun */
    char skipped[BENCH_WHY];          /* why there is nothing; "" */
    double announced[BENCH_ARMS];     /* cost factor that an intent foretold; 1 where none */
    char verdict[16], reason[BENCH_WHY]; /* of learning; "" where nothing was to be learned */
    char learned[BENCH_ARM_WORDS];    /* the arm that was accepted; "" default was kept */
    struct bench_trial *trial;        /* n */
    size_t n, cap;
};

struct bench_summary { /* of one arm and metric */
    int n;
    double median, min, max;
    struct paired gain; /* over default; pairs 0: of default itself */
};

struct bench_verdict {
    double got, lo, hi;  /* lo and hi: of 95 %; NAN where there is no interval */
    int pairs;
    double announced;    /* of BAR_COST */
    bool judged, met;
};

void bench_summary(const struct bench_result *r, int arm, int metric, struct bench_summary *out);

/* -EINVAL: the result has no such arm, as one that was left out. */
int bench_judge(const struct bench_result *r, const struct bench_bar *b, struct bench_verdict *out);

int bench_arm_of(const struct bench_result *r, const char *name); /* -1 */
bool bench_is_default(const struct bench_result *r, int arm); /* also what was learned, where default was kept */
int bench_metric_of(const struct bench_scenario *s, const char *name);

/* Values of one arm and metric, one a round, NAN where the trial failed: r->rounds of them, for the caller to free. */
double *bench_values(const struct bench_result *r, int arm, int metric);

/* Different results of an arm, by their bits. */
int bench_patterns(const struct bench_result *r, int arm);

/* ---- several tasks together ---- */

#define BENCH_TOTAL_GAIN 1.5    /* of what was learned over default, in the geometric mean of the tasks */
#define BENCH_TOTAL_STATIC 0.95 /* over the best of the others, lower end of the interval */
#define BENCH_TOTAL_WORST 0.9   /* over default, on every task */

struct bench_total {
    int tasks;
    double gain, lo, hi;                      /* of what was learned over default */
    char best[48];                            /* of the arms that are the same for all tasks, default too */
    double over_best, over_best_lo, over_best_hi;
    double worst;                             /* least gain over default of any task */
    const char *worst_task;
    bool judged, met[3];                      /* by the three bars above */
};

/* Over the results with an arm "learned", and their first metric. Without one: 0 tasks. */
void bench_total(const struct bench_result *r, size_t n, struct bench_total *out);

/* ---- measuring ---- */

struct bench {
    bool quick;
    int pairs;
    int busy;                    /* processes of a neighbour */
    char self[OS_PATH_MAX], load[OS_PATH_MAX], load_openmp[OS_PATH_MAX]; /* programs; "" not there */
    bool stress_ng;              /* makes the noise; else `sonde-load hog` does */
    bool redis;                  /* is there a server? */
    char dir[OS_PATH_MAX];       /* ours */
    const char *against;         /* further arms, separated by ";": words before the command; NULL */
    struct rng rng;
    void (*progress)(void *self, const struct bench_result *r, int arm); /* before a trial */
    void *progress_self;
};

/* Looks for the programs, and makes the folder. Errors: those of os_make_temp_dir(). */
int bench_open(struct bench *b);
void bench_close(struct bench *b);

/* All rounds of a scenario, or those until a signal asks to end. *r is to be released with bench_result_done(). */
void bench_measure(struct bench *b, const struct bench_scenario *s, struct bench_result *r);
void bench_result_done(struct bench_result *r);

/* One trial. A scenario with server and noise has two or three stages; all have ended when it returns. */
void bench_try(const struct bench *b, const struct bench_scenario *s, const struct bench_arm *arm,
               struct bench_trial *t);

/* What an intent says beforehand of the cost; 1 where it says nothing. */
double bench_announced(const struct bench *b, const struct bench_scenario *s, const struct bench_arm *arm);

/* Learns for a scenario, in its noise: fills verdict, reason and learned. */
void bench_learn(const struct bench *b, const struct bench_scenario *s, struct bench_result *r);

/* Why a scenario cannot be run here; "" it can. */
void bench_missing(const struct bench *b, const struct bench_scenario *s, char why[static BENCH_WHY]);

/* ---- what is told ---- */

struct buf;
struct json;
void bench_text(const struct bench_result *r, struct buf *out);
void bench_json(struct json *j, const struct bench_result *r);
void bench_total_text(const struct bench_total *t, struct buf *out);
void bench_total_json(struct json *j, const struct bench_total *t); /* a member "total" */

/* A number of the object that a load or `sonde run --dry-run --json` wrote; NAN. A text: false. */
double bench_read_number(const char *object, const char *key);
bool bench_read_text(const char *object, const char *key, char *out, size_t cap);

#endif
