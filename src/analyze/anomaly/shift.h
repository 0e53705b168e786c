/*
 * The default detector: does a metric depart from its own recent past?
 *
 * The baseline of a metric are its last SHIFT_WINDOW values outside of departures. A value scores
 * |x - median| / deviation, the deviation from quantiles, so that a quarter of the baseline may be
 * anything. It departs when the score is beyond the threshold and the difference is one that a
 * person would care about (areas.h). Scores at row i use values up to i only; memory is bounded and
 * a value costs about 0.2 us.
 *
 * The threshold comes from a budget: under a null of Student's t with 4 degrees of freedom -
 * heavier tails than the metrics measured here - so many false alarms are expected in the run.
 */
#ifndef ANALYZE_SHIFT_H
#define ANALYZE_SHIFT_H

#include "analyze/anomaly/episodes.h"

#define SHIFT_WINDOW 600 /* rows: ten minutes at 1 Hz */
#define SHIFT_STAY 90    /* rows away from the usual level until that is the usual level */

struct shift;

/*
 *   threshold  deviations
 *   step_s     between rows; where they are averages over seconds, one row may be enough, when it is far enough out
 */
struct shift *shift_new(const struct features *f, double threshold, double step_s);
void shift_free(struct shift *s);

/* Row i, in order; one reading per feature. `shift` is what shift_new() gave. */
void shift_row(void *shift, size_t i, struct reading *out);

/* Forgets all baselines: after a gap nothing says that the machine is as it was. */
void shift_restart(void *shift);

/*
 * The score which `budget` of `trials` independent values exceed by chance, and the chance that
 * one of them exceeds a score.
 */
double shift_threshold(double budget, double trials);
double shift_probability(double score, double trials);

#endif
