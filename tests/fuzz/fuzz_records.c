/*
 * fuzz_records.c - readers of binary records: an iterator's, a ring buffer's, and the sums of the ended.
 *
 * The first byte says where the input is cut in two reads. Rows come out in the order of the pid, and
 * the rows of the ended hold all who are gone.
 */
#include "adapters/linux/process_ended.h"
#include "adapters/linux/process_records.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct records_units units = { 4096, 10000000 };

static void read_iterator(const char *bytes, size_t n, size_t cut, struct proctab *t)
{
    struct records_threads threads = { 0 };
    long whole = records_parse(bytes, cut < n ? cut : n, &units, t, &threads);
    if (whole >= 0)
        whole = records_parse(bytes + whole, n - (size_t)whole, &units, t, &threads);
    records_add_threads(t, &threads);
    for (size_t i = 0; i < t->n; i++) {
        assert(t->p[i].pid > 0 && strlen(t->p[i].name) < PROC_NAME_MAX && t->p[i].rss_bytes >= 0);
        assert(i == 0 || t->p[i - 1].pid < t->p[i].pid);
    }
    mem_free(threads.t);
}

static void read_ring(const char *bytes, size_t n, struct proctab *gone)
{
    static char ring[4096] __attribute__((aligned(8)));
    struct tasks_process r;
    struct proc p;
    uint64_t at = 0, producer = n < sizeof ring ? n & ~(size_t)7 : sizeof ring;
    memset(ring, 0, sizeof ring);
    memcpy(ring, bytes, n < sizeof ring ? n : sizeof ring);
    for (long got; (got = records_take(ring, sizeof ring, &at, producer, &r, sizeof r)) >= 0;) {
        assert(at <= producer && at % 8 == 0);
        if (got == sizeof r && records_process(&r, &units, &p))
            *proctab_add(gone) = p;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    struct proctab before = { 0 }, now = { 0 }, gone = { 0 };
    const char *bytes = (const char *)data + 1;
    read_iterator(bytes, n - 1, data[0] * 8u, &now);
    read_iterator(bytes, (n - 1) / 2, n, &before);
    read_ring(bytes, n - 1, &gone);

    size_t told = gone.n, ended = ended_add(&gone, &before, &now), rows = 0;
    assert(ended <= told && now.ended <= ENDED_ROWS);
    for (size_t i = now.n; i < now.n + now.ended; i++)
        rows += now.p[i].ended;
    assert(rows <= ended);

    struct proc_use *use = malloc((now.n + now.ended + 1) * sizeof *use);
    assert(use);
    proctab_settle(&before, &now, use);
    now.mono_ns = 1000000000;
    assert(proctab_use(&before, &now, use) == now.n + now.ended);
    for (size_t i = 0; i < now.n + now.ended; i++)
        assert(use[i].cpu_percent >= 0 && use[i].children_percent >= 0);
    free(use);
    proctab_done(&before);
    proctab_done(&now);
    proctab_done(&gone);
    return 0;
}
