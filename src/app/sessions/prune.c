/*
 * prune.c - `sonde sessions prune`: removes old sessions, their segments first. A crash between leaves a
 * session whose
 * segments are gone in part, which the next prune removes.
 */
#include "app/sessions/sessions.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/text.h"
#include "core/config.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define DAY_S 86400

struct prune {
    struct index *index;
    const char *dir;
    bool dry_run, keep_labelled;
    int64_t before_ms;
    struct index_session *session; /* those that go */
    size_t n, cap;
    struct index_segment *segment; /* of the one at work */
    size_t n_segments, cap_segments;
    size_t files;
    int64_t bytes;
};

static void prune_choose(void *self, const struct index_session *s)
{
    struct prune *p = self;
    if (s->end_ms >= p->before_ms || s->state == INDEX_RUNNING || s->pinned || (p->keep_labelled && *s->labels))
        return;
    p->session = mem_grow(p->session, p->n, &p->cap, sizeof *p->session);
    p->session[p->n++] = *s;
}

static void prune_note_segment(void *self, const struct index_segment *g)
{
    struct prune *p = self;
    p->segment = mem_grow(p->segment, p->n_segments, &p->cap_segments, sizeof *p->segment);
    p->segment[p->n_segments++] = *g;
    p->bytes += g->bytes;
    p->files++;
}

static int prune_segment(struct prune *p, const struct index_segment *g)
{
    auto_buf struct buf path = { 0 };
    buf_printf(&path, "%s/segments/%s", p->dir, g->name);
    int rc = os_disk_remove(path.p);
    return rc == 0 || rc == -ENOENT ? index_remove_segment(p->index, g->name) : rc;
}

/* The files of one session, then the session. */
static int prune_session(struct prune *p, const struct index_session *s)
{
    p->n_segments = 0;
    int rc = index_segments(p->index, s->id, prune_note_segment, p);
    if (rc < 0 || p->dry_run)
        return rc;
    rc = 0;
    for (size_t i = 0; i < p->n_segments && rc == 0; i++)
        rc = prune_segment(p, &p->segment[i]);
    return rc < 0 ? rc : index_remove(p->index, s->id);
}

static void prune_json(const struct prune *p, size_t done, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_bool(&j, "dry_run", p->dry_run);
    json_array(&j, "sessions");
    for (size_t i = 0; i < done; i++)
        json_string(&j, NULL, p->session[i].id);
    json_end(&j);
    json_int(&j, "segments", (int64_t)p->files);
    json_int(&j, "bytes", p->bytes);
    json_end(&j);
    buf_putc(out, '\n');
}

static void prune_text(const struct prune *p, size_t done, struct buf *out)
{
    char bytes[32];
    for (size_t i = 0; i < done; i++)
        buf_printf(out, "%s %s%s%s\n", p->dry_run ? "would remove" : "removed", p->session[i].id,
                   *p->session[i].labels ? ": " : "",
                   p->session[i].labels);
    buf_printf(out, "%zu session%s, %zu segment%s, %s%s\n", done, done == 1 ? "" : "s", p->files,
               p->files == 1 ? "" : "s",
               text_bytes((double)p->bytes, bytes, sizeof bytes), p->dry_run ? " would go; nothing was removed" : "");
}

static int prune_all(const struct args *a, struct prune *p)
{
    auto_buf struct buf out = { 0 };
    size_t done = 0;
    int rc = index_sessions(p->index, &INDEX_ALL, prune_choose, p);
    for (; done < p->n && rc >= 0; done += rc >= 0)
        rc = prune_session(p, &p->session[done]);
    (args_flag(a, "json") ? prune_json : prune_text)(p, done, &out);
    fwrite(out.p, 1, out.n, stdout);
    return sessions_status(a, rc);
}

static int prune_run(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    double age_s = args_given(a, "older-than") ? args_number(a, "older-than")
                                               : config_number(args_config(a), "storage.keep_days") * DAY_S;
    struct prune p = { .dry_run = args_flag(a, "dry-run"), .keep_labelled = args_flag(a, "keep-labelled"),
                       .before_ms = os_wall_ms() - (int64_t)(age_s * 1000) };
    int rc = datadir_put(a, &dir);
    if (rc == 0)
        rc = sessions_open(a, !p.dry_run, &p.index);
    if (rc == -ENOENT && !args_flag(a, "json"))
        sessions_say_empty(a);
    if (rc < 0)
        return rc == -ENOENT ? EXIT_DONE : EXIT_FAILED;
    p.dir = dir.p;
    int status = prune_all(a, &p);
    index_close(p.index);
    mem_free(p.session);
    mem_free(p.segment);
    return status;
}

static const struct option options[] = {
    { "older-than", 0, OPTION_DURATION, "AGE", 0, 3.2e9,
      .help = "how long ago they ended: 30d; default storage.keep_days" },
    { "keep-labelled", 0, OPTION_FLAG, .help = "leave sessions with a label" },
    { "dry-run", 0, OPTION_FLAG, .help = "only say what would go" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde sessions prune --older-than 90d --keep-labelled --dry-run", "what would go" },
    { 0 },
};

const struct command sessions_prune = {
    .name = "sessions prune", .summary = "remove old sessions with their samples", .usage = "",
    .text = "Removes the sessions that ended longer ago than AGE, with all that was recorded in them. "
            "Sessions that are pinned or "
            "still run stay; labelled ones stay with --keep-labelled.",
    .options = options, .examples = examples, .run = prune_run,
};
