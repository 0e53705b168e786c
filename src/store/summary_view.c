/* summary_view.c - reads what summary.c packed. Every number of the bytes is checked before it is used. */
#include "base/mem.h"
#include "store/chunk.h"
#include "store/pack.h"
#include "store/summary.h"
#include "store/summary_shape.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define WINDOW_MAX 86400 /* s */
#define TIME_MAX INT64_C(4102444800000000) /* ms: far beyond any clock */

struct summary_column {
    unsigned char shape;
    bool counter;   /* only the last is told */
    bool gaps;      /* has a column of how often it was not known, behind the others */
    int first;      /* its first column */
    union {
        double value;   /* of what never changed */
        int64_t base;   /* SHAPE_CODES */
    };
};

void summary_view_done(struct summary_view *v)
{
    block_done(&v->table);
    mem_free(v->start_ms);
    mem_free(v->ticks);
    mem_free(v->column);
    mem_free(v->scratch);
    *v = (struct summary_view){ 0 };
}

static int view_slot_room(struct summary_view *v, uint64_t slots)
{
    if (slots <= v->cap_slots)
        return 0;
    mem_free(v->column);
    v->cap_slots = 0;
    v->column = mem_try(slots * sizeof *v->column);
    v->cap_slots = v->column ? slots : 0;
    return v->column ? 0 : -ENOMEM;
}

static int view_row_room(struct summary_view *v, int rows)
{
    if ((size_t)rows <= v->cap_rows)
        return 0;
    mem_free(v->start_ms);
    mem_free(v->ticks);
    mem_free(v->scratch);
    v->start_ms = mem_try((size_t)rows * sizeof *v->start_ms);
    v->ticks = mem_try((size_t)rows * sizeof *v->ticks);
    v->scratch = mem_try((size_t)rows * 5 * sizeof *v->scratch);
    v->cap_rows = v->start_ms && v->ticks && v->scratch ? (size_t)rows : 0;
    return v->cap_rows ? 0 : -ENOMEM;
}

/* Reads what the shapes say; returns how many columns they have. */
static int view_shapes(struct summary_view *v, const struct schema *schema, struct unpack *in)
{
    int columns = SUMMARY_TIMES;
    for (int i = 0; i < v->slots; i++) {
        const uint8_t *byte = unpack_bytes(in, 1);
        if (!byte || (*byte & (SHAPE_GAPS - 1)) >= SHAPE_SHAPES || *byte >= 2 * SHAPE_GAPS)
            return -EBADMSG;
        struct summary_column *c = &v->column[i];
        *c = (struct summary_column){ .shape = *byte & (SHAPE_GAPS - 1), .gaps = *byte & SHAPE_GAPS, .first = columns,
                                      .counter = schema_at(schema, i)->kind == KIND_COUNTER };
        if (c->shape < SHAPE_LAST && c->gaps)
            return -EBADMSG;
        if (c->shape == SHAPE_INTEGER)
            c->value = (double)unpack_i64(in);
        else if (c->shape == SHAPE_NUMBER)
            c->value = unpack_double(in);
        else if (c->shape == SHAPE_CODE)
            c->value = code_value(unpack_i64(in) % (CODE_MAX + 1));
        else if (c->shape == SHAPE_CODES)
            c->base = (int64_t)unpack_upto(in, (uint64_t)CODE_MAX);
        columns += shape_columns(c->shape) + c->gaps;
    }
    return in->bad ? -EBADMSG : columns;
}

static int view_times(struct summary_view *v)
{
    double *window = v->scratch;
    int64_t latest = TIME_MAX / ((int64_t)v->window_s * 1000);
    if (block_column(&v->table, 0, window) < 0 || block_column(&v->table, 1, v->ticks) < 0)
        return -EBADMSG;
    for (int r = 0; r < v->rows; r++) {
        if (!(fabs(window[r]) <= (double)latest) || !(v->ticks[r] >= 1 && v->ticks[r] <= 1e9))
            return -EBADMSG;
        v->start_ms[r] = (int64_t)window[r] * v->window_s * 1000;
    }
    return 0;
}

int summary_open(struct summary_view *v, const struct schema *schema, const struct chunk *c)
{
    struct unpack in = { .p = c->bytes, .end = c->bytes + c->n };
    v->rows = 0;
    int rows = (int)unpack_upto(&in, BLOCK_MAX_ROWS);
    v->first_ms = unpack_i64(&in);
    int64_t length = unpack_i64(&in);
    v->window_s = (int)unpack_upto(&in, WINDOW_MAX);
    v->slots = (int)unpack_upto(&in, (uint64_t)schema_size(schema));
    if (in.bad || v->window_s < 1 || llabs(v->first_ms) > TIME_MAX || length < 0 || length > TIME_MAX)
        return -EBADMSG;
    v->last_ms = v->first_ms + length;
    int rc = view_slot_room(v, (uint64_t)v->slots);
    int columns = rc < 0 ? rc : view_shapes(v, schema, &in);
    if (columns < 0)
        return columns;
    rc = block_open(&v->table, in.p, unpack_left(&in));
    if (rc < 0)
        return rc;
    if (v->table.cols != columns || v->table.rows != rows)
        return -EBADMSG;
    rc = view_row_room(v, rows);
    v->rows = rc < 0 ? 0 : rows;
    return rc < 0 ? rc : view_times(v);
}

static void view_steady(const struct summary_view *v, const struct summary_column *c, struct summary_row *out)
{
    bool none = c->shape == SHAPE_NONE;
    double last = none ? (double)NAN : c->value, x = c->counter ? (double)NAN : last;
    for (int r = 0; r < v->rows; r++)
        out[r] = (struct summary_row){ v->start_ms[r], x, x, x, last, none ? 0 : v->ticks[r] };
}

static struct summary_row view_decimal(double last, double up, double down, double place, double unit)
{
    double min = (last - down) / unit, max = (last + up) / unit;
    return (struct summary_row){ .min = min, .max = max, .last = last / unit,
                                 .mean = min + (max - min) * (place / SUMMARY_MEAN) };
}

static struct summary_row view_codes(double last, double up, double down, double rise, int64_t base)
{
    return (struct summary_row){ .min = code_value(code_more((int64_t)(last - down), base)),
                                 .max = code_value(code_more((int64_t)(last + up), base)),
                                 .last = code_value(code_more((int64_t)last, base)),
                                 .mean = code_value(code_more((int64_t)(last - down + rise), base)) };
}

/* Codes that no number has: only bytes that are wrong have them. */
static bool view_is_bad_code(double last, double up, double down, double rise, int64_t base)
{
    double most = (double)(CODE_MAX - base);
    return !(fabs(last) <= most && fabs(last + up) <= most && fabs(last - down) <= most &&
             fabs(last - down + rise) <= most);
}

static int view_row(const struct summary_column *c, const double *x, size_t rows, struct summary_row *out)
{
    double last = x[0];
    if (c->shape == SHAPE_LAST) {
        *out = (struct summary_row){ .min = NAN, .max = NAN, .mean = NAN, .last = last };
        return 0;
    }
    double a = x[rows], b = x[2 * rows], d = x[3 * rows];
    if (isnan(last))
        *out = (struct summary_row){ .min = NAN, .max = NAN, .mean = NAN, .last = NAN };
    else if (c->shape == SHAPE_PLAIN)
        *out = (struct summary_row){ .min = b, .max = a, .mean = d, .last = last };
    else if (c->shape >= SHAPE_DECIMAL)
        *out = view_decimal(last, a, b, d, decimal_unit(c->shape - SHAPE_DECIMAL));
    else if (view_is_bad_code(last, a, b, d, c->base))
        return -EBADMSG;
    else
        *out = view_codes(last, a, b, d, c->base);
    return 0;
}

int summary_slot(const struct summary_view *v, int slot, struct summary_row *out)
{
    static const struct summary_column none = { .shape = SHAPE_NONE };
    const struct summary_column *c = slot < v->slots ? &v->column[slot] : &none;
    int columns = shape_columns(c->shape);
    size_t rows = (size_t)v->rows;
    if (columns == 0) {
        view_steady(v, c, out);
        return 0;
    }
    for (int i = 0; i < columns + c->gaps; i++)
        if (block_column(&v->table, c->first + i, v->scratch + (size_t)i * rows) < 0)
            return -EBADMSG;
    for (size_t r = 0; r < rows; r++) {
        double gaps = c->gaps ? v->scratch[(size_t)columns * rows + r] : 0;
        if (view_row(c, v->scratch + r, rows, &out[r]) < 0 || !(gaps >= 0 && gaps <= v->ticks[r]) ||
            isnan(out[r].last) != (gaps == v->ticks[r]))
            return -EBADMSG;
        out[r].start_ms = v->start_ms[r];
        out[r].count = v->ticks[r] - gaps;
    }
    return 0;
}
