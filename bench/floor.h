/* The task iterator of the floor: loaded once, read once per sample. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

/* Loads floor_tasks.bpf.o, which lies beside the program, and attaches it.
 * A descriptor, or a negative errno value; -ENOSYS in a build without libbpf. */
int floor_tasks_open(const char *program);

/* Begins one pass over all threads: a descriptor to be read to its end and closed. */
int floor_tasks_read(int tasks);

#endif
