/*
 * A small archive on disk, made of the machine of store_sample.h by the writers that the recorder uses, and
 * everything that is true of it in memory: for tests of what reads, prunes and checks archives.
 */
#ifndef TESTS_UNIT_ARCHIVE_SAMPLE_H
#define TESTS_UNIT_ARCHIVE_SAMPLE_H

#include "store_sample.h"

#define MADE_BLOCK 25                      /* instants of a block */
#define MADE_GROUP (MADE_BLOCK * 24)       /* of a pair of summaries */

#define MADE_DAMAGES (TEST_SLOW ? 100 : 1000) /* how many a test tries; of test.h */

struct made_tick {
    int64_t wall_ms;
    bool summed;     /* it is in summaries */
    int n;           /* slots by then */
    double *v;       /* by the slots of made.s.schema, rates too */
};

struct made {
    char dir[64];
    struct sample s;
    struct frame before, now;
    struct made_tick *tick;
    size_t n, cap;
};

void made_init(struct made *m, int disks); /* an empty archive; an instant every second */
void made_done(struct made *m);

/* Part `part` of a session ("session_" + stem): instants from..to-1; left open, as after a crash, or closed. */
void made_part(struct made *m, const char *stem, int part, int64_t from, int64_t to, bool closed);

/* The journal behind it: instants from..to-1, of block number `block`. */
void made_journal(struct made *m, const char *stem, int part, int block, int64_t from, int64_t to);

/* The path of a segment, in a static buffer. */
const char *made_path(const struct made *m, const char *stem, int part);

#endif
