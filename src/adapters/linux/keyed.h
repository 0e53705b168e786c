/*
 * Files of the kernel in which every number has a name: /proc/meminfo, vmstat, net/snmp and others.
 *
 * The kernel prints hundreds of numbers, always in the same order until it is replaced by another
 * one. So the place of each wanted key is looked up once; a reading steps to those places, checks
 * that the key still stands there, and looks all up again only where it does not.
 *
 * A key that ends in an asterisk is the sum of all that begin so: "pgalloc_*".
 */
#ifndef ADAPTERS_LINUX_KEYED_H
#define ADAPTERS_LINUX_KEYED_H

#include "adapters/linux/lines.h"

enum keyed_layout {
    KEYED_LINES,   /* "pgfault 42", "MemFree: 42 kB", "Node 0 MemFree: 42 kB"; the key is "MemFree" */
    KEYED_PAIRS,   /* "TCP: inuse 4 orphan 0"; the key is "TCP: inuse" */
    KEYED_LISTS,   /* "rpc 1500 3 0"; the key is "rpc 0" for the first number */
    KEYED_COLUMNS, /* "Tcp: RtoMin CurrEstab" over "Tcp: 200 3"; the key is "Tcp: CurrEstab" */
    KEYED_CORES,   /* names over a line of hexadecimal numbers for each core, which are added up: /proc/net/stat */
    KEYED_FILES,   /* a directory of files of one or more numbers; the key is "file-nr", or "file-nr 2" for the third */
};

struct keyed {
    enum keyed_layout layout;
    struct lines file;
    int *fd;                /* of KEYED_FILES: of each key, -1 for none */
    const char *const *key; /* n keys, borrowed */
    int n;
    struct keyed_want { int item, key; } *want; /* those that the file has, in its order */
    int n_want, room;
    int most;               /* how many of them at best: a cut file is looked up again */
    struct { const char *head, *names, *numbers; int at; } line; /* the one that is being split */
};

/*
 * Opens a file of KEYED_LINES, or of any layout, and looks up the keys. Errors: those of opening
 * and reading; -ENODATA when it has none of the keys. On failure nothing is left to be closed.
 */
int keyed_open(struct keyed *k, const char *root, const char *path, const char *const *key, int n);
int keyed_open_as(struct keyed *k, enum keyed_layout layout, const char *root, const char *path,
                  const char *const *key, int n);
void keyed_close(struct keyed *k); /* fine on one that is all zero */

/* value[i] becomes the number beside key[i], NaN where there is none; n values.
 * Does not allocate. */
void keyed_read(struct keyed *k, double *value);

/* Does the file have the key? As of the last look-up. */
bool keyed_has(const struct keyed *k, int i);

#endif
