/* models.c - behind the bytes a line of fixed length says what they are: "sonde model CRC-32C LENGTH". */
#include "app/models.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TAIL (sizeof "\nsonde model 01234567 0123456789\n" - 1)

static void models_tail(const void *bytes, size_t n, char out[static TAIL + 1])
{
    snprintf(out, TAIL + 1, "\nsonde model %08x %010u\n", (unsigned)crc32c(0, bytes, n), (unsigned)n);
}

int models_read(const char *dir, const char *name, struct buf *out)
{
    auto_buf struct buf path = { 0 };
    char *text, tail[TAIL + 1];
    size_t n;
    buf_printf(&path, "%s/models/%s", dir, name);
    int rc = os_disk_may(path.p, OS_DISK_READ);
    rc = rc < 0 ? rc : os_read_file(path.p, MODELS_MAX, &text, &n);
    if (rc < 0)
        return rc == -EINVAL ? -ELOOP : rc;
    bool whole = n >= TAIL;
    if (whole) {
        models_tail(text, n - TAIL, tail);
        whole = memcmp(text + n - TAIL, tail, TAIL) == 0;
    }
    if (whole)
        buf_put(out, text, n - TAIL);
    mem_free(text);
    return whole ? 0 : -EBADMSG;
}

int models_write(const char *dir, struct space *space, const char *name, struct buf *bytes)
{
    auto_buf struct buf path = { 0 };
    struct os_disk_entry e;
    char tail[TAIL + 1];
    if (bytes->n > MODELS_MAX - TAIL)
        return -EFBIG;
    buf_printf(&path, "%s/models", dir);
    bool is_new = !os_exists("", path.p);
    int rc = is_new && space ? space_resize(space, -1, SPACE_BLOCK) : 0; /* a directory is one */
    if (rc < 0)
        return rc;
    rc = os_make_dir(path.p);
    if (rc < 0) {
        if (is_new && space)
            space_resize(space, SPACE_BLOCK, -1);
        return rc;
    }
    buf_printf(&path, "/%s", name);
    rc = os_disk_may(path.p, OS_DISK_WRITE);
    if (rc < 0 && rc != -ENOENT)
        return rc == -EINVAL ? -ELOOP : rc; /* a link, whose end is somebody else's, or no file at all */
    models_tail(bytes->p, bytes->n, tail);
    buf_put(bytes, tail, TAIL);
    int64_t before = os_disk_look(path.p, &e) == 0 ? e.size : -1;
    rc = space ? space_resize(space, -1, (int64_t)bytes->n) : 0; /* both are there until the new one has the name */
    if (rc < 0)
        return rc;
    rc = os_write_file(path.p, bytes->p, bytes->n);
    if (space)
        space_resize(space, rc < 0 ? (int64_t)bytes->n : before, -1);
    return rc;
}
