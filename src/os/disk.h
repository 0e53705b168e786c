/*
 * Files of ours that grow and are read while they grow: the archive.
 *
 * Functions return 0 or a count, or a negative errno value. Whole files that are written at once have
 * os_write_file() in os/os.h.
 */
#ifndef OS_DISK_H
#define OS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum os_disk_mode {
    OS_DISK_READ,   /* an existing file */
    OS_DISK_WRITE,  /* an existing file, to read and write */
    OS_DISK_CREATE, /* a new one, mode 0600, to read and write; -EEXIST */
};

/* A descriptor, to be closed with os_close(). A symbolic link at the end of the path is refused: -ELOOP. */
int os_disk_open(const char *path, enum os_disk_mode mode);

/* Up to n bytes from an offset; fewer only at the end of the file. Returns how many. */
int64_t os_disk_read(int fd, void *bytes, size_t n, int64_t at);

/* All n bytes, or an error, after which some of them may be there. */
int os_disk_write(int fd, const void *bytes, size_t n, int64_t at);

int os_disk_sync(int fd);                 /* what was written survives a loss of power */
int os_disk_sync_dir(const char *dir);    /* so do names that were made and removed in it */
int os_disk_cut(int fd, int64_t size);    /* the file ends there */
int64_t os_disk_size(int fd);

struct os_disk_entry {
    int64_t size;      /* bytes */
    int64_t used;      /* bytes that it takes of the file system, whole blocks */
    int64_t changed_ms; /* when it was written last, as os_wall_ms() */
};

int os_disk_look(const char *path, struct os_disk_entry *out);

/* Which file a name leads to, for whoever reads one that others write, rename and cut. */
struct os_disk_identity {
    uint64_t device, inode;
    int64_t size, changed_ms;
    bool is_file;
};

int os_disk_identify(const char *path, struct os_disk_identity *out); /* links are followed */
int os_disk_identify_open(int fd, struct os_disk_identity *out);

/* One read of a device that gives a record with each: bytes, -EAGAIN there is none now, -EPIPE some were lost. */
int os_disk_read_record(int fd, void *bytes, size_t cap);

int os_disk_remove(const char *path);     /* a file */

/*
 * Whose is a file in a directory of ours, and may nobody else write to it? The user's or root's: 0. For root one of
 * whom the directory belongs to: 1, it is not to be trusted in everything. Else -EPERM.
 */
int os_disk_whose(int fd, const char *dir);
void os_disk_give(int fd, const char *dir); /* what root made there becomes the directory's owner's */

/*
 * The lock of a file that is open, shared by nobody, for as long as something is done to it: waits for at most so long,
 * then -EBUSY. The end of the process lets go of it, too.
 */
int os_disk_hold(int fd, int wait_ms);
void os_disk_let_go(int fd);

/*
 * Is it a file that we may open so? It is not opened for that: to close any descriptor of a file drops every lock
 * that this process has on it, those of SQLite too. 0, -ENOENT, -EACCES, -EROFS, -ELOOP a symbolic link, -EINVAL no
 * file.
 */
int os_disk_may(const char *path, enum os_disk_mode mode);

/*
 * Takes the lock of a file, made where there is none. It lasts until the descriptor is closed, or the
 * process ends in whatever way. -EBUSY when another process holds it, *owner is then its pid as it wrote
 * it there (0 where unknown).
 */
int os_disk_lock(const char *path, int32_t *owner);

/* Does somebody hold it? Also where we may only read; false where there is no such file. */
bool os_disk_is_locked(const char *path);

#endif
