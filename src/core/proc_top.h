/*
 * Which processes of an instant are worth keeping: those that somebody may have to name later.
 */
#ifndef CORE_PROC_TOP_H
#define CORE_PROC_TOP_H

#include "core/proctab.h"

/*
 * Moves those that did most to the front, by CPU, most first, and returns how many they are: `keep` at most,
 * fewer where fewer did anything. The order of the others is lost.
 *
 * A process can matter by its CPU, its memory, the growth of it, what it writes or reads, or the CPU of its
 * short-lived children: each measure has its share of `keep`, of those that no measure before it took.
 */
size_t proc_top(struct proc_use *u, size_t n, size_t keep);

#endif
