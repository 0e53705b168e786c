/*
 * block.c - the directory of a block, and which column follows which.
 *
 *   rows, columns   varints
 *   length          a varint for each column; 0: all its rows are +0.0
 *   the columns     one behind the other, to the last byte
 *
 * A column names at most one root, and a root names none, so that reading one decodes at most two.
 */
#include "store/codec/block.h"

#include "base/auto.h"
#include "base/mem.h"
#include "store/codec/column.h"
#include "store/codec/kin.h"
#include "store/codec/varint.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

/* ---- encoder ---- */

/* A table as whole numbers; of the columns that move, one behind the other. */
struct table {
    const double *const *v;
    int cols, rows, moving;
    struct column *column; /* all of them */
    int *at;               /* which column a moving one is */
    uint64_t *w;            /* rows of each moving one */
    int *root;             /* of each moving one: another moving one, or -1 */
    int32_t *slope;
};

static void table_done(struct table *t)
{
    mem_free(t->column);
    mem_free(t->at);
    mem_free(t->w);
    mem_free(t->root);
    mem_free(t->slope);
}

static uint64_t *table_w(const struct table *t, int moving)
{
    return t->w + (size_t)moving * (size_t)t->rows;
}

static int table_init(struct table *t, const double *const *v, int cols, int rows)
{
    size_t n = (size_t)cols + 1;
    *t = (struct table){ .v = v, .cols = cols, .rows = rows, .column = mem_try(n * sizeof *t->column),
        .at = mem_try(n * sizeof *t->at), .w = mem_try(n * (size_t)rows * sizeof *t->w),
        .root = mem_try(n * sizeof *t->root), .slope = mem_try(n * sizeof *t->slope) };
    if (!t->column || !t->at || !t->w || !t->root || !t->slope)
        return -ENOMEM;
    for (int c = 0; c < cols; c++) {
        struct column *is = &t->column[c];
        *is = (struct column){ .unit = COLUMN_ABSENT, .root.column = -1 };
        if (!v[c])
            continue;
        column_of(v[c], rows, is, table_w(t, t->moving));
        if (is->step == 0)
            continue;
        column_guess(is, table_w(t, t->moving), rows);
        t->at[t->moving++] = c;
    }
    return kin_find(t->w, t->moving, rows, t->root, t->slope);
}

/* Codes a column in one way; keeps the bytes when they are fewer than *n. */
static void column_try(const struct table *t, int moving, const struct column *as, uint8_t *best, size_t *n)
{
    uint8_t trial[COLUMN_ROOM(BLOCK_MAX_ROWS)];
    size_t got = column_put(as, t->v[t->at[moving]], table_w(t, moving), t->rows, trial, *n - 1);
    if (got == 0)
        return;
    memcpy(best, trial, got);
    *n = got;
}

/* Raw or as numbers, without a root. Returns how many bytes. */
static size_t column_alone(const struct table *t, int moving, uint8_t *best)
{
    struct column raw = { .unit = COLUMN_RAW, .root.column = -1 };
    size_t n = COLUMN_ROOM(t->rows) + 1;
    column_try(t, moving, &raw, best, &n);
    column_try(t, moving, &t->column[t->at[moving]], best, &n);
    return n;
}

/* Nobody can follow a column that is better stored raw. */
static bool column_leads(const struct table *t, int moving)
{
    uint8_t bytes[COLUMN_ROOM(BLOCK_MAX_ROWS)];
    column_alone(t, moving, bytes);
    return bytes[0] != COLUMN_RAW;
}

/* Alone and, where there is a root, in all the ways that may pay. Returns how many bytes. */
static size_t column_best(const struct table *t, int moving, uint8_t *best)
{
    struct column c = t->column[t->at[moving]];
    size_t n = column_alone(t, moving, best);
    int root = t->root[moving];
    if (root < 0 || !column_leads(t, root))
        return n;
    enum column_guess guess = c.guess;
    c.root = (struct column_root){ .column = t->at[root], .of = table_w(t, root) };
    for (int way = 0; way < 4; way++) {
        c.guess = way < 2 ? GUESS_LAST : guess;
        c.root.slope = way & 1 ? t->slope[moving] : 0;
        if (way < 2 || guess != GUESS_LAST)
            column_try(t, moving, &c, best, &n);
    }
    return n;
}

/* The columns, one behind the other, and their lengths before them. */
static int table_put(const struct table *t, struct buf *head, struct buf *body)
{
    uint8_t bytes[COLUMN_ROOM(BLOCK_MAX_ROWS)], number[VARINT_MAX];
    buf_put(head, number, varint_put(number, (uint64_t)t->rows));
    buf_put(head, number, varint_put(number, (uint64_t)t->cols));
    for (int c = 0, moving = 0; c < t->cols; c++) {
        const struct column *is = &t->column[c];
        size_t n = 0;
        if (moving < t->moving && t->at[moving] == c)
            n = column_best(t, moving++, bytes);
        else if (is->unit || is->first || is->gaps)
            n = column_put(is, t->v[c], NULL, t->rows, bytes, sizeof bytes);
        if (buf_reserve(body, n) < 0 || buf_reserve(head, VARINT_MAX) < 0)
            return -ENOMEM;
        buf_put(body, bytes, n);
        buf_put(head, number, varint_put(number, n));
    }
    return 0;
}

int block_encode(struct buf *out, const double *const *col, int cols, int rows)
{
    assert(rows >= 1 && rows <= BLOCK_MAX_ROWS && cols >= 0 && cols <= BLOCK_MAX_COLS &&
           rows * (int64_t)cols <= BLOCK_MAX_CELLS);
    auto_buf struct buf head = { 0 }, body = { 0 };
    struct table t;
    int rc = table_init(&t, col, cols, rows);
    if (rc == 0)
        rc = table_put(&t, &head, &body);
    table_done(&t);
    if (rc == 0)
        rc = buf_reserve(out, head.n + body.n);
    if (rc < 0)
        return rc;
    buf_put(out, head.p, head.n);
    buf_put(out, body.p, body.n);
    return 0;
}

/* ---- decoder ---- */

int block_open(struct block *b, const void *bytes, size_t n)
{
    uint64_t rows, cols, length;
    size_t at = 0;
    b->rows = b->cols = 0;
    b->bytes = bytes;
    b->n = n;
    if (n > UINT32_MAX || varint_get(bytes, n, &at, &rows) < 0 || varint_get(bytes, n, &at, &cols) < 0 ||
        rows < 1 || rows > BLOCK_MAX_ROWS || cols > BLOCK_MAX_COLS || cols > n - at ||
        rows * cols > BLOCK_MAX_CELLS)
        return -EBADMSG;
    if (b->cap < cols + 1) {
        uint32_t *more = mem_try_resize(b->at, (cols + 1) * sizeof *more);
        if (!more)
            return -ENOMEM;
        b->at = more;
        b->cap = cols + 1;
    }
    size_t end = 0; /* from the first column on */
    for (size_t c = 0; c < cols; c++) {
        if (varint_get(bytes, n, &at, &length) < 0 || length > n - end)
            return -EBADMSG;
        b->at[c] = (uint32_t)end;
        end += length;
    }
    if (end != n - at)
        return -EBADMSG;
    for (size_t c = 0; c < cols; c++)
        b->at[c] += (uint32_t)at;
    b->at[cols] = (uint32_t)n;
    b->rows = (int)rows;
    b->cols = (int)cols;
    return 0;
}

void block_done(struct block *b)
{
    mem_free(b->at);
    *b = (struct block){ 0 };
}

/* Whole numbers of column c; a root may have none itself. */
static int block_whole(const struct block *b, int c, bool is_root, struct column *col, uint64_t *w, bool *gap)
{
    uint64_t root[BLOCK_MAX_ROWS];
    const uint8_t *bytes = b->bytes + b->at[c];
    size_t n = b->at[c + 1] - b->at[c];
    int head = column_head(bytes, n, col);
    if (head < 0)
        return head;
    if (col->root.column >= 0) {
        struct column of;
        if (is_root || col->root.column >= b->cols || col->root.column == c ||
            block_whole(b, col->root.column, true, &of, root, gap) < 0 || of.unit > COLUMN_PATTERN)
            return -EBADMSG;
        col->root.of = root;
    }
    if (col->unit <= COLUMN_PATTERN)
        column_rows(col, bytes + head, n - (size_t)head, b->rows, w, gap);
    col->root.of = NULL;
    return head;
}

int block_column(const struct block *b, int c, double *out)
{
    assert(c >= 0 && c < b->cols);
    uint64_t w[BLOCK_MAX_ROWS];
    bool gap[BLOCK_MAX_ROWS];
    struct column col;
    int head = block_whole(b, c, false, &col, w, gap);
    if (head < 0)
        return head;
    size_t at = b->at[c] + (size_t)head;
    return column_doubles(&col, w, gap, b->bytes + at, b->at[c + 1] - at, b->rows, out);
}
