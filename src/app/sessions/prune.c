/*
 * prune.c - `sonde sessions prune`: removes old sessions, their files first. A crash between leaves a session with
 * a part of its files, which the next prune removes.
 *
 * The files decide what there is: also sessions that the index does not know go, and journals that no recorder came
 * back for. Whoever records counts every byte of the directory, so nothing is removed beside a recorder: it does the
 * same itself, by storage.keep_days.
 */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "app/datadir.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/archive_put.h"
#include "store/index_take.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

struct prune {
    struct look *of;
    int lock;                      /* -1: a dry run needs none */
    bool dry_run, labelled;
    bool recorded;                 /* somebody does, and the session that runs is his */
    int64_t before_ms;
    struct index_session *session; /* all there are, then those that go, the oldest first */
    size_t n, cap;
    int files;
    int64_t bytes;
};

/* ---- which ---- */

static void prune_note(void *self, const struct index_session *s)
{
    struct prune *p = self;
    p->session = mem_grow(p->session, p->n, &p->cap, sizeof *p->session);
    p->session[p->n++] = *s;
}

/* A session ends with its last instant on the disk; what cannot be read has no time, and stays for `verify`. */
static void prune_note_part(struct prune *p, const struct archive_part *part)
{
    size_t i = 0;
    if (!part->last_ms)
        return;
    while (i < p->n && strcmp(p->session[i].id, part->about.session) != 0)
        i++;
    if (i == p->n) {
        struct index_session s = { .state = INDEX_ENDED };
        text_copy(s.id, sizeof s.id, part->about.session);
        prune_note(p, &s);
    }
    p->session[i].end_ms = part->last_ms > p->session[i].end_ms ? part->last_ms : p->session[i].end_ms;
}

static bool prune_wants(const struct prune *p, const struct index_session *s)
{
    bool running = s->state == INDEX_RUNNING && p->recorded; /* else it has crashed, and nobody came to say so */
    return s->end_ms < p->before_ms && !running && (p->labelled || !*s->labels);
}

static int prune_order(const void *a, const void *b)
{
    const struct index_session *x = a, *y = b;
    return x->end_ms != y->end_ms ? (x->end_ms > y->end_ms) - (x->end_ms < y->end_ms) : strcmp(x->id, y->id);
}

static int prune_choose(struct prune *p)
{
    size_t n = 0, parts = 0;
    int rc = index_sessions(p->of->index, &INDEX_ALL, prune_note, p);
    if (rc < 0)
        return rc;
    rc = look_files(p->of);
    const struct archive_part *part = rc == 0 ? archive_parts(p->of->files, &parts) : NULL;
    for (size_t i = 0; i < parts; i++)
        prune_note_part(p, &part[i]);
    for (size_t i = 0; i < p->n; i++)
        if (prune_wants(p, &p->session[i]))
            p->session[n++] = p->session[i];
    p->n = n;
    if (n)
        qsort(p->session, n, sizeof *p->session, prune_order);
    return rc == -ENOENT ? 0 : rc;
}

/* ---- removing ---- */

static int prune_count(struct prune *p, const char *session)
{
    struct names *list = NULL;
    char path[OS_PATH_MAX];
    struct os_disk_entry e;
    int n = names_of_session(p->of->dir.p, session, &list);
    for (int i = 0; i < n; i++)
        if (names_path(p->of->dir.p, &list[i], path) == 0 && os_disk_look(path, &e) == 0) {
            p->files++;
            p->bytes += e.size;
        }
    mem_free(list);
    return n < 0 ? n : 0;
}

static int prune_session(struct prune *p, const struct index_session *s)
{
    int rc = prune_count(p, s->id);
    if (rc < 0 || p->dry_run)
        return rc;
    rc = archive_drop(p->of->dir.p, NULL, s->id); /* nobody counts: the lock is ours */
    rc = rc < 0 ? rc : index_remove(p->of->index, s->id);
    return rc == -ENOENT ? 0 : rc; /* the index did not know it */
}

/* ---- shown ---- */

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
    json_int(&j, "files", p->files);
    json_int(&j, "bytes", p->bytes);
    json_end(&j);
    buf_putc(out, '\n');
}

static void prune_text(const struct prune *p, size_t done, struct buf *out)
{
    char bytes[32];
    for (size_t i = 0; i < done; i++)
        buf_printf(out, "%s %s%s%s\n", p->dry_run ? "would remove" : "removed", p->session[i].id,
                   *p->session[i].labels ? ": " : "", p->session[i].labels);
    buf_printf(out, "%zu session%s, %d file%s, %s%s\n", done, done == 1 ? "" : "s", p->files,
               p->files == 1 ? "" : "s", text_bytes((double)p->bytes, bytes, sizeof bytes),
               p->dry_run ? " would go; nothing was removed" : "");
}

static int prune_all(const struct args *a, struct prune *p)
{
    auto_buf struct buf out = { 0 };
    size_t done = 0;
    int rc = prune_choose(p);
    for (; done < p->n && rc >= 0; done += rc >= 0)
        rc = prune_session(p, &p->session[done]);
    (args_flag(a, "json") ? prune_json : prune_text)(p, done, &out);
    fwrite(out.p, 1, out.n, stdout);
    return archived_say(p->of->dir.p, rc);
}

/* ---- opening ---- */

/* Changed is what nobody writes: with the lock, and with an index that is made whole first. */
static int prune_open(struct prune *p)
{
    struct index_options options = { .rebuild = index_take_segments, .self = p->of->dir.p };
    p->lock = datadir_lock(p->of->dir.p);
    if (p->lock < 0)
        return EXIT_FAILED;
    index_close(p->of->index);
    archive_free(p->of->files); /* looked at before there was a lock */
    p->of->index = NULL;
    p->of->files = NULL;
    return archived_say(p->of->dir.p, index_open(p->of->dir.p, &options, &p->of->index));
}

static int prune_run_in(const struct args *a, struct look *of)
{
    double age_s = args_given(a, "older-than") ? args_number(a, "older-than")
                                               : config_number(args_config(a), "storage.keep_days") * DAY_S;
    struct prune p = { .of = of, .lock = -1, .dry_run = args_flag(a, "dry-run"),
                       .labelled = args_flag(a, "labelled"), .recorded = archive_is_recorded(of->dir.p),
                       .before_ms = os_wall_ms() - (int64_t)(age_s * 1000) };
    int status = p.dry_run ? EXIT_DONE : prune_open(&p);
    status = status == EXIT_DONE ? prune_all(a, &p) : status;
    if (p.lock >= 0) { /* who mends an index holds the lock until it is closed */
        index_close(of->index);
        of->index = NULL;
    }
    os_close(p.lock);
    mem_free(p.session);
    return status;
}

static int prune_run(const struct args *a)
{
    static const char *const nothing[] = { "{\"dry_run\":false,\"sessions\":[],\"files\":0,\"bytes\":0}",
                                           "{\"dry_run\":true,\"sessions\":[],\"files\":0,\"bytes\":0}" };
    if (!args_given(a, "older-than") && !(config_number(args_config(a), "storage.keep_days") > 0)) {
        log_error(0, "sessions prune: storage.keep_days is 0, which keeps everything; say how old with --older-than "
                  "AGE");
        return EXIT_USAGE;
    }
    return sessions_read(a, nothing[args_flag(a, "dry-run")], prune_run_in);
}

static const struct option options[] = {
    { "older-than", 0, OPTION_DURATION, "AGE", 0, 3.2e9,
      .help = "how long ago they ended: 30d; default storage.keep_days" },
    { "labelled", 0, OPTION_FLAG, .help = "sessions with a label, too" },
    { "dry-run", 0, OPTION_FLAG, .help = "only say what would go" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde sessions prune --older-than 90d --dry-run", "what would go" },
    { 0 },
};

const struct command sessions_prune = {
    .name = "sessions prune", .summary = "remove old sessions with their samples",
    .also = "rm remove delete del clean", .usage = "",
    .text = "Removes the sessions that ended longer ago than AGE, with all that was recorded in them. "
            "Sessions that still run stay, labelled ones unless --labelled is given. Beside a recorder of "
            "the same archive only --dry-run works: it removes by itself what storage.keep_days no longer keeps.",
    .options = options, .examples = examples, .run = prune_run,
};
