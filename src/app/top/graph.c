/* graph.c - charts in braille, blocks or ASCII. */
#include "app/top/graph.h"

#include <math.h>

void graph_draw(struct grid *g, struct rect at, enum spark_kind kind, enum ink ink, const double *v,
                size_t n, double top)
{
    size_t per = spark_values(kind, 1), room = spark_values(kind, at.columns);
    int steps = spark_steps(kind), all = steps * at.rows;
    for (int c = 0; c < at.columns; c++) {
        int filled[2] = { -1, -1 };
        for (size_t k = 0; k < per; k++) {
            size_t from_end = room - ((size_t)c * per + k); /* 1 = the latest */
            if (from_end <= n)
                filled[k] = spark_fill(v[n - from_end], top, all);
        }
        for (int r = 0; r < at.rows; r++) {
            int below = steps * (at.rows - 1 - r);
            uint32_t glyph = spark_glyph(kind, spark_part(filled[0], below, steps),
                                         spark_part(filled[1], below, steps));
            if (glyph != ' ')
                grid_glyph(g, at.row + r, at.column + c, ink, glyph);
        }
    }
}

void graph_bar(struct grid *g, int row, int column, int columns, enum ink ink, double share)
{
    if (isnan(share))
        return;
    int steps = g->utf8 ? 8 : 1, filled = (int)(fmin(fmax(share, 0), 1) * columns * steps + 0.5);
    for (int c = 0; c < columns; c++) {
        int part = spark_part(filled, c * steps, steps);
        if (part == 0)
            grid_glyph(g, row, column + c, INK_FRAME, g->utf8 ? 0xb7 : '.');
        else /* U+2588 is full, U+258F an eighth from the left */
            grid_glyph(g, row, column + c, ink, g->utf8 ? 0x2590 - (uint32_t)part : '|');
    }
}
