/*
 * stats.c - `sonde sessions stats`: what the archive holds, what a value costs, how long the cap will last.
 *
 * All figures are made from the index, which knows ticks and bytes of each segment; what cannot be said without
 * segments is null, never 0.
 */
#include "app/sessions/sessions.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/text.h"
#include "core/config.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define VALUE_BYTES 8 /* of a double, as it is in memory */

struct figures {
    double bytes_per_value, ratio; /* of the segments; NaN without any */
    double bytes_per_day, days;    /* at the mean pace so far, until the cap is full */
    double recorded_s;
};

static void stats_length(void *self, const struct index_session *s)
{
    ((struct figures *)self)->recorded_s += sessions_length_s(s);
}

static int stats_figures(struct index *x, const struct index_stats *st, double cap_bytes, struct figures *f)
{
    *f = (struct figures){ .bytes_per_value = NAN, .ratio = NAN, .bytes_per_day = NAN, .days = NAN };
    int rc = index_sessions(x, &INDEX_ALL, stats_length, f);
    if (rc < 0 || !st->segment_bytes)
        return rc;
    if (st->segment_values > 0) {
        f->bytes_per_value = (double)st->segment_bytes / st->segment_values;
        f->ratio = VALUE_BYTES / f->bytes_per_value;
    }
    if (f->recorded_s > 0) {
        f->bytes_per_day = (double)st->segment_bytes / f->recorded_s * 86400;
        f->days = fmax(0, cap_bytes - (double)index_worst_bytes(INDEX_ALLOWANCE_DEFAULT)) / f->bytes_per_day;
    }
    return rc;
}

static void stats_json(struct buf *out, const char *dir, const struct index_stats *st,
                       const struct figures *f, double cap_bytes)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "directory", dir);
    json_int(&j, "sessions", st->sessions);
    json_int(&j, "running", st->running);
    json_int(&j, "crashed", st->crashed);
    json_int(&j, "labelled", st->labelled);
    json_int(&j, "pinned", st->pinned);
    json_int(&j, "samples", st->samples);
    json_int(&j, "events", st->events);
    json_int(&j, "anomalies", st->anomalies);
    st->sessions ? json_time(&j, "first", st->first_ms) : json_null(&j, "first");
    st->sessions ? json_time(&j, "last", st->last_ms) : json_null(&j, "last");
    json_double(&j, "recorded_s", f->recorded_s);
    json_int(&j, "segments", st->segments);
    json_int(&j, "segment_bytes", st->segment_bytes);
    json_int(&j, "index_bytes", st->database_bytes);
    json_double(&j, "cap_bytes", cap_bytes);
    json_double(&j, "bytes_per_value", f->bytes_per_value);
    json_double(&j, "ratio", f->ratio);
    json_double(&j, "bytes_per_day", f->bytes_per_day);
    json_double(&j, "days_until_full", f->days);
    json_end(&j);
    buf_putc(out, '\n');
}

static void stats_text(struct buf *out, const char *dir, const struct index_stats *st,
                       const struct figures *f, double cap_bytes)
{
    char a[32], b[32], from[TEXT_TIME_MAX], to[TEXT_TIME_MAX];
    buf_printf(out, "%s\n", dir);
    buf_printf(out, "  sessions   %" PRId64 " (%" PRId64 " running, %" PRId64 " crashed, %" PRId64 " "
                    "labelled, %" PRId64 " pinned)\n",
               st->sessions, st->running, st->crashed, st->labelled, st->pinned);
    if (st->sessions)
        buf_printf(out, "  time       %.10s to %.10s, %s recorded\n", text_time(st->first_ms, from),
                   text_time(st->last_ms, to),
                   text_span(f->recorded_s, a, sizeof a));
    buf_printf(out, "  samples    %" PRId64 "\n", st->samples);
    buf_printf(out, "  found      %" PRId64 " anomalies, %" PRId64 " events\n", st->anomalies, st->events);
    buf_printf(out, "  bytes      %s in %" PRId64 " segments, %s index\n",
               text_bytes((double)st->segment_bytes, a, sizeof a),
               st->segments, text_bytes((double)st->database_bytes, b, sizeof b));
    if (isfinite(f->bytes_per_value))
        buf_printf(out, "  a value    %.3f bytes, 1/%.0f of a double\n", f->bytes_per_value, f->ratio);
    if (isfinite(f->days))
        buf_printf(out, "  the cap    %s hold %.0f days at %s a day\n", text_bytes(cap_bytes, a, sizeof a), f->days,
                   text_bytes(f->bytes_per_day, b, sizeof b));
}

static int stats_print(const struct args *a, struct index *x)
{
    struct index_stats st;
    struct figures f;
    auto_buf struct buf dir = { 0 }, out = { 0 };
    double cap_bytes = config_number(args_config(a), "storage.max_mb") * 1e6;
    int rc = datadir_put(a, &dir);
    if (rc == 0)
        rc = index_stats(x, &st);
    if (rc == 0)
        rc = stats_figures(x, &st, cap_bytes, &f);
    if (rc < 0)
        return sessions_status(a, rc);
    (args_flag(a, "json") ? stats_json : stats_text)(&out, dir.p, &st, &f, cap_bytes);
    fwrite(out.p, 1, out.n, stdout);
    return EXIT_DONE;
}

static int stats_run(const struct args *a)
{
    struct index *x;
    int rc = sessions_open(a, false, &x);
    if (rc == -ENOENT && args_flag(a, "json"))
        puts("{\"sessions\":0}");
    else if (rc == -ENOENT)
        sessions_say_empty(a);
    if (rc < 0)
        return rc == -ENOENT ? EXIT_DONE : EXIT_FAILED;
    int status = stats_print(a, x);
    index_close(x);
    return status;
}

static const struct option options[] = { DATADIR_OPTION, { 0 } };

const struct command sessions_stats = {
    .name = "sessions stats", .summary = "what the archive holds, and what a value costs", .usage = "",
    .text = "Bytes of a value are those of the segments by their ticks and the metrics of their sessions; the "
            "days are those that storage.max_mb lasts at the mean pace so far.",
    .options = options, .run = stats_run,
};
