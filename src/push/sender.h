/* The way to a receiver: one message goes there, and what it said of it comes back. */
#ifndef PUSH_SENDER_H
#define PUSH_SENDER_H

#include "push/target.h"

#define ANSWER_WHY 256

enum verdict {
    VERDICT_TAKEN,    /* it has it */
    VERDICT_OLD,      /* it has newer ones and takes no older */
    VERDICT_REFUSED,  /* it will never take it: it is malformed there, or too large */
    VERDICT_WAIT,     /* not now */
};

struct answer {
    enum verdict verdict;
    bool unknown;             /* of WAIT: it may have it all the same */
    bool lasting;             /* of WAIT: until somebody puts right its URL or its secret */
    bool parted;              /* the connection to it ended, or could not be made: it may have been started anew */
    size_t taken;             /* of WAIT: instants that it has for certain, from the first one on */
    double retry_after_s;     /* that it asked for; 0: nothing */
    uint64_t rejected;        /* of TAKEN: values in it that it did not keep */
    char why[ANSWER_WHY];     /* for people; of TAKEN what it says to it, "" mostly */
};

struct sender_way;

struct sender {
    const struct target *t;
    const struct sender_way *way;
    void *self;
    bool (*stop)(void *of);   /* asked several times a second; true ends what it does */
    void *stop_self;
    char *secret;             /* token or password; NULL: none */
};

struct sender_way {
    int (*open)(struct sender *s, char why[static ANSWER_WHY]);
    void (*send)(struct sender *s, const char *bytes, size_t n, struct answer *a);
    void (*close)(struct sender *s);
};

/* Can its secret be read, where it has one? 0, or why not and what to do. */
int sender_check_secret(const struct target *t, char why[static ANSWER_WHY]);

/* The module that it needs is there, and its secrets can be read: 0, or why not. t is borrowed. */
int sender_open(struct sender *s, const struct target *t, bool (*stop)(void *), void *stop_self,
                char why[static ANSWER_WHY]);
void sender_send(struct sender *s, const char *bytes, size_t n, struct answer *a);
void sender_close(struct sender *s); /* also of one that was not opened: all zero */

/* What an HTTP status and the text that came with it mean. */
void answer_of_status(int status, const char *text, struct answer *a);

extern const struct sender_way sender_http, sender_tcp, sender_mqtt;

#endif
