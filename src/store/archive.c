/*
 * archive.c - reads a data directory while it is written.
 *
 * Journals are opened before segments are looked at: one that is packed in between is found in its segment,
 * whose blocks are numbered as the journals were, and one that is packed later is read all the same.
 */
#include "store/archive.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/store_journal.h"
#include "store/names.h"

#include <errno.h>
#include <string.h>

struct archive {
    char *dir;
    struct archive_part *part;
    size_t n, cap;
};

static void archive_part_done(struct archive_part *p)
{
    segment_free(p->segment);
    for (int i = 0; i < p->n_journals; i++)
        os_close(p->journal[i].fd);
    mem_free(p->journal);
}

static void archive_clear(struct archive *a)
{
    for (size_t i = 0; i < a->n; i++)
        archive_part_done(&a->part[i]);
    a->n = 0;
}

void archive_free(struct archive *a)
{
    if (!a)
        return;
    archive_clear(a);
    mem_free(a->part);
    mem_free(a->dir);
    mem_free(a);
}

static void archive_reach(struct archive_part *p, int64_t first_ms, int64_t last_ms, uint64_t ticks)
{
    if (!p->last_ms || first_ms < p->first_ms)
        p->first_ms = first_ms;
    if (!p->last_ms || last_ms > p->last_ms)
        p->last_ms = last_ms;
    p->ticks += ticks;
}

static struct archive_part *archive_part_of(struct archive *a, const struct names *n)
{
    struct names segment = *n;
    char name[NAMES_MAX];
    segment.block = -1;
    names_file(&segment, name);
    if (a->n && strcmp(a->part[a->n - 1].name, name) == 0)
        return &a->part[a->n - 1];
    a->part = mem_grow(a->part, a->n, &a->cap, sizeof *a->part);
    struct archive_part *p = &a->part[a->n++];
    *p = (struct archive_part){ 0 };
    memcpy(p->name, name, sizeof p->name);
    return p;
}

/* What we lack, and not what is wrong with a file: it must not look as if there were less. */
static bool archive_is_ours(int rc)
{
    return rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM;
}

/* One that is gone by now, damaged at its beginning or of another name than its own is passed over: `verify`
 * tells. An error where it is us who cannot read it. */
static int archive_add_segment(struct archive *a, const struct names *n)
{
    struct archive_part *p = archive_part_of(a, n);
    char path[OS_PATH_MAX];
    int rc = names_path(a->dir, n, path);
    rc = rc < 0 ? rc : segment_open(path, &p->segment);
    if (rc == 0 && strcmp(p->segment->about.session, n->session) != 0) {
        segment_free(p->segment);
        p->segment = NULL;
        rc = -EBADMSG;
    }
    p->unread = rc == -EBADMSG || rc == -EIO;
    if (rc < 0)
        return archive_is_ours(rc) ? rc : 0;
    p->about = p->segment->about;
    p->bytes += p->segment->size;
    for (size_t i = 0; i < p->segment->n; i++) {
        const struct segment_entry *e = &p->segment->entry[i];
        if (e->type == CHUNK_BLOCK || e->type == CHUNK_MINUTES || e->type == CHUNK_TENS)
            archive_reach(p, e->first_ms, e->last_ms, e->type == CHUNK_BLOCK ? e->rows : 0);
    }
    return 0;
}

static int archive_reach_tick(void *self, const struct tape_about *about, const struct schema *s,
                              const struct moment *m)
{
    struct archive_part *p = self;
    (void)s;
    p->about = *about;
    archive_reach(p, m->frame.wall_ms, m->frame.wall_ms, 1);
    return 0;
}

/* Does the segment have what is in the journal of this number? A torn block of it goes, for the journal has all. */
static bool archive_packed(struct archive_part *p, int64_t block)
{
    struct segment *s = p->segment;
    const struct segment_entry *torn = s ? segment_torn(s) : NULL;
    if (torn && torn->block == block) {
        p->ticks -= torn->rows;
        segment_drop_torn(s);
        return false;
    }
    for (size_t i = 0; s && i < s->n; i++)
        if (s->entry[i].type == CHUNK_BLOCK && s->entry[i].block == block)
            return true;
    return false;
}

/* 1 when it has instants that no segment has. */
static int archive_reads_journal(struct archive_part *p, const struct archive_journal *j)
{
    if (j->fd < 0 || archive_packed(p, j->name.block))
        return j->fd < 0 ? j->fd : 0;
    uint64_t before = p->ticks;
    int rc = store_journal_read(j->fd, archive_reach_tick, p, NULL);
    return rc < 0 ? rc : p->ticks > before;
}

/* Takes over its descriptor, or closes it. */
static int archive_add_journal(struct archive *a, const struct archive_journal *j)
{
    struct archive_part *p = archive_part_of(a, &j->name);
    int rc = archive_reads_journal(p, j);
    if (rc <= 0) {
        os_close(j->fd);
        return archive_is_ours(rc) ? rc : 0;
    }
    p->bytes += os_disk_size(j->fd);
    p->journal = mem_resize(p->journal, (size_t)(p->n_journals + 1) * sizeof *p->journal);
    p->journal[p->n_journals++] = *j;
    return 0;
}

/* Both lists, merged: a part's segment comes before its journals. */
static int archive_merge(struct archive *a, const struct names *segment, int n_segments,
                         const struct archive_journal *journal, int n_journals)
{
    int s = 0, j = 0, worst = 0;
    while (s < n_segments || j < n_journals) { /* to the end: descriptors of journals are taken over */
        struct names of = j < n_journals ? journal[j].name : (struct names){ 0 };
        of.block = -1;
        bool next = s < n_segments && (j == n_journals || names_order(&segment[s], &of) <= 0);
        int rc = next ? archive_add_segment(a, &segment[s++]) : archive_add_journal(a, &journal[j++]);
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

/* Opens all journals there are. Returns how many. */
static int archive_open_journals(const struct archive *a, struct archive_journal **out)
{
    struct names *names = NULL;
    char path[OS_PATH_MAX];
    int n = names_list(a->dir, true, &names);
    *out = mem_new(((size_t)(n > 0 ? n : 0) + 1) * sizeof **out);
    for (int i = 0; i < n; i++) {
        int rc = names_path(a->dir, &names[i], path);
        rc = rc < 0 ? rc : os_disk_open(path, OS_DISK_READ);
        (*out)[i] = (struct archive_journal){ .name = names[i], .fd = rc };
    }
    mem_free(names);
    return n;
}

int archive_refresh(struct archive *a)
{
    struct archive_journal *journals;
    struct names *segments = NULL;
    os_more_files(); /* each segment is one */
    int n_journals = archive_open_journals(a, &journals);
    int n_segments = names_list(a->dir, false, &segments);
    int rc = n_journals < 0 && n_segments < 0 ? n_segments : 0;
    archive_clear(a);
    if (rc == 0)
        rc = archive_merge(a, segments, n_segments < 0 ? 0 : n_segments, journals, n_journals < 0 ? 0 : n_journals);
    mem_free(journals);
    mem_free(segments);
    return rc;
}

int archive_open(const char *dir, struct archive **out)
{
    struct archive *a = mem_new(sizeof *a);
    a->dir = mem_dup(dir);
    int rc = archive_refresh(a);
    if (rc < 0) {
        archive_free(a);
        return rc;
    }
    *out = a;
    return 0;
}

bool archive_is_recorded(const char *dir)
{
    char path[OS_PATH_MAX];
    return names_lock_path(dir, path) == 0 && os_disk_is_locked(path);
}

const struct archive_part *archive_parts(const struct archive *a, size_t *n)
{
    *n = a->n;
    return a->part;
}

const struct archive_part *archive_span(const struct archive *a, const char *session, int64_t *first_ms,
                                        int64_t *last_ms)
{
    const struct archive_part *newest = NULL;
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < a->n; i++) {
        const struct archive_part *p = &a->part[i];
        if (!p->last_ms || (session && strcmp(p->about.session, session) != 0))
            continue;
        first = p->first_ms < first ? p->first_ms : first;
        if (!newest || p->last_ms > newest->last_ms)
            newest = p;
    }
    if (newest) {
        *first_ms = first;
        *last_ms = newest->last_ms;
    }
    return newest;
}

static int archive_count_columns(void *self, const struct tape_about *about, const struct schema *s,
                                 const struct moment *m)
{
    struct tape_map *map = self;
    (void)about;
    (void)m;
    if (map->slots != schema_size(s))
        tape_map_fit(map, s);
    return 0;
}

int archive_columns(const struct archive_part *p)
{
    struct tape_map map = { 0 };
    if (p->segment) {
        int rc = segment_load(p->segment);
        return rc < 0 ? rc : p->segment->map.columns;
    }
    int rc = p->n_journals ?
        store_journal_read(p->journal[p->n_journals - 1].fd, archive_count_columns, &map, NULL) : 0;
    int n = map.columns;
    tape_map_done(&map);
    return rc < 0 ? rc : n;
}
