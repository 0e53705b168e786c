/*
 * top.c - the screen: verdict, panels, processes, a line of keys.
 *
 * A small screen shows each area as a line, a larger one as boxes in a raster; the processes have
 * what is left, at least a third. One panel can be made large. Where everything stands depends on the
 * size of the screen and on what the machine has, never on the numbers.
 */
#include "app/top/top.h"

#include "app/top/overlay.h"
#include "app/top/panels.h"
#include "app/top/proctable.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define BOXES_ROWS 34    /* a screen as high and wide as this has boxes */
#define BOXES_COLUMNS 76
#define LEAST_ROWS 8     /* below it, there is no room for anything */
#define LEAST_COLUMNS 40

void top_init(struct top *t, double interval_s, bool utf8, enum spark_kind graph)
{
    *t = (struct top){ .grid = { .utf8 = utf8 } };
    live_init(&t->live);
    view_init(&t->view, interval_s);
    t->view.graph = graph;
}

void top_done(struct top *t)
{
    for (int i = 0; i < PANELS; i++)
        panel_done(&t->panel[i]);
    view_done(&t->view);
    live_done(&t->live);
    grid_done(&t->grid);
}

void top_tick(struct top *t)
{
    if (!t->live.held)
        proclist_tick(&t->view.list, &t->live);
    proclist_arrange(&t->view.list, &t->live);
}

enum view_act top_key(struct top *t, int32_t key)
{
    enum view_act act = view_key(&t->view, t->present, key);
    if (act == VIEW_PAUSE) {
        live_hold(&t->live, t->view.paused);
        if (t->view.paused)
            return act;
    }
    proclist_arrange(&t->view.list, &t->live);
    return act;
}

/* The verdict, and at the right the time and the interval. */
static void top_verdict(struct top *t)
{
    struct grid *g = &t->grid;
    const struct verdict *v = &t->live.verdict;
    bool look = v->level == VERDICT_LOOK;
    enum ink ink = !look ? INK_STRONG : v->severity == SEVERITY_CRITICAL ? INK_BAD : INK_WARN;
    char clock[TEXT_TIME_MAX], right[64];
    snprintf(right, sizeof right, "%s UTC  %g s", text_clock(live_wall_ms(&t->live), clock),
             view_interval_s(&t->view));
    const char *state = t->ended ? "ENDED" : t->view.paused ? "HELD" : "";
    int n = (int)strlen(right), held = *state ? (int)strlen(state) + 2 : 0, column = 0;
    if (v->level != VERDICT_UNKNOWN)
        column = grid_put(g, 0, 0, 8, ink, verdict_word(v->level)) + 2;
    grid_put(g, 0, column, g->columns - column - n - held - 2, INK_PLAIN, v->text);
    grid_put_right(g, 0, g->columns - n, n, INK_QUIET, right);
    if (held)
        grid_put(g, 0, g->columns - n - held, held, INK_WARN, state);
}

static void top_hints(struct top *t, int row)
{
    static const struct { const char *key, *what; } hints[] = {
        { "q", "quit" }, { "?", "help" }, { "/", "filter" }, { "P M I N", "sort" }, { "t", "tree" }, { "d", "details" },
        { "e", "events" }, { "1-9", "zoom" }, { "c", "cores" }, { "Space", "hold" }, { "+ -", "interval" },
    };
    struct grid *g = &t->grid;
    char count[64];
    const struct proclist *l = &t->view.list;
    if (*l->filter)
        snprintf(count, sizeof count, "%zu of %zu processes", l->n, l->total);
    else
        snprintf(count, sizeof count, "%zu process%s", l->total, l->total == 1 ? "" : "es");
    int n = (int)strlen(count), column = 0;
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        int key = (int)strlen(hints[i].key), what = (int)strlen(hints[i].what);
        if (column + key + 1 + what + 2 + n > g->columns)
            break;
        grid_put(g, row, column, key, INK_KEY, hints[i].key);
        grid_put(g, row, column + key + 1, what, INK_QUIET, hints[i].what);
        column += key + 1 + what + 2;
    }
    grid_put_right(g, row, g->columns - n, n, INK_QUIET, count);
}

/* What is asked or said, else the keys. */
static void top_bottom(struct top *t, int row)
{
    struct grid *g = &t->grid;
    const struct view *v = &t->view;
    char text[160];
    if (v->ask.pid) {
        snprintf(text, sizeof text, "End %s (pid %d)? y: yes, any other key: no", v->ask_name,
                 (int)v->ask.pid);
        grid_put(g, row, 0, g->columns, INK_WARN, text);
    } else if (*v->message) {
        grid_put(g, row, 0, g->columns, INK_STRONG, v->message);
    } else if (v->filtering) {
        snprintf(text, sizeof text, "filter: %s_", v->list.filter);
        int n = grid_put(g, row, 0, g->columns, INK_STRONG, text);
        snprintf(text, sizeof text, "Enter keeps it, Esc clears it; %zu of %zu processes",
                 v->list.n, v->list.total);
        grid_put(g, row, n + 2, g->columns - n - 2, INK_QUIET, text);
    } else {
        top_hints(t, row);
    }
}

static int top_fill(struct top *t)
{
    int n = 0;
    for (int i = 0; i < PANELS; i++) {
        panel_fill(&t->panel[i], (enum panel_id)i, &t->live);
        t->present[i] = t->panel[i].present;
        n += t->panel[i].present;
    }
    return n;
}

/* One line for each area. Returns the rows taken. */
static int top_lines(struct top *t, int row, int rows)
{
    int used = 0;
    for (int i = 0; i < PANELS; i++)
        if (t->panel[i].present && used < rows)
            panel_line(&t->panel[i], &t->grid, &t->live, t->view.graph, row + used++);
    return used;
}

/* Boxes in a raster; what the last row has room for is given to the first panel. */
static int top_boxes(struct top *t, int row, int rows, int n)
{
    struct grid *g = &t->grid;
    int side = g->columns >= 220 ? 4 : g->columns >= 115 ? 3 : 2;
    side = side > n ? n : side;
    int lines = (n + side - 1) / side, spare = lines * side - n, high = rows / lines, place = 0;
    high = high > 12 ? 12 : high;
    for (int i = 0; i < PANELS; i++) {
        if (!t->panel[i].present)
            continue;
        int wide = place == 0 ? 1 + spare : 1, at = place % side;
        int from = g->columns * at / side, to = g->columns * (at + wide) / side;
        panel_box(&t->panel[i], g, &t->live, t->view.graph,
                  (struct rect){ row + place / side * high, from, high, to - from }, false);
        place += wide;
    }
    return lines * high;
}

/* Returns the rows taken. */
static int top_panels(struct top *t, int row, int rows, int n)
{
    struct view *v = &t->view;
    struct grid *g = &t->grid;
    if (v->zoom == VIEW_PROCESSES || n == 0)
        return 0;
    if (v->zoom != VIEW_ALL && t->panel[v->zoom].present) {
        int high = rows / 2 > 8 ? rows / 2 : rows < 8 ? rows : 8;
        panel_box(&t->panel[v->zoom], g, &t->live, v->graph,
                  (struct rect){ row, 0, high, g->columns }, v->cores);
        return high;
    }
    if (g->rows >= BOXES_ROWS && g->columns >= BOXES_COLUMNS)
        return top_boxes(t, row, rows * 5 / 8, n);
    int used = top_lines(t, row, rows * 2 / 3);
    return rows - used > 6 ? used + 1 : used; /* a blank line where it costs little */
}

void top_draw(struct top *t, int rows, int columns)
{
    struct grid *g = &t->grid;
    grid_fit(g, rows, columns);
    if (rows < LEAST_ROWS || columns < LEAST_COLUMNS) {
        grid_put(g, 0, 0, columns, INK_PLAIN, "too small: 40 x 8 are needed");
        return;
    }
    int n = top_fill(t), bottom = rows - 1;
    top_verdict(t);
    int used = 1 + top_panels(t, 1, bottom - 1, n);
    bool gpu = t->present[PANEL_GPU];
    proctable_draw(&t->view, g, (struct rect){ used, 0, bottom - used, columns }, gpu);
    if (t->view.overlay != OVERLAY_NONE)
        overlay_draw(&t->view, g, &t->live, (struct rect){ 1, 0, bottom - 1, columns });
    top_bottom(t, bottom);
}
