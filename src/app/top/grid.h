/*
 * A screen in memory: rows of cells, each a glyph and an ink. What is drawn here is shown by the
 * module sonde-terminal, or printed as text (--batch), or compared with an expected file.
 *
 * An ink says what something is, not how it looks; app/top/palette gives each its look by what the
 * terminal can do.
 */
#ifndef APP_TOP_GRID_H
#define APP_TOP_GRID_H

#include "base/buf.h"
#include "modules/terminal.h"

#include <stdbool.h>

enum ink {
    INK_PLAIN,
    INK_STRONG,   /* numbers that matter, headings */
    INK_QUIET,    /* units, labels, explanations */
    INK_FRAME,    /* lines between things */
    INK_FIRST,    /* series of a chart */
    INK_SECOND,
    INK_THIRD,
    INK_WARN,     /* a finding; a mark or a word says so as well */
    INK_BAD,
    INK_SELECTED, /* the row under the cursor */
    INK_KEY,      /* a key that can be pressed */
    INKS,
};

struct grid {
    int rows, columns;
    bool utf8;                  /* else ASCII only */
    struct terminal_cell *cell; /* cell[row * columns + column] */
    struct buf scratch;         /* private */
};

/* Part of a grid. */
struct rect {
    int row, column, rows, columns;
};

void grid_fit(struct grid *g, int rows, int columns); /* of this size, all blank */
void grid_done(struct grid *g);

/* Outside of the grid nothing is drawn. */
void grid_glyph(struct grid *g, int row, int column, enum ink ink, uint32_t glyph);

/*
 * Puts a text made safe, at most `columns` wide; what is longer ends in an ellipsis. Returns the
 * columns that it took.
 */
int grid_put(struct grid *g, int row, int column, int columns, enum ink ink, const char *text);

/* The same, ending at the right edge of `columns`. */
void grid_put_right(struct grid *g, int row, int column, int columns, enum ink ink,
                    const char *text);

/* "23.1 %": the number in one ink, its unit in INK_QUIET, right-aligned in `columns`. */
void grid_put_amount(struct grid *g, int row, int column, int columns, enum ink ink,
                     const char *text);

/* All cells of a row in an ink, whatever they hold. */
void grid_tint(struct grid *g, int row, int column, int columns, enum ink ink);

void grid_clear(struct grid *g, struct rect at);

/* A frame with a title in its upper edge. */
void grid_box(struct grid *g, struct rect at, const char *title, enum ink ink);

/* As lines of text, without blanks at their ends. */
void grid_text(const struct grid *g, struct buf *out);

#endif
