/*
 * The one-file report: a range of what was recorded as one HTML file that needs nothing else. It is the page itself,
 * with the answers of the API inside in place of a server; web/src/onefile.js gives them to its views.
 */
#ifndef SERVE_API_ONEFILE_H
#define SERVE_API_ONEFILE_H

#include "serve/api/api.h"

/*
 *   session  NULL = all
 *   now      "progress" for people: called with the share that is done, 0..1; NULL for none
 *
 * 0; -ENODATA nothing was recorded there; -ENOTUNIQ two sessions were recorded at the same time, and none is named;
 * -ENOTSUP the program has no page inside; others as store_query(). Where a part of the page cannot be answered the
 * file has that answer, and its error, in its place.
 */
int onefile_put(struct api *a, const char *session, int64_t from_ms, int64_t to_ms,
                void (*now)(void *self, double share), void *self, struct buf *out);

#endif
