/* Reading and writing text: numbers, times, globs, near spellings, amounts for people. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_CPUS 65536  /* more than any system numbers */
#define TEXT_NUMBER_MAX 32
#define TEXT_TIME_MAX 32 /* bytes of "2026-11-22T10:26:16.123Z" and its NUL, with room */

/* A number made only of digits, at *p after blanks.
 * True and *p moved behind it, or false and *p unmoved. */
bool text_u64(const char **p, uint64_t *out);

/* "cpu17" gives 17; -1 for any other name, and for numbers of TEXT_CPUS and above. */
int text_cpu_number(const char *name);

/* How many numbers below TEXT_CPUS a list like "0-3,8,10-11\n" names; -1 where it is none. */
int text_list_count(const char *list);

/* The whole of `text` as a finite number, blanks around it allowed. */
bool text_double(const char *text, double *out);

/* "90", "90s", "1.5m", "2h", "1d": seconds. */
bool text_duration(const char *text, double *out_s);

/* RFC 3339 in UTC with milliseconds: "2026-11-22T10:26:16.123Z". Returns out. */
char *text_time(int64_t wall_ms, char out[static TEXT_TIME_MAX]);

/* "20261122_102616" in UTC, for file names and session ids. Returns out. */
char *text_stamp(int64_t wall_ms, char out[static TEXT_TIME_MAX]);

/* "10:26:16" in UTC. Returns out. */
char *text_clock(int64_t wall_ms, char out[static TEXT_TIME_MAX]);

/* ISO 8601: date, "T" or blank, time, optional fraction, optional "Z" or "+hh:mm";
 * without one, UTC. */
bool text_parse_time(const char *text, int64_t *out_ms);

/* Does the glob (`*`, `?`) match the whole text? */
bool text_glob(const char *glob, const char *text);

/* The same, of a glob that is the first n bytes: one of a list, say. */
bool text_glob_n(const char *glob, size_t n, const char *text);

/* Is a word one of a list, whose separators are given ("on off", " ")? An empty one never is. */
bool text_lists(const char *list, const char *separators, const char *word);

/* Edits (insert, delete, replace, swap of neighbours) between two texts;
 * over 63 bytes count as far. */
int text_distance(const char *a, const char *b);

/*
 * The nearest of n names to a wrong one, or NULL when none is near enough to be what was meant.
 * Every name is read from `names` with a step of `stride` bytes, each a `const char *`.
 */
const char *text_nearest(const char *wrong, const void *names, size_t n, size_t stride);

/*
 * A number as text with `digits` (1..15) significant digits, without zeros at the end: "0.123457".
 * A whole number below 1e15 keeps all of its digits, and so does the whole part of any other. The
 * last digit is off by at most one: for what was measured, many times a second (buf_double() is
 * exact). Returns the length; NaN and infinities give the empty text.
 */
size_t text_number(double v, int digits, char out[static TEXT_NUMBER_MAX]);

/* "1.50 GB", "312 MB", "0 B": three digits, powers of 1000. Returns out. */
char *text_bytes(double bytes, char *out, size_t cap);

/* "0.8 s", "45 s", "12 min", "3.5 h", "9 days". Returns out. */
char *text_span(double seconds, char *out, size_t cap);

/*
 * Decodes the code point at s, which is no end of a text.
 *
 *   c  the code point; -1 for what is not UTF-8 (RFC 3629: no overlong form, no surrogate)
 *
 * Returns its bytes, at least one; of what is no UTF-8, those to be passed over as one.
 */
size_t text_utf8(const char *s, long *c);

/* Does a code point do something to what is shown beside it? Controls move the cursor, direction and width marks hide
 * what a text says; so does -1, what is not UTF-8. */
bool text_hides(long c);

/* Every code point that does so, and every byte that is no UTF-8, becomes '?', in place. Returns text. */
char *text_clean(char *text);

/* Is it UTF-8 without control characters? */
bool text_is_plain(const char *text);

/* Is there nothing but blanks in it? */
bool text_is_blank(const char *text);

/* Copies what fits and always terminates; control characters become '?',
 * so that it can be shown. */
void text_copy(char *out, size_t cap, const char *from);

/* "\040" and the like, as the kernel writes blanks in mount points, become what they stand for;
 * in place. */
void text_unescape(char *text);

#endif
