/* test_tape.c - packing, chunks, catalogs, lines and whole tapes: what goes in comes out, damage does not. */
#include "test.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/rng.h"
#include "store/chunk.h"
#include "store/pack.h"
#include "store/tape.h"

#include <errno.h>
#include <string.h>

/* RFC 3720, appendix B.4, and pieces of any length. */
static void test_crc32c(void **state)
{
    (void)state;
    unsigned char b[32];
    memset(b, 0, sizeof b);
    assert_int_equal(crc32c(0, b, 32), 0x8a9136aa);
    memset(b, 0xff, sizeof b);
    assert_int_equal(crc32c(0, b, 32), 0x62a8ab43);
    for (int i = 0; i < 32; i++)
        b[i] = (unsigned char)i;
    assert_int_equal(crc32c(0, b, 32), 0x46dd794e);
    for (size_t cut = 0; cut <= 32; cut++)
        assert_int_equal(crc32c(crc32c(0, b, cut), b + cut, 32 - cut), 0x46dd794e);
}

static void test_pack(void **state)
{
    (void)state;
    static const int64_t number[] = { 0, 1, -1, 63, -64, 64, 1 << 20, INT64_MAX, INT64_MIN };
    auto_buf struct buf b = { 0 };
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
        pack_i64(&b, number[i]);
        pack_u64(&b, (uint64_t)number[i]);
    }
    pack_double(&b, -0.1);
    pack_text(&b, "disk.read{sda}");
    pack_text(&b, NULL);
    struct unpack in = { .p = (uint8_t *)b.p, .end = (uint8_t *)b.p + b.n };
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
        assert_true(unpack_i64(&in) == number[i]);
        assert_true(unpack_u64(&in) == (uint64_t)number[i]);
    }
    char text[32];
    assert_true(unpack_double(&in) == -0.1);
    unpack_text(&in, text, sizeof text);
    assert_string_equal(text, "disk.read{sda}");
    unpack_text(&in, text, sizeof text);
    assert_string_equal(text, "");
    assert_false(in.bad);
    assert_true(unpack_u64(&in) == 0 && in.bad);
}

static void test_pack_refuses(void **state)
{
    (void)state;
    static const uint8_t eleven[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02 };
    struct unpack in = { .p = eleven, .end = eleven + sizeof eleven };
    unpack_u64(&in);
    assert_true(in.bad);
    static const uint8_t long_text[] = { 5, 'a', 'b' };
    in = (struct unpack){ .p = long_text, .end = long_text + sizeof long_text };
    char text[8];
    unpack_text(&in, text, sizeof text);
    assert_true(in.bad);
    assert_string_equal(text, "");
}

/* Every flipped bit is found, and every cut. */
static void test_chunk_damage(void **state)
{
    (void)state;
    auto_buf struct buf b = { 0 };
    struct chunk c;
    assert_int_equal(chunk_put(&b, CHUNK_TICK, 0, "hello, world", 12), 0);
    assert_int_equal(b.n, 32);
    assert_int_equal(chunk_take(b.p, b.n, &c), 0);
    assert_int_equal(c.type, CHUNK_TICK);
    assert_memory_equal(c.bytes, "hello, world", 12);
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(chunk_take(b.p, n, &c), -EAGAIN);
    for (size_t bit = 0; bit < b.n * 8; bit++) {
        b.p[bit / 8] ^= (char)(1 << bit % 8);
        assert_true(chunk_take(b.p, b.n, &c) < 0);
        b.p[bit / 8] ^= (char)(1 << bit % 8);
    }
}

/* False heads, each with a long payload whose checksum has to be looked at: the search ends all the same. */
static void test_chunk_search(void **state)
{
    (void)state;
    auto_buf struct buf b = { 0 };
    size_t n = 4 << 20;
    assert_int_equal(buf_reserve(&b, n + 64), 0);
    memset(b.p, 0, n);
    for (size_t at = 0; at + 16 <= n; at += 16) {
        uint32_t length = (uint32_t)(n - at - 16);
        memcpy(b.p + at, "SdCk\1\0\1\0", 8);
        memcpy(b.p + at + 8, &length, 4);
    }
    b.n = n;
    /* without the limit: 550 GB of checksums */
    assert_int_equal(chunk_search(b.p, b.n, 0, false, &(uint64_t){ 0 }), b.n);
    assert_int_equal(chunk_put(&b, CHUNK_TICK, 0, "hello", 5), 0);
    assert_int_equal(chunk_search(b.p, b.n, n - 160, false, &(uint64_t){ 0 }), n);
    assert_int_equal(chunk_search(b.p, b.n - 1, n - 8, false, &(uint64_t){ 0 }), b.n - 1);
    assert_int_equal(chunk_search(b.p, b.n - 1, n - 8, true, &(uint64_t){ 0 }), n);
}

static struct schema *sample_schema(int disks)
{
    struct schema *s = schema_new();
    schema_source(s, "memory");
    schema_add(s, &(struct metric){ .name = "memory.used", .unit = UNIT_BYTE, .kind = KIND_GAUGE, .max = 1e15,
                                    .help = "h" });
    schema_source(s, "disk");
    for (int i = 0; i < disks; i++) {
        char inst[16];
        snprintf(inst, sizeof inst, "sd%c", 'a' + i);
        int reads = schema_add(s, &(struct metric){ .name = "disk.reads", .inst = inst, .kind = KIND_COUNTER,
                                                    .help = "requests" });
        int time = schema_add(s, &(struct metric){ .name = "disk.time", .inst = inst, .unit = UNIT_SECOND,
                                                   .kind = KIND_COUNTER, .rate = "", .wrap = 4294967296.0,
                                                   .help = "t" });
        schema_add(s, &(struct metric){ .name = "disk.latency", .inst = inst, .unit = UNIT_SECOND, .kind = KIND_RATIO,
                                        .num = time, .den = reads, .scale = 1 });
    }
    return s;
}

static void assert_same_schema(const struct schema *a, const struct schema *b)
{
    assert_int_equal(schema_size(a), schema_size(b));
    assert_int_equal(schema_sources(a), schema_sources(b));
    for (int i = 0; i < schema_size(a); i++) {
        const struct metric *m = schema_at(a, i), *n = schema_at(b, i);
        assert_string_equal(schema_id(a, i), schema_id(b, i));
        assert_true(m->unit == n->unit && m->kind == n->kind && m->source == n->source && m->wrap == n->wrap);
        assert_true(m->kind != KIND_RATIO || (m->num == n->num && m->den == n->den && m->scale == n->scale));
        assert_string_equal(m->help, n->help);
    }
}

static int take_catalogs(const struct buf *b, struct schema *s)
{
    int rc = 0;
    struct chunk c;
    for (size_t at = 0; at < b->n && rc == 0; at += c.whole) {
        assert_int_equal(chunk_take(b->p + at, b->n - at, &c), 0);
        rc = catalog_take(s, c.bytes, c.n);
    }
    return rc;
}

/* In one piece, and as it grew; known parts again. */
static void test_catalog(void **state)
{
    (void)state;
    struct schema *small = sample_schema(1), *large = sample_schema(3), *got = schema_new();
    struct catalog_mark known = { 0 };
    auto_buf struct buf b = { 0 };
    assert_int_equal(catalog_put(&b, small, &known), 0);
    assert_int_equal(catalog_put(&b, large, &known), 0);
    size_t n = b.n;
    assert_int_equal(catalog_put(&b, large, &known), 0);
    assert_int_equal(b.n, n);
    assert_int_equal(take_catalogs(&b, got), 0);
    assert_same_schema(large, got);
    assert_int_equal(take_catalogs(&b, got), 0);
    assert_same_schema(large, got);
    schema_free(small);
    schema_free(large);
    schema_free(got);
}

static double odd_number(struct rng *r)
{
    static const double special[] = { 0, -0.0, 1, -1, 0.1, 1e-7, 123.456, INFINITY, -INFINITY, NAN, 5e-324, 1e300,
                                      9007199254740992.0, 9007199254740993.0, -9007199254740992.0, 1.0 / 3,
                                      0.000001 };
    uint32_t k = rng_below(r, 24);
    return k < sizeof special / sizeof *special ? special[k] : (double)(int64_t)rng_below(r, 100000) / 100;
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void test_line_property(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 4);
    struct tape_line put = { 0 }, take = { 0 };
    double row[80];
    int n = 0;
    for (int i = 0; i < 80; i++)
        row[i] = NAN;
    for (int round = 0; round < 3000; round++) {
        n += n < 80 && rng_below(&r, 10) == 0;
        for (int i = 0; i < n; i++)
            if (rng_below(&r, 3) == 0)
                row[i] = rng_below(&r, 2) ? row[i] + rng_below(&r, 1000) : odd_number(&r);
        auto_buf struct buf b = { 0 };
        tape_line_put(&put, &b, row, n);
        struct unpack in = { .p = (uint8_t *)b.p, .end = (uint8_t *)b.p + b.n };
        assert_int_equal(tape_line_take(&take, &in, 80), 0);
        assert_int_equal(unpack_left(&in), 0);
        for (int i = 0; i < n; i++)
            assert_true(same(take.v[i], row[i]));
    }
    tape_line_done(&put);
    tape_line_done(&take);
}

/* An instant whose every number follows from its index. */
static void make_moment(struct moment *m, const struct schema *s, int i)
{
    frame_fit(&m->frame, s);
    m->frame.wall_ms = 1795312130000 + i * 1000;
    m->frame.mono_ns = 5000000000 + i * 1000123000LL;
    for (int source = 0; source < m->frame.n_sources; source++)
        m->frame.read_ns[source] = source ? m->frame.mono_ns - i % 5 * 1000123000LL : m->frame.mono_ns;
    for (int slot = 0; slot < m->frame.n; slot++)
        m->frame.v[slot] = schema_at(s, slot)->kind == KIND_RATIO ? (double)NAN :
                           slot * 1000 + (slot % 3 ? i : i / 7) * 0.25;
}

static void assert_moment(const struct moment *m, const struct schema *s, const struct schema *wrote, int i)
{
    struct moment want = { 0 };
    make_moment(&want, wrote, i);
    assert_true(m->frame.wall_ms == want.frame.wall_ms && m->frame.mono_ns == want.frame.mono_ns);
    for (int slot = 0; slot < want.frame.n; slot++)
        if (schema_at(s, slot)->kind != KIND_RATIO)
            assert_true(same(m->frame.v[slot], want.frame.v[slot]));
    for (int k = 0; k < want.frame.n_sources; k++)
        assert_true(llabs(m->frame.read_ns[k] - want.frame.read_ns[k]) < 2000000);
    moment_done(&want);
}

/* A tape of n instants, whose schema grows on the way. */
static void write_tape(struct buf *b, const struct schema *first, const struct schema *then, int n)
{
    struct tape_writer w = { 0 };
    struct moment m = { 0 };
    struct tape_about about = { .major = TAPE_MAJOR, .session = "session_20261126_021311", .interval_s = 1 };
    assert_int_equal(tape_begin(&w, b, &about, first), 0);
    for (int i = 0; i < n; i++) {
        const struct schema *s = i < n / 2 ? first : then;
        struct event e = { .wall_ms = 1795312130000 + i * 1000, .kind = EVENT_CLOCK, .severity = SEVERITY_NOTICE,
                           .text = "set" };
        make_moment(&m, s, i);
        m.events = i == 3 ? &e : NULL;
        m.n_events = i == 3;
        assert_int_equal(tape_put(&w, b, s, &m), 0);
        m.events = NULL;
    }
    moment_done(&m);
    tape_writer_done(&w);
}

/* Fed in pieces of any size. */
static void test_tape(void **state)
{
    (void)state;
    struct schema *first = sample_schema(1), *then = sample_schema(3);
    auto_buf struct buf b = { 0 };
    write_tape(&b, first, then, 300);
    for (size_t piece = 1; piece < b.n * 2; piece = piece * 3 + 1) {
        struct tape *t = tape_new(false);
        const struct moment *m;
        int rc = 0, i = 0, events = 0;
        for (size_t at = 0; at < b.n; at += piece) {
            assert_int_equal(tape_feed(t, b.p + at, piece < b.n - at ? piece : b.n - at), 0);
            for (; (rc = tape_next(t, &m)) > 0; i++) {
                assert_moment(m, tape_schema(t), i < 150 ? first : then, i);
                events += (int)m->n_events;
                assert_true(!m->n_events || i == 3);
            }
            assert_int_equal(rc, 0);
        }
        assert_int_equal(i, 300);
        assert_int_equal(events, 1);
        assert_int_equal(tape_lost(t), 0);
        assert_same_schema(tape_schema(t), then);
        tape_free(t);
    }
    schema_free(first);
    schema_free(then);
}

/* Whatever is damaged: no wrong value, and all before the damage and behind the next lone tick is there. */
static void test_tape_damage(void **state)
{
    (void)state;
    struct schema *s = sample_schema(3);
    auto_buf struct buf b = { 0 };
    struct rng r;
    rng_seed(&r, 5);
    write_tape(&b, s, s, 450);
    for (int round = 0; round < 300; round++) {
        auto_buf struct buf bad = { 0 };
        size_t at = 1024 + rng_below(&r, (uint32_t)b.n - 1024), n = rng_below(&r, 3) ? b.n : at;
        buf_put(&bad, b.p, n);
        if (n > at)
            bad.p[at] ^= (char)(1 << rng_below(&r, 8));
        struct tape *t = tape_new(false);
        const struct moment *m;
        int rc, seen = 0;
        assert_int_equal(tape_feed(t, bad.p, bad.n), 0);
        tape_end(t);
        while ((rc = tape_next(t, &m)) != 0)
            if (rc > 0) {
                assert_moment(m, tape_schema(t), s, (int)((m->frame.wall_ms - 1795312130000) / 1000));
                seen++;
            } else {
                assert_int_equal(rc, -EBADMSG);
            }
        assert_true(n == b.n ? seen >= 450 - TAPE_ALONE && tape_lost(t) >= 1 :
                    seen >= (int)(450 * (at - 1024) / b.n) - 3);
        tape_free(t);
    }
    schema_free(s);
}

/* A format of the future is refused, a chunk of the future that may be passed over is. */
static void test_tape_future(void **state)
{
    (void)state;
    auto_buf struct buf b = { 0 };
    const struct moment *m;
    struct tape *t = tape_new(false);
    struct tape_about about = { .major = TAPE_MAJOR, .minor = 7, .session = "session_20261126_021311" };
    assert_int_equal(tape_put_about(&b, &about), 0);
    assert_int_equal(chunk_put(&b, (enum chunk_type)99, CHUNK_MAY_SKIP, "x", 1), 0);
    assert_int_equal(tape_feed(t, b.p, b.n), 0);
    assert_int_equal(tape_next(t, &m), 0);
    assert_int_equal(tape_about(t)->minor, 7);
    buf_clear(&b);
    assert_int_equal(chunk_put(&b, (enum chunk_type)99, 0, "x", 1), 0);
    assert_int_equal(tape_feed(t, b.p, b.n), 0);
    assert_int_equal(tape_next(t, &m), -ENOTSUP);
    buf_clear(&b);
    about.major = TAPE_MAJOR + 1;
    assert_int_equal(tape_put_about(&b, &about), 0);
    assert_int_equal(tape_feed(t, b.p, b.n), 0);
    assert_int_equal(tape_next(t, &m), -ENOTSUP);
    tape_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32c), cmocka_unit_test(test_pack), cmocka_unit_test(test_pack_refuses),
        cmocka_unit_test(test_chunk_damage), cmocka_unit_test(test_chunk_search),
        cmocka_unit_test(test_catalog), cmocka_unit_test(test_line_property),
        cmocka_unit_test(test_tape), cmocka_unit_test(test_tape_damage), cmocka_unit_test(test_tape_future),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
