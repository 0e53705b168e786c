/* graph.c - charts in braille, blocks or ASCII. */
#include "app/top/graph.h"

#include <math.h>

size_t graph_values(enum graph_kind kind, int columns)
{
    return (size_t)(columns > 0 ? columns : 0) * (kind == GRAPH_BRAILLE ? 2 : 1);
}

static int graph_steps(enum graph_kind kind)
{
    return kind == GRAPH_BRAILLE ? 4 : kind == GRAPH_BLOCK ? 8 : 3;
}

/* Steps that a value fills of `all`; -1 for a gap. */
static int graph_fill(double v, double top, int all)
{
    if (isnan(v))
        return -1;
    double share = top > 0 ? v / top : 0;
    int n = (int)ceil(fmin(fmax(share, 0), 1) * all - 1e-9);
    return n < 1 ? 1 : n;
}

/* Of the steps that are filled, those in the row that has `below` steps under it. */
static int graph_part(int filled, int below, int steps)
{
    int n = filled - below;
    return n < 0 ? 0 : n > steps ? steps : n;
}

/* The dots of one half of a braille cell, from the lowest (Unicode 3.0, braille patterns). */
static uint32_t graph_dots(int n, bool right)
{
    static const unsigned char left_dots[] = { 0, 0x40, 0x44, 0x46, 0x47 },
                               right_dots[] = { 0, 0x80, 0xa0, 0xb0, 0xb8 };
    return right ? right_dots[n] : left_dots[n];
}

static uint32_t graph_glyph(enum graph_kind kind, int first, int second)
{
    static const char ascii[] = " .:|";
    if (kind == GRAPH_BRAILLE)
        return first || second ? 0x2800 + graph_dots(first, false) + graph_dots(second, true) : ' ';
    if (kind == GRAPH_BLOCK)
        return first ? 0x2580 + (uint32_t)first : ' ';
    return (uint32_t)ascii[first];
}

void graph_draw(struct grid *g, struct rect at, enum graph_kind kind, enum ink ink, const double *v,
                size_t n, double top)
{
    size_t per = graph_values(kind, 1), room = graph_values(kind, at.columns);
    int steps = graph_steps(kind), all = steps * at.rows;
    for (int c = 0; c < at.columns; c++) {
        int filled[2] = { -1, -1 };
        for (size_t k = 0; k < per; k++) {
            size_t from_end = room - ((size_t)c * per + k); /* 1 = the latest */
            if (from_end <= n)
                filled[k] = graph_fill(v[n - from_end], top, all);
        }
        for (int r = 0; r < at.rows; r++) {
            int below = steps * (at.rows - 1 - r);
            uint32_t glyph = graph_glyph(kind, graph_part(filled[0], below, steps),
                                         graph_part(filled[1], below, steps));
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
        int part = graph_part(filled, c * steps, steps);
        if (part == 0)
            grid_glyph(g, row, column + c, INK_FRAME, g->utf8 ? 0xb7 : '.');
        else /* U+2588 is full, U+258F an eighth from the left */
            grid_glyph(g, row, column + c, ink, g->utf8 ? 0x2590 - (uint32_t)part : '|');
    }
}

uint32_t graph_level(const struct grid *g, double share)
{
    static const char ascii[] = ".:-=+*#@";
    if (isnan(share))
        return ' ';
    int n = graph_fill(share, 1, 8);
    return g->utf8 ? 0x2580 + (uint32_t)n : (uint32_t)ascii[n - 1];
}

double graph_top(double v)
{
    if (!(v > 0))
        return 1;
    double p = pow(10, floor(log10(v)));
    return v <= p ? p : v <= 2 * p ? 2 * p : v <= 5 * p ? 5 * p : 10 * p;
}
