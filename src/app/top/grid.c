/* grid.c - cells. Text goes through output/screen first, so that no name can move the cursor. */
#include "app/top/grid.h"

#include "base/mem.h"
#include "base/text.h"
#include "output/screen.h"

#include <string.h>

static const struct terminal_cell blank = { .glyph = ' ', .look = INK_PLAIN };

void grid_fit(struct grid *g, int rows, int columns)
{
    size_t n = (size_t)rows * (size_t)columns;
    if (rows != g->rows || columns != g->columns)
        g->cell = mem_resize(g->cell, n * sizeof *g->cell);
    g->rows = rows;
    g->columns = columns;
    for (size_t i = 0; i < n; i++)
        g->cell[i] = blank;
}

void grid_done(struct grid *g)
{
    mem_free(g->cell);
    buf_done(&g->scratch);
    *g = (struct grid){ 0 };
}

static struct terminal_cell *grid_at(struct grid *g, int row, int column)
{
    bool inside = row >= 0 && row < g->rows && column >= 0 && column < g->columns;
    return inside ? &g->cell[row * g->columns + column] : NULL;
}

void grid_glyph(struct grid *g, int row, int column, enum ink ink, uint32_t glyph)
{
    struct terminal_cell *c = grid_at(g, row, column);
    if (c)
        *c = (struct terminal_cell){ .glyph = glyph, .look = (uint8_t)ink };
}

int grid_put(struct grid *g, int row, int column, int columns, enum ink ink, const char *text)
{
    if (columns <= 0)
        return 0;
    const struct screen s = { .utf8 = g->utf8, .width = columns };
    buf_clear(&g->scratch);
    screen_cell(&s, &g->scratch, TONE_PLAIN, text, columns, false);
    int used = 0;
    for (const char *p = buf_text(&g->scratch); *p; used++) {
        long c;
        p += text_utf8(p, &c);
        grid_glyph(g, row, column + used, ink, (uint32_t)c);
    }
    return used;
}

/* Code points; what is no UTF-8 counts as it is shown. */
static int grid_length(const char *text)
{
    int n = 0;
    for (long c; *text; n++)
        text += text_utf8(text, &c);
    return n;
}

void grid_put_right(struct grid *g, int row, int column, int columns, enum ink ink,
                    const char *text)
{
    int n = grid_length(text), skip = n < columns ? columns - n : 0;
    grid_put(g, row, column + skip, columns - skip, ink, text);
}

void grid_put_amount(struct grid *g, int row, int column, int columns, enum ink ink,
                     const char *text)
{
    grid_put_right(g, row, column, columns, ink, text);
    const char *unit = strchr(text, ' ');
    if (unit) {
        int n = grid_length(unit);
        grid_tint(g, row, column + columns - n, n, INK_QUIET);
    }
}

void grid_tint(struct grid *g, int row, int column, int columns, enum ink ink)
{
    for (int i = 0; i < columns; i++) {
        struct terminal_cell *c = grid_at(g, row, column + i);
        if (c)
            c->look = (uint8_t)ink;
    }
}

void grid_clear(struct grid *g, struct rect at)
{
    for (int r = 0; r < at.rows; r++)
        for (int c = 0; c < at.columns; c++)
            grid_glyph(g, at.row + r, at.column + c, INK_PLAIN, ' ');
}

void grid_box(struct grid *g, struct rect at, const char *title, enum ink ink)
{
    /* Across, down, and the corners in the order of reading. */
    static const uint32_t fine[] = { 0x2500, 0x2502, 0x256d, 0x256e, 0x2570, 0x256f },
                          plain[] = { '-', '|', '+', '+', '+', '+' };
    const uint32_t *line = g->utf8 ? fine : plain;
    int last_row = at.row + at.rows - 1, last_column = at.column + at.columns - 1;
    for (int c = at.column + 1; c < last_column; c++) {
        grid_glyph(g, at.row, c, INK_FRAME, line[0]);
        grid_glyph(g, last_row, c, INK_FRAME, line[0]);
    }
    for (int r = at.row + 1; r < last_row; r++) {
        grid_glyph(g, r, at.column, INK_FRAME, line[1]);
        grid_glyph(g, r, last_column, INK_FRAME, line[1]);
    }
    grid_glyph(g, at.row, at.column, INK_FRAME, line[2]);
    grid_glyph(g, at.row, last_column, INK_FRAME, line[3]);
    grid_glyph(g, last_row, at.column, INK_FRAME, line[4]);
    grid_glyph(g, last_row, last_column, INK_FRAME, line[5]);
    if (*title) {
        grid_glyph(g, at.row, at.column + 2, INK_PLAIN, ' ');
        int n = grid_put(g, at.row, at.column + 3, at.columns - 6, ink, title);
        grid_glyph(g, at.row, at.column + 3 + n, INK_PLAIN, ' ');
    }
}

static void grid_put_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_putc(out, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_putc(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            buf_putc(out, (char)(0xe0 | c >> 12));
        } else {
            buf_putc(out, (char)(0xf0 | c >> 18));
            buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    buf_putc(out, (char)(0x80 | (c & 0x3f)));
}

void grid_text(const struct grid *g, struct buf *out)
{
    for (int r = 0; r < g->rows; r++) {
        const struct terminal_cell *row = &g->cell[r * g->columns];
        int n = g->columns;
        while (n && row[n - 1].glyph == ' ')
            n--;
        for (int c = 0; c < n; c++)
            grid_put_utf8(out, row[c].glyph);
        buf_putc(out, '\n');
    }
}
