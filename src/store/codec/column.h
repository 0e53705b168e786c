/*
 * One column as whole numbers, and those as bytes.
 *
 * A column of doubles becomes `first + step * w[row]`, in units of a power of ten or, where no such
 * unit is exact, in bit patterns put in the order of their values. w begins with 0; rows without a
 * value repeat the one before and are named by a bitmap. All of it is arithmetic modulo 2^64, two's
 * complement where a sign matters.
 */
#ifndef STORE_CODEC_COLUMN_H
#define STORE_CODEC_COLUMN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_unit {
    COLUMN_DECIMALS = 9, /* 0 to 9: that many digits behind the point */
    COLUMN_PATTERN,      /* IEEE 754 binary64, see column.c */
    COLUMN_RAW,          /* 8 bytes a row, which nothing can exceed */
    COLUMN_ABSENT = 15,  /* no row has a value */
};

enum column_guess {
    GUESS_MEAN,   /* a level: the running mean */
    GUESS_LAST,   /* the row before */
    GUESS_LINE,   /* the line through the two before */
    GUESS_DRIFT,  /* the row before and the running mean of the steps */
    GUESSES
};

/* Another column that this one follows: w[row] is guessed from it as slope * of[row] / 65536. */
struct column_root {
    int column; /* -1: none */
    int32_t slope;
    const uint64_t *of;
};

struct column {
    enum column_unit unit;
    enum column_guess guess;
    bool gaps;
    uint64_t first;
    uint64_t step; /* 0: all rows are as the first */
    struct column_root root;
};

/* Bits that a magnitude needs; and that, cut to the classes that contexts know. */
#define CLASSES 16

static inline int bit_length(uint64_t x)
{
    return x ? 64 - __builtin_clzll(x) : 0;
}

static inline int bit_class(uint64_t x)
{
    int n = bit_length(x);
    return n < CLASSES ? n : CLASSES - 1;
}

static inline uint64_t magnitude(uint64_t x)
{
    return x >> 63 ? -x : x;
}

/* No column takes more bytes. */
#define COLUMN_ROOM(rows) (64 + 8 * (size_t)(rows))

/* Finds the smallest unit and fills w[0..rows); the guess and the root are not touched. */
void column_of(const double *v, int rows, struct column *c, uint64_t *w);

/* Chooses the guess that leaves the least without a root. */
void column_guess(struct column *c, const uint64_t *w, int rows);

/* Its bytes into out[0..room); how many, or 0 when they are more. v gives the gaps. */
size_t column_put(const struct column *c, const double *v, const uint64_t *w, int rows, uint8_t *out, size_t room);

/* Reads what stands before the rows; at most n bytes; how many, or -EBADMSG. */
int column_head(const uint8_t *bytes, size_t n, struct column *c);

/* Decodes the rows; gap[row] says which have no value (only with c->gaps). */
void column_rows(const struct column *c, const uint8_t *bytes, size_t n, int rows, uint64_t *w, bool *gap);

/* The doubles; of a raw column from the n bytes behind its head. -EBADMSG when those are not enough. */
int column_doubles(const struct column *c, const uint64_t *w, const bool *gap, const uint8_t *raw, size_t n, int rows,
                   double *out);

#endif
