/*
 * Which numbers of a text are not in another: what a language model says holds numbers that nobody measured, and those
 * are pointed out. Numbers in words ("twice", "forty") are not looked at.
 */
#ifndef ENDPOINT_NUMBERS_H
#define ENDPOINT_NUMBERS_H

#include <stddef.h>

#define NUMBERS_MAX 16
#define NUMBERS_TEXT 32

/*
 * The numbers of `said` that are not in `known`, as they are written, each once, the first NUMBERS_MAX. One is there
 * when a number there rounds to it ("5" of 5.18), a time of day when a time there begins with it. Numbers of lists
 * ("1. ") and parts of names ("sda1") are none. Returns how many.
 */
size_t numbers_loose(const char *said, const char *known, char out[static NUMBERS_MAX][NUMBERS_TEXT]);

#endif
