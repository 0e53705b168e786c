/* columns.c - a recording, column by column. */
#include "analyze/method/columns.h"

#include "base/mem.h"

#include <string.h>

static void columns_times(const struct recording *r, struct columns *c)
{
    double step_s = recording_interval(r);
    c->n = r->n;
    c->step_s = step_s > 0 ? step_s : 1; /* false for NaN */
    c->t_s = mem_new((r->n + 1) * sizeof *c->t_s);
    for (size_t i = 0; i < r->n; i++)
        c->t_s[i] = (double)r->wall_ms[0] * 1e-3 + (double)(r->mono_ns[i] - r->mono_ns[0]) * 1e-9;
}

void columns_of(const struct recording *r, struct columns *out)
{
    int slots = schema_size(r->schema);
    *out = (struct columns){ 0 };
    columns_times(r, out);
    out->x = mem_new((size_t)(slots + 1) * sizeof *out->x);
    out->name = mem_new((size_t)(slots + 1) * sizeof *out->name);
    for (int s = 0; s < slots; s++) {
        if (schema_at(r->schema, s)->kind == KIND_COUNTER)
            continue;
        out->x[out->d] = recording_col(r, s);
        out->name[out->d++] = schema_id(r->schema, s);
    }
}

static int columns_place(const struct columns *c, const char *name, int guess)
{
    if (guess < c->d && strcmp(c->name[guess], name) == 0)
        return guess;
    for (int j = 0; j < c->d; j++)
        if (strcmp(c->name[j], name) == 0)
            return j;
    return -1;
}

void columns_as(const struct recording *r, const struct columns *like, struct columns *out)
{
    struct columns own;
    columns_of(r, &own);
    *out = own;
    out->d = like->d;
    out->x = mem_new((size_t)(like->d + 1) * sizeof *out->x);
    out->name = mem_new((size_t)(like->d + 1) * sizeof *out->name);
    for (int j = 0; j < like->d; j++) {
        int from = columns_place(&own, like->name[j], j);
        out->name[j] = like->name[j];
        out->x[j] = from < 0 ? NULL : own.x[from];
    }
    mem_free(own.x);
    mem_free(own.name);
}

void columns_done(struct columns *c)
{
    mem_free(c->x);
    mem_free(c->name);
    mem_free(c->t_s);
    *c = (struct columns){ 0 };
}

struct columns columns_part(const struct columns *c, size_t from, size_t n)
{
    struct columns part = *c;
    part.n = n;
    part.first = c->first + from;
    part.t_s = c->t_s + from;
    return part;
}

void columns_row(const struct columns *c, size_t i, double *out)
{
    for (int j = 0; j < c->d; j++)
        out[j] = columns_at(c, j, i);
}
