/*
 * A made-up machine for the tests of adapters: a tree of files in a temporary directory, one
 * adapter opened on it, and a clock that the test moves.
 *
 *     struct machine m;
 *     machine_init(&m);
 *     machine_write(&m, "/proc/loadavg", "0.50 0.40 0.30 1/100 4711\n");
 *     assert_int_equal(machine_open(&m, &adapter_load), 0);
 *     machine_tick(&m, 1);
 *     assert_near(machine_get(&m, "cpu.load", "1m"), 0.5, 0);
 *     machine_done(&m);
 */
#ifndef TESTS_UNIT_MACHINE_H
#define TESTS_UNIT_MACHINE_H

#include "adapters/registry.h"
#include "core/adapter.h"

#include <stdbool.h>

struct machine {
    char root[64];            /* where the tree lies */
    struct adapter_env env;
    const struct adapter *adapter;
    void *self;
    struct schema *s;
    struct frame before, now; /* of the last two ticks */
    int source;
    char reason[224];         /* what the adapter explained last, "" for nothing */
    int n_events;
    struct event event;       /* the last one emitted */
};

void machine_init(struct machine *m);
void machine_done(struct machine *m); /* closes the adapter, removes the tree */

/* Makes a file and its directories, or changes it in place:
 * descriptors on it see the new content. */
void machine_write(struct machine *m, const char *path, const char *text);
__attribute__((format(printf, 3, 4)))
void machine_printf(struct machine *m, const char *path, const char *fmt, ...);

/* The first n bytes of text, which may hold NUL. */
void machine_bytes(struct machine *m, const char *path, const void *bytes, size_t n);

void machine_link(struct machine *m, const char *path, const char *target); /* symbolic */
void machine_remove(struct machine *m, const char *path); /* a file, a link, or a directory with all in it */

/* Opens an adapter as the sampler does; what its open() returns. Once per machine. */
int machine_open(struct machine *m, const struct adapter *a);

/* So much later: sample, rates, rescan. The first tick may take any time. */
void machine_tick(struct machine *m, double seconds);

/* A value of the last tick; the test fails where there is no such metric. */
double machine_get(struct machine *m, const char *name, const char *inst);

/* Is there such a metric? */
bool machine_has(struct machine *m, const char *name, const char *inst);

#endif
