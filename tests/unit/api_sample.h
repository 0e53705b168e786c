/* The HTTP API over an archive whose every number is known (archive_sample.h), for its tests. */
#ifndef TESTS_UNIT_API_SAMPLE_H
#define TESTS_UNIT_API_SAMPLE_H

#include "archive_sample.h"

#include "serve/api/api.h"

struct json_t;

#define API_SAMPLE_SESSION "session_20261122_000000" /* instants 0..1249; a second one has 6000..6099 */

struct api_sample {
    struct made m;
    struct config *config;
    struct api *api;
};

void api_sample_init(struct api_sample *f);
void api_sample_done(struct api_sample *f);

/* An index as the recorder would have made it: events at 100 and 600, an anomaly of the disk at 200..260. */
void api_sample_index(struct api_sample *f);

/*
 * Calls the handler of a route. The status; *out, where it is not NULL, is the caller's, NULL where the reply is no
 * JSON.
 *
 *   query  with '&' between its parts
 */
int api_sample_ask(struct api_sample *f, enum http_method method, const char *path, const char *query,
                   const char *body, const char *part0, const char *part1, struct json_t **out);

#endif
