/* verify_dir.c - all files of an archive, and how far the work is. */
#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/names.h"
#include "store/verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct tour {
    const char *dir;
    const struct verify_watcher *w; /* the caller's */
    struct verify_totals *t;
    int64_t all;                    /* bytes */
    bool recording;                 /* somebody is */
};

static void tour_found(void *self, const struct verify_finding *f)
{
    const struct tour *t = self;
    t->w->found(t->w->self, f);
}

static void tour_progress(void *self, double share)
{
    const struct tour *t = self;
    (void)share;
    if (t->w->progress && t->all > 0)
        t->w->progress(t->w->self, t->t->bytes < t->all ? (double)t->t->bytes / (double)t->all : 1);
}

static void tour_measure(struct tour *t, const struct names *names, int n)
{
    char path[OS_PATH_MAX];
    struct os_disk_entry e;
    for (int i = 0; i < n; i++)
        if (names_path(t->dir, &names[i], path) == 0 && os_disk_look(path, &e) == 0)
            t->all += e.size;
}

/* A crash leaves the end of a segment open, and its journals beside it: that is no damage. */
static bool tour_is_open(const struct names *file, const struct names *journals, int n)
{
    if (file->block >= 0)
        return true; /* a journal may end anywhere */
    for (int i = 0; i < n; i++)
        if (journals[i].part == file->part && strcmp(journals[i].session, file->session) == 0)
            return true;
    return false;
}

/* One that cannot be read is told, and the others are looked at all the same. */
static int tour_unread(struct tour *t, const char *name, int rc)
{
    char what[128];
    if (rc == -EISDIR)
        snprintf(what, sizeof what, "it has the name of a file of ours and is none; nothing of it is read");
    else
        snprintf(what, sizeof what, "the file cannot be read: %s", strerror(-rc));
    t->t->damages++;
    t->w->found(t->w->self, &(struct verify_finding){ name, 0, what, true });
    return 0;
}

static int tour_files(struct tour *t, const struct names *files, int n, const struct names *journals, int n_journals,
                      bool last_is_written)
{
    struct verify_watcher w = { tour_found, tour_progress, t->w->stop, t };
    char path[OS_PATH_MAX];
    int rc = 0;
    for (int i = 0; i < n && rc == 0; i++) {
        bool open = tour_is_open(&files[i], journals, n_journals) || (last_is_written && i == n - 1);
        if (names_path(t->dir, &files[i], path) < 0)
            continue;
        const char *name = path + strlen(t->dir) + 1;
        rc = !os_exists("", path) || os_is_file(path) ? verify_file(path, name, open, &w, t->t) : -EISDIR;
        if (rc == -ENOENT) /* pruned, or packed, meanwhile */
            rc = 0;
        else if (rc < 0 && rc != -EINTR && rc != -ENOMEM)
            rc = tour_unread(t, name, rc);
    }
    return rc;
}

int store_verify(const char *dir, const struct verify_watcher *w, struct verify_totals *out)
{
    struct tour t = { .dir = dir, .w = w, .t = out };
    struct names *journals = NULL, *segments = NULL;
    *out = (struct verify_totals){ 0 };
    int n_journals = names_list(dir, true, &journals);
    int n_segments = names_list(dir, false, &segments);
    int rc = n_journals < 0 && n_segments < 0 ? n_segments : 0;
    n_journals = n_journals < 0 ? 0 : n_journals;
    n_segments = n_segments < 0 ? 0 : n_segments;
    t.recording = archive_is_recorded(dir);
    tour_measure(&t, segments, n_segments);
    tour_measure(&t, journals, n_journals);
    rc = rc < 0 ? rc : tour_files(&t, segments, n_segments, journals, n_journals, t.recording);
    rc = rc < 0 ? rc : tour_files(&t, journals, n_journals, journals, n_journals, true);
    mem_free(journals);
    mem_free(segments);
    return rc;
}
