/* exporting.c - plays a range of the archive through an exporter, or onto a tape. */
#include "app/exporting.h"

#include "app/archived.h"
#include "base/auto.h"
#include "base/log.h"
#include "os/disk.h"
#include "os/os.h"
#include "output/export_points.h"
#include "store/csvlog.h"
#include "store/join.h"
#include "store/store_journal.h"
#include "store/tape_export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FLUSH (1 << 18)
#define BATCH 100                      /* instants of a message */
#define WHOLE_MAX ((size_t)512 << 20)  /* bytes of instants, for what must be one piece */

struct export {
    struct exporting o;
    struct look of;
    const char *session;        /* its id; NULL: all in the range */
    char id[INDEX_ID_MAX];
    char target[OS_PATH_MAX], partial[OS_PATH_MAX];
    int fd;
    int64_t written;
    struct buf out;
    struct join join;
    struct selection sel;
    struct frame *frame;        /* of the next message, n_frames of them */
    size_t n_frames, cap_frames;
    char about_session[TAPE_SESSION_MAX];
    struct export_about about;  /* of these */
    struct tape_export *tape;
    struct csvlog *log;
    size_t ticks;
};

static bool export_wants(const struct export *e, const struct archive_part *p)
{
    return p->ticks && p->first_ms <= e->o.to_ms && p->last_ms >= e->o.from_ms &&
           (!e->session || strcmp(e->session, p->about.session) == 0);
}

static int export_sessions(const struct export *e)
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
    struct export *e = self;
    (void)m;
    join_learn(&e->join, about, s);
    return 0;
}

static int export_learn(struct export *e)
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
            store_journal_read(p[i].journal[k].fd, export_learn_tick, e, NULL);
    }
    return 0;
}

/* ---- the second ---- */

static int export_flush(struct export *e)
{
    int rc = 0;
    if (!e->o.output) {
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

/* The message of the instants so far. */
static void export_batch(struct export *e)
{
    if (e->n_frames)
        e->o.exporter->batch(&e->out, &e->sel, e->frame, e->n_frames, &e->about);
    e->n_frames = 0;
}

/* Keeps an instant for the next message; one message is of one session. */
static int export_gather(struct export *e, const struct frame *f, const struct tape_about *about)
{
    bool whole = e->o.exporter->whole;
    if (whole && (e->n_frames + 1) * (size_t)f->n * sizeof *f->v > WHOLE_MAX)
        return -EFBIG;
    if (!whole && (e->n_frames == BATCH || (about && strcmp(about->session, e->about_session) != 0)))
        export_batch(e);
    if (about && !e->n_frames) {
        snprintf(e->about_session, sizeof e->about_session, "%s", about->session);
        e->about.start_ms = about->start_ms;
    }
    if (e->n_frames == e->cap_frames) {
        e->frame = mem_grow(e->frame, e->n_frames, &e->cap_frames, sizeof *e->frame);
        memset(e->frame + e->n_frames, 0, (e->cap_frames - e->n_frames) * sizeof *e->frame);
    }
    frame_copy(&e->frame[e->n_frames++], f);
    return 0;
}

/* about NULL: summaries, which are of no session. */
static int export_put(struct export *e, const struct frame *f, const struct tape_about *about)
{
    const struct exporter *to = e->o.exporter;
    int rc = 0;
    if (to->row && !to->whole)
        to->row(&e->out, &e->sel, f, e->ticks);
    else
        rc = export_gather(e, f, about);
    e->ticks++;
    return rc == 0 && e->out.n > FLUSH ? export_flush(e) : rc;
}

static void export_head(struct export *e)
{
    if (e->o.exporter->head)
        e->o.exporter->head(&e->out, &e->sel);
}

/* What is left; rc is how it went so far. */
static int export_tail(struct export *e, int rc)
{
    bool batched = e->n_frames > 0;
    if (rc < 0)
        return rc;
    export_batch(e);
    if (!batched && e->o.exporter->tail)
        e->o.exporter->tail(&e->out);
    return e->out.n ? export_flush(e) : 0;
}

static int export_tick(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct export *e = self;
    if (os_stopping())
        return -EINTR;
    if (e->tape) {
        e->ticks++;
        return tape_export_take(e->tape, about, s, m);
    }
    const struct moment *joined = join_take(&e->join, about, s, m);
    if (e->log) {
        e->ticks++;
        return csvlog_add(e->log, e->join.schema, &joined->frame);
    }
    return export_put(e, &joined->frame, about);
}

static int export_rows(struct export *e)
{
    int rc = export_learn(e);
    if (rc < 0)
        return rc;
    e->sel = selection_of(e->join.schema, e->o.globs);
    if (!e->sel.n)
        return schema_size(e->join.schema) ? -ENOKEY : -ENODATA;
    export_head(e);
    return export_tail(e, archive_play(e->of.files, e->session, e->o.from_ms, e->o.to_ms, export_tick, e, NULL));
}

/* ---- or summaries of them ---- */

/*
 * Makes whole steps of what was asked for, as far as anything was recorded, from a round time on where no other was
 * named; to_ms is out then. Returns their number.
 */
static int export_span(struct export *e)
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
    e->o.from_ms = e->o.from_ms < first ? first - first % e->o.every_ms : e->o.from_ms;
    e->o.to_ms = last < e->o.to_ms ? last + 1 : e->o.to_ms;
    int64_t points = e->o.to_ms > e->o.from_ms ? (e->o.to_ms - e->o.from_ms + e->o.every_ms - 1) / e->o.every_ms : 0;
    e->o.to_ms = e->o.from_ms + points * e->o.every_ms;
    return points > QUERY_POINTS ? -E2BIG : points ? (int)points : -ENODATA;
}

static int export_write_points(struct export *e, const struct query_result *q)
{
    struct schema *s = points_schema(q);
    struct frame f = { 0 };
    int rc = 0;
    e->sel = selection_of(s, NULL);
    export_head(e);
    for (int i = 0; i < q->points && rc == 0; i++)
        rc = os_stopping() ? -EINTR : points_frame(q, i, s, &f) ? export_put(e, &f, NULL) : 0;
    rc = export_tail(e, rc);
    selection_done(&e->sel);
    frame_done(&f);
    schema_free(s);
    return rc;
}

static int export_points(struct export *e)
{
    struct query_result *q;
    int points = export_span(e);
    if (points < 0)
        return points;
    int rc = store_query(e->of.files, e->session, e->o.from_ms, e->o.to_ms - 1, e->o.globs, points, &q);
    if (rc < 0)
        return rc;
    rc = export_write_points(e, q);
    query_free(q);
    return rc;
}

static int export_text(struct export *e)
{
    return e->o.every_ms ? export_points(e) : export_rows(e);
}

static int export_tape(struct export *e)
{
    int rc = tape_export_open(e->partial, e->o.globs, export_sessions(e), &e->tape);
    if (rc < 0)
        return rc;
    rc = archive_play(e->of.files, e->session, e->o.from_ms, e->o.to_ms, export_tick, e, NULL);
    return tape_export_close(e->tape, rc);
}

/* A folder, which must be new: what is in one could not be told from what comes. */
static int export_folder(struct export *e)
{
    struct csvlog_options o = { .layout = CSVLOG_OPTIMETRICS, .max_bytes = INT64_MAX / 2, .max_files = 1,
                                .compress_days = -1 };
    size_t n;
    const struct archive_part *p = archive_parts(e->of.files, &n);
    for (size_t i = 0; i < n && !o.hardware_id; i++)
        o.hardware_id = export_wants(e, &p[i]) ? p[i].about.hardware_id : NULL;
    if (snprintf(o.dir, sizeof o.dir, "%s", e->o.output) >= (int)sizeof o.dir)
        return -ENAMETOOLONG;
    if (os_exists("", o.dir))
        return -EEXIST;
    if (!o.hardware_id)
        return -ENODATA;
    int rc = export_learn(e);
    rc = rc < 0 ? rc : csvlog_open(&o, NULL, &e->log);
    if (rc < 0)
        return rc;
    rc = archive_play(e->of.files, e->session, e->o.from_ms, e->o.to_ms, export_tick, e, NULL);
    rc = rc == 0 ? csvlog_flush(e->log) : rc;
    csvlog_close(e->log);
    return rc;
}

/* The file that will be there: where a link leads. -ENOTSUP for a device or a pipe, which must not be replaced. */
static int export_target(struct export *e)
{
    int rc = os_can_write(e->o.output);
    if (rc < 0 || !os_exists("", e->o.output))
        return rc < 0 ? rc : snprintf(e->target, sizeof e->target, "%s", e->o.output) < OS_PATH_MAX ? 0 : -ENAMETOOLONG;
    return os_is_file(e->o.output) ? os_real_path(e->o.output, e->target) : -ENOTSUP;
}

/* Under another name until it is whole. */
static int export_to_file(struct export *e)
{
    int rc = export_target(e);
    if (rc < 0)
        return rc;
    if (snprintf(e->partial, sizeof e->partial, "%s.sonde-partial", e->target) >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    os_disk_remove(e->partial); /* of an attempt that was killed */
    if (e->o.exporter)
        e->fd = os_disk_open(e->partial, OS_DISK_CREATE);
    rc = e->o.exporter && e->fd < 0 ? e->fd : e->o.exporter ? export_text(e) : export_tape(e);
    if (rc == 0 && e->ticks)
        rc = os_rename(e->partial, e->target);
    if (rc < 0 || !e->ticks)
        os_disk_remove(e->partial);
    return rc;
}

static int export_say(const struct export *e, int rc)
{
    bool nothing = rc == -ENODATA || (rc == 0 && !e->ticks);
    if (rc == -EPIPE || rc == -EINTR)
        return rc == -EPIPE ? EXIT_DONE : EXIT_PART;
    if (rc == -EBADMSG || (nothing && archive_is_damaged(e->of.files, e->session, e->o.from_ms, e->o.to_ms)))
        archived_say_damaged(&e->of, e->o.command);
    else if (rc == -ENOKEY || (rc == -ENODATA && e->o.globs))
        log_error(0, "%s: --metrics '%s' selects nothing of what was recorded", e->o.command, e->o.globs);
    else if (rc == -ENOTSUP)
        log_error(0, "%s: %s is no file and would be replaced; use `> %s` instead of %s", e->o.command, e->o.output,
                  e->o.output, e->o.option);
    else if (rc == -EFBIG && e->o.exporter && e->o.exporter->whole)
        log_error(0, "%s: so much is too much for one piece, which %s must be: name a shorter range with --from and "
                  "--to, or another format", e->o.command, e->o.exporter->name);
    else if (rc == -EEXIST && e->o.optimetrics)
        log_error(0, "%s: %s is there already; give a new folder", e->o.command, e->o.output);
    else if (rc == -E2BIG)
        log_error(0, "%s: more than %d rows, or %d numbers: name fewer --metrics, or a longer --every", e->o.command,
                  QUERY_POINTS, QUERY_MAX);
    else if (rc < 0 && !nothing)
        log_error(rc, "%s: %s cannot be written", e->o.command, e->o.output ? e->o.output : "standard output");
    else if (nothing)
        log_error(0, "%s: nothing was recorded in that time; `sonde sessions list` says what there is", e->o.command);
    return rc < 0 || !e->ticks ? EXIT_FAILED : EXIT_DONE;
}

static int export_run_in(const struct args *a, struct export *e)
{
    const char *text = e->o.session;
    int status = text ? archived_find(&e->of, text, e->id) : EXIT_DONE;
    if (status != EXIT_DONE)
        return status;
    e->session = text ? e->id : NULL;
    if (!text && e->o.exporter && archived_would_mix(&e->of, e->o.command, e->o.from_ms, e->o.to_ms))
        return EXIT_FAILED;
    e->join.schema = schema_new();
    status = export_say(e, e->o.optimetrics ? export_folder(e) : e->o.output ? export_to_file(e) : export_text(e));
    if (status == EXIT_DONE && e->o.output && !args_flag(a, "quiet"))
        fprintf(stderr, "Wrote %s: %zu %s%s\n", e->o.output, e->ticks, e->o.every_ms ? "row" : "sample",
                e->ticks == 1 ? "" : "s");
    schema_free(e->join.schema);
    join_done(&e->join);
    selection_done(&e->sel);
    for (size_t i = 0; i < e->cap_frames; i++)
        frame_done(&e->frame[i]);
    mem_free(e->frame);
    buf_done(&e->out);
    os_close(e->fd);
    return status;
}

int exporting_run(const struct exporting *o, const struct args *a)
{
    struct export e = { .o = *o, .fd = -1, .about = { .host = o->host ? o->host : "" } };
    e.about.session = e.about_session;
    int rc = archived_open(&e.of, a, false);
    rc = rc < 0 ? rc : look_files(&e.of);
    os_stop_on_signal();
    int status = rc < 0 ? archived_say(buf_text(&e.of.dir), rc) : export_run_in(a, &e);
    look_close(&e.of);
    return status;
}
