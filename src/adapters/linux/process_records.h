/*
 * Reads the records of modules/tasks.h: those of an iterator over tasks, and those of a BPF ring buffer.
 *
 * They come from our own programs in the kernel; that is no reason to believe a length.
 */
#ifndef ADAPTERS_LINUX_PROCESS_RECORDS_H
#define ADAPTERS_LINUX_PROCESS_RECORDS_H

#include "core/proctab.h"
#include "modules/tasks.h"

struct records_units {
    double page_bytes;
    uint64_t tick_ns; /* start times are rounded down to it, as /proc does: they identify processes */
};

/* A record of a process becomes a row. False when it makes no sense. */
bool records_process(const struct tasks_process *r, const struct records_units *u, struct proc *out);

/* Threads beside the first, to be added to their processes' rows. */
struct records_threads {
    struct tasks_thread *t;
    size_t n, cap;
};

/*
 * Parses what was read from the iterator so far: processes become rows of `now`, other threads are
 * kept. Returns the bytes that were whole records; the rest is the beginning of the next one. -EINVAL
 * when a record makes no sense or comes out of the order of the pid.
 */
long records_parse(const char *bytes, size_t n, const struct records_units *u, struct proctab *now,
                   struct records_threads *threads);

/* Adds the threads to their processes, and forgets them. */
void records_add_threads(struct proctab *now, struct records_threads *threads);

/*
 * One record of a ring buffer (Documentation/bpf/ringbuf.rst in the kernel).
 *
 *   data      `size` bytes, a power of two; a record may run over the end to the start
 *   consumer  where to read on; moved behind the record
 *   producer  up to where there are records
 *   out, cap  where to
 *
 * Returns the bytes of the record, 0 when it was discarded by the writer or is longer than cap,
 * -EAGAIN when there is none that is finished, -EINVAL when lengths make no sense.
 */
long records_take(const char *data, size_t size, uint64_t *consumer, uint64_t producer, void *out, size_t cap);

#endif
