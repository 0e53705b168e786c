/* test_query.c - answers against what a loop over all that was ever written says. */
#include "test.h"

#include "archive_sample.h"

#include "base/mem.h"
#include "base/rng.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/query.h"
#include "store/retention.h"

#include <errno.h>

enum { DAMAGED = 760 }; /* instants: one pair of summaries, and what is behind */
#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)

/*
 * Two sessions. The first has two parts; its last one was cut off by a crash, with blocks that no summary
 * holds and two journals behind. A metric family comes in the second session only.
 */
static void make(struct made *m)
{
    made_init(m, 2);
    made_part(m, "20261122_000000", 0, 0, 2630, true);
    made_part(m, "20261122_000000", 1, 2630, 4130, false);
    made_journal(m, "20261122_000000", 1, 60, 4130, 4155);
    made_journal(m, "20261122_000000", 1, 61, 4155, 4168);
    sample_grow(&m->s, 4, 6000);
    made_part(m, "20261122_014000", 0, 6000, 7555, true);
}

struct want {
    double min, max, sum, last, count, slack;
};

/* The point of a time; -1 outside. */
static int point_at(const struct query_result *r, const struct query_point *p, int64_t ms)
{
    if (ms < r->from_ms || ms > r->to_ms)
        return -1;
    int i = (int)((double)(ms - r->from_ms) / (double)(r->to_ms - r->from_ms + 1) * r->points); /* nearly */
    while (i > 0 && p[i].start_ms > ms)
        i--;
    while (i < r->points - 1 && p[i + 1].start_ms <= ms)
        i++;
    return i;
}

/* Adds up every instant: for the point of its time, or of the middle of its window if the tier has one. */
static struct want *loop(const struct made *m, const struct query_result *r, size_t series, int tier_s)
{
    struct want *w = calloc((size_t)r->points, sizeof *w);
    const struct query_series *s = &r->series[series];
    int slot = schema_find(m->s.schema, s->metric.name, s->metric.inst);
    assert_true(slot >= 0);
    for (int i = 0; i < r->points; i++)
        w[i] = (struct want){ .min = INFINITY, .max = -INFINITY, .last = NAN };
    for (size_t t = 0; t < m->n; t++) {
        int64_t ms = m->tick[t].wall_ms, window_ms = (int64_t)tier_s * 1000;
        bool summed = window_ms && m->tick[t].summed;
        int p = point_at(r, s->point, summed ? ms / window_ms * window_ms + window_ms / 2 : ms);
        double v = slot < m->tick[t].n ? m->tick[t].v[slot] : (double)NAN;
        if (p < 0 || !isfinite(v))
            continue;
        w[p].min = fmin(w[p].min, v);
        w[p].max = fmax(w[p].max, v);
        w[p].sum += v;
        w[p].last = v;
        w[p].count++;
    }
    return w;
}

static void check_point(const struct query_point *p, const struct want *w, enum kind kind, bool exact)
{
    assert_true(p->count == w->count);
    if (w->count == 0) {
        assert_true(isnan(p->min) && isnan(p->max) && isnan(p->mean) && isnan(p->last));
        return;
    }
    double part = kind == KIND_RATIO && !exact ? 1.0 / 2000 : 0;
    assert_true(fabs(p->last - w->last) <= fabs(w->last) * part);
    if (kind == KIND_COUNTER) {
        assert_true(isnan(p->min) && isnan(p->max) && isnan(p->mean));
        return;
    }
    double mean = w->sum / w->count, slack = (fabs(mean) + w->max - w->min) * (exact ? 1e-12 : 1.0 / 1000);
    assert_true(fabs(p->min - w->min) <= fabs(w->min) * part && fabs(p->max - w->max) <= fabs(w->max) * part);
    assert_true(fabs(p->mean - mean) <= slack);
}

static void check_answer(const struct made *m, const struct query_result *r, int tier_s)
{
    assert_int_equal(r->lost, 0);
    for (size_t i = 0; i < r->n; i++) {
        struct want *w = loop(m, r, i, tier_s);
        for (int p = 0; p < r->points; p++)
            check_point(&r->series[i].point[p], &w[p], r->series[i].metric.kind, tier_s == 0);
        free(w);
    }
}

/* Rates of a part that was not read from its beginning must be as if it had been. */
static void test_any_range(void **state)
{
    (void)state;
    struct made m;
    struct archive *a;
    struct rng rng;
    int answers = 0, tiers[3] = { 0 };
    make(&m);
    rng_seed(&rng, 1);
    assert_int_equal(archive_open(m.dir, &a), 0);
    for (int i = 0; i < 300; i++) {
        int64_t from = MS(rng_below(&rng, 8000)) - 500000 + rng_below(&rng, 1000);
        int64_t to = from + (i % 3 ? rng_below(&rng, 9000000) : rng_below(&rng, 200000));
        int points = 1 + (int)rng_below(&rng, i % 2 ? 20 : 2000);
        double step_s = (double)(to - from + 1) / 1000 / points;
        int tier_s = step_s >= 600 ? 600 : step_s >= 60 ? 60 : 0;
        struct query_result *r;
        const char *globs = i % 5 ? "memory.*,disk.latency{sd1},disk.reads*{sd0}" : NULL;
        int rc = store_query(a, NULL, from, to, globs, points, &r);
        if (rc == -ENODATA)
            continue;
        assert_int_equal(rc, 0);
        assert_true(r->from_ms == from && r->to_ms == to && r->points == points && r->tier_s <= tier_s);
        check_answer(&m, r, tier_s);
        query_free(r);
        answers++;
        tiers[tier_s / 300 + (tier_s == 60)]++;
    }
    assert_true(answers > 200 && tiers[0] > 20 && tiers[1] > 20 && tiers[2] > 20);
    archive_free(a);
    made_done(&m);
}

static void test_metrics_of_some_segments(void **state)
{
    (void)state;
    struct made m;
    struct archive *a;
    struct query_result *r;
    make(&m);
    assert_int_equal(archive_open(m.dir, &a), 0);
    assert_int_equal(store_query(a, NULL, MS(0), MS(8000), "disk.temp{sd3},disk.temp{sd0}", 10, &r), 0);
    assert_int_equal(r->n, 2);
    assert_string_equal(r->series[0].id, "disk.temp{sd0}");
    assert_string_equal(r->series[1].id, "disk.temp{sd3}");
    assert_int_equal(r->series[1].metric.unit, UNIT_CELSIUS);
    assert_true(r->series[1].point[0].count == 0 && r->series[1].point[8].count > 0);
    query_free(r);
    archive_free(a);
    made_done(&m);
}

static void test_refuses(void **state)
{
    (void)state;
    struct made m;
    struct archive *a;
    struct query_result *r;
    make(&m);
    assert_int_equal(archive_open(m.dir, &a), 0);
    assert_int_equal(store_query(a, NULL, 1, 0, NULL, 1, &r), -EINVAL);
    assert_int_equal(store_query(a, NULL, 0, 1, NULL, 0, &r), -EINVAL);
    assert_int_equal(store_query(a, NULL, 0, 1, NULL, QUERY_POINTS + 1, &r), -EINVAL);
    assert_int_equal(store_query(a, NULL, INT64_MIN, INT64_MAX, NULL, 1, &r), -EINVAL);
    assert_int_equal(store_query(a, NULL, 0, 1, NULL, 1, &r), -ENODATA);
    assert_int_equal(store_query(a, NULL, MS(0), MS(10), "no.such", 1, &r), -ENODATA);
    assert_int_equal(store_query(a, NULL, MS(4500), MS(5500), NULL, 1, &r), -ENODATA);
    archive_free(a);
    made_done(&m);
}

/* The finer tiers go first: then the coarser one answers, in windows of its own. */
static void test_after_pruning(void **state)
{
    (void)state;
    static const bool drops[][3] = { { true, false, false }, { false, true, false }, { true, true, false },
                                     { true, false, true },  { false, true, true },  { false, false, true } };
    static const int left[][3] = { { 60, 60, 600 }, { 0, 0, 600 }, { 600, 600, 600 }, /* of step 1 s, 100 s, 700 s */
                                   { 60, 60, 60 },  { 0, 0, 0 },   { 0, 60, 60 } };
    struct retention_rules rules = { .now_ms = MS(10000) };
    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++) {
        struct made m;
        struct archive *a;
        int64_t freed = 0;
        made_init(&m, 1);
        made_part(&m, "20261122_000000", 0, 0, 2710, true);
        const char *path = made_path(&m, "20261122_000000", 0);
        assert_int_equal(retention_rewrite(path, NULL, drops[i], &rules, true, &freed), 0);
        assert_true(freed > 0);
        assert_int_equal(archive_open(m.dir, &a), 0);
        for (int k = 0; k < 3; k++) {
            struct query_result *r;
            int points = k == 0 ? 2800 : k == 1 ? 28 : 4;
            assert_int_equal(store_query(a, NULL, MS(0), MS(2800), NULL, points, &r), 0);
            assert_int_equal(r->tier_s, left[i][k]);
            check_answer(&m, r, left[i][k]);
            query_free(r);
        }
        archive_free(a);
        made_done(&m);
    }
}

/* ---- damage ---- */

struct seen {
    struct made *m;
    int64_t n;
};

static int see(void *self, const struct tape_about *about, const struct schema *s, const struct moment *moment)
{
    struct seen *seen = self;
    (void)about;
    assert_true(sample_is_right(&seen->m->s, s, moment));
    seen->n++;
    return 0;
}

/* Every value of an instant; a rate may be unknown where what it builds on is lost. Or a row of a window. */
static bool is_true(const struct made *m, const struct query_result *r, size_t series, int p)
{
    const struct query_series *s = &r->series[series];
    const struct query_point *got = &s->point[p];
    int slot = schema_find(m->s.schema, s->metric.name, s->metric.inst);
    int64_t at = got->start_ms;
    if (got->count == 0)
        return isnan(got->last);
    double true_value = m->tick[(at - MS(0)) / 1000].v[slot];
    if (got->count == 1 && got->last == true_value)
        return s->metric.kind == KIND_COUNTER || (got->min == true_value && got->max == true_value);
    for (int window = 60; window <= 600; window *= 10) {
        int64_t begin = at / (window * 1000) * window * 1000;
        double min = INFINITY, max = -INFINITY, last = NAN, count = 0;
        if (at != begin + window * 500)
            continue;
        for (size_t t = 0; t < m->n; t++) {
            double v = m->tick[t].v[slot];
            if (m->tick[t].wall_ms < begin || m->tick[t].wall_ms >= begin + window * 1000 || !isfinite(v))
                continue;
            min = fmin(min, v);
            max = fmax(max, v);
            last = v;
            count++;
        }
        double part = s->metric.kind == KIND_RATIO ? 1.0 / 2000 : 0;
        bool counter = s->metric.kind == KIND_COUNTER;
        if (got->count == count && fabs(got->last - last) <= part * fabs(last) &&
            (counter || (fabs(got->min - min) <= part * fabs(min) && fabs(got->max - max) <= part * fabs(max))))
            return true;
    }
    return false;
}

static void check_damaged(struct made *m, int64_t least, bool play)
{
    struct archive *a;
    struct query_result *r;
    struct seen seen = { .m = m };
    uint64_t lost;
    assert_int_equal(archive_open(m->dir, &a), 0);
    if (play) {
        assert_int_equal(archive_play(a, NULL, INT64_MIN, INT64_MAX, see, &seen, &lost), 0);
        assert_true(seen.n >= least);
    }
    int rc = store_query(a, NULL, MS(0), MS(m->n), NULL, (int)m->n, &r);
    assert_true(rc == 0 || (rc == -ENODATA && least == 0));
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        for (int p = 0; p < r->points; p++) {
            assert_true(is_true(m, r, i, p));
        }
    if (rc == 0)
        assert_true((int64_t)r->rows >= least);
    for (int k = 0; rc == 0 && k < 2; k++) { /* the coarser tiers give nothing that was not there, either */
        struct query_result *c;
        if (store_query(a, NULL, MS(0), MS(m->n), "memory.used", k ? 2 : 20, &c) < 0)
            continue;
        for (int p = 0; p < c->points; p++)
            assert_true(c->series[0].point[p].count <= 1800);
        query_free(c);
    }
    if (rc == 0)
        query_free(r);
    archive_free(a);
}

/* Torn and flipped at random: what comes back is true, and all that is not hit comes back. */
static void test_damage(void **state)
{
    (void)state;
    struct made m;
    struct rng rng;
    char *bytes;
    size_t n;
    made_init(&m, 1);
    made_part(&m, "20261122_000000", 0, 0, DAMAGED, true);
    const char *path = made_path(&m, "20261122_000000", 0);
    assert_int_equal(os_read_file(path, 1 << 24, &bytes, &n), 0);
    struct segment *s;
    assert_int_equal(segment_open(path, &s), 0);
    rng_seed(&rng, 2);
    for (int i = 0; i < MADE_DAMAGES; i++) {
        size_t at = rng_below(&rng, (uint32_t)n), size = i % 4 ? n : at;
        char *copy = malloc(n);
        int64_t least = size < n ? 0 : DAMAGED;
        memcpy(copy, bytes, n);
        copy[at] ^= (char)(1u << rng_below(&rng, 8));
        for (size_t k = 0; k < s->n; k++) {
            const struct segment_entry *e = &s->entry[k];
            bool hit = (int64_t)at >= e->at && (int64_t)at < e->at + e->n;
            if (size < n && e->type == CHUNK_BLOCK && e->at + e->n <= (int64_t)size)
                least += e->rows;
            if (size == n && hit && e->type == CHUNK_BLOCK)
                least -= e->rows;
            if (hit && (e->type == CHUNK_ABOUT || e->type == CHUNK_CATALOG))
                least = 0;
        }
        FILE *f = fopen(path, "wb"); /* not synced: a thousand times */
        assert_int_equal(fwrite(copy, 1, size, f), size);
        fclose(f);
        if (size >= (size_t)s->entry[0].n)
            check_damaged(&m, least, i % 4 < 2); /* half of all: it is slow */
        free(copy);
    }
    segment_free(s);
    free(bytes);
    made_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_range), cmocka_unit_test(test_metrics_of_some_segments),
        cmocka_unit_test(test_refuses),   cmocka_unit_test(test_after_pruning),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
