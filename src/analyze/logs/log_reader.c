/*
 * log_reader.c - of each source the next line is at hand; the earliest is given.
 *
 * A source with coarse stamps is held back by as much as they may be off, so that a copy with a finer stamp comes first
 * and the coarse one is known as a copy: same words of the same program within three seconds, once for each that was
 * there.
 */
#include "analyze/logs/log_reader.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define GIVEN 1024     /* lines that are known as given; a power of two */
#define COPY_MS 3000

struct reading {
    struct log_source of;
    struct log_line head;
    bool has_head;
    bool failed;           /* in this poll */
    bool told;             /* that it fails */
    int64_t from_ms;       /* what is before was not asked for: a source may begin earlier than it was told */
};

struct given {
    uint64_t hash;
    int64_t wall_ms;
    unsigned sources;      /* a bit for each that gave it */
};

struct log_reader {
    struct reading source[LOG_SOURCES_MAX];
    int n;
    struct given given[GIVEN];
    size_t next_given;
};

struct log_reader *log_reader_new(void)
{
    return mem_new(sizeof(struct log_reader));
}

void log_reader_free(struct log_reader *r)
{
    for (int i = 0; r && i < r->n; i++)
        r->source[i].of.close(r->source[i].of.self);
    mem_free(r);
}

int log_reader_add(struct log_reader *r, const struct log_source *s)
{
    if (r->n == LOG_SOURCES_MAX)
        return -ENOSPC;
    r->source[r->n++] = (struct reading){ .of = *s, .from_ms = INT64_MIN };
    return 0;
}

int log_reader_count(const struct log_reader *r)
{
    return r->n;
}

const char *log_reader_name(const struct log_reader *r, int i)
{
    return r->source[i].of.name;
}

/* ---- copies ---- */

static uint64_t reader_hash(const struct log_line *l)
{
    uint64_t h = hash_text(hash_text(HASH_START, l->ident), l->text);
    return h ? h : 1;
}

/* Was it given already, by another source? */
static bool reader_is_copy(struct log_reader *r, const struct log_line *l, int source)
{
    if (r->n < 2)
        return false;
    uint64_t hash = reader_hash(l);
    for (size_t i = 0; i < GIVEN; i++) { /* the oldest first, as copies come in the same order */
        struct given *g = &r->given[(r->next_given + i) % GIVEN];
        if (g->hash == hash && !(g->sources & 1u << source) && llabs(g->wall_ms - l->wall_ms) <= COPY_MS) {
            g->sources |= 1u << source;
            return true;
        }
    }
    r->given[r->next_given] = (struct given){ hash, l->wall_ms, 1u << source };
    r->next_given = (r->next_given + 1) % GIVEN;
    return false;
}

/* ---- lines ---- */

static void reading_fill(struct reading *s)
{
    if (s->has_head || s->failed)
        return;
    int rc;
    do
        rc = s->of.next(s->of.self, &s->head);
    while (rc == 1 && s->head.wall_ms < s->from_ms);
    if (rc == 1)
        s->from_ms = INT64_MIN; /* from now on all: the clock may be set back */
    s->has_head = rc == 1;
    s->failed = rc < 0;
    if (s->failed && !s->told)
        log_info("%s cannot be read (%d); trying on", s->of.name, -rc);
    s->told = s->failed;
}

static int64_t reading_at(const struct reading *s)
{
    return s->head.wall_ms + s->of.delay_ms;
}

static void reading_seek_time(struct reading *s, int64_t wall_ms)
{
    s->has_head = false;
    s->from_ms = wall_ms;
    s->failed = s->of.seek_time(s->of.self, wall_ms) < 0;
}

static struct reading *reader_earliest(struct log_reader *r)
{
    struct reading *first = NULL;
    for (int i = 0; i < r->n; i++) {
        reading_fill(&r->source[i]);
        if (r->source[i].has_head && (!first || reading_at(&r->source[i]) < reading_at(first)))
            first = &r->source[i];
    }
    return first;
}

int log_reader_next(struct log_reader *r, int64_t until_ms, struct log_line *out)
{
    struct reading *s;
    while ((s = reader_earliest(r)) && s->head.wall_ms <= until_ms) {
        s->has_head = false;
        if (reader_is_copy(r, &s->head, (int)(s - r->source)))
            continue;
        *out = s->head;
        return 1;
    }
    for (int i = 0; i < r->n; i++)
        r->source[i].failed = false;
    return 0;
}

void log_reader_seek_time(struct log_reader *r, int64_t wall_ms)
{
    for (int i = 0; i < r->n; i++)
        reading_seek_time(&r->source[i], wall_ms);
    memset(r->given, 0, sizeof r->given);
}

/* ---- where it is ---- */

void log_reader_save(const struct log_reader *r, struct buf *out)
{
    for (int i = 0; i < r->n; i++) {
        size_t was = out->n;
        buf_printf(out, "%s\t", r->source[i].of.name);
        if (r->source[i].of.cursor(r->source[i].of.self, out) < 0)
            out->p[out->n = was] = '\0';
        else
            buf_putc(out, '\n');
    }
}

/* The cursor of a source, of the caller; NULL where there is none. */
static char *reader_cursor(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (; text && *text; text = (text = strchr(text, '\n')) ? text + 1 : NULL)
        if (strncmp(text, name, n) == 0 && text[n] == '\t') {
            char *cursor = mem_dup(text + n + 1);
            cursor[strcspn(cursor, "\n")] = '\0';
            return cursor;
        }
    return NULL;
}

int log_reader_load(struct log_reader *r, const char *text, int64_t otherwise_ms)
{
    int known = 0;
    for (int i = 0; i < r->n; i++) {
        struct reading *s = &r->source[i];
        char *cursor = reader_cursor(text, s->of.name);
        s->has_head = s->failed = false;
        s->from_ms = INT64_MIN;
        if (cursor && s->of.seek(s->of.self, cursor) == 0)
            known++;
        else
            reading_seek_time(s, otherwise_ms);
        mem_free(cursor);
    }
    return known;
}
