/*
 * changes_packages.c - three logs, each read from where the last run that was told ends.
 *
 * A log that was rotated goes on in FILE.1, which is read to its end first; what is compressed is lost, and so is what
 * does not lie in the last megabyte of a file that was never read. A run is told when a minute passed without a line.
 */
#include "app/changes_packages.h"

#include "analyze/changes/package_log.h"
#include "base/mem.h"
#include "os/os.h"
#include "os/watch.h"

#include <stdio.h>
#include <string.h>

#define CHUNK ((size_t)256 * 1024)
#define TAIL ((int64_t)1024 * 1024)
#define LINE_MAX_BYTES 4096
#define FIRST_MS (INT64_C(24) * 3600000) /* so far back at the very first */

static const struct {
    const char *path;
    bool (*line)(const char *line, struct package_change *out);
} logs[CHANGES_LOGS] = {
    { "/var/log/dpkg.log", dpkg_log_line },
    { "/var/log/dnf.rpm.log", rpm_log_line },
    { "/var/log/pacman.log", pacman_log_line },
};

/* One file being read. */
struct packages_read {
    struct changes_packages *p;
    int log;
    const char *path;
    int64_t offset, run_offset; /* of the next line, and of the first of the run that goes on */
    int64_t after_ms, now_ms;   /* changes up to the first are known */
    struct package_run run;
    bool odd;                   /* the clock was another one then: whether the run is over cannot be told by its time */
    int64_t told_ms;            /* of the last that was told; INT64_MIN = none */
};

static void packages_tell(struct packages_read *r)
{
    struct event e;
    if (r->run.n && package_run_say(&r->run, &e))
        r->p->tell(r->p->self, &e);
    if (r->run.n)
        r->told_ms = r->run.last_ms;
    package_run_done(&r->run);
}

static void packages_line(struct packages_read *r, const char *bytes, size_t n)
{
    char line[LINE_MAX_BYTES];
    struct package_change c;
    if (n >= sizeof line || memchr(bytes, '\0', n))
        return;
    memcpy(line, bytes, n);
    line[n] = '\0';
    if (!logs[r->log].line(line, &c))
        return;
    if (c.local) /* the zone of then, to within the hours around a change of it */
        c.at_ms -= (int64_t)os_zone_s(c.at_ms - os_zone_s(c.at_ms) * INT64_C(1000)) * 1000;
    r->odd = r->odd || c.at_ms > r->now_ms;
    c.at_ms = c.at_ms > r->now_ms ? r->now_ms : c.at_ms;
    if (c.at_ms <= r->after_ms)
        return;
    if (!package_run_takes(&r->run, &c))
        packages_tell(r);
    if (!r->run.n)
        r->run_offset = r->offset;
    package_run_add(&r->run, &c);
}

/* The lines of a chunk that are whole; how many bytes they are. */
static size_t packages_lines(struct packages_read *r, const char *bytes, size_t n)
{
    size_t at = 0;
    for (const char *end; (end = memchr(bytes + at, '\n', n - at)) != NULL;) {
        size_t length = (size_t)(end - bytes) - at;
        packages_line(r, bytes + at, length);
        at += length + 1;
        r->offset += (int64_t)length + 1;
    }
    return at;
}

/* From r->offset to its end, or to a line that is not whole yet. */
static void packages_file(struct packages_read *r)
{
    char *bytes = mem_new(CHUNK);
    int64_t got;
    while ((got = os_read_from(r->p->root, r->path, r->offset, bytes, CHUNK)) > 0) {
        if (packages_lines(r, bytes, (size_t)got) > 0)
            continue;
        if (got < (int64_t)CHUNK)
            break;
        r->offset += got; /* no line of such a log is so long */
    }
    mem_free(bytes);
}

/* The file that the cursor was in has another name now: its rest, or what of it is not known. */
static void packages_rotated(struct packages_read *r, const struct changes_cursor *c, const char *older)
{
    struct os_seen seen;
    if (os_look(r->p->root, older, &seen) < 0)
        return;
    bool same = seen.inode == c->inode && seen.bytes >= c->offset;
    if (!same && seen.written_ms <= c->last_ms)
        return;
    r->path = older;
    r->offset = same ? c->offset : seen.bytes > TAIL ? seen.bytes - TAIL : 0;
    r->after_ms = same ? INT64_MIN : c->last_ms;
    packages_file(r);
    packages_tell(r);
}

/* A log that was never read: what it tells of the last day. */
static void packages_first(struct packages_read *r, struct changes_cursor *c, const struct os_seen *seen)
{
    c->last_ms = r->now_ms - FIRST_MS;
    r->offset = seen->bytes > TAIL ? seen->bytes - TAIL : 0;
    r->after_ms = c->last_ms;
}

static void packages_log(struct changes_packages *p, int i, const struct os_seen *seen, int64_t now_ms)
{
    struct changes_cursor *c = &p->cursor[i];
    struct packages_read r = { .p = p, .log = i, .now_ms = now_ms, .after_ms = INT64_MIN, .offset = c->offset,
                               .told_ms = INT64_MIN };
    char older[64];
    snprintf(older, sizeof older, "%s.1", logs[i].path);
    if (!c->inode) {
        packages_first(&r, c, seen);
    } else if (c->inode != seen->inode || seen->bytes < c->offset) {
        packages_rotated(&r, c, older);
        r.offset = 0;
        r.after_ms = r.told_ms > c->last_ms ? r.told_ms : c->last_ms;
    }
    r.path = logs[i].path;
    packages_file(&r);
    bool open = r.run.n && !r.odd && now_ms - r.run.last_ms <= PACKAGE_RUN_PAUSE_MS;
    p->open_until_ms[i] = open ? r.run.last_ms + PACKAGE_RUN_PAUSE_MS : 0;
    if (open)
        r.offset = r.run_offset;
    else
        packages_tell(&r);
    package_run_done(&r.run);
    *c = (struct changes_cursor){ .inode = seen->inode, .offset = r.offset,
                                  .last_ms = r.told_ms > c->last_ms ? r.told_ms : c->last_ms };
}

bool changes_packages(struct changes_packages *p, int64_t now_ms)
{
    bool moved = false;
    for (int i = 0; i < CHANGES_LOGS; i++) {
        struct os_seen seen;
        struct changes_cursor before = p->cursor[i];
        if (os_look(p->root, logs[i].path, &seen) < 0)
            continue;
        if (seen.inode == p->seen_inode[i] && seen.bytes == p->seen_bytes[i] &&
            (!p->open_until_ms[i] || now_ms <= p->open_until_ms[i]))
            continue;
        packages_log(p, i, &seen, now_ms);
        p->seen_inode[i] = seen.inode;
        p->seen_bytes[i] = seen.bytes;
        moved = moved || before.inode != p->cursor[i].inode || before.offset != p->cursor[i].offset;
    }
    return moved;
}
