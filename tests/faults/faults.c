/* faults.c - the wrapped calls. Threads share them: one lock. */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const fault_names[FAULTS] = {
    "write", "short write", "sync", "create", "remove", "rename", "cut", "read", "memory",
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { enum fault kind; long first, last; int error; long calls[FAULTS]; } set;
static bool logging;
static struct op_done *ops;
static size_t n_ops, cap_ops;

void faults_set(enum fault f, long nth, long times, int error)
{
    pthread_mutex_lock(&lock);
    memset(&set, 0, sizeof set);
    set.kind = f;
    set.first = nth;
    set.last = nth + times - 1;
    set.error = error;
    pthread_mutex_unlock(&lock);
}

long faults_calls(enum fault f)
{
    return set.calls[f];
}

int faults_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* Shall this call fail? Then errno says how. */
static bool faults_hit(enum fault f)
{
    pthread_mutex_lock(&lock);
    long n = ++set.calls[f];
    bool hit = set.kind == f && n >= set.first && n <= set.last;
    int error = set.error;
    pthread_mutex_unlock(&lock);
    if (hit)
        errno = error;
    return hit;
}

/* ---- the record ---- */

static void ops_add(enum op op, const char *path, int64_t at, const void *bytes, size_t n)
{
    pthread_mutex_lock(&lock);
    if (logging) {
        if (n_ops == cap_ops)
            ops = realloc(ops, (cap_ops = cap_ops * 2 + 64) * sizeof *ops);
        struct op_done *o = &ops[n_ops++];
        *o = (struct op_done){ .op = op, .path = strdup(path), .at = at, .n = n };
        if (n)
            memcpy(o->bytes = malloc(n), bytes, n);
    }
    pthread_mutex_unlock(&lock);
}

static void ops_add_fd(enum op op, int fd, int64_t at, const void *bytes, size_t n)
{
    char link[64], path[4096];
    if (!logging)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return;
    path[length] = '\0';
    ops_add(op, path, at, bytes, n);
}

void ops_start(void)
{
    logging = true;
}

void ops_mark(int64_t what)
{
    ops_add(OP_MARK, "", what, NULL, 0);
}

struct op_done *ops_stop(size_t *n)
{
    logging = false;
    *n = n_ops;
    return ops;
}

void ops_free(void)
{
    for (size_t i = 0; i < n_ops; i++) {
        free(ops[i].path);
        free(ops[i].bytes);
    }
    free(ops);
    ops = NULL;
    n_ops = cap_ops = 0;
}

/* ---- bytes ---- */

static struct { char path[256]; int64_t size; } sized[4096];
static size_t n_sized;
static char watched[256];
static int64_t bytes_now, bytes_peak;

void bytes_watch(const char *dir)
{
    snprintf(watched, sizeof watched, "%s/", dir);
    n_sized = 0;
    bytes_now = bytes_peak = 0;
}

int64_t bytes_most(void)
{
    return bytes_peak;
}

/* A file has this size now; -1: it is gone. */
static void bytes_note(const char *path, int64_t size)
{
    if (!*watched || strncmp(path, watched, strlen(watched)) != 0)
        return;
    size = size < 0 ? 0 : (size + 4095) / 4096 * 4096;
    pthread_mutex_lock(&lock);
    size_t i = 0;
    while (i < n_sized && strcmp(sized[i].path, path) != 0)
        i++;
    if (i == n_sized && n_sized < sizeof sized / sizeof *sized) {
        snprintf(sized[n_sized].path, sizeof sized[0].path, "%s", path);
        sized[n_sized++].size = 0;
    }
    bytes_now += size - sized[i].size;
    sized[i].size = size;
    if (!size)
        sized[i] = sized[--n_sized];
    bytes_peak = bytes_now > bytes_peak ? bytes_now : bytes_peak;
    pthread_mutex_unlock(&lock);
}

static void bytes_note_fd(int fd)
{
    char link[64], path[256];
    struct stat st;
    if (!*watched || fstat(fd, &st) < 0)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return;
    path[length] = '\0';
    bytes_note(path, st.st_size);
}

/* ---- the calls ---- */

ssize_t __real_pwrite64(int fd, const void *p, size_t n, int64_t at);
ssize_t __wrap_pwrite64(int fd, const void *p, size_t n, int64_t at);
ssize_t __real_pread64(int fd, void *p, size_t n, int64_t at);
ssize_t __wrap_pread64(int fd, void *p, size_t n, int64_t at);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_ftruncate64(int fd, int64_t size);
int __wrap_ftruncate64(int fd, int64_t size);
void *__real_mem_try(size_t n);
void *__wrap_mem_try(size_t n);
void *__real_mem_try_resize(void *p, size_t n);
void *__wrap_mem_try_resize(void *p, size_t n);

ssize_t __wrap_pwrite64(int fd, const void *p, size_t n, int64_t at)
{
    if (faults_hit(FAULT_WRITE))
        return -1;
    if (faults_hit(FAULT_SHORT)) { /* half of it, and the next call says why */
        pthread_mutex_lock(&lock);
        if (set.kind == FAULT_SHORT) {
            set.kind = FAULT_WRITE;
            set.first = set.last = set.calls[FAULT_WRITE] + 1;
        }
        pthread_mutex_unlock(&lock);
        n = n / 2 + 1;
    }
    ssize_t put = __real_pwrite64(fd, p, n, at);
    bytes_note_fd(fd);
    if (put > 0)
        ops_add_fd(OP_WRITE, fd, at, p, (size_t)put);
    return put;
}

ssize_t __wrap_pread64(int fd, void *p, size_t n, int64_t at)
{
    return faults_hit(FAULT_READ) ? -1 : __real_pread64(fd, p, n, at);
}

int __wrap_fdatasync(int fd)
{
    if (faults_hit(FAULT_SYNC))
        return -1;
    int rc = __real_fdatasync(fd);
    ops_add_fd(OP_SYNC, fd, 0, NULL, 0);
    return rc;
}

int __wrap_fsync(int fd)
{
    if (faults_hit(FAULT_SYNC))
        return -1;
    int rc = __real_fsync(fd);
    struct stat st;
    ops_add_fd(fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? OP_SYNC_DIR : OP_SYNC, fd, 0, NULL, 0);
    return rc;
}

int __wrap_open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    int mode = flags & O_CREAT ? va_arg(more, int) : 0;
    va_end(more);
    if (flags & O_CREAT && faults_hit(FAULT_CREATE))
        return -1;
    int fd = __real_open64(path, flags, mode);
    if (fd >= 0 && flags & O_CREAT && flags & O_EXCL)
        ops_add(OP_CREATE, path, 0, NULL, 0);
    return fd;
}

int __wrap_unlink(const char *path)
{
    if (faults_hit(FAULT_REMOVE))
        return -1;
    int rc = __real_unlink(path);
    if (rc == 0)
        bytes_note(path, -1);
    if (rc == 0)
        ops_add(OP_REMOVE, path, 0, NULL, 0);
    return rc;
}

int __wrap_rename(const char *from, const char *to)
{
    if (faults_hit(FAULT_RENAME))
        return -1;
    struct stat st;
    int rc = __real_rename(from, to);
    if (rc == 0 && stat(to, &st) == 0) {
        bytes_note(from, -1);
        bytes_note(to, st.st_size);
    }
    return rc;
}

int __wrap_ftruncate64(int fd, int64_t size)
{
    if (faults_hit(FAULT_CUT))
        return -1;
    int rc = __real_ftruncate64(fd, size);
    bytes_note_fd(fd);
    if (rc == 0)
        ops_add_fd(OP_CUT, fd, size, NULL, 0);
    return rc;
}

void *__wrap_mem_try(size_t n)
{
    return faults_hit(FAULT_MEMORY) ? NULL : __real_mem_try(n);
}

void *__wrap_mem_try_resize(void *p, size_t n)
{
    return faults_hit(FAULT_MEMORY) ? NULL : __real_mem_try_resize(p, n);
}
