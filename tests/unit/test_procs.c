/* Processes tick by tick and whole tables of them: what is coded comes back, rounded as promised. */
#include "test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "core/proc_top.h"
#include "store/codec/procs.h"

#include <errno.h>

#define MAX_ROWS 100000

static size_t first[PROCS_MAX_TICKS + 1];
static struct proc_use rows[MAX_ROWS];
static struct proc_ticks ticks = { .first = first, .rows = rows };

static void begin(void)
{
    ticks.ticks = 0;
}

static void end_tick(size_t n)
{
    first[ticks.ticks + 1] = first[ticks.ticks] + n;
    ticks.ticks++;
}

/* A tick of up to 8 rows, which ends with the first without a pid. */
static void add_tick(const struct proc_use u[8])
{
    size_t n = 0;
    for (; n < 8 && u[n].pid; n++)
        rows[first[ticks.ticks] + n] = u[n];
    end_tick(n);
}

static bool same(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

static bool equal(const struct proc_use *a, const struct proc_use *b)
{
    return a->pid == b->pid && a->ppid == b->ppid && memcmp(a->name, b->name, sizeof a->name) == 0 &&
           a->is_new == b->is_new && a->ended == b->ended && same(a->cpu_percent, b->cpu_percent) &&
           same(a->children_percent, b->children_percent) && same(a->rss_bytes, b->rss_bytes) &&
           same(a->rss_growth_bytes, b->rss_growth_bytes) && same(a->read_rate, b->read_rate) &&
           same(a->write_rate, b->write_rate);
}

/* Every row that went in comes out once, in its tick, rounded; by CPU, most first, then by pid. */
static void assert_tick(const struct proc_use *in, const struct proc_use *out, size_t n)
{
    bool met[PROCS_MAX_KEPT] = { 0 };
    for (size_t i = 0; i < n; i++) {
        struct proc_use u = in[i];
        procs_round(&u);
        size_t k = 0;
        while (k < n && (met[k] || !equal(&u, &out[k])))
            k++;
        assert_true(k < n);
        met[k] = true;
    }
    for (size_t i = 1; i < n; i++) {
        const struct proc_use *a = &out[i - 1], *b = &out[i];
        assert_true(isnan(b->cpu_percent) || a->cpu_percent > b->cpu_percent ||
                    (a->cpu_percent == b->cpu_percent && a->pid <= b->pid));
    }
}

/* Returns how many bytes it took. */
static size_t assert_round_trip(void)
{
    struct buf b = { 0 };
    struct proc_ticks back;
    buf_puts(&b, "x"); /* what is there stays */
    assert_int_equal(procs_encode(&b, &ticks), 0);
    assert_int_equal(b.p[0], 'x');
    assert_int_equal(procs_decode(b.p + 1, b.n - 1, &back), 0);
    assert_int_equal(back.ticks, ticks.ticks);
    for (int i = 0; i < ticks.ticks; i++) {
        assert_int_equal(back.first[i + 1], first[i + 1]);
        assert_tick(rows + first[i], back.rows + first[i], first[i + 1] - first[i]);
    }
    size_t n = b.n - 1;
    procs_done(&back);
    buf_done(&b);
    return n;
}

static void amounts_are_rounded(void **state)
{
    (void)state;
    static const struct { double cpu, rss, rate, cpu_back, rss_back, rate_back; } cases[] = {
        { 0, 0, 0, 0, 0, 0 },
        { 12.344, 4096, 1023, 12.34, 4096, 1023 },
        { 12.346, 6144, 1023.4, 12.35, 8192, 1023 },
        { 0.004, 2047, 1024, 0, 0, 1024 },
        { 250.01, 2049, 1025, 250.01, 4096, 1026 },         /* between 1024 and 1026: away from zero */
        { 1e4, 1 << 30, 123456789, 1e4, 1 << 30, 123469824 }, /* ten significant bits */
        { 0.01, 0, 2047.4, 0.01, 0, 2048 },
        { -1, -4096, -1, -1, -4096, -1 },
        { NAN, NAN, NAN, NAN, NAN, NAN },
        { INFINITY, INFINITY, INFINITY, 11258999068426.24, 4611686018427387904., 1125899906842624. },
        { -INFINITY, -1e300, -1e300, -11258999068426.24, -4611686018427387904., -1125899906842624. },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct proc_use u = { .cpu_percent = cases[i].cpu, .rss_bytes = cases[i].rss, .read_rate = cases[i].rate };
        procs_round(&u);
        assert_true(same(u.cpu_percent, cases[i].cpu_back));
        assert_true(same(u.rss_bytes, cases[i].rss_back));
        assert_true(same(u.read_rate, cases[i].rate_back));
        struct proc_use again = u;
        procs_round(&again);
        assert_true(equal(&u, &again));
    }
}

/* Rates are off by a thousandth at most, shares by half of 0.01, memory by half of 4 KiB. */
static void rounding_stays_within_its_step(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < 100000; i++) {
        double rate = exp(rng_unit(&r) * 34), cpu = exp(rng_unit(&r) * 12 - 6), rss = exp(rng_unit(&r) * 40);
        struct proc_use u = { .cpu_percent = cpu, .rss_bytes = rss, .write_rate = rate };
        procs_round(&u);
        assert_near(u.cpu_percent, cpu, 0.00501);
        assert_near(u.rss_bytes, rss, 2048.01 + rss * 1e-15);
        assert_near(u.write_rate, rate, fmax(0.5, rate / 1000));
        struct proc_use again = u;
        procs_round(&again);
        assert_true(equal(&u, &again));
    }
}

static void few_ticks_come_back(void **state)
{
    (void)state;
    begin();
    assert_round_trip(); /* no tick at all */
    add_tick((struct proc_use[8]){ { 0 } });
    assert_round_trip();
    struct proc_use init = { .pid = 1, .name = "systemd", .cpu_percent = 0.3, .rss_bytes = 12 << 20, .read_rate = NAN,
                             .write_rate = NAN };
    struct proc_use cc = { .pid = 4711, .ppid = 800, .name = "cc1", .cpu_percent = 98.7, .rss_bytes = 200 << 20,
                           .rss_growth_bytes = 200 << 20, .is_new = true, .write_rate = 5e6 };
    struct proc_use grown = cc, other = cc, ended = cc;
    grown.is_new = false;
    grown.rss_bytes += 8 << 20;
    grown.rss_growth_bytes = 8 << 20;
    snprintf(other.name, sizeof other.name, "%s", "fifteen letters");
    snprintf(ended.name, sizeof ended.name, "%s", "as");
    ended.ended = 17;
    ended.is_new = false;
    add_tick((struct proc_use[8]){ cc, init });
    add_tick((struct proc_use[8]){ grown, init });
    add_tick((struct proc_use[8]){ init });
    add_tick((struct proc_use[8]){ { 0 } });
    add_tick((struct proc_use[8]){ grown, init }); /* both are back */
    add_tick((struct proc_use[8]){ other, init, ended }); /* another of the same number; some who ended */
    ended.pid = 5000;
    ended.ended = UINT32_MAX;
    add_tick((struct proc_use[8]){ ended, other, cc, init });
    assert_round_trip();
}

static void odd_rows_come_back(void **state)
{
    (void)state;
    struct proc_use odd = { .pid = INT32_MAX, .ppid = INT32_MIN, .name = "\xff\x01 \"\\", .cpu_percent = NAN,
                            .children_percent = 1e300, .rss_bytes = -INFINITY, .rss_growth_bytes = INFINITY,
                            .read_rate = 1e18, .write_rate = -3, .ended = 1, .is_new = true };
    struct proc_use nameless = { .pid = INT32_MIN, .ppid = INT32_MAX, .cpu_percent = -0.0 };
    begin();
    add_tick((struct proc_use[8]){ odd, nameless, odd, nameless }); /* twice the same, too */
    add_tick((struct proc_use[8]){ nameless, odd });
    add_tick((struct proc_use[8]){ odd, odd, odd });
    assert_round_trip();
}

/* ---- a machine that is made up ---- */

struct life {
    struct proc_use u;
    double usual;
};

static const char *const names[] = {
    "cc1", "as", "ld", "sh", "make", "chrome", "Isolated Web Co", "postgres", "kworker/0:1",
};

static void be_born(struct rng *r, struct life *l, int32_t *last_pid)
{
    *l = (struct life){ .usual = exp(rng_unit(r) * 9 - 4) };
    l->u = (struct proc_use){ .pid = *last_pid += 1 + (int32_t)rng_below(r, 9), .is_new = true,
                              .rss_bytes = 4096. * rng_below(r, 50000), .read_rate = NAN, .write_rate = NAN };
    l->u.ppid = l->u.pid - 1 - (int32_t)rng_below(r, 40);
    l->u.rss_growth_bytes = l->u.rss_bytes;
    snprintf(l->u.name, sizeof l->u.name, "%s", names[rng_below(r, sizeof names / sizeof *names)]);
}

static void live_on(struct rng *r, struct life *l)
{
    struct proc_use *u = &l->u;
    double more = rng_below(r, 3) ? 0 : 4096. * rng_below(r, 500);
    u->cpu_percent = l->usual * (0.8 + 0.4 * rng_unit(r));
    u->rss_bytes += more;
    u->rss_growth_bytes = more;
    u->write_rate = rng_below(r, 8) ? u->write_rate : rng_unit(r) * 1e7;
}

/* n rows a tick, of which each is replaced with a probability. */
static void make_up(uint64_t seed, int n_ticks, int n, double churn)
{
    struct life lives[PROCS_MAX_KEPT];
    struct rng r;
    int32_t last_pid = 1000;
    rng_seed(&r, seed);
    begin();
    for (int t = 0; t < n_ticks; t++) {
        struct proc_use *u = rows + first[t];
        for (int i = 0; i < n; i++) {
            if (t == 0 || rng_unit(&r) < churn)
                be_born(&r, &lives[i], &last_pid);
            live_on(&r, &lives[i]);
            u[i] = lives[i].u;
            if (rng_unit(&r) < churn / 4)
                u[i].ended = 1 + rng_below(&r, 30);
            lives[i].u.is_new = false;
        }
        end_tick((size_t)n - rng_below(&r, (uint32_t)n / 4 + 1)); /* the last of them are not seen */
    }
}

static void made_up_machines_come_back(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        make_up(seed, 1 + (int)(seed * 7 % 90), 1 + (int)(seed % 28), (double)(seed % 5) / 5);
        assert_round_trip();
    }
    make_up(99, 4, PROCS_MAX_KEPT, 0.5);
    assert_round_trip();
    make_up(98, PROCS_MAX_TICKS, 20, 0.02);
    assert_round_trip();
}

/* The bars: 120 bytes a tick where one of twenty rows a tick is another's, 14 bytes a row without anything
 * before it. */
static void rows_are_small(void **state)
{
    (void)state;
    make_up(7, 600, 20, 0.05);
    assert_true(assert_round_trip() <= 600 * 100);
    make_up(8, 1, 20, 0);
    assert_true(assert_round_trip() <= 14 * first[1]);
}

/* ---- damage ---- */

static void try_rows(const char *bytes, size_t n)
{
    struct proc_ticks back = { 0 };
    int rc = procs_decode(bytes, n, &back);
    assert_true(rc == 0 || rc == -EBADMSG);
    assert_true(rc == 0 || !back.rows);
    size_t at = 0;
    for (int i = 0; rc == 0 && i < back.ticks; i++) {
        assert_true(back.first[i] == at && back.first[i + 1] >= at);
        at = back.first[i + 1];
    }
    for (size_t i = 0; i < at; i++) {
        struct proc_use u = back.rows[i];
        procs_round(&u);
        assert_true(equal(&u, &back.rows[i]));
        assert_true(memchr(u.name, '\0', sizeof u.name));
    }
    procs_done(&back);
}

static void damage(struct rng *r, const struct buf *b, void (*try)(const char *bytes, size_t n))
{
    char *copy = mem_new(b->n);
    for (int i = 0; i < 400; i++) {
        memcpy(copy, b->p, b->n);
        size_t n = i % 2 ? b->n : rng_below(r, (uint32_t)b->n);
        for (uint32_t k = i % 2 ? 1 + rng_below(r, 3) : 0; k > 0; k--)
            copy[rng_below(r, (uint32_t)b->n)] ^= (char)(1 << rng_below(r, 8));
        char *exact = mem_new(n); /* so that a sanitizer sees a read past the end */
        memcpy(exact, copy, n);
        try(exact, n);
        mem_free(exact);
    }
    mem_free(copy);
}

static void damaged_rows_are_safe(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct rng r;
    rng_seed(&r, 3);
    make_up(5, 30, 20, 0.2);
    assert_int_equal(procs_encode(&b, &ticks), 0);
    damage(&r, &b, try_rows);
    buf_done(&b);
    try_rows("", 0);
    char bytes[64];
    for (int i = 0; i < 256; i++) {
        memset(bytes, i, sizeof bytes);
        try_rows(bytes, sizeof bytes);
    }
}

/* ---- whole tables ---- */

static struct proc *add_proc(struct proctab *t, int32_t pid, const char *name, double start_s, double cpu_s)
{
    struct proc *p = proctab_add(t);
    *p = (struct proc){ .pid = pid, .ppid = pid / 2, .state = 'S', .start_s = start_s, .cpu_s = cpu_s,
                        .rss_bytes = 4096. * pid, .read_bytes = NAN, .write_bytes = NAN, .threads = 1,
                        .gpu_bytes = NAN };
    snprintf(p->name, sizeof p->name, "%s", name);
    return p;
}

static double to(double v, double step)
{
    return isnan(v) ? v : round(v / step) * step;
}

static void assert_table(const struct proctab *in, const struct proctab *out)
{
    assert_int_equal(out->n, in->n);
    assert_int_equal(out->ended, 0);
    assert_int_equal(out->mono_ns, in->mono_ns);
    for (size_t i = 0; i < in->n; i++) {
        const struct proc *a = &in->p[i], *b = &out->p[i];
        assert_true(a->pid == b->pid && a->ppid == b->ppid && a->state == b->state && b->ended == 0);
        assert_string_equal(a->name, b->name);
        assert_near(a->start_s, b->start_s, 0.00501);
        assert_near(a->cpu_s, b->cpu_s, 0.00501);
        assert_near(a->children_cpu_s, b->children_cpu_s, 0.00501);
        assert_true(same(to(a->rss_bytes, 4096), b->rss_bytes));
        assert_true(same(to(a->gpu_bytes, 4096), b->gpu_bytes));
        assert_true(same(to(a->read_bytes, 512), b->read_bytes));
        assert_true(same(to(a->write_bytes, 512), b->write_bytes));
        assert_true(same(a->threads, b->threads));
    }
}

/* Against the table before as it was; the same bytes, against that table as it came back. */
static size_t assert_table_round_trip(const struct proctab *before, const struct proctab *now)
{
    struct buf alone = { 0 }, b = { 0 };
    struct proctab back = { 0 }, next = { 0 };
    if (before) {
        assert_int_equal(proctab_encode(&alone, NULL, before), 0);
        assert_int_equal(proctab_decode(alone.p, alone.n, NULL, &back), 0);
        assert_table(before, &back);
    }
    assert_int_equal(proctab_encode(&b, before, now), 0);
    assert_int_equal(proctab_decode(b.p, b.n, before, &next), 0);
    assert_table(now, &next);
    assert_int_equal(proctab_decode(b.p, b.n, before ? &back : NULL, &next), 0); /* over another */
    assert_table(now, &next);
    size_t n = b.n;
    proctab_done(&back);
    proctab_done(&next);
    buf_done(&alone);
    buf_done(&b);
    return n;
}

static void tables_come_back(void **state)
{
    (void)state;
    struct proctab none = { 0 }, a = { .mono_ns = 5 }, b = { .mono_ns = INT64_C(60000000005) };
    add_proc(&a, 1, "init", 0, 3.5);
    add_proc(&a, 7, "gone", 12, 1);
    add_proc(&a, 9, "sh", 13, 0.02);
    add_proc(&a, 4000, "reused", 500, 20);
    assert_table_round_trip(NULL, &none);
    assert_table_round_trip(NULL, &a);
    assert_table_round_trip(&none, &a);
    assert_table_round_trip(&a, &none);

    add_proc(&b, 1, "init", 0, 3.5);
    add_proc(&b, 3, "low", 530, 0); /* numbers began again */
    struct proc *p = add_proc(&b, 9, "python3", 13, 7.129); /* became another program, and another's child */
    p->ppid = 1;
    p->state = 'R';
    p->read_bytes = 123456789;
    p->write_bytes = 1125899906842624.;
    p->gpu_bytes = 1 << 30;
    p->threads = 64;
    add_proc(&b, 4000, "reused", 555.55, 0.1);
    add_proc(&b, INT32_MAX, "fifteen letters", 1e9, 1e8);
    proctab_add_ended(&b)->pid = 12; /* left out */
    assert_table_round_trip(NULL, &b);
    assert_table_round_trip(&a, &b);
    assert_true(assert_table_round_trip(&a, &a) <= 8);
    proctab_done(&a);
    proctab_done(&b);
}

static void make_up_table(struct rng *r, const struct proctab *before, struct proctab *now, int n)
{
    now->mono_ns = before->mono_ns + 1 + rng_below(r, 1u << 31);
    int32_t pid = 0;
    for (size_t i = 0; i < before->n; i++) {
        if (rng_below(r, 10) == 0)
            continue;
        struct proc *p = proctab_add(now);
        *p = before->p[i];
        pid = p->pid;
        if (rng_below(r, 4))
            continue;
        p->cpu_s += rng_unit(r) * 10;
        p->rss_bytes += 4096. * rng_below(r, 1000);
        p->read_bytes = isnan(p->read_bytes) ? rng_below(r, 1u << 30) : p->read_bytes + rng_below(r, 5000);
        p->state = "RSDZI"[rng_below(r, 5)];
    }
    for (int i = 0; i < n; i++)
        add_proc(now, pid += 1 + (int32_t)rng_below(r, 20), names[rng_below(r, sizeof names / sizeof *names)],
                 now->mono_ns * 1e-9 + i * 0.01, rng_unit(r));
}

static void made_up_tables_come_back(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 11);
    struct proctab before = { 0 };
    for (int i = 0; i < 60; i++) {
        struct proctab now = { 0 };
        make_up_table(&r, &before, &now, (int)rng_below(&r, i % 20 ? 40 : 600));
        assert_table_round_trip(&before, &now);
        proctab_done(&before);
        before = now;
    }
    proctab_done(&before);
}

static struct proctab damage_before;

static void try_table(const char *bytes, size_t n)
{
    struct proctab back = { 0 };
    int rc = proctab_decode(bytes, n, &damage_before, &back);
    assert_true(rc == 0 || (rc == -EBADMSG && !back.p));
    for (size_t i = 1; i < back.n; i++)
        assert_true(back.p[i - 1].pid < back.p[i].pid);
    proctab_done(&back);
}

static void damaged_tables_are_safe(void **state)
{
    (void)state;
    struct rng r;
    struct buf b = { 0 };
    struct proctab now = { 0 }, none = { 0 };
    rng_seed(&r, 12);
    make_up_table(&r, &none, &damage_before, 100);
    make_up_table(&r, &damage_before, &now, 40);
    assert_int_equal(proctab_encode(&b, &damage_before, &now), 0);
    damage(&r, &b, try_table);
    proctab_done(&damage_before);
    try_table(b.p, b.n); /* against another table than it was made for */
    proctab_done(&now);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_rounded),
        cmocka_unit_test(rounding_stays_within_its_step),
        cmocka_unit_test(few_ticks_come_back),
        cmocka_unit_test(odd_rows_come_back),
        cmocka_unit_test(made_up_machines_come_back),
        cmocka_unit_test(rows_are_small),
        cmocka_unit_test(damaged_rows_are_safe),
        cmocka_unit_test(tables_come_back),
        cmocka_unit_test(made_up_tables_come_back),
        cmocka_unit_test(damaged_tables_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
