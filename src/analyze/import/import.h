/*
 * A file of measurements into a recording: CSV (RFC 4180) or the JSON of --save-data.
 *
 * CSV: a header line, a first column `t`, `time` or `timestamp` (ISO 8601; or numbers: seconds
 * below 1e11, milliseconds above), then one column per metric. Names of ours, "family{instance}",
 * and those of the second seed get their unit and kind; all others are plain numbers. An empty
 * cell, NaN, NA, null, None and an infinity are "not known".
 *
 * The CSV logs of a recorder are known by their last column, IMPORT_UNCHANGED: there an empty cell means
 * that the value is still near the last one above, rows may end early, and NaN is what is not known. Those
 * that are compressed (zstd) are read as they are, as is any CSV. Lines of theirs with zero bytes, as a loss of power
 * leaves, are passed over and told as events; behind them each value is "not known" until it is told again. Any other
 * file with a zero byte is no text.
 *
 * Rows are in the order of time. Rows that share one time stamp are taken as a millisecond apart;
 * where local time was set back (once in IMPORT_SET_BACK_ROWS rows at most) they go on as before.
 */
#ifndef ANALYZE_IMPORT_H
#define ANALYZE_IMPORT_H

#include "core/recording.h"

#include <stddef.h>
#include <stdint.h>

#define IMPORT_MAX_COLUMNS 16384
#define IMPORT_MAX_LINE (4u << 20)      /* bytes of one row */
#define IMPORT_MAX_CELLS 400000000u     /* numbers in all: 3.2 GB */
#define IMPORT_MAX_JSON (64u << 20)     /* bytes of a JSON file, parsed as a whole */
#define IMPORT_MAX_SET_BACK 100u        /* times that rows step back in time */
#define IMPORT_MAX_DAMAGES 100u         /* of a CSV log that are told */
#define IMPORT_SET_BACK_ROWS 100u       /* and at least so many rows for each */
#define IMPORT_MAX_PLAIN (INT64_C(16) << 30) /* bytes of a compressed file, when it is not any more */
#define IMPORT_MESSAGE 320

#define IMPORT_UNCHANGED "empty_is_within_percent"

/*
 * Why a JSON file may not be longer: jansson 2.14 on x86-64 makes a tree of 9.6 times the text of
 * --save-data, 20 times that of a list of numbers and 77 times that of empty objects (glibc's
 * mallinfo2). A file at the limit takes 0.6 GB; the worst file of that length 5 GB.
 */

/*
 * Reads a file.
 *
 *   message  room for one line that names the file, the line, the column and what to do
 *
 * Returns 0, and *out is the caller's. Errors: -EINVAL when the content is not as above, -E2BIG
 * when it is above a limit, -ENOMEM when there is no memory for it, others (-ENOENT, -EACCES,
 * -EISDIR ...) when it cannot be read; each with a message.
 */
int import_file(const char *path, struct recording **out, char *message, size_t cap);

/* The same from memory; `path` is for messages. */
int import_memory(const char *path, const char *text, size_t n, struct recording **out,
                  char *message, size_t cap);

#endif
