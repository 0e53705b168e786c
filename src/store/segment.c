/*
 * segment.c - reads segments: finds their chunks by the index, or by going from head to head.
 *
 * A scan trusts heads and looks into no payload but for its times, which only say whether it is worth
 * reading: what is read is checked against its checksum. Where no head is, the next chunk whose checksum
 * holds is searched for, and what lies between counts as damaged; at the end of the file it is a torn tail.
 *
 * The last group is looked at in full. A group is appended by one write and synced before the next, so a loss of power
 * leaves holes in the last one only; its block may be whole and its catalog not.
 */
#include "store/segment.h"

#include "base/auto.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/pack.h"
#include "store/segment_index.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PEEK 64 /* bytes behind the head that hold the times of every chunk that has some */

void segment_put_entry(struct segment *s, const struct segment_entry *e)
{
    s->entry = mem_grow(s->entry, s->n, &s->cap, sizeof *s->entry);
    s->entry[s->n++] = *e;
    s->blocks += e->type == CHUNK_BLOCK;
}

void segment_peek(struct segment_entry *e, const uint8_t *p, size_t n)
{
    struct unpack in = { .p = p, .end = p + n };
    if (e->type == CHUNK_BLOCK) {
        e->block = (uint32_t)unpack_upto(&in, UINT32_MAX);
        e->rows = (uint32_t)unpack_upto(&in, BLOCK_MAX_ROWS);
    } else if (e->type == CHUNK_MINUTES || e->type == CHUNK_TENS) {
        e->rows = (uint32_t)unpack_upto(&in, BLOCK_MAX_ROWS);
    } else if (e->type != CHUNK_EVENT) {
        return;
    }
    e->first_ms = unpack_i64(&in);
    int64_t length = unpack_i64(&in);
    if (in.bad || length < 0 || __builtin_add_overflow(e->first_ms, length, &e->last_ms))
        e->first_ms = e->last_ms = 0;
}

#define REACH (2 * (int64_t)CHUNK_MAX) /* so far it is searched, at most */

/* The next chunk that holds, from `at` on; the end when there is none. */
static int64_t segment_search(struct segment *s, int64_t at, int64_t end)
{
    auto_buf struct buf b = { 0 };
    int64_t most = end - at < REACH ? end - at : REACH;
    for (int64_t n = 0; n < most;) { /* it is mostly near, or nowhere */
        n = n ? n * 32 : 4096;
        n = n < most ? n : most;
        if (buf_reserve(&b, (size_t)n) < 0 || os_disk_read(s->fd, b.p, (size_t)n, at) != n) {
            s->unread = -EIO;
            return end;
        }
        size_t found = chunk_search(b.p, (size_t)n, 0, false, &s->looked);
        if (found < (size_t)n)
            return at + (int64_t)found;
    }
    return end;
}

/* Adds the entry at an offset; its length, or an error where no whole chunk is. */
static int64_t segment_look(struct segment *s, int64_t at, int64_t end)
{
    uint8_t head[CHUNK_HEAD + PEEK];
    int64_t got = os_disk_read(s->fd, head, sizeof head, at);
    if (got < CHUNK_HEAD)
        return got < 0 ? got : -EAGAIN;
    int64_t length = chunk_length(head);
    if (length < 0 || at + length > end)
        return length < 0 ? length : -EAGAIN;
    struct segment_entry e = { .type = head[4], .at = at, .n = (uint32_t)length, .block = s->blocks };
    segment_peek(&e, head + CHUNK_HEAD, (size_t)(got < length ? got : length) - CHUNK_HEAD);
    if (e.type != CHUNK_INDEX) /* one that did not serve is none */
        segment_put_entry(s, &e);
    return length;
}

static bool segment_ends_group(int type)
{
    return type == CHUNK_ABOUT || type == CHUNK_BLOCK || type == CHUNK_TENS;
}

/* Behind the last entry that ends a group, of the first i. */
static size_t segment_behind_group(const struct segment *s, size_t i)
{
    while (i > 0 && !segment_ends_group(s->entry[i - 1].type))
        i--;
    return i;
}

/* How many entries stand before those that were appended last, in one write. */
static size_t segment_before_last(const struct segment *s)
{
    size_t i = segment_behind_group(s, s->n), sums = i;
    if (i < s->n || i == 0)
        return i;
    if (s->entry[i - 1].type == CHUNK_TENS) { /* it came with the block before it, or alone */
        for (sums = i - 1; sums > 0 && s->entry[sums - 1].type == CHUNK_MINUTES;)
            sums--;
        i = sums > 0 && s->entry[sums - 1].type == CHUNK_BLOCK ? sums : i;
    }
    return segment_behind_group(s, i - 1);
}

/* How many entries stand before the first group that lacks a piece, of those that may. */
static size_t segment_whole(struct segment *s)
{
    size_t whole = segment_before_last(s);
    auto_buf struct buf b = { 0 };
    struct chunk c;
    for (size_t i = whole; i < s->n; i++) {
        int rc = s->entry[i].hole ? -EBADMSG : segment_read(s, &s->entry[i], &b, &c);
        if (rc < 0 && rc != -EBADMSG)
            s->unread = rc;
        if (rc < 0)
            break;
        if (segment_ends_group(s->entry[i].type))
            whole = i + 1;
    }
    return whole;
}

const struct segment_entry *segment_torn(const struct segment *s)
{
    for (size_t i = s->whole; i < s->n; i++)
        if (s->entry[i].type == CHUNK_BLOCK)
            return &s->entry[i];
    return NULL;
}

/* What follows from the entries. */
static void segment_sum_up(struct segment *s)
{
    s->blocks = 0;
    s->damaged = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->blocks += s->entry[i].type == CHUNK_BLOCK;
        s->damaged += s->entry[i].hole;
    }
    if (s->n)
        s->size = s->entry[s->n - 1].at + s->entry[s->n - 1].n;
}

void segment_drop_torn(struct segment *s)
{
    s->n = s->whole;
    segment_sum_up(s);
}

/* Can something be made of the group that lacks a piece? Not without a block and a catalog that hold. */
static bool segment_serves(const struct segment *s)
{
    auto_buf struct buf b = { 0 };
    struct chunk c;
    for (size_t i = s->whole; i < s->n; i++)
        if ((s->entry[i].type == CHUNK_BLOCK || s->entry[i].type == CHUNK_CATALOG) &&
            segment_read(s, &s->entry[i], &b, &c) == -EBADMSG)
            return false;
    return segment_torn(s) != NULL;
}

static int segment_scan(struct segment *s)
{
    int64_t end = os_disk_size(s->fd), hole = 0;
    if (end < 0)
        return (int)end;
    while (s->size + CHUNK_HEAD <= end) {
        size_t known = s->n;
        int64_t length = segment_look(s, s->size, end);
        if (length == -EBADMSG || length == -EAGAIN) {
            int64_t next = segment_search(s, s->size + 8, end);
            if (next >= end)
                break; /* a torn tail, or one that is being written */
            hole += next - s->size;
            s->size = next;
        } else if (length < 0) {
            return (int)length;
        } else {
            if (s->n > known)
                s->entry[known].hole = hole;
            hole = s->n > known ? 0 : hole;
            s->size += length;
        }
    }
    s->whole = segment_whole(s);
    if (!segment_serves(s))
        s->n = s->whole;
    segment_sum_up(s);
    return 0;
}

/* By the index at the end; false where there is none that holds. */
static bool segment_read_index(struct segment *s)
{
    uint8_t tail[8];
    int64_t end = os_disk_size(s->fd);
    uint64_t place = 0;
    if (end < CHUNK_HEAD + 8 || os_disk_read(s->fd, tail, 8, end - 8) != 8)
        return false;
    for (int i = 0; i < 8; i++)
        place |= (uint64_t)tail[i] << 8 * i;
    int64_t at = place < INT64_MAX ? (int64_t)place : -1;
    if (at < CHUNK_HEAD || at > end - CHUNK_HEAD || at % 8 || end - at > CHUNK_MAX)
        return false;
    struct segment_entry e = { .type = CHUNK_INDEX, .at = at, .n = (uint32_t)(end - at) };
    auto_buf struct buf b = { 0 };
    struct chunk c;
    if (segment_read(s, &e, &b, &c) < 0 || segment_index_take(s, &c, at) < 0) {
        s->n = s->blocks = 0;
        return false;
    }
    s->size = end;
    s->whole = s->n;
    return s->indexed = true;
}

static int segment_read_about(struct segment *s)
{
    auto_buf struct buf b = { 0 };
    struct chunk c;
    if (!s->n || s->entry[0].type != CHUNK_ABOUT || s->entry[0].at != 0)
        return -EBADMSG;
    int rc = segment_read(s, &s->entry[0], &b, &c);
    if (rc < 0)
        return rc;
    struct tape *t = tape_new(false);
    const struct moment *m;
    rc = tape_feed(t, b.p, b.n);
    rc = rc < 0 ? rc : tape_next(t, &m);
    s->about = *tape_about(t);
    tape_free(t);
    return rc;
}

int segment_open(const char *path, struct segment **out)
{
    if (strlen(path) >= sizeof ((struct segment *)0)->path)
        return -ENAMETOOLONG;
    int fd = os_disk_open(path, OS_DISK_READ);
    if (fd < 0)
        return fd;
    struct segment *s = mem_new(sizeof *s);
    s->fd = fd;
    strcpy(s->path, path);
    int rc = segment_read_index(s) ? 0 : segment_scan(s);
    if (rc == 0)
        rc = segment_read_about(s);
    if (rc < 0) {
        segment_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void segment_free(struct segment *s)
{
    if (!s)
        return;
    os_close(s->fd);
    schema_free(s->schema);
    tape_map_done(&s->map);
    mem_free(s->entry);
    mem_free(s);
}

int segment_load(struct segment *s)
{
    auto_buf struct buf b = { 0 };
    struct chunk c;
    int rc = 0;
    if (!s->schema)
        s->schema = schema_new();
    for (; s->loaded < s->n && rc == 0; s->loaded++) {
        if (s->entry[s->loaded].type != CHUNK_CATALOG)
            continue;
        rc = segment_read(s, &s->entry[s->loaded], &b, &c);
        rc = rc < 0 ? rc : catalog_take(s->schema, c.bytes, c.n);
    }
    tape_map_fit(&s->map, s->schema);
    return rc;
}

int segment_read(const struct segment *s, const struct segment_entry *e, struct buf *buf, struct chunk *out)
{
    buf_clear(buf);
    if (buf_reserve(buf, e->n) < 0)
        return -ENOMEM;
    int64_t got = os_disk_read(s->fd, buf->p, e->n, e->at);
    if (got < 0)
        return (int)got;
    buf->n = (size_t)got;
    int rc = chunk_take(buf->p, buf->n, out);
    if (rc < 0 || out->type != e->type || out->whole != e->n)
        return -EBADMSG;
    return out->version == CHUNK_VERSION ? 0 : -ENOTSUP;
}

int segment_block_open(struct segment_block *b, const struct chunk *c)
{
    struct unpack in = { .p = c->bytes, .end = c->bytes + c->n };
    b->number = (uint32_t)unpack_upto(&in, UINT32_MAX);
    int rows = (int)unpack_upto(&in, BLOCK_MAX_ROWS);
    b->first_ms = unpack_i64(&in);
    b->last_ms = b->first_ms;
    int64_t length = unpack_i64(&in);
    b->columns[0] = (int)unpack_upto(&in, BLOCK_MAX_COLS);
    b->columns[1] = (int)unpack_upto(&in, BLOCK_MAX_COLS);
    if (in.bad || __builtin_add_overflow(b->first_ms, length, &b->last_ms))
        return -EBADMSG;
    int rc = block_open(&b->table, in.p, unpack_left(&in));
    if (rc == 0 && (b->table.rows != rows || b->table.cols != b->columns[0] + b->columns[1]))
        return -EBADMSG;
    return rc;
}
