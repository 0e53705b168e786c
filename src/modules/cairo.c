/*
 * cairo.c - pictures as PNG by cairo, their text by pango (cairo_create(3), pango_cairo_create_layout(3)). A module,
 * because the two pull in forty shared objects that a recorder does not need.
 */
#include "modules/cairo.h"

#include <errno.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#define PAINTED_FONT "DejaVu Sans, Noto Sans, Liberation Sans, sans-serif" /* with even figures, and all over Linux */
#define PAINTED_EDGE 1.5

struct painted {
    struct canvas canvas;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoLayout *layout;
};

struct putting {
    int (*put)(void *self, const unsigned char *bytes, unsigned n);
    void *self;
    int rc;
};

static struct painted *painted_of(struct canvas *c)
{
    return (struct painted *)c; /* its first member */
}

static void painted_ink(cairo_t *cr, struct canvas_ink ink)
{
    cairo_set_source_rgba(cr, (ink.rgb >> 16 & 0xff) / 255.0, (ink.rgb >> 8 & 0xff) / 255.0, (ink.rgb & 0xff) / 255.0,
                          ink.alpha);
}

/* A point that stands alone becomes a dot, by the round ends of its line. */
static void painted_path(cairo_t *cr, const struct canvas_point *p, size_t n, bool closed)
{
    bool open = false;
    cairo_new_path(cr);
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i].x) || isnan(p[i].y)) {
            if (open && closed)
                cairo_close_path(cr);
            open = false;
            continue;
        }
        if (!open)
            cairo_move_to(cr, p[i].x, p[i].y);
        cairo_line_to(cr, p[i].x, p[i].y);
        open = true;
    }
    if (open && closed)
        cairo_close_path(cr);
}

static void painted_lines(struct canvas *c, const struct canvas_point *p, size_t n, const struct canvas_stroke *s)
{
    cairo_t *cr = painted_of(c)->cr;
    const double dashes[] = { s->dash, s->gap };
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, s->width);
    cairo_set_dash(cr, dashes, s->dash > 0 ? 2 : 0, 0);
    painted_ink(cr, s->ink);
    painted_path(cr, p, n, false);
    cairo_stroke(cr);
}

static void painted_area(struct canvas *c, const struct canvas_point *p, size_t n, struct canvas_ink ink)
{
    cairo_t *cr = painted_of(c)->cr;
    painted_ink(cr, ink);
    painted_path(cr, p, n, true);
    cairo_fill(cr);
}

static void painted_box(struct canvas *c, double x, double y, double width, double height, struct canvas_ink ink)
{
    cairo_t *cr = painted_of(c)->cr;
    painted_ink(cr, ink);
    cairo_rectangle(cr, x, y, width, height);
    cairo_fill(cr);
}

static void painted_disc(struct canvas *c, double x, double y, double radius, struct canvas_ink fill,
                         struct canvas_ink edge)
{
    cairo_t *cr = painted_of(c)->cr;
    cairo_new_path(cr);
    cairo_arc(cr, x, y, radius, 0, 2 * G_PI);
    painted_ink(cr, fill);
    cairo_fill_preserve(cr);
    painted_ink(cr, edge);
    cairo_set_dash(cr, NULL, 0, 0);
    cairo_set_line_width(cr, edge.alpha > 0 ? PAINTED_EDGE : 0);
    cairo_stroke(cr);
}

static PangoLayout *painted_layout(struct canvas *c, const char *text, double size, bool bold)
{
    PangoLayout *l = painted_of(c)->layout;
    PangoFontDescription *f = pango_font_description_from_string(PAINTED_FONT);
    char *valid = g_utf8_make_valid(text, -1);
    pango_font_description_set_absolute_size(f, size * PANGO_SCALE);
    pango_font_description_set_weight(f, bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(l, f);
    pango_layout_set_text(l, valid, -1);
    pango_font_description_free(f);
    g_free(valid);
    return l;
}

static double painted_measure(struct canvas *c, const char *text, double size, bool bold)
{
    int width, height;
    pango_layout_get_size(painted_layout(c, text, size, bold), &width, &height);
    return (double)width / PANGO_SCALE;
}

static void painted_text(struct canvas *c, double x, double y, const char *text, const struct canvas_font *f)
{
    cairo_t *cr = painted_of(c)->cr;
    PangoLayout *l = painted_layout(c, text, f->size, f->bold);
    int width, height;
    pango_layout_get_size(l, &width, &height);
    double left = f->anchor == CANVAS_START ? 0 : (double)width / PANGO_SCALE / (f->anchor == CANVAS_MIDDLE ? 2 : 1);
    painted_ink(cr, f->ink);
    cairo_move_to(cr, x - left, y - (double)pango_layout_get_baseline(l) / PANGO_SCALE);
    pango_cairo_show_layout(cr, l);
}

static void painted_open_group(struct canvas *c, const char *kind, const char *title)
{
    (void)c;
    (void)kind;
    (void)title; /* pixels have no groups */
}

static void painted_close_group(struct canvas *c)
{
    (void)c;
}

static void painted_close(struct canvas *c)
{
    struct painted *p = painted_of(c);
    if (!p)
        return;
    if (p->layout)
        g_object_unref(p->layout);
    cairo_destroy(p->cr);
    cairo_surface_destroy(p->surface);
    pango_cairo_font_map_set_default(NULL); /* a program makes a picture now and then, and need not keep all fonts */
    free(p);
}

static struct canvas *painted_open(int width, int height, struct canvas_ink background)
{
    struct painted *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->canvas = (struct canvas){ painted_lines, painted_area, painted_box, painted_disc, painted_text, painted_measure,
                                 painted_open_group, painted_close_group };
    p->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    p->cr = cairo_create(p->surface);
    if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS) {
        painted_close(&p->canvas);
        return NULL;
    }
    p->layout = pango_cairo_create_layout(p->cr);
    painted_ink(p->cr, background);
    cairo_paint(p->cr);
    return &p->canvas;
}

static cairo_status_t painted_put(void *self, const unsigned char *bytes, unsigned n)
{
    struct putting *p = self;
    p->rc = p->put(p->self, bytes, n);
    return p->rc < 0 ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int painted_png(struct canvas *c, int (*put)(void *self, const unsigned char *bytes, unsigned n), void *self)
{
    struct painted *p = painted_of(c);
    struct putting to = { .put = put, .self = self };
    cairo_surface_flush(p->surface);
    cairo_status_t status = cairo_surface_write_to_png_stream(p->surface, painted_put, &to);
    return to.rc < 0 ? to.rc : status == CAIRO_STATUS_NO_MEMORY ? -ENOMEM : status != CAIRO_STATUS_SUCCESS ? -EIO : 0;
}

/* The one symbol of this module that others see. */
extern const struct cairo sonde_cairo __attribute__((visibility("default")));
const struct cairo sonde_cairo = { .open = painted_open, .png = painted_png, .close = painted_close };
