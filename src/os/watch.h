/*
 * What changes on the machine while somebody waits: mounts, devices; and files that grow.
 *
 * A struct os_watch belongs to the thread that waits, but for os_watch_wake(). Where the system allows neither kind of
 * notice it still waits, and whoever uses it looks now and then.
 */
#ifndef OS_WATCH_H
#define OS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OS_WATCH_MOUNTS = 1, OS_WATCH_DEVICES = 2 }; /* a set of them */

struct os_watch;
struct os_watch *os_watch_new(void); /* of the running machine */
void os_watch_free(struct os_watch *w);

int os_watch_can(const struct os_watch *w); /* which notices come */

/* Waits until os_mono_ns() reaches the time, or earlier where something changed, which it returns, or was woken: 0. */
int os_watch_wait(struct os_watch *w, int64_t until_ns);
void os_watch_wake(struct os_watch *w); /* from any thread */

/* ---- files below a root ---- */

struct os_seen {
    uint64_t inode;    /* and which device it is on, in one number that changes when another file takes its place */
    int64_t bytes;
    int64_t written_ms;/* when it was written last, by the wall clock */
};

/* Of a file or a directory. 0, or -ENOENT and others. */
int os_look(const char *root, const char *path, struct os_seen *out);

/* At most cap bytes of a regular file from an offset on; how many. -EINVAL: it is no such file. */
int64_t os_read_from(const char *root, const char *path, int64_t offset, char *bytes, size_t cap);

#endif
