/* recording_procs.c - the processes of a tick that a recording keeps: those that an analysis may have to name. */
#include "core/recording.h"

#include "base/mem.h"
#include "core/proc_top.h"

void recording_add_uses(struct recording *r, const struct proc_use *use, size_t n)
{
    if (!r->kept)
        return;
    for (size_t i = 0; i < n; i++) {
        r->proc = mem_grow(r->proc, r->n_procs, &r->cap_procs, sizeof *r->proc);
        r->proc[r->n_procs++] = use[i];
    }
    r->proc_first[r->n] = r->n_procs;
}

void recording_add_procs(struct recording *r, const struct proctab *now)
{
    if (!r->kept || now->n == 0 || now->mono_ns <= r->procs_before.mono_ns)
        return;
    if (r->procs_before.n) {
        if (now->n + now->ended > r->cap_use) {
            r->cap_use = now->n + now->ended + 64;
            r->use = mem_resize(r->use, r->cap_use * sizeof *r->use);
        }
        size_t n = proc_top(r->use, proctab_use(&r->procs_before, now, r->use), RECORDING_TOP);
        recording_add_uses(r, r->use, n);
    }
    proctab_copy(&r->procs_before, now);
}

const struct proc_use *recording_procs(const struct recording *r, size_t i, size_t *n)
{
    *n = r->proc_first[i + 1] - r->proc_first[i];
    return *n ? r->proc + r->proc_first[i] : NULL;
}
