/* summary_shape.h - how the numbers of a slot lie in a summary; for its writer and its reader only. */
#ifndef STORE_SUMMARY_SHAPE_H
#define STORE_SUMMARY_SHAPE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/*
 * One byte for every slot, then what it needs. SHAPE_GAPS is added to it where the slot was not known at
 * some instant of some row: a column of how many.
 */
enum summary_shape {
    SHAPE_NONE,       /* never known */
    SHAPE_INTEGER,    /* one whole number all the time: a varint */
    SHAPE_NUMBER,     /* one number all the time: its eight bytes */
    SHAPE_CODE,       /* one rounded number all the time: its code as a varint */
    SHAPE_LAST,       /* a column: last */
    SHAPE_PLAIN,      /* columns: last, max, min, mean */
    SHAPE_CODES,      /* a varint, the base; columns of codes less the base: last, up, down, rise */
    SHAPE_DECIMAL,    /* SHAPE_DECIMAL + p, p in 0..SHAPE_DIGITS; columns, in units of 10^-p: last, up, down,
                         and the mean's place between min and max in SUMMARY_MEAN parts */
};
enum { SHAPE_DIGITS = 6, SHAPE_SHAPES = SHAPE_DECIMAL + SHAPE_DIGITS + 1, SHAPE_GAPS = 64 };
enum { SUMMARY_TIMES = 2 }; /* columns before those of slots: number of the window, instants */

static inline int shape_columns(int shape)
{
    return shape < SHAPE_LAST ? 0 : shape == SHAPE_LAST ? 1 : 4;
}

/*
 * The code of a number: the upper bits of its magnitude, ten of the fraction, rounded, with its sign. It
 * grows with the number, and a step of one is less than 1 part in 1000, so that it is off by 1 in 2000.
 */
enum { CODE_DROPPED = 42 };
#define CODE_MAX (INT64_C(0x7fe) << 10 | 0x3ff)

static inline int64_t code_of(double v)
{
    double magnitude = fabs(v);
    int64_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    int64_t code = (bits + (INT64_C(1) << (CODE_DROPPED - 1))) >> CODE_DROPPED;
    code = code > CODE_MAX ? CODE_MAX : code;
    return v < 0 ? -code : code;
}

static inline double code_value(int64_t code)
{
    int64_t bits = (code < 0 ? -code : code) << CODE_DROPPED;
    double v;
    memcpy(&v, &bits, sizeof v);
    return code < 0 ? -v : v;
}

/* Codes of one column lie close together but for 0: the base is taken off all others. */
static inline int64_t code_less(int64_t code, int64_t base)
{
    return code > 0 ? code - base : code < 0 ? code + base : 0;
}

static inline int64_t code_more(int64_t code, int64_t base)
{
    return code_less(code, -base);
}

static inline double decimal_unit(int digits)
{
    static const double unit[SHAPE_DIGITS + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
    return unit[digits];
}

#endif
