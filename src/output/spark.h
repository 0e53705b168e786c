/*
 * Charts made of letters: how a series of numbers fills the cells of a text, in braille, blocks or ASCII. `top` draws
 * areas and bars with it, the report one small row for each number.
 *
 * A gap stays empty; a value that is known, 0 included, shows at least the lowest step.
 */
#ifndef OUTPUT_SPARK_H
#define OUTPUT_SPARK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spark_kind {
    SPARK_ASCII,  /* one value per column, three steps per row */
    SPARK_BLOCK,  /* one value per column, eight steps per row: U+2581 to U+2588 */
    SPARK_BRAILLE,/* two values per column, four steps per row: U+2800 to U+28FF */
};

/* Values that fit into so many columns. */
size_t spark_values(enum spark_kind kind, int columns);

/* Steps of a row. */
int spark_steps(enum spark_kind kind);

/* Steps that a value fills of `all`, at least one; -1 for a gap. */
int spark_fill(double v, double top, int all);

/* Of the steps that are filled, those in the row that has `below` of `steps` steps under it. */
int spark_part(int filled, int below, int steps);

/* The glyph of a cell in which so many steps are filled, of braille in both halves; ' ' for none. */
uint32_t spark_glyph(enum spark_kind kind, int first, int second);

/* One glyph for a share 0..1, in eight steps; ' ' where it is not known. */
uint32_t spark_level(bool utf8, double share);

/* 1, 2 or 5 times a power of ten: the least such that is not below v, so that scales rarely move. */
double spark_top(double v);

/* A row of at most `columns` for n values from lo to hi in eight steps: the means of equal parts, blanks for gaps. */
void spark_row(struct buf *out, bool utf8, const double *v, size_t n, int columns, double lo, double hi);

#endif
