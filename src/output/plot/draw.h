/* What the parts of the drawing share: where everything is, and in which colours. Only for src/output/plot. */
#ifndef OUTPUT_PLOT_DRAW_H
#define OUTPUT_PLOT_DRAW_H

#include "core/amount.h"
#include "output/plot/plot.h"
#include "output/plot/ticks.h"

#include <math.h>

struct plot_theme {
    uint32_t background, text, quiet, grid, axis, usual, on_mark;
    uint32_t severity[SEVERITY_CRITICAL + 1]; /* grey, amber, red: only for what was found */
    uint32_t line[PLOT_LINES];
};

const struct plot_theme *plot_theme(bool dark);

struct drawing {
    const struct plot *p;
    struct canvas *c;
    const struct plot_theme *theme;
    double width, height;
    double body, small;   /* sizes of text */
    int64_t until_ms;     /* right edge: of the range, or of the forecasts */
    double point_ms;      /* that a point of a line stands for where it stands for most */
    int told;             /* how much is told below: 0 nothing, 1 signs, 2 episodes too, 3 what is not measured too */
};

struct frame_of {         /* of a panel */
    double x, y, width, height; /* of the area with the lines */
    double left, title_y; /* where the title begins, and its base line */
    double right;         /* where what belongs to the panel ends */
    bool times;           /* are there times below? */
    bool brief;           /* names stand in the head */
};

static inline struct canvas_ink draw_ink(uint32_t rgb, double alpha)
{
    return (struct canvas_ink){ rgb, alpha };
}

static inline struct canvas_font draw_font(double size, uint32_t rgb, enum canvas_anchor anchor)
{
    return (struct canvas_font){ .size = size, .anchor = anchor, .ink = draw_ink(rgb, 1) };
}

/* A straight line, one pixel wide. */
void draw_rule(const struct drawing *d, double x, double y, double to_x, double to_y, uint32_t rgb);

/* Text that fits: what is too wide ends in an ellipsis. Returns the width that was used. */
double draw_text(const struct drawing *d, double x, double y, const char *text, double width, struct canvas_font f);

double draw_x(const struct drawing *d, const struct frame_of *f, double ms);

/* ---- a panel ---- */

struct axis {
    struct ticks ticks;     /* in the unit of the scale */
    struct amount_scale scale;
    double low, high;       /* of the values, in theirs */
};

static inline double draw_y(const struct axis *a, const struct frame_of *f, double v)
{
    double share = (v - a->low) / (a->high - a->low);
    return f->y + f->height * (1 - fmin(fmax(share, 0), 1));
}

/* How many points of the plot become one: a pixel cannot show more. */
int draw_merged(const struct plot *p, const struct frame_of *f);

/* The mean of a line where it is known next to a time; NaN: nowhere. */
double draw_mean_at(const struct plot *p, const struct plot_series *s, int64_t ms);

void draw_lines(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f,
                const struct axis *a);

/*
 * How wide the numbers left of it and the names right of it are, in a cell so wide; brief: the names have no room
 * there and stand in its head.
 */
void draw_gutters(const struct drawing *d, const struct plot_panel *panel, double cell, double height, double *left,
                  double *right, bool *brief);
void draw_panel(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f);

/* The sign of an episode: a number in a shape that its severity has, at most 2 * radius high. */
void draw_sign(const struct drawing *d, double x, double y, double radius, int number, enum severity severity);

/* ---- what is below the panels ---- */

/* How high it is, and the same drawn at y. */
double draw_legend_height(const struct drawing *d);
void draw_legend(const struct drawing *d, double y);

#endif
