/* The options that `sonde serve` hands on to the programs that it starts: --config and --root. */
#ifndef APP_SERVE_PASSED_H
#define APP_SERVE_PASSED_H

#include "app/command.h"
#include "os/os.h"

#define PASSED_PATHS 2

/* Absolute, as those programs work in another folder. */
struct passed_paths {
    char path[PASSED_PATHS][OS_PATH_MAX];
};

/* Puts those that were given as words of a command line, which borrow from *p. Returns how many words: at most 4. */
int passed_put(const struct args *a, struct passed_paths *p, const char **argv);

#endif
