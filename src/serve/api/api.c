/* api.c - the routes, the archive behind them, and what queries mean. */
#include "serve/api/api_own.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "os/os.h"
#include "store/query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GLOBS_MAX 4096
#define AGAIN_MS 30000 /* an index of the files takes reading them all */
#define FRESH_MS 10000 /* an analysis that reaches into the present is good for so long */

const struct route api_routes[] = {
    { HTTP_GET,    "/api/v1/host",                  HTTP_READ_ONLY, ROUTE_WORKER, api_host },
    { HTTP_GET,    "/api/v1/metrics",               HTTP_READ_ONLY, ROUTE_WORKER, api_metrics },
    { HTTP_GET,    "/api/v1/frames",                HTTP_READ_ONLY, ROUTE_WORKER, api_frames },
    { HTTP_GET,    "/api/v1/processes",             HTTP_READ_ONLY, ROUTE_WORKER, api_processes },
    { HTTP_GET,    "/api/v1/sessions",              HTTP_READ_ONLY, ROUTE_WORKER, api_sessions },
    { HTTP_POST,   "/api/v1/sessions/{}/labels",    HTTP_FULL,      ROUTE_WORKER, api_label },
    { HTTP_DELETE, "/api/v1/sessions/{}/labels/{*}", HTTP_FULL,      ROUTE_WORKER, api_unlabel },
    { HTTP_GET,    "/api/v1/export",                HTTP_READ_ONLY, ROUTE_WORKER, api_export },
    { HTTP_GET,    "/api/v1/events",                HTTP_READ_ONLY, ROUTE_WORKER, api_events },
    { HTTP_GET,    "/api/v1/anomalies",             HTTP_READ_ONLY, ROUTE_WORKER, api_anomalies },
    { HTTP_GET,    "/api/v1/alerts",                HTTP_READ_ONLY, ROUTE_WORKER, api_alerts },
    { HTTP_POST,   "/api/v1/alerts/silences",       HTTP_FULL,      ROUTE_WORKER, api_silence },
    { HTTP_DELETE, "/api/v1/alerts/silences/{*}",   HTTP_FULL,      ROUTE_WORKER, api_unsilence },
    { HTTP_GET,    "/api/v1/analysis",              HTTP_READ_ONLY, ROUTE_WORKER, api_analysis },
    { HTTP_GET,    "/api/v1/states",                HTTP_READ_ONLY, ROUTE_WORKER, api_states },
    { HTTP_GET,    "/api/v1/forecasts",             HTTP_READ_ONLY, ROUTE_WORKER, api_forecasts },
    { HTTP_GET,    "/api/v1/changed",               HTTP_READ_ONLY, ROUTE_WORKER, api_changed },
    { HTTP_GET,    "/api/v1/compare",               HTTP_READ_ONLY, ROUTE_WORKER, api_compare },
    { HTTP_POST,   "/api/v1/ask",                   HTTP_READ_ONLY, ROUTE_WORKER, api_ask },
    { HTTP_GET,    "/api/v1/settings",              HTTP_READ_ONLY, ROUTE_WORKER, api_settings },
    { HTTP_GET,    "/api/v1/policy",                HTTP_READ_ONLY, ROUTE_WORKER, api_policy },
    { HTTP_DELETE, "/api/v1/policy/{}",             HTTP_FULL,      ROUTE_WORKER, api_revert },
    { HTTP_GET,    "/api/v1/plot",                  HTTP_READ_ONLY, ROUTE_WORKER, api_plot },
    { HTTP_GET,    "/api/v1/report.html",           HTTP_READ_ONLY, ROUTE_WORKER, api_report },
    { HTTP_GET,    "/metrics",                      HTTP_READ_ONLY, ROUTE_WORKER, api_scrape },
    { 0 },
};

struct api *api_new(const char *dir, const struct api_shown *s)
{
    struct api *a = mem_new(sizeof *a);
    a->s = *s;
    a->dir = mem_dup(dir);
    return a;
}

void api_free(struct api *a)
{
    if (!a)
        return;
    judged_done(&a->judged);
    look_close(&a->look);
    mem_free(a->dir);
    mem_free(a);
}

void api_fail(struct http_reply *out, int rc)
{
    if (rc == -ENOENT || rc == -ENODATA)
        http_fail(out, 404, "nothing was recorded there",
                  "choose another range; the list of sessions says what there is");
    else if (rc == -ENOTUNIQ)
        http_fail(out, 409, "two sessions were recorded at the same time in that range",
                  "name one of them: session=ID");
    else if (rc == -E2BIG || rc == -ENOMEM)
        http_fail(out, 413, "that is too much at once", "ask for fewer metrics, fewer points or a shorter range");
    else if (rc == -EINVAL)
        http_fail(out, 400, "that is no range of times", "give from and to, the earlier one first");
    else if (rc == -EBADMSG)
        http_fail(out, 500, "what is stored there is damaged", "`sonde sessions verify` says where");
    else
        http_fail(out, 500, strerror(-rc), NULL);
}

/* The index is opened anew when it was made or mended since. */
struct look *api_look(struct api *a, struct http_reply *out)
{
    if (a->open && !a->look.indexed && os_wall_ms() - a->opened_ms > AGAIN_MS) {
        look_close(&a->look);
        a->open = false;
    }
    int rc = a->open ? 0 : look_open(&a->look, a->dir, false);
    if (rc < 0)
        look_close(&a->look);
    if (!a->open)
        a->opened_ms = os_wall_ms();
    a->open = rc == 0;
    rc = rc < 0 ? rc : look_refresh(&a->look);
    if (rc == -ENOENT)
        http_fail(out, 404, "nothing is recorded yet", "it begins with the first sample; `sonde record` keeps them");
    else if (rc < 0)
        api_fail(out, rc);
    return rc < 0 ? NULL : &a->look;
}

int64_t api_now_ms(struct api *a)
{
    int64_t first, last;
    return a->s.replay && a->open && look_span(&a->look, NULL, &first, &last) ? last : os_wall_ms();
}

static void api_refuse(struct http_reply *out, const char *name, const char *want)
{
    auto_buf struct buf why = { 0 };
    buf_printf(&why, "%s is %s", name, want);
    http_fail(out, 400, why.p, NULL);
}

bool api_time(struct api *a, const struct http_request *r, const char *name, int64_t *at, struct http_reply *out)
{
    const char *text = http_query(r, name);
    char *end;
    if (!text)
        return true;
    errno = 0;
    long long ms = strtoll(text, &end, 10);
    bool number = *text >= '0' && *text <= '9' && !*end && errno == 0 && strlen(text) > 9;
    if (number ? when_fits(ms) : when_parse(text, api_now_ms(a), at)) {
        *at = number ? ms : *at;
        return true;
    }
    api_refuse(out, name, "no time: milliseconds since 1970 UTC, or " WHEN_FORMS);
    return false;
}

bool api_count(const struct http_request *r, const char *name, int64_t min, int64_t max, int64_t *n,
               struct http_reply *out)
{
    const char *text = http_query(r, name);
    double v;
    if (!text)
        return true;
    if (text_double(text, &v) && v >= (double)min && v <= (double)max && v == (double)(int64_t)v) {
        *n = (int64_t)v;
        return true;
    }
    auto_buf struct buf want = { 0 };
    buf_printf(&want, "a whole number from %" PRId64 " to %" PRId64, min, max);
    api_refuse(out, name, want.p);
    return false;
}

bool api_globs(const struct http_request *r, const char **globs, struct http_reply *out)
{
    *globs = http_query(r, "metrics");
    if (*globs && strlen(*globs) > GLOBS_MAX) {
        api_refuse(out, "metrics", "a list of at most 4096 bytes");
        return false;
    }
    return true;
}

bool api_range(struct api *a, const struct http_request *r, struct api_range *range, struct http_reply *out)
{
    *range = (struct api_range){ .session = http_query(r, "session") };
    if (range->session && !*range->session)
        range->session = NULL;
    if (!look_span(&a->look, range->session, &range->from_ms, &range->to_ms)) {
        api_fail(out, -ENODATA);
        return false;
    }
    if (!api_time(a, r, "from", &range->from_ms, out) || !api_time(a, r, "to", &range->to_ms, out))
        return false;
    bool odd = range->from_ms > range->to_ms;
    if (odd)
        api_refuse(out, "from", "later than to");
    return !odd;
}

const struct judged *api_judge(struct api *a, const struct api_range *range, int steps, struct http_reply *out)
{
    const char *session = range->session ? range->session : "";
    int64_t now_ms = os_wall_ms();
    bool past = a->judged.rec && a->judged.rec->n && range->to_ms < a->judged_at_ms - FRESH_MS;
    if (a->judged.rec && a->judged_from_ms == range->from_ms && a->judged_to_ms == range->to_ms &&
        (a->judged_steps == steps || !steps) && strcmp(a->judged_session, session) == 0 &&
        (past || a->s.replay || now_ms - a->judged_at_ms < FRESH_MS))
        return &a->judged;
    struct analyze_options how = a->s.how;
    how.forecast_steps = steps;
    judged_done(&a->judged);
    int rc = judged_range(&a->look, range->session, range->from_ms, range->to_ms, &how, JUDGED_BYTES, &a->judged);
    if (rc < 0) {
        api_fail(out, rc);
        return NULL;
    }
    text_copy(a->judged_session, sizeof a->judged_session, session);
    a->judged_from_ms = range->from_ms;
    a->judged_to_ms = range->to_ms;
    a->judged_at_ms = now_ms;
    a->judged_steps = steps;
    return &a->judged;
}
