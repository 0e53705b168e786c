/* The files of the flight recorder: what DIR/flight holds, and writing one of them. */
#ifndef STORE_FLIGHT_FILES_H
#define STORE_FLIGHT_FILES_H

#include "os/os.h"
#include "store/segment.h"
#include "store/space.h"
#include "store/tape.h"

struct flight_file {
    const char *dir;           /* DIR/flight */
    struct space *space;
    int64_t files_bytes;       /* the most that all files may take */
    char name[40];             /* "20261126_021311.flight" */
    struct segment_writer *writer;
    struct tape *tape;         /* plays what comes, to be packed */
    uint32_t blocks;
};

/* Makes a file named after a time; _2, _3 ... where there is one. Of a file that is { .dir, .space, .files_bytes }. */
int flight_file_begin(struct flight_file *f, const struct tape_about *about, int64_t wall_ms);

/* Bytes of a tape, whole chunks, appended as a block. After an error only flight_file_leave() is good. */
int flight_file_put(struct flight_file *f, const struct buf *bytes);
int flight_file_finish(struct flight_file *f); /* it is gone in any case */
void flight_file_leave(struct flight_file *f);

/* A line more in the note beside the file of this name. */
int flight_file_note(const struct flight_file *f, const char *line);

#endif
