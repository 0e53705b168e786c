/*
 * Names of files in a data directory.
 *
 *   segments/20261126_021311_2.0.seg      session "session_20261126_021311_2", its part 0
 *   journal/20261126_021311_2.0.17.jnl    the same, of block 17
 *   lock                                  of who writes there
 */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include "os/os.h"

#include <stdbool.h>
#include <stdint.h>

#define NAMES_MAX 64
#define NAMES_SESSION_MAX 40

struct names {
    char session[NAMES_SESSION_MAX]; /* with "session_" */
    int part;
    int64_t block;      /* -1: a segment */
};

/* What the name of a file (without its folder) says; false where it is none of ours. */
bool names_parse(const char *file, struct names *out);

void names_file(const struct names *n, char out[static NAMES_MAX]); /* without folder */
int names_path(const char *dir, const struct names *n, char out[static OS_PATH_MAX]); /* -ENAMETOOLONG */

/* The file whose lock holds whoever writes to a data directory. -ENAMETOOLONG. */
int names_lock_path(const char *dir, char out[static OS_PATH_MAX]);

/* By session, part and block, as they came to be. For qsort(). */
int names_order(const void *a, const void *b);

/* The files of ours in dir/segments or dir/journal, in their order; *out is the caller's. Returns how many. */
int names_list(const char *dir, bool journals, struct names **out);

/* All files of one session, segments before journals; *out is the caller's. Returns how many. */
int names_of_session(const char *dir, const char *session, struct names **out);

/*
 * A name for a session that starts now: its start, numbered behind all of the same second. Never a number between,
 * though there be a free one: the order of names is that of time. 0, or why dir cannot be listed.
 */
int names_new_session(const char *dir, int64_t start_ms, char out[static NAMES_SESSION_MAX]);

#endif
