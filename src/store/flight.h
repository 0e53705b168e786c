/*
 * The flight recorder: the last minutes with all processes, in memory, kept when something happens.
 *
 *     flight_note() --> ring of reels --event or command--> thread --> DIR/flight/20261126_021311.flight
 *
 * Every instant goes on a tape in memory, in pieces that stand alone (reels); the oldest piece goes when
 * there are more bytes or minutes than allowed. When an event is severe enough, or a person asks, what the ring
 * holds is packed into a file of its own, a segment as any other, and for some seconds the sampler is asked to be
 * fast: that burst becomes the end of the same file. The file is written while the burst goes on, so that little
 * is lost if the machine stops.
 *
 * Events start at most one file in FLIGHT_GAP_S. Those that come during the burst are in the file; later ones
 * are lines in the note beside it (20261126_021311.txt), as is why it was made.
 */
#ifndef STORE_FLIGHT_H
#define STORE_FLIGHT_H

#include "core/event.h"
#include "core/moment.h"
#include "core/schema.h"
#include "store/space.h"
#include "store/tape.h"

#include <stdbool.h>

#define FLIGHT_KEEP_S 600     /* the minutes before */
#define FLIGHT_GAP_S 600      /* between two files that events ask for */
#define FLIGHT_BURST_STEP_S 0.1

struct flight_options {
    const char *dir;          /* of the data; DIR/flight is made */
    struct space *space;      /* asked before anything is written; NULL: no cap */
    struct tape_about about;  /* what the files say of themselves */
    int64_t ring_bytes;       /* of all reels */
    int64_t files_bytes;      /* of all files in DIR/flight: the oldest go first */
    enum severity severity;   /* events from here on start a file */
    double burst_s;           /* 0: no burst */
};

struct flight;

/* -ENAMETOOLONG, or why DIR/flight cannot be made. */
int flight_open(const struct flight_options *o, struct flight **out);

/* Finishes the file that is being made. NULL: nothing to do. */
void flight_close(struct flight *f);

/*
 * One instant, with its whole table of processes; events in it may start a file. For whoever samples: does not
 * wait for the disk.
 */
void flight_note(struct flight *f, const struct schema *s, const struct moment *m);

/* Starts a file with the next instant; `why` is one line. Safe from any thread. Asked again while one is
 * made, it is another line in its note. */
void flight_trigger(struct flight *f, const char *why);

/* Should the sampler tick every FLIGHT_BURST_STEP_S now? */
bool flight_wants_burst(struct flight *f);

struct flight_state {
    int64_t ring_bytes;       /* in memory */
    double ring_s;            /* that it spans */
    int files;                /* made by this run */
    char last[40];            /* the name of the last one, "" = none */
    int error;                /* of making it: 0, or a negative errno value */
    bool busy;                /* one is being made */
};

void flight_state(struct flight *f, struct flight_state *out);

#endif
