/*
 * Days and months in words: "yesterday", "next tuesday", "3 days ago", "the 24th", "22 november", "2026-11-22",
 * "24/11", "in october". A day without a year, a month or a week is the last one that has begun, or the coming one
 * in a question about what will be.
 */
#ifndef ASK_DATES_H
#define ASK_DATES_H

#include "ask/moments.h"

/* A day, with the clock that is one word with it. Returns the word behind it, 0 where there is none. */
int date_read(const struct times *t, int i, struct moment_words *m);

/* A whole month, with a year perhaps: "october", "last november", "november 2025". */
int date_month(const struct times *t, int i, struct moment_words *m);

#endif
