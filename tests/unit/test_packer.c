/*
 * test_packer.c - a segment that could not be finished for want of room is finished when there is some; a block that
 * a loss of power left holes in is packed again.
 */
#include "test.h"

#include "archive_sample.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/rng.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/packer.h"
#include "store/space.h"

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

struct seen {
    struct sample *s;
    int got[TICKS];
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    int64_t i = sample_index(v->s, m);
    (void)about;
    assert_true(i >= 0 && i < TICKS);
    assert_true(sample_is_right(v->s, schema, m));
    assert_true(m->n_procs > 0);
    v->got[i]++;
    return 0;
}

static void all_there(struct made *m)
{
    struct archive *a;
    struct seen v = { .s = &m->s };
    assert_int_equal(archive_open(m->dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, see, &v, NULL), 0);
    archive_free(a);
    for (int i = 0; i < TICKS; i++)
        assert_int_equal(v.got[i], 1);
}

struct file {
    char path[OS_PATH_MAX];
    char *bytes;
    size_t n;
};

static void file_keep(struct file *f)
{
    assert_int_equal(os_read_file(f->path, 1 << 20, &f->bytes, &f->n), 0);
}

/* The whole machine goes down while the second block is appended: any stretch of it was not written. */
static void holes_in_the_last_block(void **state)
{
    (void)state;
    struct made m;
    struct rng r;
    struct file first, whole, again;
    struct packer p;
    rng_seed(&r, 7);
    made_init(&m, 3);
    struct names of[] = { { "session_" STEM, 0, 0 }, { "session_" STEM, 0, 1 } };
    for (int i = 0; i < 2; i++) {
        if (i)
            sample_grow(&m.s, 5, HALF); /* a catalog comes before the second block */
        made_journal(&m, STEM, 0, i, i * HALF, (i + 1) * HALF);
        strcpy(first.path, made_path(&m, STEM, 0));
        if (i) {
            file_keep(&first);
            assert_int_equal(names_path(m.dir, &of[1], again.path), 0);
            file_keep(&again);
        }
        p = (struct packer){ .dir = m.dir };
        assert_int_equal(packer_pack(&p, &of[i]), 0);
        packer_done(&p);
    }
    strcpy(whole.path, first.path);
    file_keep(&whole);
    assert_true(whole.n > first.n + 200);
    for (int round = 0; round < MADE_DAMAGES; round++) {
        size_t from = first.n + rng_below(&r, (uint32_t)(whole.n - first.n));
        size_t n = 1 + rng_below(&r, (uint32_t)(whole.n - from));
        auto_free char *torn = mem_try(whole.n);
        memcpy(torn, whole.bytes, whole.n);
        memset(torn + from, 0, n);
        assert_int_equal(os_write_file(whole.path, torn, whole.n), 0);
        assert_int_equal(os_write_file(again.path, again.bytes, again.n), 0);
        all_there(&m);
        p = (struct packer){ .dir = m.dir };
        assert_int_equal(packer_pack(&p, &of[1]), 0);
        packer_done(&p);
        all_there(&m);
    }
    mem_free(first.bytes);
    mem_free(whole.bytes);
    mem_free(again.bytes);
    made_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_room_for_an_end),
        cmocka_unit_test(holes_in_the_last_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
