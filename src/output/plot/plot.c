/* plot.c - a plot comes to be, is described in words, and goes. */
#include "output/plot/plot.h"

#include "base/auto.h"
#include "base/text.h"
#include "base/when.h"
#include "core/amount.h"
#include "output/plot/ticks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct plot *plot_new(int64_t from_ms, int64_t to_ms, int n)
{
    struct plot *p = mem_new(sizeof *p);
    p->from_ms = from_ms;
    p->to_ms = to_ms > from_ms ? to_ms : from_ms + 1000;
    p->n = n < 1 ? 1 : n > PLOT_POINTS ? PLOT_POINTS : n;
    p->step_ms = (double)(p->to_ms - p->from_ms) / p->n;
    return p;
}

static void plot_free_series(struct plot_series *s)
{
    mem_free(s->point);
    mem_free(s->p10);
    mem_free(s->p50);
    mem_free(s->p90);
    mem_free(s);
}

void plot_free(struct plot *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_series; i++)
        plot_free_series(p->series[i]);
    for (int i = 0; i < p->n_panels; i++)
        mem_free(p->panels[i].mark);
    mem_free(p->series);
    mem_free(p->episodes);
    mem_free(p->panels);
    mem_free(p);
}

struct plot_series *plot_add(struct plot *p, const char *id, const struct metric *m)
{
    if (m->kind == KIND_COUNTER)
        return NULL;
    struct plot_series *s = mem_new(sizeof *s);
    text_copy(s->id, sizeof s->id, id);
    text_copy(s->name, sizeof s->name, m->name);
    text_copy(s->inst, sizeof s->inst, m->inst ? m->inst : "");
    text_copy(s->help, sizeof s->help, m->help ? m->help : "");
    s->unit = m->unit;
    s->last = NAN;
    s->point = mem_new((size_t)p->n * sizeof *s->point);
    for (int i = 0; i < p->n; i++)
        s->point[i] = (struct plot_point){ NAN, NAN, NAN };
    p->series = mem_resize(p->series, (p->n_series + 1) * sizeof *p->series);
    p->series[p->n_series++] = s;
    return s;
}

void plot_look_ahead(struct plot_series *s, int steps)
{
    size_t bytes = (size_t)steps * sizeof(double);
    if (s->ahead || steps < 1)
        return;
    s->ahead = steps;
    s->p10 = mem_new(bytes);
    s->p50 = mem_new(bytes);
    s->p90 = mem_new(bytes);
}

struct plot_episode *plot_add_episode(struct plot *p)
{
    p->episodes = mem_resize(p->episodes, (p->n_episodes + 1) * sizeof *p->episodes);
    struct plot_episode *e = &p->episodes[p->n_episodes++];
    *e = (struct plot_episode){ .area = AREAS };
    return e;
}

void plot_set_host(struct plot *p, const struct report_host *h, const char *other)
{
    char memory[32];
    auto_buf struct buf text = { 0 };
    buf_puts(&text, h->cpu);
    if (h->cores)
        buf_printf(&text, "%s%d core%s", text.n ? ", " : "", h->cores, h->cores == 1 ? "" : "s");
    if (h->memory_bytes > 0)
        buf_printf(&text, "%s%s memory", text.n ? ", " : "", text_bytes(h->memory_bytes, memory, sizeof memory));
    text_copy(p->title, sizeof p->title, text.n ? text.p : other);
}

void plot_describe_range(const struct plot *p, bool seconds, struct buf *out)
{
    char day[TICKS_TEXT], last[TICKS_TEXT], from[TICKS_TEXT], to[TICKS_TEXT], zone[WHEN_ZONE_MAX];
    int clock = seconds ? 8 : 5;
    bool one_day = strcmp(ticks_day(p->from_ms, p->zone_s, day), ticks_day(p->to_ms, p->zone_s, last)) == 0;
    ticks_clock(p->from_ms, p->zone_s, from);
    ticks_clock(p->to_ms, p->zone_s, to);
    buf_printf(out, "%s, %.*s to %s%s%.*s %s", day, clock, from, one_day ? "" : last, one_day ? "" : ", ", clock, to,
               when_zone_text(p->zone_s, zone));
}

static void plot_describe_panel(const struct plot_panel *panel, struct buf *out)
{
    char amount[AMOUNT_MAX];
    buf_printf(out, "%s: ", panel->title);
    if (*panel->empty)
        buf_puts(out, panel->empty);
    for (int i = 0; i < panel->n; i++)
        buf_printf(out, "%s%s%s%s at the end", i ? ", " : "", panel->line[i]->label, *panel->line[i]->label ? " " : "",
                   amount_text(panel->line[i]->last, panel->unit, amount));
    buf_puts(out, ". ");
}

/* By the numbers that they have in the picture. */
static void plot_describe_episodes(const struct plot *p, struct buf *out)
{
    size_t told = 0;
    for (size_t i = 0; i < p->n_episodes; i++) {
        const struct plot_episode *e = &p->episodes[i];
        told += e->number > 0;
        if (e->number)
            buf_printf(out, "%d, %s: %s. ", e->number, severity_name(e->severity), e->text);
    }
    if (told < p->n_episodes)
        buf_printf(out, "And %zu more. ", p->n_episodes - told);
}

void plot_describe(const struct plot *p, struct buf *out)
{
    plot_describe_range(p, true, out);
    buf_puts(out, ". ");
    for (int i = 0; i < p->n_panels; i++)
        plot_describe_panel(&p->panels[i], out);
    plot_describe_episodes(p, out);
    buf_puts(out, p->note);
}
