/*
 * linux_disk.c - files of the archive: positioned reads and writes, syncs, the lock of a recorder.
 *
 * No file is mapped into memory: a disk that fails under a mapping kills the process, where read(2) says EIO.
 */
#include "os/disk.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int os_disk_open(const char *path, enum os_disk_mode mode)
{
    static const int flags[] = {
        [OS_DISK_READ] = O_RDONLY, [OS_DISK_WRITE] = O_RDWR, [OS_DISK_CREATE] = O_RDWR | O_CREAT | O_EXCL,
    };
    int fd = open(path, flags[mode] | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    return fd < 0 ? -errno : fd;
}

int64_t os_disk_read(int fd, void *bytes, size_t n, int64_t at)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = pread(fd, (char *)bytes + got, n - got, at + (int64_t)got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -errno;
        if (r == 0)
            break;
        got += (size_t)r;
    }
    return (int64_t)got;
}

int os_disk_write(int fd, const void *bytes, size_t n, int64_t at)
{
    const char *p = bytes;
    while (n) {
        ssize_t put = pwrite(fd, p, n, at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        p += put;
        at += put;
        n -= (size_t)put;
    }
    return 0;
}

int os_disk_sync(int fd)
{
    return fdatasync(fd) < 0 ? -errno : 0;
}

int os_disk_sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 && errno != EINVAL ? -errno : 0; /* EINVAL: this file system has nothing to sync */
    close(fd);
    return rc;
}

int os_disk_cut(int fd, int64_t size)
{
    return ftruncate(fd, size) < 0 ? -errno : 0;
}

int64_t os_disk_size(int fd)
{
    struct stat st;
    return fstat(fd, &st) < 0 ? -errno : st.st_size;
}

int os_disk_look(const char *path, struct os_disk_entry *out)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return -errno;
    *out = (struct os_disk_entry){
        .size = st.st_size, .used = st.st_blocks * 512,
        .changed_ms = st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000,
    };
    return 0;
}

static int disk_identity(int rc, const struct stat *st, struct os_disk_identity *out)
{
    if (rc < 0)
        return -errno;
    *out = (struct os_disk_identity){
        .device = st->st_dev, .inode = st->st_ino, .size = st->st_size, .is_file = S_ISREG(st->st_mode),
        .changed_ms = st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000,
    };
    return 0;
}

int os_disk_identify(const char *path, struct os_disk_identity *out)
{
    struct stat st;
    return disk_identity(stat(path, &st), &st, out);
}

int os_disk_identify_open(int fd, struct os_disk_identity *out)
{
    struct stat st;
    return disk_identity(fstat(fd, &st), &st, out);
}

int os_disk_read_record(int fd, void *bytes, size_t cap)
{
    ssize_t n;
    do
        n = read(fd, bytes, cap);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : (int)n;
}

int os_disk_may(const char *path, enum os_disk_mode mode)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return S_ISLNK(st.st_mode) ? -ELOOP : -EINVAL;
    return faccessat(AT_FDCWD, path, mode == OS_DISK_READ ? R_OK : R_OK | W_OK, AT_EACCESS) < 0 ? -errno : 0;
}

int os_disk_remove(const char *path)
{
    return unlink(path) < 0 ? -errno : 0;
}

int os_disk_whose(int fd, const char *dir)
{
    struct stat st, above;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_mode & (S_IWGRP | S_IWOTH))
        return -EPERM;
    if (st.st_uid == geteuid() || st.st_uid == 0)
        return 0;
    return geteuid() == 0 && stat(dir, &above) == 0 && above.st_uid == st.st_uid ? 1 : -EPERM;
}

void os_disk_give(int fd, const char *dir)
{
    struct stat st;
    if (geteuid() == 0 && stat(dir, &st) == 0 && st.st_uid != 0 && fchown(fd, st.st_uid, st.st_gid) < 0)
        return; /* then it stays root's, which root may read */
}

/* flock(2) has no time limit; whoever holds it does so for milliseconds. */
int os_disk_hold(int fd, int wait_ms)
{
    int64_t until_ns = os_mono_ns() + wait_ms * (int64_t)1000000;
    for (int pause_us = 200;; pause_us = pause_us < 20000 ? pause_us * 2 : pause_us) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return -errno;
        if (os_mono_ns() >= until_ns)
            return -EBUSY;
        usleep((useconds_t)pause_us);
    }
}

void os_disk_let_go(int fd)
{
    flock(fd, LOCK_UN);
}

/* The pid of whoever holds the lock, as it wrote it. */
static int32_t os_disk_owner(int fd)
{
    char text[16] = "";
    return pread(fd, text, sizeof text - 1, 0) > 0 ? (int32_t)strtol(text, NULL, 10) : 0;
}

int os_disk_lock(const char *path, int32_t *owner)
{
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
        *owner = os_disk_owner(fd);
        close(fd);
        return rc;
    }
    char text[16];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) < 0)
        *owner = 0; /* only who asks for a name misses it; the lock holds all the same */
    return fd;
}

bool os_disk_is_locked(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool locked = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    close(fd);
    return locked;
}
