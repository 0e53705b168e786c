/* pack.c - models as bytes. */
#include "learn/detector/pack.h"

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

void pack_bool(struct pack *p, bool *v)
{
    unsigned char byte = *v;
    pack_bytes(p, &byte, 1);
    p->bad |= byte > 1;
    *v = byte == 1;
}
