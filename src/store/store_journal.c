/* store_journal.c - writes and plays journals. */
#include "store/store_journal.h"

#include "base/auto.h"
#include "base/mem.h"
#include "os/disk.h"

#include <errno.h>

#define JOURNAL_MAX (256u << 20) /* bytes: far more than 600 instants of any machine */

static int store_journal_write(struct store_journal *j)
{
    int64_t after = j->size + (int64_t)j->out.n;
    int rc = space_resize(j->space, j->size, after);
    if (rc < 0)
        return rc;
    rc = os_disk_write(j->fd, j->out.p, j->out.n, j->size);
    if (rc < 0) {
        if (os_disk_cut(j->fd, j->size) == 0)
            space_resize(j->space, after, j->size);
        return rc;
    }
    j->size = after;
    return 0;
}

/* What was made of a journal that could not begin goes again. */
static void store_journal_drop(struct store_journal *j)
{
    os_close(j->fd);
    j->fd = -1;
    if (os_disk_remove(j->path) == 0)
        space_resize(j->space, j->size, -1);
}

int store_journal_open(struct store_journal *j, const char *dir, const struct names *name,
                       const struct tape_about *about, const struct schema *s, struct space *space)
{
    int rc = names_path(dir, name, j->path);
    if (rc < 0)
        return rc;
    j->name = *name;
    j->space = space;
    j->size = j->ticks = 0;
    buf_clear(&j->out);
    rc = tape_begin(&j->tape, &j->out, about, s);
    if (rc < 0)
        return rc;
    j->fd = os_disk_open(j->path, OS_DISK_CREATE);
    if (j->fd < 0)
        return j->fd;
    rc = store_journal_write(j);
    if (rc < 0)
        store_journal_drop(j);
    return rc;
}

int store_journal_append(struct store_journal *j, const struct schema *s, const struct moment *m)
{
    buf_clear(&j->out);
    int rc = tape_put(&j->tape, &j->out, s, m);
    rc = rc < 0 ? rc : store_journal_write(j);
    if (rc < 0)
        return rc;
    j->ticks++;
    j->last_ms = m->frame.wall_ms;
    return 0;
}

void store_journal_close(struct store_journal *j)
{
    os_close(j->fd);
    j->fd = -1;
}

void store_journal_done(struct store_journal *j)
{
    store_journal_close(j);
    tape_writer_done(&j->tape);
    buf_done(&j->out);
}

int store_journal_read(int fd, tape_each *each, void *self, uint64_t *lost)
{
    int64_t size = os_disk_size(fd);
    if (size < 0 || size > JOURNAL_MAX)
        return size < 0 ? (int)size : -EFBIG;
    auto_free char *bytes = mem_try((size_t)size + 1);
    size = bytes ? os_disk_read(fd, bytes, (size_t)size, 0) : -ENOMEM;
    if (size < 0)
        return (int)size;
    struct tape *t = tape_new(false);
    const struct moment *m;
    int rc = tape_feed(t, bytes, (size_t)size);
    tape_end(t);
    while (rc == 0 && (rc = tape_next(t, &m)) != 0)
        rc = rc == -EBADMSG ? 0 : rc < 0 ? rc : each(self, tape_about(t), tape_schema(t), m);
    if (lost)
        *lost += tape_lost(t);
    tape_free(t);
    return rc;
}
