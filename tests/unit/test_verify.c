/* test_verify.c - what is whole gives no finding, and every damage gives one. */
#include "test.h"

#include "archive_sample.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/rng.h"
#include "core/rate.h"
#include "os/os.h"
#include "store/segment.h"
#include "store/segment_index.h"
#include "store/retention.h"
#include "store/summary.h"
#include "store/verify.h"

#include <errno.h>

#define STEM "20261122_000000"

struct log {
    char last[256], file[128];
    int damages, notes;
    double share;
};

static void found(void *self, const struct verify_finding *f)
{
    struct log *l = self;
    snprintf(l->last, sizeof l->last, "%s", f->what);
    snprintf(l->file, sizeof l->file, "%s", f->file);
    l->damages += f->damage;
    l->notes += !f->damage;
}

static void progress(void *self, double share)
{
    struct log *l = self;
    assert_true(share >= l->share && share <= 1);
    l->share = share;
}

static struct log look(const char *dir, struct verify_totals *t)
{
    struct log l = { 0 };
    assert_int_equal(store_verify(dir, &(struct verify_watcher){ found, progress, NULL, &l }, t), 0);
    assert_true(t->damages == (uint64_t)l.damages && t->notes == (uint64_t)l.notes);
    return l;
}

static void test_whole(void **state)
{
    (void)state;
    struct made m;
    struct verify_totals t;
    made_init(&m, 2);
    made_part(&m, STEM, 0, 0, 2630, true);
    made_part(&m, STEM, 1, 86400, 87900, false);
    made_journal(&m, STEM, 1, 60, 87900, 87950);
    struct log l = look(m.dir, &t);
    assert_true(l.damages == 0 && l.notes == 0 && l.share == 1);
    assert_true(t.files == 3 && t.ticks == 2630 + 1500 + 50 && t.blocks == 106 + 60);
    assert_true(t.values == t.ticks * (uint64_t)schema_size(m.s.schema) && t.bytes > 0);
    made_done(&m);
}

/* A directory with the name of a segment: told, and the rest is looked at. */
static void test_not_a_file(void **state)
{
    (void)state;
    struct made m;
    struct verify_totals t;
    char path[OS_PATH_MAX + 64];
    made_init(&m, 1);
    made_part(&m, STEM, 0, 0, 760, true);
    snprintf(path, sizeof path, "%s/segments/20200101_000000.0.seg", m.dir);
    assert_int_equal(os_make_dir(path), 0);
    struct log l = look(m.dir, &t);
    assert_true(l.damages == 1 && t.files == 1 && t.ticks == 760);
    assert_string_equal(l.file, "segments/20200101_000000.0.seg");
    assert_string_equal(l.last, "it has the name of a file of ours and is none; nothing of it is read");
    made_done(&m);
}

static void test_no_archive(void **state)
{
    (void)state;
    struct verify_totals t;
    struct log l = { 0 };
    assert_int_equal(store_verify("/no/such/dir", &(struct verify_watcher){ found, NULL, NULL, &l }, &t), -ENOENT);
}

static void write_fast(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

/* Torn anywhere, or with bits flipped; only zeros that fill a chunk up may change unseen. */
static void test_every_damage(void **state)
{
    (void)state;
    struct made m;
    struct verify_totals t;
    struct rng rng;
    char *bytes;
    size_t n;
    int unseen = 0;
    made_init(&m, 1);
    made_part(&m, STEM, 0, 0, 760, true);
    const char *path = made_path(&m, STEM, 0);
    assert_int_equal(os_read_file(path, 1 << 24, &bytes, &n), 0);
    rng_seed(&rng, 3);
    for (int i = 0; i < MADE_DAMAGES; i++) {
        auto_free char *copy = mem_new(n);
        size_t size = i % 4 ? n : rng_below(&rng, (uint32_t)n);
        memcpy(copy, bytes, n);
        for (int k = 0; size == n && k <= i % 3; k++)
            copy[rng_below(&rng, (uint32_t)n)] ^= (char)(1u << rng_below(&rng, 8));
        write_fast(path, copy, size);
        struct log l = look(m.dir, &t);
        unseen += l.damages + l.notes == 0;
        assert_true(size == n || l.damages + l.notes > 0);
    }
    assert_int_equal(unseen, 0);
    mem_free(bytes);
    made_done(&m);
}

/* A segment put together anew from its chunks, some of them changed. */
struct forge {
    struct buf out;
    struct segment_entry *entry;
    size_t n, cap;
};

static void forge_put(struct forge *f, const struct segment_entry *e, const void *bytes, size_t n)
{
    struct segment_entry now = *e;
    now.at = (int64_t)f->out.n;
    now.n = (uint32_t)n;
    buf_put(&f->out, bytes, n);
    f->entry = mem_grow(f->entry, f->n, &f->cap, sizeof *f->entry);
    f->entry[f->n++] = now;
}

/* The summary of all instants, but that one number is another. */
static void forge_summary(const struct made *m, int window_s, struct buf *out)
{
    struct summary *sum = summary_new(window_s);
    for (size_t i = 0; i < m->n; i++) {
        double v[64];
        memcpy(v, m->tick[i].v, (size_t)m->tick[i].n * sizeof *v);
        if (i == 500)
            v[0] += 1e6;
        assert_int_equal(summary_add(sum, m->s.schema, m->tick[i].wall_ms, v, m->tick[i].n), 0);
    }
    assert_int_equal(summary_put(sum, m->s.schema, out), 0);
    summary_free(sum);
}

static void forge(struct made *m, int type, bool bad_index, bool twice)
{
    const char *path = made_path(m, STEM, 0);
    struct forge f = { 0 };
    auto_buf struct buf b = { 0 }, payload = { 0 }, chunk = { 0 };
    struct segment *s;
    struct chunk c;
    assert_int_equal(segment_open(path, &s), 0);
    for (size_t i = 0; i < s->n; i++) {
        struct segment_entry e = s->entry[i];
        assert_int_equal(segment_read(s, &e, &b, &c), 0);
        if (e.type == type && !twice) {
            forge_summary(m, type == CHUNK_TENS ? 600 : 60, &payload);
            assert_int_equal(chunk_put(&chunk, (enum chunk_type)type, CHUNK_MAY_SKIP, payload.p, payload.n), 0);
            forge_put(&f, &e, chunk.p, chunk.n);
            continue;
        }
        forge_put(&f, &e, b.p, b.n);
        if (e.type == type && twice && i < s->n / 2) {
            forge_put(&f, &e, b.p, b.n);
            twice = false;
            type = 0;
        }
    }
    if (bad_index)
        f.entry[f.n / 2].rows++;
    assert_int_equal(segment_index_put(&f.out, f.entry, f.n, (int64_t)f.out.n), 0);
    write_fast(path, f.out.p, f.out.n);
    buf_done(&f.out);
    mem_free(f.entry);
    segment_free(s);
}

/* Right checksums, wrong content. */
static void test_lies(void **state)
{
    (void)state;
    static const struct { int type; bool bad_index, twice; const char *says; } cases[] = {
        { CHUNK_MINUTES, false, false, "a summary is not that of its blocks: memory.used, row 8" },
        { CHUNK_TENS, false, false, "a summary is not that of its blocks: memory.used, row 0" },
        { 0, true, false, "the index does not say" },
        { CHUNK_BLOCK, false, true, "time does not go on" },
        { 0, false, false, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        struct verify_totals t;
        made_init(&m, 1);
        made_part(&m, STEM, 0, 0, 590, true);
        forge(&m, cases[i].type, cases[i].bad_index, cases[i].twice);
        struct log l = look(m.dir, &t);
        assert_true((l.damages > 0) == (cases[i].says != NULL));
        if (cases[i].says)
            assert_memory_equal(l.last, cases[i].says, strlen(cases[i].says));
        made_done(&m);
    }
}

/* Pruned segments are whole, as far as they go. */
static void test_pruned(void **state)
{
    (void)state;
    struct made m;
    struct verify_totals t;
    made_init(&m, 1);
    made_part(&m, STEM, 0, 0, 2000, true);
    const struct retention_pin pin = { NULL, SAMPLE_START_MS + 300000, SAMPLE_START_MS + 400000, true };
    struct retention_rules rules = { .pins = &pin, .n_pins = 1 };
    int64_t freed = 0;
    const bool drop[RETENTION_TIERS] = { true };
    assert_int_equal(retention_rewrite(made_path(&m, STEM, 0), NULL, drop, &rules, true, &freed), 0);
    struct log l = look(m.dir, &t);
    assert_true(l.damages == 0 && l.notes == 0 && t.ticks == 125);
    made_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole), cmocka_unit_test(test_not_a_file), cmocka_unit_test(test_no_archive),
        cmocka_unit_test(test_every_damage),
        cmocka_unit_test(test_lies),  cmocka_unit_test(test_pruned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
