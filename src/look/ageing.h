/* Ageing over a range of an archive: analyze/ageing/ageing.h, of its summaries of ten minutes. */
#ifndef LOOK_AGEING_H
#define LOOK_AGEING_H

#include "analyze/ageing/ageing.h"
#include "store/archive.h"

struct look_ageing {
    struct recording *rec;
    struct ageing of;
};

/*
 * Of a session, or with NULL of all, from..to, wall clock. 0, and *out is to be released with look_ageing_done(), which
 * does nothing after an error; -ENODATA: it is shorter than three weeks, or nothing of what ages is there; others as
 * of store_query().
 */
int look_ageing(struct archive *files, const char *session, int64_t from_ms, int64_t to_ms, struct look_ageing *out);
void look_ageing_done(struct look_ageing *a);

#endif
