/*
 * The system's calls that write, and memory of data size, with a will of their own: the Nth of a kind fails,
 * and all that reaches the disk can be written down. Linked by -Wl,--wrap (see meson.build).
 */
#ifndef TESTS_FAULTS_FAULTS_H
#define TESTS_FAULTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault {
    FAULT_WRITE, FAULT_SHORT, FAULT_SYNC, FAULT_CREATE, FAULT_REMOVE, FAULT_RENAME, FAULT_CUT, FAULT_READ,
    FAULT_MEMORY, FAULTS
};

extern const char *const fault_names[FAULTS];

/* From now on the calls nth .. nth + times - 1 of this kind fail with this error; 0 times: none does. */
void faults_set(enum fault f, long nth, long times, int error);

long faults_calls(enum fault f); /* of this kind since faults_set() */
int faults_fds(void);            /* descriptors that are open */

/* ---- what reached the disk ---- */

enum op { OP_CREATE, OP_WRITE, OP_SYNC, OP_SYNC_DIR, OP_REMOVE, OP_CUT, OP_MARK };

struct op_done {
    enum op op;
    char *path;               /* of the file, or the directory */
    int64_t at;               /* offset; of OP_CUT the size, of OP_MARK what was marked */
    char *bytes;
    size_t n;
};

void ops_start(void);         /* writes down from now on */
void ops_mark(int64_t what);
struct op_done *ops_stop(size_t *n); /* borrowed until ops_free() */
void ops_free(void);

/* ---- what the files below a directory take ---- */

/* From now on every call that makes files larger or smaller is followed by adding up all files below dir, in
 * whole blocks of 4096 bytes. */
void bytes_watch(const char *dir);
int64_t bytes_most(void);     /* at any moment since */

#endif
