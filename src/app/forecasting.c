/*
 * forecasting.c - what `sonde forecast` forecasts from, and how it tells it.
 *
 * From the archive rows of a minute are taken: those of its summaries, so that two weeks of them cost little to read.
 */
#include "app/forecasting.h"

#include "analyze/forecast/forecasts.h"
#include "app/analyze_file.h"
#include "app/foretold.h"
#include "app/outfiles.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "look/minutes.h"
#include "os/os.h"
#include "output/forecast_json.h"
#include "output/forecast_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARCHIVE_STEP_S 60.0
#define DIGITS 9 /* of a forecast */

struct forecasting {
    const struct args *a;
    struct look of;      /* the archive; of a file: nothing is open */
    struct recording *rec;
    struct forecasts all;
};

/* ---- from where ---- */

static double forecasting_step(const struct args *a)
{
    return args_given(a, "step") ? args_number(a, "step") : 0;
}

static int forecasting_read(const struct args *a, struct look *v, const char *session, struct recording **out)
{
    int64_t from_ms, end_ms, until_ms = args_given(a, "to") ? args_time(a, "to") : INT64_MAX;
    double step_s = args_given(a, "step") ? args_number(a, "step") : ARCHIVE_STEP_S;
    if (!minutes_span(v->files, session, step_s, until_ms, &from_ms, &end_ms))
        return -ENODATA;
    if (args_given(a, "from") && args_time(a, "from") > from_ms)
        from_ms = args_time(a, "from");
    if (from_ms >= end_ms)
        return -ENODATA;
    if (!session && archived_would_mix(v, "forecast", from_ms, end_ms))
        return -ENOTUNIQ;
    double rows = fmin(ceil((double)(end_ms - from_ms) / (step_s * 1000)), FORECAST_ROWS);
    return minutes_read(v->files, session, end_ms, step_s, (int)rows,
                        args_given(a, "metric") ? args_text(a, "metric") : forecasts_main, out);
}

/* What is over by now gets its grade; of what was recorded until now only the new forecasts can be graded later. */
static void forecasting_grade(struct look *v)
{
    struct index *x;
    if (!v->indexed || index_open(v->dir.p, &(struct index_options){ 0 }, &x) < 0)
        return;
    foretold_score(x, v->files, os_wall_ms());
    index_close(x);
}

static int forecasting_archive(struct forecasting *f, const char *word)
{
    const struct args *a = f->a;
    struct look *v = &f->of;
    char session[INDEX_ID_MAX] = "";
    int status = EXIT_DONE, rc = archived_open(v, a, false);
    if (!v->dir.n)
        return EXIT_USAGE;
    if (word && rc == 0)
        status = archived_find(v, word, session);
    rc = rc < 0 ? rc : look_files(v);
    if (rc == 0 && status == EXIT_DONE) {
        forecasting_grade(v);
        rc = forecasting_read(a, v, *session ? session : NULL, &f->rec);
    }
    if (status == EXIT_DONE && rc == -ENODATA)
        log_error(0, "forecast: not a whole row of %g s was recorded there of that; `sonde sessions list` says what "
                  "there is, and --step 1s takes rows of a second", args_given(a, "step") ? args_number(a, "step") : ARCHIVE_STEP_S);
    else if (status == EXIT_DONE && rc < 0 && rc != -ENOTUNIQ)
        archived_say(v->dir.p, rc);
    return status != EXIT_DONE ? status : rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* ---- told ---- */

static void forecasting_csv(struct buf *out, const struct schema *s, const struct forecasts *all)
{
    char number[TEXT_NUMBER_MAX];
    buf_puts(out, "metric,step,p10,p50,p90\n");
    for (size_t i = 0; i < all->n; i++) {
        const struct metric_forecast *m = &all->item[i];
        for (int h = 0; h < m->f.horizon; h++) {
            const double v[] = { m->f.p10[h], m->f.p50[h], m->f.p90[h] };
            buf_csv(out, schema_id(s, m->slot));
            buf_printf(out, ",%d", h + 1);
            for (int q = 0; q < 3; q++) {
                buf_putc(out, ',');
                buf_put(out, number, text_number(v[q], DIGITS, number));
            }
            buf_putc(out, '\n');
        }
    }
}

/* ---- grades ---- */

static void grade_json(void *self, const struct index_grade *g)
{
    struct json *j = self;
    json_object(j, "grades");
    json_int(j, "forecasts", g->count);
    json_time(j, "since", g->since_ms);
    json_double(j, "error", g->error);
    json_double(j, "naive_error", g->naive_error);
    json_double(j, "skill", g->naive_error > 0 ? 1 - g->error / g->naive_error : (double)NAN);
    json_double(j, "coverage", g->covered);
    json_end(j);
}

static void grade_text(void *self, const struct index_grade *g)
{
    double skill = g->naive_error > 0 ? 1 - g->error / g->naive_error : 0;
    buf_printf(self, "  its %lld forecast%s over: %.0f %% %s than naive, %.0f %% of what came in the band of 80 %%\n",
               (long long)g->count, g->count == 1 ? " that is" : "s that are", 100 * fabs(skill),
               skill < 0 ? "farther off" : "closer", 100 * g->covered);
}

/* How those of a metric turned out. */
static void forecasting_grades_json(void *self, struct json *j, const char *id)
{
    const struct forecasting *f = self;
    if (!f->of.indexed || index_grades(f->of.index, id, grade_json, j) <= 0) {
        json_null(j, "grades");
        json_string(j, "grades_reason", f->of.indexed ? "no earlier forecast of it is over yet" :
                    "forecasts of files are not kept");
    }
}

static void forecasting_object(struct buf *out, struct forecasting *f)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    forecast_json(&j, f->rec->schema, &f->all, forecasting_grades_json, f);
    json_end(&j);
    buf_putc(out, '\n');
}

static void forecasting_grades_text(void *self, struct buf *out, const char *id)
{
    struct forecasting *f = self;
    if (f->of.indexed)
        index_grades(f->of.index, id, grade_text, out);
}

static void forecasting_text(struct forecasting *f)
{
    auto_buf struct buf out = { 0 };
    struct screen screen = screen_of(fileno(stdout), args_flag(f->a, "no-color"));
    if (args_flag(f->a, "json"))
        forecasting_object(&out, f);
    else if (!args_flag(f->a, "quiet"))
        forecast_text(&out, &screen, f->rec->schema, &f->all, forecasting_grades_text, f);
    outfiles_put("-", &out);
}

/* As `sonde detect` does it: CSV goes to standard output where no file was named and nobody looks. */
static int forecasting_tell(struct forecasting *f)
{
    const char *path = args_text(f->a, "out");
    auto_buf struct buf steps = { 0 };
    if (path || (!args_flag(f->a, "json") && !os_is_terminal(fileno(stdout)))) {
        forecasting_csv(&steps, f->rec->schema, &f->all);
        if (outfiles_put(path, &steps) < 0)
            return EXIT_FAILED;
    }
    if (!steps.n || outfiles_is_file(path))
        forecasting_text(f);
    return f->all.made == f->all.n ? EXIT_DONE : f->all.made ? EXIT_PART : EXIT_FAILED;
}

/* ---- all of it ---- */

/* To be graded when its time has come, of what is recorded until now. */
static void forecasting_keep(struct forecasting *f)
{
    struct index *x;
    if (!f->of.indexed || args_given(f->a, "to") || index_open(f->of.dir.p, &(struct index_options){ 0 }, &x) < 0)
        return;
    int rc = foretold_keep(x, f->rec->schema, &f->all);
    if (rc < 0)
        log_info("forecast: the index does not keep it (%d), so it will have no grade", -rc);
    index_close(x);
}

/* Of which there is none, and why: the first one's reason stands for the others. */
static void forecasting_say_missing(const struct forecasting *f)
{
    const struct forecasts *all = &f->all;
    size_t i = 0;
    while (!*all->item[i].reason)
        i++;
    const char *id = schema_id(f->rec->schema, all->item[i].slot);
    const char *others = all->n - all->made > 1 ? " and others" : "";
    if (all->made)
        log_warn(0, "forecast: there is none of %s%s: %s", id, others, all->item[i].reason);
    else
        log_error(0, "forecast: there is none of %s%s: %s", id, others, all->item[i].reason);
}

static int forecasting_make(struct forecasting *f)
{
    const struct args *a = f->a;
    struct forecasts *all = &f->all;
    struct forecasts_options o = {
        .globs = args_text(a, "metric"), .model = args_text(a, "model"), .horizon = (int)args_number(a, "horizon"),
        .step_s = forecasting_step(a), .seed = (uint64_t)args_number(a, "seed"),
    };
    forecasts_make(f->rec, &o, all);
    if (!all->n && o.globs && f->rec->n >= FORECAST_MIN) {
        log_error(0, "forecast: --metric %s matches no metric", o.globs);
        return EXIT_USAGE;
    }
    if (!all->n)
        log_error(0, "forecast: there is none: %s%s", all->reason,
                  f->of.files && !args_given(a, "step") ? "; --step 1s takes rows of a second" : "");
    else if (all->made < all->n)
        forecasting_say_missing(f);
    if (!all->made)
        return EXIT_FAILED;
    forecasting_keep(f);
    return forecasting_tell(f);
}

int forecasting_run(const struct args *a, const char *file, const char *session)
{
    struct forecasting f = { .a = a };
    int status = EXIT_DONE;
    const char *path = args_text(a, "out");
    if (archived_runs_backwards(a, "forecast"))
        return EXIT_USAGE;
    if (outfiles_may_write(path, file) < 0)
        return EXIT_FAILED;
    if (file) {
        if (analyze_has_range(a, "forecast", file))
            return EXIT_USAGE;
        status = analyze_read_file(a, file, &f.rec) < 0 ? EXIT_FAILED : EXIT_DONE;
        if (status == EXIT_DONE)
            analyze_say_odd(file, f.rec);
    } else {
        status = forecasting_archive(&f, session);
    }
    if (status == EXIT_DONE)
        status = forecasting_make(&f);
    forecasts_done(&f.all);
    recording_free(f.rec);
    look_close(&f.of);
    return status;
}
