/* A journal: the instants of a block to be, as a file that stands alone, appended to one by one. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "store/names.h"
#include "store/space.h"
#include "store/tape.h"

struct journal {
    struct names name;
    char path[OS_PATH_MAX];
    int fd;                  /* -1: none is open */
    int64_t size;
    int ticks;
    int64_t last_ms;         /* wall clock of the last instant */
    struct space *space;
    struct tape_writer tape;
    struct buf out;          /* scratch */
};

/* Begins with { .fd = -1 }. Creates dir/journal/NAME and writes what a tape begins with. */
int journal_open(struct journal *j, const char *dir, const struct names *name, const struct tape_about *about,
                 const struct schema *s, struct space *space);

/* Appends an instant; after an error the file holds what it held before, and takes no more. */
int journal_append(struct journal *j, const struct schema *s, const struct moment *m);

void journal_close(struct journal *j); /* keeps its room for the next */
void journal_done(struct journal *j);

/*
 * Reads a whole journal and gives its instants, rates not derived. Passes over what is damaged, *lost counts
 * the places, if asked (NULL: not). The descriptor may be of a file that was removed since.
 */
int journal_read(int fd, tape_each *each, void *self, uint64_t *lost);

#endif
