/* draw_legend.c - below the panels: what lines, shades and signs mean, what was unusual, what is not measured. */
#include "output/plot/draw.h"

#include "base/auto.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEGEND_SHARE 0.2 /* of the height that episodes may take */

void draw_sign(const struct drawing *d, double x, double y, double radius, int number, enum severity severity)
{
    char text[8];
    bool filled = severity >= SEVERITY_WARNING;
    struct canvas_ink ink = draw_ink(d->theme->severity[severity], 1), none = draw_ink(0, 0),
                      on = draw_ink(d->theme->on_mark, 1);
    if (severity == SEVERITY_CRITICAL)
        d->c->box(d->c, x - radius, y - radius, 2 * radius, 2 * radius, ink);
    else
        d->c->disc(d->c, x, y, radius, filled ? ink : on, filled ? none : ink);
    snprintf(text, sizeof text, "%d", number);
    d->c->text(d->c, x, y + radius * 0.58, text, &(struct canvas_font){
        .size = radius * 1.6, .bold = true, .anchor = CANVAS_MIDDLE, .ink = filled ? on : ink });
}

/* ---- which signs there are ---- */

struct signs {
    bool shade, strip, usual, ring, ahead;
    enum severity worst; /* whose colour stands for all */
};

static void legend_look_at(const struct plot *p, const struct plot_panel *panel, struct signs *s)
{
    for (int k = 0; k < panel->n; k++) {
        const struct plot_series *l = panel->line[k];
        s->ahead |= l->ahead > 0;
        for (int i = 0; i < p->n && !s->shade; i++)
            s->shade = l->point[i].max > l->point[i].min;
    }
    for (size_t i = 0; i < panel->n_marks; i++) {
        const struct plot_mark *m = &panel->mark[i];
        const struct plot_episode *e = &p->episodes[m->episode];
        s->strip |= m->main;
        s->usual |= m->main && e->number && !isnan(m->low) && !isnan(m->high);
        s->ring |= m->line >= 0 && e->number;
        s->worst = e->severity > s->worst ? e->severity : s->worst;
    }
}

static struct signs legend_signs(const struct plot *p)
{
    struct signs s = { 0 };
    for (int i = 0; i < p->n_panels; i++)
        legend_look_at(p, &p->panels[i], &s);
    return s;
}

/* ---- rows of it ---- */

struct legend {
    const struct drawing *d;
    bool drawn;    /* else it is only measured */
    double x, y;   /* where the next item goes; y is its base line */
    double left, right;
};

static double legend_line(const struct drawing *d)
{
    return d->small * 1.5;
}

static struct canvas_font legend_font(const struct drawing *d)
{
    return draw_font(d->small, d->theme->quiet, CANVAS_START);
}

typedef void legend_swatch(const struct drawing *d, uint32_t rgb, double x, double y, double w);

/* A swatch and what it means; in the next row where this one has no room. */
static void legend_item(struct legend *l, const char *text, legend_swatch *swatch, uint32_t rgb)
{
    const struct drawing *d = l->d;
    double wide = d->small * 1.6, width = wide + d->small * 0.5 + d->c->measure(d->c, text, d->small, false);
    if (l->x > l->left && l->x + width > l->right) {
        l->x = l->left;
        l->y += legend_line(d);
    }
    if (l->drawn) {
        struct canvas_font f = legend_font(d);
        swatch(d, rgb, l->x, l->y - d->small * 0.35, wide);
        draw_text(d, l->x + wide + d->small * 0.5, l->y, text, l->right - l->x - wide - d->small * 0.5, f);
    }
    l->x += width + d->small * 1.4;
}

static void legend_mean(const struct drawing *d, uint32_t rgb, double x, double y, double w)
{
    d->c->lines(d->c, (struct canvas_point[]){ { x, y }, { x + w, y } }, 2, &(struct canvas_stroke){
        .ink = draw_ink(rgb, 1), .width = 1.5 });
}

static void legend_shade(const struct drawing *d, uint32_t rgb, double x, double y, double w)
{
    d->c->box(d->c, x, y - d->small * 0.4, w, d->small * 0.8, draw_ink(rgb, 0.22));
}

static void legend_strip(const struct drawing *d, uint32_t rgb, double x, double y, double w)
{
    d->c->box(d->c, x, y - d->small * 0.4, w, d->small * 0.8, draw_ink(rgb, 0.13));
    d->c->box(d->c, x, y - d->small * 0.4, w, 2, draw_ink(rgb, 1));
}

static void legend_usual(const struct drawing *d, uint32_t rgb, double x, double y, double w)
{
    d->c->box(d->c, x, y - d->small * 0.4, w, d->small * 0.8, draw_ink(rgb, 0.35));
}

static void legend_ring(const struct drawing *d, uint32_t rgb, double x, double y, double w)
{
    d->c->disc(d->c, x + w / 2, y, d->small * 0.37, draw_ink(0, 0), draw_ink(rgb, 1));
}

static void legend_ahead(const struct drawing *d, uint32_t rgb, double x, double y, double w)
{
    legend_shade(d, rgb, x, y, w);
    d->c->lines(d->c, (struct canvas_point[]){ { x, y }, { x + w, y } }, 2, &(struct canvas_stroke){
        .ink = draw_ink(rgb, 1), .width = 1.5, .dash = d->body * 0.3, .gap = d->body * 0.35 });
}

static void legend_items(struct legend *l)
{
    const struct plot *p = l->d->p;
    const struct plot_theme *t = l->d->theme;
    struct signs s = legend_signs(p);
    char text[80], span[32];
    double every_ms = fmax(l->d->point_ms, p->interval_ms);
    text_span(every_ms / 1000, span, sizeof span);
    snprintf(text, sizeof text, s.shade ? "mean of %s" : every_ms >= 100 ? "a value every %s" : "value", span);
    if (p->n_panels)
        legend_item(l, text, legend_mean, t->line[0]);
    if (s.shade)
        legend_item(l, "lowest to highest", legend_shade, t->line[0]);
    if (s.strip)
        legend_item(l, "unusual", legend_strip, t->severity[s.worst]);
    if (s.usual)
        legend_item(l, "usual then, nine of ten values", legend_usual, t->usual);
    if (s.ring)
        legend_item(l, "metric that caused it or moved with it", legend_ring, t->severity[s.worst]);
    if (s.ahead)
        legend_item(l, "forecast, eight of ten values", legend_ahead, t->line[0]);
}

/* "14:05:10 to 14:09:00, warning: memory used ..." */
static void legend_words(const struct plot *p, const struct plot_episode *e, struct buf *out)
{
    char from[TICKS_TEXT], to[TICKS_TEXT], day[TICKS_TEXT] = "";
    if (p->to_ms - p->from_ms > 86400000) {
        ticks_day(e->start_ms, p->zone_s, day);
        day[strlen(day) - 5] = '\0';
    }
    buf_printf(out, "%s%s%s to %s, %s: %s", day, *day ? ", " : "", ticks_clock(e->start_ms, p->zone_s, from),
               ticks_clock(e->end_ms, p->zone_s, to), severity_name(e->severity), e->text);
}

static void legend_episodes(struct legend *l)
{
    const struct drawing *d = l->d;
    const struct plot *p = d->p;
    int room = (int)(d->height * LEGEND_SHARE / legend_line(d)), shown = 0;
    for (size_t i = 0; i < p->n_episodes && shown < (room < 1 ? 1 : room); i++) {
        const struct plot_episode *e = &p->episodes[i];
        if (!e->number)
            continue;
        shown++;
        l->y += legend_line(d);
        if (!l->drawn)
            continue;
        auto_buf struct buf words = { 0 };
        legend_words(p, e, &words);
        draw_sign(d, l->left + d->small * 0.62, l->y - d->small * 0.35, d->small * 0.62, e->number, e->severity);
        struct canvas_font f = legend_font(d);
        f.ink = draw_ink(d->theme->text, 1);
        draw_text(d, l->left + d->small * 1.8, l->y, words.p, l->right - l->left - d->small * 1.8, f);
    }
    if ((size_t)shown == p->n_episodes)
        return;
    l->y += legend_line(d);
    if (l->drawn) {
        char text[60];
        snprintf(text, sizeof text, "and %zu more", p->n_episodes - (size_t)shown);
        draw_text(d, l->left + d->small * 1.8, l->y, text, l->right - l->left - d->small * 1.8, legend_font(d));
    }
}

/* The text in lines that fit, at blanks; at most three. */
static void legend_note(struct legend *l, const char *text)
{
    const struct drawing *d = l->d;
    double width = l->right - l->left;
    for (int lines = 0; *text && lines < 3; lines++) {
        size_t n = 0, end = 0;
        auto_buf struct buf line = { 0 };
        while (text[end] && (n == 0 || d->c->measure(d->c, buf_text(&line), d->small, false) <= width)) {
            n = end;
            end += strspn(text + end, " ");
            end += strcspn(text + end, " ");
            buf_clear(&line);
            buf_put(&line, text, end);
        }
        if (lines == 2 || (!text[end] && d->c->measure(d->c, buf_text(&line), d->small, false) <= width))
            n = strlen(text); /* the last one is cut where it does not fit */
        n = n ? n : end;
        buf_clear(&line);
        buf_put(&line, text, n);
        l->y += legend_line(d);
        if (l->drawn)
            draw_text(d, l->left, l->y, line.p, width, legend_font(d));
        text += n + strspn(text + n, " ");
    }
}

/* Returns the height. */
static double legend_all(const struct drawing *d, double y, bool drawn)
{
    struct legend l = { .d = d, .drawn = drawn, .x = d->body, .left = d->body, .right = d->width - d->body,
                        .y = y + d->small * 1.2 };
    if (d->told < 1)
        return d->body * 0.5;
    legend_items(&l);
    if (d->told >= 2)
        legend_episodes(&l);
    if (d->told >= 3)
        legend_note(&l, d->p->note);
    return l.y + d->body * 0.7 - y;
}

double draw_legend_height(const struct drawing *d)
{
    return legend_all(d, 0, false);
}

void draw_legend(const struct drawing *d, double y)
{
    d->c->open(d->c, "legend", "");
    legend_all(d, y, true);
    d->c->close(d->c);
}
