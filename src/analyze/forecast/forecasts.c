/* forecasts.c - from columns with times to even rows, and from these to forecasts. */
#include "analyze/forecast/forecasts.h"

#include "base/auto.h"
#include "base/text.h"
#include "learn/forecast/grid.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char forecasts_main[] = "cpu.util,memory.util,swap.util,disk.read.rate{total},disk.write.rate{total},disk.util,"
                              "net.recv.rate{total},net.send.rate{total},fs.util,gpu.util,cpu.temp,battery.charge,"
                              "pressure.cpu.some,pressure.memory.some,pressure.io.some";

/* Is it asked for? What nobody named is no growing counter, nor a part of a total. */
static bool forecasts_wants(const struct recording *r, int slot, const char *globs, bool named)
{
    if (globs && !schema_match(r->schema, slot, globs))
        return false;
    return named || (schema_at(r->schema, slot)->kind != KIND_COUNTER && !schema_is_part(r->schema, slot));
}

static void forecasts_choose(const struct recording *r, const struct forecasts_options *o, struct forecasts *out)
{
    size_t cap = 0, most = o->most ? o->most : o->globs ? SCHEMA_MAX_METRICS : FORECASTS_MAX;
    const char *wish = o->globs;
    for (int slot = 0; slot < r->n_cols && !wish; slot++)
        wish = schema_match(r->schema, slot, forecasts_main) ? forecasts_main : NULL;
    for (int slot = 0; slot < r->n_cols && out->n < most; slot++) {
        if (!forecasts_wants(r, slot, wish, o->globs != NULL))
            continue;
        out->item = mem_grow(out->item, out->n, &cap, sizeof *out->item);
        out->item[out->n++] = (struct metric_forecast){ .slot = slot };
    }
}

static void forecasts_one(const struct recording *r, const struct forecasts_options *o, const double *t,
                          const struct forecasts *f, struct metric_forecast *to)
{
    const struct metric *m = schema_at(r->schema, to->slot);
    bool bounded = m->min != 0 || m->max != 0;
    struct forecast_options options = {
        .step_s = f->step_s, .horizon = o->horizon, .model = o->model, .seed = o->seed,
        .low = bounded ? m->min : NAN, .high = bounded ? m->max : NAN,
    };
    size_t rows = 0;
    char span[32];
    auto_free double *x = grid_make(t, recording_col(r, to->slot), r->n, f->step_s, FORECAST_ROWS, &rows);
    int rc = x ? forecast_make(x, rows, &options, &to->f) : -ENOMEM;
    if (rc == -ENODATA)
        snprintf(to->reason, sizeof to->reason, "needs at least %d known values, one every %s", FORECAST_MIN,
                 text_span(f->step_s, span, sizeof span));
    else if (rc < 0)
        text_copy(to->reason, sizeof to->reason, strerror(-rc));
}

/* Are there rows to forecast from? Else the reason is set. */
static bool forecasts_can(const struct recording *r, struct forecasts *out)
{
    char span[32];
    if (r->n < 2)
        snprintf(out->reason, sizeof out->reason, "needs at least %d rows, has %zu", FORECAST_MIN, r->n);
    else if (!(out->step_s > 0))
        text_copy(out->reason, sizeof out->reason, "all rows have the same time");
    else if (r->n < FORECAST_MIN)
        snprintf(out->reason, sizeof out->reason, "needs at least %d rows, one every %s, has %zu", FORECAST_MIN,
                 text_span(out->step_s, span, sizeof span), r->n);
    return !*out->reason;
}

void forecasts_make(const struct recording *r, const struct forecasts_options *o, struct forecasts *out)
{
    double interval_s = round(recording_interval(r) * 1e6) / 1e6; /* 60, not 60.00000000000001 */
    *out = (struct forecasts){ .horizon = o->horizon, .step_s = o->step_s > 0 ? o->step_s : interval_s };
    if (!forecasts_can(r, out))
        return;
    out->last_ms = r->wall_ms[r->n - 1];
    forecasts_choose(r, o, out);
    if (!out->n)
        text_copy(out->reason, sizeof out->reason, "there is no such metric");
    auto_free double *t = recording_times(r);
    for (size_t i = 0; i < out->n; i++) {
        forecasts_one(r, o, t, out, &out->item[i]);
        out->made += !*out->item[i].reason;
    }
}

void forecasts_done(struct forecasts *f)
{
    for (size_t i = 0; i < f->n; i++)
        forecast_done(&f->item[i].f);
    mem_free(f->item);
    f->item = NULL;
    f->n = 0;
}

char *forecasts_words(const struct forecast *f, char *out, size_t cap)
{
    if (!f->baseline)
        snprintf(out, cap, "the past is too short to test it on");
    else if (f->has_skill)
        snprintf(out, cap, "%.0f %% closer than %s in the past", 100 * f->skill, forecast_model_words(f->baseline));
    else
        snprintf(out, cap, "no skill: no closer than %s in the past", forecast_model_words(f->baseline));
    return out;
}
