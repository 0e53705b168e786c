/* frame.c - storage of one instant. */
#include "core/frame.h"

#include "base/mem.h"
#include "core/schema.h"

#include <string.h>

static void frame_size(struct frame *f, int n, int n_sources)
{
    if (n > f->n) {
        f->v = mem_resize(f->v, (size_t)n * sizeof *f->v);
        for (int i = f->n; i < n; i++)
            f->v[i] = NAN;
        f->n = n;
    }
    if (n_sources > f->n_sources) {
        f->read_ns = mem_resize(f->read_ns, (size_t)n_sources * sizeof *f->read_ns);
        for (int i = f->n_sources; i < n_sources; i++)
            f->read_ns[i] = 0;
        f->n_sources = n_sources;
    }
}

void frame_fit(struct frame *f, const struct schema *s)
{
    frame_size(f, schema_size(s), schema_sources(s));
}

void frame_done(struct frame *f)
{
    mem_free(f->v);
    mem_free(f->read_ns);
    *f = (struct frame){ 0 };
}

void frame_copy(struct frame *dst, const struct frame *src)
{
    frame_size(dst, src->n, src->n_sources);
    dst->wall_ms = src->wall_ms;
    dst->mono_ns = src->mono_ns;
    if (src->n)
        memcpy(dst->v, src->v, (size_t)src->n * sizeof *src->v);
    if (src->n_sources)
        memcpy(dst->read_ns, src->read_ns, (size_t)src->n_sources * sizeof *src->read_ns);
}
