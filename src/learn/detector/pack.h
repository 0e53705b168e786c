/*
 * The state of a model as bytes, described once: the function that lists a model's fields writes
 * them, or reads them back, as the pack says. Numbers as this machine holds them; whoever stores
 * the bytes marks them with a version.
 */
#ifndef LEARN_PACK_H
#define LEARN_PACK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct pack {
    struct buf *out;         /* writes here; NULL = reads */
    const unsigned char *at; /* what is left to read */
    size_t n;
    bool bad;                /* there was less than was asked for: what was read is not to be used */
};

void pack_bytes(struct pack *p, void *v, size_t n);
void pack_doubles(struct pack *p, double *v, size_t n);

/* A whole number in 0 .. most; reading, one out of range is bad and becomes 0. */
void pack_int(struct pack *p, int *v, int most);

/* One byte, 0 or 1; reading, another is bad and becomes false. */
void pack_bool(struct pack *p, bool *v);

#endif
