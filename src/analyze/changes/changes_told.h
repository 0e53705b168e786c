/*
 * What was told of a machine lately, so that it is told once: the same sentence in ten minutes, and of one thing in
 * 90 s what is said first, as a line of a log and a look at /sys tell the same in other words. Of a file system the
 * last state is never hidden: where another was told in between, the same sentence is told again. Bounded; without a
 * lock.
 */
#ifndef ANALYZE_CHANGES_TOLD_H
#define ANALYZE_CHANGES_TOLD_H

#include "core/event.h"

#include <stdbool.h>

#define CHANGES_TOLD_MAX 128

struct changes_told {
    struct { uint64_t text, thing, subject; int64_t at_ms; } last[CHANGES_TOLD_MAX];
    int next;
};

/* Was it told already? Else it is now. */
bool changes_told(struct changes_told *t, const struct event *e);

#endif
