/*
 * summary.c - gathers instants by windows of the wall clock and packs them.
 *
 * The bytes are those of a block (store/codec/block.h), whose columns are made small before: the last value
 * runs on from row to row, how far the least and the most lie from it are small numbers, and what never
 * changed has no column. docs/FORMAT.md describes them.
 */
#include "store/summary.h"

#include "base/auto.h"
#include "base/mem.h"
#include "store/pack.h"
#include "store/summary_shape.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define EXACT 4503599627370496.0 /* 2^52: whole numbers below, and their differences, are exact */

struct cell {
    double min, max, mean, last, count;
};

/* A slot. As long as it is one number, known at every instant, it has no cells. */
struct kept {
    bool steady;
    double value;
    struct cell *cell; /* one per row */
};

struct summary {
    int64_t window_ms;
    int64_t first_ms, last_ms; /* of the instants */
    int64_t *start;            /* of each row, in windows since 1970; the last is still open */
    double *ticks;             /* instants of each row */
    int rows, cap;             /* cap: room of start, ticks and of every cell array */
    struct cell *open;         /* of the open row; mean holds the sum */
    struct kept *slot;
    int slots;
    size_t cap_slots;
};

struct summary *summary_new(int window_s)
{
    struct summary *s = mem_new(sizeof *s);
    s->window_ms = (int64_t)window_s * 1000;
    return s;
}

void summary_free(struct summary *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->slots; i++)
        mem_free(s->slot[i].cell);
    mem_free(s->slot);
    mem_free(s->open);
    mem_free(s->start);
    mem_free(s->ticks);
    mem_free(s);
}

int summary_rows(const struct summary *s)
{
    return s->rows;
}

/* An array that keeps what it has when there is no memory for more. */
static bool summary_resize(void *array, size_t n, size_t size)
{
    void *p = mem_try_resize(*(void **)array, n * size);
    if (p)
        *(void **)array = p;
    return p;
}

static int summary_more_rows(struct summary *s)
{
    int cap = s->cap ? s->cap * 2 : 32;
    if (!summary_resize(&s->start, (size_t)cap, sizeof *s->start) ||
        !summary_resize(&s->ticks, (size_t)cap, sizeof *s->ticks))
        return -ENOMEM;
    for (int i = 0; i < s->slots; i++)
        if (s->slot[i].cell && !summary_resize(&s->slot[i].cell, (size_t)cap, sizeof(struct cell)))
            return -ENOMEM;
    s->cap = cap;
    return 0;
}

static int summary_more_slots(struct summary *s, int n)
{
    if ((size_t)n > s->cap_slots) {
        if (!summary_resize(&s->slot, (size_t)n, sizeof *s->slot) ||
            !summary_resize(&s->open, (size_t)n, sizeof *s->open))
            return -ENOMEM;
        s->cap_slots = (size_t)n;
    }
    for (; s->slots < n; s->slots++) {
        s->slot[s->slots] = (struct kept){ .steady = true, .value = NAN };
        s->open[s->slots] = (struct cell){ .min = INFINITY, .max = -INFINITY, .last = NAN };
    }
    return 0;
}

/* The cells of rows before `row`, of a slot that was one number in them, or not there at all. */
static int summary_unsteady(struct summary *s, struct kept *k, int row)
{
    k->cell = mem_try((size_t)s->cap * sizeof *k->cell);
    if (!k->cell)
        return -ENOMEM;
    for (int r = 0; r < row; r++)
        k->cell[r] = (struct cell){ k->value, k->value, k->value, k->value, isnan(k->value) ? 0 : s->ticks[r] };
    k->steady = false;
    return 0;
}

/* Is a window one number, the same as before it? */
static bool summary_is_steady(const struct summary *s, const struct kept *k, const struct cell *c, int row)
{
    if (c->count == 0)
        return isnan(k->value);
    return c->min == c->max && c->count == s->ticks[row] && (row == 0 || c->last == k->value);
}

/* The open row is complete. */
static int summary_close_row(struct summary *s)
{
    int row = s->rows - 1;
    for (int i = 0; i < s->slots; i++) {
        struct kept *k = &s->slot[i];
        struct cell *c = &s->open[i];
        if (k->steady && summary_is_steady(s, k, c, row)) {
            k->value = c->last;
            continue;
        }
        if (k->steady && summary_unsteady(s, k, row) < 0)
            return -ENOMEM;
        double mean = c->count > 0 ? c->mean / c->count : (double)NAN;
        k->cell[row] = *c;
        k->cell[row].mean = fmin(fmax(mean, c->min), c->max);
    }
    return 0;
}

static int summary_new_row(struct summary *s, int64_t window)
{
    if (s->rows == BLOCK_MAX_ROWS)
        return -E2BIG;
    if (s->rows > 0 && summary_close_row(s) < 0)
        return -ENOMEM;
    if (s->rows == s->cap && summary_more_rows(s) < 0)
        return -ENOMEM;
    for (int i = 0; i < s->slots; i++)
        s->open[i] = (struct cell){ .min = INFINITY, .max = -INFINITY, .last = NAN };
    s->start[s->rows] = window;
    s->ticks[s->rows++] = 0;
    return 0;
}

static int64_t summary_window(const struct summary *s, int64_t wall_ms)
{
    int64_t rest = wall_ms % s->window_ms;
    return (wall_ms - rest) / s->window_ms - (rest < 0);
}

int summary_add(struct summary *s, const struct schema *schema, int64_t wall_ms, const double *v, int n)
{
    int64_t window = summary_window(s, wall_ms);
    int size = schema_size(schema);
    int rc = size > s->slots ? summary_more_slots(s, size) : 0;
    if (rc == 0 && (s->rows == 0 || s->start[s->rows - 1] != window))
        rc = summary_new_row(s, window);
    if (rc < 0)
        return rc;
    bool first = s->rows == 1 && s->ticks[0] == 0;
    s->first_ms = first || wall_ms < s->first_ms ? wall_ms : s->first_ms;
    s->last_ms = first || wall_ms > s->last_ms ? wall_ms : s->last_ms;
    s->ticks[s->rows - 1]++;
    for (int i = 0; i < n && i < s->slots; i++) {
        struct cell *c = &s->open[i];
        if (!isfinite(v[i]))
            continue;
        c->min = v[i] < c->min ? v[i] : c->min;
        c->max = v[i] > c->max ? v[i] : c->max;
        c->mean += v[i];
        c->last = v[i];
        c->count++;
    }
    return 0;
}

/* ---- packing ---- */

struct packer {
    const struct summary *s;
    struct buf shapes;
    const double **column;
    size_t columns, cap;
    double *numbers;  /* of all columns, rows each */
    size_t used;
};

/* Room for one more column. */
static double *packer_column(struct packer *p)
{
    double *at = p->numbers + p->used * (size_t)p->s->rows;
    p->column[p->columns++] = at;
    p->used++;
    return at;
}

static bool is_whole(double v)
{
    return fabs(v) < EXACT && v == rint(v);
}

static void packer_steady(struct packer *p, double value, bool derived)
{
    if (isnan(value)) {
        buf_putc(&p->shapes, SHAPE_NONE);
    } else if (is_whole(value)) {
        buf_putc(&p->shapes, SHAPE_INTEGER);
        pack_i64(&p->shapes, (int64_t)value);
    } else if (derived) {
        buf_putc(&p->shapes, SHAPE_CODE);
        pack_i64(&p->shapes, code_of(value));
    } else {
        buf_putc(&p->shapes, SHAPE_NUMBER);
        pack_double(&p->shapes, value);
    }
}

/* The fewest digits after the point that give all of v back, from `digits` on; -1 where none do. */
static int packer_digits(double v, int digits)
{
    for (; digits <= SHAPE_DIGITS; digits++) {
        double whole = rint(v * decimal_unit(digits));
        if (fabs(whole) < EXACT && whole / decimal_unit(digits) == v)
            return digits;
    }
    return -1;
}

static int packer_cells_digits(const struct packer *p, const struct cell *c)
{
    int digits = 0;
    for (int r = 0; r < p->s->rows && digits >= 0; r++)
        for (int i = 0; i < 3 && c[r].count > 0 && digits >= 0; i++)
            digits = packer_digits(i == 0 ? c[r].last : i == 1 ? c[r].min : c[r].max, digits);
    return digits;
}

static int packer_last(struct packer *p, const struct cell *c)
{
    double *last = packer_column(p);
    for (int r = 0; r < p->s->rows; r++)
        last[r] = c[r].last;
    return SHAPE_LAST;
}

static int packer_plain(struct packer *p, const struct cell *c)
{
    double *last = packer_column(p), *max = packer_column(p), *min = packer_column(p), *mean = packer_column(p);
    for (int r = 0; r < p->s->rows; r++) {
        bool known = c[r].count > 0;
        last[r] = c[r].last;
        max[r] = known ? c[r].max : 0;
        min[r] = known ? c[r].min : 0;
        mean[r] = known ? c[r].mean : 0;
    }
    return SHAPE_PLAIN;
}

static int packer_decimal(struct packer *p, const struct cell *c, int digits)
{
    double unit = decimal_unit(digits);
    double *last = packer_column(p), *up = packer_column(p), *down = packer_column(p), *place = packer_column(p);
    for (int r = 0; r < p->s->rows; r++) {
        bool known = c[r].count > 0;
        last[r] = rint(c[r].last * unit);
        up[r] = known ? rint(c[r].max * unit) - last[r] : 0;
        down[r] = known ? last[r] - rint(c[r].min * unit) : 0;
        bool wide = known && c[r].max > c[r].min;
        place[r] = wide ? rint((c[r].mean - c[r].min) / (c[r].max - c[r].min) * SUMMARY_MEAN) : 0;
    }
    return SHAPE_DECIMAL + digits;
}

/* One less than the least magnitude of all codes but 0. */
static int64_t packer_base(const struct packer *p, const struct cell *c)
{
    int64_t least = CODE_MAX;
    for (int r = 0; r < p->s->rows; r++)
        for (int i = 0; i < 4 && c[r].count > 0; i++) {
            int64_t code = llabs(code_of(i == 0 ? c[r].last : i == 1 ? c[r].min : i == 2 ? c[r].max : c[r].mean));
            least = code > 0 && code < least ? code : least;
        }
    return least - 1;
}

static int packer_codes(struct packer *p, const struct cell *c, int64_t base)
{
    double *last = packer_column(p), *up = packer_column(p), *down = packer_column(p), *rise = packer_column(p);
    for (int r = 0; r < p->s->rows; r++) {
        bool known = c[r].count > 0;
        int64_t end = known ? code_less(code_of(c[r].last), base) : 0;
        int64_t least = known ? code_less(code_of(c[r].min), base) : 0;
        last[r] = known ? (double)end : (double)NAN;
        up[r] = known ? (double)(code_less(code_of(c[r].max), base) - end) : 0;
        down[r] = known ? (double)(end - least) : 0;
        rise[r] = known ? (double)(code_less(code_of(c[r].mean), base) - least) : 0;
    }
    return SHAPE_CODES;
}

/* How many instants of each row did not know the slot, where there are any. */
static bool packer_gaps(struct packer *p, const struct cell *c)
{
    const struct summary *s = p->s;
    bool some = false;
    for (int r = 0; r < s->rows; r++)
        some |= c[r].count != s->ticks[r];
    double *gaps = some ? packer_column(p) : NULL;
    for (int r = 0; some && r < s->rows; r++)
        gaps[r] = s->ticks[r] - c[r].count;
    return some;
}

static void packer_slot(struct packer *p, const struct kept *k, enum kind kind)
{
    if (k->steady) {
        packer_steady(p, k->value, kind == KIND_RATIO);
        return;
    }
    int shape, digits = 0;
    int64_t base = 0;
    if (kind == KIND_COUNTER)
        shape = packer_last(p, k->cell);
    else if (kind == KIND_RATIO)
        shape = packer_codes(p, k->cell, base = packer_base(p, k->cell));
    else if ((digits = packer_cells_digits(p, k->cell)) >= 0)
        shape = packer_decimal(p, k->cell, digits);
    else
        shape = packer_plain(p, k->cell);
    buf_putc(&p->shapes, (char)(shape + (packer_gaps(p, k->cell) ? SHAPE_GAPS : 0)));
    if (shape == SHAPE_CODES)
        pack_u64(&p->shapes, (uint64_t)base);
}

static void packer_times(struct packer *p)
{
    double *start = packer_column(p), *ticks = packer_column(p);
    for (int r = 0; r < p->s->rows; r++) {
        start[r] = (double)p->s->start[r];
        ticks[r] = p->s->ticks[r];
    }
}

/* Columns that it takes, at most. */
static size_t summary_columns(const struct summary *s)
{
    size_t unsteady = 0;
    for (int i = 0; i < s->slots; i++)
        unsteady += !s->slot[i].steady;
    return SUMMARY_TIMES + 5 * unsteady;
}

bool summary_is_full(const struct summary *s, int more)
{
    int rows = s->rows + more;
    return rows > BLOCK_MAX_ROWS || (size_t)rows * summary_columns(s) > BLOCK_MAX_CELLS;
}

static int packer_room(struct packer *p)
{
    p->cap = summary_columns(p->s);
    if (p->cap > BLOCK_MAX_COLS || p->cap * (size_t)p->s->rows > BLOCK_MAX_CELLS)
        return -E2BIG;
    p->column = mem_try(p->cap * sizeof *p->column);
    p->numbers = mem_try(p->cap * (size_t)p->s->rows * sizeof *p->numbers);
    return p->column && p->numbers ? 0 : -ENOMEM;
}

static int packer_put(struct packer *p, const struct schema *schema, struct buf *out)
{
    const struct summary *s = p->s;
    packer_times(p);
    for (int i = 0; i < s->slots; i++)
        packer_slot(p, &s->slot[i], schema_at(schema, i)->kind);
    size_t before = out->n;
    if (buf_reserve(out, p->shapes.n + 64) < 0)
        return -ENOMEM;
    pack_u64(out, (uint64_t)s->rows);
    pack_i64(out, s->first_ms);
    pack_i64(out, s->last_ms - s->first_ms);
    pack_u64(out, (uint64_t)(s->window_ms / 1000));
    pack_u64(out, (uint64_t)s->slots);
    buf_put(out, p->shapes.p, p->shapes.n);
    int rc = block_encode(out, p->column, (int)p->columns, s->rows);
    if (rc < 0)
        out->n = before;
    return rc;
}

static void summary_empty(struct summary *s)
{
    for (int i = 0; i < s->slots; i++)
        mem_free(s->slot[i].cell);
    s->slots = s->rows = 0;
}

int summary_put(struct summary *s, const struct schema *schema, struct buf *out)
{
    struct packer p = { .s = s };
    int rc = s->rows == 0 ? 0 : summary_close_row(s);
    if (rc == 0 && s->rows > 0 && (rc = packer_room(&p)) == 0)
        rc = packer_put(&p, schema, out);
    buf_done(&p.shapes);
    mem_free(p.column);
    mem_free(p.numbers);
    summary_empty(s);
    return rc;
}
