/*
 * A surface to draw on: lines, areas, discs and text, in pixels from the left upper corner. What draws pictures knows
 * nothing else, so that the same picture becomes SVG (output/plot/svg.h) or PNG (modules/cairo.h).
 */
#ifndef BASE_CANVAS_H
#define BASE_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas_point {
    double x, y; /* x NaN: what comes before and after are not joined */
};

struct canvas_ink {
    uint32_t rgb;    /* 0xrrggbb */
    double alpha;    /* 0..1; 0 draws nothing */
};

struct canvas_stroke {
    struct canvas_ink ink;
    double width;
    double dash, gap; /* lengths; dash 0 = a solid line */
};

enum canvas_anchor { CANVAS_START, CANVAS_MIDDLE, CANVAS_END }; /* what of a text stands at x */

struct canvas_font {
    double size;     /* pixels */
    bool bold;
    enum canvas_anchor anchor;
    struct canvas_ink ink;
};

struct canvas {
    /* Joined points; one that stands alone is a dot. */
    void (*lines)(struct canvas *c, const struct canvas_point *p, size_t n, const struct canvas_stroke *s);
    /* Closed areas. */
    void (*area)(struct canvas *c, const struct canvas_point *p, size_t n, struct canvas_ink ink);
    void (*box)(struct canvas *c, double x, double y, double width, double height, struct canvas_ink ink);
    /* With an edge of 1.5 pixels; either ink may draw nothing. */
    void (*disc)(struct canvas *c, double x, double y, double radius, struct canvas_ink fill, struct canvas_ink edge);
    /* UTF-8; y is the base line. */
    void (*text)(struct canvas *c, double x, double y, const char *text, const struct canvas_font *f);
    double (*measure)(struct canvas *c, const char *text, double size, bool bold); /* width in pixels, about */
    /* What is drawn until close() belongs together, and is `title` for whoever cannot see it. */
    void (*open)(struct canvas *c, const char *kind, const char *title);
    void (*close)(struct canvas *c);
};

#endif
