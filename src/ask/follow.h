/* "and yesterday?", "is that normal?", "for how long?": questions that say only what is other than before. */
#ifndef ASK_FOLLOW_H
#define ASK_FOLLOW_H

#include "ask/meaning.h"

/* Fills in what a meaning lacks by the one before, where it goes on from that. */
void follow(struct meaning *m, const struct meaning *before, const struct scope *s);

#endif
