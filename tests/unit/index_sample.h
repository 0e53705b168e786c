/* index_sample.h - an index in a folder of its own, for the tests of it. */
#ifndef TESTS_UNIT_INDEX_SAMPLE_H
#define TESTS_UNIT_INDEX_SAMPLE_H

#include "store/index.h"

#define SAMPLE_START 1795342500000 /* 2026-11-22T10:15:00Z */

struct sample {
    char dir[256], path[300];
    int filled; /* how often the index asked to be filled */
    int fails;  /* what filling answers */
};

int sample_setup(void **state); /* *state is a struct sample */
int sample_teardown(void **state);

/* As the recorder opens it; rebuilding adds one session with two events and a segment. */
struct index *sample_open(struct sample *s, int64_t allowance);
int sample_try(struct sample *s, int64_t allowance, struct index **out);

/* Puts a session that runs: its id is made of the start, with _2, _3 ... where that is taken. */
void sample_begin(struct index *x, struct index_session *s, char id[static INDEX_ID_MAX]);

/* A session of an hour that began so many hours after SAMPLE_START, with its events and anomalies; it ended. */
void sample_session(struct index *x, int hours, int events, int anomalies, char id[static INDEX_ID_MAX]);

struct event sample_event(int64_t wall_ms, enum event_kind kind);

/* Bytes of index.db, -wal and -shm together, in whole blocks. */
int64_t sample_bytes(const struct sample *s);

#endif
