/* test_packer.c - a segment that could not be finished for want of room is finished when there is some. */
#include "test.h"

#include "archive_sample.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_room_for_an_end) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
