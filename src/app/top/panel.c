/*
 * panel.c - draws a panel as one line or as a box. Columns are fixed by the width of the screen, not
 * by what stands in them, so that nothing moves when a number gets longer.
 */
#include "app/top/panel.h"

#include "base/stats.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define VALUE 9   /* columns of "1.23 MB/s" */
#define TITLE 12  /* columns before the series of a line */
#define LABEL 6   /* of a series in a line */
#define SERIES 48 /* of all series in a line of 80 columns */

static enum ink panel_ink(int series)
{
    static const enum ink ink[PANEL_SERIES] = { INK_FIRST, INK_SECOND, INK_THIRD };
    return ink[series];
}

static const char *panel_value(const struct panel_series *s, const struct live *l,
                               char out[static AMOUNT_MAX])
{
    return amount_text(live_value(l, s->slot), schema_at(l->rec->schema, s->slot)->unit, out);
}

/* What the chart goes up to, for so many of the latest values. */
static double panel_top(const struct panel_series *s, const double *v, size_t n, size_t room)
{
    size_t last = n < room ? n : room;
    return s->top > 0 ? s->top : spark_top(stats_max(v + n - last, last));
}

/* Draws the chart of a series, returns what its height stands for. */
static double panel_chart(const struct panel *p, int series, struct grid *g, const struct live *l,
                          enum spark_kind kind, struct rect at)
{
    size_t n;
    const double *v = live_series(l, p->series[series].slot, &n);
    if (!v || at.columns < 1 || at.rows < 1)
        return NAN;
    double top = panel_top(&p->series[series], v, n, spark_values(kind, at.columns));
    graph_draw(g, at, kind, panel_ink(series), v, n, top);
    return top;
}

/* Facts from the left, each whole or not at all, blanks between. Returns the columns taken. */
static int panel_facts(const struct panel *p, struct grid *g, int row, int column, int columns)
{
    int used = 0;
    for (int i = 0; i < p->n_facts; i++) {
        int n = (int)strlen(p->fact[i]), gap = used ? 2 : 0;
        if (used + gap + n > columns)
            continue;
        for (int k = 0; k < gap; k++)
            grid_glyph(g, row, column + used + k, INK_PLAIN, ' ');
        used += gap + grid_put(g, row, column + used + gap, n, INK_QUIET, p->fact[i]);
    }
    return used;
}

/* Every row as one glyph. */
static void panel_strip(const struct panel *p, struct grid *g, struct rect at)
{
    for (int i = 0; i < p->n_rows && i < at.rows * at.columns; i++)
        grid_glyph(g, at.row + i / at.columns, at.column + i % at.columns, INK_FIRST,
                   spark_level(g->utf8, p->row[i].share));
}

static void panel_line_head(const struct panel *p, struct grid *g, int row)
{
    char key[2] = { (char)('1' + p->id), '\0' };
    if (p->alert)
        grid_put(g, row, 0, 1, INK_WARN, "!");
    grid_put(g, row, 1, 1, INK_FRAME, key);
    grid_put(g, row, 3, TITLE - 4, p->alert ? INK_WARN : INK_PLAIN, panel_title(p->id));
}

void panel_line(const struct panel *p, struct grid *g, const struct live *l, enum spark_kind kind,
                int row)
{
    int all = SERIES + (g->columns > 80 ? (g->columns - 80) / 2 : 0), most = 16;
    int strip = p->cores && p->n_rows <= most ? p->n_rows + 1 : 0, slots = p->n_series > 2 ? 3 : 2;
    panel_line_head(p, g, row);
    for (int i = 0; i < p->n_series; i++) {
        char value[AMOUNT_MAX];
        int each = p->n_series == 1 ? all - strip : all / slots, column = TITLE + i * (all / slots);
        int label = LABEL, width = slots > 2 && all < 60 ? VALUE - 1 : VALUE;
        int chart = each - label - width - 2;
        grid_put(g, row, column, label, INK_QUIET, p->series[i].label);
        grid_put_amount(g, row, column + label, width, INK_STRONG,
                        panel_value(&p->series[i], l, value));
        if (chart >= 4)
            panel_chart(p, i, g, l, kind,
                        (struct rect){ row, column + label + width + 1, 1, chart });
    }
    if (strip)
        panel_strip(p, g, (struct rect){ row, TITLE + all - strip, 1, p->n_rows });
    panel_facts(p, g, row, TITLE + all + 1, g->columns - TITLE - all - 1);
}

/* How wide the parts of the rows are. */
struct panel_columns {
    int label, bar, note;
};

static struct panel_columns panel_measure(const struct panel *p, int columns)
{
    struct panel_columns c = { .label = 3 };
    bool bars = false;
    for (int i = 0; i < p->n_rows; i++) {
        int label = (int)strlen(p->row[i].label), note = (int)strlen(p->row[i].note);
        c.label = label > c.label ? label : c.label;
        c.note = note > c.note ? note : c.note;
        bars |= !isnan(p->row[i].share);
    }
    int most = columns * 9 / 20 > 8 ? columns * 9 / 20 : 8;
    c.label = c.label > most ? most : c.label;
    int left = columns - c.label - VALUE - 2;
    if (left - c.note - 2 < (bars ? 6 : 0))
        c.note = 0; /* whole or not at all */
    c.bar = bars ? left - (c.note ? c.note + 2 : 0) : 0;
    c.bar = c.bar > 40 ? 40 : c.bar < 3 ? 0 : c.bar;
    return c;
}

static void panel_row_put(const struct panel_row *r, struct grid *g, int row, int column,
                          int columns, struct panel_columns c)
{
    int at = column, end = column + columns;
    grid_put(g, row, at, c.label, INK_QUIET, r->label);
    at += c.label + 1;
    if (c.bar) {
        graph_bar(g, row, at, c.bar, INK_FIRST, r->share);
        at += c.bar + 1;
    }
    if (*r->value) {
        grid_put_amount(g, row, at, VALUE < end - at ? VALUE : end - at, INK_PLAIN, r->value);
        at += VALUE + 2;
    }
    if (c.note)
        grid_put(g, row, at, end - at, INK_QUIET, r->note);
}

/* The rows side by side in as many columns as they need; of too many, cores become a strip. */
static void panel_rows(const struct panel *p, struct grid *g, struct rect at)
{
    int side = 1, least = p->cores ? 16 : 30;
    while (side * at.rows < p->n_rows && at.columns / (side + 1) >= least)
        side++;
    if (p->cores && side * at.rows < p->n_rows) {
        panel_strip(p, g, at);
        return;
    }
    int each = at.columns / side - (side > 1 ? 2 : 0);
    struct panel_columns c = panel_measure(p, each);
    bool more = side * at.rows < p->n_rows;
    int fit = more ? side * at.rows - 1 : p->n_rows;
    for (int i = 0; i < fit; i++)
        panel_row_put(&p->row[i], g, at.row + i % at.rows,
                      at.column + i / at.rows * (at.columns / side), each, c);
    if (more) {
        char text[32];
        snprintf(text, sizeof text, "and %d more", p->n_rows - fit);
        grid_put(g, at.row + at.rows - 1, at.column + (side - 1) * (at.columns / side), each,
                 INK_QUIET, text);
    }
}

/* Label and value; the label in the ink of its chart. */
static void panel_caption(const struct panel *p, int series, struct grid *g, const struct live *l,
                          int row, int column)
{
    char value[AMOUNT_MAX];
    const struct panel_series *s = &p->series[series];
    grid_put(g, row, column, LABEL + 1, panel_ink(series), s->label);
    grid_put_amount(g, row, column + LABEL + 1, VALUE, INK_STRONG, panel_value(s, l, value));
}

/* Charts one below the other. Each has its caption above it, or where that would leave no row, beside
 * it; a single one without a label has none: its value stands in the title. */
static void panel_charts(const struct panel *p, struct grid *g, const struct live *l,
                         enum spark_kind kind, struct rect at)
{
    enum { BESIDE = LABEL + VALUE + 2 };
    int row = at.row;
    for (int i = 0; i < p->n_series; i++) {
        const struct panel_series *s = &p->series[i];
        int rows = (at.row + at.rows - row) / (p->n_series - i), above = *s->label && rows > 1;
        int beside = *s->label && rows == 1 ? BESIDE : 0;
        struct rect chart = { row + above, at.column + beside, rows - above, at.columns - beside };
        double top = panel_chart(p, i, g, l, kind, chart);
        if (*s->label && rows)
            panel_caption(p, i, g, l, row, at.column);
        char scale[AMOUNT_MAX + 8], text[AMOUNT_MAX];
        snprintf(scale, sizeof scale, "scale %s",
                 amount_text(top, schema_at(l->rec->schema, s->slot)->unit, text));
        if (s->top <= 0 && (above || rows > 3) && at.columns >= BESIDE + 18)
            grid_put_right(g, row, at.column, at.columns, INK_FRAME, scale);
        row += rows;
    }
}

static void panel_edge(const struct panel *p, struct grid *g, const struct live *l, struct rect at,
                       size_t values)
{
    int last = at.row + at.rows - 1, left = at.column + 3, right = at.column + at.columns - 3;
    char span[32], text[40];
    snprintf(text, sizeof text, " %s ", text_span(live_span(l, values), span, sizeof span));
    int n = (int)strlen(text);
    if (values)
        grid_put(g, last, right - n + 1, n, INK_FRAME, text);
    int room = right - left - (values ? n : 0) - 1, used = panel_facts(p, g, last, left, room);
    if (used) {
        grid_glyph(g, last, left - 1, INK_PLAIN, ' ');
        grid_glyph(g, last, left + used, INK_PLAIN, ' ');
    }
}

/* "1 cpu", and the value of a single series beside it. */
static void panel_head(const struct panel *p, struct grid *g, const struct live *l, struct rect at)
{
    char title[64], value[AMOUNT_MAX];
    snprintf(title, sizeof title, "%s%d %s", p->alert ? "! " : "", p->id + 1, panel_title(p->id));
    grid_box(g, at, title, p->alert ? INK_WARN : INK_STRONG);
    if (p->n_series != 1)
        return;
    int column = at.column + 4 + (int)strlen(title),
        n = (int)strlen(panel_value(&p->series[0], l, value));
    if (column + VALUE + 1 < at.column + at.columns) {
        grid_glyph(g, at.row, column - 1 + VALUE - n, INK_PLAIN, ' ');
        grid_put_amount(g, at.row, column, VALUE, INK_STRONG, value);
        grid_glyph(g, at.row, column + VALUE, INK_PLAIN, ' ');
    }
}

/* Parts the inside of a box between charts and rows: beside each other where there is room, else one
 * below the other, and the rows go first where there is none. */
static void panel_part(const struct panel *p, struct rect in, bool only_rows, struct rect *chart,
                       struct rect *rows)
{
    *chart = *rows = in;
    if (!p->n_rows || !p->n_series) {
        *(p->n_rows ? &chart->rows : &rows->rows) = 0;
    } else if (only_rows) {
        chart->rows = 0;
    } else if (in.columns >= 48) {
        rows->columns = in.columns / 2;
        chart->columns -= rows->columns + 2;
        rows->column += chart->columns + 2;
    } else {
        bool labels = *p->series[0].label;
        int want = labels ? 2 * p->n_series : in.rows / 2;
        if (in.rows - want < 2)
            want = labels ? p->n_series : in.rows;
        rows->rows = p->n_rows < in.rows - want ? p->n_rows : in.rows - want;
        chart->rows -= rows->rows;
        rows->row += chart->rows;
    }
}

void panel_box(const struct panel *p, struct grid *g, const struct live *l, enum spark_kind kind,
               struct rect at, bool only_rows)
{
    struct rect in = { at.row + 1, at.column + 2, at.rows - 2, at.columns - 4 }, chart, rows;
    panel_part(p, in, only_rows, &chart, &rows);
    panel_head(p, g, l, at);
    if (chart.rows > 0)
        panel_charts(p, g, l, kind, chart);
    if (rows.rows > 0)
        panel_rows(p, g, rows);
    panel_edge(p, g, l, at, chart.rows > 0 ? spark_values(kind, chart.columns) : 0);
}
