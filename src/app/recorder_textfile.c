/*
 * recorder_textfile.c - the last instant in a file, where the configuration wants one: for the textfile collector of
 * node_exporter, which wants it whole, readable by others, and called *.prom.
 *
 * A thread of its own makes and writes it. It is handed the newest instant once an interval; when it ends, the file
 * goes, because an old one would pass for now. The folder may be somebody else's: what is no regular file at the path
 * is neither followed nor opened.
 */
#include "app/recorder_parts.h"

#include "app/version.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "os/disk.h"
#include "os/os.h"
#include "output/exporter.h"

#include <errno.h>
#include <string.h>

#define ENDING_NS 10000000000 /* for a file system that does not answer: the recording is whole without */

struct textfile {
    char *path;
    int64_t every_ns;
    int64_t due_ns;            /* of the recorder's thread: when the next instant is handed over */
    bool written;              /* of the thread of its own: there is a file of ours */
    struct os_lock *lock;      /* guards what follows */
    struct schema *schema;
    struct frame frame;
    bool fresh;                /* the frame was not taken yet */
    bool ending, ended;
};

/* The newest frame, copied; false at the end. */
static bool textfile_next(struct textfile *t, struct schema *schema, struct frame *f)
{
    os_lock(t->lock);
    while (!t->fresh && !t->ending)
        os_wait(t->lock, INT64_MAX);
    bool any = !t->ending;
    if (any) {
        schema_extend(schema, t->schema);
        frame_copy(f, &t->frame);
        t->fresh = false;
    }
    os_unlock(t->lock);
    return any;
}

static int textfile_write(struct textfile *t, const struct schema *s, const struct frame *f, struct buf *out)
{
    struct selection all = selection_of(s, NULL);
    buf_clear(out);
    export_instant(out, exporter_find("prometheus"), &all, f, &(struct export_about){ .host = "" }, SONDE_VERSION);
    selection_done(&all);
    return os_write_public(t->path, out->p, out->n);
}

static void textfile_complain(int rc, const char *path)
{
    if (rc == -ELOOP || rc == -ENOTSUP || rc == -EISDIR)
        log_warn(0, "record: %s (export.textfile) is %s and stays as it is; put it away, and the file is written", path,
                 rc == -ELOOP ? "a symbolic link, which is not followed," : "no regular file");
    else
        log_warn(rc, "record: %s (export.textfile) cannot be written; trying on", path);
}

/* A file, and no link to one. */
static bool textfile_is_there(const char *path)
{
    char to[OS_PATH_MAX];
    return os_is_file(path) && os_read_link("", path, to, sizeof to) < 0;
}

static void textfile_main(void *arg)
{
    struct textfile *t = arg;
    struct schema *schema = schema_new();
    auto_buf struct buf out = { 0 };
    struct frame f = { 0 };
    int before = os_can_write(t->path); /* that was said */
    t->written = textfile_is_there(t->path); /* by one that was killed */
    while (textfile_next(t, schema, &f)) {
        int rc = textfile_write(t, schema, &f, &out);
        if (rc < 0 && rc != before)
            textfile_complain(rc, t->path);
        before = rc;
        t->written |= rc == 0;
    }
    if (t->written && textfile_is_there(t->path))
        os_disk_remove(t->path);
    frame_done(&f);
    schema_free(schema);
    os_lock(t->lock);
    t->ended = true;
    os_wake(t->lock);
    os_unlock(t->lock);
}

static void textfile_free(struct textfile *t)
{
    frame_done(&t->frame);
    schema_free(t->schema);
    os_lock_free(t->lock);
    mem_free(t->path);
    mem_free(t);
}

static int textfile_open(struct recorder *r, void **self)
{
    const char *path = config_string(r->config, "export.textfile");
    size_t n = strlen(path);
    if (!n || !r->observer.root.path || *r->observer.root.path) /* what was recorded is not this machine now */
        return 0;
    if (n < 6 || strcmp(path + n - 5, ".prom") != 0) {
        log_error(0, "record: export.textfile: %s does not end in .prom, and the textfile collector would not read it; "
                  "recording goes on without", path);
        return -EINVAL;
    }
    int can = os_can_write(path);
    if (can < 0) /* the folder may come yet */
        log_warn(can, "record: %s (export.textfile) cannot be written; trying on", path);
    struct textfile *t = mem_new(sizeof *t);
    *t = (struct textfile){ .path = mem_dup(path), .lock = os_lock_new(), .schema = schema_new(),
                            .every_ns = (int64_t)(config_number(r->config, "export.textfile_interval") * 1e9) };
    int rc = os_thread(textfile_main, t);
    if (rc < 0) {
        log_error(rc, "record: %s (export.textfile) cannot be written; recording goes on without", path);
        textfile_free(t);
        return rc;
    }
    *self = t;
    return 0;
}

/* The first instant has no shares yet: what is made of two comes with the second. */
static void textfile_take(void *self, const struct schema *s, const struct moment *m)
{
    struct textfile *t = self;
    if (m->frame.mono_ns < t->due_ns)
        return;
    bool first = !t->due_ns;
    t->due_ns = first ? m->frame.mono_ns + 1 : m->frame.mono_ns + t->every_ns;
    if (first)
        return;
    os_lock(t->lock);
    schema_extend(t->schema, s);
    frame_copy(&t->frame, &m->frame);
    t->fresh = true;
    os_wake(t->lock);
    os_unlock(t->lock);
}

static void textfile_close(void *self)
{
    struct textfile *t = self;
    os_lock(t->lock);
    t->ending = true;
    os_wake(t->lock);
    int64_t until = os_mono_ns() + ENDING_NS;
    while (!t->ended && os_mono_ns() < until)
        os_wait(t->lock, until);
    bool ended = t->ended;
    os_unlock(t->lock);
    if (ended)
        textfile_free(t);
    else /* what the thread still uses stays until the process ends */
        log_warn(0, "record: %s (export.textfile) is still being written; ending without", t->path);
}

const struct recorder_part recorder_textfile = {
    .name = "textfile", .open = textfile_open, .take = textfile_take, .close = textfile_close,
};
