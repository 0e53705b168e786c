/*
 * What a question is about: topics of the table, of one device perhaps, or any metric by its name or the words of it.
 */
#ifndef ASK_SUBJECTS_H
#define ASK_SUBJECTS_H

#include "ask/scope.h"
#include "ask/topics.h"
#include "ask/words.h"

#define SUBJECTS_MAX 3
#define SUBJECT_GLOBS 256

struct subject {
    const struct topic *topic;  /* NULL: a metric by its name */
    char globs[SUBJECT_GLOBS];  /* sets separated by blanks: the first that is there answers */
    char inst[96];              /* of which device; "" for all */
    char label[128];            /* for people */
    enum topic_of of;
    bool by_side;               /* only a side of a thing was named: "how hot is it" */
};

/* The subject of a topic, of all its devices, or of one: its instance, as the metrics have it. */
struct subject subject_of(const struct topic *t, const struct scope *s, const char *inst);

/* A label without "fullest" and the like, of which there is one only. */
const char *subject_plain(const char *label);

/* That of one metric by its id. False: there is no such. */
bool subject_by_id(const struct scope *s, const char *id, struct subject *out);

/*
 * Finds what is named, in its order, and takes its words. Words that are misspelt names of metrics are put right.
 * Returns how many.
 */
int subjects_read(struct words *q, const struct scope *s, struct subject out[static SUBJECTS_MAX]);

/* Is anything of a subject measured here? The slot of the first that is, or -1. */
int subject_slot(const struct subject *u, const struct scope *s);

#endif
