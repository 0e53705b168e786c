/*
 * What the rows of a tick and a whole table of processes have in common: numbers and names, coded with
 * probabilities that all processes share, and the steps that amounts are kept in.
 */
#ifndef STORE_CODEC_PROCS_MODEL_H
#define STORE_CODEC_PROCS_MODEL_H

#include "core/proctab.h"
#include "store/codec/range.h"

#include <stdbool.h>
#include <stdint.h>

struct coder {
    struct range range;
    bool decodes;
};

/* Models hold nothing but bits: this makes all of one unknown. */
void model_forget(void *model, size_t size);

/* A yes or no, expected in two contexts. */
bool coder_bit(struct coder *c, struct bit *a, struct bit *b, bool v);

/* A number of so many bits, 1..8, the highest first, each expected by those above it, in two trees. */
unsigned tree_code(struct coder *c, struct bit *tree, struct bit *other, int bits, unsigned v);

/*
 * A signed number, small ones often: how many bits it has, by a tree of six choices; its sign; the bits
 * below its first, of which three are learnt. What is expected depends on two contexts.
 */
#define NUMBER_CONTEXTS 16
#define NUMBER_LEARNT 3

struct number {
    struct bit size[2][NUMBER_CONTEXTS][64], sign[2][NUMBER_CONTEXTS];
    struct bit below[64][1 << NUMBER_LEARNT], below_by[NUMBER_CONTEXTS][8][1 << NUMBER_LEARNT];
};

/* -INT64_MAX <= v; what comes back is bounded by that only. */
int64_t number_code(struct coder *c, struct number *m, int context, int other, int64_t v);

/* How many bits a number has without its sign, 0..63. */
int number_size(int64_t v);

/* The name of a process, byte for byte up to its NUL; each byte by the one before it, and by its place. */
struct naming {
    struct bit after[128][256], at[PROC_NAME_MAX][256];
};

void naming_code(struct coder *c, struct naming *m, char name[PROC_NAME_MAX]);

/*
 * Amounts as whole steps: v * per_unit to the nearest, up to STEPS_MAX either way, which is few enough for
 * steps / 100 * 100 to be the same steps. NaN is 0; who codes says beside it whether an amount is known.
 */
#define STEPS_MAX (INT64_C(1) << 50)
int64_t steps_of(double v, double per_unit);
bool steps_sum(int64_t a, int64_t b, int64_t *sum); /* false when it is out of range: damage */

/* Rates in steps that grow: whole ones to 1023, then ten significant bits, which is to 0.1 %. NaN is known
 * beside it, too. */
#define RATE_STEPS_MAX (512 * 42) /* of STEPS_MAX */
int64_t rate_steps(double v);
double rate_of_steps(int64_t steps);

#endif
