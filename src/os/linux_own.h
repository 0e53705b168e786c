/* What the files of this room share. */
#ifndef OS_LINUX_OWN_H
#define OS_LINUX_OWN_H

#include <stddef.h>

/*
 * Reads to the end; `hint` is the size, where it is known: files of /proc have none. 0 and *out, with a NUL behind its
 * *out_n bytes, for mem_free(); -EFBIG: more than max.
 */
int os_read_all(int fd, size_t hint, size_t max, char **out, size_t *out_n);

#endif
