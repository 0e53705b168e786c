/*
 * capture_space.c - how full each file system is.
 *
 * A dead network mount never answers, so each is asked on a thread of its own, and one that did not
 * answer is recorded as one that hangs and not asked again.
 */
#include "app/capture.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

#define SPACE_WAIT_NS 1000000000 /* a file system that does not say its size by then hangs */

struct space { /* one question, shared with the thread that asks */
    struct os_lock *lock;
    char *root, *mount;
    bool answered, given_up; /* the second of the two to happen frees it */
    int rc;
    struct os_fs fs;
};

static void space_free(struct space *s)
{
    os_lock_free(s->lock);
    mem_free(s->root);
    mem_free(s->mount);
    mem_free(s);
}

static void space_ask(void *p)
{
    struct space *s = p;
    struct os_fs fs = { 0 };
    int rc = os_fs_space(s->root, s->mount, &fs);
    os_lock(s->lock);
    s->fs = fs;
    s->rc = rc;
    s->answered = true;
    bool given_up = s->given_up;
    os_unlock(s->lock);
    if (given_up)
        space_free(s);
}

/* Is there an answer? Without one, when it is time, the question becomes the thread's. */
static bool space_answered(struct space *s, bool last)
{
    os_lock(s->lock);
    bool answered = s->answered;
    s->given_up = last && !answered;
    os_unlock(s->lock);
    return answered;
}

/* 0 and *out, an error, or 1 when there was no answer. */
static int space_get(const char *root, const char *mount, struct os_fs *out)
{
    struct space *s = mem_new(sizeof *s);
    *s = (struct space){ .lock = os_lock_new(), .root = mem_dup(root), .mount = mem_dup(mount) };
    int rc = os_thread(space_ask, s);
    bool answered = rc < 0;
    int64_t end = os_mono_ns() + SPACE_WAIT_NS;
    for (bool last = false; !answered && !last;) {
        last = os_mono_ns() >= end;
        answered = space_answered(s, last);
        if (!answered && !last)
            os_sleep_until(os_mono_ns() + 500000);
    }
    if (!answered)
        return 1;
    if (rc == 0) {
        rc = s->rc;
        *out = s->fs;
    }
    space_free(s);
    return rc;
}

static bool spaces_hung(const struct spaces *s, const char *mount)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->hung[i], mount) == 0)
            return true;
    return false;
}

static void spaces_put_one(struct spaces *s, const char *root, const char *escaped,
                           struct scrub *scrub, struct buf *out)
{
    char mount[OS_PATH_MAX];
    struct os_fs fs = { 0 };
    snprintf(mount, sizeof mount, "%s", escaped);
    text_unescape(mount);
    bool known = spaces_hung(s, mount);
    int rc = known ? 1 : space_get(root, mount, &fs);
    if (rc < 0)
        return;
    scrub_mount(scrub, escaped, out);
    if (rc == 0) {
        buf_printf(out, " %.0f %.0f %.0f %.0f %.0f\n", fs.total, fs.free, fs.available, fs.inodes,
                   fs.inodes_free);
        return;
    }
    buf_puts(out, " hang\n");
    if (!known) {
        s->hung = mem_grow(s->hung, s->n, &s->cap, sizeof *s->hung);
        s->hung[s->n++] = mem_dup(mount);
    }
}

void spaces_put(struct spaces *s, const char *root, const char *mountinfo, struct scrub *scrub, struct buf *out)
{
    for (const char *line = mountinfo; *line;) {
        char mount[OS_PATH_MAX], type[64];
        const char *dash = strstr(line, " - "), *end = line + strcspn(line, "\n");
        if (sscanf(line, "%*s %*s %*s %*s %4095s", mount) == 1 && dash && dash < end &&
            sscanf(dash + 3, "%63s", type) == 1 && strcmp(type, "autofs") != 0)
            spaces_put_one(s, root, mount, scrub, out);
        line = *end ? end + 1 : end;
    }
}

void spaces_done(struct spaces *s)
{
    for (size_t i = 0; i < s->n; i++)
        mem_free(s->hung[i]);
    mem_free(s->hung);
    *s = (struct spaces){ 0 };
}
