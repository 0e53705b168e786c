/* linux_files.c - files of ours: written whole or not at all, read whole. */
#include "os/linux_own.h"
#include "os/os.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int os_write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t put = write(fd, bytes, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        bytes += put;
        n -= (size_t)put;
    }
    return 0;
}

/* The directory of a path, NUL-terminated; "." where it names none. */
static int os_parent(const char *path, char dir[static OS_PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int n = slash ? snprintf(dir, OS_PATH_MAX, "%.*s", (int)(slash - path + (slash == path)), path)
                  : snprintf(dir, OS_PATH_MAX, ".");
    return n < 0 || n >= OS_PATH_MAX ? -ENAMETOOLONG : 0;
}

/* The name in the directory must reach the disk as well, or a crash brings back the old file. A
 * directory that may be written but not read cannot be opened; the file is whole all the same. */
static int os_sync_parent(const char *path)
{
    char dir[OS_PATH_MAX];
    int rc = os_parent(path, dir);
    if (rc < 0)
        return rc;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES ? 0 : -errno;
    rc = fsync(fd) < 0 && errno != EINVAL ? -errno : 0; /* EINVAL: this file system has nothing to sync */
    close(fd);
    return rc;
}

/* May what is written lead through this link? Where `own`, not where another user made it. */
static bool os_may_follow(const char *path, bool own)
{
    struct stat st;
    return !own || (lstat(path, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()));
}

/*
 * Where a path leads through symbolic links, also to a file that is not there yet. -ELOOP for more
 * of them than the kernel follows and, where `own`, for one that is neither the user's nor root's.
 */
static int os_target(const char *path, bool own, char out[static OS_PATH_MAX])
{
    char link[OS_PATH_MAX], dir[OS_PATH_MAX];
    int n = snprintf(out, OS_PATH_MAX, "%s", path);
    for (int hops = 0; n >= 0 && n < OS_PATH_MAX; hops++) {
        ssize_t length = readlink(out, link, sizeof link - 1);
        if (length < 0)
            return 0; /* no link; what else is wrong, its opening will tell */
        if (hops == 40 || !os_may_follow(out, own))
            return -ELOOP;
        link[length] = '\0';
        int rc = os_parent(out, dir);
        if (rc < 0)
            return rc;
        n = link[0] == '/' ? snprintf(out, OS_PATH_MAX, "%s", link) :
            snprintf(out, OS_PATH_MAX, "%s/%s", dir, link);
    }
    return -ENAMETOOLONG;
}

/* Gives `from` the name `to`, which must be free: -EEXIST. */
static int os_rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS) /* some file systems cannot */
        return -errno;
    if (link(from, to) < 0)
        return -errno;
    unlink(from);
    return 0;
}

/* What is written over or beside is synced; `mode` other than 0: what others may read, which is not. */
struct put { bool fresh; mode_t mode; };

static int os_put_bytes(int fd, const void *bytes, size_t n, struct put how)
{
    int rc = os_write_all(fd, bytes, n);
    if (rc == 0 && how.mode)
        return fchmod(fd, how.mode) < 0 ? -errno : 0;
    return rc == 0 && fsync(fd) < 0 ? -errno : rc;
}

/*
 * The name of the temporary file is random: in a container the process has the same number as the
 * one that was killed here. It holds what of the name leaves room for the rest in 255 bytes.
 */
static int os_put(const char *path, const void *bytes, size_t n, struct put how)
{
    char temp[OS_PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int len = snprintf(temp, sizeof temp, "%.*s%.240s.XXXXXX.part", (int)(name - path), path, name);
    if (len < 0 || (size_t)len >= sizeof temp)
        return -ENAMETOOLONG;
    int fd = mkostemps(temp, strlen(".part"), O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = os_put_bytes(fd, bytes, n, how);
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    if (rc == 0)
        rc = how.fresh ? os_rename_new(temp, path) : os_rename(temp, path);
    if (rc < 0) {
        unlink(temp);
        return rc;
    }
    return how.mode ? 0 : os_sync_parent(path);
}

int os_write_new(const char *path, const void *bytes, size_t n)
{
    return os_put(path, bytes, n, (struct put){ .fresh = true });
}

/* A device, a pipe, or /dev/stdout, which may be redirected into a file that others hold open. */
static int os_write_into(const char *path, const void *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -errno;
    int rc = os_write_all(fd, bytes, n);
    close(fd);
    return rc;
}

/* Is it written into, not replaced? st is what it leads to. */
static bool os_is_stream(const char *path, const struct stat *st)
{
    return !S_ISREG(st->st_mode) || strncmp(path, "/dev/std", 8) == 0 ||
           strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/", 6) == 0;
}

int os_write_file(const char *path, const void *bytes, size_t n)
{
    struct stat st;
    char target[OS_PATH_MAX];
    if (stat(path, &st) == 0 && os_is_stream(path, &st))
        return S_ISDIR(st.st_mode) ? -EISDIR : os_write_into(path, bytes, n);
    int rc = os_target(path, false, target);
    return rc < 0 ? rc : os_put(target, bytes, n, (struct put){ 0 });
}

/* What somebody puts there after the look is replaced, not followed: rename(2). */
int os_write_public(const char *path, const void *bytes, size_t n)
{
    struct stat st;
    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return S_ISLNK(st.st_mode) ? -ELOOP : S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
    return os_put(path, bytes, n, (struct put){ .mode = 0644 });
}

int os_write_named(const char *path, const void *bytes, size_t n)
{
    struct stat st, link;
    char target[OS_PATH_MAX];
    int rc = os_target(path, true, target); /* before anything that it leads to is opened */
    if (rc < 0)
        return rc;
    bool there = stat(path, &st) == 0, led = lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
    if (there && os_is_stream(path, &st))
        return S_ISDIR(st.st_mode) ? -EISDIR : os_write_into(path, bytes, n);
    return os_put(target, bytes, n, (struct put){ .mode = there && led ? st.st_mode & 0777 : 0644 });
}

int os_can_write(const char *path)
{
    struct stat st;
    char target[OS_PATH_MAX], dir[OS_PATH_MAX];
    bool there = stat(path, &st) == 0;
    if (!there && errno == ENAMETOOLONG)
        return -ENAMETOOLONG;
    if (there && S_ISDIR(st.st_mode))
        return -EISDIR;
    if (there && os_is_stream(path, &st))
        return access(path, W_OK) < 0 ? -errno : 0;
    int rc = os_target(path, false, target);
    if (rc == 0)
        rc = os_parent(target, dir);
    if (rc < 0)
        return rc;
    struct statvfs fs;
    if (stat(dir, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode)) /* before access(), which says EACCES of a file that nobody may execute */
        return -ENOTDIR;
    if (access(dir, W_OK | X_OK) < 0)
        return -errno;
    return statvfs(dir, &fs) == 0 && fs.f_blocks && !fs.f_bavail ? -ENOSPC : 0;
}

bool os_same_file(const char *a, const char *b)
{
    struct stat x, y;
    char at[OS_PATH_MAX], bt[OS_PATH_MAX], dir[OS_PATH_MAX];
    bool have_a = stat(a, &x) == 0, have_b = stat(b, &y) == 0;
    if (have_a || have_b)
        return have_a && have_b && S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    if (os_target(a, false, at) < 0 || os_target(b, false, bt) < 0 || os_parent(at, dir) < 0 ||
        stat(dir, &x) < 0 || os_parent(bt, dir) < 0 || stat(dir, &y) < 0)
        return false;
    const char *p = strrchr(at, '/'), *q = strrchr(bt, '/');
    return x.st_dev == y.st_dev && x.st_ino == y.st_ino &&
           strcmp(p ? p + 1 : at, q ? q + 1 : bt) == 0;
}

int os_read_all(int fd, size_t hint, size_t max, char **out, size_t *out_n)
{
    size_t cap = hint + 1, n = 0;
    char *p = mem_try_resize(NULL, cap);
    ssize_t got;
    if (!p)
        return -ENOMEM;
    do {
        if (n + 1 == cap) {
            char *more = mem_try_resize(p, cap *= 2);
            if (!more) {
                mem_free(p);
                return -ENOMEM;
            }
            p = more;
        }
        got = read(fd, p + n, cap - 1 - n);
        n += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && n <= max) || (got < 0 && errno == EINTR));
    int rc = got < 0 ? -errno : n > max ? -EFBIG : 0;
    if (rc < 0) {
        mem_free(p);
        return rc;
    }
    p[n] = '\0';
    *out = p;
    *out_n = n;
    return 0;
}

int os_read_file(const char *path, size_t max, char **out, size_t *out_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -errno;
    struct stat st;
    int rc = fstat(fd, &st) < 0 ? -errno : S_ISDIR(st.st_mode) ? -EISDIR : 0;
    if (rc == 0 && st.st_size > 0 && (uintmax_t)st.st_size > max)
        rc = -EFBIG;
    if (rc == 0)
        rc = os_read_all(fd, st.st_size > 0 ? (size_t)st.st_size + 1 : 65536, max, out, out_n);
    close(fd);
    return rc;
}

int os_read_secret(const char *path, size_t max, char **out, size_t *out_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    struct stat st;
    int rc = fstat(fd, &st) < 0 ? -errno : S_ISDIR(st.st_mode) ? -EISDIR : 0;
    if (rc == 0 && (!S_ISREG(st.st_mode) || (st.st_mode & 077) || (st.st_uid != geteuid() && st.st_uid != 0)))
        rc = -EPERM;
    if (rc == 0)
        rc = os_read_all(fd, (size_t)st.st_size + 1, max, out, out_n);
    close(fd);
    return rc;
}

static bool secret_is_line(char *s, size_t n)
{
    while (n && s[n - 1] && strchr(" \t\r\n", s[n - 1]))
        s[--n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (s[i] < ' ' || s[i] > '~')
            return false;
    return n > 0;
}

int os_read_secret_line(const char *path, size_t max, char **out)
{
    char *text;
    size_t n;
    int rc = os_read_secret(path, max, &text, &n);
    if (rc < 0)
        return rc;
    if (!secret_is_line(text, n)) {
        mem_free(text);
        return -EBADMSG;
    }
    *out = text;
    return 0;
}

/* Whatever the umask is: a mode for others is meant. */
static int os_make_one_dir(const char *path, mode_t mode)
{
    return mkdir(path, mode) < 0 || (mode != 0700 && chmod(path, mode) < 0) ? -1 : 0;
}

static int os_make_dirs(const char *path, mode_t mode)
{
    char part[OS_PATH_MAX];
    int n = snprintf(part, sizeof part, "%s", path);
    if (n <= 0 || (size_t)n >= sizeof part)
        return -ENAMETOOLONG;
    for (char *p = part + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            if (os_make_one_dir(part, mode) < 0 && errno != EEXIST)
                return -errno;
            *p = '/';
        }
    if (os_make_one_dir(part, mode) == 0)
        return 0;
    struct stat st;
    return errno != EEXIST ? -errno : stat(part, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int os_make_dir(const char *path)
{
    return os_make_dirs(path, 0700);
}

int os_make_shared_dir(const char *path)
{
    return os_make_dirs(path, 0755);
}

int os_share_file(const char *path)
{
    return chmod(path, 0644) < 0 ? -errno : 0;
}

int os_remove(const char *path)
{
    return remove(path) < 0 ? -errno : 0;
}

int os_rename(const char *from, const char *to)
{
    return rename(from, to) < 0 ? -errno : 0;
}
