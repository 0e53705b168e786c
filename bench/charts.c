/*
 * charts.c - how long the numbers of a chart take, through the HTTP API's own function: one metric in 600 points, over
 * ranges from a minute to all there is, each at several places of an archive. bench/charts.sh makes the archive.
 *
 *     charts DIR METRIC...      a JSON line for each metric and range; exits 1 where one took over 50 ms
 */
#include "serve/api/api.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/rng.h"
#include "os/os.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 12
#define MOST_MS 50.0

static const double hours[] = { 1 / 60.0, 5 / 60.0, 0.25, 1, 2, 6, 10, 16, 24, 72, 168 };

static void (*charts_handler(const char *path))(void *, const struct http_request *, struct http_reply *)
{
    const struct route *r = api_routes;
    while (strcmp(r->path, path) != 0)
        r++;
    return r->handle;
}

/* Milliseconds; a reply that is none ends the program. */
static double charts_ask(struct api *api, const char *metric, int64_t from_ms, int64_t to_ms)
{
    static char query[512];
    struct http_request r = { .method = HTTP_GET, .path = "/api/v1/frames", .query = query, .body = "" };
    struct http_reply out = { 0 };
    memset(query, 0, sizeof query);
    int at = snprintf(query, sizeof query, "metrics=%s", metric) + 1;
    at += snprintf(query + at, sizeof query - (size_t)at, "from=%" PRId64, from_ms) + 1;
    snprintf(query + at, sizeof query - (size_t)at, "to=%" PRId64, to_ms);
    int64_t begin = os_mono_ns();
    charts_handler("/api/v1/frames")(api, &r, &out);
    double ms = (double)(os_mono_ns() - begin) / 1e6;
    if (out.status || out.body.n < 2000) {
        log_error(0, "%s: %s", metric, buf_text(&out.body));
        exit(2);
    }
    http_reply_done(&out);
    return ms;
}

static bool charts_range(struct api *api, const char *metric, int64_t first_ms, int64_t last_ms, double h)
{
    int64_t length = (int64_t)(h * 3600e3), all = last_ms - first_ms;
    struct rng rng;
    double worst = 0, sum = 0;
    rng_seed(&rng, 1);
    length = length < all ? length : all;
    for (int i = 0; i < PLACES; i++) {
        int64_t from = first_ms + (int64_t)(rng_unit(&rng) * (double)(all - length));
        double ms = charts_ask(api, metric, from, from + length);
        worst = ms > worst ? ms : worst;
        sum += ms;
    }
    printf("{\"metric\": \"%s\", \"hours\": %.3g, \"mean_ms\": %.2f, \"worst_ms\": %.2f}\n", metric, h, sum / PLACES,
           worst);
    return worst <= MOST_MS;
}

int main(int argc, char **argv)
{
    struct look l;
    int64_t first_ms, last_ms;
    bool fast = true;
    if (argc < 3 || look_open(&l, argv[1], false) < 0 || !look_span(&l, NULL, &first_ms, &last_ms)) {
        log_error(0, "usage: charts DIR METRIC...");
        return 2;
    }
    look_close(&l);
    struct config *config = config_new();
    struct api *api = api_new(argv[1], &(struct api_shown){ .config = config });
    for (int i = 2; i < argc; i++)
        for (size_t k = 0; k < sizeof hours / sizeof *hours; k++)
            fast &= charts_range(api, argv[i], first_ms, last_ms, hours[k]);
    api_free(api);
    config_free(config);
    return fast ? 0 : 1;
}
