/* metrics.c - `sonde metrics`: what is measured here, and what it is now. */
#include "app/observer.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "core/amount.h"
#include "os/os.h"
#include "output/screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TICKS_S 0.5 /* between the two ticks that a rate needs */

/* Takes two ticks: counters become rates at the second. */
static int metrics_read(struct observer *o, const struct moment **m)
{
    int rc = feed_next(o->feed, m);
    if (rc == 0)
        rc = feed_next(o->feed, m);
    return rc == -ENODATA && *m ? 0 : rc; /* a recorded machine of one instant */
}

/* The table in the width there is. The wide form has columns for kind and source; the narrow one
 * leaves them out and gives names half of the line. What the metric is takes the rest. */
struct table {
    bool wide;
    int name, help; /* columns */
};

enum { VALUE_COLUMNS = 20, ORIGIN_COLUMNS = 19, HELP_COLUMNS = 40 };

static struct table metrics_table(const struct schema *schema, const char *globs, int width)
{
    int name = 24;
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (!globs || schema_match(schema, slot, globs)) {
            int n = (int)strlen(schema_id(schema, slot));
            name = n > name ? n : name;
        }
    bool wide = name + VALUE_COLUMNS + ORIGIN_COLUMNS + HELP_COLUMNS <= width;
    if (!wide && name > width / 2 - 4)
        name = width / 2 - 4;
    return (struct table){ wide, name, width - name - VALUE_COLUMNS - (wide ? ORIGIN_COLUMNS : 0) };
}

static void metrics_cells(const struct screen *s, struct buf *out, const struct table *t,
                          const char *value, const char *unit, const char *kind, const char *source)
{
    buf_printf(out, " %11s  %-5s ", value, unit);
    if (t->wide) {
        buf_printf(out, "%-8s ", kind);
        screen_cell(s, out, TONE_PLAIN, source, 9, true);
        buf_putc(out, ' ');
    }
}

/* A name is never cut, because then it could not be copied into a glob:
 * a long one has a line for itself. */
static void metrics_row(const struct screen *s, struct buf *out, const struct schema *schema,
                        int slot, double v, const struct table *t)
{
    const struct metric *m = schema_at(schema, slot);
    const char *id = schema_id(schema, slot);
    char value[AMOUNT_MAX];
    if ((int)strlen(id) > t->name) {
        screen_put(s, out, TONE_PLAIN, id);
        buf_printf(out, "\n%*s", t->name, "");
    } else {
        screen_cell(s, out, TONE_PLAIN, id, t->name, true);
    }
    metrics_cells(s, out, t, amount_text(v, m->unit, value), unit_code(m->unit), kind_name(m->kind),
                  schema_source_name(schema, m->source));
    screen_cell(s, out, TONE_QUIET, m->help ? m->help : "", t->help, false);
    buf_putc(out, '\n');
}

static void metrics_text(const struct screen *s, struct buf *out, const struct schema *schema,
                         const struct frame *f, const char *globs)
{
    struct table t = metrics_table(schema, globs, s->width);
    auto_buf struct buf line = { 0 };
    buf_printf(&line, "%-*s", t.name, "metric");
    metrics_cells(s, &line, &t, "now", "unit", "kind", "source");
    buf_puts(&line, "what it is");
    screen_put(s, out, TONE_STRONG, line.p);
    buf_putc(out, '\n');
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (!globs || schema_match(schema, slot, globs))
            metrics_row(s, out, schema, slot, frame_get(f, slot), &t);
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

/* All that select, the words of the command line and --metrics, as one list; empty where all are meant. */
static void metrics_globs(const struct args *a, struct buf *out)
{
    const char *option = args_text(a, "metrics");
    buf_puts(out, option ? option : "");
    for (int i = 0; i < args_positionals(a); i++)
        buf_printf(out, "%s%s", out->n ? "," : "", args_positional(a, i));
}

static bool metrics_any(const struct schema *schema, const char *globs)
{
    for (int slot = 0; slot < schema_size(schema); slot++)
        if (schema_match(schema, slot, globs))
            return true;
    return false;
}

/* A glob that matches nothing is a slip of the pen, also when another one does match. */
static bool metrics_each(const struct schema *schema, const char *globs)
{
    bool all = !*globs || globs[strspn(globs, ",")];
    if (!all)
        log_error(0, "metrics: '%s' holds no glob", globs);
    for (const char *p = globs; *p; p += strspn(p, ",")) {
        size_t n = strcspn(p, ",");
        auto_buf struct buf glob = { 0 };
        buf_put(&glob, p, n);
        if (n && !metrics_any(schema, glob.p)) {
            log_error(0, "metrics: '%s' matches no metric here; `sonde metrics` lists them all", glob.p);
            all = false;
        }
        p += n;
    }
    return all;
}

static int metrics_show(const struct args *a, struct observer *o)
{
    const struct moment *m = NULL;
    int rc = metrics_read(o, &m);
    if (rc < 0) {
        log_error(rc, "metrics: the machine could not be read");
        return EXIT_FAILED;
    }
    const struct schema *schema = o->feed->schema;
    const struct frame *f = &m->frame;
    auto_buf struct buf selected = { 0 }, out = { 0 };
    metrics_globs(a, &selected);
    if (!metrics_each(schema, buf_text(&selected)))
        return EXIT_USAGE;
    const char *globs = selected.n ? selected.p : NULL;
    struct screen s = screen_of(fileno(stdout), args_flag(a, "no-color"));
    if (os_is_terminal(fileno(stdout)))
        s.width = os_terminal_width() < 40 ? 40 : os_terminal_width(); /* a table may be wide */
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
    if (observer_open(&o, a, TICKS_S, 5) < 0)
        return EXIT_FAILED;
    int status = metrics_show(a, &o);
    observer_close(&o);
    return status;
}

static const struct option options[] = {
    { "metrics", 0, OPTION_TEXT, "GLOBS", .help = "list only these; the same as a GLOB" },
    OBSERVER_REPLAY,
    { 0 },
};

static const struct example examples[] = {
    { "sonde metrics 'memory.*'", "everything about memory" },
    { "sonde metrics cpu.util 'disk.*{sda}'", "one metric, and those of one disk" },
    { "sonde metrics --json", "as JSON, for scripts" },
    { 0 },
};

const struct command command_metrics = {
    .name = "metrics", .summary = "what is measured here, with unit, source and value",
    .usage = "[GLOB ...]",
    .text = "Lists every metric that this machine offers, or those that a GLOB matches. Units are UCUM codes. Rates "
            "and ratios are derived from counters; a dash is a value that is not known now. A narrow terminal has no room "
            "for kind and source; --json always has them.",
    .options = options, .examples = examples, .max_positional = 64, .run = metrics_run,
};
