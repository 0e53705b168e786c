/*
 * What a question means: what is wanted, of what, when. Made of its words, and of what was asked before where it goes
 * on from that: "and yesterday?", "why?", "which process?".
 */
#ifndef ASK_MEANING_H
#define ASK_MEANING_H

#include "ask/intents.h"
#include "ask/subjects.h"
#include "ask/times.h"

struct meaning {
    enum intent intent;
    struct subject subject[SUBJECTS_MAX];
    int n_subjects;
    struct span span[2];
    int n_spans;
    bool has_amount, below;    /* below it, not above, is asked about */
    bool reach;                /* the amount itself counts: "did it reach 90 %", "at least" */
    double amount;             /* in the unit */
    enum unit unit;
    int most;                  /* "top 5": so many are wanted; 0: not said */
    bool binary;               /* bytes are wanted in GiB */
    bool much;                 /* "how much": of what flows, the sum is meant */
    char process[24];          /* a name that may be a process's; "" for none */
    const char *unknown[2];    /* words that nobody knows, of `words`; n_unknown of them */
    int n_unknown;
    bool lost_time;            /* it tells a time that cannot be read, the first of these */
    int n_elsewhere;           /* words of other matters; of those that nothing here is about it is more than one */
    bool order;                /* "shut down the computer": something is to be done */
    struct words words;        /* as they were read, each marked by what took it */
};

/*
 *   before  what was asked before, NULL for nothing
 *
 * INTENT_NONE where it is not understood.
 */
void meaning_read(struct meaning *m, const char *question, const struct meaning *before, const struct scope *s,
                  const struct times_here *here);

/*
 * As an opaque text that a caller keeps and gives back, and back again. What comes back may be anything: false where
 * it is nothing of ours, and then *out is empty.
 */
void meaning_put(const struct meaning *m, struct buf *out);
bool meaning_take(const char *text, const struct scope *s, struct meaning *out);

#define MEANING_CONTEXT_MAX 4096 /* bytes of such a text */

#endif
