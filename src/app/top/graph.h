/*
 * A chart of a series in cells: time to the right, the latest value at the right edge.
 *
 * A gap stays empty; a value that is known, 0 included, shows at least the lowest dot.
 */
#ifndef APP_TOP_GRAPH_H
#define APP_TOP_GRAPH_H

#include "app/top/grid.h"

#include <stddef.h>

enum graph_kind {
    GRAPH_ASCII,  /* one value per column, three steps per row */
    GRAPH_BLOCK,  /* one value per column, eight steps per row: U+2581 to U+2588 */
    GRAPH_BRAILLE,/* two values per column, four steps per row: U+2800 to U+28FF */
};

/* Values that fit into so many columns. */
size_t graph_values(enum graph_kind kind, int columns);

/* Draws the last of the n values that fit, from 0 to `top`. */
void graph_draw(struct grid *g, struct rect at, enum graph_kind kind, enum ink ink, const double *v,
                size_t n, double top);

/* A bar of a share 0..1; empty where it is not known. */
void graph_bar(struct grid *g, int row, int column, int columns, enum ink ink, double share);

/* One glyph for a share 0..1, in eight steps. */
uint32_t graph_level(const struct grid *g, double share);

/* 1, 2 or 5 times a power of ten: the least such that is not below v, so that scales rarely move. */
double graph_top(double v);

#endif
