/*
 * Small programs that load a machine in one known way and say what came of it: what `sonde policy bench` measures, and
 * what it measures beside.
 *
 * A file defines one `const struct load`; its name stands in list.c, or in list_openmp.c where it is built with
 * OpenMP. Those are two executables, as linking libgomp alone tells what a program is.
 */
#ifndef LOAD_H
#define LOAD_H

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

#define LOAD_OPTIONS 9

enum load_type { LOAD_NUMBER, LOAD_TEXT, LOAD_FLAG };

struct load_option {
    const char *name;       /* "steps", without the dashes; NULL ends a list */
    enum load_type type;
    double fallback, min, max; /* of LOAD_NUMBER */
    const char *help;
};

struct load_args {
    const struct load_option *option;
    double number[LOAD_OPTIONS];
    const char *text[LOAD_OPTIONS]; /* NULL: not given */
};

struct load_result; /* what is said at the end: one line of JSON, or a line for each value */

struct load {
    const char *name, *doc;
    const struct load_option *options; /* at most LOAD_OPTIONS; --json is everybody's */
    int (*run)(const struct load_args *a, struct load_result *r); /* 0, or a negative errno value that was said */
};

extern const struct load *const loads[]; /* of this executable, to a NULL */

/* The option must be in the table of the load. */
double load_number(const struct load_args *a, const char *name);
const char *load_text(const struct load_args *a, const char *name);
bool load_flag(const struct load_args *a, const char *name);

void load_put(struct load_result *r, const char *name, double v);
void load_put_text(struct load_result *r, const char *name, const char *text);

/* user and system seconds of this process and of those that it waited for, and their page faults */
struct load_used {
    double user_s, system_s, faults;
};
struct load_used load_used(void);

/*
 * Calls work(self, i) in n processes, i = 0 .. n-1, which end with this one, and waits for all. 0, or -EAGAIN and
 * the like, said, when one could not be started: then none is left.
 */
int load_processes(int n, void (*work)(void *self, int i), void *self);

void load_complain(int rc, const char *what); /* "sonde-load: what: why", on stderr */

#endif
