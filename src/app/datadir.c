/* datadir.c - where the archive is, by option, configuration and the XDG base directory specification. */
#include "app/datadir.h"

#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "os/disk.h"
#include "store/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_DIR "/var/lib/sonde"

int datadir_find(const struct args *a, struct buf *out)
{
    const char *given = args_has(a, "data") ? args_text(a, "data") : NULL;
    const char *configured = config_string(args_config(a), "storage.directory");
    const char *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (given)
        buf_puts(out, given);
    else if (*configured)
        buf_puts(out, configured);
    else if (os_is_root())
        buf_puts(out, SYSTEM_DIR);
    else if (base && *base == '/') /* relative ones are to be ignored */
        buf_printf(out, "%s/sonde", base);
    else if (home && *home == '/')
        buf_printf(out, "%s/.local/share/sonde", home);
    return out->n ? 0 : -ENOENT;
}

int datadir_put(const struct args *a, struct buf *out)
{
    int rc = datadir_find(a, out);
    if (rc < 0)
        log_error(0, "there is no home directory to keep the archive in; name one with --data DIR or "
                  "storage.directory");
    return rc;
}

int datadir_whole(const struct args *a, const char *who, char out[static OS_PATH_MAX])
{
    auto_buf struct buf dir = { 0 };
    char here[OS_PATH_MAX] = "";
    int rc = datadir_put(a, &dir);
    if (rc < 0)
        return rc;
    if (*dir.p != '/' && (!getcwd(here, sizeof here) || strlen(here) + dir.n + 2 > OS_PATH_MAX)) {
        log_error(0, "%s: where %s is cannot be found out; name the data directory by its whole path", who, dir.p);
        return -ENAMETOOLONG;
    }
    snprintf(out, OS_PATH_MAX, "%s%s%s", here, *here ? "/" : "", dir.p);
    return 0;
}

int datadir_lock(const char *dir)
{
    char path[OS_PATH_MAX];
    int32_t owner = 0;
    int rc = names_lock_path(dir, path), lock = rc < 0 ? rc : os_disk_lock(path, &owner);
    if (lock == -EBUSY)
        log_error(0, "process %d records in %s and counts every byte there; stop it for a moment, or name another "
                  "archive with --data DIR", (int)owner, dir);
    else if (lock < 0)
        log_error(lock, "%s cannot be locked", dir);
    return lock;
}
