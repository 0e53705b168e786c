/* Forecasts in plain words: what is said, how well such forecasts were, and a few of the steps. */
#ifndef OUTPUT_FORECAST_TEXT_H
#define OUTPUT_FORECAST_TEXT_H

#include "analyze/forecast/forecasts.h"
#include "output/screen.h"

/* Each metric with a table of its steps; more() adds lines to one, by its id. */
void forecast_text(struct buf *out, const struct screen *screen, const struct schema *s, const struct forecasts *all,
                   void (*more)(void *self, struct buf *out, const char *id), void *self);

/* "cpu.util 12.1 % (10.2 to 15.0 %) in 10 s": of the last step, one line, without its end. */
void forecast_text_line(struct buf *out, const struct schema *s, const struct forecasts *all,
                        const struct metric_forecast *m);

#endif
