/*
 * Times of the day in words: "14:05", "2.06 pm", "half past nine", "14h05", "1405" (behind "at"), "noon", "this time".
 * "UTC", "GMT" or "Z" behind one makes it one of UTC.
 */
#ifndef ASK_CLOCKS_H
#define ASK_CLOCKS_H

#include "ask/moments.h"

/* Returns the word behind it, 0 where there is none. `bare`: a number alone is an hour. */
int clock_read(const struct times *t, int i, bool bare, struct moment_words *m);

#endif
