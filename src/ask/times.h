/*
 * Periods in words: "last night", "yesterday at 14:05", "between 9 and 11", "the last 2 hours", "since the boot".
 *
 * Days, hours and weeks are those of a place, told by its distance from UTC, which is the same all the time: over a
 * change to summer time, words mean an hour more or less. A day has a morning (6 to 12), an afternoon (12 to 18), an
 * evening (18 to 24) and a night, which ends at 6 of the day after and begins at 22. A week begins with Monday. "last
 * week" and "last month" are those of the calendar, "the last 7 days" is up to now.
 */
#ifndef ASK_TIMES_H
#define ASK_TIMES_H

#include "ask/words.h"

#include <stdint.h>

struct times_here {
    int64_t now_ms;       /* wall clock */
    int offset_s;         /* of local time: 3600 = an hour ahead of UTC */
    int64_t first_ms;     /* when recording began; what "ever" begins with */
    int64_t boot_ms;      /* when the machine started; 0 = not known */
    bool over;            /* of a recording: now is its end */
};

enum span_kind {
    SPAN_NONE,
    SPAN_NOW,
    SPAN_AT,     /* a minute, or a second where seconds were given */
    SPAN_RANGE,
    SPAN_AHEAD,  /* in the future */
};

struct span {
    enum span_kind kind;
    int64_t from_ms, to_ms; /* wall clock, both in; nothing after now but for SPAN_AHEAD */
};

/*
 * Finds up to two periods, in their order, and takes their words. Returns how many: two are there to be compared.
 * "since the boot" where that is not known begins with the recording.
 */
int times_read(struct words *q, const struct times_here *here, struct span out[static 2]);

/* "14:05:30", "Nov 25 14:05": local, as short as it can be understood at `now`; seconds where they are not 0. */
char *times_text(const struct times_here *here, int64_t ms, char *out, size_t cap);

/* "from 22:00 on Nov 25 to 06:00 on Nov 26", "at 14:05", "on Nov 25", with the zone: "UTC", "UTC+01:00". */
char *times_span_text(const struct times_here *here, const struct span *s, char *out, size_t cap);

#endif
