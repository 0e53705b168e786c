/*
 * proctable.c - columns of the list of processes. Those at the right are left out where the screen
 * is narrow; the widths do not depend on what stands in them.
 */
#include "app/top/proctable.h"

#include "core/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum column {
    PID, NAME, STATE, CPU, BAR, MEMORY, GROWTH, READ, WRITE, THREADS, PARENT, GPU, COLUMNS
};

struct column_look {
    const char *heading;
    int width;
    int from;            /* shown from so many columns of the screen on */
    bool left;
    enum proc_sort sort; /* that goes by it; SORTS = none */
};

static const struct column_look looks[COLUMNS] = {
    [PID] = { "pid", 7, 0, false, SORT_PID },
    [NAME] = { "name", 16, 0, true, SORT_NAME },
    [STATE] = { "s", 1, 0, true, SORTS },
    [CPU] = { "cpu", 7, 0, false, SORT_CPU },
    [BAR] = { "", 16, 130, true, SORTS },
    [MEMORY] = { "memory", 8, 0, false, SORT_MEMORY },
    [GROWTH] = { "grew by", 9, 110, false, SORTS },
    [READ] = { "read", 9, 60, false, SORT_IO },
    [WRITE] = { "write", 9, 60, false, SORT_IO },
    [THREADS] = { "threads", 7, 76, false, SORTS },
    [PARENT] = { "parent", 7, 120, false, SORTS },
    [GPU] = { "gpu mem", 8, 88, false, SORT_GPU },
};

/* Where each column stands; width 0 = not shown. */
struct column_place {
    int column, width;
};

/* The name takes what is left, up to what a deep tree needs, and after it the bar. */
static void table_places(struct column_place at[static COLUMNS], int column, int columns, bool gpu,
                         bool tree)
{
    int used = 0;
    for (int c = 0; c < COLUMNS; c++) {
        bool shown = columns >= looks[c].from && (c != GPU || gpu);
        at[c].width = shown ? looks[c].width : 0;
        used += shown ? looks[c].width + 1 : 0;
    }
    int spare = columns - used, most = tree ? 32 : 8;
    if (spare > 0) {
        int name = spare < most ? spare : most, bar = at[BAR].width ? spare - name : 0;
        at[NAME].width += name;
        at[BAR].width += bar > 20 ? 20 : bar;
    }
    for (int c = 0; c < COLUMNS; c++) {
        at[c].column = column;
        column += at[c].width ? at[c].width + 1 : 0;
    }
}

static void table_headings(const struct proclist *l, struct grid *g, struct rect r,
                           const struct column_place at[static COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++) {
        bool sorted = looks[c].sort == l->sort;
        char text[16];
        const char *arrow = g->utf8    ? (l->reverse ? "\xe2\x96\xb2" : "\xe2\x96\xbc") :
                            l->reverse ? "^" :
                                         "v";
        snprintf(text, sizeof text, "%s%s%s", sorted ? arrow : "", sorted && !g->utf8 ? " " : "",
                 looks[c].heading);
        enum ink ink = sorted ? INK_STRONG : INK_QUIET;
        if (looks[c].left)
            grid_put(g, r.row, at[c].column, at[c].width, ink, text);
        else
            grid_put_right(g, r.row, at[c].column, at[c].width, ink, text);
    }
}

/* The branches that lead to a row, of two columns each; of a deep tree, the last ones. */
static int table_branches(struct grid *g, int row, int column, int columns,
                          const struct proc_row *r)
{
    static const uint32_t fine[] = { ' ', 0x2502, 0x2514, 0x251c, 0x2500 }, plain[] = { ' ', '|', '`', '|', '-' };
    const uint32_t *line = g->utf8 ? fine : plain;
    int shown = r->depth < columns / 2 ? r->depth : columns / 2;
    for (int i = 0; i < shown; i++) {
        int depth = r->depth - shown + 1 + i;
        bool own = depth == r->depth, down = depth < 64 && r->lines >> depth & 1;
        grid_glyph(g, row, column + 2 * i, INK_FRAME, line[own ? 2 + down : down]);
        grid_glyph(g, row, column + 2 * i + 1, INK_FRAME, own ? line[4] : ' ');
    }
    return 2 * shown;
}

static void table_name(const struct proclist *l, struct grid *g, int row, struct column_place at,
                       size_t i)
{
    const struct proc_row *r = &l->row[i];
    int indent = l->tree ? table_branches(g, row, at.column, at.width / 2, r) : 0;
    grid_put(g, row, at.column + indent, at.width - indent, INK_PLAIN, r->of->p.name);
}

static void table_amount(struct grid *g, int row, struct column_place at, double v, enum unit unit)
{
    char text[AMOUNT_MAX];
    enum ink ink = v > 0 ? INK_PLAIN : INK_FRAME; /* what is nothing steps back */
    if (at.width)
        grid_put_amount(g, row, at.column, at.width, ink, amount_text(v, unit, text));
    if (at.width && !(v > 0))
        grid_tint(g, row, at.column, at.width, INK_FRAME);
}

static void table_count(struct grid *g, int row, struct column_place at, double v, enum ink ink)
{
    char text[16];
    snprintf(text, sizeof text, "%.0f", v);
    if (at.width && !isnan(v))
        grid_put_right(g, row, at.column, at.width, ink, text);
}

static void table_row(const struct proclist *l, struct grid *g, int row,
                      const struct column_place at[static COLUMNS], size_t i)
{
    const struct proc *p = &l->row[i].of->p;
    const struct proc_row *r = &l->row[i];
    char state[2] = { p->state ? p->state : '?', '\0' };
    table_count(g, row, at[PID], p->pid, INK_QUIET);
    table_name(l, g, row, at[NAME], i);
    grid_put(g, row, at[STATE].column, 1,
             p->state == 'R' || p->state == 'D' ? INK_STRONG : INK_FRAME, state);
    table_amount(g, row, at[CPU], r->cpu, UNIT_PERCENT);
    if (at[BAR].width && r->cpu >= 0.5)
        graph_bar(g, row, at[BAR].column, at[BAR].width, INK_FIRST, r->cpu / 100);
    table_amount(g, row, at[MEMORY], p->rss_bytes, UNIT_BYTE);
    table_amount(g, row, at[GROWTH], r->of->use.rss_growth_bytes, UNIT_BYTE);
    table_amount(g, row, at[READ], r->read, UNIT_BYTE_PER_S);
    table_amount(g, row, at[WRITE], r->write, UNIT_BYTE_PER_S);
    table_count(g, row, at[THREADS], p->threads, INK_QUIET);
    table_count(g, row, at[PARENT], p->ppid, INK_FRAME);
    table_amount(g, row, at[GPU], p->gpu_bytes, UNIT_BYTE);
}

/* The first row shown: as before, unless the selection would be out of sight, or rows stay empty. */
static size_t table_first(const struct proclist *l, size_t rows)
{
    size_t first = l->first;
    if (first + rows > l->n)
        first = l->n > rows ? l->n - rows : 0;
    return l->at < first ? l->at : l->at >= first + rows ? l->at - rows + 1 : first;
}

void proctable_draw(struct view *v, struct grid *g, struct rect r, bool gpu)
{
    struct proclist *l = &v->list;
    struct column_place at[COLUMNS];
    if (r.rows < 2)
        return;
    table_places(at, r.column, r.columns, gpu, l->tree);
    table_headings(l, g, r, at);
    size_t rows = (size_t)r.rows - 1, first = l->first = table_first(l, rows);
    v->page = r.rows - 1;
    for (size_t i = first; i < l->n && i < first + rows; i++) {
        int row = r.row + 1 + (int)(i - first);
        table_row(l, g, row, at, i);
        if (i == l->at && l->selected.pid)
            grid_tint(g, row, r.column, r.columns, INK_SELECTED);
    }
    if (l->n == 0)
        grid_put(g, r.row + 1, r.column + 2, r.columns - 2, INK_QUIET,
                 l->total ? "no process matches the filter; Esc shows all" :
                            "no processes are listed here");
}
