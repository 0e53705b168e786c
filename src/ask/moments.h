/* Moments and lengths of time in words: "yesterday at 14:05", "monday night", "2 hours ago", "half an hour". */
#ifndef ASK_MOMENTS_H
#define ASK_MOMENTS_H

#include "ask/words.h"

#include <stdbool.h>
#include <stdint.h>

/* A question, and what its times are reckoned from. */
struct times {
    struct words *q;
    int64_t now, first, boot; /* local ms */
    int64_t offset;           /* of local time, ms */
    bool two, apart;          /* times are to be compared: "between monday and tuesday" are two; 7 and 9, too */
    bool ahead;               /* it asks about what will be: "friday" is the coming one */
};

/* What is known of a moment. */
struct moment_words {
    bool day, part, clock, period;
    bool guessed;           /* the day follows from the part */
    bool ahead;             /* of two that it could be, the coming one */
    bool utc;               /* the clock is that of UTC */
    bool so_late;           /* the clock is that of now: "this time yesterday" */
    int64_t day_ms;         /* where its day begins */
    int part_from, part_to; /* hours of the day; beyond 24: of the next */
    int64_t clock_ms;       /* of the day */
    int64_t clock_long;     /* a minute, or a second */
    int64_t from, to;       /* of a whole period: an hour ago, this week; to is not in it */
    bool brief;             /* of a period: it is an instant */
};

/* All return the word behind what was read, or 0 where there is none. `bare`: a number alone is an hour. */
int moment_read(const struct times *t, int i, bool bare, struct moment_words *m);

/* "2 hours", "half an hour", "an hour and a half", "1 h 30 m"; unit: the ms of the first of its units. */
int moment_length(const struct times *t, int i, int64_t *out_ms, int64_t *unit_ms);

/* A number in digits or in words: "5", "forty five", "a couple". */
int moment_number(const struct times *t, int i, double *out);

/* The first word that is none of "the", "in", "of" and the like. */
int moment_skip(const struct times *t, int i);

/* Is "may" the month here? */
bool moment_is_may(const struct times *t, int i);

/* Does word i stand behind one of a list, articles between them passed over? As typed: "past" is not "last". */
bool moment_behind(const struct times *t, int i, const char *list);

/* The ms of a unit of time; 0 where the word is none. */
int64_t moment_unit(const struct times *t, int i);

/* Where it begins and, not in it, ends. A clock without a day is the last one that was; with a night it lies in it. */
void moment_resolve(const struct times *t, const struct moment_words *m, int64_t *from, int64_t *to, bool *brief);

#endif
