/*
 * test_packer.c - a segment that could not be finished for want of room is finished when there is some; a block that
 * a loss of power left holes in is packed again.
 */
#include "test.h"

#include "archive_sample.h"
#include "base/mem.h"
#include "base/rng.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/packer.h"
#include "store/space.h"
#include "store/verify.h"

#include <errno.h>

#define STEM "20261122_000000"

static bool is_finished(const struct made *m, int part)
{
    struct segment *s;
    assert_int_equal(segment_open(made_path(m, STEM, part), &s), 0);
    bool indexed = s->indexed;
    segment_free(s);
    return indexed;
}

static struct names journal(int part)
{
    return (struct names){ "session_" STEM, part, 0 };
}

/* Room is counted in blocks of a file system: whether the end of a segment needs one more depends on its length.
 * Returns whether it did. */
static bool no_room_once(int length)
{
    struct made m;
    struct space *space;
    made_init(&m, 12);
    for (int part = 0; part < 3; part++)
        made_journal(&m, STEM, part, 0, part * 100, part * 100 + length);
    assert_int_equal(space_open(m.dir, 0, &space), 0);
    struct packer p = { .dir = m.dir, .space = space };
    struct names of[] = { journal(0), journal(1), journal(2) };
    assert_int_equal(packer_pack(&p, &of[0]), 0);
    space_set_cap(space, space_used(space));
    assert_int_equal(packer_pack(&p, &of[1]), -EDQUOT);
    assert_int_equal(packer_pack(&p, &of[1]), -EDQUOT);
    bool short_of = !is_finished(&m, 0);
    space_set_cap(space, 0);
    assert_int_equal(packer_pack(&p, &of[1]), 0);
    assert_true(is_finished(&m, 0));
    assert_int_equal(packer_pack(&p, &of[2]), 0);
    assert_true(is_finished(&m, 1));
    assert_int_equal(packer_finish(&p), 0);
    assert_true(is_finished(&m, 2));
    packer_done(&p);
    space_free(space);
    made_done(&m);
    return short_of;
}

/* Without its end retention may not touch it, and a small cap would fill up with such files. */
static void no_room_for_an_end(void **state)
{
    (void)state;
    int short_of = 0;
    for (int length = 50; length < 100; length += 2)
        short_of += no_room_once(length);
    assert_true(short_of >= 3);
}

#define TICKS 80
#define HALF (TICKS / 2)

/* A segment of two blocks that its writer did not finish, the second of which came with a catalog; and what its
 * file was before the second was packed. */
struct packed {
    struct made m;
    char path[OS_PATH_MAX], journal[OS_PATH_MAX];
    char *bytes, *journal_bytes;
    size_t before, n, journal_n;
};

static struct names second(void)
{
    return (struct names){ "session_" STEM, 0, 1 };
}

static void pack(struct made *m, const struct names *name)
{
    struct packer p = { .dir = m->dir };
    assert_int_equal(packer_pack(&p, name), 0);
    packer_done(&p);
}

static void packed_init(struct packed *k)
{
    struct names name = second(), first = journal(0);
    char *bytes;
    made_init(&k->m, 3);
    strcpy(k->path, made_path(&k->m, STEM, 0));
    assert_int_equal(names_path(k->m.dir, &name, k->journal), 0);
    made_journal(&k->m, STEM, 0, 0, 0, HALF);
    pack(&k->m, &first);
    assert_int_equal(os_read_file(k->path, 1 << 20, &bytes, &k->before), 0);
    mem_free(bytes);
    sample_grow(&k->m.s, 5, HALF);
    made_journal(&k->m, STEM, 0, 1, HALF, TICKS);
    assert_int_equal(os_read_file(k->journal, 1 << 20, &k->journal_bytes, &k->journal_n), 0);
    pack(&k->m, &name);
    assert_int_equal(os_read_file(k->path, 1 << 20, &k->bytes, &k->n), 0);
    assert_true(k->n > k->before + 200);
}

static void packed_done(struct packed *k)
{
    mem_free(k->bytes);
    mem_free(k->journal_bytes);
    made_done(&k->m);
}

/* The file with zeros in some stretch of the second block and what came with it. */
static void packed_tear(const struct packed *k, struct rng *r)
{
    size_t from = k->before + rng_below(r, (uint32_t)(k->n - k->before));
    size_t n = 1 + rng_below(r, (uint32_t)(k->n - from));
    char *torn = mem_new(k->n);
    memcpy(torn, k->bytes, k->n);
    memset(torn + from, 0, n);
    assert_int_equal(os_write_file(k->path, torn, k->n), 0);
    mem_free(torn);
}

struct seen {
    struct sample *s;
    int got[TICKS], n;
    bool whole;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    int64_t i = sample_index(v->s, m);
    (void)about;
    assert_true(i >= 0 && i < TICKS);
    assert_true(sample_is_right(v->s, schema, m));
    v->whole &= m->n_procs > 0 && (m->table.n > 0 || i % 60);
    v->got[i]++;
    v->n++;
    return 0;
}

static struct seen look(struct made *m)
{
    struct archive *a;
    struct seen v = { .s = &m->s, .whole = true };
    assert_int_equal(archive_open(m->dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, see, &v, NULL), 0);
    archive_free(a);
    return v;
}

static void all_there(struct made *m)
{
    struct seen v = look(m);
    assert_true(v.whole);
    for (int i = 0; i < TICKS; i++)
        assert_int_equal(v.got[i], 1);
}

/* The whole machine goes down while the second block is appended: any stretch of it was not written. */
static void holes_in_the_last_block(void **state)
{
    (void)state;
    struct packed k;
    struct rng r;
    struct names name = second();
    rng_seed(&r, 7);
    packed_init(&k);
    for (int round = 0; round < MADE_DAMAGES; round++) {
        packed_tear(&k, &r);
        assert_int_equal(os_write_file(k.journal, k.journal_bytes, k.journal_n), 0);
        all_there(&k.m);
        pack(&k.m, &name);
        all_there(&k.m);
    }
    packed_done(&k);
}

/* The journal of a block that is damaged later is gone: what can be read of the block stays. */
static void damage_later(void **state)
{
    (void)state;
    struct packed k;
    struct rng r;
    int some = 0;
    struct names name = second();
    name.block = -1;
    rng_seed(&r, 8);
    packed_init(&k);
    for (int round = 0; round < MADE_DAMAGES; round++) {
        packed_tear(&k, &r);
        struct seen before = look(&k.m);
        struct packer p = { .dir = k.m.dir };
        assert_int_equal(packer_repair(&p, &name), 1);
        packer_done(&p);
        struct seen after = look(&k.m);
        assert_memory_equal(before.got, after.got, sizeof before.got);
        some += after.n == TICKS && !after.whole;
    }
    assert_true(some > 0);
    packed_done(&k);
}

/* Power is lost while the index is written: its head is whole and its payload is not. */
static void hole_in_the_index(void **state)
{
    (void)state;
    struct packed k;
    struct names name = second();
    struct verify_totals t = { 0 };
    char *bytes;
    size_t n;
    name.block = -1;
    packed_init(&k);
    struct packer p = { .dir = k.m.dir };
    assert_int_equal(packer_repair(&p, &name), 1);
    assert_int_equal(os_read_file(k.path, 1 << 20, &bytes, &n), 0);
    memset(bytes + n - 24, 0, 16);
    assert_int_equal(os_write_file(k.path, bytes, n), 0);
    assert_false(is_finished(&k.m, 0));
    assert_int_equal(packer_repair(&p, &name), 1);
    packer_done(&p);
    all_there(&k.m);
    assert_int_equal(verify_file(k.path, "x", false, &(struct verify_watcher){ .found = NULL }, &t), 0);
    assert_true(t.damages == 0 && t.ticks == TICKS);
    mem_free(bytes);
    packed_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_room_for_an_end),
        cmocka_unit_test(holes_in_the_last_block),
        cmocka_unit_test(damage_later),
        cmocka_unit_test(hole_in_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
