/* mem.c - allocation that does not fail quietly. */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *mem_checked(void *p, size_t n)
{
    if (!p) {
        fprintf(stderr, "sonde: out of memory (%zu bytes wanted); stopping\n", n);
        abort();
    }
    return p;
}

void *mem_new(size_t n)
{
    return mem_checked(mem_try(n), n);
}

void *mem_try(size_t n)
{
    return calloc(1, n ? n : 1);
}

void *mem_try_resize(void *p, size_t n)
{
    return realloc(p, n ? n : 1);
}

void *mem_resize(void *p, size_t n)
{
    return mem_checked(mem_try_resize(p, n), n);
}

char *mem_dup(const char *text)
{
    if (!text)
        return NULL;
    size_t n = strlen(text) + 1;
    return memcpy(mem_new(n), text, n);
}

void mem_free(void *p)
{
    free(p);
}

void *mem_grow(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return p;
    size_t more = *cap ? *cap * 2 : 16;
    if (more > SIZE_MAX / 2 / size)
        mem_checked(NULL, SIZE_MAX);
    p = mem_resize(p, more * size);
    *cap = more;
    return p;
}
