/* pack.c - models as bytes. */
#include "learn/pack.h"

#include <string.h>

void pack_bytes(struct pack *p, void *v, size_t n)
{
    if (p->out) {
        buf_put(p->out, v, n);
    } else if (p->bad || n > p->n) {
        p->bad = true;
        memset(v, 0, n);
    } else {
        memcpy(v, p->at, n);
        p->at += n;
        p->n -= n;
    }
}

void pack_doubles(struct pack *p, double *v, size_t n)
{
    pack_bytes(p, v, n * sizeof *v);
}

void pack_int(struct pack *p, int *v, int most)
{
    pack_bytes(p, v, sizeof *v);
    if (*v < 0 || *v > most) {
        p->bad = true;
        *v = 0;
    }
}

void pack_size(struct pack *p, size_t *v)
{
    pack_bytes(p, v, sizeof *v);
}
