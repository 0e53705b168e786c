/* Charts in the cells of a grid (output/spark.h): time to the right, the latest value at the right edge. */
#ifndef APP_TOP_GRAPH_H
#define APP_TOP_GRAPH_H

#include "app/top/grid.h"
#include "output/spark.h"

#include <stddef.h>

/* Draws the last of the n values that fit, from 0 to `top`. */
void graph_draw(struct grid *g, struct rect at, enum spark_kind kind, enum ink ink, const double *v,
                size_t n, double top);

/* A bar of a share 0..1; empty where it is not known. */
void graph_bar(struct grid *g, int row, int column, int columns, enum ink ink, double share);

#endif
