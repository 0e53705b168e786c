/* recording_procs.c - the processes of a tick that a recording keeps: those that an analysis may have to name. */
#include "core/recording.h"

#include "base/mem.h"
#include "core/proc_top.h"

#include <string.h>

static void recording_remember(struct proctab *to, const struct proctab *from)
{
    if (from->n > to->cap) {
        to->p = mem_resize(to->p, from->n * sizeof *to->p);
        to->cap = from->n;
    }
    if (from->n)
        memcpy(to->p, from->p, from->n * sizeof *to->p);
    to->n = from->n;
    to->mono_ns = from->mono_ns;
}

void recording_add_procs(struct recording *r, const struct proctab *now)
{
    bool kept = (r->offered - 1) % (size_t)r->stride == 0;
    if (!kept || now->n == 0 || now->mono_ns <= r->procs_before.mono_ns)
        return;
    if (r->procs_before.n) {
        if (now->n + now->ended > r->cap_use) {
            r->cap_use = now->n + now->ended + 64;
            r->use = mem_resize(r->use, r->cap_use * sizeof *r->use);
        }
        size_t n = proc_top(r->use, proctab_use(&r->procs_before, now, r->use), RECORDING_TOP);
        for (size_t i = 0; i < n; i++) {
            r->proc = mem_grow(r->proc, r->n_procs, &r->cap_procs, sizeof *r->proc);
            r->proc[r->n_procs++] = r->use[i];
        }
        r->proc_first[r->n] = r->n_procs;
    }
    recording_remember(&r->procs_before, now);
}

const struct proc_use *recording_procs(const struct recording *r, size_t i, size_t *n)
{
    *n = r->proc_first[i + 1] - r->proc_first[i];
    return *n ? r->proc + r->proc_first[i] : NULL;
}
