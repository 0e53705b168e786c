/*
 * syslog_file.c - follows a file by what it is, not by its name.
 *
 * Before each poll the last bytes that were read are looked at again: where they are no longer what they were, the file
 * was cut and written anew, even if it is longer again by now. The rest of what was cut is then in FILE.1, at the same
 * place, where a copy was made. A cursor is a place and a checksum of the bytes before it, so that the same holds over a
 * restart, whichever file has them by then.
 */
#include "analyze/logs/syslog_file.h"

#include "analyze/logs/syslog_line.h"
#include "base/auto.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROOM 65536      /* bytes of a line at most */
#define MARK 48         /* bytes before a place that tell it */
#define NEAR_ENOUGH ROOM /* a search for a time ends there, and reading goes on */

struct syslog_file {
    char *path, *old_path;
    int fd;                 /* -1: there is none now */
    struct os_disk_identity id;
    bool old;               /* it is FILE.1 */
    bool polled;            /* what was read is still there, looked at in this poll */
    bool cut;               /* the rest of a line that was too long is passed over */
    int64_t at;             /* of the first byte of bytes that was not taken */
    char mark[MARK];        /* the last bytes that were read */
    size_t n_mark;
    char *bytes;            /* ROOM */
    size_t from, n;         /* not taken: bytes[from .. n) */
    struct syslog_clock clock;
};

static int64_t file_end(const struct syslog_file *f)
{
    return f->at + (int64_t)(f->n - f->from);
}

/* ---- opening one ---- */

/* -ENOENT, -EACCES, -EINVAL; at its beginning. */
static int file_use(struct syslog_file *f, bool old)
{
    struct os_disk_identity id;
    int fd = os_open_read("", old ? f->old_path : f->path);
    if (fd < 0)
        return fd;
    int rc = os_disk_identify_open(fd, &id);
    if (rc < 0 || !id.is_file) {
        os_close(fd);
        return rc < 0 ? rc : -EINVAL;
    }
    os_close(f->fd);
    f->fd = fd;
    f->id = id;
    f->old = old;
    f->clock.not_after_ms = id.changed_ms;
    f->at = 0;
    f->from = f->n = f->n_mark = 0;
    f->cut = false;
    f->polled = true;
    return 0;
}

/* The bytes before a place of a file; their number. */
static size_t file_before(int fd, int64_t at, char out[static MARK])
{
    size_t want = at < MARK ? (size_t)at : MARK;
    int64_t got = os_disk_read(fd, out, want, at - (int64_t)want);
    return got > 0 ? (size_t)got : 0;
}

static void file_place(struct syslog_file *f, int64_t at)
{
    f->at = at;
    f->from = f->n = 0;
    f->cut = false;
    f->n_mark = file_before(f->fd, at, f->mark);
}

static bool file_is_marked(const struct syslog_file *f, int fd)
{
    char now[MARK];
    size_t n = file_before(fd, file_end(f), now);
    return n == f->n_mark && memcmp(now, f->mark, n) == 0;
}

/* ---- a poll ---- */

/* What was read was cut away: the rest of it may be in FILE.1, with what is read of a line going on there. */
static void file_turn_over(struct syslog_file *f)
{
    struct os_disk_identity id;
    int fd = os_open_read("", f->old_path);
    bool there = fd >= 0 && os_disk_identify_open(fd, &id) == 0 && id.is_file && f->n_mark && file_is_marked(f, fd);
    if (there) {
        os_close(f->fd);
        f->fd = fd;
        f->id = id;
        f->old = true;
        f->clock.not_after_ms = id.changed_ms;
        return;
    }
    os_close(fd);
    file_place(f, 0);
}

/* Before the first read of a poll. */
static void file_poll(struct syslog_file *f)
{
    struct os_disk_identity id;
    f->polled = true;
    if (f->fd < 0) {
        file_use(f, false);
        f->polled = true;
        return;
    }
    if (os_disk_identify_open(f->fd, &id) == 0) {
        f->id = id;
        f->clock.not_after_ms = id.changed_ms;
    }
    if (!f->old && !file_is_marked(f, f->fd))
        file_turn_over(f);
}

/*
 * At the end of one: is there another that goes on? Whoever writes goes on with the renamed one until he is told, so the
 * new one counts once something stands in it.
 */
static bool file_is_over(const struct syslog_file *f)
{
    struct os_disk_identity id;
    if (os_disk_identify(f->path, &id) < 0 || !id.is_file)
        return false; /* between renaming and the new one */
    return f->fd < 0 || f->old || ((id.device != f->id.device || id.inode != f->id.inode) && id.size > 0);
}

static int file_read(struct syslog_file *f)
{
    if (f->from) {
        memmove(f->bytes, f->bytes + f->from, f->n - f->from);
        f->n -= f->from;
        f->from = 0;
    }
    int64_t got = f->fd < 0 ? 0 : os_disk_read(f->fd, f->bytes + f->n, ROOM - f->n, file_end(f));
    if (got <= 0)
        return (int)got;
    f->n += (size_t)got;
    if (f->n >= MARK) {
        f->n_mark = MARK;
        memcpy(f->mark, f->bytes + f->n - MARK, MARK);
    } else {
        f->n_mark = file_before(f->fd, file_end(f), f->mark);
    }
    return 1;
}

/* ---- lines ---- */

static void file_drop(struct syslog_file *f, size_t n)
{
    f->from += n;
    f->at += (int64_t)n;
}

/* The next line of what was read, without its end; false: it is not whole. `last`: there will be no more of it. */
static bool file_line(struct syslog_file *f, bool last, const char **line, size_t *n)
{
    for (;;) {
        const char *p = f->bytes + f->from, *end = memchr(p, '\n', f->n - f->from);
        size_t left = f->n - f->from;
        if (!end && !(last && left) && left < ROOM)
            return false;
        bool was_cut = f->cut;
        f->cut = !end && !last;
        *line = p;
        *n = end ? (size_t)(end - p) : left;
        file_drop(f, end ? *n + 1 : left);
        if (!was_cut && *n)
            return true;
    }
}

/* 1; 0: there is no whole line now; or an error. */
static int file_whole(struct syslog_file *f, const char **line, size_t *n)
{
    while (!file_line(f, false, line, n)) {
        int rc = file_read(f);
        if (rc > 0)
            continue;
        if (rc < 0 || !file_is_over(f))
            return rc;
        rc = file_read(f); /* what was written between */
        if (rc == 0 && file_line(f, true, line, n)) /* nobody will end it */
            return 1;
        if (rc < 0 || (rc == 0 && file_use(f, false) < 0))
            return rc;
    }
    return 1;
}

static int file_next(void *self, struct log_line *out)
{
    struct syslog_file *f = self;
    const char *line;
    size_t n;
    if (!f->polled)
        file_poll(f);
    for (;;) {
        int rc = file_whole(f, &line, &n);
        if (rc <= 0) {
            f->polled = false;
            return rc;
        }
        out->log = f->path;
        if (syslog_line(line, n, &f->clock, out))
            return 1;
    }
}

/* ---- places ---- */

static int file_cursor(void *self, struct buf *out)
{
    struct syslog_file *f = self;
    char before[MARK];
    size_t n = f->fd < 0 ? 0 : file_before(f->fd, f->at, before);
    buf_printf(out, "%" PRIu64 ":%" PRId64 ":%08x", f->fd < 0 ? 0 : f->id.inode, f->fd < 0 ? 0 : f->at,
               (unsigned)crc32c(0, before, n));
    return 0;
}

static bool file_has(int fd, int64_t at, unsigned crc)
{
    char before[MARK];
    size_t want = at < MARK ? (size_t)at : MARK, n = file_before(fd, at, before);
    return n == want && crc32c(0, before, n) == crc;
}

static int file_seek(void *self, const char *cursor)
{
    struct syslog_file *f = self;
    uint64_t inode;
    int64_t at;
    unsigned crc;
    if (sscanf(cursor, "%" SCNu64 ":%" SCNd64 ":%8x", &inode, &at, &crc) != 3 || at < 0)
        return -EINVAL;
    for (int old = 0; old < 2; old++) {
        if (file_use(f, old) < 0)
            continue;
        if (at ? file_has(f->fd, at, crc) : f->id.inode == inode) {
            file_place(f, at);
            return 0;
        }
    }
    return -ENOENT;
}

/* The time of the first line that has one behind a place; false: there is none near. */
static bool file_time_at(struct syslog_file *f, int64_t at, int64_t *out_ms)
{
    int64_t got = os_disk_read(f->fd, f->bytes, ROOM, at);
    const char *p = f->bytes, *end = f->bytes + (got > 0 ? got : 0);
    if (at) {
        p = memchr(p, '\n', (size_t)(end - p));
        p = p ? p + 1 : end;
    }
    for (; p < end; p = (p = memchr(p, '\n', (size_t)(end - p))) ? p + 1 : end)
        if (syslog_line_time(p, (size_t)(end - p), &f->clock, out_ms))
            return true;
    return false;
}

/* A place before the first line of a time: lines stand in order but for a few. */
static int64_t file_find(struct syslog_file *f, int64_t wall_ms)
{
    int64_t low = 0, high = f->id.size, ms;
    while (high - low > NEAR_ENOUGH) {
        int64_t middle = low + (high - low) / 2;
        if (file_time_at(f, middle, &ms) && ms < wall_ms)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int file_seek_time(void *self, int64_t wall_ms)
{
    struct syslog_file *f = self;
    int64_t ms;
    int rc = file_use(f, false);
    bool before = rc < 0 || !file_time_at(f, 0, &ms) || ms > wall_ms; /* it begins too late */
    if (before && file_use(f, true) == 0)
        rc = 0;
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc; /* it may come */
    file_place(f, file_find(f, wall_ms));
    f->cut = f->at > 0; /* in the middle of a line */
    return 0;
}

static void file_close(void *self)
{
    struct syslog_file *f = self;
    os_close(f->fd);
    mem_free(f->path);
    mem_free(f->old_path);
    mem_free(f->bytes);
    mem_free(f);
}

int syslog_file_open(const char *path, int (*zone_s)(int64_t wall_ms), struct log_source *out)
{
    auto_buf struct buf old = { 0 };
    struct syslog_file *f = mem_new(sizeof *f);
    buf_printf(&old, "%s.1", path);
    *f = (struct syslog_file){ .path = mem_dup(path), .old_path = mem_dup(old.p), .fd = -1, .bytes = mem_new(ROOM),
                               .clock.zone_s = zone_s };
    int rc = file_use(f, false);
    if (rc < 0 && rc != -ENOENT) {
        file_close(f);
        return rc;
    }
    if (rc == 0)
        file_place(f, f->id.size);
    *out = (struct log_source){ .name = f->path, .delay_ms = 2000, .next = file_next, .seek = file_seek,
                                .seek_time = file_seek_time, .cursor = file_cursor, .close = file_close, .self = f };
    return 0;
}
