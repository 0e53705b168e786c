/* capture_snapshot.c - the files of one instant, and how two instants differ. */
#include "app/capture.h"

#include "base/auto.h"
#include "base/mem.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void snapshot_done(struct snapshot *s)
{
    for (size_t i = 0; i < s->n; i++) {
        mem_free(s->file[i].path);
        mem_free(s->file[i].text);
    }
    mem_free(s->file);
    *s = (struct snapshot){ 0 };
}

void snapshot_put(struct snapshot *s, const char *path, const char *text, size_t n, bool link)
{
    s->file = mem_grow(s->file, s->n, &s->cap, sizeof *s->file);
    struct snapshot_file *f = &s->file[s->n++];
    *f = (struct snapshot_file){ .path = mem_dup(path), .text = mem_new(n + 1), .n = n, .link = link };
    memcpy(f->text, text, n);
}

static int snapshot_compare(const void *a, const void *b)
{
    const struct snapshot_file *x = a, *y = b;
    return strcmp(x->path, y->path);
}

void snapshot_sort(struct snapshot *s)
{
    if (!s->n)
        return;
    qsort(s->file, s->n, sizeof *s->file, snapshot_compare);
    size_t kept = 1;
    for (size_t i = 1; i < s->n; i++) {
        if (snapshot_compare(&s->file[kept - 1], &s->file[i]) != 0) {
            s->file[kept++] = s->file[i];
            continue;
        }
        mem_free(s->file[i].path);
        mem_free(s->file[i].text);
    }
    s->n = kept;
}

static bool snapshot_same(const struct snapshot_file *a, const struct snapshot_file *b)
{
    return a->link == b->link && a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

static int snapshot_write_file(const struct snapshot_file *f, const char *dir, int instant,
                               size_t *bytes)
{
    char path[OS_PATH_MAX];
    int n = snprintf(path, sizeof path, "%04d%s", instant, f->path);
    if (n < 0 || (size_t)n >= sizeof path)
        return 0; /* longer than any path of the kernel */
    *bytes += f->n;
    return f->link ? os_tree_link(dir, path, f->text) : os_tree_write(dir, path, f->text, f->n);
}

int snapshot_write(const struct snapshot *before, const struct snapshot *now, const char *dir,
                   int instant, size_t *bytes)
{
    auto_buf struct buf gone = { 0 };
    size_t b = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < now->n; i++) {
        int order = -1;
        while (b < before->n && (order = snapshot_compare(&before->file[b], &now->file[i])) < 0)
            buf_printf(&gone, "%s\n", before->file[b++].path);
        bool known = b < before->n && order == 0;
        if (!known || !snapshot_same(&before->file[b], &now->file[i]))
            rc = snapshot_write_file(&now->file[i], dir, instant, bytes);
        b += known;
    }
    while (b < before->n)
        buf_printf(&gone, "%s\n", before->file[b++].path);
    if (rc == 0 && gone.n)
        rc = snapshot_write_file(&(struct snapshot_file){
            .path = (char[]){ "/.sonde/gone" }, .text = gone.p, .n = gone.n },
                                 dir, instant, bytes);
    return rc;
}
