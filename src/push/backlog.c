/* backlog.c - goes through the names of files, and the heads of segments. */
#include "push/backlog.h"

#include "base/mem.h"
#include "push/source.h"

#include <stdlib.h>
#include <string.h>

/* Every session of the archive once, in order; *out is the caller's. */
static int sessions_list(const char *dir, struct names **out)
{
    struct names *list[2] = { NULL, NULL };
    int n[2] = { names_list(dir, true, &list[0]), names_list(dir, false, &list[1]) }, used = 0;
    for (int k = 0; k < 2; k++)
        n[k] = n[k] < 0 ? 0 : n[k];
    struct names *all = mem_new((size_t)(n[0] + n[1] + 1) * sizeof *all);
    if (n[0])
        memcpy(all, list[0], (size_t)n[0] * sizeof *all);
    if (n[1])
        memcpy(all + n[0], list[1], (size_t)n[1] * sizeof *all);
    qsort(all, (size_t)(n[0] + n[1]), sizeof *all, names_order);
    for (int i = 0; i < n[0] + n[1]; i++)
        if (!used || strcmp(all[used - 1].session, all[i].session) != 0)
            all[used++] = all[i];
    mem_free(list[0]);
    mem_free(list[1]);
    *out = all;
    return used;
}

bool backlog_next(const char *dir, const struct cursor *c, const char *recorded, char out[static NAMES_SESSION_MAX])
{
    struct names *list;
    struct place at;
    int n = sessions_list(dir, &list);
    bool found = false, now = false;
    for (int i = 0; i < n && !found; i++) {
        if (!cursor_wants(c, list[i].session, &at))
            continue;
        now |= strcmp(list[i].session, recorded) == 0;
        found = strcmp(list[i].session, recorded) != 0;
        if (found)
            memcpy(out, list[i].session, NAMES_SESSION_MAX);
    }
    mem_free(list);
    if (!found && now)
        memcpy(out, recorded, strlen(recorded) + 1);
    return found || now;
}

/* A piece that waits, and where. */
struct waiting {
    char session[NAMES_SESSION_MAX];
    struct piece piece;
    int64_t first_tick;       /* that waits of it */
    int64_t before_ms;        /* the last instant before it, 0: not known */
};

struct queue {
    struct waiting *w;
    size_t n, cap;
};

static int queue_add(struct queue *q, const char *dir, const struct place *at)
{
    struct piece *list = NULL;
    int n = pieces_list(dir, at->session, at->part, &list);
    int64_t before_ms = at->wall_ms;
    for (int i = 0; i < n; i++) {
        struct waiting w = { .piece = list[i], .before_ms = before_ms };
        bool same = list[i].part == at->part;
        if (same && list[i].block < at->block)
            continue;
        before_ms = list[i].last_ms;
        memcpy(w.session, at->session, sizeof w.session);
        w.first_tick = same && list[i].block == at->block ? at->tick : 0;
        if (!list[i].journal && w.first_tick >= list[i].rows)
            continue;
        q->w = mem_grow(q->w, q->n, &q->cap, sizeof *q->w);
        q->w[q->n++] = w;
    }
    mem_free(list);
    return n < 0 ? n : 0;
}

static int queue_of(const char *dir, const struct cursor *c, struct queue *q)
{
    struct names *list;
    struct place at;
    int n = sessions_list(dir, &list), rc = 0;
    for (int i = 0; i < n && rc == 0; i++)
        if (cursor_wants(c, list[i].session, &at))
            rc = queue_add(q, dir, &at);
    mem_free(list);
    return rc;
}

/* Moves behind a piece. */
static void queue_pass(struct cursor *c, const struct waiting *w, struct backlog *b)
{
    struct place behind = { .part = w->piece.part, .block = w->piece.block + 1, .wall_ms = w->piece.last_ms };
    memcpy(behind.session, w->session, sizeof behind.session);
    cursor_move(c, &behind);
    if (!b->passed)
        b->first_ms = w->before_ms ? w->before_ms : w->piece.last_ms;
    b->last_ms = w->piece.last_ms;
    b->passed += w->piece.rows - (uint64_t)w->first_tick;
    b->passed_bytes += w->piece.bytes;
    b->bytes -= w->piece.bytes;
}

int backlog_trim(const char *dir, struct cursor *c, int64_t oldest_ms, int64_t max_bytes, struct backlog *out)
{
    struct queue q = { 0 };
    struct backlog b = { 0 };
    int rc = queue_of(dir, c, &q);
    for (size_t i = 0; i < q.n; i++)
        b.bytes += q.w[i].piece.bytes;
    for (size_t i = 0; i < q.n && rc == 0 && !q.w[i].piece.journal; i++) {
        bool old = oldest_ms && q.w[i].piece.last_ms < oldest_ms, many = max_bytes && b.bytes > max_bytes;
        if (!old && !many)
            break;
        b.by_age = old;
        queue_pass(c, &q.w[i], &b);
    }
    mem_free(q.w);
    if (rc == 0)
        *out = b;
    return rc;
}
