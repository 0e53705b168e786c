/*
 * Forecasts that are kept, and the grades they get when their time has come: against what was recorded, beside what the
 * best naive forecast of that moment would have got.
 */
#ifndef APP_FORETOLD_H
#define APP_FORETOLD_H

#include "analyze/forecast/forecasts.h"
#include "store/archive.h"
#include "store/index.h"

/* Keeps those that were made, of INDEX_FORECAST_STEPS steps at most. 0, or an error of the index. */
int foretold_keep(struct index *x, const struct schema *s, const struct forecasts *all);

/* Grades what is over. Returns how many, or an error of the index or the archive. */
int foretold_score(struct index *x, struct archive *files, int64_t now_ms);

/*
 * The recorder's part: every FORETOLD_EVERY_MS the main metrics an hour ahead by the minute, from the last
 * minutes (look/ahead.h). To be called about once a minute; what is wrong is said.
 */
#define FORETOLD_EVERY_MS 600000
#define FORETOLD_METRICS 16
#define FORETOLD_HORIZON 60

struct foretold {
    const char *dir;
    int64_t next_ms; /* monotonic */
    int error;       /* that was said last */
};

void foretold_minute(struct foretold *f, struct index *x);

#endif
