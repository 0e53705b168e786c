/* fuzz_policy.c - a journal of the policy layer, as anybody may have written it, in pieces of any size. */
#include "policy/undo/journal_own.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A transaction whose texts can be shown, and whose lines, written again, are read as the same. */
static void try_deed(struct journal *j, const struct deed *d)
{
    assert(*d->id && text_is_plain(d->id) && text_is_plain(d->what) && d->owner > 0 && d->goal < GOALS);
    assert(d->ended == (d->ended_ms > 0) && d->n <= JOURNAL_STEPS_MAX);
    for (size_t i = 0; i < d->n; i++) {
        const struct entry *e = &d->entry[i];
        assert(*e->knob && e->pid >= 0 && e->asks <= 2 && text_is_plain(journal_standing(e)) && text_is_plain(e->old));
        assert(e->seq && e->seq <= j->seq);
        journal_say_write(j, d->id, i, e);
        assert(j->out.n && j->out.p[j->out.n - 1] == '\n' && !memchr(j->out.p, '\n', j->out.n - 1));
        assert(j->out.n <= JOURNAL_LINE_MAX);
        buf_clear(&j->out);
    }
}

/* Fuzzers do not guess sums: each line is tried with a good one, too. */
static void put_good_lines(const char *text, size_t n, struct buf *out)
{
    for (const char *line = text, *end; line < text + n; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text + n - line));
        end = end ? end : text + n;
        buf_printf(out, "%08x ", (unsigned)crc32c(0, line, (size_t)(end - line)));
        buf_put(out, line, (size_t)(end - line));
        buf_putc(out, '\n');
    }
}

static void try_journal(const char *text, size_t n, size_t piece)
{
    struct journal j = { .fd = -1 };
    for (size_t at = 0, end = 0; at < n;) {
        end = end + piece < n ? end + piece : n;
        size_t used = journal_feed(&j, text + at, end - at);
        assert(used <= end - at && (!used || text[at + used - 1] == '\n'));
        at += used;
        if (end == n)
            break;
    }
    assert(journal_count_open(&j) <= JOURNAL_OPEN_MAX);
    for (size_t i = 0; i < j.n; i++)
        try_deed(&j, &j.deed[i]);
    journal_forget(&j);
    mem_free(j.deed);
    buf_done(&j.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    auto_buf struct buf good = { 0 };
    if (n < 1 || n > 65536)
        return 0;
    try_journal((const char *)data, n, 1 + data[0]);
    put_good_lines((const char *)data, n, &good);
    try_journal(good.p, good.n, 1 + 16 * data[0]);
    return 0;
}
