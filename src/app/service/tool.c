/* tool.c - one program of the system, from its start to its end. */
#include "app/service/tool.h"

#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOOL_NS 120000000000 /* systemctl waits for a service to be ready, 90 s by default */
#define TOOL_SAID_MAX 65536
#define TOOL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int tool_find(const char *name, char out[static OS_PATH_MAX])
{
    const char *path = getenv("PATH");
    for (const char *p = path && *path ? path : TOOL_PATH; *p;) {
        int n = (int)strcspn(p, ":");
        int put = snprintf(out, OS_PATH_MAX, "%.*s/%s", n, p, name);
        if (*p == '/' && put < OS_PATH_MAX && os_is_file(out) && os_is_program(out))
            return 0;
        p += n + (p[n] == ':');
    }
    return -ENOENT;
}

/* Takes what is there on one of its outputs, which is closed (-1) at its end. */
static void tool_hear(int *fd, struct buf *said)
{
    char piece[4096];
    int n = *fd < 0 ? 0 : os_child_read(*fd, piece, sizeof piece, 20);
    if (n > 0 && said->n + (size_t)n <= TOOL_SAID_MAX)
        buf_put(said, piece, (size_t)n);
    if (n == 0 || (n < 0 && n != -EAGAIN && n != -EINTR)) {
        os_close(*fd);
        *fd = -1;
    }
}

/* One line of it: for a message, or a member of an object. */
static void tool_clean(struct buf *said)
{
    while (said->n && said->p[said->n - 1] == '\n')
        said->p[--said->n] = '\0';
    for (size_t i = 0; i < said->n; i++)
        if (said->p[i] == '\n')
            said->p[i] = ' ';
    if (said->n)
        text_clean(said->p);
}

int tool_run(const char *const *argv, struct buf *said)
{
    char path[OS_PATH_MAX];
    const char *word[16] = { path };
    struct os_child c;
    int status = 0, rc = tool_find(argv[0], path);
    for (int i = 1; i < 15 && argv[i]; i++)
        word[i] = argv[i];
    rc = rc < 0 ? rc : os_child_start(word, (const char *const *)environ, &c);
    if (rc < 0)
        return rc;
    int64_t until = os_mono_ns() + TOOL_NS;
    bool late = false;
    while (!os_child_has_ended(&c, 0, &status)) {
        tool_hear(&c.out, said);
        tool_hear(&c.err, said);
        if (c.out < 0 && c.err < 0)
            os_sleep_until(os_mono_ns() + 10000000);
        if (!late && os_mono_ns() > until) {
            late = true;
            os_child_end(&c);
        }
    }
    for (int i = 0; i < 16; i++) { /* what is left in the pipes */
        tool_hear(&c.out, said);
        tool_hear(&c.err, said);
    }
    os_child_close(&c);
    tool_clean(said);
    return late ? -ETIMEDOUT : status;
}
