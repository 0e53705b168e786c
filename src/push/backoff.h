/* How long to wait before the next try: twice as long each time, never all at once, and as long as was asked for. */
#ifndef PUSH_BACKOFF_H
#define PUSH_BACKOFF_H

#include "base/rng.h"

#define BACKOFF_MAX_S 300
#define BACKOFF_ASKED_MAX_S 3600 /* a receiver that asks for more is asked again then */

struct backoff {
    int tries;
    struct rng rng;
};

void backoff_seed(struct backoff *b, uint64_t seed);
void backoff_clear(struct backoff *b); /* it works again */

/* Seconds until the next try: half to all of 1, 2, 4 ... 300 s; at least what was asked for (0: nothing was). */
double backoff_next(struct backoff *b, double asked_s);

#endif
