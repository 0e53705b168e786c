/* The one place where counters become rates and ratios. */
#ifndef CORE_RATE_H
#define CORE_RATE_H

struct frame;
struct schema;

/*
 * The growth of a counter between two readings, in its unit.
 *
 *   wrap  the value at which it starts again from 0, or 0 when it never wraps
 *
 * NaN when either is NaN, when it fell without a known wrap (reset, unplug), and when a wrapped
 * counter stands outside 0..wrap.
 */
double rate_growth(double before, double now, double wrap);

/*
 * Fills the derived slots of `now` from its counters and those of the frame before it.
 *
 * Time is that of the counter's source, not of the frame: a source read every 10 s gives one steady
 * rate, kept between its readings. NaN on the first reading, after a reset, and where the
 * denominator did not grow (the latency of a disk without requests is not known, not 0).
 */
void rate_derive(const struct schema *s, const struct frame *before, struct frame *now);

/*
 * One derived slot between two readings of its source, for who has no frames: what rate_derive() computes.
 *
 *   span_s    between the readings; 0 or less gives NaN
 *   num, den  the two counters at both readings; den is not looked at for a rate per second
 */
double rate_between(const struct schema *s, int slot, double span_s, const double num[2], const double den[2]);

#endif
