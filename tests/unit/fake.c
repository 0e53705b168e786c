/* fake.c - recordings for the tests of analysis. */
#include "fake.h"

#include "base/mem.h"
#include "test.h"

struct recording *fake_new(double step_s)
{
    struct recording *r = recording_new();
    r->interval_s = step_s;
    return r;
}

int fake_metric(struct recording *r, const char *name, const char *inst, enum unit unit)
{
    return schema_add(r->schema, &(struct metric){ .name = name, .inst = inst, .unit = unit });
}

void fake_rows(struct recording *r, size_t n)
{
    const int64_t start = 1767607200000; /* 2026-01-05T10:00:00Z */
    for (size_t i = 0; i < n; i++) {
        double t = (double)r->n * r->interval_s;
        recording_add(r, start + (int64_t)(t * 1e3), 1000000000 + (int64_t)(t * 1e9), NULL, 0);
    }
}

double *fake_col(struct recording *r, const char *name, const char *inst)
{
    int slot = schema_find(r->schema, name, inst);
    assert_true(slot >= 0);
    return r->col[slot];
}

void fake_set(struct recording *r, const char *name, size_t from, size_t to, double v)
{
    double *x = fake_col(r, name, NULL);
    for (size_t i = from; i < to; i++)
        x[i] = v;
}

void fake_noise(struct recording *r, const char *name, size_t from, size_t to, double sd, struct rng *g)
{
    double *x = fake_col(r, name, NULL);
    for (size_t i = from; i < to; i++)
        x[i] += sd * rng_normal(g);
}

void fake_procs(struct recording *r, size_t row, const struct proc_use *u, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        r->proc = mem_grow(r->proc, r->n_procs, &r->cap_procs, sizeof *r->proc);
        r->proc[r->n_procs++] = u[k];
    }
    for (size_t i = row + 1; i <= r->n; i++)
        r->proc_first[i] = r->n_procs;
}

/* Level, noise and a burst that comes now and then, as on a machine that nobody uses. */
static const struct {
    const char *name;
    enum unit unit;
    double level, sd, burst; /* bursts: one row in fifty */
} machine[] = {
    { "cpu.util",           UNIT_PERCENT,    3,    1,    15 },
    { "cpu.user",           UNIT_PERCENT,    2,    1,    10 },
    { "cpu.system",         UNIT_PERCENT,    1,    0.4,  5 },
    { "cpu.iowait",         UNIT_PERCENT,    0.2,  0.2,  10 },
    { "memory.used",        UNIT_BYTE,       1e9,  2e6,  2e7 },
    { "memory.total",       UNIT_BYTE,       8e9,  0,    0 },
    { "memory.dirty",       UNIT_BYTE,       1e6,  5e5,  5e6 },
    { "disk.write.rate",    UNIT_BYTE_PER_S, 1e5,  1e5,  4e7 },
    { "disk.read.rate",     UNIT_BYTE_PER_S, 0,    0,    1e7 },
    { "net.recv.rate",      UNIT_BYTE_PER_S, 1e4,  5e3,  2e6 },
    { "process.forks.rate", UNIT_PER_S,      3,    2,    60 },
    { "process.count",      UNIT_NONE,       120,  1,    3 },
    { "pressure.cpu.some",  UNIT_PERCENT,    0.5,  0.4,  10 },
};

struct recording *fake_machine(size_t n, uint64_t seed)
{
    const size_t metrics = sizeof machine / sizeof *machine;
    struct recording *r = fake_new(1);
    for (size_t k = 0; k < metrics; k++)
        fake_metric(r, machine[k].name, NULL, machine[k].unit);
    fake_rows(r, n);
    struct rng g;
    rng_seed(&g, seed);
    for (size_t i = 0; i < n; i++) {
        bool burst = rng_below(&g, 50) == 0;
        for (size_t k = 0; k < metrics; k++) {
            double v = machine[k].level + machine[k].sd * rng_normal(&g) +
                       (burst ? machine[k].burst * rng_unit(&g) : 0);
            r->col[k][i] = fmax(v, 0);
        }
    }
    return r;
}
