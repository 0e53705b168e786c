/*
 * stats.c - `sonde sessions stats`: what the archive holds, what a value costs, how long the cap will last.
 *
 * All that is about samples and bytes is from the files; what people and the analysis said of them is from the index.
 * What is not known is null, never 0.
 */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "app/settings.h"
#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"
#include "store/retention.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EARLY_S 3600  /* of so little, what is written once weighs more than the samples */
#define EARLY "too early to say: less than an hour is recorded"
#define VALUE_BYTES 8 /* of a double, as it is in memory */

struct figures {
    bool indexed;
    struct index_stats index;
    int64_t sessions, segments, journals, samples;
    int64_t segment_bytes, journal_bytes; /* journals: of what is not packed yet */
    int64_t first_ms, last_ms;
    double recorded_s;
    double values, value_bytes;  /* of the parts whose catalog can be read */
    int64_t used, cap;           /* bytes of the whole directory; cap 0: none */
    struct retention_forecast forecast;
};

/* ---- from the files ---- */

static void stats_part(struct figures *f, const struct archive_part *p)
{
    int64_t packed = p->segment ? p->segment->size : 0;
    int columns = archive_columns(p);
    f->segments += p->segment != NULL;
    f->journals += p->n_journals;
    f->segment_bytes += packed;
    f->journal_bytes += p->bytes - packed;
    f->samples += (int64_t)p->ticks;
    if (columns > 0) {
        f->values += (double)p->ticks * columns;
        f->value_bytes += (double)p->bytes;
    }
    if (p->last_ms) {
        f->first_ms = !f->last_ms || p->first_ms < f->first_ms ? p->first_ms : f->first_ms;
        f->last_ms = p->last_ms > f->last_ms ? p->last_ms : f->last_ms;
    }
}

/* Parts come session by session, and within one in the order of time. */
static void stats_parts(struct figures *f, const struct archive_part *p, size_t n)
{
    int64_t start_ms = 0;
    for (size_t i = 0; i < n; i++) {
        bool next = i + 1 == n || strcmp(p[i].about.session, p[i + 1].about.session) != 0;
        stats_part(f, &p[i]);
        start_ms = start_ms ? start_ms : p[i].first_ms;
        if (!next)
            continue;
        f->sessions += *p[i].about.session != '\0';
        f->recorded_s += p[i].last_ms > start_ms ? (double)(p[i].last_ms - start_ms) / 1000 : 0;
        start_ms = 0;
    }
}

static int stats_space(struct figures *f, const char *dir, const struct config *c)
{
    struct space *space;
    struct retention_rules rules = { .now_ms = os_wall_ms() };
    f->cap = (int64_t)(config_number(c, "storage.max_mb") * 1e6);
    int rc = space_open(dir, f->cap, &space);
    if (rc < 0)
        return rc;
    f->used = space_used(space) + f->index.database_bytes;
    space_reserve(space, index_worst_bytes(INDEX_ALLOWANCE_DEFAULT)); /* as a recorder does */
    struct retention *r = retention_new(dir, space);
    settings_keep(c, rules.keep_s);
    retention_forecast(r, &rules, &f->forecast);
    retention_free(r);
    space_free(space);
    return 0;
}

static int stats_gather(const struct args *a, struct look *v, struct figures *f)
{
    size_t n;
    *f = (struct figures){ .indexed = v->indexed };
    int rc = look_files(v);
    if (rc < 0 && rc != -ENOENT) /* an index may be there before the first file */
        return rc;
    if (rc == 0) {
        const struct archive_part *p = archive_parts(v->files, &n);
        stats_parts(f, p, n);
    }
    rc = index_stats(v->index, &f->index);
    if (rc == 0 && f->index.running && !archive_is_recorded(v->dir.p)) { /* nobody came yet to say so */
        f->index.crashed += f->index.running;
        f->index.running = 0;
    }
    return rc < 0 ? rc : stats_space(f, v->dir.p, args_config(a));
}

static double stats_bytes_per_value(const struct figures *f)
{
    return f->values > 0 ? f->value_bytes / f->values : (double)NAN;
}

static double stats_bytes_per_day(const struct figures *f)
{
    return f->recorded_s >= EARLY_S && f->forecast.bytes_per_day > 0 ? f->forecast.bytes_per_day : (double)NAN;
}

/* ---- shown ---- */

static void stats_json_index(struct json *j, const struct figures *f)
{
    const struct {
        const char *key;
        int64_t n;
    } known[] = {
        { "running", f->index.running },   { "crashed", f->index.crashed }, { "labelled", f->index.labelled },
        { "events", f->index.events },     { "anomalies", f->index.anomalies },
        { "index_bytes", f->index.database_bytes },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        f->indexed ? json_int(j, known[i].key, known[i].n) : json_null(j, known[i].key);
}

static void stats_json(struct buf *out, const char *dir, const struct figures *f)
{
    struct json j;
    double per_day = stats_bytes_per_day(f);
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "directory", dir);
    json_int(&j, "sessions", f->sessions);
    json_int(&j, "samples", f->samples);
    f->last_ms ? json_time(&j, "first", f->first_ms) : json_null(&j, "first");
    f->last_ms ? json_time(&j, "last", f->last_ms) : json_null(&j, "last");
    json_double(&j, "recorded_s", f->recorded_s);
    stats_json_index(&j, f);
    json_int(&j, "segments", f->segments);
    json_int(&j, "segment_bytes", f->segment_bytes);
    json_int(&j, "journals", f->journals);
    json_int(&j, "journal_bytes", f->journal_bytes);
    json_double(&j, "bytes_per_value", stats_bytes_per_value(f));
    json_double(&j, "ratio", VALUE_BYTES / stats_bytes_per_value(f));
    json_int(&j, "used_bytes", f->used);
    json_int(&j, "cap_bytes", f->cap);
    json_double(&j, "bytes_per_day", per_day);
    if (f->recorded_s < EARLY_S)
        json_string(&j, "bytes_per_day_reason", EARLY);
    json_double(&j, "days_of_samples", isnan(per_day) ? (double)NAN : f->forecast.instants_days);
    json_double(&j, "days_until_full", isnan(per_day) ? (double)NAN : f->forecast.full_days);
    json_end(&j);
    buf_putc(out, '\n');
}

static void stats_text_sessions(struct buf *out, const struct figures *f)
{
    char span[32], from[TEXT_TIME_MAX], to[TEXT_TIME_MAX];
    buf_printf(out, "  sessions   %" PRId64, f->sessions);
    if (f->indexed)
        buf_printf(out, " (%" PRId64 " running, %" PRId64 " crashed, %" PRId64 " labelled)",
                   f->index.running, f->index.crashed, f->index.labelled);
    buf_putc(out, '\n');
    if (f->last_ms)
        buf_printf(out, "  time       %.10s to %.10s, %s recorded\n", text_time(f->first_ms, from),
                   text_time(f->last_ms, to), text_span(f->recorded_s, span, sizeof span));
    buf_printf(out, "  samples    %" PRId64 "\n", f->samples);
    if (f->indexed)
        buf_printf(out, "  found      %" PRId64 " anomal%s, %" PRId64 " event%s\n", f->index.anomalies,
                   f->index.anomalies == 1 ? "y" : "ies", f->index.events, f->index.events == 1 ? "" : "s");
}

static void stats_text_cap(struct buf *out, const struct figures *f)
{
    char a[32], b[32];
    double per_day = stats_bytes_per_day(f);
    if (!isnan(per_day))
        buf_printf(out, "  a day      %s, as the newest segments were\n", text_bytes(per_day, a, sizeof a));
    else if (f->recorded_s < EARLY_S)
        buf_puts(out, "  a day      " EARLY "\n");
    buf_printf(out, "  the cap    %s, %s of it used", text_bytes((double)f->cap, a, sizeof a),
               text_bytes((double)f->used, b, sizeof b));
    if (!isnan(per_day) && f->forecast.instants_days <= 0)
        buf_puts(out, "; a year of summaries alone would fill it");
    else if (!isnan(per_day))
        buf_printf(out, "; holds every sample of %s",
                   isinf(f->forecast.instants_days) ? "all days" :
                   text_span(f->forecast.instants_days * 86400, a, sizeof a));
    if (!isnan(per_day) && f->forecast.full_days < 36500) /* who asks for a time beyond that? */
        buf_printf(out, "; full in %s", text_span(f->forecast.full_days * 86400, a, sizeof a));
    buf_putc(out, '\n');
}

/* More than a double costs, for a while: then there is no share to speak of. */
static void stats_text_value(struct buf *out, const struct figures *f, double bytes)
{
    buf_printf(out, "  a value    %.3f bytes", bytes);
    if (bytes < VALUE_BYTES)
        buf_printf(out, ", 1/%.0f of a double", VALUE_BYTES / bytes);
    buf_puts(out, f->recorded_s < EARLY_S ? ", so far\n" : "\n");
}

static void stats_text(struct buf *out, const char *dir, const struct figures *f)
{
    char a[32], b[32], c[32];
    double per_value = stats_bytes_per_value(f);
    buf_printf(out, "%s\n", dir);
    stats_text_sessions(out, f);
    buf_printf(out, "  bytes      %s in %" PRId64 " segment%s, %s in %" PRId64 " journal%s",
               text_bytes((double)f->segment_bytes, a, sizeof a), f->segments, f->segments == 1 ? "" : "s",
               text_bytes((double)f->journal_bytes, b, sizeof b), f->journals, f->journals == 1 ? "" : "s");
    if (f->indexed)
        buf_printf(out, ", %s index", text_bytes((double)f->index.database_bytes, c, sizeof c));
    buf_putc(out, '\n');
    if (isfinite(per_value))
        stats_text_value(out, f, per_value);
    stats_text_cap(out, f);
}

static int stats_print(const struct args *a, struct look *v)
{
    struct figures f;
    auto_buf struct buf out = { 0 };
    int rc = stats_gather(a, v, &f);
    if (rc < 0)
        return archived_say(v->dir.p, rc);
    (args_flag(a, "json") ? stats_json : stats_text)(&out, v->dir.p, &f);
    fwrite(out.p, 1, out.n, stdout);
    return EXIT_DONE;
}

static int stats_run(const struct args *a)
{
    return sessions_read(a, "{\"sessions\":0}", stats_print);
}

static const struct option options[] = { ARCHIVED_OPTION, { 0 } };

const struct command sessions_stats = {
    .name = "sessions stats", .summary = "what the archive holds, and what a value costs", .usage = "",
    .text = "The bytes of a value are those of the segments, with their summaries, tables of processes and events, "
            "and of what waits in journals to be packed, by all values that were read from the sensors; rates are "
            "derived and cost nothing. The days are those that storage.max_mb holds at the pace of the newest "
            "segments, beside a year of summaries; before an hour is recorded that is not known.",
    .options = options, .run = stats_run,
};
