/*
 * What processes did, tick by tick, coded: the busiest of every tick, keyed by pid.
 *
 * Kept with the resolution that a person can use: shares of CPU to 0.01 %, memory to 4 KiB, rates to a
 * byte per second; names, numbers and flags exactly.
 */
#ifndef STORE_CODEC_PROCS_H
#define STORE_CODEC_PROCS_H

#include "base/buf.h"
#include "core/proctab.h"

#include <stddef.h>
#include <stdint.h>

#define PROCS_MAX_TICKS 4096
#define PROCS_MAX_ROWS (1u << 22)

struct proc_ticks {
    int ticks;
    size_t *first;          /* rows of tick i: rows[first[i] .. first[i + 1]); ticks + 1 numbers */
    struct proc_use *rows;
};

/* Puts the rows of up to PROCS_MAX_TICKS ticks; what does not fit the resolution is rounded. -ENOMEM. */
int procs_encode(struct buf *out, const struct proc_ticks *t);

/* The opposite; *out is to be released with procs_done(). -EBADMSG, -ENOMEM; safe on any bytes. */
int procs_decode(const void *bytes, size_t n, struct proc_ticks *out);
void procs_done(struct proc_ticks *t);

/* Rounds a row to what it will be when it comes back. */
void procs_round(struct proc_use *u);

/*
 * A whole table of processes, as `top` shows it, coded alone or against the one before (NULL for none):
 * everything in struct proc, times to 10 ms, memory to 4 KiB, rows of those who ended left out.
 */
int proctab_encode(struct buf *out, const struct proctab *before, const struct proctab *now);
int proctab_decode(const void *bytes, size_t n, const struct proctab *before, struct proctab *now);

#endif
