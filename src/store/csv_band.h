/*
 * Which cells of a CSV log are written: those that left the band around what was written last.
 *
 * A reader who finds an empty cell knows that the value is near the last one above it in the same
 * column:
 *
 *   a level    |value - last| <= max(share * |last|, floor)
 *   a total    |value - last| <= max(share * |last - base|, floor), base being its value in the last
 *              full row: a share of a counter that grew for months would hide whole days
 *
 * and a value that is not known is written as NaN, once. Numbers have as few digits as a quarter of
 * that bound allows: with half of it files are 1 to 2 % smaller, with an eighth 1 to 2 % larger (645 metrics).
 */
#ifndef STORE_CSV_BAND_H
#define STORE_CSV_BAND_H

#include "base/buf.h"
#include "core/schema.h"

#include <stdbool.h>

/* What is too small a difference to be told in a unit, whatever the value. */
double csv_band_floor(const struct metric *m);

struct csv_rule {
    double share; /* of the value: 0.02 */
    double floor; /* in the unit of the column */
    bool total;   /* a counter that only grows */
    bool exact;   /* every digit, and nothing is left out */
};

/* One column of a file: what it says now. All zero: nothing yet. */
struct csv_cell {
    bool said;
    double last, base; /* as a reader gets them */
};

/*
 * Puts a value, or nothing where what was said before is near enough; `full` says it in any case.
 * An infinity is as little known as NaN. Returns whether something was put.
 */
bool csv_band_put(struct csv_cell *c, const struct csv_rule *r, double v, bool full, struct buf *out);

/* Puts a short decimal within `tolerance` of v, which is finite, and returns the double that it reads
 * back as; 0 = exact. "0.5", "1250", "12e6". */
double csv_band_number(struct buf *out, double v, double tolerance);

#endif
