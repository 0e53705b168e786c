/* procs_model.c - numbers, names and steps for the coders of processes. */
#include "store/codec/procs_model.h"

#include <math.h>
#include <string.h>

void model_forget(void *model, size_t size)
{
    struct bit *b = model;
    for (size_t i = 0; i < size / sizeof *b; i++)
        b[i] = BIT_UNKNOWN;
}

/* In one place: what codes a bit is large, and laid open wherever it is called. */
bool coder_bit(struct coder *c, struct bit *a, struct bit *b, bool v)
{
    return c->decodes ? range_bit2(&c->range, true, a, b, 0) : range_bit2(&c->range, false, a, b, v);
}

unsigned tree_code(struct coder *c, struct bit *tree, struct bit *other, int bits, unsigned v)
{
    unsigned at = 1;
    for (int i = bits - 1; i >= 0; i--)
        at = at << 1 | coder_bit(c, &tree[at], &other[at], v >> i & 1);
    return at - (1u << bits);
}

/* ---- numbers ---- */

int number_size(int64_t v)
{
    uint64_t amount = v < 0 ? -(uint64_t)v : (uint64_t)v;
    return amount ? 64 - __builtin_clzll(amount) : 0;
}

int64_t number_code(struct coder *c, struct number *m, int context, int other, int64_t v)
{
    uint64_t amount = v < 0 ? -(uint64_t)v : (uint64_t)v;
    int size = (int)tree_code(c, m->size[0][context], m->size[1][other], 6, (unsigned)number_size(v));
    if (size == 0)
        return 0;
    bool negative = coder_bit(c, &m->sign[0][context], &m->sign[1][other], v < 0);
    int learnt = size - 1 < NUMBER_LEARNT ? size - 1 : NUMBER_LEARNT, plain = size - 1 - learnt;
    unsigned below = (unsigned)(amount >> plain) & ((1u << learnt) - 1);
    uint64_t got = 1u << learnt | tree_code(c, m->below[size], m->below_by[other][size / 8], learnt, below);
    for (; plain > 0; plain -= 32) { /* as many at a time as there are at most */
        int n = plain < 32 ? plain : 32;
        uint32_t bits = (uint32_t)(amount >> (plain - n) & ((UINT64_C(1) << n) - 1));
        got = got << n | range_plain(&c->range, c->decodes, bits, (unsigned)n);
    }
    return negative ? (int64_t)-got : (int64_t)got;
}

/* ---- names ---- */

void naming_code(struct coder *c, struct naming *m, char name[PROC_NAME_MAX])
{
    unsigned last = 0, i = 0;
    for (; i < PROC_NAME_MAX - 1; i++) {
        last = tree_code(c, m->after[last & 127], m->at[i], 8, (uint8_t)name[i]);
        name[i] = (char)last;
        if (!last)
            break;
    }
    memset(name + i, 0, PROC_NAME_MAX - i);
}

/* ---- steps ---- */

int64_t steps_of(double v, double per_unit)
{
    double steps = round(v * per_unit);
    if (isnan(steps))
        return 0;
    return steps >= (double)STEPS_MAX ? STEPS_MAX : steps <= -(double)STEPS_MAX ? -STEPS_MAX : (int64_t)steps;
}

bool steps_sum(int64_t a, int64_t b, int64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum) && *sum >= -STEPS_MAX && *sum <= STEPS_MAX;
}

/* 512 for every doubling: 1024 * 2^e <= amount < 2048 * 2^e has the steps from 1024 + 512 * e on. */
int64_t rate_steps(double v)
{
    double amount = fmin(fabs(v), (double)STEPS_MAX);
    int bits = 0;
    frexp(amount, &bits);
    int more = bits > 10 ? bits - 10 : 0;
    int64_t steps = 512 * more + (int64_t)round(ldexp(amount, -more));
    return v < 0 ? -steps : steps;
}

double rate_of_steps(int64_t steps)
{
    int64_t amount = steps < 0 ? -steps : steps;
    double v = amount < 1024 ? (double)amount : ldexp((double)(512 + amount % 512), (int)(amount / 512 - 1));
    return steps < 0 ? -v : v;
}
