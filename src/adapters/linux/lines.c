/* lines.c - files of lines, kept open and reread whole. */
#include "adapters/linux/lines.h"

#include "base/mem.h"
#include "os/os.h"

#include <string.h>

/* A host with thousands of mounts has a table of about 1 MiB; beyond the limit a file is cut. */
enum { LINES_ROOM = 4096, LINES_MAX = 1 << 22 };

int lines_open(struct lines *l, const char *root, const char *path)
{
    *l = (struct lines){ .fd = os_open_read(root, path) };
    if (l->fd < 0)
        return l->fd;
    l->cap = LINES_ROOM;
    l->text = mem_new(l->cap);
    l->at = l->text;
    return 0;
}

void lines_close(struct lines *l)
{
    os_close(l->fd);
    mem_free(l->text);
    *l = (struct lines){ .fd = -1 };
}

int lines_read(struct lines *l)
{
    int n = os_pread_text(l->fd, l->text, l->cap);
    if (n < 0)
        l->text[0] = '\0';
    l->at = l->text;
    l->cut = n > 0 && (size_t)n + 1 == l->cap;
    return n;
}

char *lines_next(struct lines *l)
{
    char *line = l->at, *end = strchr(line, '\n');
    if (!end)
        return NULL;
    *end = '\0';
    l->at = end + 1;
    return line;
}

static bool lines_double(struct lines *l)
{
    if (l->cap >= LINES_MAX)
        return false;
    l->cap *= 2;
    l->text = mem_resize(l->text, l->cap);
    l->at = l->text;
    l->text[0] = '\0';
    return true;
}

int lines_read_all(struct lines *l)
{
    int n;
    do
        n = lines_read(l);
    while (n > 0 && (size_t)n + (size_t)n / 4 >= l->cap && lines_double(l));
    return n;
}
