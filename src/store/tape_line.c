/*
 * tape_line.c - a row of numbers against the row before: what a tick in a journal costs.
 *
 * A row is its width, then one entry for each number that changed: a varint with the count of unchanged
 * ones before it in the upper bits and a kind in the lowest two, and what the kind wants. Numbers that are
 * decimals of up to LINE_DIGITS digits behind the point, as almost all are, are differences of whole numbers.
 */
#include "store/tape.h"

#include "base/mem.h"
#include "store/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_DIGITS 6
#define LINE_EXACT ((int64_t)1 << 53)

enum kind_of_entry {
    ENTRY_GROWN, /* zigzag: the difference, in units of the column's last digit */
    ENTRY_RAW,   /* the eight bytes of the double */
    ENTRY_NONE,  /* NaN */
    ENTRY_SET,   /* digits behind the point, zigzag: the number in that unit */
};

static const double power[LINE_DIGITS + 1] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };

static bool line_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* v in units of its digits-th digit, when that says it exactly. */
static bool line_whole(double v, int digits, int64_t *out)
{
    double scaled = v * power[digits];
    if (!(fabs(scaled) < (double)LINE_EXACT))
        return false;
    *out = (int64_t)(scaled + (scaled < 0 ? -0.5 : 0.5));
    return line_same((double)*out / power[digits], v);
}

static void line_fit(struct tape_line *l, int n)
{
    if (n > l->cap) {
        l->cap = n + n / 4;
        l->v = mem_resize(l->v, (size_t)l->cap * sizeof *l->v);
        l->digits = mem_resize(l->digits, (size_t)l->cap);
    }
    for (; l->n < n; l->n++) {
        l->v[l->n] = NAN;
        l->digits[l->n] = 0;
    }
}

static void line_put_entry(struct buf *out, uint64_t gap, enum kind_of_entry kind)
{
    pack_u64(out, gap << 2 | kind);
}

static void line_put_number(struct tape_line *l, struct buf *out, uint64_t gap, int c, double v)
{
    int64_t now, before;
    int digits = l->digits[c];
    if (isnan(v)) {
        line_put_entry(out, gap, ENTRY_NONE);
    } else if (line_whole(v, digits, &now) && line_whole(l->v[c], digits, &before)) {
        line_put_entry(out, gap, ENTRY_GROWN);
        pack_i64(out, now - before);
    } else {
        for (digits = 0; digits <= LINE_DIGITS && !line_whole(v, digits, &now);)
            digits++;
        line_put_entry(out, gap, digits <= LINE_DIGITS ? ENTRY_SET : ENTRY_RAW);
        if (digits <= LINE_DIGITS) {
            l->digits[c] = (unsigned char)digits;
            pack_u64(out, (uint64_t)digits);
            pack_i64(out, now);
        } else {
            pack_double(out, v);
        }
    }
    l->v[c] = v;
}

void tape_line_put(struct tape_line *before, struct buf *out, const double *row, int n)
{
    uint64_t gap = 0;
    line_fit(before, n);
    pack_u64(out, (uint64_t)n);
    for (int c = 0; c < n; c++) {
        if (line_same(row[c], before->v[c])) {
            gap++;
            continue;
        }
        line_put_number(before, out, gap, c, row[c]);
        gap = 0;
    }
    if (gap)
        line_put_entry(out, gap, ENTRY_NONE);
}

static bool line_take_number(struct tape_line *l, struct unpack *in, enum kind_of_entry kind, int c)
{
    int64_t before = 0;
    if (kind == ENTRY_NONE) {
        l->v[c] = NAN;
        return true;
    }
    if (kind == ENTRY_RAW) {
        l->v[c] = unpack_double(in);
        return !in->bad;
    }
    if (kind == ENTRY_SET)
        l->digits[c] = (unsigned char)unpack_upto(in, LINE_DIGITS);
    else if (!line_whole(l->v[c], l->digits[c], &before))
        return false;
    int64_t more = unpack_i64(in);
    if (in->bad || more > 2 * LINE_EXACT || more < -2 * LINE_EXACT || llabs(before + more) > LINE_EXACT)
        return false;
    l->v[c] = (double)(before + more) / power[l->digits[c]];
    return true;
}

int tape_line_take(struct tape_line *line, struct unpack *in, int max)
{
    int n = (int)unpack_upto(in, (uint64_t)max), c = 0;
    if (in->bad || n < line->n)
        return -EBADMSG;
    line_fit(line, n);
    while (c < n && !in->bad) {
        uint64_t entry = unpack_u64(in), gap = entry >> 2;
        if (gap > (uint64_t)(n - c))
            return -EBADMSG;
        c += (int)gap;
        if (c < n && !line_take_number(line, in, (enum kind_of_entry)(entry & 3), c++))
            return -EBADMSG;
    }
    return in->bad ? -EBADMSG : 0;
}

void tape_line_done(struct tape_line *line)
{
    mem_free(line->v);
    mem_free(line->digits);
    *line = (struct tape_line){ 0 };
}
