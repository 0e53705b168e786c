/*
 * recorder.c - the sampler with all adapters and a CSV row per tick: what recording costs at least.
 *
 * A row holds readings only, gauges and counters: what is derived follows from them and the time
 * stamp. A gauge is written when it moved by more than the threshold since it was written last, a
 * counter when it counted, else the cell is empty; "nan" is written once when a value gets lost.
 * New devices bring a new line of names. The numbers are made by hand in one buffer, and one write
 * ends the row. At the end one JSON line says what was seen; collect.py and changes.py read it.
 */
#include "app/args.h"
#include "app/observer.h"
#include "app/settings.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"
#include "output/exporter.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GAUGE_DIGITS 6
#define COUNTER_DIGITS 15 /* their last digits are what moves */

struct recorder {
    double seconds, threshold;
    const char *census;
    int fd, width;            /* of the schema that the columns are made of */
    struct selection columns; /* the readings */
    struct column *column;
    struct buf row;
    int64_t ticks, first_row_ns;
    double first_row_cpu_s;
};

struct column {
    double written, before; /* what the file says now; the value of the tick before */
    unsigned changes;       /* how often a tick brought another value */
};

/* When devices came, there are new columns, and a line of names that tells them. */
static void recorder_fit(struct recorder *r, const struct schema *s)
{
    int before = r->columns.n, n = 0;
    if (r->width == schema_size(s))
        return;
    r->width = schema_size(s);
    selection_done(&r->columns);
    r->columns = selection_of(s, NULL);
    for (int i = 0; i < r->columns.n; i++)
        if (schema_at(s, r->columns.slot[i])->kind != KIND_RATIO)
            r->columns.slot[n++] = r->columns.slot[i];
    r->columns.n = n;
    r->column = mem_resize(r->column, (size_t)n * sizeof *r->column);
    for (int i = before; i < n; i++)
        r->column[i] = (struct column){ .written = NAN, .before = NAN };
    exporter_find("csv")->head(&r->row, &r->columns);
}

/* Does the file say something else by now? */
static bool recorder_moved(const struct recorder *r, const struct metric *m, double before, double now)
{
    if (isnan(before) || isnan(now))
        return isnan(before) != isnan(now);
    return m->kind == KIND_COUNTER ? now != before : fabs(now - before) > r->threshold * 0.01 * fabs(before);
}

static char *recorder_cell(struct recorder *r, struct column *c, const struct metric *m, double now, char *p)
{
    c->changes += now != c->before && !isnan(now) && !isnan(c->before);
    c->before = now;
    *p++ = ',';
    if (!recorder_moved(r, m, c->written, now))
        return p;
    c->written = now;
    int digits = m->kind == KIND_COUNTER ? COUNTER_DIGITS : GAUGE_DIGITS;
    return isnan(now) ? stpcpy(p, "nan") : p + text_number(now, digits, p);
}

static int recorder_row(struct recorder *r, const struct schema *s, const struct frame *f)
{
    recorder_fit(r, s);
    buf_reserve(&r->row, TEXT_TIME_MAX + (size_t)r->columns.n * (TEXT_NUMBER_MAX + 1));
    char *p = r->row.p + r->row.n;
    p += strlen(text_time(f->wall_ms, p));
    for (int i = 0; i < r->columns.n; i++) {
        int slot = r->columns.slot[i];
        p = recorder_cell(r, &r->column[i], schema_at(s, slot), frame_get(f, slot), p);
    }
    *p++ = '\n';
    size_t n = (size_t)(p - r->row.p);
    ssize_t done = write(r->fd, r->row.p, n);
    buf_clear(&r->row);
    return done < 0 ? -errno : (size_t)done < n ? -ENOSPC : 0;
}

static double recorder_cpu_s(void)
{
    struct os_self self = { 0 };
    os_self(&self);
    return self.cpu_s;
}

static int recorder_run(struct recorder *r, struct sampler *sampler)
{
    const struct frame *f;
    struct event e;
    int rc = 0;
    int64_t end = os_mono_ns() + (int64_t)(r->seconds * 1e9);
    while (rc == 0 && (!r->ticks || os_mono_ns() < end)) {
        rc = sampler_next(sampler, &f);
        while (sampler_event(sampler, &e))
            log_info("%s", e.text);
        if (rc == 0)
            rc = recorder_row(r, sampler_schema(sampler), f);
        if (rc == 0 && r->ticks++ == 0) {
            r->first_row_ns = os_mono_ns();
            r->first_row_cpu_s = recorder_cpu_s();
        }
    }
    return rc == -EINTR || rc == -ENODATA ? 0 : rc; /* told to stop; a recorded machine ends */
}

/* One line for each reading: is it known, how often did it change? Our own cost is none. */
static void recorder_census(const struct recorder *r, int *known, int *changed)
{
    auto_fclose FILE *f = r->census ? fopen(r->census, "we") : NULL;
    for (int i = 0; i < r->columns.n; i++) {
        const char *id = schema_id(r->columns.schema, r->columns.slot[i]);
        if (strncmp(id, "sonde.", 6) == 0)
            continue;
        bool is_known = !isnan(r->column[i].before);
        *known += is_known;
        *changed += is_known && r->column[i].changes > 0;
        if (f)
            fprintf(f, "%d\t%u\t%s\n", is_known, r->column[i].changes, id);
    }
}

/* What is known of all processes, their numbers and names not counted. */
static size_t recorder_process_values(const struct proctab *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct proc *p = &t->p[i];
        const double v[] = { p->start_s, p->cpu_s, p->children_cpu_s, p->rss_bytes, p->read_bytes, p->write_bytes,
                             p->threads, p->gpu_bytes };
        n += 1; /* the state */
        for (size_t k = 0; k < sizeof v / sizeof *v; k++)
            n += !isnan(v[k]);
    }
    return n;
}

static void recorder_tell(const struct recorder *r, const struct sampler *sampler)
{
    int known = 0, changed = 0, n;
    recorder_census(r, &known, &changed);
    const struct proctab *procs = sampler_procs(sampler);
    printf("{\"samples\": %lld, \"readings\": %d, \"changed\": %d, \"slots\": %d, \"processes\": %zu, "
           "\"process_values\": %zu, \"first_row_ns\": %lld, \"first_row_cpu_us\": %.0f, \"cpu_us\": %.0f, \"adapters\": [",
           (long long)r->ticks, known, changed, r->width, procs->n, recorder_process_values(procs),
           (long long)r->first_row_ns, r->first_row_cpu_s * 1e6, recorder_cpu_s() * 1e6);
    const struct source *source = sampler_sources(sampler, &n);
    for (int i = 0, told = 0; i < n; i++)
        if (source[i].state == SOURCE_OK)
            printf("%s\"%s\"", told++ ? ", " : "", source[i].adapter->name);
    printf("]}\n");
}

/* Is a name in a list like "cpu,memory"? */
static bool recorder_lists(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = list; p; p = strchr(p, ','), p += p != NULL)
        if (strncmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
            return true;
    return false;
}

/* Devices only add to the table of processes: whoever fills it walks them. */
static bool recorder_wants(const struct args *a, const struct adapter *adapter)
{
    const char *only = args_text(a, "only");
    bool walks = adapter->procs && !adapter->apart;
    return only ? recorder_lists(only, adapter->name) : !(args_flag(a, "no-process") && walks);
}

/* What the options ask for, as a file of configuration would say it. */
static int recorder_configure(const struct args *a, struct config *c)
{
    auto_buf struct buf yaml = { 0 }, complaints = { 0 };
    buf_puts(&yaml, "adapters:\n  disabled: [");
    for (const struct adapter *const *p = settings_adapters(); *p; p++)
        if (!recorder_wants(a, *p))
            buf_printf(&yaml, "%s, ", (*p)->name);
    buf_puts(&yaml, "]\n");
    size_t n;
    const struct config_key *key = config_keys(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(key[i].name, "adapters.process_walk") == 0) /* a build that knows one way only has no such key */
            buf_printf(&yaml, "  process_walk: %s\n", args_text(a, "walk"));
    int rc = config_parse(c, "options", yaml.p, yaml.n, &complaints);
    if (rc < 0)
        log_error(rc, "recorder: %s", complaints.p);
    return rc;
}

static int recorder_start(const struct args *a)
{
    struct recorder r = { .seconds = args_given(a, "seconds") ? args_number(a, "seconds") : 1e9,
                          .threshold = args_number(a, "threshold"), .census = args_text(a, "census") };
    struct observer o;
    const char *output = args_text(a, "output");
    r.fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (observer_open(&o, a, 1) < 0)
        return EXIT_FAILED;
    os_stop_on_signal();
    int rc = r.fd < 0 ? -errno : recorder_run(&r, o.sampler);
    if (rc < 0)
        log_error(rc, "recorder: no further row in %s", output);
    recorder_tell(&r, o.sampler);
    observer_close(&o);
    os_close(r.fd);
    buf_done(&r.row);
    selection_done(&r.columns);
    mem_free(r.column);
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option options[] = {
    { "seconds", 0, OPTION_NUMBER, "N", .min = 0, .max = 1e9, .help = "how long; 0 is one sample" },
    { "output", 0, OPTION_FILE, "FILE", .fallback = "/dev/null", .help = "where the rows go" },
    { "threshold", 0, OPTION_NUMBER, "PERCENT", .min = 0, .max = 100, .fallback = "1", .help = "smaller steps are not written" },
    { "census", 0, OPTION_FILE, "FILE", .help = "one line a reading: known at the end, changes, name" },
    { "no-process", 0, OPTION_FLAG, .help = "the system alone" },
    { "only", 0, OPTION_TEXT, "ADAPTERS", .help = "a list like cpu,memory" },
    { "walk", 0, OPTION_CHOICE, "WAY", .choices = "auto bpf text taskstats", .fallback = "auto",
      .help = "how to walk processes, where the build knows several ways" },
    { 0 },
};

static const struct command recorder = { .name = "recorder", .options = options, .run = recorder_start };

int main(int argc, char **argv)
{
    auto_buf struct buf complaint = { 0 };
    struct args *a = NULL;
    struct config *config = NULL;
    if (args_parse(&recorder, argc - 1, argv + 1, &a, &complaint) < 0) {
        log_error(0, "%s", complaint.p);
        return EXIT_USAGE;
    }
    int status = EXIT_USAGE;
    if (settings_read(a, &config) == 0 && recorder_configure(a, config) == 0) {
        args_set_config(a, config);
        status = recorder.run(a);
    }
    config_free(config);
    args_free(a);
    return status;
}
