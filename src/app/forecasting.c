/*
 * forecasting.c - what `sonde forecast` forecasts from, and how it tells it.
 *
 * From the archive rows of a minute are taken: those of its summaries, so that two weeks of them cost little to read.
 */
#include "app/forecasting.h"

#include "analyze/forecasts.h"
#include "app/analyze_file.h"
#include "base/auto.h"
#include "base/log.h"
#include "os/os.h"
#include "output/forecast_json.h"
#include "output/forecast_text.h"
#include "store/query.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARCHIVE_STEP_S 60

/* ---- from where ---- */

static double forecasting_step(const struct args *a)
{
    return args_given(a, "step") ? args_number(a, "step") : 0;
}

/* Rows of a query as a recording of gauges. */
static int forecasting_rows(const struct query_result *q, double step_s, struct recording **out)
{
    struct recording *r = recording_new();
    r->interval_s = step_s;
    for (size_t i = 0; i < q->n; i++) {
        struct metric m = q->series[i].metric;
        if (m.kind != KIND_COUNTER)
            schema_add(r->schema, &(struct metric){ .name = m.name, .inst = m.inst, .help = m.help, .unit = m.unit,
                                                    .kind = KIND_GAUGE, .min = m.min, .max = m.max });
    }
    auto_free double *v = mem_new((q->n + 1) * sizeof *v);
    int rc = 0;
    for (int p = 0; p < q->points && rc == 0; p++) {
        int n = 0;
        int64_t at_ms = q->from_ms;
        for (size_t i = 0; i < q->n; i++) {
            at_ms = q->series[i].point[p].start_ms + (int64_t)(step_s * 500);
            if (q->series[i].metric.kind != KIND_COUNTER)
                v[n++] = q->series[i].point[p].mean;
        }
        rc = recording_add(r, at_ms, at_ms * 1000000, v, n);
    }
    if (rc < 0)
        recording_free(r);
    else
        *out = r;
    return rc;
}

/* The first and the last instant of a session, or of all. */
static void forecasting_span(const struct archive *a, const char *session, int64_t *from_ms, int64_t *to_ms)
{
    size_t n;
    const struct archive_part *part = archive_parts(a, &n);
    *from_ms = INT64_MAX;
    *to_ms = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        if (!part[i].first_ms || (session && strcmp(part[i].about.session, session) != 0))
            continue;
        *from_ms = part[i].first_ms < *from_ms ? part[i].first_ms : *from_ms;
        *to_ms = part[i].last_ms > *to_ms ? part[i].last_ms : *to_ms;
    }
}

static int forecasting_query(const struct args *a, struct archived *v, const char *session, struct recording **out)
{
    struct query_result *q;
    int64_t from_ms, to_ms, first_ms = args_given(a, "from") ? args_time(a, "from") : INT64_MIN,
                            last_ms = args_given(a, "to") ? args_time(a, "to") : INT64_MAX;
    double step_s = args_given(a, "step") ? args_number(a, "step") : ARCHIVE_STEP_S, step_ms = step_s * 1000;
    forecasting_span(v->files, session, &from_ms, &to_ms);
    from_ms = from_ms > first_ms ? from_ms : first_ms;
    to_ms = to_ms < last_ms ? to_ms : last_ms;
    if (from_ms > to_ms)
        return -ENODATA;
    if (!session && archived_would_mix(v, "forecast", from_ms, to_ms))
        return -ENOTUNIQ;
    double rows = fmin(floor((double)(to_ms - from_ms) / step_ms) + 1, FORECAST_ROWS);
    int rc = store_query(v->files, session, to_ms - (int64_t)(rows * step_ms) + 1, to_ms,
                         args_given(a, "metric") ? args_text(a, "metric") : forecasts_main, (int)rows, &q);
    if (rc < 0)
        return rc;
    rc = forecasting_rows(q, step_s, out);
    query_free(q);
    return rc;
}

static int forecasting_archive(const struct args *a, const char *word, struct recording **out)
{
    struct archived v;
    char session[INDEX_ID_MAX] = "";
    int status = EXIT_DONE, rc = archived_open(&v, a, false);
    if (!v.dir.n) {
        archived_close(&v);
        return EXIT_USAGE;
    }
    if (word && rc == 0)
        status = archived_find(&v, word, session);
    rc = rc < 0 ? rc : archived_files(&v);
    if (rc == 0 && status == EXIT_DONE)
        rc = forecasting_query(a, &v, *session ? session : NULL, out);
    if (status == EXIT_DONE && rc == -ENODATA)
        log_error(0, "forecast: nothing was recorded there of that; `sonde sessions list` says what there is");
    else if (status == EXIT_DONE && rc < 0 && rc != -ENOTUNIQ)
        archived_say(v.dir.p, rc);
    archived_close(&v);
    return status != EXIT_DONE ? status : rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* ---- told ---- */

static void forecasting_csv(struct buf *out, const struct schema *s, const struct forecasts *all)
{
    buf_puts(out, "metric,step,p10,p50,p90\n");
    for (size_t i = 0; i < all->n; i++) {
        const struct metric_forecast *m = &all->item[i];
        for (int h = 0; h < m->f.horizon; h++) {
            const double v[] = { m->f.p10[h], m->f.p50[h], m->f.p90[h] };
            buf_csv(out, schema_id(s, m->slot));
            buf_printf(out, ",%d", h + 1);
            for (int q = 0; q < 3; q++) {
                buf_putc(out, ',');
                buf_double(out, v[q]);
            }
            buf_putc(out, '\n');
        }
    }
}

static void forecasting_object(struct buf *out, const struct schema *s, const struct forecasts *all)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    forecast_json(&j, s, all, NULL, NULL);
    json_end(&j);
    buf_putc(out, '\n');
}

static int forecasting_tell(const struct args *a, const struct schema *s, const struct forecasts *all)
{
    const char *path = args_text(a, "out");
    bool to_file = path && strcmp(path, "-") != 0, json = args_flag(a, "json"),
         csv = path ? !to_file : !json && !os_is_terminal(fileno(stdout));
    auto_buf struct buf file = { 0 }, out = { 0 };
    struct screen screen = screen_of(fileno(stdout), args_flag(a, "no-color"));
    if (to_file)
        forecasting_csv(&file, s, all);
    int rc = to_file ? os_write_file(path, file.p, file.n) : 0;
    if (rc < 0) {
        log_error(rc, "forecast: %s could not be written", path);
        return EXIT_FAILED;
    }
    if (csv)
        forecasting_csv(&out, s, all);
    else if (json)
        forecasting_object(&out, s, all);
    else if (!args_flag(a, "quiet"))
        forecast_text(&out, &screen, s, all);
    if (out.n)
        fwrite(out.p, 1, out.n, stdout);
    return all->made == all->n ? EXIT_DONE : all->made ? EXIT_PART : EXIT_FAILED;
}

/* ---- all of it ---- */

static int forecasting_make(const struct args *a, const struct recording *r)
{
    struct forecasts all;
    struct forecasts_options o = {
        .globs = args_text(a, "metric"), .model = args_text(a, "model"), .horizon = (int)args_number(a, "horizon"),
        .step_s = forecasting_step(a), .seed = (uint64_t)args_number(a, "seed"),
    };
    int status = EXIT_FAILED;
    forecasts_make(r, &o, &all);
    if (!all.n && o.globs && r->n >= FORECAST_MIN) {
        log_error(0, "forecast: --metric %s matches no metric", o.globs);
        status = EXIT_USAGE;
    } else if (!all.n) {
        log_error(0, "forecast: there is none: %s", all.reason);
    } else if (!all.made) {
        log_error(0, "forecast: there is none of %s%s: %s", schema_id(r->schema, all.item[0].slot),
                  all.n > 1 ? " and others" : "", all.item[0].reason);
    } else {
        status = forecasting_tell(a, r->schema, &all);
    }
    forecasts_done(&all);
    return status;
}

int forecasting_run(const struct args *a, const char *file)
{
    struct recording *r = NULL;
    int status = EXIT_DONE;
    if (archived_runs_backwards(a, "forecast"))
        return EXIT_USAGE;
    if (file && !analyze_is_session(file)) {
        if (analyze_has_range(a, "forecast", file))
            return EXIT_USAGE;
        status = analyze_read_file(a, file, &r) < 0 ? EXIT_FAILED : EXIT_DONE;
    } else {
        status = forecasting_archive(a, file, &r);
    }
    if (status == EXIT_DONE)
        status = forecasting_make(a, r);
    recording_free(r);
    return status;
}
