/* backoff.c - exponential, with jitter, so that what went away for many does not come back to all of them at once. */
#include "push/backoff.h"

#include <math.h>

void backoff_seed(struct backoff *b, uint64_t seed)
{
    rng_seed(&b->rng, seed);
    b->tries = 0;
}

void backoff_clear(struct backoff *b)
{
    b->tries = 0;
}

double backoff_next(struct backoff *b, double asked_s)
{
    double s = ldexp(1, b->tries < 16 ? b->tries : 16);
    if (s > BACKOFF_MAX_S)
        s = BACKOFF_MAX_S;
    s *= 0.5 + rng_unit(&b->rng) / 2;
    b->tries++;
    if (!(asked_s > 0))
        return s;
    double asked = asked_s < BACKOFF_ASKED_MAX_S ? asked_s : BACKOFF_ASKED_MAX_S;
    return asked > s ? asked : s;
}
