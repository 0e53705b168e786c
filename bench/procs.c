/*
 * procs.c - what it costs to keep processes: bytes a tick and time, on tables of this machine.
 *
 *   procs record FILE TICKS    one whole table a second, as the sampler reads it
 *   procs measure FILE         codes what was recorded, as the archive would: 600 ticks of the 20 that did
 *                              most, and every 60th table against the 60th before; exits with 3 above the bar
 *
 * A file holds tables as they lie in memory: it is read back by the same build only.
 */
#include "app/settings.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/proc_top.h"
#include "core/sampler.h"
#include "store/codec/procs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEPT 20
#define BLOCK 600
#define BAR 120    /* bytes a tick */
#define MISSED 3   /* how the program ends then */

static bool bench_wants(void *self, const char *adapter)
{
    (void)self;
    return strcmp(adapter, "process") == 0;
}

static bool bench_put(FILE *f, const struct proctab *t)
{
    size_t n = t->n + t->ended;
    return fwrite(t, sizeof *t, 1, f) == 1 && fwrite(t->p, sizeof *t->p, n, f) == n;
}

static int bench_record(const char *path, int ticks)
{
    auto_fclose FILE *f = fopen(path, "wb");
    struct sampler *s = sampler_open(settings_adapters(),
                                     &(struct sampler_options){ .root = "", .interval_s = 1, .wanted = bench_wants });
    const struct frame *frame;
    int rc = f ? 0 : -errno;
    for (int i = 0; i < ticks && rc == 0; i++) {
        rc = sampler_next(s, &frame);
        if (rc == 0 && !bench_put(f, sampler_procs(s)))
            rc = -EIO;
    }
    sampler_close(s);
    return rc;
}

/* ---- measuring ---- */

static bool bench_take(FILE *f, struct proctab *t)
{
    struct proctab head;
    if (fread(&head, sizeof head, 1, f) != 1 || head.n + head.ended > 1 << 20)
        return false;
    size_t n = head.n + head.ended;
    t->p = mem_resize(t->p, n * sizeof *t->p);
    head.p = t->p;
    head.cap = n;
    *t = head;
    return fread(t->p, sizeof *t->p, n, f) == n;
}

struct sums {
    size_t processes, rows, ticks, blocks, coded, alone, tables, table_bytes, first_table;
    double encode_s, decode_s, alone_s;
};

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What comes back is what was kept, rounded. */
static bool bench_is_back(const struct proc_ticks *t, const struct buf *b)
{
    struct proc_ticks back;
    if (procs_decode(b->p, b->n, &back) < 0)
        return false;
    bool same = back.ticks == t->ticks && memcmp(back.first, t->first, (size_t)(t->ticks + 1) * sizeof *t->first) == 0;
    double kept = 0, got = 0;
    for (size_t i = 0; same && i < t->first[t->ticks]; i++) {
        struct proc_use u = t->rows[i];
        procs_round(&u);
        kept += u.pid + 4 * u.cpu_percent + u.rss_bytes;
        got += back.rows[i].pid + 4 * back.rows[i].cpu_percent + back.rows[i].rss_bytes;
    }
    procs_done(&back);
    return same && fabs(got - kept) <= 1e-9 * kept;
}

static int bench_code(const struct proc_ticks *t, struct sums *sum)
{
    auto_buf struct buf b = { 0 };
    double start = cpu_s();
    int rc = procs_encode(&b, t);
    if (rc < 0)
        return rc;
    double coded = cpu_s();
    sum->encode_s += coded - start;
    if (!bench_is_back(t, &b))
        return -EBADMSG;
    sum->decode_s += cpu_s() - coded;
    sum->coded += b.n;
    sum->ticks += (size_t)t->ticks;
    sum->rows += t->first[t->ticks];
    start = cpu_s();
    for (int i = 0; rc == 0 && i < t->ticks; i++) {
        size_t first[2] = { 0, t->first[i + 1] - t->first[i] };
        buf_clear(&b);
        rc = procs_encode(&b, &(struct proc_ticks){ 1, first, t->rows + t->first[i] });
        sum->alone += b.n;
    }
    sum->alone_s += cpu_s() - start;
    return rc;
}

/* The first table alone, each of a minute against that of the minute before. */
static int bench_table(struct proctab *minute, const struct proctab *now, struct sums *sum)
{
    auto_buf struct buf b = { 0 };
    struct proctab back = { 0 };
    const struct proctab *before = minute->n ? minute : NULL;
    int rc = proctab_encode(&b, before, now);
    if (rc == 0)
        rc = proctab_decode(b.p, b.n, before, &back);
    if (rc == 0 && back.n != now->n)
        rc = -EBADMSG;
    if (before) {
        sum->tables++;
        sum->table_bytes += b.n;
    } else {
        sum->first_table = b.n;
    }
    proctab_done(minute);
    *minute = back;
    return rc;
}

/* One JSON line; is the bar met? */
static bool bench_tell(const struct sums *s)
{
    double ticks = (double)s->ticks, rows = (double)s->rows, bytes = (double)(s->coded + s->table_bytes) / ticks;
    printf("{\"ticks\": %zu, \"rows\": %zu, \"processes\": %.0f, ", s->ticks, s->rows, (double)s->processes / ticks);
    printf("\"rows_bytes_per_tick\": %.1f, \"bits_per_row\": %.1f, \"alone_bytes_per_row\": %.2f, ",
           (double)s->coded / ticks, 8 * (double)s->coded / rows, (double)s->alone / rows);
    printf("\"alone_us_per_tick\": %.1f, \"encode_us_per_tick\": %.1f, \"decode_us_per_tick\": %.1f, ",
           s->alone_s * 1e6 / ticks, s->encode_s * 1e6 / ticks, s->decode_s * 1e6 / ticks);
    printf("\"first_table\": %zu, \"table_bytes\": %.0f, \"bytes_per_tick\": %.1f}\n", s->first_table,
           s->tables ? (double)s->table_bytes / (double)s->tables : 0, bytes);
    return bytes <= BAR;
}

/* A tick's rows into those of the block; a block that is full is coded. */
static int bench_tick(struct proc_ticks *t, const struct proctab *before, const struct proctab *now, struct sums *sum)
{
    auto_free struct proc_use *use = mem_new((now->n + now->ended) * sizeof *use);
    size_t n = proc_top(use, proctab_use(before, now, use), KEPT), at = t->first[t->ticks];
    memcpy(t->rows + at, use, n * sizeof *use);
    t->first[++t->ticks] = at + n;
    sum->processes += now->n;
    int rc = t->ticks < BLOCK ? 0 : bench_code(t, sum);
    t->ticks %= BLOCK;
    return rc;
}

static int bench_measure(const char *path)
{
    auto_fclose FILE *f = fopen(path, "rb");
    struct proctab before = { 0 }, now = { 0 }, minute = { 0 };
    static size_t first[BLOCK + 1];
    static struct proc_use rows[BLOCK * KEPT];
    struct proc_ticks t = { .first = first, .rows = rows };
    struct sums sum = { 0 };
    int rc = f && bench_take(f, &before) ? bench_table(&minute, &before, &sum) : -EIO;
    for (int i = 1; rc == 0 && bench_take(f, &now); i++) {
        rc = bench_tick(&t, &before, &now, &sum);
        if (rc == 0 && i % 60 == 0)
            rc = bench_table(&minute, &now, &sum);
        struct proctab swap = before;
        before = now;
        now = swap;
    }
    if (rc == 0 && t.ticks)
        rc = bench_code(&t, &sum);
    proctab_done(&before);
    proctab_done(&now);
    proctab_done(&minute);
    return rc < 0 ? rc : sum.ticks && bench_tell(&sum) ? 0 : MISSED;
}

int main(int argc, char **argv)
{
    int rc = -EINVAL;
    if (argc == 4 && strcmp(argv[1], "record") == 0)
        rc = bench_record(argv[2], atoi(argv[3]));
    else if (argc == 3 && strcmp(argv[1], "measure") == 0)
        rc = bench_measure(argv[2]);
    if (rc < 0)
        log_error(rc, "procs: wants `record FILE TICKS` or `measure FILE`, of a recording by this build");
    return rc < 0 ? EXIT_FAILURE : rc;
}
