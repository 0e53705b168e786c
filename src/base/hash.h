/* A quick hash of texts, to find them again and to see that they changed. Not against ill will. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#define HASH_START 0xcbf29ce484222325u

/* Goes on from h over a text and its NUL. Source: Fowler, Noll and Vo, FNV-1a, 64 bits. */
static inline uint64_t hash_text(uint64_t h, const char *text)
{
    do
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    while (*text++);
    return h;
}

#endif
