/*
 * Files of "key value" lines, one number each: /proc/meminfo, /proc/vmstat.
 *
 * The kernel prints hundreds of lines, always in the same order until it is replaced by another
 * one. So the line of each wanted key is looked up once; a reading steps to those lines, checks
 * that the key still stands there, and looks all up again only where it does not.
 */
#ifndef ADAPTERS_LINUX_KEYED_H
#define ADAPTERS_LINUX_KEYED_H

#include "adapters/linux/lines.h"

struct keyed {
    struct lines file;
    const char *const *key; /* n keys, borrowed */
    int n;
    struct { int line, key; } *want; /* those that the file has, by line */
    int n_want, most;       /* how many of them now, and at best: a cut file is looked up again */
};

/*
 * Opens a file and looks up the keys. Errors: those of opening and reading; -ENODATA when
 * it has none of the keys. On failure nothing is left to be closed.
 */
int keyed_open(struct keyed *k, const char *root, const char *path, const char *const *key, int n);
void keyed_close(struct keyed *k);

/* value[i] becomes the number beside key[i], NaN where there is none; n values.
 * Does not allocate. */
void keyed_read(struct keyed *k, double *value);

/* Does the file have the key? As of the last look-up. */
bool keyed_has(const struct keyed *k, int i);

#endif
