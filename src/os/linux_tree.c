/*
 * linux_tree.c - trees of files that are ours: walked, written, removed.
 *
 * Paths are followed one directory at a time with O_NOFOLLOW, so that nothing planted in a tree (a
 * link to /etc, a "..") makes us write or remove outside it; openat2() would do it in one call, but
 * is refused by older kernels and many sandboxes.
 */
#include "os/linux_own.h"
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool os_is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static enum os_kind os_kind_of(int dir_fd, const char *name)
{
    struct stat st;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return OS_OTHER;
    return S_ISREG(st.st_mode)   ? OS_FILE
           : S_ISDIR(st.st_mode) ? OS_DIR
           : S_ISLNK(st.st_mode) ? OS_LINK
                                 : OS_OTHER;
}

struct os_walk {
    char path[OS_PATH_MAX];
    int (*each)(void *self, const char *path, enum os_kind kind);
    void *self;
};

/* What is in the open directory fd, which lies at w->path and is closed. */
static int os_walk_in(struct os_walk *w, int fd)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return -ENOMEM;
    }
    size_t at = strlen(w->path);
    int rc = 0;
    const struct dirent *e;
    while (rc == 0 && (e = readdir(d))) {
        if (os_is_dots(e->d_name))
            continue;
        int n = snprintf(w->path + at, sizeof w->path - at, "%s%s", at ? "/" : "", e->d_name);
        if ((size_t)n >= sizeof w->path - at) {
            rc = -ENAMETOOLONG;
            break;
        }
        enum os_kind kind = os_kind_of(fd, e->d_name);
        rc = w->each(w->self, w->path, kind);
        if (rc == 0 && kind == OS_DIR) {
            int inner = openat(fd, e->d_name, OPEN_DIR);
            rc = inner < 0 ? -errno : os_walk_in(w, inner);
        }
    }
    w->path[at] = '\0';
    closedir(d);
    return rc;
}

int os_walk(const char *dir, int (*each)(void *self, const char *path, enum os_kind kind),
            void *self)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct os_walk w = { .each = each, .self = self };
    return os_walk_in(&w, fd);
}

int os_make_temp_dir(bool on_disk, char *out, size_t cap)
{
    const char *const places[] = { "/dev/shm", getenv("TMPDIR"), "/tmp" };
    int rc = -ENOENT;
    for (size_t i = on_disk; i < sizeof places / sizeof *places; i++) {
        char path[OS_PATH_MAX];
        int n = places[i] ? snprintf(path, sizeof path, "%s/sonde-XXXXXX", places[i]) : -1;
        if (n < 0 || (size_t)n >= sizeof path || (size_t)n >= cap)
            continue;
        if (mkdtemp(path)) {
            memcpy(out, path, (size_t)n + 1);
            return 0;
        }
        rc = -errno;
    }
    return rc;
}

/* Opens a directory in another one, and makes it with `mode` where it is missing and mode is not 0. */
static int os_tree_step(int at, const char *part, mode_t mode)
{
    int fd = openat(at, part, OPEN_DIR);
    if (fd < 0 && errno == ENOENT && mode && mkdirat(at, part, mode) == 0) {
        fd = openat(at, part, OPEN_DIR);
        if (fd >= 0 && mode != 0700) /* whatever the umask is */
            fchmod(fd, mode);
    }
    if (fd >= 0)
        return fd;
    int rc = -errno;
    return rc == -ENOTDIR && os_kind_of(at, part) == OS_LINK ? -ELOOP : rc;
}

/*
 * Opens the directory that holds `path`; *name is its last part, within path. What is missing on the way is made with
 * `mode`, or with 0 is not.
 */
static int os_tree_parent(const char *dir, const char *path, mode_t mode, const char **name)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    for (;;) {
        char part[256];
        size_t n = strcspn(path, "/");
        if (n == 0 || n >= sizeof part)
            break;
        memcpy(part, path, n);
        part[n] = '\0';
        if (os_is_dots(part))
            break;
        if (path[n] == '\0') {
            *name = path;
            return fd;
        }
        int next = os_tree_step(fd, part, mode);
        close(fd);
        if (next < 0)
            return next;
        fd = next;
        path += n + 1;
    }
    close(fd);
    return -EINVAL;
}

/* The new bytes first, then the cut: a reader in between sees no empty file. */
static int os_overwrite(int fd, const char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t put = pwrite(fd, bytes + at, n - at, (off_t)at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        at += (size_t)put;
    }
    return ftruncate(fd, (off_t)n) < 0 ? -errno : 0;
}

int os_tree_write(const char *dir, const char *path, const void *bytes, size_t n)
{
    const char *name;
    int parent = os_tree_parent(dir, path, 0700, &name);
    if (parent < 0)
        return parent;
    int fd = openat(parent, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    int rc = fd < 0 ? -errno : os_overwrite(fd, bytes, n);
    if (fd >= 0 && close(fd) < 0 && rc == 0)
        rc = -errno;
    close(parent);
    return rc;
}

int os_tree_link(const char *dir, const char *path, const char *target)
{
    const char *name;
    int parent = os_tree_parent(dir, path, 0700, &name);
    if (parent < 0)
        return parent;
    if (os_kind_of(parent, name) == OS_LINK)
        unlinkat(parent, name, 0);
    int rc = symlinkat(target, parent, name) < 0 ? -errno : 0;
    close(parent);
    return rc;
}

static int os_remove_at(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    int fd = openat(parent, name, OPEN_DIR);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        int rc = -errno;
        if (fd >= 0)
            close(fd);
        return rc;
    }
    int rc = 0;
    const struct dirent *e;
    while (rc == 0 && (e = readdir(d)))
        if (!os_is_dots(e->d_name))
            rc = os_remove_at(fd, e->d_name);
    closedir(d);
    if (rc == 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0)
        rc = -errno;
    return rc;
}

int os_tree_remove(const char *dir, const char *path)
{
    const char *name;
    int parent = os_tree_parent(dir, path, 0, &name);
    if (parent < 0)
        return parent;
    int rc = os_remove_at(parent, name);
    close(parent);

    char above[OS_PATH_MAX];
    snprintf(above, sizeof above, "%s", path);
    for (char *slash; rc == 0 && (slash = strrchr(above, '/'));) {
        *slash = '\0';
        parent = os_tree_parent(dir, above, 0, &name);
        bool removed = parent >= 0 && unlinkat(parent, name, AT_REMOVEDIR) == 0;
        os_close(parent);
        if (!removed)
            break;
    }
    return rc;
}

int os_tree_look(const char *dir, const char *path)
{
    const char *name;
    struct stat st;
    int parent = os_tree_parent(dir, path, 0, &name);
    if (parent < 0)
        return parent;
    int rc = fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : (int)os_kind_of(parent, name);
    close(parent);
    return rc;
}

/* Looked at before it is opened: opening a device may do something. */
int os_tree_read(const char *dir, const char *path, size_t max, char **out, size_t *out_n)
{
    const char *name;
    int parent = os_tree_parent(dir, path, 0, &name);
    if (parent < 0)
        return parent;
    struct stat st;
    int fd = -1, rc = fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -ENOTSUP;
    if (rc == 0 && (fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) < 0)
        rc = -errno;
    close(parent);
    if (rc == 0)
        rc = (uintmax_t)st.st_size > max ? -EFBIG : os_read_all(fd, (size_t)st.st_size + 1, max, out, out_n);
    os_close(fd);
    return rc;
}

int os_tree_make(const char *dir, const char *path, unsigned mode)
{
    const char *name;
    int parent = os_tree_parent(dir, path, mode, &name);
    if (parent < 0)
        return parent;
    int fd = os_tree_step(parent, name, mode);
    close(parent);
    os_close(fd);
    return fd < 0 ? fd : 0;
}

/* Its temporary file is in nobody's way: O_EXCL follows no link, and what was killed left another number. */
static int os_tree_put_at(int parent, const char *name, const void *bytes, size_t n)
{
    char temp[280];
    int fd = -1, tries = 0;
    do {
        snprintf(temp, sizeof temp, "%.200s.%08x.part", name, (unsigned)(os_mono_ns() ^ getpid()) + (unsigned)tries);
        fd = openat(parent, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    } while (fd < 0 && errno == EEXIST && ++tries < 100);
    if (fd < 0)
        return -errno;
    int rc = os_overwrite(fd, bytes, n);
    if (rc == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0))
        rc = -errno;
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && renameat(parent, temp, parent, name) < 0)
        rc = -errno;
    if (rc < 0)
        unlinkat(parent, temp, 0);
    return rc < 0 || fsync(parent) == 0 || errno == EINVAL ? rc : -errno;
}

int os_tree_put(const char *dir, const char *path, const void *bytes, size_t n)
{
    const char *name;
    int parent = os_tree_parent(dir, path, 0, &name);
    if (parent < 0)
        return parent;
    struct stat st;
    int rc = fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? (errno == ENOENT ? 0 : -errno)
             : S_ISREG(st.st_mode) ? 0 : S_ISLNK(st.st_mode) ? -ELOOP : -ENOTSUP;
    rc = rc < 0 ? rc : os_tree_put_at(parent, name, bytes, n);
    close(parent);
    return rc;
}

int os_tree_delete(const char *dir, const char *path, bool all)
{
    const char *name;
    int parent = os_tree_parent(dir, path, 0, &name);
    if (parent < 0)
        return parent;
    int rc = 0;
    if (all)
        rc = os_remove_at(parent, name);
    else if (unlinkat(parent, name, os_kind_of(parent, name) == OS_DIR ? AT_REMOVEDIR : 0) < 0)
        rc = -errno;
    close(parent);
    return rc;
}

int os_remove_dir(const char *dir)
{
    return os_remove_at(AT_FDCWD, dir);
}
