/* ahead.c - the last minutes of an archive as even rows, and what comes after them. */
#include "look/ahead.h"

#include "look/minutes.h"

#include <errno.h>

int ahead_make(struct archive *files, const char *session, int64_t until_ms, const char *globs, int horizon,
               size_t most, struct ahead *out)
{
    int64_t first_ms, end_ms;
    *out = (struct ahead){ 0 };
    if (!minutes_span(files, session, AHEAD_STEP_S, until_ms, &first_ms, &end_ms))
        return -ENODATA;
    int64_t rows = (end_ms - first_ms) / (int64_t)(1000 * AHEAD_STEP_S);
    if (rows < horizon)
        return -ENODATA;
    int rc = minutes_read(files, session, end_ms, AHEAD_STEP_S, rows < AHEAD_ROWS ? (int)rows : AHEAD_ROWS,
                          globs ? globs : forecasts_main, &out->rec);
    if (rc < 0)
        return rc == -EINVAL ? -ENODATA : rc;
    forecasts_make(out->rec, &(struct forecasts_options){ .globs = globs, .horizon = horizon, .most = most },
                   &out->all);
    return 0;
}

void ahead_done(struct ahead *a)
{
    forecasts_done(&a->all);
    recording_free(a->rec);
    *a = (struct ahead){ 0 };
}
