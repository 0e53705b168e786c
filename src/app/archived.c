/* archived.c - finds sessions, by the index and without it. */
#include "app/archived.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/log.h"
#include "store/index.h"

#include <errno.h>
#include <string.h>

int archived_open(const struct args *a, struct archive **out)
{
    auto_buf struct buf dir = { 0 };
    int rc = datadir_put(a, &dir);
    if (rc < 0)
        return rc;
    rc = archive_open(dir.p, out);
    if (rc == -ENOENT || rc == -ENOTDIR)
        log_error(0, "nothing is recorded in %s yet; start with `sonde record` or `sonde import`, or name another "
                  "archive with --data DIR", dir.p);
    else if (rc < 0)
        log_error(rc, "the archive in %s cannot be read", dir.p);
    return rc;
}

static int archived_ask_index(const struct args *a, const char *text, char id[static TAPE_SESSION_MAX])
{
    auto_buf struct buf dir = { 0 };
    char found[INDEX_ID_MAX];
    struct index *x;
    int rc = datadir_put(a, &dir);
    rc = rc < 0 ? rc : index_open_read(dir.p, &x);
    if (rc < 0)
        return rc;
    rc = index_resolve(x, text, found);
    index_close(x);
    _Static_assert(TAPE_SESSION_MAX >= INDEX_ID_MAX, "an id of the index fits");
    if (rc >= 0)
        memcpy(id, found, sizeof found);
    return rc < 0 ? rc : 0;
}

/* Does a session begin like that, with or without "session_"? */
static bool archived_begins(const char *session, const char *text)
{
    static const char prefix[] = "session_";
    size_t n = strlen(text);
    return strncmp(session, text, n) == 0 ||
           (strncmp(session, prefix, sizeof prefix - 1) == 0 && strncmp(session + sizeof prefix - 1, text, n) == 0);
}

static int archived_ask_segments(const struct archive *x, const char *text, char id[static TAPE_SESSION_MAX])
{
    size_t n;
    const struct archive_part *p = archive_parts(x, &n);
    const char *found = NULL;
    bool last = strcmp(text, "last") == 0;
    int64_t start_ms = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const struct tape_about *about = &p[i].about;
        if (!p[i].ticks || (last ? about->start_ms < start_ms : !archived_begins(about->session, text)))
            continue;
        if (strcmp(about->session, text) == 0 || last || !found || strcmp(found, about->session) == 0)
            found = about->session;
        else if (strcmp(found, text) != 0)
            return -ENOTUNIQ;
        start_ms = about->start_ms;
    }
    if (!found)
        return -ENOENT;
    memcpy(id, found, TAPE_SESSION_MAX);
    return 0;
}

int archived_find(const struct args *a, const struct archive *x, const char *text, char id[static TAPE_SESSION_MAX])
{
    int rc = archived_ask_index(a, text, id);
    return rc == 0 || rc == -ENOTUNIQ ? rc : archived_ask_segments(x, text, id);
}

int archived_say(const char *text, int rc)
{
    if (rc == -ENOTUNIQ)
        log_error(0, "several sessions begin with '%s'; give more of the id: `sonde sessions list` has them", text);
    else if (rc == -ENOENT)
        log_error(0, "there is no session '%s' in the archive: `sonde sessions list` has them all", text);
    return rc;
}
