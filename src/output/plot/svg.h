/*
 * A canvas that writes SVG 1.1. Text stays text, in the fonts of whoever looks at it; every colour is an attribute, so
 * that a strict content security policy lets it through; no script, no link, nothing from elsewhere.
 */
#ifndef OUTPUT_PLOT_SVG_H
#define OUTPUT_PLOT_SVG_H

#include "base/buf.h"
#include "base/canvas.h"

struct svg {
    struct canvas canvas;
    struct buf *out; /* borrowed */
    int depth;       /* of groups that are open */
};

/* Begins a picture. Title and description are for readers of the screen. To be ended with svg_end(). */
void svg_begin(struct svg *s, struct buf *out, double width, double height, struct canvas_ink background,
               const char *title, const char *description);
void svg_end(struct svg *s);

#endif
