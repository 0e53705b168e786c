/*
 * The walk over /proc/PID/stat, for the two ways that use it: every file at every reading, or those of
 * whoever has run, where somebody can say it.
 */
#ifndef ADAPTERS_LINUX_PROCESS_TEXT_H
#define ADAPTERS_LINUX_PROCESS_TEXT_H

#include "adapters/linux/process_walk.h"

#define TEXT_UNKNOWN UINT64_MAX

struct text;

/* Lists the processes for the first time: -ENODEV where there are none. */
int text_open(const char *root, struct text **out);
void text_close(struct text *s);

/*
 * Adds everybody to the table.
 *
 *   ask  NULL, or fills cpu_ns[i] with the exact CPU time of process pid[i], TEXT_UNKNOWN where it
 *        cannot: whoever has used none since the last reading is not read again, its row stays
 */
int text_read(struct text *s, struct proctab *now,
              void (*ask)(void *self, const int32_t *pid, size_t n, uint64_t *cpu_ns), void *self);

#endif
