/*
 * svg.c - pictures as SVG 1.1 (W3C Recommendation, 16 August 2011).
 *
 * Whoever looks has other fonts than we: widths are those of Helvetica (Adobe's font metrics), a little wider, as most
 * fonts of today are.
 */
#include "output/plot/svg.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define SVG_FONTS "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
#define SVG_WIDER 1.13 /* than Helvetica: DejaVu Sans, the widest of them, over the texts of a plot */
#define SVG_BOLD 1.2
#define SVG_OTHER 0.62 /* of the size: letters beyond ASCII */

static const short svg_widths[95] = { /* of ' ' to '~', in thousandths of the size */
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
};

static struct svg *svg_of(struct canvas *c)
{
    return (struct svg *)c; /* its first member */
}

/* Tenths of a pixel are finer than anybody sees. */
static void svg_number(struct buf *out, double v)
{
    char text[TEXT_NUMBER_MAX];
    double tenths = round(v * 10) / 10;
    text_number(tenths == 0 ? 0 : tenths, 6, text);
    buf_puts(out, text);
}

static void svg_attribute(struct svg *s, const char *name, double v)
{
    buf_printf(s->out, " %s=\"", name);
    svg_number(s->out, v);
    buf_putc(s->out, '"');
}

/* XML 1.0 allows no control characters, however they are written. */
static void svg_escaped(struct buf *out, const char *text)
{
    while (*text) {
        long c;
        size_t n = text_utf8(text, &c);
        if (c == '&' || c == '<' || c == '>' || c == '"')
            buf_printf(out, "&#%ld;", c);
        else if (text_hides(c) || c == 0xfffe || c == 0xffff)
            buf_putc(out, '?');
        else
            buf_put(out, text, n);
        text += n;
    }
}

static void svg_ink(struct svg *s, const char *what, struct canvas_ink ink)
{
    if (!(ink.alpha > 0)) {
        buf_printf(s->out, " %s=\"none\"", what);
        return;
    }
    buf_printf(s->out, " %s=\"#%06x\"", what, (unsigned)ink.rgb & 0xffffff);
    if (ink.alpha < 1)
        buf_printf(s->out, " %s-opacity=\"%.3g\"", what, ink.alpha);
}

static void svg_path(struct svg *s, const struct canvas_point *p, size_t n, bool closed)
{
    struct buf *out = s->out;
    bool open = false;
    buf_puts(out, " d=\"");
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i].x) || isnan(p[i].y)) {
            if (open && closed)
                buf_putc(out, 'Z');
            open = false;
            continue;
        }
        bool alone = !open && !closed && (i + 1 == n || isnan(p[i + 1].x) || isnan(p[i + 1].y));
        buf_putc(out, open ? 'L' : 'M');
        svg_number(out, p[i].x);
        buf_putc(out, ' ');
        svg_number(out, p[i].y);
        if (alone)
            buf_puts(out, "h0"); /* with round ends: a dot */
        open = true;
    }
    buf_puts(out, open && closed ? "Z\"" : "\"");
}

static void svg_lines(struct canvas *c, const struct canvas_point *p, size_t n, const struct canvas_stroke *st)
{
    struct svg *s = svg_of(c);
    if (!n || !(st->ink.alpha > 0))
        return;
    buf_puts(s->out, "<path fill=\"none\"");
    svg_ink(s, "stroke", st->ink);
    svg_attribute(s, "stroke-width", st->width);
    buf_puts(s->out, " stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    if (st->dash > 0)
        buf_printf(s->out, " stroke-dasharray=\"%.3g %.3g\"", st->dash, st->gap);
    svg_path(s, p, n, false);
    buf_puts(s->out, "/>\n");
}

static void svg_area(struct canvas *c, const struct canvas_point *p, size_t n, struct canvas_ink ink)
{
    struct svg *s = svg_of(c);
    if (!n || !(ink.alpha > 0))
        return;
    buf_puts(s->out, "<path");
    svg_ink(s, "fill", ink);
    svg_path(s, p, n, true);
    buf_puts(s->out, "/>\n");
}

static void svg_box(struct canvas *c, double x, double y, double width, double height, struct canvas_ink ink)
{
    struct svg *s = svg_of(c);
    buf_puts(s->out, "<rect");
    svg_attribute(s, "x", x);
    svg_attribute(s, "y", y);
    svg_attribute(s, "width", width);
    svg_attribute(s, "height", height);
    svg_ink(s, "fill", ink);
    buf_puts(s->out, "/>\n");
}

static void svg_disc(struct canvas *c, double x, double y, double radius, struct canvas_ink fill,
                     struct canvas_ink edge)
{
    struct svg *s = svg_of(c);
    buf_puts(s->out, "<circle");
    svg_attribute(s, "cx", x);
    svg_attribute(s, "cy", y);
    svg_attribute(s, "r", radius);
    svg_ink(s, "fill", fill);
    if (edge.alpha > 0) {
        svg_ink(s, "stroke", edge);
        buf_puts(s->out, " stroke-width=\"1.5\"");
    }
    buf_puts(s->out, "/>\n");
}

static void svg_text(struct canvas *c, double x, double y, const char *text, const struct canvas_font *f)
{
    static const char *const anchors[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
    struct svg *s = svg_of(c);
    buf_puts(s->out, "<text");
    svg_attribute(s, "x", x);
    svg_attribute(s, "y", y);
    svg_attribute(s, "font-size", f->size);
    if (f->bold)
        buf_puts(s->out, " font-weight=\"600\"");
    buf_puts(s->out, anchors[f->anchor]);
    svg_ink(s, "fill", f->ink);
    buf_putc(s->out, '>');
    svg_escaped(s->out, text);
    buf_puts(s->out, "</text>\n");
}

static double svg_measure(struct canvas *c, const char *text, double size, bool bold)
{
    double sum = 0;
    (void)c;
    while (*text) {
        long code;
        text += text_utf8(text, &code);
        sum += code >= ' ' && code <= '~' ? svg_widths[code - ' '] / 1000.0 : SVG_OTHER;
    }
    return sum * size * SVG_WIDER * (bold ? SVG_BOLD : 1);
}

static void svg_open(struct canvas *c, const char *kind, const char *title)
{
    struct svg *s = svg_of(c);
    s->depth++;
    buf_printf(s->out, "<g class=\"%s\">", kind);
    if (title && *title) {
        buf_puts(s->out, "<title>");
        svg_escaped(s->out, title);
        buf_puts(s->out, "</title>");
    }
    buf_putc(s->out, '\n');
}

static void svg_close(struct canvas *c)
{
    struct svg *s = svg_of(c);
    s->depth--;
    buf_puts(s->out, "</g>\n");
}

void svg_begin(struct svg *s, struct buf *out, double width, double height, struct canvas_ink background,
               const char *title, const char *description)
{
    *s = (struct svg){
        .canvas = { svg_lines, svg_area, svg_box, svg_disc, svg_text, svg_measure, svg_open, svg_close }, .out = out,
    };
    buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    svg_attribute(s, "width", width);
    svg_attribute(s, "height", height);
    buf_printf(out, " viewBox=\"0 0 %g %g\" role=\"img\" aria-labelledby=\"title description\" font-family=\"%s\">\n",
               width, height, SVG_FONTS);
    buf_puts(out, "<title id=\"title\">");
    svg_escaped(out, title);
    buf_puts(out, "</title>\n<desc id=\"description\">");
    svg_escaped(out, description);
    buf_puts(out, "</desc>\n");
    svg_box(&s->canvas, 0, 0, width, height, background);
}

void svg_end(struct svg *s)
{
    while (s->depth > 0)
        svg_close(&s->canvas);
    buf_puts(s->out, "</svg>\n");
}
