/* The receivers that the configuration names, and how they fare: lines of `sonde doctor`. */
#ifndef APP_PUSH_NOTES_H
#define APP_PUSH_NOTES_H

#include "app/command.h"
#include "base/text.h"
#include "push/target.h"

struct push_note {
    char name[64];
    const char *format;        /* NULL: the line cannot be understood, and error says why */
    char url[512];             /* without its query */
    const char *state;         /* "ok", "failed", "waits" (it was sent nothing yet), "unknown": no recorder runs */
    char success[TEXT_TIME_MAX]; /* when it acknowledged something last; "": never, or that is not known */
    char error[TARGET_WHY];    /* "": none */
};

#define PUSH_NOTES TARGETS_MAX

/* Asks the recorder that runs. Returns how many. */
int push_notes(const struct args *a, struct push_note out[PUSH_NOTES]);

#endif
