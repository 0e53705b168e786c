/* spark.c - charts made of letters: braille, blocks or ASCII. */
#include "output/spark.h"

#include "base/stats.h"

#include <math.h>

size_t spark_values(enum spark_kind kind, int columns)
{
    return (size_t)(columns > 0 ? columns : 0) * (kind == SPARK_BRAILLE ? 2 : 1);
}

int spark_steps(enum spark_kind kind)
{
    return kind == SPARK_BRAILLE ? 4 : kind == SPARK_BLOCK ? 8 : 3;
}

int spark_fill(double v, double top, int all)
{
    if (isnan(v))
        return -1;
    double share = top > 0 ? v / top : 0;
    int n = (int)ceil(fmin(fmax(share, 0), 1) * all - 1e-9);
    return n < 1 ? 1 : n;
}

int spark_part(int filled, int below, int steps)
{
    int n = filled - below;
    return n < 0 ? 0 : n > steps ? steps : n;
}

/* The dots of one half of a braille cell, from the lowest (Unicode 3.0, braille patterns). */
static uint32_t spark_dots(int n, bool right)
{
    static const unsigned char left_dots[] = { 0, 0x40, 0x44, 0x46, 0x47 },
                               right_dots[] = { 0, 0x80, 0xa0, 0xb0, 0xb8 };
    return right ? right_dots[n] : left_dots[n];
}

uint32_t spark_glyph(enum spark_kind kind, int first, int second)
{
    static const char ascii[] = " .:|";
    if (kind == SPARK_BRAILLE)
        return first || second ? 0x2800 + spark_dots(first, false) + spark_dots(second, true) : ' ';
    if (kind == SPARK_BLOCK)
        return first ? 0x2580 + (uint32_t)first : ' ';
    return (uint32_t)ascii[first];
}

/* n of eight steps. */
static uint32_t spark_eighths(bool utf8, int n)
{
    static const char ascii[] = ".:-=+*#@";
    return utf8 ? 0x2580 + (uint32_t)n : (uint32_t)ascii[n - 1];
}

uint32_t spark_level(bool utf8, double share)
{
    return isnan(share) ? ' ' : spark_eighths(utf8, spark_fill(share, 1, 8));
}

double spark_top(double v)
{
    if (!(v > 0))
        return 1;
    double p = pow(10, floor(log10(v)));
    return v <= p ? p : v <= 2 * p ? 2 * p : v <= 5 * p ? 5 * p : 10 * p;
}

/* The mean of what is known in the i-th of k equal parts. */
static double spark_mean(const double *v, size_t n, int i, int k)
{
    size_t from = n * (size_t)i / (size_t)k, to = n * (size_t)(i + 1) / (size_t)k;
    return to > from ? stats_mean(v + from, to - from) : NAN;
}

void spark_row(struct buf *out, bool utf8, const double *v, size_t n, int columns, double lo, double hi)
{
    int cells = columns < 0 ? 0 : (size_t)columns > n ? (int)n : columns;
    for (int i = 0; i < cells; i++) {
        double x = spark_mean(v, n, i, cells), share = hi > lo ? (x - lo) / (hi - lo) : 0;
        if (isnan(x)) {
            buf_putc(out, ' ');
            continue;
        }
        uint32_t c = spark_eighths(utf8, share <= 0 ? 1 : share >= 1 ? 8 : 1 + (int)(share * 8));
        if (utf8) /* U+2581 .. U+2588 */
            buf_put(out, (const char[]){ '\xe2', '\x96', (char)(0x80 | (c & 0x3f)) }, 3);
        else
            buf_putc(out, (char)c);
    }
}
