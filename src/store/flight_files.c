/*
 * flight_files.c - packs what the flight recorder had in memory, and keeps all its files below their bound.
 *
 * A note is appended to, never written anew, so that it needs no room for a copy.
 */
#include "store/flight_files.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".flight"
#define NOTE_MAX 65536 /* bytes of a note */

/* ---- what there is ---- */

struct flight_entry {
    char name[40];  /* without suffix */
    int64_t bytes;  /* of the file, without its note */
};

struct flight_list {
    const char *dir;
    struct flight_entry *e;
    size_t n, cap;
    int64_t bytes;
};

static int flight_path(const char *dir, const char *name, const char *suffix, char out[static OS_PATH_MAX])
{
    int n = snprintf(out, OS_PATH_MAX, "%s/%s%s", dir, name, suffix);
    return n < 0 || n >= OS_PATH_MAX ? -ENAMETOOLONG : 0;
}

static int64_t flight_bytes(const char *dir, const char *name, const char *suffix)
{
    char path[OS_PATH_MAX];
    struct os_disk_entry e;
    return flight_path(dir, name, suffix, path) == 0 && os_disk_look(path, &e) == 0 ? e.size : -1;
}

static void flight_list_add(void *self, const char *name)
{
    struct flight_list *l = self;
    size_t n = strlen(name), suffix = sizeof SUFFIX - 1;
    if (n <= suffix || n - suffix >= sizeof l->e->name || strcmp(name + n - suffix, SUFFIX) != 0)
        return;
    l->e = mem_grow(l->e, l->n, &l->cap, sizeof *l->e);
    struct flight_entry *e = &l->e[l->n];
    snprintf(e->name, sizeof e->name, "%.*s", (int)(n - suffix), name);
    e->bytes = flight_bytes(l->dir, e->name, SUFFIX);
    if (e->bytes < 0)
        return;
    int64_t note = flight_bytes(l->dir, e->name, ".txt");
    l->bytes += e->bytes + (note > 0 ? note : 0);
    l->n++;
}

/* The bytes that are free now; -1 where it is still there. */
static int64_t flight_remove(const struct flight_file *f, const char *name, const char *suffix)
{
    char path[OS_PATH_MAX];
    int64_t bytes = flight_bytes(f->dir, name, suffix);
    if (bytes < 0 || flight_path(f->dir, name, suffix, path) < 0 || os_disk_remove(path) < 0)
        return -1;
    space_resize(f->space, bytes, -1);
    return bytes;
}

/* A file that stays keeps its note. Returns the bytes that are free now. */
static int64_t flight_drop(const struct flight_file *f, const char *name)
{
    int64_t file = flight_remove(f, name, SUFFIX);
    int64_t note = file < 0 ? -1 : flight_remove(f, name, ".txt");
    return (file > 0 ? file : 0) + (note > 0 ? note : 0);
}

/* Removes the oldest files, never f itself, until `more` bytes fit. -EDQUOT when they cannot. By name, which is by
 * time: os_list() gives _2 before _10. */
static int flight_make_room(const struct flight_file *f, int64_t more)
{
    struct flight_list l = { .dir = f->dir };
    size_t own = strlen(f->name) - (sizeof SUFFIX - 1);
    os_list("", f->dir, flight_list_add, &l);
    for (size_t i = 0; i < l.n && l.bytes + more > f->files_bytes; i++)
        if (strlen(l.e[i].name) != own || strncmp(l.e[i].name, f->name, own) != 0)
            l.bytes -= flight_drop(f, l.e[i].name);
    mem_free(l.e);
    return l.bytes + more > f->files_bytes ? -EDQUOT : 0;
}

/* ---- writing one ---- */

int flight_file_begin(struct flight_file *f, const struct tape_about *about, int64_t wall_ms)
{
    char stamp[TEXT_TIME_MAX], path[OS_PATH_MAX];
    int rc = -EEXIST;
    text_stamp(wall_ms, stamp);
    for (int i = 1; rc == -EEXIST && i < 1000; i++) {
        snprintf(f->name, sizeof f->name, i == 1 ? "%.20s" SUFFIX : "%.20s_%d" SUFFIX, stamp, i);
        rc = flight_path(f->dir, f->name, "", path);
        rc = rc < 0 ? rc : flight_make_room(f, SPACE_BLOCK);
        rc = rc < 0 ? rc : segment_create(path, about, f->space, &f->writer);
    }
    if (rc < 0) {
        *f->name = '\0'; /* what is noted now belongs to no file */
        return rc;
    }
    f->tape = tape_new(false);
    f->blocks = 0;
    return 0;
}

static int flight_file_commit(struct flight_file *f, size_t most)
{
    int rc = flight_make_room(f, (int64_t)most);
    return rc < 0 ? rc : segment_commit(f->writer, f->blocks++);
}

int flight_file_put(struct flight_file *f, const struct buf *bytes)
{
    const struct moment *m;
    int rc = tape_feed(f->tape, bytes->p, bytes->n);
    while (rc == 0 && (rc = tape_next(f->tape, &m)) > 0) {
        if (segment_is_full(f->writer))
            rc = flight_file_commit(f, bytes->n);
        rc = rc < 0 ? rc : segment_add(f->writer, tape_schema(f->tape), m);
    }
    return rc < 0 || !segment_gathered(f->writer) ? rc : flight_file_commit(f, bytes->n);
}

int flight_file_finish(struct flight_file *f)
{
    struct segment_writer *w = f->writer;
    f->writer = NULL;
    flight_file_leave(f);
    int rc = segment_finish(w);
    return rc < 0 ? rc : flight_make_room(f, 0);
}

void flight_file_leave(struct flight_file *f)
{
    segment_leave(f->writer);
    tape_free(f->tape);
    f->writer = NULL;
    f->tape = NULL;
}

int flight_file_note(const struct flight_file *f, const char *line)
{
    char name[sizeof f->name], path[OS_PATH_MAX];
    size_t n = strlen(line);
    snprintf(name, sizeof name, "%.*s", (int)(strlen(f->name) - (sizeof SUFFIX - 1)), f->name);
    int64_t size = flight_bytes(f->dir, name, ".txt"), at = size > 0 ? size : 0;
    if (at + (int64_t)n > NOTE_MAX)
        return -EFBIG;
    int rc = flight_path(f->dir, name, ".txt", path);
    rc = rc < 0 ? rc : space_resize(f->space, size, at + (int64_t)n);
    if (rc < 0)
        return rc;
    int fd = os_disk_open(path, size < 0 ? OS_DISK_CREATE : OS_DISK_WRITE);
    rc = fd < 0 ? fd : os_disk_write(fd, line, n, at);
    if (rc < 0) {
        if (fd >= 0)
            os_disk_cut(fd, at);
        space_resize(f->space, at + (int64_t)n, fd >= 0 ? at : size);
    }
    os_close(fd);
    return rc;
}
