/* ageing.c - rows of ten minutes of what ages, and what they say. */
#include "look/ageing.h"

#include "look/minutes.h"

#include <errno.h>

#define STEP_MS INT64_C(600000)
#define DAY_ROWS 144

int look_ageing(struct archive *files, const char *session, int64_t from_ms, int64_t to_ms, struct look_ageing *out)
{
    int64_t first_ms, end_ms;
    *out = (struct look_ageing){ 0 };
    if (!minutes_span(files, session, AGEING_STEP_S, to_ms, &first_ms, &end_ms))
        return -ENODATA;
    first_ms = from_ms > first_ms ? from_ms : first_ms;
    if (end_ms - first_ms < AGEING_MS)
        return -ENODATA;
    int64_t rows = (end_ms - first_ms) / STEP_MS, most = INT64_C(1) * AGEING_DAYS_MAX * DAY_ROWS;
    rows = rows < most ? rows : most;
    int rc = minutes_read(files, session, end_ms, AGEING_STEP_S, (int)rows, AGEING_METRICS, &out->rec);
    if (rc == 0)
        ageing_find(out->rec, &out->of);
    return rc;
}

void look_ageing_done(struct look_ageing *a)
{
    recording_free(a->rec);
    *a = (struct look_ageing){ 0 };
}
