/*
 * Who records what `sonde serve` shows: the recorder that runs here already, or else one of our own, a process beside
 * us, so that what talks to the network never samples. Ours ends with us, whichever way we end.
 */
#ifndef APP_SERVE_KEEPER_H
#define APP_SERVE_KEEPER_H

#include "app/command.h"
#include "os/os.h"

struct keeper {
    const struct args *args;
    char dir[OS_PATH_MAX];  /* the data directory, absolute */
    bool own;               /* the recorder is ours */
    struct os_child child;  /* then; pid 0: it does not run */
    int64_t again_ns;       /* when it is started again */
};

/* Finds one, or the directory where ours is to record. -ENOENT and others: it was said. */
int keeper_find(struct keeper *k, const struct args *a);

/* Starts ours, where it is to be. Errors: it was said. */
int keeper_start(struct keeper *k);

/* For now and then: hands on what it complains of, starts it again where it died. */
void keeper_look(struct keeper *k);

void keeper_end(struct keeper *k);

#endif
