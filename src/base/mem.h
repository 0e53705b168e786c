/*
 * Memory that is there or the program ends.
 *
 * Use mem_try() where the size comes from outside (a file, an option); everything else of ours is
 * small, and a program that cannot get a few bytes cannot go on.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* n zeroed bytes; the caller's, to be freed with mem_free().
 * Ends the process when there are none. */
void *mem_new(size_t n);

/* n zeroed bytes, or NULL. For sizes that data decides. */
void *mem_try(size_t n);

/* p resized to n bytes (p may be NULL); what is new is not zeroed. Ends the process on failure. */
void *mem_resize(void *p, size_t n);

/* The same, or NULL, and p is as it was. For sizes that data decides. */
void *mem_try_resize(void *p, size_t n);

/* A copy of a NUL-terminated text; NULL gives NULL. */
char *mem_dup(const char *text);

void mem_free(void *p);

/*
 * Makes room for one more element in an array that grows by doubling.
 *
 *   p     the array or NULL, n elements of `size` bytes in use, *cap elements of room
 *
 * Returns the array, perhaps moved; *cap is updated. Ends the process on failure.
 */
void *mem_grow(void *p, size_t n, size_t *cap, size_t size);

#endif
