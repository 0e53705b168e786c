/* tape_feed.c - plays tapes for whoever takes instants from a feed. */
#include "store/tape_feed.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/chunk.h"
#include "store/join.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define READ_BYTES (256 << 10)
#define WAIT_NS 20000000        /* until bytes that were not there are asked for again */
#define PAUSE_NS 3000000000     /* the longest wait between two instants: gaps are not sat through */
#define WALL_MAX 253402300799999 /* the last ms of the year 9999: what comes later is no time */

struct tape_feed {
    struct feed feed;           /* first: a feed is turned back into its tape */
    struct tape_bytes from;
    struct tape *tape;
    struct join join;
    struct clock *clock;
    double speed;
    int64_t size, read;         /* bytes of the file, 0 where not known, and how many were read */
    uint8_t *bytes;             /* scratch */
    char *origin;               /* a path, kept for feed.origin */

    const struct moment *next;  /* looked at already: the first one */
    uint64_t lost;              /* damaged places that were told */
    struct event *events;       /* those of an instant, and one about damage */
    struct moment told;
    int64_t due_ns, before_ns;  /* when the last instant was due, on the clock; and its own time */
};

/* More bytes for the tape. 1; 0 at the end. */
static int tape_feed_more(struct tape_feed *f)
{
    int64_t n;
    while ((n = f->from.read(f->from.self, f->bytes, READ_BYTES)) == -EAGAIN) {
        int rc = f->clock->wait(f->clock, f->clock->now(f->clock).mono_ns + WAIT_NS);
        if (rc < 0)
            return rc;
    }
    if (n <= 0)
        return (int)n;
    f->read += n;
    if (f->size)
        f->feed.share = fmin((double)f->read / (double)f->size, 1);
    int rc = tape_feed(f->tape, f->bytes, (size_t)n);
    return rc < 0 ? rc : 1;
}

/* The next instant that has a time. */
static int tape_feed_take(struct tape_feed *f, const struct moment **out)
{
    bool ended = false;
    for (;;) {
        const struct moment *m;
        int rc = tape_next(f->tape, &m);
        if (rc == 1 && m->frame.wall_ms >= 0 && m->frame.wall_ms <= WALL_MAX) {
            *out = join_take(&f->join, tape_about(f->tape), tape_schema(f->tape), m);
            f->feed.interval_s = tape_about(f->tape)->interval_s;
            return 0;
        }
        if (rc < 0 && rc != -EBADMSG)
            return rc;
        if (rc != 0)
            continue;
        if (ended)
            return -ENODATA;
        rc = os_stopping() ? -EINTR : tape_feed_more(f);
        if (rc < 0)
            return rc;
        if (rc == 0)
            tape_end(f->tape);
        ended = rc == 0;
    }
}

/* As far from the last one as it was recorded, or as a person wants it by now. */
static int tape_feed_pace(struct tape_feed *f, const struct moment *m)
{
    int64_t now = f->clock->now(f->clock).mono_ns, gap = m->frame.mono_ns - f->before_ns;
    bool first = !f->before_ns;
    f->before_ns = m->frame.mono_ns;
    if (first) {
        f->due_ns = now;
        return 0;
    }
    gap = (int64_t)fmin((double)gap / f->speed, PAUSE_NS);
    int64_t due = f->due_ns + gap;
    int rc = f->clock->wait(f->clock, due);
    now = f->clock->now(f->clock).mono_ns;
    f->due_ns = now < due || now > due + gap ? now : due;
    return rc;
}

/* With an event where something before it was damaged. */
static const struct moment *tape_feed_tell(struct tape_feed *f, const struct moment *m)
{
    uint64_t lost = tape_lost(f->tape) - f->lost;
    if (!lost)
        return m;
    f->lost += lost;
    f->events = mem_resize(f->events, (m->n_events + 1) * sizeof *f->events);
    if (m->n_events)
        memcpy(f->events + 1, m->events, m->n_events * sizeof *f->events);
    f->events[0] = (struct event){ .wall_ms = m->frame.wall_ms, .end_ms = m->frame.wall_ms, .kind = EVENT_ARCHIVE,
                                   .severity = SEVERITY_WARNING, .source = "tape" };
    snprintf(f->events[0].text, sizeof f->events[0].text, "%llu damaged place%s before this instant %s passed over",
             (unsigned long long)lost, lost == 1 ? "" : "s", lost == 1 ? "was" : "were");
    f->told = *m;
    f->told.events = f->events;
    f->told.n_events++;
    return &f->told;
}

static int tape_feed_next(struct feed *feed, const struct moment **out)
{
    struct tape_feed *f = (struct tape_feed *)feed;
    const struct moment *m = f->next;
    f->next = NULL;
    int rc = m ? 0 : tape_feed_take(f, &m);
    if (rc == 0 && f->speed > 0)
        rc = tape_feed_pace(f, m);
    if (rc < 0)
        return rc;
    double late_s = (double)(f->clock->now(f->clock).wall_ms - m->frame.wall_ms) * 1e-3;
    feed->behind = feed->live && late_s > 0.5 + 1.5 * feed->interval_s;
    *out = tape_feed_tell(f, m);
    return 0;
}

static void tape_feed_close(struct feed *feed)
{
    struct tape_feed *f = (struct tape_feed *)feed;
    if (f->from.close)
        f->from.close(f->from.self);
    schema_free(f->join.schema);
    join_done(&f->join);
    tape_free(f->tape);
    mem_free(f->events);
    mem_free(f->bytes);
    mem_free(f->origin);
    mem_free(f);
}

static int tape_feed_start(struct tape_feed *f, struct feed **out)
{
    int rc = tape_feed_take(f, &f->next);
    if (rc < 0) {
        rc = rc == -ENODATA && tape_lost(f->tape) ? -EBADMSG : rc;
        tape_feed_close(&f->feed);
        return rc;
    }
    *out = &f->feed;
    return 0;
}

static struct tape_feed *tape_feed_new(const struct tape_bytes *bytes, const struct tape_feed_options *o)
{
    struct tape_feed *f = mem_new(sizeof *f);
    f->from = *bytes;
    f->tape = tape_new(true);
    f->join.schema = schema_new();
    f->clock = o->clock ? o->clock : clock_system();
    f->speed = o->live ? 0 : o->speed;
    f->bytes = mem_new(READ_BYTES);
    f->feed = (struct feed){ .next = tape_feed_next, .close = tape_feed_close, .schema = f->join.schema,
                             .origin = o->origin, .interval_s = NAN, .share = NAN, .live = o->live };
    return f;
}

int tape_feed_of(const struct tape_bytes *bytes, const struct tape_feed_options *o, struct feed **out)
{
    return tape_feed_start(tape_feed_new(bytes, o), out);
}

/* ---- files ---- */

struct tape_file {
    int fd;
    int64_t at;
};

static int64_t tape_file_read(void *self, void *bytes, size_t cap)
{
    struct tape_file *t = self;
    int64_t n = os_disk_read(t->fd, bytes, cap, t->at);
    t->at += n > 0 ? n : 0;
    return n;
}

static void tape_file_close(void *self)
{
    struct tape_file *t = self;
    os_close(t->fd);
    mem_free(t);
}

bool tape_feed_knows(const char *path)
{
    uint8_t head[CHUNK_HEAD];
    int fd = os_is_file(path) ? os_open_read("", path) : -ENOENT;
    bool knows = fd >= 0 && os_disk_read(fd, head, sizeof head, 0) == sizeof head && chunk_length(head) > 0;
    os_close(fd);
    return knows;
}

int tape_feed_open(const char *path, const struct tape_feed_options *o, struct feed **out)
{
    if (os_exists("", path) && !os_is_file(path))
        return -EINVAL; /* a pipe would be waited for, a directory is none */
    int fd = os_open_read("", path);
    if (fd < 0)
        return fd;
    struct tape_file *t = mem_new(sizeof *t);
    t->fd = fd;
    struct tape_bytes bytes = { .read = tape_file_read, .close = tape_file_close, .self = t };
    struct tape_feed *f = tape_feed_new(&bytes, o);
    f->size = os_disk_size(fd) > 0 ? os_disk_size(fd) : 0;
    f->origin = mem_dup(o->origin ? o->origin : path);
    f->feed.origin = f->origin;
    return tape_feed_start(f, out);
}

const struct tape_about *tape_feed_about(const struct feed *f)
{
    return tape_about(((const struct tape_feed *)f)->tape);
}

uint64_t tape_feed_lost(const struct feed *f)
{
    return tape_lost(((const struct tape_feed *)f)->tape);
}
