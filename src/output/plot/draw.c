/*
 * draw.c - a plot on a canvas: what stands where.
 *
 * Small multiples over one time axis. All areas with lines are equally large, so that heights can be compared; times
 * stand once below each column. Where a picture is too small for all panels, the last ones are left out, and it says
 * so.
 */
#include "output/plot/draw.h"

#include "base/auto.h"
#include "base/text.h"
#include "output/plot/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DRAW_SHAPE 2.6       /* width of a panel over its height that lines are read best at */
#define DRAW_LEAST_WIDTH 11  /* of a panel, in sizes of the text */
#define DRAW_LEAST_HEIGHT 4.6

/* Okabe and Ito, "Color universal design" (2008), blue and green first: orange and red are near those of findings. */
static const struct plot_theme draw_light = {
    .background = 0xffffff, .text = 0x1b1f23, .quiet = 0x5c6670, .grid = 0xe9ecef, .axis = 0xb4bcc4, .usual = 0x8a949e,
    .on_mark = 0xffffff, .severity = { 0x5c6670, 0x5c6670, 0x5c6670, 0xb35900, 0xb3261e },
    .line = { 0x0072b2, 0x009e73, 0xcc79a7, 0x56b4e9, 0xe69f00, 0x000000 },
};
static const struct plot_theme draw_dark = {
    .background = 0x14181c, .text = 0xe8ebee, .quiet = 0x9aa5af, .grid = 0x262c32, .axis = 0x4a535c, .usual = 0x8a949e,
    .on_mark = 0x14181c, .severity = { 0x9aa5af, 0x9aa5af, 0x9aa5af, 0xf2a33a, 0xff6b5e },
    .line = { 0x56b4e9, 0x2bc49a, 0xe08fbc, 0xf0e442, 0xe69f00, 0xffffff },
};

const struct plot_theme *plot_theme(bool dark)
{
    return dark ? &draw_dark : &draw_light;
}

struct canvas_ink plot_background(bool dark)
{
    return draw_ink(plot_theme(dark)->background, 1);
}

double draw_x(const struct drawing *d, const struct frame_of *f, double ms)
{
    double share = (ms - (double)d->p->from_ms) / (double)(d->until_ms - d->p->from_ms);
    return f->x + fmin(fmax(share, 0), 1) * f->width;
}

/* The first so many code points of a text, and an ellipsis. */
static void draw_cut(const char *text, int points, struct buf *out)
{
    buf_clear(out);
    for (long c; *text && points > 0; points--) {
        size_t n = text_utf8(text, &c);
        buf_put(out, text, n);
        text += n;
    }
    buf_puts(out, "\xe2\x80\xa6");
}

/* Names come from devices and other people's programs. */
static void draw_clean(const char *text, struct buf *out)
{
    while (*text) {
        long c;
        size_t n = text_utf8(text, &c);
        if (text_hides(c))
            buf_putc(out, '?');
        else
            buf_put(out, text, n);
        text += n;
    }
}

double draw_text(const struct drawing *d, double x, double y, const char *given, double width, struct canvas_font f)
{
    struct canvas *c = d->c;
    auto_buf struct buf text = { 0 }, cut = { 0 };
    draw_clean(given, &text);
    double used = c->measure(c, buf_text(&text), f.size, f.bold);
    int low = 0, high = used > width ? (int)text.n : 0;
    while (low < high) { /* the most that fit */
        int middle = (low + high + 1) / 2;
        draw_cut(text.p, middle, &cut);
        if (c->measure(c, cut.p, f.size, f.bold) <= width)
            low = middle;
        else
            high = middle - 1;
    }
    if (used > width) {
        draw_cut(text.p, low, &cut);
        used = c->measure(c, cut.p, f.size, f.bold);
    }
    if (used <= width)
        c->text(c, x, y, cut.n ? cut.p : buf_text(&text), &f);
    return used;
}

void draw_rule(const struct drawing *d, double x, double y, double to_x, double to_y, uint32_t rgb)
{
    const struct canvas_point line[] = { { x, y }, { to_x, to_y } };
    d->c->lines(d->c, line, 2, &(struct canvas_stroke){ .ink = draw_ink(rgb, 1), .width = 1 });
}

/* ---- the head ---- */

static void draw_range(const struct drawing *d, struct buf *out)
{
    const struct plot *p = d->p;
    char span[32];
    plot_describe_range(p, p->to_ms - p->from_ms <= 86400000, out);
    buf_printf(out, " (%s)", text_span((double)(p->to_ms - p->from_ms) / 1000, span, sizeof span));
}

/* Returns the height. */
static double draw_head(const struct drawing *d)
{
    double y = d->body, width = d->width - 2 * d->body;
    auto_buf struct buf range = { 0 };
    if (*d->p->title) {
        y += d->body * 1.1;
        draw_text(d, d->body, y, d->p->title, width, (struct canvas_font){
            .size = d->body * 1.3, .bold = true, .ink = draw_ink(d->theme->text, 1) });
    }
    draw_range(d, &range);
    y += d->body * (*d->p->title ? 1.6 : 1);
    draw_text(d, d->body, y, range.p, width, draw_font(d->small, d->theme->quiet, CANVAS_START));
    return y + d->body * 0.3;
}

/* ---- the panels ---- */

struct mesh {
    int columns, rows, shown;
    double top, height;   /* of all cells */
};

/* How far a cell is from a good shape; infinite where nothing can be read. */
static double draw_fault(const struct drawing *d, double height, int columns, int panels)
{
    int rows = (panels + columns - 1) / columns;
    double w = (d->width - d->body) / columns, h = height / rows;
    if (w < DRAW_LEAST_WIDTH * d->body || h < DRAW_LEAST_HEIGHT * d->body)
        return INFINITY;
    return fabs(log(w / h / DRAW_SHAPE)) + 0.06 * (columns * rows - panels);
}

static struct mesh draw_mesh(const struct drawing *d, double top, double height)
{
    for (int panels = d->p->n_panels; panels > 1; panels--) {
        double best = INFINITY;
        int columns = 0;
        for (int k = 1; k <= panels; k++) {
            double fault = draw_fault(d, height, k, panels);
            if (fault < best) {
                best = fault;
                columns = k;
            }
        }
        if (columns)
            return (struct mesh){ columns, (panels + columns - 1) / columns, panels, top, height };
    }
    return (struct mesh){ 1, 1, d->p->n_panels ? 1 : 0, top, height };
}

/* The panels of a column share their gutters, so that their times stand below each other. */
static void draw_column_gutters(const struct drawing *d, const struct mesh *m, int column, double height,
                                double *left, double *right)
{
    double cell = (d->width - d->body) / m->columns;
    *left = *right = 0;
    for (int i = column; i < m->shown; i += m->columns) {
        double l, r;
        bool brief;
        draw_gutters(d, &d->p->panels[i], cell, height, &l, &r, &brief);
        *left = fmax(*left, l);
        *right = fmax(*right, r);
    }
}

/* Row by row, as they are read. */
static void draw_panels(struct drawing *d, const struct mesh *m)
{
    double cell = (d->width - d->body) / m->columns;
    double times = d->small * 1.7, title = d->body * 2.1, gap = d->body * 0.6;
    double height = (m->height - times) / m->rows - title - gap, left[PLOT_PANELS], right[PLOT_PANELS], own[2];
    for (int column = 0; column < m->columns; column++)
        draw_column_gutters(d, m, column, height, &left[column], &right[column]);
    for (int i = 0; i < m->shown; i++) {
        int column = i % m->columns, row = i / m->columns;
        double x = d->body + column * cell, y = m->top + row * (title + height + gap);
        struct frame_of f = {
            .x = x + left[column], .y = y + title, .height = height,
            .width = cell - d->body - left[column] - right[column],
            .left = x, .right = x + cell - d->body, .title_y = y + title - d->body * 0.85,
            .times = i + m->columns >= m->shown,
        };
        draw_gutters(d, &d->p->panels[i], cell, height, &own[0], &own[1], &f.brief);
        d->point_ms = fmax(d->point_ms, draw_merged(d->p, &f) * d->p->step_ms);
        draw_panel(d, &d->p->panels[i], &f);
    }
}

static int64_t draw_until(const struct plot *p)
{
    int steps = 0;
    for (int i = 0; i < p->n_panels; i++)
        for (int k = 0; k < p->panels[i].n; k++)
            steps = p->panels[i].line[k]->ahead > steps ? p->panels[i].line[k]->ahead : steps;
    int64_t until = p->ahead_ms + (int64_t)(steps * p->ahead_step_ms);
    return steps && until > p->to_ms ? until : p->to_ms;
}

int plot_draw(const struct plot *p, const struct plot_options *o, struct canvas *c)
{
    double scale = sqrt(fmin(o->width / 900.0, o->height / 500.0));
    struct drawing d = {
        .p = p, .c = c, .theme = plot_theme(o->dark), .width = o->width, .height = o->height,
        .body = 13 * fmin(fmax(scale, 0.8), 4), .until_ms = draw_until(p), .point_ms = p->step_ms,
    };
    d.small = d.body * 0.85;
    double top = draw_head(&d), below = 0, least = DRAW_LEAST_HEIGHT * d.body;
    for (d.told = 3; below = draw_legend_height(&d), d.told > 0 && d.height - top - below < least;)
        d.told--;
    struct mesh m = draw_mesh(&d, top, d.height - top - below - d.body * 0.4);
    draw_panels(&d, &m);
    if (!p->n_panels)
        draw_text(&d, d.width / 2, d.height / 2, "nothing that a panel is made of was recorded", d.width - 2 * d.body,
                  draw_font(d.body, d.theme->quiet, CANVAS_MIDDLE));
    draw_legend(&d, d.height - below);
    int left_out = p->n_panels - m.shown;
    if (left_out > 0) {
        char text[80];
        snprintf(text, sizeof text, "%d more panel%s need a larger picture", left_out, left_out == 1 ? "" : "s");
        draw_text(&d, d.width - d.body, d.body * 2.1, text, d.width / 2,
                  draw_font(d.small, d.theme->quiet, CANVAS_END));
    }
    return left_out;
}

int plot_svg(const struct plot *p, const struct plot_options *o, struct buf *out)
{
    struct svg s;
    auto_buf struct buf words = { 0 };
    plot_describe(p, &words);
    svg_begin(&s, out, o->width, o->height, plot_background(o->dark), p->title, buf_text(&words));
    int left_out = plot_draw(p, o, &s.canvas);
    svg_end(&s);
    return left_out;
}
