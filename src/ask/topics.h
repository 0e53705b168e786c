/*
 * What is asked about: a table of things (the processor, the memory) and sides of them (how busy, how warm, how full),
 * with the metrics that answer. What the table does not have is found by the words of the metric's own name:
 * ask/subjects.h.
 */
#ifndef ASK_TOPICS_H
#define ASK_TOPICS_H

#include "ask/words.h"
#include "core/schema.h"

enum topic_of {
    OF_HIGHEST, /* the metrics are one quantity of several devices: the one that stands highest is meant, and named */
    OF_LOWEST,
    OF_SUM,     /* of all devices together */
};

struct topic {
    const char *key;     /* "memory.free"; stable: follow-ups and tests name it */
    const char *thing;   /* words that name the thing, separated by '|'; "" for none */
    const char *side;    /* words that name the side; "" for the main one */
    const char *label;   /* "memory in use" */
    const char *globs;   /* the metrics, in the order in which they are tried: sets are separated by blanks */
    enum topic_of of;
    bool alone;          /* the side names it without the thing: "how hot is it" */
    const char *with;    /* keys of what belongs to a full answer, separated by blanks */
    const char *missing; /* what this machine would need to have, of a metric that is not there: "a battery" */
};

const struct topic *topics_find(const char *key); /* NULL */

/* The topic of a thing's word and a side's word, "" for the main side: NULL where there is none such. */
const struct topic *topics_of(const char *thing, const char *side);

/* The topic that a side's word means without a thing; NULL. */
const struct topic *topics_alone(const char *side);

/* Is it a word for a thing? */
bool topics_is_thing(const char *word);

/* Is it a thing that only a machine has? One can ask how hot anything is. */
bool topics_is_device(const char *word);

/* Another topic about the same thing, in this unit; or NULL. */
const struct topic *topics_in_unit(const struct topic *t, enum unit unit);

#endif
