/*
 * Simulated machines, of which is known what is wrong with them: quiet ones, on which every alarm is false, and one that
 * a fault is planted into.
 */
#ifndef TESTS_UNIT_SIMULATED_H
#define TESTS_UNIT_SIMULATED_H

#include "base/rng.h"

#include <stdbool.h>

#define SIMULATED_COLUMNS 8

/*
 * Quiet, for days: white noise; a daily pattern and noise; random walks with a step in two hours or so; constant and
 * discrete columns; noise with Student's t of 4 degrees of freedom; columns that follow themselves closely.
 */
enum simulated_kind { QUIET_WHITE, QUIET_DAILY, QUIET_WALK, QUIET_DISCRETE, QUIET_HEAVY, QUIET_SLOW, MACHINE, KINDS };

const char *simulated_name(enum simulated_kind k);

/*
 * What happens to a MACHINE at the time of its fault: a value eight deviations off for one row; a level four deviations
 * up; one that creeps up by ten within six hours; a sensor that stays at its value; a rhythm of ten minutes that ends; a
 * column that no longer follows the one it depended on.
 */
enum simulated_fault { FAULT_NONE, FAULT_SPIKE, FAULT_SHIFT, FAULT_LEAK, FAULT_STUCK, FAULT_PERIOD, FAULT_TIES, FAULTS };

const char *simulated_fault_name(enum simulated_fault f);

struct simulated {
    enum simulated_kind kind;
    enum simulated_fault fault;
    double fault_s;   /* when */
    int column;       /* of the fault */
    struct rng rng;
    double step_s, phase[SIMULATED_COLUMNS], state[SIMULATED_COLUMNS], load, before, apart, held;
};

/* seed: same seed, same machine. A fault is planted into a MACHINE before its first row; `variant` chooses the column. */
void simulated_init(struct simulated *s, enum simulated_kind kind, double step_s, uint64_t seed);
void simulated_plant(struct simulated *s, enum simulated_fault f, double fault_s, int variant);

/* The row of time t_s, which goes up by step_s from 0: SIMULATED_COLUMNS values. */
void simulated_row(struct simulated *s, double t_s, double *x);

#endif
