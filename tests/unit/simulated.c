/* simulated.c - rows of machines that do not exist. */
#include "simulated.h"

#include <math.h>

#define DAY_S 86400.0
#define TURN 6.283185307179586

static const char *const names[KINDS] = { "white noise", "daily pattern", "random walks with steps",
                                          "constant and discrete", "heavy tails", "slow", "machine" };
static const char *const faults[FAULTS] = { "none", "spike", "level shift", "slow leak", "stuck sensor",
                                            "vanished periodicity", "correlation break" };

const char *simulated_name(enum simulated_kind k)
{
    return names[k];
}

const char *simulated_fault_name(enum simulated_fault f)
{
    return faults[f];
}

void simulated_init(struct simulated *s, enum simulated_kind kind, double step_s, uint64_t seed)
{
    *s = (struct simulated){ .kind = kind, .step_s = step_s, .fault_s = INFINITY };
    rng_seed(&s->rng, seed);
    for (int j = 0; j < SIMULATED_COLUMNS; j++)
        s->phase[j] = TURN * rng_unit(&s->rng);
}

void simulated_plant(struct simulated *s, enum simulated_fault f, double fault_s, int variant)
{
    static const int anywhere[] = { 7, 3, 5, 6 };
    s->fault = f;
    s->fault_s = fault_s;
    s->column = f == FAULT_STUCK ? 5 : f == FAULT_PERIOD ? 4 : f == FAULT_TIES ? 1 : anywhere[variant % 4];
}

static double student(struct rng *r, int freedom)
{
    double n = rng_normal(r), sum = 0;
    for (int k = 0; k < freedom; k++) {
        double z = rng_normal(r);
        sum += z * z;
    }
    return n / sqrt(sum / freedom);
}

static double quiet_walk(struct simulated *s, int j)
{
    double *at = &s->state[j];
    *at = (*at + 0.05 * rng_normal(&s->rng) * sqrt(s->step_s)) * (1 - 1e-5 * s->step_s);
    if (rng_unit(&s->rng) < s->step_s / 7200)
        *at += 5 * rng_normal(&s->rng);
    return 100 + *at + 0.5 * rng_normal(&s->rng);
}

static double quiet_discrete(struct simulated *s, int j)
{
    if (j < 2)
        return 7 * j;
    if (j >= 5)
        return floor(20 + 3 * rng_normal(&s->rng));
    double u = rng_unit(&s->rng);
    return u < 0.9 ? 2 : u < 0.97 ? 3 : u < 0.995 ? 4 : 7;
}

static double quiet_value(struct simulated *s, double t_s, int j)
{
    switch (s->kind) {
    case QUIET_DAILY:
        return 50 + 20 * sin(TURN * t_s / DAY_S + s->phase[j]) + 5 * rng_normal(&s->rng);
    case QUIET_WALK:
        return quiet_walk(s, j);
    case QUIET_DISCRETE:
        return quiet_discrete(s, j);
    case QUIET_HEAVY:
        return 50 + 5 * student(&s->rng, 4);
    case QUIET_SLOW:
        s->state[j] = 0.98 * s->state[j] + rng_normal(&s->rng);
        return 50 + s->state[j];
    default:
        return 50 + 5 * rng_normal(&s->rng);
    }
}

/* A load, two that follow it, a daily pattern, a rhythm of ten minutes, a temperature, something slow, noise. */
static void machine_row(struct simulated *s, double t_s, double *x)
{
    struct rng *r = &s->rng;
    s->before = s->load;
    s->load = 0.9 * s->load + rng_normal(r);
    s->state[5] = 0.95 * s->state[5] + 0.2 * rng_normal(r);
    s->state[6] = 0.99 * s->state[6] + 0.3 * rng_normal(r);
    bool gone = s->fault == FAULT_PERIOD && t_s >= s->fault_s;
    x[0] = 40 + 5 * s->load;
    x[1] = 20 + 3 * s->load + rng_normal(r);
    x[2] = 10 + 2 * s->before + rng_normal(r);
    x[3] = 50 + 20 * sin(TURN * t_s / DAY_S) + 3 * rng_normal(r);
    x[4] = (fmod(t_s, 600) < 120 && !gone ? 30 : 5) + 2 * rng_normal(r);
    x[5] = 45 + s->state[5] + 0.1 * rng_normal(r) + 0.3 * s->load;
    x[6] = 60 + 3 * s->state[6] + 0.5 * rng_normal(r);
    x[7] = 30 + 4 * rng_normal(r);
}

static void machine_fault(struct simulated *s, double t_s, double *x)
{
    static const double deviation[SIMULATED_COLUMNS] = { 11.5, 7, 4.7, 3, 2, 0.8, 6.5, 4 };
    double since = t_s - s->fault_s, *at = &x[s->column], sd = deviation[s->column];
    if (s->fault == FAULT_SPIKE && since < s->step_s)
        *at += 8 * sd;
    if (s->fault == FAULT_SHIFT)
        *at += 4 * sd;
    if (s->fault == FAULT_LEAK)
        *at += 10 * sd * fmin(1, since / (6 * 3600.0));
    if (s->fault == FAULT_STUCK)
        *at = s->held = since < s->step_s ? *at : s->held;
    if (s->fault == FAULT_TIES) {
        s->apart = 0.9 * s->apart + rng_normal(&s->rng);
        *at = 20 + 3 * s->apart + rng_normal(&s->rng);
    }
}

void simulated_row(struct simulated *s, double t_s, double *x)
{
    if (s->kind == MACHINE) {
        machine_row(s, t_s, x);
        if (t_s >= s->fault_s)
            machine_fault(s, t_s, x);
        return;
    }
    for (int j = 0; j < SIMULATED_COLUMNS; j++)
        x[j] = quiet_value(s, t_s, j);
}
