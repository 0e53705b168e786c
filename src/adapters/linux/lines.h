/*
 * A file of lines, reread whole at every tick: /proc/diskstats, /proc/net/dev, mount tables.
 *
 * Only whole lines are given out: where a file is cut, half a number still looks like one.
 */
#ifndef ADAPTERS_LINUX_LINES_H
#define ADAPTERS_LINUX_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    int fd;
    char *text; /* the last reading */
    size_t cap;
    char *at;   /* the line that comes next */
    bool cut;   /* the last reading did not fit */
};

/* Opens; nothing is read yet. Errors: those of os_open_read(); then there is nothing to close. */
int lines_open(struct lines *l, const char *root, const char *path);
void lines_close(struct lines *l); /* fine on one whose lines_open() failed */

/* Reads the file as it is now; bytes read, or a negative errno value, and then there is no line. */
int lines_read(struct lines *l);

/* The next whole line, NUL-terminated in place of its newline; NULL behind the last. */
char *lines_next(struct lines *l);

/* Reads, with as much room as it takes and a quarter more:
 * numbers grow. Allocates. Returns as lines_read() does. */
int lines_read_all(struct lines *l);

#endif
