/*
 * Checks a value that a person typed (an option, a line of a file) against what its table allows,
 * and says in words what is wrong with it. Options and configuration share the rules and the words.
 */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The whole text as a number from min to max; infinite bounds, and min == max, mean any.
 *
 * Returns false and puts what is wrong ("'abc' is not a number; give one from 0.1 to 3600").
 */
bool check_number(const char *text, double min, double max, double *out, struct buf *complaint);

/* The same for a whole number. */
bool check_count(const char *text, double min, double max, double *out, struct buf *complaint);

/* The same for a duration in seconds: "90", "90s", "1.5m", "2h". */
bool check_duration(const char *text, double min, double max, double *out_s, struct buf *complaint);

/* A time in UTC, as base/when.h reads it: milliseconds since 1970. */
bool check_time(const char *text, int64_t now_ms, int64_t *out_ms, struct buf *complaint);

/* One of `choices`, separated by blanks. */
bool check_choice(const char *text, const char *choices, struct buf *complaint);

/* Puts "0.1 to 3600", "at least 0.1", "at most 5" or nothing. */
void check_put_range(struct buf *out, double min, double max);

/* Puts the words of a list, which blanks separate, as "a, b, c". */
void check_put_list(struct buf *out, const char *words);

/* Puts the text in quotes, without control characters, cut where it is long. */
void check_put_quoted(struct buf *out, const char *text);

#endif
