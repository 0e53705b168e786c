/*
 * What `sonde service install` and `remove` do, as a list: it is made first, and then either shown (--dry-run) or
 * done, one step after the other, until one fails.
 */
#ifndef APP_SERVICE_STEPS_H
#define APP_SERVICE_STEPS_H

#include "app/command.h"
#include "base/json.h"

enum step_kind {
    STEP_FOLDER, /* a folder that everybody may look into */
    STEP_PRIVATE,/* a folder that is only the owner's */
    STEP_WRITE,  /* a file that everybody may read */
    STEP_DELETE, /* a file, or a folder that is empty; absent is fine, and one that is not empty stays */
    STEP_PURGE,  /* a folder with all that is in it */
    STEP_RUN,
};

enum { STEP_WORDS = 8, STEPS_MAX = 24 };

struct step {
    enum step_kind kind;
    char *path;               /* NULL: STEP_RUN */
    struct buf text;          /* to write; of a STEP_RUN what the program said */
    char *word[STEP_WORDS + 1];
    bool optional;            /* may fail: the rest is done all the same */
    bool done;
    int rc;                   /* 0, an error, or the exit status of the program */
};

struct steps {
    const char *into;         /* "": this system; else the steps reach nothing outside of it through links. Borrowed */
    struct step step[STEPS_MAX];
    int n;
};

void steps_done(struct steps *s);

void steps_folder(struct steps *s, const char *path, bool private); /* unless it is there */
struct buf *steps_write(struct steps *s, const char *path); /* the text is put there; borrowed */
void steps_delete(struct steps *s, const char *path);
void steps_purge(struct steps *s, const char *path);
struct step *steps_run(struct steps *s, bool optional, const char *const *words); /* to a NULL */

/* Does them. 0, or -1: one failed, and that was said, as is what was done unless `quiet`. */
int steps_do(struct steps *s, bool quiet);

/* The part of a path below `into`, as os_tree_*() take it: "etc/systemd/system". Empty: there is none. */
void steps_below(const char *into, const char *path, struct buf *out);

void steps_put_plan(const struct steps *s, struct buf *out); /* for people: what would be done */
void steps_put_json(const struct steps *s, struct json *j);  /* as the member "steps" */

#endif
