/*
 * draw_lines.c - the lines of a panel.
 *
 * They break where nothing is known for longer than two and a half intervals. Behind a line of means lies how low and
 * how high its values went; what is expected goes on dashed, in its band.
 */
#include "output/plot/draw.h"

#include "base/auto.h"

#include <math.h>

#define LINES_WIDE 1.5      /* pixels */
#define LINES_DOTS 300      /* instants that stand alone and are drawn as dots that can be seen */

static double lines_width(const struct drawing *d)
{
    return LINES_WIDE * d->body / 13;
}

/* The mean of a line where it is known next to a time. */
double draw_mean_at(const struct plot *p, const struct plot_series *s, int64_t ms)
{
    int at = (int)((double)(ms - p->from_ms) / p->step_ms);
    for (int away = 0; away < p->n; away++)
        for (int side = -1; side <= 1; side += 2) {
            int i = at + side * away;
            if (i >= 0 && i < p->n && !isnan(s->point[i].mean))
                return s->point[i].mean;
        }
    return NAN;
}

struct run {
    struct plot_point *v;
    double *x;
    int n;
    double gap_ms, step_ms;
};

static struct plot_point lines_merge(const struct plot_point *p, int n)
{
    struct plot_point all = { 0, NAN, NAN };
    int known = 0;
    for (int i = 0; i < n; i++) {
        if (isnan(p[i].mean))
            continue;
        all.mean += p[i].mean;
        all.min = fmin(all.min, p[i].min);
        all.max = fmax(all.max, p[i].max);
        known++;
    }
    all.mean = known ? all.mean / known : NAN;
    return all;
}

int draw_merged(const struct plot *p, const struct frame_of *f)
{
    int of = (int)ceil(p->n / fmax(f->width, 1));
    return of < 1 ? 1 : of;
}

static struct run lines_run(const struct drawing *d, const struct frame_of *f, const struct plot_series *s)
{
    const struct plot *p = d->p;
    int of = draw_merged(p, f);
    struct run r = { .step_ms = p->step_ms * of };
    r.v = mem_new((size_t)(p->n / of + 1) * sizeof *r.v);
    r.x = mem_new((size_t)(p->n / of + 1) * sizeof *r.x);
    r.gap_ms = fmax(2.5 * p->interval_ms, 1.5 * r.step_ms);
    for (int i = 0; i < p->n; i += of) {
        int n = i + of > p->n ? p->n - i : of;
        r.v[r.n] = lines_merge(s->point + i, n);
        if (!isnan(r.v[r.n].mean))
            r.x[r.n++] = draw_x(d, f, (double)p->from_ms + (i + n / 2.0) * p->step_ms);
    }
    return r;
}

static void lines_run_done(struct run *r)
{
    mem_free(r->v);
    mem_free(r->x);
}

/* Is the line broken before point i? */
static bool lines_breaks(const struct drawing *d, const struct frame_of *f, const struct run *r, int i)
{
    double per_ms = f->width / (double)(d->until_ms - d->p->from_ms);
    return i == 0 || (r->x[i] - r->x[i - 1]) > r->gap_ms * per_ms + 1e-6;
}

/* How low and how high it went. */
static void lines_shade(const struct drawing *d, const struct frame_of *f, const struct axis *a, const struct run *r,
                        uint32_t rgb)
{
    auto_free struct canvas_point *at = mem_new((size_t)(3 * r->n + 1) * sizeof *at);
    size_t n = 0;
    for (int first = 0, end; first < r->n; first = end) {
        bool spread = r->v[first].max > r->v[first].min;
        for (end = first + 1; end < r->n && !lines_breaks(d, f, r, end); end++)
            spread |= r->v[end].max > r->v[end].min;
        for (int i = first; i < end && spread; i++)
            at[n++] = (struct canvas_point){ r->x[i], draw_y(a, f, r->v[i].max) };
        for (int i = end; i-- > first && spread;)
            at[n++] = (struct canvas_point){ r->x[i], draw_y(a, f, r->v[i].min) };
        at[n++] = (struct canvas_point){ NAN, NAN };
    }
    d->c->area(d->c, at, n, draw_ink(rgb, 0.22));
}

/* Where nothing is known before and after. */
static void lines_dots(const struct drawing *d, const struct frame_of *f, const struct axis *a, const struct run *r,
                       uint32_t rgb)
{
    int left = LINES_DOTS;
    for (int i = 0; i < r->n && left; i++) {
        if (!lines_breaks(d, f, r, i) || (i + 1 < r->n && !lines_breaks(d, f, r, i + 1)))
            continue;
        d->c->disc(d->c, r->x[i], draw_y(a, f, r->v[i].mean), 1.4 * lines_width(d), draw_ink(rgb, 1), draw_ink(0, 0));
        left--;
    }
}

static void lines_line(const struct drawing *d, const struct frame_of *f, const struct axis *a, const struct run *r,
                       uint32_t rgb)
{
    auto_free struct canvas_point *at = mem_new((size_t)(2 * r->n + 1) * sizeof *at);
    size_t n = 0;
    for (int i = 0; i < r->n; i++) {
        if (n && lines_breaks(d, f, r, i))
            at[n++] = (struct canvas_point){ NAN, NAN };
        at[n++] = (struct canvas_point){ r->x[i], draw_y(a, f, r->v[i].mean) };
    }
    d->c->lines(d->c, at, n, &(struct canvas_stroke){ .ink = draw_ink(rgb, 1), .width = lines_width(d) });
}

static void lines_ahead(const struct drawing *d, const struct frame_of *f, const struct axis *a,
                        const struct plot_series *s, uint32_t rgb)
{
    const struct plot *p = d->p;
    size_t n = (size_t)s->ahead;
    auto_free struct canvas_point *band = mem_new((2 * n + 1) * sizeof *band);
    auto_free struct canvas_point *middle = mem_new((n + 2) * sizeof *middle);
    double now = draw_mean_at(p, s, p->ahead_ms);
    middle[0] = (struct canvas_point){ draw_x(d, f, (double)p->ahead_ms), draw_y(a, f, now) };
    for (size_t i = 0; i < n; i++) {
        double x = draw_x(d, f, (double)p->ahead_ms + (double)(i + 1) * p->ahead_step_ms);
        band[i] = (struct canvas_point){ x, draw_y(a, f, s->p90[i]) };
        band[2 * n - 1 - i] = (struct canvas_point){ x, draw_y(a, f, s->p10[i]) };
        middle[i + 1] = (struct canvas_point){ x, draw_y(a, f, s->p50[i]) };
    }
    d->c->area(d->c, band, 2 * n, draw_ink(rgb, 0.18));
    bool known = !isnan(now);
    d->c->lines(d->c, middle + !known, n + known, &(struct canvas_stroke){
        .ink = draw_ink(rgb, 1), .width = lines_width(d), .dash = d->body * 0.3, .gap = d->body * 0.35 });
}

void draw_lines(const struct drawing *d, const struct plot_panel *panel, const struct frame_of *f,
                        const struct axis *a)
{
    for (int k = panel->n; k-- > 0;) { /* the first lies on top */
        const struct plot_series *s = panel->line[k];
        struct run r = lines_run(d, f, s);
        d->c->open(d->c, "line", s->id);
        lines_shade(d, f, a, &r, d->theme->line[k]);
        if (s->ahead)
            lines_ahead(d, f, a, s, d->theme->line[k]);
        lines_line(d, f, a, &r, d->theme->line[k]);
        lines_dots(d, f, a, &r, d->theme->line[k]);
        d->c->close(d->c);
        lines_run_done(&r);
    }
}
