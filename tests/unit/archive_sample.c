/* archive_sample.c - writes segments and journals, and keeps what they should say. */
#include "archive_sample.h"

#include "test.h"

#include "base/mem.h"
#include "core/rate.h"
#include "os/os.h"
#include "store/store_journal.h"
#include "store/names.h"
#include "store/segment.h"

void made_init(struct made *m, int disks)
{
    struct store_options o;
    char path[128];
    *m = (struct made){ 0 };
    sample_options(&o, m->dir);
    snprintf(path, sizeof path, "%s/segments", m->dir);
    assert_int_equal(os_make_dir(path), 0);
    snprintf(path, sizeof path, "%s/journal", m->dir);
    assert_int_equal(os_make_dir(path), 0);
    sample_init(&m->s, disks, 1000);
}

void made_done(struct made *m)
{
    for (size_t i = 0; i < m->n; i++)
        mem_free(m->tick[i].v);
    mem_free(m->tick);
    frame_done(&m->before);
    frame_done(&m->now);
    sample_done(&m->s);
    os_remove_dir(m->dir);
}

static struct tape_about made_about(const struct made *m, const struct names *n)
{
    struct tape_about a = { .major = TAPE_MAJOR, .minor = TAPE_MINOR, .start_ms = SAMPLE_START_MS, .part = n->part,
                            .interval_s = (double)m->s.step_ms / 1000, .machine = "made up" };
    memcpy(a.session, n->session, sizeof a.session);
    return a;
}

static struct names made_names(const char *stem, int part, int block)
{
    struct names n = { .part = part, .block = block };
    snprintf(n.session, sizeof n.session, "session_%s", stem);
    return n;
}

const char *made_path(const struct made *m, const char *stem, int part)
{
    static char path[OS_PATH_MAX];
    struct names n = made_names(stem, part, -1);
    assert_int_equal(names_path(m->dir, &n, path), 0);
    return path;
}

/* Notes what is true of an instant: its times as they are stored, and the rates that follow. */
static void made_note(struct made *m, const struct frame *f)
{
    struct tape_map map = { 0 };
    double row[64];
    tape_map_fit(&map, m->s.schema);
    assert_true(tape_width(&map, 0) < 64);
    frame_copy(&m->now, f);
    tape_row(&map, 0, f, row);
    assert_int_equal(tape_unrow(&map, 0, row, tape_width(&map, 0), &m->now), 0);
    tape_map_done(&map);
    frame_fit(&m->before, m->s.schema);
    rate_derive(m->s.schema, &m->before, &m->now);
    frame_copy(&m->before, &m->now);
    m->tick = mem_grow(m->tick, m->n, &m->cap, sizeof *m->tick);
    double *v = mem_new((size_t)m->now.n * sizeof *v);
    memcpy(v, m->now.v, (size_t)m->now.n * sizeof *v);
    m->tick[m->n++] = (struct made_tick){ .wall_ms = m->now.wall_ms, .n = m->now.n, .v = v };
}

void made_part(struct made *m, const char *stem, int part, int64_t from, int64_t to, bool closed)
{
    struct names n = made_names(stem, part, -1);
    struct tape_about about = made_about(m, &n);
    struct segment_writer *w;
    size_t first = m->n;
    uint32_t number = 0;
    frame_done(&m->before);
    assert_int_equal(segment_create(made_path(m, stem, part), &about, NULL, &w), 0);
    for (int64_t i = from; i < to; i++) {
        const struct moment *now = sample_moment(&m->s, i);
        made_note(m, &now->frame);
        assert_int_equal(segment_add(w, m->s.schema, now), 0);
        if (segment_gathered(w) == MADE_BLOCK || i == to - 1)
            assert_int_equal(segment_commit(w, number++), 0);
    }
    size_t summed = closed ? m->n - first : (m->n - first) / MADE_GROUP * MADE_GROUP;
    for (size_t i = 0; i < summed; i++)
        m->tick[first + i].summed = true;
    if (closed)
        assert_int_equal(segment_finish(w), 0);
    else
        segment_leave(w);
}

void made_journal(struct made *m, const char *stem, int part, int block, int64_t from, int64_t to)
{
    struct names n = made_names(stem, part, block);
    struct tape_about about = made_about(m, &n);
    struct store_journal j = { .fd = -1 };
    assert_int_equal(store_journal_open(&j, m->dir, &n, &about, m->s.schema, NULL), 0);
    for (int64_t i = from; i < to; i++) {
        const struct moment *now = sample_moment(&m->s, i);
        made_note(m, &now->frame);
        assert_int_equal(store_journal_append(&j, m->s.schema, now), 0);
    }
    store_journal_close(&j);
    store_journal_done(&j);
}
