/*
 * cursor.c - the places of a receiver, as text for people, with a checksum as its last line:
 *
 *     sonde-push 1
 *     base session_20261126_021311
 *     accepted 1 1795659191000
 *     at session_20261126_021311 0 17 342 1795659190000
 *     done session_20990101_000000 0 0 0 0
 *     check 1a2b3c4d
 */
#include "push/cursor.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CURSOR_BYTES_MAX 16384
#define CHECK_BYTES 15 /* "check 1a2b3c4d\n" */

/* ---- text ---- */

static bool session_is_good(const char *s)
{
    struct names n;
    char file[NAMES_MAX];
    if (strncmp(s, "session_", 8) != 0 || snprintf(file, sizeof file, "%s.0.seg", s + 8) >= (int)sizeof file)
        return false;
    return names_parse(file, &n) && strcmp(n.session, s) == 0;
}

static int cursor_line_at(struct cursor *c, const char *text, bool done)
{
    struct place p = { 0 };
    long long block, tick, wall;
    int end = -1;
    if (c->n == CURSOR_SESSIONS ||
        sscanf(text, "%39s %9d %18lld %18lld %18lld%n", p.session, &p.part, &block, &tick, &wall, &end) != 5 ||
        text[end] != '\0' || !session_is_good(p.session) || p.part < 0 || block < 0 || tick < 0 || wall < 0)
        return -EBADMSG;
    p.block = block;
    p.tick = tick;
    p.wall_ms = wall;
    c->done[c->n] = done;
    c->at[c->n++] = p;
    return 0;
}

static int cursor_line(struct cursor *c, const char *text)
{
    int accepted, end = -1;
    long long success;
    if (strncmp(text, "base ", 5) == 0 && !*c->base && session_is_good(text + 5)) {
        text_copy(c->base, sizeof c->base, text + 5);
        return 0;
    }
    if (sscanf(text, "accepted %1d %18lld%n", &accepted, &success, &end) == 2 && !text[end] && success >= 0) {
        c->accepted = accepted;
        c->success_ms = success;
        return 0;
    }
    if (strncmp(text, "at ", 3) == 0 || strncmp(text, "done ", 5) == 0)
        return cursor_line_at(c, strchr(text, ' ') + 1, *text == 'd');
    return -EBADMSG;
}

static void cursor_put_check(struct buf *out)
{
    buf_printf(out, "check %08x\n", (unsigned)crc32c(0, out->p, out->n));
}

int cursor_parse(const char *text, size_t n, struct cursor *out)
{
    struct cursor c = { 0 };
    char check[CHECK_BYTES + 1], line[160];
    if (n <= CHECK_BYTES || n > CURSOR_BYTES_MAX || memchr(text, '\0', n))
        return -EBADMSG;
    size_t body = n - CHECK_BYTES, at = 0;
    snprintf(check, sizeof check, "check %08x\n", (unsigned)crc32c(0, text, body));
    if (memcmp(check, text + body, CHECK_BYTES) != 0)
        return -EBADMSG;
    for (int i = 0; at < body; i++) {
        const char *end = memchr(text + at, '\n', body - at);
        size_t length = end ? (size_t)(end - text) - at : sizeof line;
        if (length >= sizeof line)
            return -EBADMSG;
        snprintf(line, sizeof line, "%.*s", (int)length, text + at);
        int rc = i == 0 ? (strcmp(line, "sonde-push 1") == 0 ? 0 : -EBADMSG) : cursor_line(&c, line);
        if (rc < 0)
            return rc;
        at += length + 1;
    }
    if (!*c.base)
        return -EBADMSG;
    *out = c;
    return 0;
}

void cursor_put(const struct cursor *c, struct buf *out)
{
    buf_printf(out, "sonde-push 1\nbase %s\naccepted %d %lld\n", c->base, c->accepted, (long long)c->success_ms);
    for (int i = 0; i < c->n; i++) {
        const struct place *p = &c->at[i];
        buf_printf(out, "%s %s %d %lld %lld %lld\n", c->done[i] ? "done" : "at", p->session, p->part,
                   (long long)p->block, (long long)p->tick, (long long)p->wall_ms);
    }
    cursor_put_check(out);
}

/* ---- the file ---- */

static int cursor_path(const char *dir, const char *name, char out[static OS_PATH_MAX])
{
    int n = snprintf(out, OS_PATH_MAX, "%s/push%s%s", dir, *name ? "/" : "", name);
    return n < OS_PATH_MAX ? 0 : -ENAMETOOLONG;
}

int cursor_read(const char *dir, const char *name, struct cursor *out)
{
    char path[OS_PATH_MAX];
    auto_free char *text = NULL;
    size_t n;
    int rc = cursor_path(dir, name, path);
    if (rc == 0 && os_exists("", path) && !os_is_file(path)) /* a fifo would be waited for */
        return -EBADMSG;
    rc = rc < 0 ? rc : os_read_file(path, CURSOR_BYTES_MAX, &text, &n);
    return rc == -EFBIG ? -EBADMSG : rc < 0 ? rc : cursor_parse(text, n, out);
}

static int cursor_make_dir(const char *dir, struct space *space)
{
    char path[OS_PATH_MAX];
    int rc = cursor_path(dir, "", path);
    if (rc < 0 || os_exists("", path))
        return rc;
    rc = space ? space_resize(space, -1, SPACE_BLOCK) : 0; /* a directory is one */
    rc = rc < 0 ? rc : os_make_dir(path);
    if (rc == 0)
        os_disk_sync_dir(dir);
    return rc;
}

int cursor_write(const char *dir, const char *name, const struct cursor *c, struct space *space)
{
    auto_buf struct buf text = { 0 };
    char path[OS_PATH_MAX], folder[OS_PATH_MAX];
    struct os_disk_entry e;
    int rc = cursor_make_dir(dir, space);
    rc = rc < 0 ? rc : cursor_path(dir, name, path);
    rc = rc < 0 ? rc : cursor_path(dir, "", folder);
    if (rc < 0)
        return rc;
    cursor_put(c, &text);
    int64_t before = os_disk_look(path, &e) == 0 ? e.size : -1;
    rc = space ? space_resize(space, -1, (int64_t)text.n) : 0; /* both are there until the new one has the name */
    if (rc < 0)
        return rc;
    rc = os_write_file(path, text.p, text.n);
    if (rc == 0)
        os_disk_sync_dir(folder);
    if (space)
        space_resize(space, rc < 0 ? (int64_t)text.n : before, -1);
    return rc;
}

/* ---- places ---- */

static int cursor_find(const struct cursor *c, const char *session)
{
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->at[i].session, session) == 0)
            return i;
    return -1;
}

/* By their starts and numbers, as files sort: "..._2" before "..._10". */
static int session_order(const char *a, const char *b)
{
    struct names x = { .block = -1 }, y = { .block = -1 };
    snprintf(x.session, sizeof x.session, "%s", a);
    snprintf(y.session, sizeof y.session, "%s", b);
    return names_order(&x, &y);
}

static void cursor_drop(struct cursor *c, int i)
{
    c->n--;
    memmove(&c->at[i], &c->at[i + 1], (size_t)(c->n - i) * sizeof *c->at);
    memmove(&c->done[i], &c->done[i + 1], (size_t)(c->n - i) * sizeof *c->done);
}

/* The entry of a session, a new one at its beginning where there is none; the oldest goes for it when all are taken. */
static int cursor_entry(struct cursor *c, const char *session)
{
    int i = cursor_find(c, session);
    if (i >= 0)
        return i;
    if (c->n == CURSOR_SESSIONS)
        cursor_drop(c, 0);
    c->at[c->n] = (struct place){ 0 };
    snprintf(c->at[c->n].session, sizeof c->at[c->n].session, "%s", session);
    c->done[c->n] = false;
    return c->n++;
}

void cursor_begin(struct cursor *c, const char *session)
{
    *c = (struct cursor){ 0 };
    snprintf(c->base, sizeof c->base, "%s", session);
}

bool cursor_wants(const struct cursor *c, const char *session, struct place *at)
{
    int i = cursor_find(c, session);
    if (i >= 0 ? c->done[i] : session_order(session, c->base) < 0)
        return false;
    *at = (struct place){ 0 };
    snprintf(at->session, sizeof at->session, "%s", session);
    if (i >= 0)
        *at = c->at[i];
    return true;
}

void cursor_add(struct cursor *c, const char *session)
{
    cursor_entry(c, session);
}

void cursor_move(struct cursor *c, const struct place *at)
{
    int i = cursor_entry(c, at->session);
    c->at[i] = *at;
}

/* Whether a session was sent follows from base, where it is done and sorts before. */
static void cursor_forget(struct cursor *c)
{
    for (int i = c->n - 1; i >= 0; i--)
        if (c->done[i] && session_order(c->at[i].session, c->base) < 0)
            cursor_drop(c, i);
}

void cursor_reach(struct cursor *c, const char *session)
{
    if (session_order(session, c->base) > 0)
        snprintf(c->base, sizeof c->base, "%s", session);
    cursor_forget(c);
}

void cursor_finish(struct cursor *c, const char *session)
{
    int i = cursor_entry(c, session);
    c->done[i] = true;
    cursor_forget(c);
}
