/* auto.h - locals that are released when they go out of scope (gcc and clang `cleanup`). */
#ifndef BASE_AUTO_H
#define BASE_AUTO_H

#include "base/buf.h"
#include "base/mem.h"

#include <stdio.h>

static inline void auto_free_(void *p)
{
    mem_free(*(void **)p);
}

static inline void auto_fclose_(FILE **f)
{
    if (*f)
        fclose(*f);
}

#define auto_free __attribute__((cleanup(auto_free_)))
#define auto_fclose __attribute__((cleanup(auto_fclose_)))
#define auto_buf __attribute__((cleanup(buf_done)))

#endif
