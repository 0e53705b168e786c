/*
 * The byte cap of a data directory: what may be written is asked for before it is written, so that the
 * directory never holds more than the cap, not for an instant.
 *
 * Everything below the directory counts: segments, journals, index, CSV logs, files of others. Files
 * count in whole blocks of SPACE_BLOCK bytes, as a file system stores them, and every directory counts one,
 * so that neither the sum of the sizes nor `du` passes the cap. Safe to use from several threads.
 */
#ifndef STORE_SPACE_H
#define STORE_SPACE_H

#include <stdint.h>

#define SPACE_BLOCK 4096

struct space;

/* Measures the directory, which must exist. cap in bytes, 0 = none. Errors: those of reading it. */
int space_open(const char *dir, int64_t cap, struct space **out);
void space_free(struct space *s);

/*
 * May a file grow from `before` to `after` bytes (before = -1: it is new)? 0 when it may, and it counts
 * from now on; -EDQUOT where the cap is in the way.
 * Shrinking always may: after = -1 says that the file is gone. A write that failed is undone by the
 * opposite call.
 */
int space_resize(struct space *s, int64_t before, int64_t after);

/* Counts a file that came to be there without having asked, even where the cap is passed by it. s may be NULL. */
void space_add(struct space *s, const char *path);

/* Removes a file that counts; one that is not there is gone. s may be NULL. */
int space_remove(struct space *s, const char *path);

int64_t space_used(struct space *s);
int64_t space_cap(struct space *s);
void space_set_cap(struct space *s, int64_t cap); /* from now on; what is above it already has to go */

/* Bytes that are set aside for whoever cannot ask before each write: the index, whose own files are not counted
 * beside them. They count as used, even where the cap is passed by that: then all others must wait. */
void space_reserve(struct space *s, int64_t bytes);

#endif
