/*
 * What kind of work a command is: so that what was learned of it is found again, and nothing else is.
 *
 * The content of the program tells it, never its name, path or arguments: a copy elsewhere is the same work, a new
 * build is another. A script is its interpreter and its own content; so is the file that an interpreter is given to
 * run ("python3 train.py").
 */
#ifndef POLICY_SIGNATURE_H
#define POLICY_SIGNATURE_H

#include <stdbool.h>

#define SIGNATURE_MAX 20 /* bytes of "0123456789abcdef" and its NUL, with room */
#define SIGNATURE_NAME_MAX 64

struct signature {
    char hash[SIGNATURE_MAX];
    const char *class; /* what it is made with, of a fixed list: "openmp", "python", "program" ... */
    char name[SIGNATURE_NAME_MAX]; /* of the file of the program or script, for people: it is no part of the key */
};

/* Of a command as execvp(3) finds it. -ENOENT: there is no such program; -EACCES: it may not be read. */
int signature_of(const char *const *argv, struct signature *out);

/* May variables of OpenMP and BLAS concern work of this class? NULL, not known, may. */
bool signature_may_thread(const char *class);

#endif
