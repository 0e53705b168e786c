/*
 * onefile.c - asks the API's own handlers, packs the numbers of charts, and puts both into the page.
 *
 * The main metrics are there at the interval of the recording, as far as FINE_POINTS go; all others in COARSE_POINTS
 * points. Processes are there every few minutes.
 */
#include "serve/api/onefile.h"

#include "base/auto.h"
#include "base/mem.h"
#include "look/instant.h"
#include "serve/api/api_own.h"
#include "serve/api/columns.h"
#include "serve/assets.h"
#include "store/query.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FILE_BYTES 2900000
#define FINE_POINTS 86400  /* a day at 1 Hz; fewer where that is too much */
#define FINE_SERIES 16
#define COARSE_POINTS 480
#define TABLES 144         /* every ten minutes of a day */
#define TABLE_ROWS 20
#define TABLE_LEAST_MS 60000

static const char fine_metrics[] =
    "cpu.util,memory.used,swap.used,disk.read.rate{total},disk.write.rate{total},disk.util{total},"
    "net.recv.rate{total},net.send.rate{total},pressure.cpu.some,pressure.memory.some,pressure.io.some,"
    "gpu.util{0},gpu.temp{0},cpu.temp,power.package,process.count";

struct onefile {
    struct api *a;
    struct api_range range;
    int64_t interval_ms;      /* the shortest of the sessions in it */
    struct json j;
    void (*now)(void *self, double share);
    void *self;
};

static void onefile_share(const struct onefile *o, double share)
{
    if (o->now)
        o->now(o->self, share);
}

/* ---- answers of handlers ---- */

static void onefile_query(const struct onefile *o, const char *more, char *out, size_t cap)
{
    memset(out, 0, cap);
    size_t n = (size_t)snprintf(out, cap, "from=%" PRId64, o->range.from_ms) + 1;
    n += (size_t)snprintf(out + n, cap - n, "to=%" PRId64, o->range.to_ms) + 1;
    if (o->range.session)
        n += (size_t)snprintf(out + n, cap - n, "session=%s", o->range.session) + 1;
    if (*more)
        snprintf(out + n, cap - n, "%s", more);
}

/* Puts what a handler says; where it has nothing to say, why. */
static void onefile_answer(struct onefile *o, const char *key, const char *more,
                           void (*handle)(void *, const struct http_request *, struct http_reply *))
{
    char query[256];
    struct http_request r = { .method = HTTP_GET, .path = key, .query = query, .body = "", .role = HTTP_READ_ONLY,
                              .part = { "", "", "", "" } };
    struct http_reply out = { 0 };
    onefile_query(o, more, query, sizeof query);
    handle(o->a, &r, &out);
    json_raw(&o->j, key, out.body.n ? buf_text(&out.body) : "null");
    http_reply_done(&out);
}

/* ---- numbers ---- */

static void onefile_column(struct json *j, const char *key, const struct query_series *s, int points,
                           enum api_column which, double quantum)
{
    auto_buf struct buf text = { 0 };
    double *v = mem_new((size_t)points * sizeof *v);
    for (int i = 0; i < points; i++)
        v[i] = api_column(&s->point[i], which);
    columns_put(v, (size_t)points, quantum, &text);
    json_string(j, key, buf_text(&text));
    mem_free(v);
}

static double onefile_quantum(const struct query_series *s, int points)
{
    double *v = mem_new((size_t)points * sizeof *v);
    for (int i = 0; i < points; i++)
        v[i] = isnan(s->point[i].max) ? s->point[i].last : fmax(fabs(s->point[i].max), fabs(s->point[i].min));
    double quantum = columns_quantum(v, (size_t)points);
    mem_free(v);
    return quantum;
}

static void onefile_series(struct json *j, const struct query_series *s, int points, bool band)
{
    double quantum = onefile_quantum(s, points);
    bool counter = s->metric.kind == KIND_COUNTER;
    json_object(j, NULL);
    json_string(j, "id", s->id);
    json_string(j, "unit", unit_code(s->metric.unit));
    json_double(j, "quantum", quantum);
    onefile_column(j, "mean", s, points, counter ? COLUMN_LAST : COLUMN_MEAN, quantum);
    if (band && !counter) {
        onefile_column(j, "min", s, points, COLUMN_MIN, quantum);
        onefile_column(j, "max", s, points, COLUMN_MAX, quantum);
    }
    json_end(j);
}

static int onefile_columns(struct onefile *o, const char *key, const char *globs, int points, size_t most, bool band)
{
    struct query_result *q = NULL;
    int64_t length = o->range.to_ms - o->range.from_ms + 1;
    if (points * o->interval_ms > length)
        points = (int)((length + o->interval_ms - 1) / o->interval_ms);
    int rc = store_query(o->a->look.files, o->range.session, o->range.from_ms, o->range.to_ms, globs, points, &q);
    if (rc < 0 && rc != -ENODATA)
        return rc;
    json_object(&o->j, key);
    json_int(&o->j, "points", points);
    json_array(&o->j, "series");
    for (size_t i = 0; q && i < q->n && i < most; i++)
        onefile_series(&o->j, &q->series[i], points, band);
    json_end(&o->j);
    json_end(&o->j);
    query_free(q);
    return 0;
}

/* As finely as there is room for: below FILE_BYTES, the page included. */
static int onefile_fine(struct onefile *o, size_t page_bytes)
{
    const struct json before = o->j;
    size_t n = o->j.out->n;
    for (int points = FINE_POINTS;; points /= 2) {
        int rc = onefile_columns(o, "fine", fine_metrics, points, FINE_SERIES, false);
        if (rc < 0 || o->j.out->n + page_bytes <= FILE_BYTES || points <= COARSE_POINTS)
            return rc;
        o->j = before;
        o->j.out->n = n;
    }
}

/* ---- processes ---- */

static void onefile_process(struct json *j, const struct instant_proc *p)
{
    json_array(j, NULL);
    json_int(j, NULL, p->p.pid);
    json_string(j, NULL, p->p.name);
    json_double(j, NULL, isnan(p->use.cpu_percent) ? NAN : round(10 * p->use.cpu_percent) / 10);
    json_double(j, NULL, p->p.rss_bytes);
    json_double(j, NULL, isnan(p->use.read_rate) ? NAN : round(p->use.read_rate));
    json_double(j, NULL, isnan(p->use.write_rate) ? NAN : round(p->use.write_rate));
    json_end(j);
}

static void onefile_table(struct json *j, const struct instant_procs *p)
{
    json_object(j, NULL);
    json_int(j, "time_ms", p->wall_ms);
    json_array(j, "rows");
    for (size_t i = 0; i < p->n && i < TABLE_ROWS; i++)
        onefile_process(j, &p->p[i]);
    json_end(j);
    json_end(j);
}

static void onefile_tables(struct onefile *o)
{
    int64_t length = o->range.to_ms - o->range.from_ms, step = length / TABLES, last = INT64_MIN;
    step = step < TABLE_LEAST_MS ? TABLE_LEAST_MS : step;
    json_array(&o->j, "tables");
    for (int64_t at = o->range.from_ms + step; at - step < o->range.to_ms; at += step) {
        struct instant_procs p;
        if (instant_procs(&o->a->look, o->range.session, at < o->range.to_ms ? at : o->range.to_ms, &p) < 0)
            continue;
        if (p.wall_ms != last && p.wall_ms >= o->range.from_ms)
            onefile_table(&o->j, &p);
        last = p.wall_ms;
        instant_done(&p);
        onefile_share(o, 0.5 + 0.5 * (double)(at - o->range.from_ms) / (double)(length + step));
    }
    json_end(&o->j);
}

/* ---- all of it ---- */

static void onefile_note_interval(void *self, const struct index_session *s)
{
    struct onefile *o = self;
    int64_t ms = (int64_t)(1000 * s->interval_s);
    bool wanted = !o->range.session || strcmp(o->range.session, s->id) == 0;
    if (wanted && ms > 0 && (!o->interval_ms || ms < o->interval_ms))
        o->interval_ms = ms;
}

static void onefile_find_interval(struct onefile *o)
{
    struct index_filter within = INDEX_ALL;
    within.from_ms = o->range.from_ms;
    within.to_ms = o->range.to_ms;
    look_sessions(&o->a->look, &within, onefile_note_interval, o);
    o->interval_ms = o->interval_ms ? o->interval_ms : 1000;
}

static int onefile_answers(struct onefile *o, size_t page_bytes)
{
    json_object(&o->j, NULL);
    json_int(&o->j, "from_ms", o->range.from_ms);
    json_int(&o->j, "to_ms", o->range.to_ms);
    onefile_answer(o, "host", "", api_host);
    onefile_answer(o, "metrics", "", api_metrics);
    onefile_answer(o, "analysis", "predict=1", api_analysis);
    onefile_share(o, 0.3);
    onefile_answer(o, "states", "", api_states);
    onefile_answer(o, "anomalies", "", api_anomalies);
    onefile_answer(o, "events", "", api_events);
    onefile_answer(o, "sessions", "", api_sessions);
    onefile_answer(o, "forecasts", "", api_forecasts);
    onefile_answer(o, "alerts", "", api_alerts);
    onefile_share(o, 0.4);
    int rc = onefile_columns(o, "coarse", NULL, COARSE_POINTS, SIZE_MAX, true);
    onefile_share(o, 0.5);
    onefile_tables(o);
    rc = rc < 0 ? rc : onefile_fine(o, page_bytes);
    json_end(&o->j);
    return rc;
}

/* As it may stand in a script element: "</script" is only seen where a '<' is. */
static void onefile_inside(const struct buf *json, struct buf *out)
{
    for (size_t i = 0; i < json->n; i++)
        if (json->p[i] == '<')
            buf_puts(out, "\\u003c");
        else
            buf_putc(out, json->p[i]);
}

int onefile_put(struct api *a, const char *session, int64_t from_ms, int64_t to_ms,
                void (*now)(void *self, double share), void *self, struct buf *out)
{
    auto_buf struct buf json = { 0 };
    struct onefile o = { .a = a, .range = { from_ms, to_ms, session }, .now = now, .self = self };
    struct http_reply refusal = { 0 };
    const struct asset_shell *shell = asset_shell();
    const char *pair[2];
    int64_t first_ms, last_ms;
    bool any = api_look(a, &refusal) && look_span(&a->look, session, &first_ms, &last_ms);
    http_reply_done(&refusal);
    if (!any || first_ms > to_ms || last_ms < from_ms)
        return -ENODATA;
    if (!session && archive_overlap(a->look.files, from_ms, to_ms, pair))
        return -ENOTUNIQ;
    if (!shell)
        return -ENOTSUP;
    o.range.from_ms = from_ms > first_ms ? from_ms : first_ms;
    o.range.to_ms = to_ms < last_ms ? to_ms : last_ms;
    onefile_find_interval(&o);
    json_init(&o.j, &json);
    int rc = onefile_answers(&o, strlen(shell->before) + strlen(shell->after));
    if (rc < 0)
        return rc;
    buf_puts(out, shell->before);
    onefile_inside(&json, out);
    buf_puts(out, shell->after);
    onefile_share(&o, 1);
    return 0;
}
