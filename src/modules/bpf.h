/*
 * What the module sonde-bpf offers, on top of libbpf: the BPF programs of tasks.bpf.c, loaded.
 *
 *     const struct bpf *b = os_module("sonde-bpf", "sonde_bpf");
 *
 * NULL where the program was built without it, or it is not installed. To load them takes 60 ms and 20 MB,
 * nearly all of it for reading the types of the kernel: best done in a process that ends right after.
 */
#ifndef MODULES_BPF_H
#define MODULES_BPF_H

/* Descriptors; as long as somebody holds them, the programs stay loaded. */
enum {
    BPF_FD_WALK,   /* the link of the iterator over tasks: for bpf(BPF_ITER_CREATE) */
    BPF_FD_ENDS,   /* the links of the programs that tell of ends: only to be held ... */
    BPF_FD_TOLD,   /* ... before Linux 5.11, which needs only one, twice the same */
    BPF_FD_RING,   /* the ring it writes to: TASKS_RING bytes for mmap(2) */
    BPF_FD_COUNTS, /* a struct tasks_counts for mmap(2) */
    BPF_FDS,
};

struct bpf {
    /*
     * Loads and attaches. Errors: -EPERM not permitted, -ENOENT this kernel does not describe its types
     * (no BTF), or what else libbpf met.
     */
    int (*open_tasks)(int fd[static BPF_FDS]);
};

#endif
