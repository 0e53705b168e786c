/*
 * Times as a person types them, in UTC like every time of Sonde; and the words for months and zones.
 *
 *   now, today, yesterday              a day is its beginning
 *   yesterday 14:05, today 09:00:30
 *   14:05, 14:05:30                    the last time that it was so late
 *   2026-11-22, 2026-11-22 14:05       also with T, seconds, a fraction, "Z", "+02:00"
 *   -90m, -1h30m, 2h ago, 3 days ago   s, m, h, d, w, or in words
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* How such times are written, in a few words, for messages. */
#define WHEN_FORMS "2026-11-22T14:05, 14:05, 'yesterday 14:05', -2h, '3 days ago' or now, in UTC"

/* False: it is none, or not in the years 1 to 9999. */
bool when_parse(const char *text, int64_t now_ms, int64_t *out_ms);

/* Does a time lie in the years 1 to 9999, which can be written? */
bool when_fits(int64_t ms);

/* "Jan" to "Dec" of 1 to 12; "?" of what is no month. */
const char *when_month_name(int month);

#define WHEN_ZONE_MAX 16 /* bytes of "UTC+01:00" and its NUL, with room */

/* "UTC", "UTC+01:00", by the seconds that a zone is ahead of it, less than a day. Returns out. */
char *when_zone_text(int zone_s, char out[static WHEN_ZONE_MAX]);

#endif
