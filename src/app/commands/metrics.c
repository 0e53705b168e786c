/* metrics.c - `sonde metrics`: what is measured here, and what it is now. */
#include "app/observer.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "core/amount.h"
#include "output/screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TICKS_S 0.5 /* between the two ticks that a rate needs */

/* Takes two ticks: counters become rates at the second. */
static int metrics_read(struct observer *o, const struct frame **f)
{
    int rc = sampler_next(o->sampler, f);
    if (rc == 0)
        rc = sampler_next(o->sampler, f);
    return rc == -ENODATA && *f ? 0 : rc; /* a recorded machine of one instant */
}

/* As wide as the longest name: a name that is cut cannot be copied into --metrics. */
static int metrics_width(const struct schema *schema, const char *globs)
{
    size_t widest = 24;
    for (int slot = 0; slot < schema_size(schema); slot++)
        if ((!globs || schema_match(schema, slot, globs)) &&
            strlen(schema_id(schema, slot)) > widest)
            widest = strlen(schema_id(schema, slot));
    return (int)widest;
}

static void metrics_row(const struct screen *s, struct buf *out, const struct schema *schema,
                        int slot, double v, int width)
{
    const struct metric *m = schema_at(schema, slot);
    char value[AMOUNT_MAX];
    screen_cell(s, out, TONE_PLAIN, schema_id(schema, slot), width, true);
    buf_printf(out, " %11s  %-5s %-8s ", amount_text(v, m->unit, value), unit_code(m->unit),
               kind_name(m->kind));
    screen_cell(s, out, TONE_PLAIN, schema_source_name(schema, m->source), 9, true);
    buf_putc(out, ' ');
    screen_put(s, out, TONE_QUIET, m->help ? m->help : "");
    buf_putc(out, '\n');
}

static void metrics_text(const struct screen *s, struct buf *out, const struct schema *schema,
                         const struct frame *f, const char *globs)
{
    int width = metrics_width(schema, globs);
    auto_buf struct buf line = { 0 };
    buf_printf(&line, "%-*s %11s  %-5s %-8s %-9s %s", width, "metric", "now", "unit", "kind",
               "source", "what it is");
    screen_put(s, out, TONE_STRONG, line.p);
    buf_putc(out, '\n');
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (!globs || schema_match(schema, slot, globs))
            metrics_row(s, out, schema, slot, frame_get(f, slot), width);
}

static void metrics_json(struct buf *out, const struct schema *schema, const struct frame *f, const char *globs)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_array(&j, NULL);
    for (int slot = 0; slot < schema_size(schema); slot++) {
        const struct metric *m = schema_at(schema, slot);
        if (globs && !schema_match(schema, slot, globs))
            continue;
        json_object(&j, NULL);
        json_string(&j, "id", schema_id(schema, slot));
        json_string(&j, "unit", unit_code(m->unit));
        json_string(&j, "kind", kind_name(m->kind));
        json_string(&j, "source", schema_source_name(schema, m->source));
        json_double(&j, "value", frame_get(f, slot));
        json_string(&j, "help", m->help);
        json_end(&j);
    }
    json_end(&j);
    buf_putc(out, '\n');
}

static bool metrics_any(const struct schema *schema, const char *globs)
{
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (!globs || schema_match(schema, slot, globs))
            return true;
    return false;
}

static int metrics_show(const struct args *a, struct observer *o)
{
    const struct frame *f = NULL;
    const char *globs = args_text(a, "metrics");
    int rc = metrics_read(o, &f);
    if (rc < 0) {
        log_error(rc, "metrics: the machine could not be read");
        return EXIT_FAILED;
    }
    const struct schema *schema = sampler_schema(o->sampler);
    if (!metrics_any(schema, globs)) {
        log_error(0, "metrics: %s matches no metric; without --metrics all are listed",
                  globs ? globs : "*");
        return EXIT_USAGE;
    }
    auto_buf struct buf out = { 0 };
    struct screen s = screen_of(fileno(stdout), args_flag(a, "no-color"));
    if (args_flag(a, "json"))
        metrics_json(&out, schema, f, globs);
    else
        metrics_text(&s, &out, schema, f, globs);
    fwrite(out.p, 1, out.n, stdout);
    return EXIT_DONE;
}

static int metrics_run(const struct args *a)
{
    struct observer o;
    if (observer_open(&o, a, TICKS_S) < 0)
        return EXIT_FAILED;
    int status = metrics_show(a, &o);
    observer_close(&o);
    return status;
}

static const struct option options[] = {
    { "metrics", 0, OPTION_TEXT, "GLOBS", .help = "only these: 'cpu.*,disk.read.rate{sda}'" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde metrics --metrics 'memory.*'", "everything about memory" },
    { "sonde metrics --json", "as JSON, for scripts" },
    { 0 },
};

const struct command command_metrics = {
    .name = "metrics", .summary = "what is measured here, with unit, source and value",
    .usage = "",
    .text = "Lists every metric that this machine offers. Units are UCUM codes. Rates and ratios are derived from "
            "counters; a dash is a value that is not known now.",
    .options = options, .examples = examples, .run = metrics_run,
};
