/* The page as one file (serve/api/onefile.h), of what a command shows. */
#ifndef APP_PAGE_FILE_H
#define APP_PAGE_FILE_H

#include "app/shown.h"

bool page_file_can(void); /* has the program a page inside? */

/*
 * Puts the file of a range, with a line of progress on a terminal unless --quiet. Errors as of onefile_put(), silent.
 */
int page_file_put(const struct args *a, struct shown *s, int64_t from_ms, int64_t to_ms, struct buf *out);

/* The same of all of a recording, by a private archive. What is wrong was said. */
int page_file_of_run(const struct args *a, const struct recording *rec, const struct report *r, struct buf *out);

#endif
