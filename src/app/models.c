/* models.c - one line in front of the bytes says what they are: "sonde model CRC-32C LENGTH". */
#include "app/models.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEAD_MAX 64

static size_t models_head(const void *bytes, size_t n, char out[static HEAD_MAX])
{
    return (size_t)snprintf(out, HEAD_MAX, "sonde model %08x %zu\n", (unsigned)crc32c(0, bytes, n), n);
}

int models_read(const char *dir, const char *name, struct buf *out)
{
    auto_buf struct buf path = { 0 };
    char *text, head[HEAD_MAX];
    size_t n;
    buf_printf(&path, "%s/models/%s", dir, name);
    int rc = os_read_file(path.p, MODELS_MAX, &text, &n);
    if (rc < 0)
        return rc;
    const char *end = memchr(text, '\n', n < HEAD_MAX ? n : HEAD_MAX);
    size_t at = end ? (size_t)(end - text) + 1 : n;
    bool whole = models_head(text + at, n - at, head) == at && memcmp(head, text, at) == 0;
    if (whole)
        buf_put(out, text + at, n - at);
    mem_free(text);
    return whole ? 0 : -EBADMSG;
}

int models_write(const char *dir, struct space *space, const char *name, const struct buf *bytes)
{
    auto_buf struct buf path = { 0 }, all = { 0 };
    struct os_disk_entry e;
    char head[HEAD_MAX];
    buf_printf(&path, "%s/models", dir);
    bool is_new = !os_exists("", path.p);
    int rc = is_new && space ? space_resize(space, -1, SPACE_BLOCK) : 0; /* a directory is one */
    rc = rc < 0 ? rc : os_make_dir(path.p);
    if (rc < 0)
        return rc;
    buf_printf(&path, "/%s", name);
    buf_put(&all, head, models_head(bytes->p, bytes->n, head));
    buf_put(&all, bytes->p, bytes->n);
    int64_t before = os_disk_look(path.p, &e) == 0 ? e.size : -1;
    rc = space ? space_resize(space, -1, (int64_t)all.n) : 0; /* both are there until the new one has the name */
    if (rc < 0)
        return rc;
    rc = os_write_file(path.p, all.p, all.n);
    if (space)
        space_resize(space, rc < 0 ? (int64_t)all.n : before, -1);
    return rc;
}
