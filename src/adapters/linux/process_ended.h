/* Who ended between two tables: from one record each to rows of the table. */
#ifndef ADAPTERS_LINUX_PROCESS_ENDED_H
#define ADAPTERS_LINUX_PROCESS_ENDED_H

#include "core/proctab.h"

#define ENDED_ROWS 32 /* the last holds all who have no row of their own */

/*
 * Adds rows for those who ended to the table `now`.
 *
 *   gone    as they were at their end; is put in order, without those named twice. Who is still in
 *           `now` (nobody has waited for it yet, or it ended just after it was read) gets its last
 *           account there and no row.
 *   before  the table before: what they had used by then is not counted again; gets the parent that
 *           each had at its end
 *
 * Returns how many ended.
 */
size_t ended_add(struct proctab *gone, struct proctab *before, struct proctab *now);

#endif
