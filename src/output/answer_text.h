/* An answer of ask/ask.h for a terminal: its sentences, a small chart, what could be asked next. */
#ifndef OUTPUT_ANSWER_TEXT_H
#define OUTPUT_ANSWER_TEXT_H

#include "ask/answer.h"
#include "output/screen.h"

/* more: say what could be asked next. */
void answer_text(struct buf *out, const struct answer *a, const struct screen *s, bool more);

#endif
