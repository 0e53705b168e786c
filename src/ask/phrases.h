/* What two words mean together: "how come", "io wait", "at least"; and what is only polite: "can you tell me". */
#ifndef ASK_PHRASES_H
#define ASK_PHRASES_H

#include "ask/words.h"

/* Changes what words are called, before anything else looks at them. */
void phrases_read(struct words *q);

#endif
