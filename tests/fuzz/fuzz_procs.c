/*
 * fuzz_procs.c - coded processes: the rows of ticks, a whole table, a table against another.
 *
 * The first byte says which. Whatever the bytes, they are refused or give rows in bounds, and what was
 * decoded is the same when it is coded and decoded again.
 */
#include "base/buf.h"
#include "store/codec/procs.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define AGAIN_MAX 2000 /* rows that are coded again: more would only take time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void same(double a, double b)
{
    assert(isnan(a) ? isnan(b) : a == b);
}

static void try_rows(const uint8_t *data, size_t n)
{
    struct proc_ticks t = { 0 }, again;
    struct buf b = { 0 };
    int rc = procs_decode(data, n, &t);
    assert(rc == 0 || rc == -EBADMSG);
    if (rc == 0 && t.first[t.ticks] < AGAIN_MAX) {
        assert(procs_encode(&b, &t) == 0 && procs_decode(b.p, b.n, &again) == 0 && again.ticks == t.ticks);
        for (size_t i = 0; i < t.first[t.ticks]; i++) {
            assert(strlen(t.rows[i].name) < PROC_NAME_MAX);
            same(t.rows[i].cpu_percent, again.rows[i].cpu_percent);
        }
        procs_done(&again);
    }
    procs_done(&t);
    buf_done(&b);
}

static void same_table(const struct proctab *a, const struct proctab *b)
{
    assert(a->n == b->n && a->mono_ns == b->mono_ns);
    for (size_t i = 0; i < a->n; i++) {
        const struct proc *p = &a->p[i], *q = &b->p[i];
        assert(p->pid == q->pid && p->ppid == q->ppid && p->state == q->state && strcmp(p->name, q->name) == 0);
        assert(i == 0 || p[-1].pid < p->pid);
        same(p->start_s, q->start_s);
        same(p->cpu_s, q->cpu_s);
        same(p->rss_bytes, q->rss_bytes);
        same(p->read_bytes, q->read_bytes);
        same(p->gpu_bytes, q->gpu_bytes);
    }
}

static void try_table(const uint8_t *data, size_t n, const struct proctab *before)
{
    struct proctab t = { 0 }, again = { 0 };
    struct buf b = { 0 };
    int rc = proctab_decode(data, n, before, &t);
    assert(rc == 0 || rc == -EBADMSG);
    if (rc == 0 && t.n < AGAIN_MAX) {
        assert(proctab_encode(&b, before, &t) == 0 && proctab_decode(b.p, b.n, before, &again) == 0);
        same_table(&t, &again);
    }
    proctab_done(&t);
    proctab_done(&again);
    buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct proctab before = { .mono_ns = 1000 };
    if (n < 1)
        return 0;
    for (int i = 0; i < 40; i++) {
        struct proc *p = proctab_add(&before);
        *p = (struct proc){ .pid = 1 + i * 7, .ppid = i, .state = "SRI"[i % 3], .start_s = i, .cpu_s = i * i,
                            .rss_bytes = 4096. * i, .read_bytes = NAN, .threads = 1, .gpu_bytes = NAN };
        snprintf(p->name, sizeof p->name, "process-%d", i % 9);
    }
    if (data[0] % 3 == 0)
        try_rows(data + 1, n - 1);
    else
        try_table(data + 1, n - 1, data[0] % 3 == 1 ? NULL : &before);
    proctab_done(&before);
    return 0;
}
