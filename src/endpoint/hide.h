/*
 * Takes out of texts what is nobody's business: names of processes, services and labels, paths, ids. Each becomes
 * "process 1", "path 2": the same thing has the same word all over what is sent, so that it can be talked about.
 *
 * Names are found because they are known (hide_name()), or by how our sentences write them ("NAME (pid 812)"); paths,
 * units of the service manager and ids by their form.
 */
#ifndef ENDPOINT_HIDE_H
#define ENDPOINT_HIDE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum hide_kind { HIDE_PROCESS, HIDE_GROUP, HIDE_LABEL, HIDE_PATH, HIDE_ID, HIDE_KINDS };

#define HIDE_NAME_MAX 200

struct hide {
    bool stays[HIDE_KINDS];      /* what is of these kinds is left as it is */
    struct hidden {
        char *name;
        enum hide_kind kind;
        int number;              /* 0: not met yet */
    } *p;                        /* the longest first, of those by name */
    size_t n, cap;
    int numbers[HIDE_KINDS];
};

void hide_done(struct hide *h); /* `struct hide h = { 0 }` is an empty one */

/* A name that may stand in texts; any case of it is meant. NULL and "" are none. */
void hide_name(struct hide *h, enum hide_kind kind, const char *name);

/* The names that a sentence of ours has before "(pid 812)". hide_put() does it for its own text. */
void hide_learn(struct hide *h, const char *text);

/* Appends a text without what is to be hidden; its control characters become '?'. */
void hide_put(struct hide *h, const char *from, struct buf *out);

#endif
