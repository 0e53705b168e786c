/* A journal: the instants of a block to be, as a file that stands alone, appended to one by one. */
#ifndef STORE_STORE_JOURNAL_H
#define STORE_STORE_JOURNAL_H

#include "store/names.h"
#include "store/space.h"
#include "store/tape.h"

struct store_journal {
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
int store_journal_open(struct store_journal *j, const char *dir, const struct names *name,
                       const struct tape_about *about, const struct schema *s, struct space *space);

/* Appends an instant; after an error the file holds what it held before, and takes no more. */
int store_journal_append(struct store_journal *j, const struct schema *s, const struct moment *m);

void store_journal_close(struct store_journal *j); /* keeps its room for the next */
void store_journal_done(struct store_journal *j);

/*
 * Reads a whole journal and gives its instants, rates not derived. Passes over what is damaged, *lost counts
 * the places, if asked (NULL: not). The descriptor may be of a file that was removed since.
 */
int store_journal_read(int fd, tape_each *each, void *self, uint64_t *lost);

#endif
