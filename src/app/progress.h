/*
 * What a person sees while samples are gathered: one line that is drawn over itself on a terminal,
 * with the share done, the time left and the numbers of the moment.
 */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "core/frame.h"
#include "core/schema.h"
#include "output/screen.h"

#include <stdio.h>

struct progress {
    FILE *to;            /* stderr, or stdout for the lines of --mode monitor; NULL = silent */
    struct screen screen;
    int (*width)(void);  /* of the terminal now; NULL = as the screen says */
    bool terminal;       /* draw over the line; else a line per tick, where `lines` is set */
    bool lines;          /* show all numbers, with the time, instead of a bar */
    double duration_s;   /* INFINITY: as long as there is something */
    const struct schema *schema;
    size_t ticks;        /* seen so far */
    struct buf last;     /* the line as it was drawn last */
};

/* For recording_run(): self is a struct progress. */
void progress_tick(void *self, double share, const struct frame *f);

/* Wipes the bar, keeps the last line of numbers. */
void progress_end(struct progress *p);

#endif
