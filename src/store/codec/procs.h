/*
 * What processes did, tick by tick, coded: the busiest of every tick, keyed by pid.
 *
 * Kept with the resolution that a person can use: shares of CPU to 0.01 %, memory to 4 KiB, rates to a
 * byte per second or 0.1 %, whichever is more; names, numbers and flags exactly.
 */
#ifndef STORE_CODEC_PROCS_H
#define STORE_CODEC_PROCS_H

#include "base/buf.h"
#include "core/proctab.h"

#include <stddef.h>
#include <stdint.h>

#define PROCS_MAX_TICKS 4096
#define PROCS_MAX_ROWS (1u << 17)
#define PROCS_MAX_KEPT 256 /* rows of a tick */

struct proc_ticks {
    int ticks;
    size_t *first;          /* rows of tick i: rows[first[i] .. first[i + 1]); ticks + 1 numbers */
    struct proc_use *rows;
};

/*
 * Puts the rows of ticks, within the limits above; what does not fit the resolution is rounded. A tick may
 * be coded alone: 12 bytes a row then, 4 to 5 among 600 ticks. -ENOMEM, and out is as it was.
 */
int procs_encode(struct buf *out, const struct proc_ticks *t);

/*
 * The opposite: rows of a tick come by CPU, most first, then by pid. On success *out is to be released with
 * procs_done(). -EBADMSG, -ENOMEM; safe on any bytes, which give PROCS_MAX_ROWS at most.
 */
int procs_decode(const void *bytes, size_t n, struct proc_ticks *out);
void procs_done(struct proc_ticks *t);

/* Rounds a row to what it will be when it comes back. */
void procs_round(struct proc_use *u);

#define PROCTAB_MAX_ROWS (1 << 17)

/*
 * A whole table of processes, as `top` shows it, coded alone or against the one before (NULL for none):
 * everything in struct proc, times to 10 ms, memory to 4 KiB, bytes read and written to a sector of 512; rows of
 * those who ended are left out. -E2BIG with more than PROCTAB_MAX_ROWS, -ENOMEM; out is as it was.
 */
int proctab_encode(struct buf *out, const struct proctab *before, const struct proctab *now);

/*
 * The opposite, against the same table as then, or that table as it came back. *now begins as { 0 } or is
 * one to be overwritten, and is as it was when this fails: -EBADMSG, -ENOMEM; safe on any bytes.
 */
int proctab_decode(const void *bytes, size_t n, const struct proctab *before, struct proctab *now);

#endif
