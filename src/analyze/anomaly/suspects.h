/* Which processes moved when something happened. */
#ifndef ANALYZE_SUSPECTS_H
#define ANALYZE_SUSPECTS_H

#include "analyze/anomaly/changed.h"

/*
 * Fills a->suspects from the process tables around a->start, by the measure of a->area: memory grown, bytes read and
 * written, processes that came and went, CPU with that of ended children. Processes of one name count together, and
 * the largest of them gives the pid. None where no table was recorded and where nothing moved enough, nor for
 * an end: who does more while something falls is not why. Of traffic the
 * kernel keeps no account per process: there it is who began to work then.
 */
void suspects_find(const struct recording *r, struct anomaly *a);

/*
 * The name whose processes did most in the rows from..to (both included), by the measure of an
 * area. False where no table was recorded or nothing was done.
 */
bool suspects_most(const struct recording *r, enum area area, size_t from, size_t to,
                   struct suspect *out);

/*
 * Whose processes did more or less in the rows start..to-1 than in those before, came or went; by CPU, memory held,
 * or bytes read and written, whichever changed most. What changed most first; returns how many of `max`.
 */
int suspects_changes(const struct recording *r, size_t begin, size_t start, size_t to, struct changed_process *out,
                     int max);

/* How much more the processes wrote just after a row than just before it, bytes per second. */
double suspects_writing(const struct recording *r, size_t start, size_t end);

#endif
