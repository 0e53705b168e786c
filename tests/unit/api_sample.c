/* api_sample.c - an archive of two sessions, and a handler called as the server does it. */
#include "api_sample.h"

#include "test.h"

#include "store/index_take.h"

#include <jansson.h>

#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)
#define FIRST API_SAMPLE_SESSION

void api_sample_init(struct api_sample *f)
{
    made_init(&f->m, 2);
    made_part(&f->m, "20261122_000000", 0, 0, 1250, true);
    made_part(&f->m, "20261122_014000", 0, 6000, 6100, true);
    f->config = config_new();
    struct api_shown s = { .version = "1.2.3", .config = f->config, .how = { .seed = 1, .budget_per_day = 1 } };
    f->api = api_new(f->m.dir, &s);
}

void api_sample_done(struct api_sample *f)
{
    api_free(f->api);
    config_free(f->config);
    made_done(&f->m);
}

void api_sample_index(struct api_sample *f)
{
    struct index *x;
    struct index_options o = { .rebuild = index_take_segments, .self = f->m.dir };
    struct event e = { .wall_ms = MS(100), .end_ms = MS(109), .kind = EVENT_GAP, .severity = SEVERITY_WARNING,
                       .source = "sampler", .text = "9 s were not sampled" };
    struct index_anomaly a = { .time_ms = MS(200), .end_ms = MS(260), .peak_ms = MS(230), .score = 7,
                               .probability = 1e-4, .severity = SEVERITY_WARNING, .area = "disk",
                               .summary = "disk: writing rose", .causes = "[{\"metric\":\"disk.write\"}]" };
    assert_int_equal(index_open(f->m.dir, &o, &x), 0);
    assert_int_equal(index_add_events(x, FIRST, &e, 1), 1);
    e.wall_ms = e.end_ms = MS(600);
    assert_int_equal(index_add_events(x, FIRST, &e, 1), 1);
    e = (struct event){ .wall_ms = MS(150), .end_ms = MS(150), .kind = EVENT_CHANGE, .severity = SEVERITY_INFO,
                        .source = "mount", .text = "file system /srv was mounted (ext4)" };
    assert_int_equal(index_add_events(x, FIRST, &e, 1), 1);
    e.wall_ms = e.end_ms = MS(250); /* while the anomaly lasts */
    assert_int_equal(index_add_events(x, FIRST, &e, 1), 1);
    assert_int_equal(index_add_anomalies(x, FIRST, &a, 1), 1);
    index_close(x);
}

static const struct route *route_of(enum http_method method, const char *path)
{
    for (const struct route *r = api_routes; r->path; r++)
        if (r->method == method && strcmp(r->path, path) == 0)
            return r;
    return NULL;
}

int api_sample_ask(struct api_sample *f, enum http_method method, const char *path, const char *query, const char *body,
               const char *part0, const char *part1, json_t **out)
{
    char decoded[512] = { 0 };
    struct http_request r = { .method = method, .path = path, .query = decoded, .body = body, .body_n = strlen(body),
                              .part = { part0, part1, "", "" }, .role = HTTP_FULL };
    struct http_reply reply = { 0 };
    const struct route *route = route_of(method, path);
    assert_non_null(route);
    snprintf(decoded, sizeof decoded - 2, "%s", query);
    for (char *p = decoded; *p; p++)
        if (*p == '&')
            *p = '\0';
    route->handle(f->api, &r, &reply);
    if (out)
        *out = json_loadb(reply.body.p ? reply.body.p : "", reply.body.n, 0, NULL);
    int status = reply.status ? reply.status : 200;
    http_reply_done(&reply);
    return status;
}
