/*
 * fuzz_tape.c - whole files of ours, as tapes and as segments: whatever the bytes, instants in order with values
 * that are known, or an error.
 *
 * Chunks have checksums, behind which no random byte would ever come. So the target puts the right one into
 * every chunk before it plays the file; those of files that begin with a blank are left as they are.
 */
#include "base/crc32c.h"
#include "base/mem.h"
#include "core/recording.h"
#include "os/os.h"
#include "store/chunk.h"
#include "store/segment.h"
#include "store/tape_feed.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TICKS 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct input {
    const uint8_t *p;
    size_t n, at;
};

static int64_t input_read(void *self, void *bytes, size_t cap)
{
    struct input *in = self;
    size_t n = in->n - in->at, piece = 1 + in->at % 997; /* chunks come in pieces */
    n = n < piece ? n : piece;
    n = n < cap ? n : cap;
    memcpy(bytes, in->p + in->at, n);
    in->at += n;
    return (int64_t)n;
}

static void mend(uint8_t *p, size_t n)
{
    for (size_t at = 0; at + CHUNK_HEAD <= n; at += 8) {
        uint32_t length, crc;
        memcpy(&length, p + at + 8, 4);
        if (memcmp(p + at, "SdCk", 4) != 0 || length > n - at - CHUNK_HEAD)
            continue;
        crc = crc32c(crc32c(0, p + at + 4, 8), p + at + CHUNK_HEAD, length);
        memcpy(p + at + 12, &crc, 4);
    }
}

static void check_moment(const struct feed *f, const struct moment *m)
{
    assert(m->frame.n <= schema_size(f->schema));
    assert(m->frame.wall_ms >= 0);
    for (size_t i = 0; i < m->n_procs; i++)
        assert(memchr(m->procs[i].name, '\0', sizeof m->procs[i].name));
    for (size_t i = 0; i < m->table.n; i++)
        assert(memchr(m->table.p[i].name, '\0', sizeof m->table.p[i].name));
    for (size_t i = 0; i < m->n_events; i++)
        assert(memchr(m->events[i].text, '\0', sizeof m->events[i].text) && severity_name(m->events[i].severity));
}

static void play(const uint8_t *p, size_t n)
{
    struct input in = { .p = p, .n = n };
    struct feed *f;
    const struct moment *m;
    int64_t before = 0;
    const struct tape_feed_options options = { .origin = "" };
    if (tape_feed_of(&(struct tape_bytes){ .read = input_read, .self = &in }, &options, &f) < 0)
        return;
    struct recording *r = recording_new();
    r->max_bytes = 1 << 20;
    for (int i = 0; i < MOST_TICKS && feed_next(f, &m) == 0; i++) {
        check_moment(f, m);
        assert(i == 0 || m->frame.mono_ns > before);
        before = m->frame.mono_ns;
        if (recording_take(r, f, m) < 0)
            break;
    }
    recording_free(r);
    feed_close(f);
}

/* Every chunk of a segment, every column of its blocks. */
static void look(const char *path)
{
    struct segment *s;
    struct segment_block b = { 0 };
    struct buf bytes = { 0 };
    struct chunk c;
    static double out[BLOCK_MAX_ROWS];
    if (segment_open(path, &s) < 0)
        return;
    segment_load(s);
    for (size_t i = 0; i < s->n; i++)
        if (segment_read(s, &s->entry[i], &bytes, &c) == 0 && c.type == CHUNK_BLOCK && segment_block_open(&b, &c) == 0)
            for (int k = b.columns[0]; k < b.table.cols && k < b.columns[0] + 64; k++)
                block_column(&b.table, k, out);
    block_done(&b.table);
    buf_done(&bytes);
    segment_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char path[OS_PATH_MAX];
    if (!*path) {
        assert(os_make_temp_dir(false, path, sizeof path - 8) == 0);
        strcat(path, "/a.seg");
    }
    if (n > 1 << 20)
        return 0;
    uint8_t *copy = mem_new(n + 1);
    memcpy(copy, data, n);
    if (n && *copy != ' ')
        mend(copy, n);
    play(copy, n);
    FILE *f = fopen(path, "wb");
    assert(f && fwrite(copy, 1, n, f) == n && fclose(f) == 0);
    look(path);
    mem_free(copy);
    return 0;
}
