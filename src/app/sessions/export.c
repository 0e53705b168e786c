/*
 * export.c - `sonde sessions export`: a session, or a range of time, in a format of others or as a tape.
 *
 * Two passes: the first one learns which metrics there are, from the catalogs, because a CSV names them in its
 * first line; the second writes instant by instant, so that a month needs no more memory than a minute.
 */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "output/export_points.h"
#include "base/auto.h"
#include "base/log.h"
#include "os/disk.h"
#include "os/os.h"
#include "output/exporter.h"
#include "store/join.h"
#include "store/journal.h"
#include "store/tape_export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FLUSH (1 << 18)

struct exporting {
    struct look of;
    const char *session;        /* NULL: all in the range */
    char id[INDEX_ID_MAX];
    int64_t from_ms, to_ms, every_ms; /* every_ms 0: each instant */
    const char *globs, *output; /* output NULL: standard output */
    char target[OS_PATH_MAX], partial[OS_PATH_MAX];
    int fd;
    int64_t written;
    struct buf out;
    struct join join;
    struct selection sel;
    const struct exporter *exporter; /* NULL: as a tape */
    struct tape_export *tape;
    size_t ticks;
};

static bool export_wants(const struct exporting *e, const struct archive_part *p)
{
    return p->ticks && p->first_ms <= e->to_ms && p->last_ms >= e->from_ms &&
           (!e->session || strcmp(e->session, p->about.session) == 0);
}

static int export_sessions(const struct exporting *e)
{
    size_t n;
    const struct archive_part *p = archive_parts(e->of.files, &n);
    const char *before = "";
    int sessions = 0;
    for (size_t i = 0; i < n; i++)
        if (export_wants(e, &p[i]) && strcmp(p[i].about.session, before) != 0) {
            before = p[i].about.session;
            sessions++;
        }
    return sessions;
}

/* ---- the first pass ---- */

static int export_learn_tick(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct exporting *e = self;
    (void)m;
    join_learn(&e->join, about, s);
    return 0;
}

static int export_learn(struct exporting *e)
{
    size_t n;
    const struct archive_part *p = archive_parts(e->of.files, &n);
    for (size_t i = 0; i < n; i++) {
        if (!export_wants(e, &p[i]))
            continue;
        int rc = p[i].segment ? segment_load(p[i].segment) : 0;
        if (rc == -EBADMSG || rc == -EIO) { /* the long way: what can be played of it */
            archive_play(e->of.files, p[i].about.session, p[i].first_ms, p[i].last_ms, export_learn_tick, e, NULL);
            continue;
        }
        if (rc < 0)
            return rc;
        if (p[i].segment)
            join_learn(&e->join, &p[i].about, p[i].segment->schema);
        for (int k = 0; k < p[i].n_journals; k++)
            journal_read(p[i].journal[k].fd, export_learn_tick, e, NULL);
    }
    return 0;
}

/* ---- the second ---- */

static int export_flush(struct exporting *e)
{
    int rc = 0;
    if (!e->output) {
        rc = fwrite(e->out.p, 1, e->out.n, stdout) == e->out.n ? 0 : -EIO;
        if (os_reader_left(fileno(stdout)))
            rc = -EPIPE; /* `| head`: it has what it wanted */
    } else {
        rc = os_disk_write(e->fd, e->out.p, e->out.n, e->written);
        e->written += (int64_t)e->out.n;
    }
    buf_clear(&e->out);
    return rc;
}

static int export_tick(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct exporting *e = self;
    if (os_stopping())
        return -EINTR;
    if (e->tape) {
        e->ticks++;
        return tape_export_take(e->tape, about, s, m);
    }
    const struct moment *joined = join_take(&e->join, about, s, m);
    e->exporter->row(&e->out, &e->sel, &joined->frame, e->ticks++);
    return e->out.n > FLUSH ? export_flush(e) : 0;
}

static int export_rows(struct exporting *e)
{
    int rc = export_learn(e);
    if (rc < 0)
        return rc;
    e->sel = selection_of(e->join.schema, e->globs);
    if (!e->sel.n)
        return schema_size(e->join.schema) ? -ENOKEY : -ENODATA;
    if (e->exporter->head)
        e->exporter->head(&e->out, &e->sel);
    rc = archive_play(e->of.files, e->session, e->from_ms, e->to_ms, export_tick, e, NULL);
    if (rc == 0 && e->exporter->tail)
        e->exporter->tail(&e->out);
    return rc == 0 && e->out.n ? export_flush(e) : rc;
}

/* ---- or summaries of them ---- */

/*
 * Makes whole steps of what was asked for, as far as anything was recorded, from a round time on where no other was
 * named; to_ms is out then. Returns their number.
 */
static int export_span(struct exporting *e)
{
    size_t n;
    int64_t first = INT64_MAX, last = INT64_MIN;
    const struct archive_part *p = archive_parts(e->of.files, &n);
    for (size_t i = 0; i < n; i++) {
        if (!p[i].last_ms || (e->session && strcmp(e->session, p[i].about.session) != 0))
            continue;
        first = p[i].first_ms < first ? p[i].first_ms : first;
        last = p[i].last_ms > last ? p[i].last_ms : last;
    }
    if (first < -QUERY_LATEST_MS || last > QUERY_LATEST_MS) /* no clock says that: a file that is not ours */
        return -EINVAL;
    e->from_ms = e->from_ms < first ? first - first % e->every_ms : e->from_ms;
    e->to_ms = last < e->to_ms ? last + 1 : e->to_ms;
    int64_t points = e->to_ms > e->from_ms ? (e->to_ms - e->from_ms + e->every_ms - 1) / e->every_ms : 0;
    e->to_ms = e->from_ms + points * e->every_ms;
    return points > QUERY_POINTS ? -E2BIG : points ? (int)points : -ENODATA;
}

static int export_write_points(struct exporting *e, const struct query_result *q)
{
    struct schema *s = points_schema(q);
    struct frame f = { 0 };
    int rc = 0;
    e->sel = selection_of(s, NULL);
    if (e->exporter->head)
        e->exporter->head(&e->out, &e->sel);
    for (int i = 0; i < q->points && rc == 0; i++) {
        if (points_frame(q, i, s, &f))
            e->exporter->row(&e->out, &e->sel, &f, e->ticks++);
        rc = os_stopping() ? -EINTR : e->out.n > FLUSH ? export_flush(e) : 0;
    }
    if (rc == 0 && e->exporter->tail)
        e->exporter->tail(&e->out);
    rc = rc == 0 && e->out.n ? export_flush(e) : rc;
    selection_done(&e->sel);
    frame_done(&f);
    schema_free(s);
    return rc;
}

static int export_points(struct exporting *e)
{
    struct query_result *q;
    int points = export_span(e);
    if (points < 0)
        return points;
    int rc = store_query(e->of.files, e->session, e->from_ms, e->to_ms - 1, e->globs, points, &q);
    if (rc < 0)
        return rc;
    rc = export_write_points(e, q);
    query_free(q);
    return rc;
}

static int export_text(struct exporting *e)
{
    return e->every_ms ? export_points(e) : export_rows(e);
}

static int export_tape(struct exporting *e)
{
    int rc = tape_export_open(e->partial, e->globs, export_sessions(e), &e->tape);
    if (rc < 0)
        return rc;
    rc = archive_play(e->of.files, e->session, e->from_ms, e->to_ms, export_tick, e, NULL);
    return tape_export_close(e->tape, rc);
}

/* The file that will be there: where a link leads. -ENOTSUP for a device or a pipe, which must not be replaced. */
static int export_target(struct exporting *e)
{
    int rc = os_can_write(e->output);
    if (rc < 0 || !os_exists("", e->output))
        return rc < 0 ? rc : snprintf(e->target, sizeof e->target, "%s", e->output) < OS_PATH_MAX ? 0 : -ENAMETOOLONG;
    return os_is_file(e->output) ? os_real_path(e->output, e->target) : -ENOTSUP;
}

/* Under another name until it is whole. */
static int export_to_file(struct exporting *e)
{
    int rc = export_target(e);
    if (rc < 0)
        return rc;
    if (snprintf(e->partial, sizeof e->partial, "%s.sonde-partial", e->target) >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    os_disk_remove(e->partial); /* of an attempt that was killed */
    if (e->exporter)
        e->fd = os_disk_open(e->partial, OS_DISK_CREATE);
    rc = e->exporter && e->fd < 0 ? e->fd : e->exporter ? export_text(e) : export_tape(e);
    if (rc == 0 && e->ticks)
        rc = os_rename(e->partial, e->target);
    if (rc < 0 || !e->ticks)
        os_disk_remove(e->partial);
    return rc;
}

static int export_say(const struct exporting *e, int rc)
{
    bool nothing = rc == -ENODATA || (rc == 0 && !e->ticks);
    if (rc == -EPIPE || rc == -EINTR)
        return rc == -EPIPE ? EXIT_DONE : EXIT_PART;
    if (rc == -EBADMSG || (nothing && archive_is_damaged(e->of.files, e->session, e->from_ms, e->to_ms)))
        archived_say_damaged(&e->of, "sessions export");
    else if (rc == -ENOKEY || (rc == -ENODATA && e->globs))
        log_error(0, "sessions export: --metrics '%s' selects nothing of what was recorded", e->globs);
    else if (rc == -ENOTSUP)
        log_error(0, "sessions export: %s is no file and would be replaced; use `> %s` instead of --output", e->output,
                  e->output);
    else if (rc == -E2BIG)
        log_error(0, "sessions export: more than %d rows, or %d numbers: name fewer --metrics, or a longer --every",
                  QUERY_POINTS, QUERY_MAX);
    else if (rc < 0 && !nothing)
        log_error(rc, "sessions export: %s cannot be written", e->output ? e->output : "standard output");
    else if (nothing)
        log_error(0, "sessions export: nothing was recorded in that time; `sonde sessions list` says what there is");
    return rc < 0 || !e->ticks ? EXIT_FAILED : EXIT_DONE;
}

static int export_run_in(const struct args *a, struct exporting *e)
{
    const char *text = args_positional(a, 0);
    int status = text ? archived_find(&e->of, text, e->id) : EXIT_DONE;
    if (status != EXIT_DONE)
        return status;
    e->session = text ? e->id : NULL;
    if (!text && e->exporter && archived_would_mix(&e->of, "sessions export", e->from_ms, e->to_ms))
        return EXIT_FAILED;
    e->join.schema = schema_new();
    status = export_say(e, e->output ? export_to_file(e) : export_text(e));
    if (status == EXIT_DONE && e->output && !args_flag(a, "quiet"))
        fprintf(stderr, "Wrote %s: %zu %s%s\n", e->output, e->ticks, e->every_ms ? "row" : "sample",
                e->ticks == 1 ? "" : "s");
    schema_free(e->join.schema);
    join_done(&e->join);
    selection_done(&e->sel);
    buf_done(&e->out);
    os_close(e->fd);
    return status;
}

static int export_run(const struct args *a)
{
    struct exporting e = { .fd = -1, .globs = args_text(a, "metrics"), .output = args_text(a, "output"),
                           .exporter = exporter_find(args_text(a, "format")) };
    e.from_ms = args_given(a, "from") ? args_time(a, "from") : INT64_MIN;
    e.to_ms = args_given(a, "to") ? args_time(a, "to") : INT64_MAX;
    e.every_ms = args_given(a, "every") ? (int64_t)(args_number(a, "every") * 1000) : 0;
    if (!args_positional(a, 0) && !args_given(a, "from") && !args_given(a, "to")) {
        log_error(0, "sessions export: say what: a session, as `sonde sessions list` shows it, or --from and --to");
        return EXIT_USAGE;
    }
    if (!e.exporter && !e.output) {
        log_error(0, "sessions export: a tape is written to a file; name one with --output FILE");
        return EXIT_USAGE;
    }
    if (!e.exporter && e.every_ms) {
        log_error(0, "sessions export: a tape has every instant; --every is for csv, json and jsonl");
        return EXIT_USAGE;
    }
    if (archived_runs_backwards(a, "sessions export"))
        return EXIT_USAGE;
    int rc = archived_open(&e.of, a, false);
    rc = rc < 0 ? rc : look_files(&e.of);
    os_stop_on_signal();
    int status = rc < 0 ? archived_say(buf_text(&e.of.dir), rc) : export_run_in(a, &e);
    look_close(&e.of);
    return status;
}

static const struct option options[] = {
    { "from",    0, OPTION_TIME, "TIME", .help = "only what was seen from this time on" },
    { "to",      0, OPTION_TIME, "TIME", .help = "only what was seen up to this time" },
    { "format",  0, OPTION_CHOICE, "FORMAT", .choices = "csv json jsonl sonde", .fallback = "csv",
      .help = "sonde: a tape, for --replay on any machine" },
    { "metrics", 0, OPTION_TEXT, "GLOBS", .help = "only these: 'cpu.*,disk.read.rate{sda}'" },
    { "every", 0, OPTION_DURATION, "TIME", .min = 0.1, .max = 366 * 86400.0,
      .help = "a row for so long, of minimum, mean and maximum, instead of each instant: 10m, 1h" },
    { "output", 'o', OPTION_FILE, "FILE", .help = "instead of standard output" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde sessions export last --format sonde -o friday.sonde", "for a friend: sonde top --replay friday.sonde" },
    { "sonde sessions export --from 'yesterday 14:05' --to 'yesterday 14:20' -o f.csv", "a quarter of an hour" },
    { "sonde sessions export --from '7 days ago' --every 10m --metrics 'cpu.util'", "a week at a glance" },
    { 0 },
};

const struct command sessions_export = {
    .name = "sessions export", .summary = "a session, or a range of time, as CSV, JSON or a tape", .usage = "[ID]",
    .text = "Writes every instant of a session, or of all sessions in a range of time, or both. Columns that only "
            "some of it has are empty elsewhere. With --every the numbers come from summaries where there are some; the "
            "mean is that of samples; counters have their last value. Sessions of the same time are not mixed, but on "
            "a tape: name one. A file appears when it is whole.",
    .options = options, .examples = examples, .max_positional = 1, .run = export_run,
};
