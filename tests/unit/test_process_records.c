/* Binary records: whole, cut, senseless; a ring that turns round; who ended, summed by parent and name. */
#include "test.h"

#include "adapters/linux/process_ended.h"
#include "adapters/linux/process_records.h"
#include "base/mem.h"

#include <errno.h>

static const struct records_units units = { 4096, 10000000 };

static struct tasks_process process(int pid, int ppid, const char *comm)
{
    struct tasks_process r = {
        .t = { pid, pid, 1234567890, 4096, 8192 }, .ppid = ppid, .threads = 3, .start_ns = 12345678901,
        .children_ns = 500000000, .rss_pages = 25, .state = 1, .has_io = 1,
    };
    memcpy(r.comm, comm, strlen(comm));
    return r;
}

static void a_whole_record(void **state)
{
    (void)state;
    struct tasks_process r = process(20, 1, "sixteen bytes ok");
    struct proc p;
    assert_true(records_process(&r, &units, &p));
    assert_int_equal(p.pid, 20);
    assert_int_equal(p.ppid, 1);
    assert_string_equal(p.name, "sixteen bytes o");
    assert_near(p.start_s, 12.34, 0); /* rounded down to a clock tick, the very double of procstat.c */
    assert_near(p.cpu_s, 1.23456789, 1e-12);
    assert_near(p.children_cpu_s, 0.5, 1e-12);
    assert_near(p.rss_bytes, 25 * 4096, 0);
    assert_near(p.read_bytes, 4096, 0);
    assert_near(p.threads, 3, 0);
    assert_nan(p.gpu_bytes);
    r.has_io = 0;
    r.rss_pages = -3;
    strcpy(r.comm, "\x1b[2J");
    assert_true(records_process(&r, &units, &p));
    assert_nan(p.write_bytes);
    assert_near(p.rss_bytes, 0, 0);
    assert_string_equal(p.name, "?[2J");
}

static void states(void **state)
{
    (void)state;
    static const struct { uint32_t state, exit_state; char want; } cases[] = {
        { 0, 0, 'R' }, { 1, 0, 'S' }, { 2, 0, 'D' }, { 4, 0, 'T' }, { 8, 0, 't' }, { 0x80, 0x10, 'X' },
        { 0x80, 0x20, 'Z' }, { 0x40, 0, 'P' }, { 0x402, 0, 'I' }, { 0x2001, 0, 'S' }, { 0x8000, 0, 'D' },
        { 0x1000, 0, 'D' }, { 0x102, 0, 'D' }, { 0xffffffff, 0xffffffff, 'I' }, { 0x200, 0, 'R' },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tasks_process r = process(1, 0, "x");
        struct proc p;
        r.state = cases[i].state;
        r.exit_state = cases[i].exit_state;
        assert_true(records_process(&r, &units, &p));
        assert_int_equal(p.state, cases[i].want);
    }
}

static size_t put(char *to, size_t at, const void *r, size_t n)
{
    memcpy(to + at, r, n);
    return at + n;
}

static void threads_are_summed_wherever_they_stand(void **state)
{
    (void)state;
    char bytes[1024];
    size_t n = 0;
    struct tasks_thread early = { 5, 30, 1000000000, 1, 1 }, late = { 31, 30, 2000000000, 2, 2 },
                        orphan = { 32, 29, 4000000000, 4, 4 };
    struct tasks_process a = process(20, 1, "a"), b = process(30, 1, "b");
    n = put(bytes, n, &early, sizeof early); /* numbers have started again: a thread before its process */
    n = put(bytes, n, &a, sizeof a);
    n = put(bytes, n, &b, sizeof b);
    n = put(bytes, n, &late, sizeof late);
    n = put(bytes, n, &orphan, sizeof orphan);

    struct proctab t = { 0 };
    struct records_threads threads = { 0 };
    for (size_t cut = 0; cut <= n; cut++) { /* wherever a read ends, whole records are taken */
        proctab_clear(&t);
        threads.n = 0;
        long whole = records_parse(bytes, cut, &units, &t, &threads);
        assert_true(whole >= 0 && whole <= (long)cut && cut - (size_t)whole < sizeof a);
        whole += records_parse(bytes + whole, n - (size_t)whole, &units, &t, &threads);
        assert_int_equal(whole, n);
        assert_int_equal(t.n, 2);
        assert_int_equal(threads.n, 3);
        records_add_threads(&t, &threads);
        assert_near(t.p[0].cpu_s, 1.23456789, 1e-12);
        assert_near(t.p[1].cpu_s, 4.23456789, 1e-9);
        assert_near(t.p[1].read_bytes, 4096 + 3, 0);
    }
    proctab_done(&t);
    mem_free(threads.t);
}

static void records_without_sense(void **state)
{
    (void)state;
    struct proctab t = { 0 };
    struct records_threads threads = { 0 };
    struct tasks_process r[2] = { process(20, 1, "a"), process(20, 1, "b") };
    assert_int_equal(records_parse((char *)r, sizeof r, &units, &t, &threads), -EINVAL); /* the same pid twice */
    static const struct { int pid, tgid, ppid; } cases[] = { { 0, 0, 1 }, { -1, -1, 1 }, { 7, 0, 1 }, { 7, 7, -1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r[0].t.pid = cases[i].pid;
        r[0].t.tgid = cases[i].tgid;
        r[0].ppid = cases[i].ppid;
        proctab_clear(&t);
        assert_int_equal(records_parse((char *)r, sizeof *r, &units, &t, &threads), -EINVAL);
    }
    proctab_done(&t);
    mem_free(threads.t);
}

/* A ring as the kernel fills it. */
struct ring {
    char data[64] __attribute__((aligned(8)));
    uint64_t consumer, producer;
};

static void ring_put(struct ring *r, uint32_t length, const void *bytes, size_t n)
{
    uint32_t head[2] = { length, 0 };
    const char *part[2] = { (const char *)head, bytes };
    size_t size[2] = { 8, n };
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < size[p]; i++)
            r->data[r->producer++ % sizeof r->data] = part[p][i];
    r->producer = (r->producer + 7) & ~UINT64_C(7);
}

static long ring_get(struct ring *r, void *out, size_t cap)
{
    return records_take(r->data, sizeof r->data, &r->consumer, r->producer, out, cap);
}

static void a_ring_turns_round(void **state)
{
    (void)state;
    struct ring r = { .consumer = 0 };
    char out[32];
    assert_int_equal(ring_get(&r, out, sizeof out), -EAGAIN);
    for (int i = 0; i < 100; i++) { /* 8 + 20 bytes are 32 with those between: every second one runs over the end */
        char bytes[20];
        memset(bytes, 'a' + i % 26, sizeof bytes);
        if (i == 0)
            r.consumer = r.producer = 16;
        ring_put(&r, sizeof bytes, bytes, sizeof bytes);
        assert_int_equal(ring_get(&r, out, sizeof out), sizeof bytes);
        assert_memory_equal(out, bytes, sizeof bytes);
        assert_int_equal(ring_get(&r, out, sizeof out), -EAGAIN);
    }
    ring_put(&r, 20 | 1u << 30, "discarded           ", 20);
    ring_put(&r, 4, "next", 4);
    assert_int_equal(ring_get(&r, out, sizeof out), 0);
    assert_int_equal(ring_get(&r, out, 3), 0); /* longer than there is room: passed over */
    ring_put(&r, 4 | 1u << 31, "busy", 4);
    uint64_t before = r.consumer;
    assert_int_equal(ring_get(&r, out, sizeof out), -EAGAIN);
    assert_int_equal(r.consumer, before);
}

static void a_ring_without_sense(void **state)
{
    (void)state;
    char out[64];
    struct ring r = { .producer = 0 };
    ring_put(&r, 0x3fffffff, "far", 3); /* longer than what was written */
    assert_int_equal(ring_get(&r, out, sizeof out), -EINVAL);
    r.producer = r.consumer + 65; /* more than it holds */
    assert_int_equal(ring_get(&r, out, sizeof out), -EINVAL);
    r.producer = r.consumer - 8; /* the writer behind the reader */
    assert_int_equal(ring_get(&r, out, sizeof out), -EINVAL);
    r = (struct ring){ .consumer = 4, .producer = 24 };
    assert_int_equal(ring_get(&r, out, sizeof out), -EINVAL);
}

static struct proc *row(struct proctab *t, int pid, int ppid, const char *name, double start_s, double cpu_s)
{
    struct proc *p = proctab_add(t);
    p->pid = pid;
    p->ppid = ppid;
    strcpy(p->name, name);
    p->start_s = start_s;
    p->cpu_s = cpu_s;
    p->state = 'S';
    return p;
}

static double ended_cpu(const struct proctab *t, const char *name, unsigned *count)
{
    for (size_t i = t->n; i < t->n + t->ended; i++)
        if (strcmp(t->p[i].name, name) == 0) {
            *count = t->p[i].ended;
            return t->p[i].cpu_s;
        }
    fail_msg("no row of the ended %s", name);
    return NAN;
}

static void the_ended_are_summed(void **state)
{
    (void)state;
    struct proctab before = { 0 }, now = { 0 }, gone = { 0 };
    unsigned n;
    row(&before, 1, 0, "init", 0, 10);
    row(&before, 50, 1, "old", 5, 60);
    row(&now, 1, 0, "init", 0, 10);
    row(&now, 60, 1, "zombie", 90, 0.5);
    row(&gone, 50, 1, "old", 5, 60.25);
    row(&gone, 72, 1, "cc", 92, 0.25);
    row(&gone, 71, 1, "cc", 91, 0.5);
    row(&gone, 72, 1, "cc", 92, 0.75); /* told twice: the fuller one counts */
    row(&gone, 60, 1, "zombie", 90, 0.625);
    row(&gone, 72, 1, "cc", 99, 0.125); /* another process with that number */
    assert_int_equal(ended_add(&gone, &before, &now), 5);
    assert_int_equal(now.n, 2);
    assert_int_equal(now.ended, 2);
    assert_near(now.p[1].cpu_s, 0.625, 0);
    assert_near(ended_cpu(&now, "cc", &n), 1.375, 1e-12);
    assert_int_equal(n, 3);
    assert_near(ended_cpu(&now, "old", &n), 0.25, 1e-9); /* 60 s were counted before */
    assert_int_equal(n, 1);
    proctab_done(&before);
    proctab_done(&now);
    proctab_done(&gone);
}

static void what_ended_in_a_chain_is_taken_off_once(void **state)
{
    (void)state;
    struct proctab before = { .mono_ns = 0 }, now = { .mono_ns = 1000000000 }, gone = { 0 };
    struct proc_use use[8];
    row(&before, 1, 0, "make", 0, 1)->children_cpu_s = 5;
    row(&now, 1, 0, "make", 0, 1)->children_cpu_s = 5.5;
    row(&gone, 20, 1, "sh", 90, 0.125);
    row(&gone, 21, 20, "cc", 91, 0.25);
    ended_add(&gone, &before, &now);
    proctab_settle(&before, &now, use);
    assert_int_equal(proctab_use(&before, &now, use), 3);
    assert_near(use[0].children_percent, 12.5, 1e-9); /* of 0.5 s, 0.375 have rows of their own */
    assert_near(use[1].cpu_percent + use[2].cpu_percent, 37.5, 1e-9);
    assert_int_equal(use[2].ended, 1);
    assert_near(use[1].children_percent + use[2].children_percent, 0, 0);
    proctab_done(&before);
    proctab_done(&now);
    proctab_done(&gone);
}

static void many_names_have_few_rows(void **state)
{
    (void)state;
    struct proctab before = { 0 }, now = { 0 }, gone = { 0 };
    char name[16];
    double sum = 0, told = 0;
    unsigned count = 0;
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "name %d", i % 100);
        row(&gone, 5000 - i, 1, name, 90, (i % 100) * 0.001);
        told += (i % 100) * 0.001;
    }
    assert_int_equal(ended_add(&gone, &before, &now), 2000);
    assert_int_equal(now.ended, ENDED_ROWS);
    for (size_t i = 0; i < now.ended; i++) {
        sum += now.p[i].cpu_s;
        count += now.p[i].ended;
    }
    assert_int_equal(count, 2000);
    assert_near(sum, told, 1e-9);
    assert_string_equal(now.p[0].name, "name 99");
    assert_string_equal(now.p[ENDED_ROWS - 1].name, "(others)");
    proctab_done(&before);
    proctab_done(&now);
    proctab_done(&gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_record),
        cmocka_unit_test(states),
        cmocka_unit_test(threads_are_summed_wherever_they_stand),
        cmocka_unit_test(records_without_sense),
        cmocka_unit_test(a_ring_turns_round),
        cmocka_unit_test(a_ring_without_sense),
        cmocka_unit_test(the_ended_are_summed),
        cmocka_unit_test(what_ended_in_a_chain_is_taken_off_once),
        cmocka_unit_test(many_names_have_few_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
