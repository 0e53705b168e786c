/*
 * draw_panel.c - one panel: its axis, its lines, what was unusual in them, their names where they end.
 *
 * A share is drawn from 0 to 100, a rate from 0; where another axis does not begin at zero,
 * the panel says so.
 */
#include "output/plot/draw.h"

#include "base/auto.h"
#include "core/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PANEL_FROM_ZERO 0.4 /* what reaches down to this share of the highest begins at zero */
#define PANEL_NAMES 0.3     /* share of a panel's width that names may take beside it */

#define PANEL_FARTHEST 1e300 /* beyond it differences of two are no numbers any more */

static void panel_reach(double v, double *low, double *high)
{
    if (fabs(v) > PANEL_FARTHEST)
        v = copysign(PANEL_FARTHEST, v);
    *low = fmin(*low, v); /* which pass over NaN */
    *high = fmax(*high, v);
}

static void panel_bounds(const struct plot *p, const struct plot_panel *panel, double *low, double *high)
{
    *low = *high = NAN;
    for (int k = 0; k < panel->n; k++) {
        const struct plot_series *s = panel->line[k];
        for (int i = 0; i < p->n; i++) {
            panel_reach(s->point[i].min, low, high);
            panel_reach(s->point[i].max, low, high);
        }
        for (int i = 0; i < s->ahead; i++) {
            panel_reach(s->p10[i], low, high);
            panel_reach(s->p90[i], low, high);
        }
    }
}

static struct axis panel_axis(const struct drawing *d, const struct plot_panel *panel, double height)
{
    double low, high;
    panel_bounds(d->p, panel, &low, &high);
    if (isnan(low))
        low = high = 0;
    bool share = panel->unit == UNIT_PERCENT && low >= 0 && high <= 100,
         rate = panel->unit == UNIT_BYTE_PER_S || panel->unit == UNIT_PER_S || panel->unit == UNIT_PERCENT;
    if (share)
        high = 100;
    if (low >= 0 && (share || rate || low <= PANEL_FROM_ZERO * high))
        low = 0;
    struct axis a = { .scale = amount_scale(fmax(fabs(low), fabs(high)), panel->unit) };
    a.ticks = ticks_of(low / a.scale.factor, high / a.scale.factor, (int)(height / (d->small * 2.4)));
    a.low = a.ticks.low * a.scale.factor;
    a.high = (a.ticks.low + a.ticks.step * (a.ticks.n - 1)) * a.scale.factor;
    return a;
}

static char *panel_tick(const struct axis *a, int i, char out[static TICKS_TEXT])
{
    double v = a->ticks.low + a->ticks.step * i;
    bool zero = fabs(v) < a->ticks.step * 1e-6;
    snprintf(out, TICKS_TEXT, "%.*f", zero ? 0 : a->ticks.places, zero ? 0 : v);
    return out;
}

/* "read 1.20 MB/s"; where the names stand in the head, "1.20 MB/s". */
static void panel_name(const struct plot_series *s, bool brief, char *out, size_t cap)
{
    char amount[AMOUNT_MAX];
    amount_text(s->last, s->unit, amount);
    snprintf(out, cap, "%s%s%s", brief ? "" : s->label, *s->label && !brief ? " " : "", amount);
}

static double panel_names_width(const struct drawing *d, const struct plot_panel *panel, bool brief)
{
    char text[PLOT_LABEL + AMOUNT_MAX + 2];
    double width = 0;
    for (int i = 0; i < panel->n; i++) {
        panel_name(panel->line[i], brief, text, sizeof text);
        width = fmax(width, d->c->measure(d->c, text, d->small, false));
    }
    return width + d->small;
}

void draw_gutters(const struct drawing *d, const struct plot_panel *panel, double cell, double height, double *left,
                  double *right, bool *brief)
{
    struct axis a = panel_axis(d, panel, height);
    char text[TICKS_TEXT];
    *left = *right = 0;
    for (int i = 0; i < a.ticks.n && panel->n; i++)
        *left = fmax(*left, d->c->measure(d->c, panel_tick(&a, i, text), d->small, false));
    *left += d->small * 0.7;
    *brief = panel_names_width(d, panel, false) > cell * PANEL_NAMES;
    *right = panel_names_width(d, panel, *brief);
}

struct name {
    double y;
    int line;
};

/* Where a line ends: what is expected of it, or what it was last. */
static double panel_end(const struct plot_series *s)
{
    return s->ahead ? s->p50[s->ahead - 1] : s->last;
}

/* The lines by how high they end, from the top. Returns how many: of those that are known somewhere, all. */
static int panel_order(const struct plot_panel *panel, const struct frame_of *f, const struct axis *a,
                       struct name name[static PLOT_LINES])
{
    int n = 0;
    for (int k = 0; k < panel->n; k++) {
        double end = panel_end(panel->line[k]);
        if (isnan(end))
            continue;
        struct name one = { .y = draw_y(a, f, end), .line = k };
        int at = n++;
        for (; at > 0 && name[at - 1].y > one.y; at--)
            name[at] = name[at - 1];
        name[at] = one;
    }
    return n;
}

/* ---- what lies behind the lines ---- */

static void panel_head(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f,
                       const struct axis *a)
{
    char low[TICKS_TEXT];
    auto_buf struct buf text = { 0 };
    double width = f->right - f->left;
    if (panel->n)
        buf_puts(&text, a->scale.unit);
    if (panel->n && a->low != 0)
        buf_printf(&text, "%sfrom %s", text.n ? ", " : "", panel_tick(a, 0, low));
    if (panel->more)
        buf_printf(&text, "%s%d lower ones not shown", text.n ? ", " : "", panel->more);
    double units = text.n ? d->c->measure(d->c, text.p, d->small, false) + d->body : 0;
    double used = draw_text(d, f->left, f->title_y, panel->title, fmax(width - units, width / 2), (struct canvas_font){
        .size = d->body, .bold = true, .ink = draw_ink(d->theme->text, 1) }) + d->body * 0.6;
    if (text.n && used < width)
        used += d->small + draw_text(d, f->left + used, f->title_y, text.p, width - used,
                                     draw_font(d->small, d->theme->quiet, CANVAS_START));
    struct name name[PLOT_LINES]; /* in the order of the numbers beside the lines, so that colour is not all */
    for (int i = 0, n = panel_order(panel, f, a, name); i < n && f->brief && used < width; i++)
        used += d->small * 0.7 +
                draw_text(d, f->left + used, f->title_y, panel->line[name[i].line]->label, width - used,
                          draw_font(d->small, d->theme->line[name[i].line], CANVAS_START));
}

static void panel_grid(const struct drawing *d, const struct frame_of *f, const struct axis *a)
{
    char text[TICKS_TEXT];
    for (int i = 0; i < a->ticks.n; i++) {
        double y = draw_y(a, f, (a->ticks.low + a->ticks.step * i) * a->scale.factor);
        struct canvas_font font = draw_font(d->small, d->theme->quiet, CANVAS_END);
        draw_rule(d, f->x, y, f->x + f->width, y, i ? d->theme->grid : d->theme->axis);
        d->c->text(d->c, f->x - d->small * 0.5, y + d->small * 0.35, panel_tick(a, i, text), &font);
    }
}

/* So many as have room: their words are shorter where they tell no seconds. */
static struct time_ticks panel_time_ticks(const struct drawing *d, const struct frame_of *f)
{
    static const char *const words[] = { "00:00", "00:00:00", "00:00:00.000" };
    static const int64_t least_ms[] = { 60000, 1000, 0 };
    struct time_ticks t = { 0 };
    for (int i = 0; i < 3; i++) {
        int most = (int)(f->width / (d->c->measure(d->c, words[i], d->small, false) * 1.4));
        t = ticks_times(d->p->from_ms, d->until_ms, d->p->zone_s, most < 1 ? 1 : most);
        if (t.step_ms >= least_ms[i])
            break;
    }
    return t;
}

static void panel_times(const struct drawing *d, const struct frame_of *f, bool words)
{
    char text[TICKS_TEXT];
    struct time_ticks t = panel_time_ticks(d, f);
    for (int i = 0; i < t.n; i++) {
        int64_t at_ms = t.first_ms + i * t.step_ms;
        double x = draw_x(d, f, (double)at_ms), bottom = f->y + f->height;
        struct canvas_font font = draw_font(d->small, d->theme->quiet, CANVAS_MIDDLE);
        draw_rule(d, x, f->y, x, bottom + d->small * 0.35, d->theme->grid);
        ticks_time_text(at_ms, t.step_ms, d->p->zone_s, text);
        double half = d->c->measure(d->c, text, d->small, false) / 2;
        if (words && x - half > f->left - d->small && x + half < f->right + d->small)
            d->c->text(d->c, x, bottom + d->small * 1.45, text, &font);
    }
}

/* ---- what was unusual ---- */

static void panel_strip(const struct drawing *d, const struct frame_of *f, const struct axis *a,
                        const struct plot_mark *m)
{
    const struct plot_episode *e = &d->p->episodes[m->episode];
    double from = draw_x(d, f, (double)e->start_ms), to = fmax(draw_x(d, f, (double)e->end_ms), from + 3);
    uint32_t rgb = d->theme->severity[e->severity];
    d->c->box(d->c, from, f->y, to - from, f->height, draw_ink(rgb, 0.13));
    d->c->box(d->c, from, f->y, to - from, 2, draw_ink(rgb, 1));
    if (isnan(m->low) || isnan(m->high) || !e->number)
        return;
    double reach = fmax(f->width * 0.06, 8), top = draw_y(a, f, m->high), bottom = draw_y(a, f, m->low);
    from = fmax(from - reach, f->x);
    to = fmin(to + reach, f->x + f->width);
    d->c->box(d->c, from, top, to - from, fmax(bottom - top, 2), draw_ink(d->theme->usual, 0.35));
}

/* Signs stand in a second row where they would hide each other. */
static void panel_signs(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f,
                        const struct axis *a)
{
    double radius = d->small * 0.62, last[3] = { -INFINITY, -INFINITY, -INFINITY };
    for (size_t i = 0; i < panel->n_marks; i++) {
        const struct plot_mark *m = &panel->mark[i];
        const struct plot_episode *e = &d->p->episodes[m->episode];
        int row = 0;
        int64_t peak_ms = e->peak_ms ? e->peak_ms : e->start_ms;
        double x = draw_x(d, f, (double)peak_ms);
        double v = m->line >= 0 ? draw_mean_at(d->p, panel->line[m->line], peak_ms) : NAN;
        if (!isnan(v) && e->number)
            d->c->disc(d->c, x, draw_y(a, f, v), radius * 0.6, draw_ink(0, 0),
                       draw_ink(d->theme->severity[e->severity], 1));
        if (!m->main || !e->number)
            continue;
        x = fmin(fmax((draw_x(d, f, (double)e->start_ms) + draw_x(d, f, (double)e->end_ms)) / 2, f->x + radius),
                 f->x + f->width - radius);
        while (row < 2 && x - last[row] < 2 * radius)
            row++;
        last[row] = x;
        draw_sign(d, x, f->y + radius + 3 + row * 2.2 * radius, radius, e->number, e->severity);
    }
}

/* ---- names ---- */

/* Pushes names apart that would overlap, downwards and then back up from the bottom. */
static void panel_spread(struct name *name, int n, double least, double bottom)
{
    for (int i = 1; i < n; i++)
        name[i].y = fmax(name[i].y, name[i - 1].y + least);
    for (int i = n; i-- > 0; bottom = name[i].y - least)
        name[i].y = fmin(name[i].y, bottom);
}

static void panel_names(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f,
                        const struct axis *a)
{
    struct name name[PLOT_LINES];
    int n = panel_order(panel, f, a, name), room = (int)(f->height / (d->small * 1.12)) + 1;
    n = n > room ? room : n;
    panel_spread(name, n, d->small * 1.12, f->y + f->height);
    for (int i = 0; i < n; i++) {
        char text[PLOT_LABEL + AMOUNT_MAX + 2];
        panel_name(panel->line[name[i].line], f->brief, text, sizeof text);
        draw_text(d, f->x + f->width + d->small * 0.5, name[i].y + d->small * 0.35, text,
                  f->right - f->x - f->width - d->small * 0.4,
                  draw_font(d->small, d->theme->line[name[i].line], CANVAS_START));
    }
}

/* ---- all of it ---- */

static void panel_nothing(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f)
{
    panel_times(d, f, f->times);
    d->c->box(d->c, f->left, f->y, f->right - f->left, f->height, draw_ink(d->theme->grid, 1));
    draw_text(d, (f->left + f->right) / 2, f->y + f->height / 2, panel->empty, f->right - f->left - d->body,
              draw_font(d->small, d->theme->quiet, CANVAS_MIDDLE));
}

void draw_panel(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f)
{
    struct axis a = panel_axis(d, panel, f->height);
    d->c->open(d->c, "panel", panel->title);
    panel_head(d, panel, f, &a);
    if (panel->n == 0) {
        panel_nothing(d, panel, f);
        d->c->close(d->c);
        return;
    }
    panel_times(d, f, f->times);
    panel_grid(d, f, &a);
    for (size_t i = 0; i < panel->n_marks; i++)
        if (panel->mark[i].main)
            panel_strip(d, f, &a, &panel->mark[i]);
    draw_lines(d, panel, f, &a);
    if (d->until_ms > d->p->to_ms) {
        double x = draw_x(d, f, (double)d->p->ahead_ms);
        draw_rule(d, x, f->y, x, f->y + f->height, d->theme->axis);
    }
    panel_signs(d, panel, f, &a);
    panel_names(d, panel, f, &a);
    d->c->close(d->c);
}
