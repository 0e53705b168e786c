/* moment.c - copies and releases instants. */
#include "core/moment.h"

#include "base/mem.h"

#include <string.h>

void moment_done(struct moment *m)
{
    frame_done(&m->frame);
    mem_free(m->procs);
    proctab_done(&m->table);
    mem_free(m->events);
    *m = (struct moment){ 0 };
}

/* An array of its own with the content of another. */
static void *moment_array(void *to, const void *from, size_t bytes)
{
    to = mem_resize(to, bytes ? bytes : 1);
    if (bytes)
        memcpy(to, from, bytes);
    return to;
}

void moment_copy(struct moment *to, const struct moment *from)
{
    frame_copy(&to->frame, &from->frame);
    to->procs = moment_array(to->procs, from->procs, from->n_procs * sizeof *from->procs);
    to->n_procs = from->n_procs;
    to->events = moment_array(to->events, from->events, from->n_events * sizeof *from->events);
    to->n_events = from->n_events;
    proctab_copy(&to->table, &from->table);
}
